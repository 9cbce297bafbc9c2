from __future__ import annotations

import bz2
import io
import tempfile
import zipfile

import pytest

from cachetui.pip.formats.body import FileSlice
from cachetui.pip.formats.integrity import trouble_in

TEXT = bytes(range(256)) * 400


def zipped() -> bytes:
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as archive:
            archive.writestr("six.py", TEXT)
        return stream.getvalue()


@pytest.mark.parametrize("packed", [zipped(), bz2.compress(TEXT)], ids=["zip", "tar"])
def test_what_bzip2_packed_and_is_damaged_does_not_unpack(packed: bytes) -> None:
    at = packed.index(b"BZh") + 10  # what bzip2 raises for it is an OSError, as if the disk could not be read
    with tempfile.TemporaryFile() as file:
        file.write(packed[:at] + bytes(50) + packed[at + 50 :])
        file.flush()
        assert str(trouble_in(FileSlice(file.fileno(), 0, len(packed)))).startswith("it does not unpack: ")
