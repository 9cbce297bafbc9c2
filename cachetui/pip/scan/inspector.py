"""Open files and identify their entries; record which entries vanished, and which files could not be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice

from cachetui.errors import unexpected_reason
from cachetui.model import Unreadable
from cachetui.pip.formats import index_page
from cachetui.pip.formats.records import FIRST_READ, UnreadableRecordError
from cachetui.pip.scan import identify
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.layout import PIPS, Layout
from cachetui.pip.scan.url_index import NAMELESS_PAGE, UrlIndex, page_address
from cachetui.system.parallel_io import blocks_read
from cachetui.system.tree import GONE, NO_RIGHT, Tree, is_denied, reason

AT_ONCE, FEW = 64, 8
"""Number of files opened between two calls of `stop()`: on a slow disk, where they are read ahead, and on others.

On other disks, pages are opened one by one.
"""
CAN_READ_AHEAD = hasattr(os, "posix_fadvise")
"""Whether the system can read files ahead without threads."""
BODY = -1
"""Value in place of a file's index that stands for the file with the entry's body."""


class Inspector:
    """Inspector that opens the files of one tree to identify their entries."""

    def __init__(
        self,
        tree: Tree,
        stop: Callable[[], bool],
        update: Callable[[Sequence[EntryDraft]], None],
        vanished: set[EntryDraft],
        errors: list[Unreadable],
        layout: Layout = PIPS,
    ) -> None:
        """Prepare to open files until `stop()` is true.

        `update` is called with the drafts whose files were opened. Entries that vanished are added to `vanished`, and
        files that could not be read to `errors`.
        """
        self._tree, self._stop, self._update, self._vanished, self._errors = tree, stop, update, vanished, errors
        self._layout = layout
        self._slow = False  # whether the last files had to be read from the disk

    def inspect(self, drafts: Sequence[EntryDraft]) -> None:
        """Identify entries by their file names, headers and bodies; `read_pages` and `inspect_files` do the rest."""
        built = [one for one in drafts if one.kind == "built" and not one.by and not one.note]
        for draft in built:
            identify.name_built(draft)
        self._open_each([one for one in built if len(one.files) > 1], 1, identify.read_origin)
        self._open_each([one for one in drafts if one.kind == "selfcheck" and not one.note], 0, identify.read_selfcheck)
        self._open_each([one for one in drafts if one.kind == "record"], 0, identify.read_headers)
        self._open_each([one for one in drafts if one.kind == "own"], 0, self._layout.read_own)
        self._open_each([one for one in drafts if one.kind == "body"], BODY, identify.look_inside)

    def inspect_files(self, drafts: Sequence[EntryDraft]) -> None:
        """Distinguish wheels, sdists and metadata by their bodies if only headers identified them."""
        self._open_each([one for one in drafts if one.kind == "file"], BODY, identify.look_inside)

    def read_pages(self, drafts: Iterable[EntryDraft], url_index: UrlIndex, indexes: Sequence[str]) -> None:
        """Read index pages: identify them, find their own URLs on `indexes`, and look up the URLs that they list."""

        def read(draft: EntryDraft, fd: int) -> None:
            page = index_page.read_page(identify.body_of(draft, fd), draft.content_hint)
            if draft.url is None:
                name = index_page.name_of(page) if page else None
                url = page_address(draft.digest, name, page, indexes) if page else None
                if name:
                    note = index_page.STOPPING if page and index_page.stops_pip(page) else None
                    draft.set_identified("index", "page", name, url=url, note=note)
                else:
                    filename = index_page.filename_of(url) or None if url else None
                    draft.set_identified("response", "url" if url else None, filename=filename, url=url)
                    if page:
                        draft.content_hint = f"{NAMELESS_PAGE} {draft.content_hint.rpartition(' ')[2]}"
            if page:
                url_index.match_page(page, draft.url, draft.project)

        self._open_each(drafts, BODY, read, few=1)  # one page takes as long as many records

    def _open_each(
        self, drafts: Iterable[EntryDraft], which: int, job: Callable[[EntryDraft, int], None], few: int = FEW
    ) -> None:
        """Open the file at index `which` of each entry, or the file with its body for `BODY`, and run a job on it."""
        waiting = iter(drafts)
        while not self._stop() and (some := [*islice(waiting, AT_ONCE if self._slow else few)]):
            before = blocks_read()
            if self._slow and CAN_READ_AHEAD:
                self._read_ahead(some, which)
            for draft in some:
                self._open_one(draft, which, job)
            self._slow = blocks_read() - before >= len(some)
            self._update(some)

    def _open_one(self, draft: EntryDraft, which: int, job: Callable[[EntryDraft, int], None]) -> None:
        """Open one file of an entry and run a job on it; record a failure."""
        which = draft.dating_file if which == BODY else which
        try:
            fd = self._tree.open(draft.files[which])
            try:
                job(draft, fd)
            finally:
                os.close(fd)
        except UnreadableRecordError as error:
            draft.set_identified("unknown", note=str(error))
        except OSError as error:
            if error.errno in GONE:
                self._vanished.add(draft)
            else:
                denied = is_denied(error)
                note = NO_RIGHT if denied else f"cannot be opened: {reason(error)}"
                self._fail(draft, which, reason(error), note, denied=denied)
        except Exception as error:  # one file must not end the scan of all others
            self._fail(draft, which, unexpected_reason(error), unexpected_reason(error))

    def _read_ahead(self, drafts: Iterable[EntryDraft], which: int) -> None:
        """Ask the system to prefetch the start of one file of each draft; `which` is the same as in `_open_each`."""
        for draft in drafts:
            with suppress(OSError):
                fd = self._tree.open(draft.files[draft.dating_file if which == BODY else which])
                try:
                    os.posix_fadvise(fd, 0, FIRST_READ, os.POSIX_FADV_WILLNEED)
                finally:
                    os.close(fd)

    def _fail(self, draft: EntryDraft, which: int, why: str, note: str, *, denied: bool = False) -> None:
        """Record that a file of an entry cannot be read. The entry becomes unknown, unless its path tells its kind."""
        self._errors.append(Unreadable(draft.files[which].path, why, denied))
        if draft.kind not in ("built", "selfcheck"):
            draft.set_identified("unknown", note=note)
