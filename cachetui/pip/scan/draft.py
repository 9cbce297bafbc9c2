"""The draft of an entry: everything that is known about it so far."""

from __future__ import annotations

import os
import re
from sys import intern
from typing import Any, Literal

from cachetui.model import Entry, File, Kind, Rung
from cachetui.system.tree import file_at

Stage = Literal["record", "file", "page", "body", "own"]
"""Next step of a draft.

`record`: read the record's headers. The other steps look at the body: `file` if the headers name its
project, `page` if it may be an index page, `body` if it is anything else. `own`: read it as its layout says.
"""

DraftRow = tuple[Any, ...]
"""Draft as plain values.

The values are dating_file, content_hint, kind, files, downloaded, checked, read, project, version, filename, url, by,
note, announced, has_record.
"""

DIGEST = re.compile(r"[0-9a-f]{56}").fullmatch
"""Function that matches the name of a record or a self-check."""
PROVISIONAL: dict[str, Kind] = {
    "record": "response",
    "file": "wheel",
    "page": "index",
    "body": "response",
    "own": "metadata",
}
"""For each stage: the kind that is shown for a draft until it is identified."""


def interned(text: Any) -> Any:
    """Return the shared copy of a string; return any other value unchanged."""
    return intern(text) if type(text) is str else text


class EntryDraft:
    """The draft of an entry. `set_pending`, `set_identified` and `restore` set what is known about it."""

    # `content_hint` is from the headers: the package type of a "file", otherwise how the body is compressed
    __slots__ = (
        "_entry",
        "announced",
        "by",
        "content_hint",
        "dating_file",
        "downloaded",
        "filename",
        "files",
        "has_record",
        "kind",
        "note",
        "project",
        "read",
        "url",
        "version",
    )

    def __init__(
        self,
        kind: Kind | Stage,
        files: list[tuple[str, os.stat_result]],
        dating_file: int = 0,
        *,
        has_record: bool = False,
    ) -> None:
        """Create a draft from files in order of removal; the file at `dating_file` dates the download.

        If the entry has a body, this is the file that holds it, alone or inside a record. `has_record` says whether the
        first file is an HTTP record, or is left over from one.
        """
        self.kind: Kind | Stage = kind
        self.dating_file, self.has_record = dating_file, has_record
        self.announced: int | None = None
        self.files: tuple[File, ...] = tuple([file_at(path, found) for path, found in files])
        dating = files[dating_file][1]
        self.downloaded: int = dating.st_mtime_ns
        self.read: int | None = dating.st_atime_ns
        self.set_pending(kind, "")

    @property
    def checked(self) -> int | None:
        """Time of the last write to its record, in ns since the epoch; None if it has no record or is a leftover."""
        return self.files[0].mtime_ns if self.has_record and self.kind != "leftover" else None

    @property
    def path(self) -> str:
        """Path that identifies the entry."""
        return self.files[0].path

    @property
    def digest(self) -> bytes | None:
        """SHA-224 of its URL, read from the name of its record, or of what is left of it; None for other entries."""
        if not self.has_record:
            return None
        name = self.files[0].path.rpartition("/")[2][:56]
        if self.kind == "leftover" and not DIGEST(name):  # the holder of a lock
            return None
        return bytes.fromhex(name)

    @property
    def pending(self) -> bool:
        """Whether a step remains to be done."""
        return self.kind in PROVISIONAL

    def set_pending(
        self,
        kind: Kind | Stage,
        content_hint: str,
        by: Rung | None = None,
        project: str | None = None,
        version: str | None = None,
    ) -> None:
        """Set the next step, and what is known so far."""
        self.kind, self.content_hint, self.by, self.project, self.version = kind, content_hint, by, project, version
        self.filename: str | None = None
        self.url: str | None = None
        self.note: str | None = None
        self._entry: Entry | None = None

    def set_identified(
        self,
        kind: Kind,
        by: Rung | None = None,
        project: str | None = None,
        version: str | None = None,
        filename: str | None = None,
        url: str | None = None,
        note: str | None = None,
    ) -> None:
        """Set the result of the identification."""
        self.kind, self.by, self.project, self.version = kind, by, project, version
        self.filename, self.url, self.note = filename, url, note
        self._entry = None

    def restore(self, row: DraftRow) -> None:
        """Restore what an earlier scan found for the same files."""
        _, content_hint, kind, _, _, _, _, project, version, filename, url, by, note, announced, _ = row
        self.set_identified(interned(kind), interned(by), interned(project), interned(version), filename, url, note)
        self.content_hint, self.announced = content_hint, announced

    def share(self, entry: Entry) -> None:
        """Replace values by equal ones of an earlier entry, so that they are in memory only once."""
        for name in ("files", "downloaded", "read", "filename", "url"):
            if (value := getattr(entry, name)) == getattr(self, name):
                setattr(self, name, value)
        self._entry = entry if self.entry() == entry else None

    def row(self) -> DraftRow:
        """Return the draft as plain values, for `restore` and the memory."""
        return (
            self.dating_file,
            self.content_hint,
            self.kind,
            self.files,
            self.downloaded,
            self.checked,
            self.read,
            self.project,
            self.version,
            self.filename,
            self.url,
            self.by,
            self.note,
            self.announced,
            self.has_record,
        )

    @classmethod
    def of_entry(cls, entry: Entry, dating_file: int, content_hint: str, has_record: bool) -> EntryDraft:
        """Return the draft of a finished entry, so that it can be identified further."""
        draft = cls.__new__(cls)
        draft.dating_file, draft.content_hint, draft.has_record = dating_file, content_hint, has_record
        draft.announced = entry.announced
        draft.files, draft.downloaded, draft.read = entry.files, entry.downloaded, entry.read
        draft.set_identified(
            entry.kind, entry.identified_by, entry.project, entry.version, entry.filename, entry.url, entry.note
        )
        draft._entry = entry
        return draft

    def entry(self) -> Entry:
        """Return the entry; it is the same object until the draft changes.

        While the draft is pending, its kind is the likeliest one.
        """
        if self._entry is None:
            kind: Kind = PROVISIONAL.get(self.kind) or self.kind  # type: ignore[assignment]
            self._entry = Entry(
                kind,
                self.files,
                self.files[0].path,
                self.downloaded,
                self.checked,
                self.read,
                self.project,
                self.version,
                self.filename,
                self.url,
                self.by,
                self.note,
                self.announced,
            )
        return self._entry
