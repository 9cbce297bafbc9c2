"""Reasons: each looks at a case and says what it finds, with the evidence; or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from packaging.version import Version

from cachetui.insight.why.answer import Reason, Remedy
from cachetui.insight.why.case import Case, version_of
from cachetui.insight.why.conduct import is_reused, reads
from cachetui.insight.why.offers import choose, index_of, place_of, variants
from cachetui.insight.why.wording import day, install, moment, named, old, pip_of, python_of, remove, shown_at, span
from cachetui.model import Entry

Finding = tuple[Reason, tuple[Remedy, ...]]
"""A reason, and what helps."""
REFRESHES = (26, 2)
"""From which pip on `--refresh-package` is there."""
FILES = ("wheel", "sdist", "built")


def findings(case: Case) -> Iterator[Finding]:
    """Yield what explains the case, what weighs most first."""
    for look in LOOKS:
        yield from look(case)


def damaged(case: Case) -> Iterator[Finding]:
    """Yield answers whose bodies are not as long as their headers say (CacheControl #324: two files, not one step)."""
    for entry in case.own:
        answer = case.answers.get(entry.path)
        if answer is None or answer.is_whole:
            continue
        what = "The cached index page" if entry.kind == "index" else f"The cached {entry.filename or 'file'}"
        words = (
            f"{what} does not belong to its headers: they say {answer.length:,} bytes, there are {answer.stored:,}. "
            "pip wrote one and not the other, and keeps using the old body as long as its server says that nothing "
            "changed."
        )
        own = "kind:index" if entry.kind == "index" else f"kind:{entry.kind}"
        term = f"{case.question.name}=={entry.version}" if entry.version else case.question.name
        cure = Remedy(remove(term, own), "drop it, so that pip fetches it anew", (entry.path,))
        yield Reason(words, (shown_at(entry),), (entry.path,)), (cure,)


def republished(case: Case) -> Iterator[Finding]:
    """Yield a download that is not what its index lists now."""
    offer, entry = case.forecast.offer, case.forecast.entry
    if offer is None or entry is None or offer.listed.hash_name != "sha256" or case.sha256 is None:
        return
    if case.sha256 != offer.listed.hash_value.lower():
        words = (
            f"The cached {offer.listed.filename} is not the file that the index lists: its SHA-256 is another one. "
            "pip stops at it. It was published anew under the same address, or it is damaged."
        )
        cure = Remedy(
            remove(f"{case.question.name}=={offer.version}"), "drop it, so that pip fetches it anew", (entry.path,)
        )
        yield Reason(words, (shown_at(entry), f"sha256 {case.sha256}"), (entry.path,)), (cure,)


def by_address(case: Case) -> Iterator[Finding]:
    """Yield what comes of naming an address: what was once fetched or built from it is used again."""
    forecast = case.forecast
    if case.question.url is None:
        return
    if forecast.built is not None:
        built = forecast.built
        words = (
            f"The wheel built here on {day(built.downloaded)} from this very address is installed again, without a "
            "single request: if something else was published there since, pip does not notice."
        )
        cures = (
            Remedy(remove(*_terms(case, built)), "drop the wheel that was built", (built.path,)),
            Remedy(install(case.asker, case.question.text, "--no-cache-dir"), "leave the cache out this once"),
        )
        yield Reason(words, (shown_at(built),), (built.path,)), cures
    elif forecast.way == "cache" and forecast.entry is not None:
        entry = forecast.entry
        words = (
            f"The file fetched from this address on {day(entry.downloaded)} is used again unasked, as its server "
            "allowed: if something else was published there since, pip does not notice."
        )
        cure = Remedy(install(case.asker, case.question.text, "--no-cache-dir"), "leave the cache out this once")
        yield Reason(words, (shown_at(entry),), (entry.path,)), (cure,)


def stale(case: Case) -> Iterator[Finding]:
    """Yield index pages that this pip goes by without asking."""
    asker = case.asker
    reused = [page for page in case.listings if is_reused(page, asker.pip, case.now)]
    if not reused:
        return
    found = choose(case.offers, case.question, case.asker.pip)
    for page in reused:
        age, lifetime = page.answer.age(case.now) or 0, page.answer.lifetime
        words = (
            f"{pip_of(asker)} goes by the index page of {index_of(page) or 'this project'} without asking: it is "
            f"{old(age)}, and its server allows {span(lifetime)}."
        )
        if found is None or not case.question.pinned:
            words += " What was published since then is not on it."
        refresh = asker.pip is None or asker.pip.release[:2] >= REFRESHES
        option = ("--refresh-package", case.question.name) if refresh else ("--no-cache-dir",)
        cure = Remedy(install(asker, case.question.text, *option), "ask the index anew")
        evidence = f"{page.entry.path}, {moment(page.answer.date or 0)}"
        yield Reason(words, (evidence,), (page.entry.path,)), (cure,)


def other_versions(case: Case) -> Iterator[Finding]:
    """Yield cached versions that were not asked for: none of them can be taken instead."""
    others = [entry for entry in case.own if entry.kind in FILES and not case.admits(entry)]
    if not others or not case.question.specifier:
        return
    versions = named(dict.fromkeys(str(version_of(entry)) for entry in others))
    words = (
        f"The cached {versions} cannot be the reason: pip only reuses a file whose address it was told to fetch, and "
        f"{case.question.specifier} leaves {'it' if len({version_of(one) for one in others}) == 1 else 'them'} out."
    )
    yield Reason(words, tuple([shown_at(entry) for entry in others[:3]])), ()


def not_offered(case: Case) -> Iterator[Finding]:
    """Yield why no file on the pages may be taken, though what was asked is there in some form."""
    if not case.listings or choose(case.offers, case.question, case.asker.pip) is not None:
        return
    admitted = [offer for offer in case.offers if offer.admitted]
    asked = case.question
    if not admitted:
        newest = max((offer.version for offer in case.offers), default=None)
        upto = f"; the newest is {newest}" if newest else ""
        yield Reason(f"The cached index page lists no {asked.text}{upto}.", _pages(case)), ()
    elif all(offer.trouble for offer in admitted):
        troubles = named(dict.fromkeys(offer.trouble or "" for offer in admitted), "or")
        yield (
            Reason(
                f"Every file of {asked.text} on the index page is not for {python_of(case.asker)}: {troubles}.",
                _pages(case),
            ),
            (),
        )
    elif all(offer.listed.yanked for offer in admitted if not offer.trouble):
        words = (
            f"Its author has taken {asked.text} back: pip takes what was yanked only where a version is named with ==."
        )
        yield Reason(words, _pages(case)), ()
    else:
        versions = named(dict.fromkeys(str(offer.version) for offer in admitted if not offer.trouble))
        cure = Remedy(install(case.asker, asked.text, "--pre"), "admit pre-releases")
        yield Reason(f"Only pre-releases satisfy this: {versions}.", _pages(case)), (cure,)


def not_for_this_python(case: Case) -> Iterator[Finding]:
    """Yield cached files that this Python cannot use, and newer versions that it is kept from."""
    wrong = [entry for entry in case.own if entry.kind in FILES and case.admits(entry) and case.trouble(entry)]
    if wrong:
        right = [one for one in case.own if one.kind in FILES and case.admits(one) and not case.trouble(one)]
        every = "No cached file of it fits" if not right else "Not every cached file of it fits"
        told = named(dict.fromkeys(f"{case.trouble(entry)}" for entry in wrong))
        words = f"{every} {python_of(case.asker)}: {told}. pip passes them over."
        yield Reason(words, tuple([shown_at(entry) for entry in wrong[:3]]), tuple([one.path for one in wrong])), ()
    chosen = choose(case.offers, case.question, case.asker.pip)
    if chosen is None:
        return
    kept = [offer for offer in case.offers if offer.admitted and offer.version > chosen.version and offer.trouble]
    if kept and not kept[0].version.is_prerelease:
        newest = kept[0]
        words = f"{newest.version} is newer, but not for {python_of(case.asker)}: {newest.trouble}."
        yield Reason(words, _pages(case)), ()


def local_versions(case: Case) -> Iterator[Finding]:
    """Yield versions that differ only in what stands behind "+"."""
    question = case.question
    groups = variants([offer.version for offer in case.offers if offer.admitted])
    chosen = choose(case.offers, question, case.asker.pip)
    for group in groups:
        if chosen is not None and chosen.version not in group:
            continue
        told = named(str(version) for version in group)
        words = f"{question.text} admits {told}: == without + takes every build of a version."
        if chosen is not None:
            words += f" pip prefers {chosen.version}, for the one with + sorts higher."
        cures = tuple(_exactly(case, version) for version in group if version != (chosen and chosen.version))
        yield Reason(words, _pages(case)), cures
        return
    wanted = [
        clause.version for clause in question.specifier if clause.operator in ("==", "===") and "+" in clause.version
    ]
    if wanted and case.listings and not any(offer.admitted for offer in case.offers):
        elsewhere = sorted(
            {
                index_of(page)
                for page in case.others
                if any(one.version(question.name) == Version(wanted[0]) for one in page.files)
            }
        )
        words = f"No index page that counts here lists {wanted[0]}: builds with + lie on an index of their own."
        where = next(filter(None, elsewhere), "URL")
        cure = Remedy(install(case.asker, question.text, "--index-url", where), "ask only the index that has it")
        yield Reason(words, _pages(case)), (cure,)


def several_indexes(case: Case) -> Iterator[Finding]:
    """Yield that several indexes offer the project: pip ranks files, never indexes."""
    indexes = list(dict.fromkeys(index_of(page) for page in case.listings))
    chosen = case.forecast.offer
    if len(indexes) < 2:
        return
    words = (
        f"Several indexes offer {case.question.name}: {named(indexes)}. pip ranks all their files together, no index "
        "comes first."
    )
    cures: tuple[Remedy, ...] = ()
    if chosen is not None:
        words += f" It takes {chosen.version} from {chosen.index}."
        other = next((index for index in indexes if index != chosen.index and index.startswith("http")), None)
        if other and any(offer.index == other and offer.admitted and not offer.trouble for offer in case.offers):
            cures = (Remedy(install(case.asker, case.question.text, "--index-url", other), f"ask {other} alone"),)
    yield Reason(words, _pages(case)), cures


def built_here(case: Case) -> Iterator[Finding]:
    """Yield a wheel built here that pip takes instead of the release."""
    built = case.forecast.built
    if built is None or case.question.url is not None:
        return
    words = (
        f"pip installs the wheel that it built here on {day(built.downloaded)} instead of building "
        f"{case.forecast.version} again: same address, same hash. It was made with the compiler, the libraries and the "
        "settings of that day; --config-settings given now change nothing."
    )
    cures = (
        Remedy(
            remove(*_terms(case, built)), "drop the wheel that was built, so that pip builds it again", (built.path,)
        ),
        Remedy(install(case.asker, case.question.text, "--no-cache-dir"), "leave the cache out this once"),
    )
    yield Reason(words, (shown_at(built),), (built.path,)), cures


def not_listed(case: Case) -> Iterator[Finding]:
    """Yield downloads that would do, but that no page lists which counts."""
    listed = {offer.entry.path for offer in case.offers if offer.entry}
    unlisted = [
        entry
        for entry in case.own
        if entry.kind in ("wheel", "sdist")
        and entry.path not in listed
        and reads(entry, case.asker.pip)
        and case.admits(entry)
        and not case.trouble(entry)
    ]
    if not unlisted or not case.listings or case.question.url is not None:
        return
    words = (
        f"{named(dict.fromkeys(entry.filename or '?' for entry in unlisted))} would do, but no index page that counts "
        "here lists it, and pip takes a file from its cache only under an address that an index lists."
    )
    hosts = dict.fromkeys(place_of(entry.url, host_only=True) for entry in unlisted if entry.url)
    if hosts:
        words += f" It came from {named(hosts)}."
    yield Reason(words, tuple([shown_at(entry) for entry in unlisted[:3]])), ()


def out_of_sight(case: Case) -> Iterator[Finding]:
    """Yield downloads that lie where this pip does not look."""
    unread = [
        entry
        for entry in case.own
        if entry.path.startswith("http")
        and entry.kind in ("wheel", "sdist")
        and case.admits(entry)
        and not reads(entry, case.asker.pip)
    ]
    if unread:
        where = unread[0].path.partition("/")[0]
        files = named(dict.fromkeys(entry.filename or "?" for entry in unread))
        lies = "lies" if len({entry.filename for entry in unread}) == 1 else "lie"
        words = f"{files} {lies} under {where}/, where {pip_of(case.asker)} does not look."
        yield Reason(words, tuple([shown_at(entry) for entry in unread[:3]]), tuple([one.path for one in unread])), ()


LOOKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    damaged,
    republished,
    by_address,
    stale,
    not_offered,
    local_versions,
    several_indexes,
    built_here,
    not_for_this_python,
    not_listed,
    other_versions,
    out_of_sight,
)
"""What is looked for, what weighs most first."""


def _pages(case: Case) -> tuple[str, ...]:
    return tuple([f"{page.entry.path}, {moment(page.answer.date or 0)}" for page in case.listings])


def _exactly(case: Case, version: Version) -> Remedy:
    operator = "==" if version.local else "==="
    return Remedy(install(case.asker, f"{case.question.name}{operator}{version}"), f"take {version} and no other")


def _terms(case: Case, entry: Entry) -> tuple[str, str]:
    version = version_of(entry)
    return f"{entry.project or case.question.name}=={version or entry.version}", f"kind:{entry.kind}"
