"""Find and read JSON reports of earlier audits; independent of Textual."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cachetui.errors import CachetuiError
from cachetui.insight.audit.comparison import ComparedEntry
from cachetui.model import KINDS
from cachetui.report.audit.audit_json import AUDIT
from cachetui.report.audit.audit_rows import SCHEMA
from cachetui.system.streams import STANDARD_INPUT, read_input
from cachetui.text.escape import escape_control

MOST = 2_000_000_000
"""Maximum size of a report in bytes; a report on a million entries is smaller."""
HEAD, IS_REPORT = 100, b'"report": "audit"'
"""Number of bytes to read at the start of a file, and the text among them that marks an audit report."""
MOST_FOUND = 5
"""Maximum number of reports that `find_reports` returns."""
MOST_BYTES = 1 << 63
"""Limit for the disk usage of an entry in bytes (exclusive); no file system reaches it."""
OTHER = "Name a report that `cachetui audit --json` wrote."
KEYS = {1: ("at", "filename"), SCHEMA: ("audited", "file_name")}
"""Keys under which a report holds the time of the audit and an entry's file name, for each schema that can be read."""


@dataclass(frozen=True, slots=True)
class EarlierAudit:
    """Audit that was read from a saved report."""

    root: str
    """Root of the cache, as written in the report."""
    host: str | None
    """Name of the computer, as written in the report; None if the report does not name it."""
    at: str
    """Time of the audit, as written in the report; cachetui writes ISO 8601 in UTC."""
    terms: tuple[str, ...]
    """Terms that the audited entries satisfy; empty if the whole cache was audited."""
    lines: tuple[ComparedEntry, ...]
    """Entries of the audit."""


def read_report(path: str) -> EarlierAudit:
    """Read an audit report from a file.

    Raises CachetuiError if the file is unreadable, or is not a valid report of a schema in `KEYS`.
    """
    return _parse(path, lambda: _read(path))


def read_piped_report(path: Path | None) -> EarlierAudit:
    """Read an audit report from a file or a pipe, or from the standard input if `path` is None.

    Raises CachetuiError as `read_report` does.
    """
    return _parse(f"The {STANDARD_INPUT}" if path is None else str(path), lambda: read_input(path, MOST))


def _parse(path: str, read: Callable[[], bytes]) -> EarlierAudit:
    try:
        content = read()
    except OSError as error:
        raise CachetuiError(f"{path} cannot be read: {error.strerror or error}. {OTHER}") from error
    except ValueError as error:  # an invalid file name, or too long
        raise CachetuiError(f"{path} cannot be read: {error}. {OTHER}") from error
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CachetuiError(f"{path} is damaged, or not a report at all: it is not JSON. {OTHER}") from error
    if not isinstance(document, dict) or document.get("report") != AUDIT:
        raise CachetuiError(f"{path} is not a report of an audit. {OTHER}")
    schema = document.get("schema")
    if type(schema) is not int or schema not in KEYS:
        told = schema if type(schema) is int else "unknown"
        known = " and ".join(map(str, KEYS))
        raise CachetuiError(f"{path} is a report of schema {told}; this cachetui reads schemas {known}.")
    try:
        return _judged(document)
    except (KeyError, TypeError, ValueError) as error:
        raise CachetuiError(f"{path} is damaged: what it lists does not make sense. {OTHER}") from error


def find_reports(folder: Path) -> list[str]:
    """Return the names of the newest audit reports in a folder, the newest first; at most `MOST_FOUND`.

    Only `.json` files are looked at. Names with characters that `escape_control` replaces are left out, because
    nobody can type them. An unreadable folder has no reports.
    """
    found = []
    with suppress(OSError), os.scandir(folder) as files:
        for file in files:
            with suppress(OSError):
                is_typed = escape_control(file.name) == file.name
                if file.name.endswith(".json") and is_typed and IS_REPORT in _read(file.path, HEAD):
                    found.append((-file.stat().st_mtime_ns, file.name))
    return [name for _, name in sorted(found)[:MOST_FOUND]]


def _read(path: str, most: int = MOST) -> bytes:
    """Return the start of a file, at most `most` bytes. Never waits, because pipes and devices are refused.

    Raises OSError, or ValueError for a path that no file can have.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    fd = os.open(Path(path), flags)
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(0, "it is not a file")
        return file.read(most)


def _judged(document: Mapping[str, Any]) -> EarlierAudit:
    """Return the audit that a JSON document describes. Raises KeyError, TypeError or ValueError if it is invalid."""
    at, file_name = KEYS[document["schema"]]
    lines = tuple([_line(row, file_name) for row in document["listing"]])
    if len({line.path for line in lines}) != len(lines):
        raise ValueError
    if (document["entries"], document["disk_usage"]) != (len(lines), sum([line.disk_usage for line in lines])):
        raise ValueError
    terms = tuple([_text(term) for term in document["terms"]])
    host = document.get("host")
    return EarlierAudit(
        _text(document["root"]), None if host is None else _text(host), _text(document[at]), terms, lines
    )


def _line(row: Mapping[str, Any], file_name: str) -> ComparedEntry:
    disk_usage = row["disk_usage"]
    if type(disk_usage) is not int or not 0 <= disk_usage < MOST_BYTES or row["kind"] not in KINDS:
        raise ValueError
    project, version, name = [
        None if row[key] is None else _text(row[key]) for key in ("project", "version", file_name)
    ]
    return ComparedEntry(_text(row["path"]), row["kind"], project, version, name, disk_usage)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
