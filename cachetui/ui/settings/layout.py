"""The content of the Settings view as lines of words with colour roles (does not import Textual)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cachetui.text.format import count
from cachetui.text.redact import redact_input, redact_urls
from cachetui.ui.glyphs import Glyphs
from cachetui.ui.widgets.cells import fit, pad, plain_code, shown, width, wrapped

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.pip_settings.effective import PipSettings, SettingEffect, SettingSource

Words = tuple[str, str]
"""Words, and the colour roles in which they are drawn."""
WITH_FLAVOUR, WITH_ROOT, ONE_LINE = 72, 96, 72
"""Minimum widths in cells: for the implementation, for the root, and for a setting on one line."""
VERSION, FLAVOUR, PIP, STATE, SIGN = 8, 16, 8, 7, 7
"""Widths of columns in cells, with the gap after each.

In this order: version of the Python, implementation with version, version of pip, state of the cache, and the sign for
a cache that Browse shows.
"""
EDGE = 2
"""Number of cells before the columns of the list: for the edge of the cursor and a gap."""
LEAST_ROOT = 24
"""Minimum width in cells of the column of roots; if the longest root needs more, it is up to a third of the line."""
LABEL = 10
"""Width in cells of a label, such as "set by", with the gap after it."""
ROLES: dict[SettingEffect, str] = {
    "counts": "in effect",
    "overruled": "overruled",
    "empty": "empty",
    "elsewhere": "other command",
}
"""Effects of settings, in a word or two."""
FATE = 15
"""Width in cells of the words in `ROLES`, with the gap before them."""


class ChangeResult(NamedTuple):
    """The result of the last change."""

    done: bool
    """Whether the settings are as requested; False while pip changes them."""
    message: str
    """The result in words, or that pip is changing its settings."""


class LayoutOptions(NamedTuple):
    """Options for the layout of the view."""

    glyphs: Glyphs
    """The glyphs that the terminal can show."""
    short: Callable[[str], str]
    """Function that writes paths with `~` for the home directory."""
    shown_root: Path
    """The root that the browser shows."""
    roomy: bool = True
    """Whether there is room for blank lines."""
    longest_root: int = 0
    """Width of the longest root in the list, in cells."""


class PythonColumn(NamedTuple):
    """A column of the list of Pythons."""

    title: str
    """Title of the column."""
    room: int
    """Width of the column in cells, with the gap after it."""


def columns(room: int, longest_root: int) -> list[PythonColumn]:
    """Return the columns that fit into `room` cells; the first column, for the Python, takes the rest."""
    others = [
        PythonColumn("Version", FLAVOUR if room >= WITH_FLAVOUR else VERSION),
        PythonColumn("pip", PIP),
        PythonColumn("Cache", STATE),
        PythonColumn("Shown", SIGN),
    ]
    if room >= WITH_ROOT:
        others.append(PythonColumn("Root", max(LEAST_ROOT, min(longest_root + 1, room // 3))))
    return [PythonColumn("Python", room - EDGE - sum([column.room for column in others])), *others]


def title_line(room: int, longest_root: int) -> list[Words]:
    """Return the line of column titles."""
    return [
        (" " * EDGE, "muted"),
        *[(pad(column.title, column.room), "muted") for column in columns(room, longest_root)],
    ]


def python_line(known: PipSettings, room: int, look: LayoutOptions) -> list[Words]:
    """Return the line of one Python in the list; if the Python does not work, the line says why."""
    interpreter, location, dots = known.interpreter, known.location, look.glyphs.dots
    found = columns(room, look.longest_root)
    path = shown(look.short(str(interpreter.python.executable)))
    name = pad(fit(path, found[0].room - 2, 0.6, dots), found[0].room)
    if interpreter.trouble:
        rest = room - EDGE - found[0].room - 1
        return [(name, "muted"), (fit(shown(interpreter.trouble), rest, dots=dots), "muted")]
    flavour = f"{interpreter.implementation} " if room >= WITH_FLAVOUR else ""
    same = interpreter.pip is not None and location.root == look.shown_root
    state = "" if interpreter.pip is None else "fails" if not location.works else "on" if location.enabled else "off"
    cells = [f"{flavour}{interpreter.version}", interpreter.pip or "none", state, look.glyphs.yes if same else ""]
    if room >= WITH_ROOT:
        cells.append(shown(look.short(location.name)) if interpreter.pip else "")
    roles = ["muted", "muted", "strong" if state != "on" else "plain", "accent", "muted"]
    drawn: list[Words] = [(name, "plain")]
    for text, column, role in zip(cells, found[1:], roles, strict=False):
        drawn.append((pad(fit(text, column.room - 1, 0.6, dots), column.room), role))
    return drawn


def page_lines(
    known: PipSettings, room: int, look: LayoutOptions, told: ChangeResult | None = None
) -> list[list[Words]]:
    """Return the lines of the page about one Python's pip; with `told`, they begin with the result of a change."""
    interpreter = known.interpreter
    lines: list[list[Words]] = []
    if told is not None:
        lines += _told(told, room, look)
    dots = look.glyphs.dots
    name = shown(look.short(str(interpreter.python.executable)))
    lines.append([(fit(name, room, 0.6, dots), "strong")])
    if interpreter.trouble:
        return [*lines, *_paragraph(shown(interpreter.trouble), room)]
    kind = " in an environment" if interpreter.is_environment else ""
    pip = f"pip {interpreter.pip}" if interpreter.pip else "no pip"
    lines.append(
        [(fit(shown(f"{interpreter.implementation} {interpreter.version}{kind}, {pip}"), room, dots=dots), "muted")]
    )
    if interpreter.pip:
        lines += [*_blank(look), *_state(known, room, look)]
        lines += [*_blank(look), [("Where this comes from (the last one wins)", "strong")]]
        longest = max([width(_shortened(saying.said_by, look)) for saying in known.sayings], default=0)
        for saying in known.sayings:
            lines += _saying(saying, room, look, longest + 2)
    if known.pitfalls:
        lines += _blank(look)
    for trap in known.pitfalls:
        lines += _paragraph(shown(redact_urls(trap)), room)
    return lines


def _blank(look: LayoutOptions) -> list[list[Words]]:
    return [[]] if look.roomy else []


def _told(told: ChangeResult, room: int, look: LayoutOptions) -> list[list[Words]]:
    sign = (f"{look.glyphs.yes} ", "accent") if told.done else ("! ", "mark")
    return [*_paragraph(shown(redact_urls(told.message)), room, sign, "plain"), *_blank(look)]


def _state(known: PipSettings, room: int, look: LayoutOptions) -> list[list[Words]]:
    """Return lines about the root of the cache, whether the cache is on, and the settings that decide this."""
    location = known.location
    state = "fails" if not location.works else "on" if location.enabled else "off"
    same = location.root == look.shown_root
    here = "  shown in Browse" if same else ""
    root = fit(shown(look.short(location.name)), room - len(state) - 4 - len(here), 0.6, look.glyphs.dots)
    lines: list[list[Words]] = [[(f" {state} ", "pill"), (f"  {root}", "strong"), (here, "accent")]]
    lines += _fact("set by", location.said_by, room, look)
    if location.off_by:
        lines += _fact("off by", location.off_by, room, look)
    return lines


def _fact(label: str, words: str, room: int, look: LayoutOptions) -> list[list[Words]]:
    """Lay out a label and its words, on as many lines as needed."""
    found = wrapped(_shortened(words, look), max(8, room - LABEL))
    return [[(pad("" if index else label, LABEL), "muted"), (line, "plain")] for index, line in enumerate(found)]


def _shortened(said_by: str, look: LayoutOptions) -> str:
    """Return the source of a setting, which may be a path, with `~` for the home directory."""
    return shown(redact_urls(look.short(said_by)))


def _saying(saying: SettingSource, room: int, look: LayoutOptions, place_room: int) -> list[list[Words]]:
    """Return a setting with its source and its effect, on one line, or on two if there is not enough room.

    `place_room` is the width in cells of a column that holds even the longest source.
    """
    counts = saying.role == "counts"
    sign = f"{look.glyphs.prompt} " if counts else "  "
    role = "plain" if counts else "muted"
    value = redact_input(look.short(saying.value) if saying.option == "cache-dir" else saying.value)
    words = shown(f"{saying.option} = {value}")
    place = _shortened(saying.said_by, look)
    dots = look.glyphs.dots
    fate = (ROLES[saying.role].rjust(FATE), "strong" if counts else "muted")
    if room < ONE_LINE:
        return [
            [(sign, "accent"), (pad(fit(words, room - 2 - FATE, dots=dots), room - 2 - FATE), role), fate],
            [(f"    {fit(place, room - 4, 0.7, dots)}", "muted")],
        ]
    half = min(place_room, (room - 2 - FATE) // 2)
    return [
        [
            (sign, "accent"),
            (pad(fit(place, half - 2, 0.7, dots), half), "muted"),
            (pad(fit(words, room - 2 - FATE - half, dots=dots), room - 2 - FATE - half), role),
            fate,
        ]
    ]


def _paragraph(words: str, room: int, sign: Words = ("! ", "mark"), role: str = "muted") -> list[list[Words]]:
    """Break words into lines, with the symbol `sign` before the first line."""
    blank = " " * width(sign[0])
    found = wrapped(plain_code(words), max(8, room - width(sign[0])))
    return [[(blank, "plain") if index else sign, (line, role)] for index, line in enumerate(found)]


def looking(found: Sequence[PipSettings], state: str, in_view: tuple[int, int] = (0, 0)) -> str:
    """Return the progress of the search in words; `state` is `waiting`, `looking` or `done`.

    `in_view` are the numbers of the first and the last visible line, counted from 1; they are shown only after the
    search, and only if there are further lines.
    """
    if state == "waiting":
        return "The search for Pythons begins once the cache has been read"
    if state == "looking":
        return f"searching for Pythons, {len(found)} so far"
    first, last = in_view
    some = f"{first} to {last} of " if 0 < first <= last and last - first + 1 < len(found) else ""
    return f"{some}{count(len(found), 'Python')}"
