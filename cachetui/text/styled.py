"""Lines of text in which some parts have a role, such as a heading; only a terminal shows the roles, as colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

Role = Literal["heading", "danger", "warning", "good", "heavy", "hint"]
"""Role of a part of a line.

`danger` is also for errors, `warning` for damage, `good` for what is sound, `heavy` for a large size, and `hint`
for a minor remark.
"""


class Span(NamedTuple):
    """A part of a line that has a role."""

    start: int
    """Index of its first character."""
    end: int
    """Index after its last character."""
    role: Role
    """Role of the part."""


class Styled(str):
    """A line of plain text with the roles of its parts; as a string, it is the text alone."""

    __slots__ = ("spans",)
    spans: tuple[Span, ...]


def styled(*parts: str | tuple[Role, str]) -> Styled:
    """Join the parts of a line: plain text, styled lines, and pairs of a role and text."""
    spans: list[Span] = []
    texts: list[str] = []
    length = 0
    for part in parts:
        text = part if isinstance(part, str) else part[1]
        if isinstance(part, Styled):
            spans += [Span(start + length, end + length, role) for start, end, role in part.spans]
        elif not isinstance(part, str):
            spans.append(Span(length, length + len(text), part[0]))
        texts.append(text)
        length += len(text)
    line = Styled("".join(texts))
    line.spans = tuple(spans)
    return line


def heading(text: str) -> Styled:
    """Return a line that is a heading."""
    return styled(("heading", text))


def pieces(text: str) -> Iterator[tuple[Role | None, str]]:
    """Yield the pieces of a line in order, each with its role; None means plain text, which may be empty."""
    place = 0
    for start, end, role in text.spans if isinstance(text, Styled) else ():
        yield None, text[place:start]
        yield role, text[start:end]
        place = end
    yield None, text[place:]
