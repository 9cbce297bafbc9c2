"""The display name of an entry, the same everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from cachetui.model import Entry
from cachetui.text.redact import masked

FILE_KINDS = frozenset({"wheel", "sdist", "built"})
"""Kinds that are known by the name of a file."""
PAGE_NAMES = {"index": "index page", "redirect": "redirect", "response": "response", "metadata": "its metadata"}
"""Names of entries that have no file name of their own, by kind."""


def tags(entry: Entry) -> str:
    """Name the interpreter and platform of a wheel in short; anything else by its kind."""
    parts = (entry.filename or "").removesuffix(".whl").rsplit("-", 3)
    if entry.kind not in ("wheel", "built") or len(parts) < 4:
        return PAGE_NAMES.get(entry.kind, entry.kind)
    python, platform = parts[1], parts[3].rpartition(".")[2]
    return python if platform == "any" else f"{python} {platform}"


def entry_name(entry: Entry) -> str:
    """Return the name of an entry whose place is known; untrusted text."""
    if entry.kind in FILE_KINDS and entry.filename:
        return entry.filename
    if entry.project is not None and entry.kind in PAGE_NAMES:
        return PAGE_NAMES[entry.kind]
    if entry.filename:
        return entry.filename
    if entry.kind == "selfcheck" and entry.note:
        return f"self-check {entry.note}"
    if entry.url:
        parts = urlsplit(masked(entry.url))
        return parts.path.rstrip("/").rpartition("/")[2] or parts.netloc or entry.path
    return entry.path.rstrip("/").rpartition("/")[2] if entry.project or entry.kind != "leftover" else entry.path


def kind_of(entries: Collection[Entry]) -> str:
    """Sum up the kinds of a version's entries: that of the first, and how many more there are."""
    kinds: list[str] = [entry.kind for entry in entries]
    files = [kind for kind in kinds if kind != "metadata"] or kinds
    return f"{files[0]} +{len(files) - 1}" if files[1:] else files[0]


def metadata_name(entry: Entry) -> str:
    """Return the name of metadata whose wheel does not stand right above; untrusted text."""
    return f"metadata of {entry.filename or ' '.join(filter(None, (entry.project, entry.version)))}"


def whole_name(entry: Entry) -> str:
    """Return the name of an entry whose project nothing beside it names; untrusted text."""
    if entry.kind == "metadata":
        return metadata_name(entry)
    if entry.filename or (entry.kind == "selfcheck" and entry.note):
        return entry_name(entry)
    if entry.project is None:
        return entry.path
    return f"{PAGE_NAMES.get(entry.kind, entry.kind)} of {' '.join(filter(None, (entry.project, entry.version)))}"


def wheels_described(entries: Collection[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
    """Yield the metadata among the entries of a version, each with its wheel, if that is there.

    Metadata whose wheel nobody names are the only wheel's, where there is only one.
    """
    wheels: dict[str | None, Entry] = {}
    for entry in entries:
        if entry.kind == "wheel":
            wheels.setdefault(entry.filename, entry)
    only = next(iter(wheels.values())) if len(wheels) == 1 else None
    for entry in entries:
        if entry.kind == "metadata":
            yield entry, wheels.get(entry.filename) if entry.filename else only
