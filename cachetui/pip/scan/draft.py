"""An entry in the making: what is known of it so far."""

from __future__ import annotations

import os
from sys import intern
from typing import Any, Literal

from cachetui.model import Entry, File, Kind, Rung
from cachetui.system.tree import file_at

Stage = Literal["record", "file", "page", "body"]
"""What is to be done next: read a record's headers; look at the body of a file whose project the headers name, of
what may be an index page, of anything else."""

Row = tuple[Any, ...]
"""A candidate as plain values: dated, hint, kind, files, downloaded, checked, read, project, version, filename, url,
by, note, announced."""

PROVISIONAL: dict[str, Kind] = {"record": "response", "file": "wheel", "page": "index", "body": "response"}
"""The kind shown until the last look."""


def once(text: Any) -> Any:
    """Return the one copy of a text that many entries bear; what is no text stays as it is."""
    return intern(text) if type(text) is str else text


class EntryDraft:
    """The draft of an entry, changed in place until all is known: by `expect`, `settle` and `recall` alone."""

    # `hint` is what the headers say of the body: the package type of a "file", else how the body is packed
    __slots__ = (
        "_entry",
        "announced",
        "by",
        "dated",
        "downloaded",
        "filename",
        "files",
        "hint",
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
        dated: int = 0,
    ) -> None:
        """Begin with files in the order to delete, of which the one at `dated` tells when the entry came here."""
        self.kind: Kind | Stage = kind
        self.dated = dated
        self.announced: int | None = None
        self.see(files)
        self.expect(kind, "")

    def see(self, files: list[tuple[str, os.stat_result]]) -> None:
        """Take sizes and times from what the system says of its files now."""
        self.files: tuple[File, ...] = tuple([file_at(path, found) for path, found in files])
        dated = files[self.dated][1]
        self.downloaded: int = dated.st_mtime_ns
        self.read: int | None = dated.st_atime_ns

    @property
    def checked(self) -> int | None:
        """When its record was last written, in nanoseconds since the epoch; None for what has no record."""
        return self.files[0].mtime_ns if self.files[0].path.startswith("http") and self.kind != "leftover" else None

    @property
    def path(self) -> str:
        """Its identity."""
        return self.files[0].path

    @property
    def digest(self) -> bytes:
        """The name of its record: `sha224` of its address."""
        return bytes.fromhex(self.files[0].path[-56:])

    @property
    def pending(self) -> bool:
        """Whether there is something left to look at."""
        return self.kind in PROVISIONAL

    def expect(
        self,
        kind: Kind | Stage,
        hint: str,
        by: Rung | None = None,
        project: str | None = None,
        version: str | None = None,
    ) -> None:
        """Note what is to be done next, and what is known so far."""
        self.kind, self.hint, self.by, self.project, self.version = kind, hint, by, project, version
        self.filename: str | None = None
        self.url: str | None = None
        self.note: str | None = None
        self._entry: Entry | None = None

    def settle(
        self,
        kind: Kind,
        by: Rung | None = None,
        project: str | None = None,
        version: str | None = None,
        filename: str | None = None,
        url: str | None = None,
        note: str | None = None,
    ) -> None:
        """Note what it is, for good."""
        self.kind, self.by, self.project, self.version = kind, by, project, version
        self.filename, self.url, self.note = filename, url, note
        self._entry = None

    def recall(self, row: Row) -> None:
        """Note what an earlier scan learned of the same files."""
        _, hint, kind, _, _, _, _, project, version, filename, url, by, note, announced = row
        self.settle(once(kind), once(by), once(project), once(version), filename, url, note)
        self.hint, self.announced = hint, announced

    def row(self) -> Row:
        """Return it as plain values, for `recall` and the memory."""
        return (
            self.dated,
            self.hint,
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
        )

    @classmethod
    def of_entry(cls, entry: Entry, dated: int, hint: str) -> EntryDraft:
        """Return an entry as it was before it became a value, so that more can be learned of it."""
        candidate = cls.__new__(cls)
        candidate.dated, candidate.hint, candidate.announced = dated, hint, entry.announced
        candidate.files, candidate.downloaded, candidate.read = entry.files, entry.downloaded, entry.read
        candidate.settle(
            entry.kind, entry.identified_by, entry.project, entry.version, entry.filename, entry.url, entry.note
        )
        candidate._entry = entry
        return candidate

    def entry(self) -> Entry:
        """Return it as a value, the same one as long as nothing more is known.

        Its kind is the likeliest as long as there is something left to look at.
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
