"""Reasons on index pages: what they list, which files pip may not take, and when they were fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.version import Version

from cachetui.insight.remove_terms import version_of
from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.explanation import Reason, ReasonWithRemedies, Remedy
from cachetui.insight.why.parsing import canonical, filename_of, parsed, specifier_of
from cachetui.insight.why.remedies import exactly, remedy
from cachetui.insight.why.replay import NOT_FOUND, ChosenDistribution, ListedFile
from cachetui.insight.why.sentence_parts import (
    hosts_of,
    moment,
    named,
    old,
    pages_shown,
    pip_of,
    python_of,
    shown_at,
    span,
)
from cachetui.insight.why.stops import why_not_found
from cachetui.model import INSTALLABLE
from cachetui.pip.formats.index_files import version_in
from cachetui.pip.versions import REFRESH_PACKAGE_SINCE
from cachetui.text.quote import quoted


def not_offered(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding if pip finds no file that it may take: what the index page lists, or why nothing on it fits."""
    error = case.run.error
    found = NOT_FOUND.search(error.words) if error else None
    if found is None:
        return
    name, specifier = canonical(found[1]), found[2].strip()
    why, _ = why_not_found(case, name, specifier)
    listed = [one.version for one in case.run.listed.get(name, ())]
    files = [one for one in case.run.refused.get(name, ()) if version_in(one.filename, name)]
    refused = {one.filename: case.refusal(one) for one in files}
    if listed:
        versions = sorted({version for one in listed if (version := parsed(one))}, reverse=True)
        words = f"For {python_of(case)} the index page of {name} lists {named(map(str, versions))}."
    elif refused:
        reasons = named(dict.fromkeys(refused.values()), "or")
        words = f"pip can use no file that the index page of {name} lists: {reasons}."
    elif why:
        words = f"{why[0].upper()}{why[1:]}."
    else:
        return
    cures = (remedy(case, "allow pre-releases", "--pre"),) if why.startswith("only pre-releases") else ()
    yield Reason(words, pages_shown(case, name)), cures


def without_index(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding if `--no-index` keeps pip from using cached files, which pip finds only by URL."""
    words = [*case.question.arguments, *[word for line in case.question.lines for word in line.split()]]
    fits = [
        one
        for one in case.own
        if one.kind in INSTALLABLE and case.admits(version_of(one)) and not case.why_unusable(one)
    ]
    if "--no-index" in words and fits and not case.run.resolved:
        names = named(dict.fromkeys(one.filename or "?" for one in fits))
        command = quoted(["cachetui", "export", case.name, "--to", "wheels", *case.asker.cache])
        told = (
            f"{names} {'is' if len(fits) == 1 else 'are'} in the cache, but pip finds a cached file by the address "
            "that an index lists, never by its name. To install without an index, write what is cached into a folder "
            f"with {command}, and give pip --find-links wheels."
        )
        yield Reason(told, tuple([shown_at(one) for one in fits[:3]]), tuple([one.path for one in fits])), ()


def passed_over(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield findings for newer releases that pip considered or saw listed, but did not take."""
    chosen = case.chosen
    version = parsed(chosen.version) if chosen else None
    if chosen is None or version is None or chosen.way == "unknown" or (case.root and case.root.url):
        return
    tried = [
        one for one in case.run.tried if one.name == case.name and (other := parsed(one.version)) and other > version
    ]
    for one in {one.version: one for one in tried}.values():
        if why := _why_passed_over(case, one.needs, one.python):
            yield Reason(f"{one.version} is newer, but {why}.", pages_shown(case, case.name)), ()
    if tried:
        return
    yield from _kept_out(case, version)
    newer = [
        (other, row)
        for row in case.run.refused.get(case.name, ())
        if (other := version_in(row.filename, case.name))
        and other > version
        and case.admits(other)
        and not other.is_prerelease
    ]
    if newer:
        top = max(other for other, _ in newer)
        reasons = dict.fromkeys(case.refusal(row) for other, row in newer if other == top)
        words = f"{top} is newer, but pip can use none of its files: {named(reasons, 'or')}."
        yield Reason(words, pages_shown(case, case.name)), ()


def _kept_out(case: Evidence, version: Version) -> Iterator[ReasonWithRemedies]:
    """Yield a finding if a constraint excludes a newer release that is listed."""
    listed = [parsed(one.version) for one in case.run.listed.get(case.name, ()) if not one.yanked]
    newer = [one for one in listed if one and one > version and case.admits(one) and not one.is_prerelease]
    for one in case.run.constraints:
        if newer and one.name == case.name and not specifier_of(one.specifier).contains(max(newer)):
            source = one.source or "a constraint"
            yield Reason(f"{max(newer)} is listed too, but {source} allows only {one.name}{one.specifier}."), ()


def _why_passed_over(case: Evidence, needs: Sequence[str], python: str) -> str:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - only here
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    running = case.asker.interpreter.version if case.asker.interpreter else ""
    try:
        if python and running and not SpecifierSet(python).contains(running, prereleases=True):
            return f"its metadata requires Python {python}"
    except InvalidSpecifier:
        return ""
    for need in needs:
        try:
            requirement = Requirement(need)
        except InvalidRequirement:
            continue
        name = canonical(requirement.name)
        taken = case.run.choice(name)
        versions = [one.version for one in case.run.listed.get(name, ())]
        if name in case.run.listed and not any(
            requirement.specifier.contains(one, prereleases=True) for one in versions if parsed(one)
        ):
            return f"it needs {name}{requirement.specifier}, and no index page here lists that"
        if taken and parsed(taken.version) and not requirement.specifier.contains(taken.version, prereleases=True):
            return f"it needs {name}{requirement.specifier}, which conflicts with the rest"
    return "what it needs conflicts with the rest" if needs else ""


def local_versions(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding if pages list versions that differ only in their local part, such as 2.3.0 and 2.3.0+cu121.

    Otherwise, yield one if no page lists a local version that was asked for.
    """
    chosen = case.chosen
    admitted = [one for one in case.run.listed.get(case.name, ()) if case.admits(parsed(one.version))]
    groups: dict[str, list[Version]] = {}
    for version in sorted({v for one in admitted if (v := parsed(one.version))}, reverse=True):
        groups.setdefault(version.public, []).append(version)
    taken = parsed(chosen.version) if chosen else None
    for group in groups.values():
        if len(group) > 1 and (taken is None or taken in group):
            words = f"{case.asked} allows {named(map(str, group))}: == without + matches every build of a version."
            if taken is not None:
                words += f" pip prefers {taken}, because + sorts higher."
            cures = [exactly(case, version) for version in group if version != taken]
            yield Reason(words, pages_shown(case, case.name)), tuple(cures)
            return
    wanted = [clause.version for clause in case.specifier if "+" in clause.version]
    has_local = any("+" in one.version for one in case.run.listed.get(case.name, ()))
    if wanted and not admitted and not has_local and case.knows_pages(case.name):
        elsewhere = [one for one in case.own if one.kind in INSTALLABLE and version_of(one) == parsed(wanted[0])]
        words = f"No index that pip asks here lists {wanted[0]}: builds with + are on an index of their own."
        if elsewhere and (hosts := hosts_of(elsewhere)):
            files = named(dict.fromkeys(one.filename or "?" for one in elsewhere))
            words += f" {files} in this cache came from {named(hosts)}: give pip the index that lists it."
        evidence = [*pages_shown(case, case.name), *[shown_at(one) for one in elsewhere[:2]]]
        yield Reason(words, tuple(evidence), tuple([one.path for one in elsewhere])), ()


def several_indexes(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding if several indexes or find-links pages list the project: pip ranks files, not indexes."""
    listed = case.run.listed.get(case.name, ())
    indexes = list(dict.fromkeys(case.index_name(one.page) for one in listed if one.page))
    chosen = case.chosen
    if len(indexes) < 2:
        return
    all_indexes = not any(case.is_of_links(one.page) for one in listed if one.page)
    several, one_of_them = ("indexes", "index") if all_indexes else ("pages", "page")
    words = (
        f"Several {several} list {case.name}: {named(indexes)}. pip ranks all their files together; no {one_of_them} "
        "comes first."
    )
    cures: list[Remedy] = []
    if chosen is not None and chosen.page:
        mine = case.index_name(chosen.page)
        words += f" It takes {chosen.version} from {mine}."
        if _equal_elsewhere(listed, chosen):
            words += f" Another {one_of_them} lists the same file name: if files are equal, pip takes the last one."
        others = [one for one in listed if case.index_name(one.page) != mine and case.admits(parsed(one.version))]
        for page in [one.page for one in others if not case.is_of_links(one.page)][:1]:
            other, address = case.index_name(page), page.rstrip("/").rpartition("/")[0]
            cures.append(remedy(case, f"ask only {other}", "--index-url", address))
    yield Reason(words, pages_shown(case, case.name)), tuple(cures)


def _equal_elsewhere(listed: Sequence[ListedFile], chosen: ChosenDistribution) -> bool:
    name = filename_of(chosen.url)
    return len({one.page for one in listed if one.filename == name}) > 1


def not_listed(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding for downloads that would fit, but that are listed on no page that pip read."""
    unlisted = case.unlisted
    if not unlisted or (case.chosen is None and any("+" in clause.version for clause in case.specifier)):
        return  # `local_versions` reports this
    files = named(dict.fromkeys(entry.filename or "?" for entry in unlisted))
    is_one = len({entry.filename for entry in unlisted}) == 1
    it, are = ("it", "is") if is_one else ("them", "are")
    words = f"{files} {are} in the cache, but no index that pip asks here is known to list {it}."
    if case.run.unseen.get(case.name):
        words = f"{files} {are} in the cache: pip uses {it} again if an index lists {it}."
    if hosts := hosts_of(unlisted):
        words += f" {'It' if is_one else 'They'} came from {named(hosts)}."
    yield Reason(words, tuple([shown_at(entry) for entry in unlisted[:3]]), tuple([one.path for one in unlisted])), ()


def unchecked_pages(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield findings for index and find-links pages that pip uses without asking their server again.

    Only pages whose newer version could change pip's choice are considered.
    """
    chosen = case.chosen
    if (chosen is not None and (case.is_pinned or chosen.way in ("installed", "unknown"))) or not case.name:
        return
    lacking = NOT_FOUND.search(case.run.error.words) if case.run.error else None
    if chosen is None and lacking is None:
        return
    name = canonical(lacking[1]) if lacking else case.name
    for request in case.pages(name):
        answer, entry = case.answer_to(request), case.entry_at(request.url)
        if request.how != "cache" or answer is None or entry is None:
            continue
        words = (
            f"{pip_of(case)} uses the cached {case.page_name(request, name)} without asking: it "
            f"is {old(answer.age(case.now) or 0)}, and its server allows {span(answer.lifetime)}. Newer "
            "releases are not on it."
        )
        refreshes = case.pip is not None and case.pip.release[:2] >= REFRESH_PACKAGE_SINCE
        option = ("--refresh-package", name) if refreshes else ("--no-cache-dir",)
        yield (
            Reason(words, (f"{entry.path}, {moment(answer.date or 0)}",), (entry.path,)),
            (remedy(case, "ask the index again", *option),),
        )
