"""Read the start of a compressed tar, as far as needed to find a file such as an sdist's PKG-INFO."""

from __future__ import annotations

from collections.abc import Iterator

from cachetui.pip.formats.body import Body
from cachetui.pip.unpacking import unpacker_of

HEADS = ((64 << 10, 1 << 20), (8 << 20, 32 << 20))
"""Numbers of bytes to read and to unpack in search of a file: for the first and the second attempt."""
MOST_MEMBERS = 20_000
"""Maximum number of members of a tar that are examined in search of a file."""


def heads(body: Body) -> Iterator[bytes]:
    """Yield the unpacked start of a body compressed with gzip, bzip2 or xz, then a longer start if there is more.

    Yield nothing for other bodies.

    Raises the exceptions of unpacking for damaged bytes.
    """
    unpack = unpacker_of(body.read(0, 6))
    for packed, most in HEADS if unpack else ():
        content = unpack[0](body.read(0, min(packed, body.size)), most) if unpack else b""
        yield content
        if packed >= body.size and len(content) < most:
            return


def members(content: bytes) -> Iterator[tuple[str, int, int]]:
    """Yield the name, the position and the length of each file or folder at the start of a tar, which may be cut off.

    The headers are parsed here (POSIX `pax`, ustar interchange format), because `tarfile` takes minutes for
    some headers of a few hundred bytes. Names that are too long for a plain header are not decoded,
    because they are not needed.
    """
    at = 0
    for _ in range(MOST_MEMBERS):
        header = content[at : at + 512]
        if len(header) < 512 or header[257:262] != b"ustar":
            return
        digits = header[124:136].rstrip(b"\0 ")
        if not digits.isdigit() or digits.strip(b"01234567"):
            return
        size = int(digits, 8)
        if header[156:157] in (b"0", b"\0", b"5"):
            name = header[:100].partition(b"\0")[0].decode("utf-8", "replace")
            prefix = header[345:500].partition(b"\0")[0].decode("utf-8", "replace")
            whole = f"{prefix}/{name}" if prefix and header[257:263] == b"ustar\0" else name
            yield whole.removeprefix("./"), at + 512, size
        at += 512 + (size + 511) // 512 * 512
