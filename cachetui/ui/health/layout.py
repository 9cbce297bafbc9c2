"""The content of the Health view as lines of words with colour roles (does not import Textual).

An entry is laid out when one of its lines is drawn.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from cachetui.conduct import PIP, Conduct
from cachetui.report.health_text import FindingEntry, FindingGroup, VerificationSummary, name_of, proof_words, verdict
from cachetui.text.format import count, date, disk, disk_text
from cachetui.text.redact import redact_urls
from cachetui.ui.glyphs import Glyphs
from cachetui.ui.widgets.cells import FILE_TAIL, fit, fit_file, pad, shown, width, wrapped

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.health.finding import FindingType, Severity

    FindingKey = tuple[FindingType, str]
    """Identity of a row: a finding type and an entry's path; for the title of a type, the path is empty."""

Words = tuple[str, str]
"""Words, and the colour roles in which they are drawn."""
BESIDE, ONE_LINE = 110, 76
"""Minimum widths in cells: for a problem beside the name of its entry, and for number and size of entries on one line
with their title."""
ARROW, BOX, INDENT = 1, 3, 2
"""Cells before a title's arrow, cells before its box, and cells by which entries are indented."""
BOX_CELLS, GAP, MARGIN = 4, 2, 1
"""Cells of the box with the gap after it, cells between two columns, and cells that stay free at the end of a line."""
PILL = 9
"""Width of the word for a severity in cells, with the gap after it."""
DISK, COUNT = 7, 14
"""Widths of a size and of a number of entries in cells."""
SINCE = len("since 2026-06-12")
"""Width of a date in cells."""
LEAST = 8
"""Minimum width in cells for breaking words into lines, however narrow the screen is."""
PILLS: dict[Severity, str] = {
    "danger": "alarm",
    "damage": "pill",
    "rights": "pill",
    "notice": "muted",
    "waste": "muted",
}
"""Colour roles of the words for the severities."""


class LayoutOptions(NamedTuple):
    """Options for the layout of the view."""

    glyphs: Glyphs
    """The glyphs that the terminal can show."""
    roomy: bool = True
    """Whether there is room for blank lines."""
    verify: str = "v"
    """The name of the key for verification, as shown to the user."""
    links: tuple[str, ...] = ()
    """Sentences about parts of the cache that were not scanned."""
    conduct: Conduct = PIP
    """How the program that fills the cache uses it."""


class LayoutLine(NamedTuple):
    """A line of the view."""

    words: Sequence[Words] = ()
    """Words of the line, from the left."""
    row: int | None = None
    """The index of the row that the line belongs to; None if it belongs to no row."""
    box: int | None = None
    """The cell at which the line's box for a mark begins; None if it has no box."""
    arrow: bool = False
    """Whether the line has the arrow that opens and closes the row."""


class HealthLines:
    """The view's lines and rows for one width: a row for each title, and for each entry of an open title."""

    def __init__(
        self,
        groups: Sequence[FindingGroup],
        proof: VerificationSummary | None,
        expanded: Collection[FindingType],
        room: int,
        look: LayoutOptions,
    ) -> None:
        self.room, self.look = room, look
        self._top = self._told(groups, proof)
        self._blocks: list[_Block] = []
        line, row = len(self._top), 0
        for group in groups:
            block = _Block(group, line, row, group.sort in expanded, self)
            self._blocks.append(block)
            line, row = block.end + look.roomy, block.last + 1
        self.height, self.rows = line, row
        """Number of lines and number of rows."""

    def _told(self, groups: Sequence[FindingGroup], proof: VerificationSummary | None) -> list[LayoutLine]:
        """Lay out the lines above all rows."""
        blank = [LayoutLine()] if self.look.roomy else []
        lines = [*blank]
        for index, (severity, words) in enumerate(verdict(groups, self.look.conduct)):
            lines += self._paragraph(words, _pill(severity), "muted" if index else "strong", MARGIN)
        for words in self.look.links:
            lines += self._paragraph(words, _pill("damage"), "muted", MARGIN)
        for index, words in enumerate(proof_words(proof, self.look.verify)):
            sign = [(f"{self.look.glyphs.yes} ", "accent")] if proof and not (proof.stopped or index) else []
            lines += self._paragraph(words, sign, "muted", MARGIN)
        return [*lines, LayoutLine()] if groups else lines

    def _paragraph(
        self, words: str, signs: Sequence[Words], role: str, indent: int, row: int | None = None
    ) -> list[LayoutLine]:
        """Wrap words into lines, with symbols in front of the first line; the other lines are indented to match."""
        before = sum([width(sign) for sign, _ in signs])
        found = wrapped(words, max(LEAST, self.room - indent - before - MARGIN))
        blank: list[Words] = [(" " * indent, "plain")]
        return [
            LayoutLine([*blank, *(signs if not index else [(" " * before, "plain")]), (line, role)], row)
            for index, line in enumerate(found)
        ]

    def _block(self, index: int) -> _Block:
        return next(block for block in reversed(self._blocks) if block.row <= index)

    def row(self, index: int) -> tuple[FindingGroup, FindingEntry | None]:
        """Return the group of a row, and its entry, which is None if the row is a title."""
        block = self._block(index)
        return block.group, block.group.finding_entries[index - block.row - 1] if index > block.row else None

    def key(self, index: int) -> FindingKey:
        """Return the identity of a row."""
        group, finding_entry = self.row(index)
        return group.sort, finding_entry.entry.path if finding_entry is not None else ""

    def span(self, index: int) -> tuple[int, int]:
        """Return the index of a row's first line, and the index after its last line."""
        block = self._block(index)
        return block.span(index - block.row)

    def row_at(self, line: int) -> int | None:
        """Return the index of the row that a line belongs to; None if it belongs to no row."""
        return next((block.at(line) for block in self._blocks if block.top <= line < block.end), None)

    def find(self, key: FindingKey, otherwise: int) -> int:
        """Return the index of the row with a key.

        If it is not shown, return the nearest row to `otherwise` that belongs to the same finding type; if there is
        none, the nearest row of all.
        """
        for block in self._blocks:
            if block.group.sort == key[0]:
                if not key[1]:
                    return block.row
                paths = [finding_entry.entry.path for finding_entry in block.group.finding_entries]
                if block.open and key[1] in paths:
                    return block.row + 1 + paths.index(key[1])
                return max(block.row, min(otherwise, block.last))
        return max(0, min(otherwise, self.rows - 1))

    def line(self, line: int, sign: Callable[[FindingGroup, FindingEntry | None], str]) -> LayoutLine:
        """Lay out one line; `sign` returns the mark state of a row as it is shown: x, - or blank."""
        if line < len(self._top):
            return self._top[line]
        row = self.row_at(line)
        if row is None:
            return LayoutLine()
        block, (group, finding_entry) = self._block(row), self.row(row)
        box = f"[{sign(group, finding_entry)}] "
        lines = block.title(box) if finding_entry is None else self._entry(finding_entry, box, row)
        return lines[line - self.span(row)[0]]

    # Layout of entries

    @property
    def _at(self) -> int:
        """The cell at which the names of entries begin."""
        return BOX + INDENT + BOX_CELLS

    @property
    def _columns(self) -> tuple[int, int]:
        """The maximum widths in cells of an entry's name, and of a line of the words about its problem."""
        space = self.room - self._at - MARGIN
        if self.room >= BESIDE:
            space -= DISK + SINCE + 3 * GAP
            return space * 2 // 5, space - space * 2 // 5
        right = SINCE + GAP + (DISK + GAP if self.room >= ONE_LINE else 0)
        return max(LEAST, space - right), max(LEAST, space)

    def heights(self, finding_entries: Iterable[FindingEntry]) -> list[int]:
        """Return the number of lines that each entry takes; this must be fast for a hundred thousand entries."""
        room, beside = self._columns[1], self.room >= BESIDE
        found = []
        for finding_entry in finding_entries:
            words = _said(finding_entry.finding.words)
            lines = 1 if len(words) <= room and words.isascii() else len(wrapped(words, room))
            found.append(lines if beside else lines + 1)
        return found

    def _entry(self, finding_entry: FindingEntry, box: str, row: int) -> list[LayoutLine]:
        """Lay out an entry: its name, its problem, the date in `Finding.since`, and on a wide screen its size."""
        dots, (name_room, words_room) = self.look.glyphs.dots, self._columns
        name = shown(name_of(finding_entry.entry))
        name = (
            fit_file(name, name_room, dots) if finding_entry.entry.filename else fit(name, name_room, FILE_TAIL, dots)
        )
        words = wrapped(_said(finding_entry.finding.words), words_room)
        number, unit = disk(finding_entry.entry.disk_usage)
        size: list[Words] = [(" " * GAP, "plain"), (f"{number:>4} {unit:<2}", "muted")] if self.room >= ONE_LINE else []
        since: list[Words] = [*size, (" " * GAP, "plain"), (f"since {date(finding_entry.finding.since)}", "muted")]
        first: list[Words] = [(" " * (BOX + INDENT), "plain"), _box(box), (pad(name, name_room), "plain")]
        if self.room < BESIDE:
            indent = (" " * self._at, "plain")
            below = [LayoutLine([indent, (line, "muted")], row) for line in words]
            return [LayoutLine([*first, *since], row, BOX + INDENT), *below]
        lines = []
        for index, line in enumerate(words):
            left = first if not index else [(" " * (self._at + name_room), "plain")]
            right = since if not index else []
            said = [(" " * GAP, "plain"), (pad(line, words_room), "muted")]
            lines.append(LayoutLine([*left, *said, *right], row, None if index else BOX + INDENT))
        return lines


class _Block:
    """The title of a finding type, with the entries below it if it is open."""

    def __init__(self, group: FindingGroup, top: int, row: int, is_open: bool, page: HealthLines) -> None:
        self.group, self.top, self.row, self.open, self._page = group, top, row, is_open, page
        heights = page.heights(group.finding_entries) if is_open else []
        self._starts = [top, *accumulate([len(self.title("[ ] ")), *heights], initial=top)][1:]
        self.end, self.last = self._starts[-1], row + len(heights)

    def span(self, index: int) -> tuple[int, int]:
        """Return the first line of a row, and the line after its last; index 0 is the title, others are entries."""
        return self._starts[index], self._starts[index + 1]

    def at(self, line: int) -> int:
        """Return the index of the row at a line of the block."""
        return self.row + bisect_right(self._starts, line) - 1

    def title(self, box: str) -> list[LayoutLine]:
        """Lay out the title: severity, problem, number and size of the entries, consequence, and remedy."""
        page, group, glyphs = self._page, self.group, self._page.look.glyphs
        meaning = group.finding_entries[0].finding.meaning_in(page.look.conduct)
        number = count(len(group.finding_entries), "folder" if group.sort == "folder" else "entry")
        figure, unit = disk(group.disk)
        one_line = page.room >= ONE_LINE
        right: list[Words] = []
        if one_line:
            right = [(f"{number:>{COUNT}}{' ' * GAP}", "muted"), (f"{figure:>4} ", "plain"), (f"{unit:<2}", "muted")]
        at = BOX + BOX_CELLS
        space = max(LEAST, page.room - at - PILL - MARGIN - (COUNT + GAP + DISK if one_line else 0))
        words: list[Words] = [
            (" " * ARROW, "plain"),
            (f"{glyphs.open if self.open else glyphs.shut} ", "muted"),
            _box(box),
            *_pill(group.severity),
            (pad(fit(meaning.title, space, dots=glyphs.dots), space), "strong"),
            *right,
        ]
        lines = [LayoutLine(words, self.row, BOX, arrow=True)]
        if not one_line:
            lines += page._paragraph(f"{number}, {disk_text(group.disk)}", (), "plain", at, self.row)
        lines += page._paragraph(meaning.consequence, (), "muted", at, self.row)
        return lines + page._paragraph(meaning.way_out, [(f"{glyphs.prompt} ", "accent")], "muted", at, self.row)


def _said(words: str) -> str:
    """Return words from the cache in a form that is safe to draw, with the secrets of URLs masked."""
    return shown(redact_urls(words))


def _pill(severity: Severity) -> list[Words]:
    pill = f" {severity} "
    return [(pill, PILLS[severity]), (" " * (PILL - len(pill)), "plain")]


def _box(box: str) -> Words:
    return box, "mark" if box.strip(" []") else "hint"
