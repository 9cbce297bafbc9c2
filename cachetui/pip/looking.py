"""Open what must be looked at and identify it; note what failed, vanished and became known."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from cachetui.model import Unreadable
from cachetui.pip import identify, pages
from cachetui.pip.candidate import Candidate
from cachetui.pip.dictionary import Dictionary, Match
from cachetui.pip.records import FIRST_READ, UnreadableRecordError
from cachetui.pip.tree import GONE, Tree, reason, unreadable

AHEAD = 64 if hasattr(os, "posix_fadvise") else 1
"""Files opened and asked for before the first is read: the disk is kept busy without threads. On Windows a pip could
not replace a file that is held open, so there it is one."""


class Looker:
    """Looks into the files of one tree."""

    def __init__(
        self, tree: Tree, stop: Callable[[], bool], tell: Callable[[Sequence[Candidate]], None] = lambda _: None
    ) -> None:
        """Look until `stop()` is true; `tell` is given the candidates of which something became known."""
        self._tree, self._stop, self._tell = tree, stop, tell
        self.gone: set[Candidate] = set()
        """What vanished before it could be looked at."""
        self.errors: list[Unreadable] = []
        """What could not be read."""

    def look(self, candidates: Sequence[Candidate]) -> None:
        """Identify entries as far as they themselves can tell."""
        built = [one for one in candidates if one.kind == "built" and not one.by and not one.note]
        for candidate in built:
            identify.name_built(candidate)
        self._each([one for one in built if len(one.files) > 1], 1, identify.read_origin)
        self._each([one for one in candidates if one.kind == "selfcheck" and not one.note], 0, identify.read_selfcheck)
        self._each([one for one in candidates if one.kind == "record"], 0, identify.read_headers)
        self._each([one for one in candidates if one.kind == "body"], -1, identify.look_inside)

    def look_at_files(self, candidates: Sequence[Candidate]) -> None:
        """Tell wheels, sdists and metadata apart by their bodies, where only headers named them."""
        self._each([one for one in candidates if one.kind == "file"], -1, identify.look_inside)

    def consult(self, candidates: Sequence[Candidate], dictionary: Dictionary) -> list[Match]:
        """Read index pages: name them, and return the wanted addresses that they list."""
        matches: list[Match] = []

        def read(candidate: Candidate, fd: int) -> None:
            page = pages.read_page(identify.body_of(candidate, fd), candidate.hint)
            if candidate.kind == "page":
                name = pages.name_of(page) if page else None
                url = dictionary.page_address(candidate.digest, name, page) if page and name else None
                candidate.settle("index" if name else "response", "page" if name else None, name, url=url)
            if page and dictionary.wants(candidate.project):
                matches.extend(dictionary.look_through(page, candidate.project, candidate.url))

        self._each(candidates, -1, read)
        return matches

    def _each(self, candidates: Sequence[Candidate], which: int, job: Callable[[Candidate, int], None]) -> None:
        """Do a job with one file, by its number, of each entry. What cannot be read is unknown, the gone left out."""
        for start in range(0, len(candidates), AHEAD):
            if self._stop():
                return
            some = candidates[start : start + AHEAD]
            opened = self._open(some, which)
            try:
                while opened:
                    candidate, fd = opened.pop()
                    try:
                        job(candidate, fd)
                    except UnreadableRecordError as error:
                        candidate.settle("unknown", note=str(error))
                    except OSError as error:
                        self._fail(candidate, which, error)
                    finally:
                        os.close(fd)
            finally:
                for _, fd in opened:
                    os.close(fd)
            self._tell(some)

    def _open(self, candidates: Iterable[Candidate], which: int) -> list[tuple[Candidate, int]]:
        opened = []
        for candidate in candidates:
            try:
                fd = self._tree.open(candidate.files[which])
            except OSError as error:
                self._fail(candidate, which, error)
                continue
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(fd, 0, FIRST_READ, os.POSIX_FADV_WILLNEED)
            opened.append((candidate, fd))
        opened.reverse()
        return opened

    def _fail(self, candidate: Candidate, which: int, error: OSError) -> None:
        if error.errno in GONE:
            self.gone.add(candidate)
            return
        self.errors.append(unreadable(candidate.files[which].path, error))
        if candidate.kind not in ("built", "selfcheck"):
            candidate.settle("unknown", note=f"cannot be opened: {reason(error)}")
