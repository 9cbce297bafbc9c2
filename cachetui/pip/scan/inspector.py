"""Open what must be looked at and identify it; note what failed, vanished and became known."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice

from cachetui.model import Unreadable
from cachetui.pip.formats import index_page
from cachetui.pip.formats.records import FIRST_READ, UnreadableRecordError
from cachetui.pip.scan import identify
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.url_index import NAMELESS_PAGE, Found, UrlIndex
from cachetui.system.parallel_io import blocks_read
from cachetui.system.tree import GONE, Tree, reason, unforeseen

AT_ONCE, FEW = 64, 8
"""Files that a slow disk is asked for at once; those that are looked at between two looks whether to stop."""
CAN_ASK_AHEAD = hasattr(os, "posix_fadvise")
"""Whether a disk can be kept busy without threads."""


class Inspector:
    """Looks into the files of one tree."""

    def __init__(
        self,
        tree: Tree,
        stop: Callable[[], bool],
        tell: Callable[[Sequence[EntryDraft]], None],
        gone: set[EntryDraft],
        errors: list[Unreadable],
    ) -> None:
        """Look until `stop()` is true; `tell` is given the candidates of which something became known.

        What vanished before it could be looked at is added to `gone`, what could not be read to `errors`.
        """
        self._tree, self._stop, self._tell, self._gone, self._errors = tree, stop, tell, gone, errors
        self._slow = False  # whether the disk had to be read for what was looked at last

    def look(self, candidates: Sequence[EntryDraft]) -> None:
        """Identify entries as far as they themselves can tell."""
        built = [one for one in candidates if one.kind == "built" and not one.by and not one.note]
        for candidate in built:
            identify.name_built(candidate)
        self._each([one for one in built if len(one.files) > 1], 1, identify.read_origin)
        self._each([one for one in candidates if one.kind == "selfcheck" and not one.note], 0, identify.read_selfcheck)
        self._each([one for one in candidates if one.kind == "record"], 0, identify.read_headers)
        self._each([one for one in candidates if one.kind == "body"], -1, identify.look_inside)

    def look_at_files(self, candidates: Sequence[EntryDraft]) -> None:
        """Distinguish wheels, sdists and metadata by their bodies, where only headers named them."""
        self._each([one for one in candidates if one.kind == "file"], -1, identify.look_inside)

    def consult(self, candidates: Iterable[EntryDraft], dictionary: UrlIndex) -> Found:
        """Read index pages: name them, and return the wanted addresses that they list."""
        matches: Found = {}

        def read(candidate: EntryDraft, fd: int) -> None:
            page = index_page.read_page(identify.body_of(candidate, fd), candidate.hint)
            if candidate.kind == "page" or (candidate.kind == "index" and candidate.url is None):
                name = index_page.name_of(page) if page else None
                url = dictionary.page_address(candidate.digest, name, page) if page and name else None
                note = index_page.STOPPING if page and name and index_page.stops_pip(page) else None
                candidate.settle("index" if name else "response", "page" if name else None, name, url=url, note=note)
                if page and not name:
                    candidate.hint = f"{NAMELESS_PAGE} {candidate.hint}"
            if page and dictionary.wants(candidate.project):
                matches.update(dictionary.look_through(page, candidate.project, candidate.url))

        self._each(candidates, -1, read, few=1)  # each takes as long as many records
        return matches

    def _each(
        self, candidates: Iterable[EntryDraft], which: int, job: Callable[[EntryDraft, int], None], few: int = FEW
    ) -> None:
        """Do a job with one file, by its number, of each entry."""
        waiting = iter(candidates)
        while not self._stop() and (some := [*islice(waiting, AT_ONCE if self._slow else few)]):
            before = blocks_read()
            if self._slow and CAN_ASK_AHEAD:
                self._ask_for(some, which)
            for candidate in some:
                self._try(candidate, which, job)
            self._slow = blocks_read() - before >= len(some)
            self._tell(some)

    def _try(self, candidate: EntryDraft, which: int, job: Callable[[EntryDraft, int], None]) -> None:
        """Do a job with one file of an entry. What cannot be read is unknown, what is gone is left out."""
        try:
            fd = self._tree.open(candidate.files[which])
            try:
                job(candidate, fd)
            finally:
                os.close(fd)
        except UnreadableRecordError as error:
            candidate.settle("unknown", note=str(error))
        except OSError as error:
            if error.errno in GONE:
                self._gone.add(candidate)
            else:
                self._fail(candidate, which, reason(error), f"cannot be opened: {reason(error)}")
        except Exception as error:  # whatever one file holds, all others are still to be read
            self._fail(candidate, which, unforeseen(error), unforeseen(error))

    def _ask_for(self, candidates: Iterable[EntryDraft], which: int) -> None:
        """Hint to the system that the beginnings of these files will be read."""
        for candidate in candidates:
            with suppress(OSError):
                fd = self._tree.open(candidate.files[which])
                try:
                    os.posix_fadvise(fd, 0, FIRST_READ, os.POSIX_FADV_WILLNEED)
                finally:
                    os.close(fd)

    def _fail(self, candidate: EntryDraft, which: int, why: str, note: str) -> None:
        """Note that a file of an entry cannot be read; what its path tells of the entry still holds."""
        self._errors.append(Unreadable(candidate.files[which].path, why))
        if candidate.kind not in ("built", "selfcheck"):
            candidate.settle("unknown", note=note)
