"""Parse the reference, which is written in a subset of Markdown, and lay it out as lines of words with roles.

The subset: headings with `#`, paragraphs, lists with `-`, fenced code and tables; within lines, code, `**strong**` and
links. Lists are not nested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

HelpRole = Literal["", "strong", "code"]
"""Role of words: "" for text, "strong" for headings and emphasis, "code" for what is typed or printed."""
Spans = list[tuple[str, HelpRole]]
"""Pieces of text with their roles, in order."""
INLINE = re.compile(r"(`+) ?(?P<code>.+?) ?\1|\*\*(?P<strong>.+?)\*\*|\[(?P<link>[^]]+)\]\([^)]*\)")
CELLS = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"\|[ :|-]+\|")
"""Pattern of the line between the head of a table and its rows."""
INDENT = 2
"""Number of cells before the text of a list item, and before code."""
GAP = 2
"""Number of cells between two columns of a table."""
MOST = 0.6
"""Maximum share of the width for all columns of a table except the last.

If they need more and the table does not fit, each row takes several lines.
"""


@dataclass(slots=True)
class Block:
    """A part of a document, such as a paragraph or a table."""

    kind: Literal["heading", "paragraph", "item", "code", "table"]
    """Kind of the block; an item is an item of a list."""
    spans: Spans = field(default_factory=list)
    """The words of a heading, a paragraph or an item."""
    level: int = 0
    """The level of a heading; 1 is the title of the document."""
    lines: list[str] = field(default_factory=list)
    """The lines of code."""
    rows: list[list[Spans]] = field(default_factory=list)
    """The rows of a table, each as a list of cells; the first row is the head."""


def parse(markdown: str) -> list[Block]:
    """Return the blocks of a document. Comments are left out."""
    blocks: list[Block] = []
    lines = iter(re.sub(r"<!--.*?-->\n?", "", markdown).splitlines())
    is_open = False  # whether the next line continues a paragraph or an item
    for line in lines:
        if line.startswith("```"):
            blocks.append(Block("code", lines=list(iter(lambda: next(lines), "```"))))
        elif line.startswith("#"):
            marks, _, words = line.partition(" ")
            blocks.append(Block("heading", inline(words), len(marks)))
        elif line.startswith("|"):
            if not (blocks and blocks[-1].kind == "table" and is_open):
                blocks.append(Block("table"))
            if not RULE.fullmatch(line):
                blocks[-1].rows.append([inline(cell.strip()) for cell in CELLS.split(line)[1:-1]])
        elif line.startswith("- "):
            blocks.append(Block("item", inline(line[2:])))
        elif line and is_open:
            blocks[-1].spans += [(" ", ""), *inline(line.strip())]
        elif line:
            blocks.append(Block("paragraph", inline(line)))
        is_open = bool(line) and not line.startswith(("#", "```"))
    return blocks


def inline(text: str) -> Spans:
    """Return the words of one line with their roles."""
    spans: Spans = []
    end = 0
    for found in INLINE.finditer(text):
        spans.append((text[end : found.start()], ""))
        role: HelpRole = "code" if found["code"] else "strong" if found["strong"] else ""
        spans.append((found["code"] or found["strong"] or found["link"], role))
        end = found.end()
    spans.append((text[end:], ""))
    return [(words.replace(r"\|", "|"), role) for words, role in spans if words]


def plain(spans: Iterable[tuple[str, str]]) -> str:
    """Return words without their roles."""
    return "".join([words for words, _ in spans])


def lay_out(blocks: Sequence[Block], width: int) -> Iterator[Spans]:
    """Yield the lines of a document for a width in characters; only lines of code and long words may be wider."""
    before = None
    for block in blocks:
        if before is not None and not (before.kind == block.kind == "item"):
            yield []
        before = block
        match block.kind:
            case "heading":
                yield from wrap([(plain(block.spans), "strong")], width)
            case "paragraph":
                yield from wrap(block.spans, width)
            case "item":
                for number, line in enumerate(wrap(block.spans, width - INDENT)):
                    yield [("  " if number else "- ", ""), *line]
            case "code":
                for words in block.lines:
                    yield [(f"{' ' * INDENT}{words}", "code")]
            case "table":
                yield from _table(block.rows, width)


def wrap(spans: Spans, width: int) -> list[Spans]:
    """Break words into lines of at most `width` characters; a longer word has a line of its own."""
    lines: list[Spans] = [[]]
    room = 0
    for word in _words(spans):
        size = len(plain(word))
        if lines[-1] and size + 1 > room:
            lines.append([])
        if not lines[-1]:
            room = width
        else:
            lines[-1].append((" ", word[0][1] if word[0][1] == lines[-1][-1][1] else ""))
            room -= 1
        lines[-1] += word
        room -= size
    return lines


def _words(spans: Spans) -> Iterator[Spans]:
    """Yield words; each may have parts with several roles, such as code and a comma."""
    word: Spans = []
    for text, role in spans:
        for number, part in enumerate(re.split(r"\s+", text)):
            if number and word:
                yield word
                word = []
            if part:
                word.append((part, role))
    if word:
        yield word


def _table(rows: Sequence[Sequence[Spans]], width: int) -> Iterator[Spans]:
    """Yield the lines of a table in columns.

    If it is too wide, its head is left out, and the last cell of each row has lines of its own.
    """
    widths = [max(len(plain(cell)) for cell in column) for column in zip(*rows, strict=True)]
    start = sum(widths[:-1]) + GAP * (len(widths) - 1)
    if start <= MOST * width or start + widths[-1] <= width:
        for number, row in enumerate(rows):
            line: Spans = []
            for cell, size in zip(row[:-1], widths, strict=False):
                line += [*_strong(cell, number == 0), (" " * (size - len(plain(cell)) + GAP), "")]
            for part in wrap(_strong(row[-1], number == 0), width - start):
                yield [*line, *part]
                line = [(" " * start, "")]
        return
    for row in rows[1:]:
        heads = [cell for cell in row[:-1] if cell]
        yield from wrap([span for cell in heads for span in (*cell, ("  ", ""))], width)
        for part in wrap(row[-1], width - 2 * INDENT):
            yield [(" " * 2 * INDENT, ""), *part]


def _strong(cell: Spans, is_head: bool) -> Spans:
    return [(plain(cell), "strong")] if is_head and cell else cell
