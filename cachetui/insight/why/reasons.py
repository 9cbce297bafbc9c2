"""Reasons: each looks at a case and returns findings with their evidence, or none.

What pip does is told by its own replay; a reason adds what pip does not say: where a file came from and when, why a
cached file cannot be the cause, which file or page stands in the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from packaging.version import Version

from cachetui.insight.why.answer import Finding, Reason, Remedy
from cachetui.insight.why.case import (
    FILES,
    PYPI,
    Case,
    canonical,
    filename_of,
    parsed,
    place_of,
    specifier_of,
    version_of,
)
from cachetui.insight.why.dropping import drop
from cachetui.insight.why.replay import Chosen, ListedFile
from cachetui.insight.why.stops import BROKEN, NOT_FOUND, OTHER_PYTHON, is_as_listed, why_not_found
from cachetui.insight.why.verdict import answer_of, page_entry
from cachetui.insight.why.wording import (
    arguments_with,
    command_of,
    day,
    moment,
    named,
    old,
    pip_of,
    python_of,
    shown_at,
    span,
)
from cachetui.model import Entry
from cachetui.pip.listings import version_in

ANEW = "remove it, so that pip fetches it anew"
REFRESHES = (26, 2)
"""The first pip with `--refresh-package`."""


def findings(case: Case) -> Iterator[Finding]:
    """Yield what explains the case, the most important first."""
    if case.run.roots and not any(one.matches for one in case.run.roots):
        return
    for look in LOOKS if not case.replay.trouble else FACTS:
        yield from look(case)


def installed(case: Case) -> Iterator[Finding]:
    """Yield that a distribution is installed already."""
    chosen = case.chosen
    if chosen is None or chosen.way != "installed":
        return
    words = (
        f"{chosen.name} {chosen.version} is installed in this environment and satisfies {case.asked}. Then pip neither "
        "looks for a newer version nor into its cache."
    )
    cures = (
        _pip(case, "look for a newer version", "--upgrade"),
        _pip(case, "install it again", "--force-reinstall"),
    )
    yield Reason(words), cures


def damaged(case: Case) -> Iterator[Finding]:
    """Yield answers whose bodies are not as long as their headers say (CacheControl #324: two files, not one step)."""
    for entry in case.own:
        answer = case.answers.get(entry.path)
        if answer is None or answer.is_whole or not case.reads(entry):
            continue
        what = "The cached index page" if entry.kind == "index" else f"The cached {entry.filename or 'file'}"
        words = (
            f"{what} does not belong to its headers: they say {answer.length:,} bytes, there are {answer.stored:,}. "
            "pip wrote one and not the other."
        )
        yield (
            Reason(words, (shown_at(entry),), (entry.path,)),
            _drop(case, entry, ANEW),
        )


def stopped_at_a_file(case: Case) -> Iterator[Finding]:
    """Yield the cached answer at which pip stops."""
    error = case.run.error
    if error is None or NOT_FOUND.search(error.words) or OTHER_PYTHON.search(error.words):
        return
    entry = case.entry_at(error.url) if error.url else None
    if entry is None:
        last = next((one for one in reversed(case.run.requests) if one.how in ("cache", "checked")), None)
        entry = case.entry_at(last.url) if last else None
    is_broken = BROKEN.search(error.words) or BROKEN.search(error.type)
    if entry is None or not (error.type.startswith("Hash") or is_broken):
        return
    if is_as_listed(case):
        words = f"The cached {entry.filename or 'file'} is whole: its hash is the one that its index lists."
        evidence = (shown_at(entry), *[f"pip says: {line}" for line in _hash_lines(error.words)])
        yield Reason(words, evidence, (entry.path,)), ()
        return
    if error.type == "HashMismatch" or "DO NOT MATCH" in error.words:
        what = (
            f"The cached {entry.filename or 'file'} is not the file that pip was told to expect: its hash is another "
            "one. It was published anew under the same address, or it is damaged."
        )
    elif error.type.startswith("Hash"):
        return
    else:
        file = "index page" if entry.kind == "index" else entry.filename or "answer"
        what = f"The cached {file} cannot be read: it is damaged."
    evidence = (shown_at(entry), *[f"pip says: {line}" for line in _hash_lines(error.words)])
    yield Reason(what, evidence, (entry.path,)), _drop(case, entry, ANEW)


def _hash_lines(words: str) -> list[str]:
    return [" ".join(line.split()) for line in words.splitlines() if re.match(r"\s+(Expected|Got)\s", line)]


def by_address(case: Case) -> Iterator[Finding]:
    """Yield that the file or build of an address is used again, whatever is published there now."""
    chosen = case.chosen
    if case.root is None or not case.root.url or chosen is None:
        return
    entry = case.entry_of(chosen)
    if entry is None:
        return
    cures = (_pip(case, "leave the cache out this once", "--no-cache-dir"),)
    if chosen.way == "built" and case.root.url.startswith("file:"):
        words = (
            f"pip takes the wheel that it built on {day(entry.downloaded)} from this file or folder. It goes by the "
            "address alone: if the file has changed since, pip does not notice."
        )
    elif chosen.way == "built":
        words = (
            f"pip installs the wheel that it built on {day(entry.downloaded)} from this very address, without a single "
            "request: if something else was published there since, pip does not notice."
        )
    elif chosen.way in ("cache", "build"):
        words = (
            f"pip uses the file fetched from this address on {day(entry.downloaded)} without asking again, as its "
            "server allowed: if something else was published there since, pip does not notice."
        )
    else:
        return
    yield Reason(words, (shown_at(entry),), (entry.path,)), (*_drop_with_source(case, entry), *cures)


def unchecked_pages(case: Case) -> Iterator[Finding]:
    """Yield index pages that pip uses without asking, where a newer page could change the choice."""
    chosen = case.chosen
    if (chosen is not None and (case.is_pinned or chosen.way in ("installed", "unknown"))) or not case.name:
        return
    lacking = NOT_FOUND.search(case.run.error.words) if case.run.error else None
    if chosen is None and lacking is None:
        return
    name = canonical(lacking[1]) if lacking else case.name
    for request in case.pages(name):
        answer, entry = answer_of(case, request), page_entry(case, request)
        if request.how != "cache" or answer is None or entry is None:
            continue
        words = (
            f"{pip_of(case)} uses the index page of {name} from {case.index_name(request.url)} without asking: it "
            f"is {old(answer.age(case.now) or 0)}, and its server allows {span(answer.lifetime)}. What was published "
            "since then is not on it."
        )
        refreshes = case.pip is not None and case.pip.release[:2] >= REFRESHES
        option = ("--refresh-package", name) if refreshes else ("--no-cache-dir",)
        yield (
            Reason(words, (f"{entry.path}, {moment(answer.date or 0)}",), (entry.path,)),
            (_pip(case, "ask the index anew", *option),),
        )


def not_offered(case: Case) -> Iterator[Finding]:
    """Yield which files of a project there are where pip finds none that it may take."""
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
        words = f"The index page of {name} lists no file for {python_of(case)}: {reasons}."
    elif why:
        words = f"{why[0].upper()}{why[1:]}."
    else:
        return
    cures = (_pip(case, "allow pre-releases", "--pre"),) if why.startswith("only pre-releases") else ()
    yield Reason(words, _pages(case, name)), cures


def passed_over(case: Case) -> Iterator[Finding]:
    """Yield newer releases that pip looked at or saw listed, and did not take."""
    chosen = case.chosen
    version = parsed(chosen.version) if chosen else None
    if chosen is None or version is None or chosen.way == "unknown" or (case.root and case.root.url):
        return
    tried = [
        one
        for one in case.run.tried
        if one.name == case.name and (other := parsed(one.version)) and other > version and one.needs is not None
    ]
    for one in {one.version: one for one in tried}.values():
        if why := _why_passed_over(case, one.needs, one.python):
            yield Reason(f"{one.version} is newer, but {why}.", _pages(case, case.name)), ()
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
        words = f"{top} is newer, but pip may take no file of it: {named(reasons, 'or')}."
        yield Reason(words, _pages(case, case.name)), ()


def _kept_out(case: Case, version: Version) -> Iterator[Finding]:
    """Yield that a constraint keeps pip from a newer release that is listed."""
    listed = [parsed(one.version) for one in case.run.listed.get(case.name, ()) if not one.yanked]
    newer = [one for one in listed if one and one > version and case.admits(one) and not one.is_prerelease]
    for one in case.run.constraints:
        if newer and one.name == case.name and not specifier_of(one.specifier).contains(max(newer)):
            source = one.source or "a constraint"
            yield Reason(f"{max(newer)} is listed, too, but {source} allows {one.name}{one.specifier} alone."), ()


def _why_passed_over(case: Case, needs: Sequence[str], python: str) -> str:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - only here
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    running = case.asker.portrait.version if case.asker.portrait else ""
    try:
        if python and running and not SpecifierSet(python).contains(running, prereleases=True):
            return f"its metadata asks for Python {python}"
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
            return f"it needs {name}{requirement.specifier}, which does not fit the rest"
    return "what it needs does not fit the rest" if needs else ""


def local_versions(case: Case) -> Iterator[Finding]:
    """Yield versions that differ only in their local part, such as 2.3.0 and 2.3.0+cu121."""
    chosen = case.chosen
    admitted = [one for one in case.run.listed.get(case.name, ()) if case.admits(parsed(one.version))]
    groups: dict[str, list[Version]] = {}
    for version in sorted({v for one in admitted if (v := parsed(one.version))}, reverse=True):
        groups.setdefault(version.public, []).append(version)
    taken = parsed(chosen.version) if chosen else None
    for group in groups.values():
        if len(group) > 1 and (taken is None or taken in group):
            words = f"{case.asked} admits {named(map(str, group))}: == without + takes every build of a version."
            if taken is not None:
                words += f" pip prefers {taken}, for the one with + sorts higher."
            cures = [_exactly(case, version) for version in group if version != taken]
            yield Reason(words, _pages(case, case.name)), tuple(cures)
            return
    wanted = [clause.version for clause in case.specifier if "+" in clause.version]
    if wanted and not admitted and case.run.pages(case.name):
        elsewhere = [one for one in case.own if one.kind in FILES and version_of(one) == parsed(wanted[0])]
        words = f"No index that pip asks here lists {wanted[0]}: builds with + are kept on an index of their own."
        if elsewhere and (hosts := _hosts(elsewhere)):
            files = named(dict.fromkeys(one.filename or "?" for one in elsewhere))
            words += f" {files} in this cache came from {named(hosts)}: give pip the index that lists it."
        evidence = [*_pages(case, case.name), *[shown_at(one) for one in elsewhere[:2]]]
        yield Reason(words, tuple(evidence), tuple([one.path for one in elsewhere])), ()


def several_indexes(case: Case) -> Iterator[Finding]:
    """Yield that several indexes list the project: pip ranks files, never indexes."""
    listed = case.run.listed.get(case.name, ())
    indexes = list(dict.fromkeys(case.index_name(one.page) for one in listed if one.page))
    chosen = case.chosen
    if len(indexes) < 2:
        return
    words = f"Several indexes list {case.name}: {named(indexes)}. pip ranks all their files together: none comes first."
    cures: list[Remedy] = []
    if chosen is not None and chosen.page:
        mine = case.index_name(chosen.page)
        words += f" It takes {chosen.version} from {mine}."
        if _equal_elsewhere(listed, chosen):
            words += " Another index lists the same file name: of equals pip takes the last."
        others = [one for one in listed if case.index_name(one.page) != mine and case.admits(parsed(one.version))]
        for other in list(dict.fromkeys(case.index_name(one.page) for one in others))[:1]:
            address = case.replay.pypi if other == PYPI else other
            cures.append(_pip(case, f"ask {other} alone", "--index-url", address))
    yield Reason(words, _pages(case, case.name)), tuple(cures)


def _equal_elsewhere(listed: Sequence[ListedFile], chosen: Chosen) -> bool:
    name = filename_of(chosen.url)
    return len({one.page for one in listed if one.filename == name}) > 1


def built_here(case: Case) -> Iterator[Finding]:
    """Yield that pip takes a wheel built here in place of the release."""
    chosen = case.chosen
    if chosen is None or chosen.way != "built" or (case.root and case.root.url):
        return
    entry = case.entry_of(chosen)
    if entry is None:
        return
    source = "this file" if chosen.url.startswith("file:") else "same address, same hash"
    words = (
        f"pip installs the wheel that it built here on {day(entry.downloaded)} instead of building {chosen.version} "
        f"again ({source}). It was made with the compiler, the libraries and the settings of that day; "
        "--config-settings given now change nothing."
    )
    cures = (
        *_drop(case, entry, "remove the built wheel, so that pip builds it again"),
        _pip(case, "leave the cache out this once", "--no-cache-dir"),
    )
    yield Reason(words, (shown_at(entry),), (entry.path,)), cures


def not_listed(case: Case) -> Iterator[Finding]:
    """Yield downloads that would fit, but that no index page lists which pip read."""
    unlisted = case.unlisted
    if not unlisted or (case.chosen is None and any("+" in clause.version for clause in case.specifier)):
        return  # the local versions tell it
    files = named(dict.fromkeys(entry.filename or "?" for entry in unlisted))
    is_one = len({entry.filename for entry in unlisted}) == 1
    it, are = ("it", "is") if is_one else ("them", "are")
    words = f"{files} {are} in the cache, but no index that pip asks here is known to list {it}."
    if case.run.unseen.get(case.name):
        words = f"{files} {are} in the cache: pip takes {it} again where an index lists {it}."
    if hosts := _hosts(unlisted):
        words += f" {'It' if is_one else 'They'} came from {named(hosts)}."
    yield Reason(words, tuple([shown_at(entry) for entry in unlisted[:3]]), tuple([one.path for one in unlisted])), ()


def out_of_sight(case: Case) -> Iterator[Finding]:
    """Yield downloads in the layout that this pip does not read."""
    unread = [
        entry
        for entry in case.own
        if entry.kind in ("wheel", "sdist") and not case.reads(entry) and case.admits(version_of(entry))
    ]
    if unread:
        where = unread[0].path.partition("/")[0]
        files = named(dict.fromkeys(entry.filename or "?" for entry in unread))
        lies = "lies" if len({entry.filename for entry in unread}) == 1 else "lie"
        words = f"{files} {lies} under {where}/, where {pip_of(case)} does not look."
        yield Reason(words, tuple([shown_at(entry) for entry in unread[:3]]), tuple([one.path for one in unread])), ()


def pips_words(case: Case) -> Iterator[Finding]:
    """Yield what pip itself says where it stops, beside the other reasons."""
    error = case.run.error
    said = [words.strip() for level, words in case.run.words if level in ("ERROR", "CRITICAL", "WARNING")]
    if error is not None and "conflict" in " ".join(words for _, words in case.run.words):
        said = [words.strip() for _, words in case.run.words][-6:]
    if error is None and case.run.resolved:
        said = [words for words in said if "yanked" in words]
    lines = [line.strip() for words in said for line in words.splitlines() if line.strip()]
    if lines:
        yield Reason("pip itself says:", tuple(dict.fromkeys(lines[:8]))), ()


LOOKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    installed,
    damaged,
    stopped_at_a_file,
    by_address,
    not_offered,
    local_versions,
    passed_over,
    several_indexes,
    built_here,
    not_listed,
    out_of_sight,
    unchecked_pages,
    pips_words,
)
"""What is looked for, the most important first."""
FACTS = (damaged, out_of_sight)
"""What is looked for where pip cannot be asked."""


def _hosts(entries: Sequence[Entry]) -> list[str]:
    return [*dict.fromkeys(place_of(entry.url, host_only=True) for entry in entries if entry.url)]


def _pages(case: Case, name: str) -> tuple[str, ...]:
    """Return where the index pages of a project lie, and their dates."""
    found = []
    for request in case.pages(name):
        entry, answer = page_entry(case, request), answer_of(case, request)
        if entry is not None:
            found.append(
                f"{entry.path}, {moment(answer.date or 0) if answer else day(entry.checked or entry.downloaded)}"
            )
    return tuple(found)


def _pip(case: Case, words: str, *options: str) -> Remedy:
    arguments = arguments_with(case, *options)
    return Remedy(command_of(case, arguments), words, arguments=arguments)


def _exactly(case: Case, version: Version) -> Remedy:
    operator = "==" if version.local else "==="
    arguments = arguments_with(case, asking=f"{case.name}{operator}{version}")
    return Remedy(command_of(case, arguments), f"take {version} and no other", arguments=arguments)


def _drop(case: Case, entry: Entry, words: str) -> tuple[Remedy, ...]:
    alike = [one for one in case.inventory.entries if one.project and one.project == entry.project]
    return drop(entry, words, alike, case.asker.cache)


def _drop_with_source(case: Case, entry: Entry) -> tuple[Remedy, ...]:
    """Remove a file of an address with what was built from it: either alone would bring the old one back."""
    return _drop(case, entry, "remove it from the cache")
