"""Verify that a wheel or sdist is intact, and identify it by its own content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cachetui.export.safe_names import agree
from cachetui.pip.formats.archives import (
    NO_RECORD,
    RECORD,
    WHEEL_FILE,
    ArchiveName,
    filename_of_tar,
    headers_of,
    holds,
    look_into_tar,
    look_into_zip,
    metadata_in,
    named,
)
from cachetui.pip.formats.body import FileSlice
from cachetui.pip.formats.integrity import trouble_in
from cachetui.pip.scan.identify import dist_of
from cachetui.system.tree import never

Proof = Literal["archive", "metadata", "RECORD", "index", "origin.json"]
"""Kind of proof that a file is intact.

`archive`: it unpacks, and its checksums match. `metadata`: its metadata gives its name and version.
`RECORD`: the wheel's RECORD confirms the hashes of its members. `index` and `origin.json`: a cached
index page or an origin.json gives the hash of the whole file.
"""


LEGACY_FOLDER = "its .dist-info folder has an invalid version, at which pip 24.1 and later fail"
"""Reason for not exporting a wheel that only older pips install (a clause)."""


class UnverifiedError(Exception):
    """Error for a file that cannot be verified; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class ArchiveIdentity:
    """Identity of an intact archive according to its own content."""

    is_wheel: bool
    """Whether the archive is a wheel; otherwise it is an sdist."""
    named: ArchiveName | None
    """Project and version, and the file name if it can be derived; None if the content gives no valid ones."""
    proofs: tuple[Proof, ...]
    """Proofs that succeeded."""


def prove(fd: int, size: int, *, known: bool = False, stop: Callable[[], bool] = never) -> ArchiveIdentity:
    """Read an open file of `size` bytes to its end; return its identity.

    A file is `known` if a hash shows that it is exactly what was published. If such a file unpacks, an odd or missing
    RECORD is accepted, because the publisher is responsible for that. Raises UnverifiedError for a file that is
    damaged, contradicts its own metadata, or is not a wheel or sdist that current pips install; StoppedError when
    `stop` returns true; and OSError.
    """
    body = FileSlice(fd, 0, size)
    odd = trouble_in(body, stop)
    if odd and (trouble := trouble_in(body, stop, thorough=False) if known else odd):
        raise UnverifiedError(trouble)
    if body.read(0, 4) != b"PK\3\4":
        return _prove_tar(body)
    found, is_sdist = look_into_zip(body)
    if found is None:
        raise UnverifiedError("it is neither a wheel nor an sdist")
    fields = headers_of(metadata_in(body) or b"")
    said = named(fields.get("name", ""), fields.get("version", ""))
    if said is None or not agree(said, found):
        raise UnverifiedError("its metadata does not match the name of its folder")
    if is_sdist:
        return ArchiveIdentity(False, found, ("archive", "metadata"))
    if not holds(body, f"-{found.version}".encode() + WHEEL_FILE):
        raise UnverifiedError(LEGACY_FOLDER)
    if odd or not holds(body, RECORD):
        if not known:
            raise UnverifiedError(NO_RECORD)
        return ArchiveIdentity(True, found, ("archive", "metadata"))
    return ArchiveIdentity(True, found, ("archive", "metadata", "RECORD"))


def _prove_tar(body: FileSlice) -> ArchiveIdentity:
    """Identify an sdist by its PKG-INFO, or else by its top-level folder."""
    if found := look_into_tar(body):
        return ArchiveIdentity(False, found, ("archive", "metadata"))
    folder = filename_of_tar(body)
    if folder is None:
        raise UnverifiedError("it is neither a wheel nor an sdist")
    dist = dist_of(folder)
    return ArchiveIdentity(False, named(dist.project or "", dist.version or "", folder), ("archive",))
