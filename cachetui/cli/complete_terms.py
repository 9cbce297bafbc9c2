"""Completion of terms for shells; names and versions come from the scan memory, not from the cache itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

import click
from click.shell_completion import CompletionItem
from packaging.version import Version

from cachetui.caches.registry import PIP, source_of
from cachetui.cli.options import options_of
from cachetui.errors import CachetuiError
from cachetui.interpreters.lookup import default_python, python_at
from cachetui.labels import LABELS
from cachetui.model import KINDS
from cachetui.pip.memory import known_releases

QUALIFIERS = {
    "kind:": "what it is, such as kind:wheel",
    "is:": "what can be said of it, such as is:superseded",
    "python:": "wheels for this Python alone",
    "from:": "what its address holds",
    "not:": "the opposite of the term that follows",
}
MEASURES = {
    "size": "bytes on disk",
    "age": "since it was downloaded or built",
    "checked": "since its server last confirmed it",
    "read": "since something last read it",
}
SIZES, AGES = ("10MB", "100MB", "500MB", "1GB"), ("30d", "90d", "180d", "1y")
"""Suggested sizes and ages; they have no common beginning, so a shell adds nothing after the comparison sign."""
VALUES: dict[str, tuple[str, ...]] = {
    "kind:": KINDS,
    "is:": LABELS,
    "python:": tuple([f"3.{minor}" for minor in range(8, 16)]),
}

NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
"""Matches a canonical project name.

Other names are not suggested, because a shell may interpret their characters. For the same reason, only versions that
`VERSION` matches are suggested.
"""
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
NEGATIONS = re.compile(r"(?:not:)*", re.I)
QUALIFIED = re.compile(r"([A-Za-z]+:)(.*)")
MEASURED = re.compile(r"((size|age|checked|read)(?:[<>]=?))(.*)", re.I | re.A)
COMPARED = re.compile(r"(([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?(?:[^<>=!~]*(?:===|[<>=!~]=|[<>]))+)([^<>=!~,]*)")
"""Matches a requirement that is being typed.

Groups: everything up to the last comparison sign, the name of the project, and what is typed of the version.
"""
SEPARATORS = re.compile("[-_.]+")


def term_items(context: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Return completions of a term. An argument may hold several terms, separated by spaces."""
    begun = incomplete[incomplete.rfind(" ") + 1 :]
    end = NEGATIONS.match(begun)
    term = begun[end.end() if end else 0 :]
    before = incomplete[: len(incomplete) - len(term)]
    return [CompletionItem(f"{before}{text}", help=help_) for text, help_ in _endings(context, term)]


def release_items(context: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Return completions of a project's name, or of the version after a name and a comparison sign."""
    if found := COMPARED.fullmatch(incomplete):
        versions = _versions(context, SEPARATORS.sub("-", found[2]).lower())
        return [CompletionItem(text) for text, _ in _beginning(found[3], versions, found[1])]
    return [CompletionItem(name) for name in _names(context, incomplete)]


def _endings(context: click.Context, term: str) -> Iterable[tuple[str, str | None]]:
    if found := MEASURED.fullmatch(term):
        return _beginning(found[3], SIZES if found[2].lower() == "size" else AGES, found[1])
    if found := QUALIFIED.fullmatch(term):
        return _beginning(found[2], VALUES.get(found[1].lower(), ()), found[1])
    if found := COMPARED.fullmatch(term):
        return _beginning(found[3], _versions(context, SEPARATORS.sub("-", found[2]).lower()), found[1])
    return _any_term(context, term)


def _beginning(begun: str, values: Iterable[str], before: str) -> Iterator[tuple[str, None]]:
    return ((f"{before}{value}", None) for value in values if value.lower().startswith(begun.lower()))


def _any_term(context: click.Context, begun: str) -> Iterator[tuple[str, str | None]]:
    for name in _names(context, begun):
        yield name, None
    for qualifier, help_ in QUALIFIERS.items():
        if qualifier.startswith(begun.lower()):
            yield qualifier, help_
    for measure, help_ in MEASURES.items():
        if f"{measure}>".startswith(begun.lower()):
            for value in SIZES if measure == "size" else AGES:
                yield f"{measure}>{value}", help_


def _names(context: click.Context, begun: str) -> list[str]:
    """Return the remembered names of projects that begin with a text, sorted."""
    canonical = SEPARATORS.sub("-", begun).lower()
    names = {line.partition(" ")[0] for line in known_here(context) if line.startswith(canonical)}
    return sorted([name for name in names if NAME.fullmatch(name)])


def _versions(context: click.Context, project: str) -> list[str]:
    """Return the remembered versions of a project, newest first."""
    found: dict[str, Version] = {}
    releases = known_here(context)
    for version in [line.removeprefix(f"{project} ") for line in releases if line.startswith(f"{project} ")]:
        if VERSION.fullmatch(version):
            try:
                found[version] = Version(version)
            except ValueError:  # InvalidVersion, or more digits than int() accepts
                continue
    return sorted(found, key=found.__getitem__, reverse=True)


def known_here(context: click.Context) -> set[str]:
    """Return the remembered releases of the cache that the command line selects; see `known_releases`.

    Empty if the memory is not used, or if there is no such cache.
    """
    options = options_of(context)
    if not options.scan_memory:
        return set()
    try:
        place, name = (text and os.path.expandvars(text) for text in (options.cache_dir, options.python))
        python = python_at(name) if name else default_python(os.environ)
        source = source_of(options.of or PIP)
        root = source.locate(place, python=python, environ=os.environ).root.stat()
    except (CachetuiError, OSError, ValueError):  # no such Python, or no such root
        return set()
    return known_releases(root.st_dev, root.st_ino)
