"""Reasons: each looks at a case and says what it finds, with the evidence; or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cachetui.insight.why.answer import Finding, Reason, Remedy
from cachetui.insight.why.case import Case, version_of
from cachetui.insight.why.conduct import reads
from cachetui.insight.why.dropping import drop
from cachetui.insight.why.offered import local_versions, not_offered, pages_of, several_indexes
from cachetui.insight.why.offers import LEFT_OUT, choose, index_of, place_of
from cachetui.insight.why.wording import day, install, moment, named, old, pip_of, python_of, shown_at, span
from cachetui.model import Entry

REFRESHES = (26, 2)
"""From which pip on `--refresh-package` is there."""
FILES = ("wheel", "sdist", "built")


def findings(case: Case) -> Iterator[Finding]:
    """Yield what explains the case, what weighs most first."""
    if case.forecast.way == "skipped":
        return
    for look in WITHOUT_CACHE if case.off_by else LOOKS:
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
        cures = _drop(case, entry, "drop it, so that pip fetches it anew")
        yield Reason(words, (shown_at(entry),), (entry.path,)), cures


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
        cures = _drop(case, entry, "drop it, so that pip fetches it anew")
        yield Reason(words, (shown_at(entry), f"sha256 {case.sha256}"), (entry.path,)), cures


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
            *_drop(case, built, "drop the wheel that was built"),
            Remedy(install(case.asker, case.question, "--no-cache-dir"), "leave the cache out this once"),
        )
        yield Reason(words, (shown_at(built),), (built.path,)), cures
    elif forecast.way == "cache" and forecast.entry is not None:
        entry = forecast.entry
        words = (
            f"The file fetched from this address on {day(entry.downloaded)} is used again unasked, as its server "
            "allowed: if something else was published there since, pip does not notice."
        )
        cure = Remedy(install(case.asker, case.question, "--no-cache-dir"), "leave the cache out this once")
        yield Reason(words, (shown_at(entry),), (entry.path,)), (cure,)


def stale(case: Case) -> Iterator[Finding]:
    """Yield index pages that this pip goes by without asking."""
    asker = case.asker
    reused = [page for page in case.listings if case.reuses(page)]
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
        cure = Remedy(install(asker, case.question, *option), "ask the index anew")
        evidence = f"{page.entry.path}, {moment(page.answer.date or 0)}"
        yield Reason(words, (evidence,), (page.entry.path,)), (cure,)


def other_versions(case: Case) -> Iterator[Finding]:
    """Yield cached versions that were not asked for: none of them can be taken instead."""
    others = [entry for entry in case.own if entry.kind in FILES and not case.admits(entry)]
    if not others or not case.question.specifier:
        return
    versions = named(dict.fromkeys(str(version_of(entry)) for entry in others))
    them = "it" if len({version_of(one) for one in others}) == 1 else "them"
    other = "this is another one" if case.question.url else f"{case.question.specifier} leaves {them} out"
    words = (
        f"The cached {versions} cannot be the reason: pip only reuses a file whose address it was told to fetch, and "
        f"{other}."
    )
    yield Reason(words, tuple([shown_at(entry) for entry in others[:3]])), ()


def not_for_this_python(case: Case) -> Iterator[Finding]:
    """Yield cached files that this Python cannot use, and newer versions that it is kept from."""
    wrong = [entry for entry in case.own if entry.kind in FILES and case.admits(entry) and case.trouble(entry)]
    if wrong:
        right = [one for one in case.own if one.kind in FILES and case.admits(one) and not case.trouble(one)]
        every = "No cached file of it" if not right else "Not every cached file of it"
        troubles = list(dict.fromkeys(f"{case.trouble(entry)}" for entry in wrong))
        left_out = any(trouble.startswith(LEFT_OUT) for trouble in troubles)
        fits = "may be taken" if left_out else f"fits {python_of(case.asker)}"
        words = f"{every} {fits}: {named(troubles)}. pip passes them over."
        yield Reason(words, tuple([shown_at(entry) for entry in wrong[:3]]), tuple([one.path for one in wrong])), ()
    chosen = choose(case.offers, case.question, case.asker.pip)
    if chosen is None:
        return
    kept = [offer for offer in case.offers if offer.admitted and offer.version > chosen.version and offer.trouble]
    if kept and not kept[0].version.is_prerelease:
        newest = kept[0]
        why = f"{newest.trouble}"
        if not why.startswith(LEFT_OUT):
            why = f"not for {python_of(case.asker)}: {why}"
        words = f"{newest.version} is newer, but {why}."
        yield Reason(words, pages_of(case)), ()


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
        *_drop(case, built, "drop the wheel that was built, so that pip builds it again"),
        Remedy(install(case.asker, case.question, "--no-cache-dir"), "leave the cache out this once"),
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
WITHOUT_CACHE = (not_offered, local_versions, several_indexes)
"""What is looked for where no cache is used: what index pages tell of any installation."""


def _drop(case: Case, entry: Entry, words: str) -> tuple[Remedy, ...]:
    return drop(entry, words, case.alike, case.asker.cache)
