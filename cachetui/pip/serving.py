"""What the second process does: it reads what it is told to, and tells what it found. See `crew`."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgpack

from cachetui.pip.candidate import Candidate
from cachetui.pip.disk import each
from cachetui.pip.memory import unpack_shard
from cachetui.pip.recall import last_reads
from cachetui.pip.tree import Tree, never
from cachetui.pip.wanted import Wanted

AT_ONCE = 16
"""Shards of the memory that are answered for in one message."""


def serve() -> None:
    """Do what is said on standard input until it ends."""
    gc.disable()  # it would look for cycles, which there are none of, in all that is read
    incoming = open(0, "rb", buffering=0)  # noqa: SIM115 - open for as long as the process lives
    orders = msgpack.Unpacker(incoming, use_list=False, unicode_errors="surrogateescape", max_buffer_size=0)
    _, root, device, inode = next(orders)
    with Tree(Path(root)) as tree:
        if (tree.device, tree.inode) != (device, inode):
            return
        for order, *what in orders:
            if order == "recall":
                _recall(tree, *what)
            elif order == "read":
                _read(tree, *what)
            else:
                _consult(tree, *what)
            _answer(())


def _answer(message: object) -> None:
    sys.stdout.buffer.write(msgpack.packb(message, unicode_errors="surrogateescape"))
    sys.stdout.buffer.flush()


def _recall(tree: Tree, remembered: Sequence[tuple[str, bytes]]) -> None:
    def look(one: tuple[str, bytes]) -> list[int] | None:
        known = unpack_shard(*one)
        return last_reads(tree, known, never) if known else None

    answers: list[list[int] | None] = []
    for reads in each(look, remembered):
        answers.append(reads)
        if len(answers) == AT_ONCE:
            _answer(answers)
            answers.clear()
    if answers:
        _answer(answers)


def _read(tree: Tree, places: Sequence[tuple[str, int]]) -> None:
    from cachetui.pip.looking import Looker  # noqa: PLC0415 - what was remembered needs no look
    from cachetui.pip.shards import list_shard  # noqa: PLC0415

    looker = Looker(tree, never)
    for shard in each(lambda place: list_shard(tree, *place, never), places):
        looker.look(shard.candidates)
        gone = [number for number, one in enumerate(shard.candidates) if one in looker.gone]
        rows = [one.row() for one in shard.candidates]
        errors = [*shard.errors, *looker.errors]
        marks = shard.stamp, shard.hollow
        _answer((shard.path, shard.listed_at, shard.directories, rows, shard.foreign, errors, marks, gone))
        looker.gone.clear()
        looker.errors.clear()


def _consult(tree: Tree, rows: Sequence[Any], wanted: Sequence[Any], indexes: Sequence[str]) -> None:
    from cachetui.pip.dictionary import Dictionary  # noqa: PLC0415
    from cachetui.pip.looking import Looker  # noqa: PLC0415

    candidates = [Candidate.of_row(row) for row in rows]
    looker = Looker(tree, never)
    matches = looker.consult(candidates, Dictionary([Wanted(*one) for one in wanted], indexes))
    gone = [number for number, one in enumerate(candidates) if one in looker.gone]
    _answer(([one.row() for one in candidates], matches, gone, looker.errors))
