"""The content of the Why view as lines of words with colour roles (does not import Textual)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from cachetui.text.format import count
from cachetui.text.redact import redact_input
from cachetui.ui.glyphs import Glyphs
from cachetui.ui.widgets.cells import FILE_TAIL, fit, fit_file, pad, shown, width, wrapped

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.why.explanation import CachedFile, Explanation, Reason, Remedy

Words = tuple[str, str]
"""Words, and the colour roles in which they are drawn."""
BESIDE = 100
"""Minimum width in cells at which words about a file or a command are beside it, not below it."""
MARGIN, SIGN, BOX, GAP = 1, 2, 4, 2
"""Widths in cells: the left margin, a line's symbol, the box that shows a mark, and the gap between columns."""
MOST_OF_IT = 0.55
"""Maximum share of the width for the first of two columns."""
OUTSIDE = "cachetui "
"""Prefix of the commands that a user types into a shell, not as a question."""
LEAST = 8
"""Minimum width in cells for breaking words into lines, however narrow the screen is."""


class LayoutOptions(NamedTuple):
    """Options for the layout of the view."""

    glyphs: Glyphs
    """The glyphs that the terminal can show."""
    roomy: bool = True
    """Whether there is room for blank lines."""


class ActionTarget(NamedTuple):
    """An item of an answer that keys can act on: a file, a reason or a command."""

    entries: tuple[str, ...]
    """The paths of the entries that the item is about; keys mark these entries or show them in Browse."""
    command: str = ""
    """The command to copy; empty for none."""


class LayoutLine(NamedTuple):
    """A line of the view."""

    words: tuple[Words, ...] = ()
    """Words of the line, from the left."""
    act: int | None = None
    """The index of the item that the line belongs to; None if it belongs to no item."""
    box: int | None = None
    """The cell at which the line's box for a mark begins; None if it has no box."""
    is_example: bool = False
    """Whether the line belongs to an example question, which a click asks."""


def acts_of(explanation: Explanation) -> tuple[ActionTarget, ...]:
    """Return the items that keys can act on, in the order of their lines."""
    return (
        *[ActionTarget((held.path,)) for held in explanation.held],
        *[ActionTarget(reason.entries) for reason in explanation.reasons if reason.entries],
        *[ActionTarget(remedy.entries, remedy.command) for remedy in explanation.remedies],
    )


def answer_lines(explanation: Explanation, signs: Sequence[str], room: int, look: LayoutOptions) -> list[LayoutLine]:
    """Return an answer as lines of at most `room` cells.

    `signs` are the mark states of the items in `acts_of`, as they are shown: x, - or blank; empty if an item cannot be
    marked.
    """
    return [*_Layout(explanation, signs, room, look).lines()]


def plain_lines(
    title: str, words: Iterable[str], ways: Sequence[tuple[str, str]], room: int, look: LayoutOptions
) -> list[LayoutLine]:
    """Return lines with a title, paragraphs, and what the user can type next, each with its effect."""
    space, margin = max(LEAST, room - 2 * MARGIN), (" " * MARGIN, "plain")
    lines = [*_blank(look), *[LayoutLine((margin, (line, "strong"))) for line in wrapped(_said(title), space)]]
    for paragraph in words:
        lines += [LayoutLine((margin, (line, "muted"))) for line in wrapped(_said(paragraph), space)]
    lines += _blank(look) if ways else ()
    column = max([width(_said(way)) for way, _ in ways], default=0) + GAP
    beside = all(column + width(does) <= space for _, does in ways)
    for index, (way, does) in enumerate(ways):
        asks = not way.startswith(OUTSIDE)
        drawn = (margin, (pad(_said(way), column), "accent"), (does if beside else "", "muted"))
        lines.append(LayoutLine(drawn, index if asks else None, is_example=asks))
        if not beside:
            indent = (" " * (MARGIN + SIGN), "plain")
            lines += [LayoutLine((indent, (line, "muted"))) for line in wrapped(does, max(LEAST, space - SIGN))]
    return lines


def _said(words: str) -> str:
    """Return words from the cache or the user in a form that is safe to draw, with secrets of URLs masked."""
    return shown(redact_input(words))


def _blank(look: LayoutOptions) -> tuple[LayoutLine, ...]:
    return (LayoutLine(),) if look.roomy else ()


class _Layout:
    """Layout of one answer for one width."""

    def __init__(self, explanation: Explanation, signs: Sequence[str], room: int, look: LayoutOptions) -> None:
        self._explanation, self._signs, self._room, self._look = explanation, signs, room, look
        self._act = -1
        names = [_said(held.filename) for held in explanation.held]
        names += [_said(remedy.command) for remedy in explanation.remedies]
        most = int(room * MOST_OF_IT) - MARGIN - SIGN
        self._first = min(most, max(map(width, names), default=0)) if room >= BESIDE else 0

    def lines(self) -> Iterator[LayoutLine]:
        """Yield all lines."""
        answer, look = self._explanation, self._look
        yield from _blank(look)
        yield from self._verdict()
        if answer.steps:
            yield from self._heading("What pip would do")
            for number, step in enumerate(answer.steps, start=1):
                yield from self._paragraph(step, (f"{number} ", "muted"))
        if answer.held:
            yield from self._heading("What is in the cache")
            for held in answer.held:
                yield from self._held(held)
        if answer.reasons:
            yield from self._heading("Why")
            for reason in answer.reasons:
                yield from self._reason(reason)
        if answer.remedies:
            yield from self._heading("What helps")
            for remedy in answer.remedies:
                yield from self._remedy(remedy)

    def _heading(self, words: str) -> Iterator[LayoutLine]:
        yield from _blank(self._look)
        yield LayoutLine(((" " * MARGIN, "plain"), (words, "strong")))

    def _verdict(self) -> Iterator[LayoutLine]:
        answer = self._explanation
        pill = f" {answer.tone_words} "
        yield from self._paragraph(answer.verdict, (pill, "pill"), "strong", gap=1)
        for sentence in answer.more:
            yield from self._paragraph(sentence, role="muted")

    def _paragraph(
        self, words: str, sign: Words = ("", "plain"), role: str = "plain", *, gap: int = 0, act: int | None = None
    ) -> Iterator[LayoutLine]:
        """Break words into lines, with the symbol `sign` before the first line."""
        indent = width(sign[0]) + gap
        for index, line in enumerate(wrapped(_said(words), max(LEAST, self._room - 2 * MARGIN - indent))):
            before: tuple[Words, ...] = (sign, (" " * gap, "plain")) if not index else ((" " * indent, "plain"),)
            yield LayoutLine(((" " * MARGIN, "plain"), *before, (line, role)), act)

    def _next(self) -> tuple[int, str]:
        """Go to the next item; return its index, and its box, which is blank if the item cannot be marked."""
        self._act += 1
        sign = self._signs[self._act] if self._act < len(self._signs) else ""
        return self._act, f"[{sign}] " if sign else " " * BOX

    def _held(self, held: CachedFile) -> Iterator[LayoutLine]:
        glyphs = self._look.glyphs
        sign = {"yes": (glyphs.yes, "accent"), "no": (glyphs.no, "muted"), "other": (glyphs.dot, "muted")}[held.sign]
        space = self._first or max(LEAST, self._room - 2 * MARGIN - SIGN)
        name = fit_file(_said(held.filename), space, glyphs.dots)
        yield from self._pair(sign, [name], "plain", held.words)

    def _remedy(self, remedy: Remedy) -> Iterator[LayoutLine]:
        space = self._first or max(LEAST, self._room - 2 * MARGIN - SIGN)
        yield from self._pair(("$", "muted"), wrapped(_said(remedy.command), space), "accent", remedy.words)

    def _pair(self, sign: Words, names: list[str], role: str, words: str) -> Iterator[LayoutLine]:
        """Yield the lines of an item, with its box and the words about it beside or below it."""
        act, box = self._next()
        beside = MARGIN + SIGN + self._first + GAP
        at = beside if self._first else MARGIN + SIGN
        said = wrapped(_said(words), max(LEAST, self._room - at - BOX - MARGIN))
        boxes = [_box(box), *[(" " * BOX, "plain")] * (len(said) - 1)]
        signs: list[Words] = [
            (pad(sign[0], SIGN) if not index else " " * SIGN, sign[1]) for index in range(max(len(names), len(said)))
        ]
        margin = (" " * MARGIN, "plain")
        if not self._first:
            yield from [LayoutLine((margin, sign, (name, role)), act) for sign, name in zip(signs, names, strict=False)]
            for index, (mark, line) in enumerate(zip(boxes, said, strict=True)):
                indent = (" " * at, "plain")
                yield LayoutLine((indent, mark, (line, "muted")), act, at if box.strip() and not index else None)
            return
        for index, (name, mark, line) in enumerate(zip_longest(names, boxes, said)):
            left = (pad(name or "", self._first + GAP), role)
            right = (mark or (" " * BOX, "plain"), (line or "", "muted"))
            yield LayoutLine((margin, signs[index], left, *right), act, at if box.strip() and not index else None)

    def _reason(self, reason: Reason) -> Iterator[LayoutLine]:
        act, box = self._next() if reason.entries else (None, " " * BOX)
        yield from self._paragraph(reason.words, ("- ", "muted"), act=act)
        evidence = [*reason.evidence]
        if reason.entries and len(reason.entries) > len(evidence):
            left = len(reason.entries) - len(evidence)
            evidence.append(f"and {left:,} more" if evidence else count(left, "entry"))
        at = MARGIN + SIGN
        for index, line in enumerate(evidence):
            mark = _box(box) if not index else (" " * BOX, "plain")
            text = fit(_said(line), max(LEAST, self._room - at - BOX - MARGIN), FILE_TAIL, self._look.glyphs.dots)
            boxed = at if box.strip() and not index else None
            yield LayoutLine(((" " * at, "plain"), mark, (text, "muted")), act, boxed)


def _box(box: str) -> Words:
    return box, "mark" if box.strip(" []") else "hint"
