"""A second process that reads its share of a cache, for identifying takes more of the processor than of the disk.

The two talk in msgpack over pipes: the helper is told what to read, a portion at a time, and returns shards and pages
as they get ready. It runs this package's own code (`serving`), knows no more than it is told, and ends with its input.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from typing import Any, Generic, TypeVar

import msgpack

from cachetui.model import File, Unreadable
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.shards import Shard
from cachetui.pip.scan.url_index import Found, PendingRecord
from cachetui.system.tree import Tree

WORTH_HELP = 64
"""Shards, or pages, that pay for starting a process."""
WAIT = 0.05
"""Seconds between two looks whether to stop."""
PATIENCE = 30.0
"""Seconds without an answer after which a helper counts as lost."""
AHEAD = 3
"""Portions of work that a helper is given before it has done the first, so that it never waits."""
PORTIONS, LARGEST_PORTION = 8, 32
"""A portion is one in so many of what is left, and at most so many: as many as a disk is asked for at once."""
PROGRAM = "import sys; sys.path[:] = {path!r}; from cachetui.pip.serving import serve; serve()"

Job = TypeVar("Job")
Place = tuple[str, int]
"""A shard's path relative to the root, and its inode."""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Share(Generic[Job]):
    """Jobs that this process does from the front, while a helper is given portions from the end."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        """Take jobs that are to be done."""
        self._left = deque(jobs)
        self.given: list[Job] = []
        """What the helper was given, in that order; nothing is added once all jobs were taken."""
        self.feed: Callable[[], None] = lambda: None
        """Sees to it that the helper has something to do; called whenever this process has taken a job."""

    def __iter__(self) -> Iterator[Job]:
        """Take one after the other."""
        while self._left:
            job = self._left.popleft()
            self.feed()
            yield job

    def portion(self) -> list[Job]:
        """Take some from the end: fewer and fewer, so that both processes have done at the same time."""
        size = min(len(self._left) // PORTIONS + 1, LARGEST_PORTION, len(self._left))
        some = [self._left.pop() for _ in range(size)]
        self.given += some
        return some


class Helper:
    """A running second process; whatever goes wrong with it, its share is left for others to read."""

    def __init__(self, tree: Tree) -> None:
        """Start it. Raises OSError."""
        self._process = subprocess.Popen(
            [sys.executable, "-ISc", PROGRAM.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # a buffer would wait until it is full
        )
        self._orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._arrived: deque[Any] = deque()
        self._following: Callable[[], object] = lambda: None  # the next order; None where nothing is left to be given
        self._under_way = 0  # portions that were given, but not done
        self.lost = False
        """Whether it failed to do what it was told, and nothing more is to be expected of it."""
        self._speaker = threading.Thread(target=self._speak, name="cachetui-orders", daemon=True)
        self._listener = threading.Thread(target=self._listen, name="cachetui-answers", daemon=True)
        try:
            self._speaker.start()
            self._listener.start()
        except RuntimeError as error:  # no thread can be had
            self._process.kill()
            raise OSError(str(error)) from error
        self._say(("root", tree.path, tree.device, tree.inode))

    def _speak(self) -> None:
        """Say what is to be said, however long it takes until the helper listens."""
        assert self._process.stdin is not None
        with suppress(OSError):  # it is gone: nobody will answer
            while (left := self._orders.get()) is not None:
                while left:
                    left = left[self._process.stdin.write(left) :]

    def _say(self, message: object) -> None:
        """Send a message. A helper is lost if a timestamp in it exceeds 64 bits."""
        try:
            self._orders.put(memoryview(msgpack.packb(message, unicode_errors="surrogatepass")))
        except (OverflowError, ValueError):
            self._process.kill()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with suppress(OSError, ValueError, msgpack.UnpackException):
            for answer in msgpack.Unpacker(
                self._process.stdout, use_list=False, unicode_errors="surrogatepass", max_buffer_size=0
            ):
                if not isinstance(answer, tuple):
                    break
                self._answers.put(answer)
        self._answers.put(None)

    def _share(self, order: str, share: Share[Job], told: Callable[[Job], object]) -> None:
        """Give a share of jobs, each as it is to be told: a portion whenever one is done."""

        def following() -> object:
            portion = share.portion()
            return (order, [told(job) for job in portion]) if portion else None

        self._following, share.feed = following, self._take_in
        for _ in range(AHEAD):
            self._go_on()

    def _go_on(self) -> None:
        """Give another portion, if there is one."""
        if following := self._following():
            self._under_way += 1
            self._say(following)

    def _take_in(self) -> None:
        """Take in what it has answered up to now."""
        with suppress(queue.Empty):
            while True:
                self._heed(self._answers.get_nowait())

    def _heed(self, answer: Any) -> None:
        """Keep an answer; where it says that a portion is done, let another one follow."""
        if answer is None:
            self.lost = True
        elif answer:
            self._arrived.append(answer)
        else:
            self._under_way -= 1
            self._go_on()

    @property
    def has_answered(self) -> bool:
        """Whether the next answer need not be waited for; where a portion is done, another one follows."""
        self._take_in()
        return bool(self._arrived)

    def _hear(self, stop: Callable[[], bool]) -> Iterator[Any]:
        """Yield answers until the helper has done what it was told, is lost, or `stop()` is true."""
        heard = time.monotonic()
        while not stop():
            if self._arrived:
                yield self._arrived.popleft()
                heard = time.monotonic()
            elif self.lost or not self._under_way:
                return
            elif time.monotonic() - heard > PATIENCE:
                self.lost = True
            else:
                with suppress(queue.Empty):
                    self._heed(self._answers.get(timeout=WAIT))

    def recall(self, share: Share[Place], remembered: Callable[[str], bytes]) -> None:
        """Have it compare remembered shards, by path, with the disk."""
        self._share("recall", share, lambda place: (place[0], remembered(place[0])))

    def recalled(self, stop: Callable[[], bool]) -> Iterator[list[int] | None]:
        """Yield for each shard, in the order given, when its entries were last read; None where something changed."""
        for answer in self._hear(stop):
            for reads in answer:
                yield None if reads is None else list(reads)

    def read(self, share: Share[tuple[Place, Job]]) -> None:
        """Have it list and inspect shards; data beside their places is not sent."""
        self._share("read", share, itemgetter(0))

    def shards(self, stop: Callable[[], bool]) -> Iterator[tuple[Shard, set[EntryDraft]]]:
        """Yield the shards that it was told to read, each with the entries of it that vanished."""
        for path, listed_at, directories, rows, foreign, errors, (stamp, hollow), gone in self._hear(stop):
            candidates = [EntryDraft.of_row(row) for row in rows]
            shard = Shard(
                path,
                listed_at,
                directories,
                candidates,
                [File(*file) for file in foreign],
                [Unreadable(*error) for error in errors],
                stamp,
                hollow,
            )
            yield shard, {candidates[number] for number in gone}

    def consult(self, share: Share[EntryDraft], wanted: Iterable[PendingRecord], indexes: Sequence[str]) -> None:
        """Have it read index pages."""
        self._say(("want", list(wanted), list(indexes)))
        self._share("consult", share, EntryDraft.row)

    def consulted(
        self, candidates: Iterator[EntryDraft], stop: Callable[[], bool]
    ) -> Iterator[tuple[list[EntryDraft], Found, set[EntryDraft], list[Unreadable]]]:
        """Take what the pages say into the candidates, which come in the order given.

        Yields a portion of them each time, the addresses found, what vanished, what failed.
        """
        for rows, matches, gone, errors in self._hear(stop):
            told = [*islice(candidates, len(rows))]
            for candidate, row in zip(told, rows, strict=True):
                candidate.recall(row)
            vanished = {told[number] for number in gone}
            yield told, dict(matches), vanished, [Unreadable(*error) for error in errors]

    @property
    def returncode(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.returncode

    def close(self) -> None:
        """End it at once, and forget what it was to do."""
        self._following = lambda: None
        self._process.kill()
        self._orders.put(None)
        self._speaker.join()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self._process.wait()
