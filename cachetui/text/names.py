"""Names under which entries are shown, the same everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from cachetui.model import Entry
from cachetui.text.redact import masked

FILE_KINDS = frozenset({"wheel", "sdist", "built"})
"""Kinds of entries that are shown by their file name."""
PAGE_NAMES = {"index": "index page", "redirect": "redirect", "response": "response", "metadata": "its metadata"}
"""Names by kind for entries that are mostly not shown by their file name."""


def tags(entry: Entry) -> str:
    """Return a wheel's interpreter and platform tags in short form; for other entries, a name for the kind."""
    parts = (entry.filename or "").removesuffix(".whl").rsplit("-", 3)
    if entry.kind not in ("wheel", "built") or len(parts) < 4:
        return PAGE_NAMES.get(entry.kind, entry.kind)
    python, platform = parts[1], parts[3].rpartition(".")[2]
    return python if platform == "any" else f"{python} {platform}"


def entry_name(entry: Entry) -> str:
    """Return the name by which an entry is shown where its project is already named above it; untrusted text."""
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
    """Return the kind of the first of some entries, and how many more there are, such as `wheel +2`.

    Metadata counts only if there is nothing else.
    """
    kinds: list[str] = [entry.kind for entry in entries]
    files = [kind for kind in kinds if kind != "metadata"] or kinds
    return f"{files[0]} +{len(files) - 1}" if files[1:] else files[0]


def metadata_name(entry: Entry) -> str:
    """Return the name of metadata that is not shown right below its wheel; the text is untrusted."""
    return f"metadata of {entry.filename or ' '.join(filter(None, (entry.project, entry.version)))}"


def whole_name(entry: Entry) -> str:
    """Return the full name of an entry, for places that do not show its project; the text is untrusted."""
    if entry.kind == "metadata":
        return metadata_name(entry)
    if entry.filename or (entry.kind == "selfcheck" and entry.note):
        return entry_name(entry)
    if entry.project is None:
        return entry.path
    return f"{PAGE_NAMES.get(entry.kind, entry.kind)} of {' '.join(filter(None, (entry.project, entry.version)))}"


def wheels_described(entries: Collection[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
    """Yield each metadata entry of a version with its wheel, or with None if its wheel is not among the entries.

    Metadata without a file name belongs to the version's wheel if there is exactly one wheel.
    """
    wheels: dict[str | None, Entry] = {}
    for entry in entries:
        if entry.kind == "wheel":
            wheels.setdefault(entry.filename, entry)
    only = next(iter(wheels.values())) if len(wheels) == 1 else None
    for entry in entries:
        if entry.kind == "metadata":
            yield entry, wheels.get(entry.filename) if entry.filename else only
