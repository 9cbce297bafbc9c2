"""Prove that a wheel or sdist is whole, and identify it by its own content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cachetui.export.filenames import agree
from cachetui.pip.formats.archives import (
    NO_RECORD,
    RECORD,
    Named,
    filename_of_tar,
    headers_of,
    holds,
    look_into_tar,
    look_into_zip,
    metadata_in,
    named,
)
from cachetui.pip.formats.body import Window
from cachetui.pip.formats.integrity import trouble_in
from cachetui.pip.scan.identify import dist_of
from cachetui.system.tree import never

VerificationSummary = Literal["archive", "metadata", "RECORD", "index", "origin.json"]
"""A proof of a file: that the `archive` unpacks and its checksums hold; name and version, by its `metadata`; the
hashes of its files, by the wheel's `RECORD`; and the whole, by the hash that a cached `index` page or an `origin.json`
gives."""


class UnprovenError(Exception):
    """A file that is not what it should be; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The identity of a whole archive by its own content."""

    is_wheel: bool
    """Whether it is a wheel; else it is an sdist."""
    named: Named | None
    """Its project and version, with the file name if that can be rebuilt. None if nothing in it names them."""
    proofs: tuple[VerificationSummary, ...]
    """The proofs that succeeded."""


def prove(fd: int, size: int, *, known: bool = False, stop: Callable[[], bool] = never) -> Proven:
    """Read an open file of `size` bytes to its end; return its identity.

    Where a file is `known` to be, to the last bit, what was published, what is odd about its RECORD is its publisher's
    doing: it need only unpack. Raises UnprovenError for what is damaged or neither wheel nor sdist, StoppedError when
    `stop` says so, OSError.
    """
    body = Window(fd, 0, size)
    odd = trouble_in(body, stop)
    if odd and (trouble := trouble_in(body, stop, thorough=False) if known else odd):
        raise UnprovenError(trouble)
    if body.read(0, 4) != b"PK\3\4":
        return _prove_tar(body)
    found, is_sdist = look_into_zip(body)
    if found is None:
        raise UnprovenError("it is neither a wheel nor an sdist")
    fields = headers_of(metadata_in(body) or b"")
    said = named(fields.get("name", ""), fields.get("version", ""))
    if said is None or not agree(said, found):
        raise UnprovenError("its metadata do not agree with its own folder")
    if is_sdist:
        return Proven(False, found, ("archive", "metadata"))
    if odd or not holds(body, RECORD):
        if not known:
            raise UnprovenError(NO_RECORD)
        return Proven(True, found, ("archive", "metadata"))
    return Proven(True, found, ("archive", "metadata", "RECORD"))


def _prove_tar(body: Window) -> Proven:
    """Name an sdist by its PKG-INFO, else by the folder that it consists of."""
    if found := look_into_tar(body):
        return Proven(False, found, ("archive", "metadata"))
    folder = filename_of_tar(body)
    if folder is None:
        raise UnprovenError("it is neither a wheel nor an sdist")
    dist = dist_of(folder)
    return Proven(False, named(dist.project or "", dist.version or "", folder), ("archive",))
