"""Reasons that lie in what index pages offer."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from cachetui.insight.why.answer import Finding, Reason, Remedy
from cachetui.insight.why.case import Case
from cachetui.insight.why.offers import LEFT_OUT, choose, index_of, variants
from cachetui.insight.why.wording import install, moment, named, python_of


def not_offered(case: Case) -> Iterator[Finding]:
    """Yield why no file on the pages may be taken, though what was asked is there in some form."""
    if not case.listings or choose(case.offers, case.question, case.asker.pip) is not None:
        return
    admitted = [offer for offer in case.offers if offer.admitted]
    asked = case.question
    if not admitted:
        newest = max((offer.version for offer in case.offers), default=None)
        upto = f"; the newest is {newest}" if newest else ""
        yield Reason(f"The cached index page lists no {asked.said}{upto}.", pages_of(case)), ()
    elif all(offer.trouble for offer in admitted):
        troubles = list(dict.fromkeys(offer.trouble or "" for offer in admitted))
        told = f"Every file of {asked.said} on the index page is not for {python_of(case.asker)}"
        if any(trouble.startswith(LEFT_OUT) for trouble in troubles):
            told = f"No file of {asked.said} on the index page may be taken"
        yield Reason(f"{told}: {named(troubles, 'or')}.", pages_of(case)), ()
    elif all(offer.listed.yanked for offer in admitted if not offer.trouble):
        words = (
            f"Its author has taken {asked.said} back: pip takes what was yanked only where a version is named with ==."
        )
        yield Reason(words, pages_of(case)), ()
    else:
        versions = named(dict.fromkeys(str(offer.version) for offer in admitted if not offer.trouble))
        cure = Remedy(install(case.asker, asked, "--pre"), "admit pre-releases")
        yield Reason(f"Only pre-releases satisfy this: {versions}.", pages_of(case)), (cure,)


def for_good(case: Case) -> str | None:
    """Tell why nothing on the pages may be taken, where a newer page would hardly tell otherwise; else None."""
    admitted = [offer for offer in case.offers if offer.admitted]
    if not admitted:
        newest = max((offer.version for offer in case.offers), default=None)
        if newest is None or any(version >= newest for version in _wanted(case)):
            return None
        return f"the index page lists no such version, and the newest is {newest}"
    if any((offer.trouble or "").startswith(LEFT_OUT) for offer in admitted):
        return "no file of it on the index page may be taken"
    if all(offer.trouble for offer in admitted):
        return f"no file of it on the index page is for {python_of(case.asker)}"
    if all(offer.listed.yanked for offer in admitted if not offer.trouble):
        return "its author has taken it back"
    return "only pre-releases satisfy this"


def _wanted(case: Case) -> Iterator[Version]:
    """Yield the versions that what was asked names; what has no upper bound may be published any time."""
    for clause in case.question.specifier:
        try:
            yield Version(clause.version.removesuffix(".*"))
        except InvalidVersion:
            continue


def local_versions(case: Case) -> Iterator[Finding]:
    """Yield versions that differ only in what stands behind "+"."""
    question = case.question
    groups = variants([offer.version for offer in case.offers if offer.admitted])
    chosen = choose(case.offers, question, case.asker.pip)
    for group in groups:
        if chosen is not None and chosen.version not in group:
            continue
        told = named(str(version) for version in group)
        words = f"{question.said} admits {told}: == without + takes every build of a version."
        if chosen is not None:
            words += f" pip prefers {chosen.version}, for the one with + sorts higher."
        cures = tuple(_exactly(case, version) for version in group if version != (chosen and chosen.version))
        yield Reason(words, pages_of(case)), cures
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
        cure = Remedy(install(case.asker, question, "--index-url", where), "ask only the index that has it")
        yield Reason(words, pages_of(case)), (cure,)


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
            cures = (Remedy(install(case.asker, case.question, "--index-url", other), f"ask {other} alone"),)
    yield Reason(words, pages_of(case)), cures


def pages_of(case: Case) -> tuple[str, ...]:
    """Return where the pages that count lie, and of when they are."""
    return tuple([f"{page.entry.path}, {moment(page.answer.date or 0)}" for page in case.listings])


def _exactly(case: Case, version: Version) -> Remedy:
    operator = "==" if version.local else "==="
    asking = f"{case.question.name}{operator}{version}"
    return Remedy(install(case.asker, case.question, asking=asking), f"take {version} and no other")
