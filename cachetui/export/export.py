"""Write cached wheels and sdists into a folder, each under a verified name."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import CachetuiError, unexpected_reason
from cachetui.export.archive import Proof, UnverifiedError, prove
from cachetui.export.expected import ExpectedHash, KnownHashes, expected_of
from cachetui.export.plan import TAKEN, PlannedFile, check_room
from cachetui.export.safe_names import agree, named_by
from cachetui.export.target_folder import TargetFolder, UnfinishedFile
from cachetui.model import Entry, Inventory
from cachetui.needs.values import STRONG
from cachetui.pip.formats.archives import ArchiveName, named
from cachetui.pip.formats.body import read_at
from cachetui.pip.formats.integrity import StoppedError
from cachetui.pip.formats.records import UnreadableRecordError
from cachetui.pip.reader import CacheReader
from cachetui.system.tree import never, reason

TOLD = ("url", "disposition", "wheel-name", "file-name")
"""Sources of an entry's identity that give its file name; with any other, the name on an index page is preferred."""
PIECE = 1 << 20
"""Number of bytes of an open file that are hashed at a time."""


class TakenError(UnverifiedError):
    """Raised if another file already has the name of a file to export."""


@dataclass(frozen=True, slots=True)
class Exported:
    """File that the target folder holds after an export."""

    filename: str
    entry: Entry
    size: int
    """Length of the file in bytes."""
    sha256: str
    """SHA-256 of the file in hexadecimal digits."""
    verified_by: tuple[Proof, ...]
    """Proofs of the file that succeeded."""
    written: bool = True
    """Whether the export wrote the file; False if an identical file existed before."""


class SkippedEntry(NamedTuple):
    """Entry that was not exported."""

    entry: Entry
    filename: str | None
    """Intended file name; None if unknown."""
    reason: str
    """Reason why it was not exported (a clause)."""
    is_unproven: bool = False
    """Whether the entry could not be read or verified: another entry may be exported in its place."""


@dataclass(frozen=True, slots=True)
class ExportOutcome:
    """Result of an export."""

    exported: tuple[Exported, ...] = ()
    skipped: tuple[SkippedEntry, ...] = ()
    stopped: bool = False
    """Whether the user stopped the export."""


class ExportProgress(NamedTuple):
    """Progress of an export."""

    done: int
    """Number of entries processed so far."""
    of: int
    """Number of entries in all."""
    written: int
    """Number of bytes written so far."""
    filename: str | None
    """Name of the file being processed; None if it is not known yet."""


def export(
    inventory: Inventory,
    planned: Sequence[PlannedFile],
    folder: Path,
    *,
    stop: Callable[[], bool] = never,
    report: Callable[[ExportProgress], None] | None = None,
) -> ExportOutcome:
    """Write planned files into a folder, which is created if absent.

    The export ends early if `stop`, which is called for each piece of a file, returns true; `report` receives the
    progress. If a file cannot be exported, the others still are. Raises RootError, TargetError, NoRoomError.
    """
    check_room(planned, folder, Path(inventory.root))
    if not planned:
        return ExportOutcome()
    with CacheReader(inventory) as evidence, TargetFolder(folder, Path(inventory.root)) as target:
        target.tidy()
        expected = expected_of(inventory.entries, [one.entry for one in planned], evidence, stop)
        work = _Export(evidence, expected, target, stop, report, len(planned))
        for one in planned:
            try:
                work.take(one)
            except StoppedError:
                return work.outcome(stopped=True)
        target.sync()
    return work.outcome()


class _Export:
    """State of a running export."""

    def __init__(
        self,
        evidence: CacheReader,
        expected: KnownHashes,
        target: TargetFolder,
        stop: Callable[[], bool],
        report: Callable[[ExportProgress], None] | None,
        of: int,
    ) -> None:
        self._evidence, self._expected, self._target = evidence, expected, target
        self._stop, self._report, self._of = stop, report, of
        self._written = 0
        self._exported: dict[str, Exported] = {}
        self._skipped: list[SkippedEntry] = []
        self._done = 0

    def outcome(self, *, stopped: bool = False) -> ExportOutcome:
        return ExportOutcome(tuple(self._exported.values()), tuple(self._skipped), stopped)

    def take(self, one: PlannedFile) -> None:
        """Export one entry, or record why it is skipped. Raises StoppedError."""
        try:
            if not self._is_there(one):
                with self._target.draft() as draft:
                    sha256, size = self._read(one, draft.write)
                    self._publish(draft, self._prove(one, draft.fd, sha256, size))
        except TakenError as error:
            self._skipped.append(SkippedEntry(one.entry, one.filename, str(error)))
        except UnverifiedError as error:
            self._skipped.append(SkippedEntry(one.entry, one.filename, str(error), is_unproven=True))
        except OSError as error:
            self._skipped.append(SkippedEntry(one.entry, one.filename, f"it cannot be written: {reason(error)}"))
        except (StoppedError, CachetuiError):
            raise
        except Exception as error:  # whatever is wrong with one file, the others must still be written
            self._skipped.append(SkippedEntry(one.entry, one.filename, unexpected_reason(error)))
        self._done += 1

    def _is_there(self, one: PlannedFile) -> bool:
        """Return whether an identical file already has the planned name; if so, record it as exported.

        Returns False if the name or the exact length is not known yet; `_publish` then compares the files.
        """
        try:
            fd = self._target.open(one.filename) if one.filename else None
        except FileNotFoundError:
            return False
        if fd is None:
            return False
        try:
            if os.fstat(fd).st_size != one.size:
                return False
            sha256, size = self._read(one)
            if size != one.size or _digest(fd, size, "sha256", self._stop) != sha256:
                return False
            made = self._prove(one, fd, sha256, size)
        finally:
            os.close(fd)
        if made.filename == one.filename:
            self._exported.setdefault(made.filename, replace(made, written=False))
        return made.filename == one.filename

    def _read(self, one: PlannedFile, write: Callable[[bytes], None] | None = None) -> tuple[str, int]:
        """Read an entry's body and pass it to `write`, if given; return its SHA-256 and its length.

        Raises StoppedError, UnverifiedError.
        """
        digest, size = hashlib.sha256(), 0
        for piece in self._pieces(one.entry):
            if self._stop():
                raise StoppedError
            digest.update(piece)
            size += len(piece)
            if write:
                write(piece)
                self._written += len(piece)
            if self._report:
                self._report(ExportProgress(self._done, self._of, self._written, one.filename))
        return digest.hexdigest(), size

    def _pieces(self, entry: Entry) -> Iterator[bytes]:
        """Yield the pieces of an entry's body; raise UnverifiedError for read errors."""
        try:
            yield from self._evidence.pieces(entry)
        except (OSError, UnreadableRecordError) as error:
            raise UnverifiedError(f"it cannot be read: {reason(error)}") from error

    def _prove(self, one: PlannedFile, fd: int, sha256: str, size: int) -> Exported:
        """Verify an open file, and return it with a verified name. Raises UnverifiedError, StoppedError, OSError."""
        right = self._by_hash(one.entry, fd, sha256, size)
        proofs: tuple[Proof, ...] = tuple(sorted({given.by for given in right}))
        proven = prove(fd, size, known=any(given.name in STRONG for given in right), stop=self._stop)
        itself, listed = proven.named, self._expected.filenames.get(("sha256", sha256))
        if itself is not None and not _is_meant(itself, one.entry):
            raise UnverifiedError(
                f"its metadata says {itself.project} {itself.version}, which is not what it was taken for"
            )
        filename = _choose_filename(one, listed, itself)
        said = named_by(filename, itself.project if itself else one.entry.project)
        if filename is None or said is None or not (itself or proofs):
            raise UnverifiedError("its file name could not be verified")
        if itself is not None and not agree(said, itself):
            raise UnverifiedError(
                f"its metadata says {itself.project} {itself.version}, which is not what its name says"
            )
        if filename.endswith(".whl") != proven.is_wheel:
            raise UnverifiedError("it is not of the kind that its name says")
        return Exported(filename, one.entry, size, sha256, (*proven.proofs, *proofs))

    def _by_hash(self, entry: Entry, fd: int, sha256: str, size: int) -> set[ExpectedHash]:
        """Return the known hashes that match a file. Raises UnverifiedError if hashes are known, but none matches."""
        given = self._expected.of(entry)
        names = {one.name for one in given}
        found = {name: sha256 if name == "sha256" else _digest(fd, size, name, self._stop) for name in names}
        right = {one for one in given if found[one.name] == one.value}
        if given and not right:
            wrong = min(given)
            teller = "the cached index page" if wrong.by == "index" else "an origin.json"
            raise UnverifiedError(f"damaged or tampered with: its {wrong.name} is not the one that {teller} gives")
        return right

    def _publish(self, draft: UnfinishedFile, made: Exported) -> None:
        """Give a file its name, unless an identical file has it. Raises TakenError if a different file has it."""
        before = self._exported.get(made.filename)
        if before is not None and before.sha256 == made.sha256:
            return
        try:
            self._target.give(draft, made.filename)
        except FileExistsError:
            if before is not None:
                raise TakenError(f"it has the same name as {before.entry.path}, but different content") from None
            if not self._is_same(made):
                raise TakenError(TAKEN) from None
            made = replace(made, written=False)
        self._exported[made.filename] = made

    def _is_same(self, made: Exported) -> bool:
        fd = self._target.open(made.filename)
        if fd is None:
            return False
        try:
            size = os.fstat(fd).st_size
            return size == made.size and _digest(fd, size, "sha256", self._stop) == made.sha256
        finally:
            os.close(fd)


def _choose_filename(one: PlannedFile, listed: str | None, itself: ArchiveName | None) -> str | None:
    """Return the first safe name for a file; None if none is safe.

    The candidates are the name that the scan found, then the name on an index page (`listed`), then the archive's own
    (`itself`). The name on an index page comes first if the source of the entry's identity is not in `TOLD`.
    """
    told = (one.filename, listed) if one.entry.identified_by in TOLD else (listed, one.filename)
    project = itself.project if itself else one.entry.project
    found = [named_by(name, project) for name in (*told, itself.filename if itself else None)]
    return next((name.filename for name in found if name), None)


def _is_meant(itself: ArchiveName, entry: Entry) -> bool:
    """Return whether an archive has the project and version that the scan found for its entry."""
    meant = named(entry.project or "", entry.version or "")
    return meant is not None and agree(itself, meant)


def _digest(fd: int, size: int, name: str, stop: Callable[[], bool]) -> str:
    """Return the hash named `name` of an open file, in hexadecimal digits. Raises StoppedError, OSError."""
    digest, at = hashlib.new(name, usedforsecurity=False), 0
    while at < size:
        if stop():
            raise StoppedError
        piece = read_at(fd, PIECE, at)
        if not piece:
            raise OSError(errno.EIO, "it ends early")
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()
