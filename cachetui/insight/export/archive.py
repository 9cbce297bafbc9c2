"""Prove that a wheel or sdist is whole, and find out what it is by itself."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cachetui.insight.export.filenames import agree
from cachetui.pip.archives import Named, filename_of_tar, headers_of, look_into_tar, look_into_zip, metadata_in, named
from cachetui.pip.bodies import Window
from cachetui.pip.identify import dist_of
from cachetui.pip.integrity import DAMAGED, trouble_in
from cachetui.pip.tree import never

RECORD = ".dist-info/RECORD"
"""How the name of the member ends that lists a wheel's files."""

Proof = Literal["archive", "metadata", "RECORD", "index", "origin.json"]
"""What has been proven: that the `archive` unpacks and its checksums hold; name and version, by its `metadata`; the
hashes of its files, by the wheel's `RECORD`; and the whole, by the hash that a cached `index` page or an `origin.json`
gives."""


class UnprovenError(Exception):
    """A file that is not what it should be; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a whole archive is by itself."""

    is_wheel: bool
    """Whether it is a wheel; else it is an sdist."""
    named: Named | None
    """Its project and version; with the file name where that can be rebuilt. None where nothing in it tells."""
    proofs: tuple[Proof, ...]
    """What held."""


def prove(fd: int, size: int, *, stop: Callable[[], bool] = never) -> Proven:
    """Read an open file of `size` bytes in whole; return what it is.

    Raises UnprovenError for what is damaged or neither wheel nor sdist, StoppedError when `stop` says so, OSError.
    """
    body = Window(fd, 0, size)
    if trouble := trouble_in(body, stop):
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
    if not _has_record(fd):
        raise UnprovenError("it has no RECORD of its files: no pip installs it")
    return Proven(True, found, ("archive", "metadata", "RECORD"))


def _has_record(fd: int) -> bool:
    try:
        with os.fdopen(os.dup(fd), "rb") as file, zipfile.ZipFile(file) as archive:
            return any(name.endswith(RECORD) and name.count("/") == 1 for name in archive.namelist())
    except DAMAGED as error:
        raise UnprovenError(f"it does not unpack: {error}") from error


def _prove_tar(body: Window) -> Proven:
    """Name an sdist by its PKG-INFO, else by the folder that it consists of."""
    if found := look_into_tar(body):
        return Proven(False, found, ("archive", "metadata"))
    folder = filename_of_tar(body)
    if folder is None:
        raise UnprovenError("it is neither a wheel nor an sdist")
    dist = dist_of(folder)
    return Proven(False, named(dist.project or "", dist.version or "", folder), ("archive",))
