"""Remedies: pip with other options, or the command whose terms take an entry and as little else as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.version import Version

from cachetui.errors import TermError
from cachetui.insight.why.evidence import Evidence, version_of
from cachetui.insight.why.explanation import Remedy
from cachetui.insight.why.phrases import arguments_with, command_of, named, quoted
from cachetui.labels import Facts
from cachetui.model import Entry
from cachetui.terms import parse_terms


def remedy(case: Evidence, words: str, *options: str) -> Remedy:
    """Return the command that was asked about with further options of pip."""
    arguments = arguments_with(case, *options)
    return Remedy(command_of(case, arguments), words, arguments=arguments)


def exactly(case: Evidence, version: Version) -> Remedy:
    """Return the command that was asked about for one version alone."""
    operator = "==" if version.local else "==="
    arguments = arguments_with(case, asking=f"{case.name}{operator}{version}")
    return Remedy(command_of(case, arguments), f"take {version} and no other", arguments=arguments)


def drop_entry(case: Evidence, entry: Entry, words: str, *, whole: bool = False) -> tuple[Remedy, ...]:
    """Return the command that removes an entry of a case, as `drop` does; `whole` all kinds of its version."""
    alike = [one for one in case.inventory.entries if one.project and one.project == entry.project]
    return drop(entry, words, alike, case.asker.cache, whole=whole)


def drop(
    entry: Entry, words: str, alike: Sequence[Entry], cache: Sequence[str] = (), *, whole: bool = False
) -> tuple[Remedy, ...]:
    """Return the command that removes an entry; none if no terms match it.

    `words` tell what it is good for; what else the terms take is named after them. `alike` are all entries of its
    project, itself among them; `cache` is the option by which cachetui comes to the cache, if it needs one.
    """
    ways = [terms[:1] if whole else terms for terms in _ways(entry)]
    found = [(terms, taken) for terms in ways if entry in (taken := _taken(terms, alike))]
    if not found:
        return ()
    terms, taken = min(found, key=lambda way: len(way[1]))
    if others := [one.filename or one.path for one in taken if one != entry]:
        words += f"; {named(others)} {'goes' if len(others) == 1 else 'go'} with it"
    command = quoted(["cachetui", "remove", *terms, *cache])
    return (Remedy(command, words, tuple([one.path for one in taken])),)


def _ways(entry: Entry) -> Iterator[tuple[str, ...]]:
    """Yield terms that may take an entry: `==` takes local versions too, `===` none, but only one spelling."""
    name, kind = entry.project, f"kind:{entry.kind}"
    if name is None:
        return
    versions = dict.fromkeys(str(version) for version in (version_of(entry), entry.version) if version)
    for written in (name, f'"{name}"'):  # in quotes it is a name, whatever else it could mean
        if not versions:
            yield written, kind
        yield from [(f"{written}{operator}{version}", kind) for operator in ("==", "===") for version in versions]


def _taken(terms: tuple[str, ...], alike: Sequence[Entry]) -> list[Entry]:
    """Return the entries that terms match; none if the terms do not parse."""
    try:
        predicate = parse_terms(terms)
    except TermError:
        return []
    return [one for one in alike if predicate(one, Facts())]
