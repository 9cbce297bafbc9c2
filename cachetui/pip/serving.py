"""The second process: reads what it is sent and answers with what it found. See `crew`."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack

from cachetui.pip.scan.codec import unpack_shard
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.reuse import last_reads
from cachetui.pip.scan.url_index import PendingRecord
from cachetui.system.parallel_io import Disk, each
from cachetui.system.tree import Tree, never

if TYPE_CHECKING:  # what was remembered needs no look
    from cachetui.pip.scan.inspector import Inspector
    from cachetui.pip.scan.url_index import UrlIndex

FEW = 8
"""Shards of the memory that are answered for at once: where a disk is slow, others wait for a sign of life."""


def serve() -> None:
    """Do what is said on standard input until it ends."""
    gc.disable()  # it would look for cycles, which there are none of, in all that is read
    incoming = open(0, "rb", buffering=0)  # noqa: SIM115 - open for as long as the process lives
    orders = msgpack.Unpacker(incoming, use_list=False, unicode_errors="surrogatepass", max_buffer_size=0)
    _, root, device, inode = next(orders)
    with Tree(Path(root)) as tree:
        if (tree.device, tree.inode) != (device, inode):
            return
        Server(tree).follow(orders)


def _answer(message: object) -> None:
    sys.stdout.buffer.write(msgpack.packb(message, unicode_errors="surrogatepass"))
    sys.stdout.buffer.flush()


class Server:
    """Follows orders about one tree."""

    def __init__(self, tree: Tree) -> None:
        """Read in this tree."""
        self._tree = tree
        self._disk = Disk()
        self._dictionary: UrlIndex | None = None

    @cached_property
    def _looker(self) -> Inspector:
        from cachetui.pip.scan.inspector import Inspector  # noqa: PLC0415 - what was remembered needs no look

        return Inspector(self._tree, never)

    def follow(self, orders: Iterable[Any]) -> None:
        """Follow one order after the other, and say after each portion of work that it is done."""
        for order, *what in orders:
            if order == "want":
                self._want(*what)
                continue
            if order == "recall":
                self._recall(*what)
            elif order == "read":
                self._read(*what)
            else:
                self._consult(*what)
            _answer(())

    def _recall(self, remembered: Sequence[tuple[str, bytes]]) -> None:
        reads = each(self._last_reads, remembered, self._disk)
        while some := [*islice(reads, FEW)]:
            _answer(some)

    def _last_reads(self, one: tuple[str, bytes]) -> list[int] | None:
        known = unpack_shard(*one)
        return last_reads(self._tree, known, never) if known else None

    def _read(self, places: Sequence[tuple[str, int]]) -> None:
        from cachetui.pip.scan.shards import list_shard  # noqa: PLC0415

        looker = self._looker
        for shard in each(lambda place: list_shard(self._tree, *place, never), places, self._disk):
            looker.look(shard.candidates)
            gone = [number for number, one in enumerate(shard.candidates) if one in looker.gone]
            rows = [one.row() for one in shard.candidates]
            errors = [*shard.errors, *looker.errors]
            marks = shard.stamp, shard.hollow
            _answer((shard.path, shard.listed_at, shard.directories, rows, shard.foreign, errors, marks, gone))
            looker.gone.clear()
            looker.errors.clear()

    def _want(self, wanted: Sequence[Any], indexes: Sequence[str]) -> None:
        from cachetui.pip.scan.url_index import UrlIndex  # noqa: PLC0415

        self._dictionary = UrlIndex([PendingRecord(*one) for one in wanted], indexes)

    def _consult(self, rows: Sequence[Any]) -> None:
        assert self._dictionary is not None
        looker, candidates = self._looker, [EntryDraft.of_row(row) for row in rows]
        matches = looker.consult(candidates, self._dictionary)
        gone = [number for number, one in enumerate(candidates) if one in looker.gone]
        _answer(([one.row() for one in candidates], [*matches.items()], gone, looker.errors))
        looker.gone.clear()
        looker.errors.clear()
