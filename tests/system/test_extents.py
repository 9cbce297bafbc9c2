from __future__ import annotations

import errno
from pathlib import Path

from cachetui.system.extents import EXTENT, HEAD, LAST, SHARED, UNKNOWN, shared_bytes


class Answers:
    """A file system that answers with these extents: where each begins, its length and its flags."""

    def __init__(self, *extents: tuple[int, int, int]) -> None:
        self.extents = extents
        self.starts: list[int] = []
        """Offset in the file at which each request began."""
        self.flags: set[int] = set()
        """The flags of the requests."""

    def __call__(self, fd: int, request: int, argument: bytearray, mutate: bool, /) -> int:
        start, length, flags, _, room, _ = HEAD.unpack_from(argument)
        self.starts.append(start)
        self.flags.add(flags)
        found = [one for one in self.extents if one[0] >= start][:2]
        HEAD.pack_into(argument, 0, start, length, flags, len(found), room, 0)
        for index, (logical, size, flag) in enumerate(found):
            EXTENT.pack_into(argument, HEAD.size + index * EXTENT.size, logical, 0, size, 0, 0, flag, 0, 0, 0)
        return 0


def test_shared_extents_are_added_up() -> None:
    answers = Answers((0, 4096, SHARED), (4096, 8192, 0), (12288, 4096, SHARED), (16384, 100, SHARED | LAST))

    assert shared_bytes(0, answers) == 8292
    assert answers.starts == [0, 12288]
    assert answers.flags == {1}  # written out first


def test_a_file_without_extents_shares_nothing() -> None:
    assert shared_bytes(0, Answers()) == 0


def test_what_is_not_known() -> None:
    def refuse(fd: int, request: int, argument: bytearray, mutate: bool, /) -> int:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    assert shared_bytes(0, refuse) is None
    assert shared_bytes(0, Answers((0, 4096, UNKNOWN | LAST))) is None


def test_a_file_that_always_has_more_is_not_known() -> None:
    def endless(fd: int, request: int, argument: bytearray, mutate: bool, /) -> int:
        start, length, flags, _, room, _ = HEAD.unpack_from(argument)
        HEAD.pack_into(argument, 0, start, length, flags, 1, room, 0)
        EXTENT.pack_into(argument, HEAD.size, start, 0, 4096, 0, 0, 0, 0, 0, 0)
        return 0

    assert shared_bytes(0, endless) is None


def test_a_real_file_keeps_its_state(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10_000)
    before = file.stat()

    with file.open("rb") as stream:
        assert shared_bytes(stream.fileno()) in (0, None)

    after = file.stat()
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_size) == (before.st_mtime_ns, before.st_ctime_ns, 10_000)
