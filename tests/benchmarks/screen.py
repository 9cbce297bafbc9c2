"""The browser on a real terminal: until there is something to see, and from key to frame; POSIX only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.results import RESIDENT, SECONDS, Results
from tests.benchmarks.terminal import Answer, Change, Frame, Screen, Terminal
from tests.benchmarks.workplace import Workplace

GROUP = "screen"
NAMED, COMPLETE = "first project named and sized", "everything named"
FROM_MEMORY = ", from memory"
"""Suffix of an operation's name if the browser had a memory."""
DRAWN, EMPTY = "first frame, empty cache", "said to be empty, empty cache"
PEAK, END = "browser, at its largest", "browser, after all keys"
RESCANNED = "browser, at its largest with rescans"
SETTLED = " (and all that follows)"
"""Suffix of a key's name for the time until nothing more is drawn."""
NET = " (less waiting for a processor)"
"""Suffix of a key's name for the time that it takes when nothing else runs on the machine."""
RESCAN, RESCAN_SEEN = "rescan until complete", "rescan, first answer"
FILTER, UNFILTER, FILTER_BOX = "filter: a letter more", "filter: a letter less", "filter: open"
OPEN, CLOSE, DOWN, UP = "open a project", "close a project", "cursor down", "cursor up"
PAGE_DOWN, PAGE_UP, ENDS = "page down", "page up", "last row, first row"
SORT_MENU, SORT, MARK, ALL = "open the sort menu", "sort", "mark", "mark all"
NONE, INVERT = "unmark all", "invert marks"
KEYS = (DOWN, UP, PAGE_DOWN, PAGE_UP, ENDS, OPEN, CLOSE, SORT_MENU, SORT, MARK, ALL, NONE, INVERT)
"""Keys to press in the list of rows."""
SORTS = ((SORT, b"n"), (SORT_MENU, b"s"), (SORT, b"s"), *[(SORT, bytes([key])) for key in b"CCMMnn"])
"""Keys that sort, in an order in which each changes what is seen; the second `s` is pressed in the sort menu."""
LABELS = ("64.manyl", "-mail-1", "311-cp31", "-config", "9nowhere")
"""Words to type into the filter: found in many file names, in some projects, in neither. No project's name begins with
one, because the box would show a suggestion behind the word, which looks like typed text."""
RESCANS = 3
UNSEEN = 5.0
"""Seconds after which a rescan was too quick to be seen."""
ROW = re.compile(r"[▸▾] \[[ x-]\] [a-z0-9][a-z0-9-]* .*\d (?:k|M|G|T)?B\b")
"""A project with its size; groups of entries without a project begin differently."""
SAID = re.compile(r"  (?:[\d,]+ of )?[\d,]+ projects?\s*$")
"""Text at the right of the filter while nothing is being read."""
MARKED = re.compile(r"([\d,]+)(?: entr(?:y|ies))? marked")
FILTER_LINE, ROWS = 2, slice(4, -1)
"""Line of the filter and lines of the rows."""
PLACEHOLDER = "filter:"
"""Text at the start of the empty filter box."""


class Key(NamedTuple):
    """A key to press."""

    what: str
    """Name of the operation in the results."""
    key: bytes
    """The bytes that the terminal sends."""
    shows: Change
    """Returns whether it has worked."""


def cursor_row(screen: Screen) -> str:
    """Return the row with the cursor."""
    return next((line for line in screen[ROWS] if line.startswith("▌")), "")


def moved(before: Screen, after: Screen) -> bool:
    """Return whether another row has the cursor."""
    return cursor_row(before)[2:60] != cursor_row(after)[2:60]


def rows_changed(before: Screen, after: Screen) -> bool:
    """Return whether the rows have changed."""
    return before[ROWS] != after[ROWS]


def opened(before: Screen, after: Screen) -> bool:
    """Return whether the row with the cursor is open."""
    return cursor_row(after)[1] == "▾"


def closed(before: Screen, after: Screen) -> bool:
    """Return whether the row with the cursor is closed."""
    return cursor_row(after)[1] == "▸"


def marks_changed(before: Screen, after: Screen) -> bool:
    """Return whether other entries are marked, as the last line says."""
    return MARKED.findall(before[-1]) != MARKED.findall(after[-1])


def typing(before: Screen, after: Screen) -> bool:
    """Return whether the filter box has the focus, as the last line says."""
    return "Enter" in after[-1]


def complete(screen: Screen) -> bool:
    """Return whether nothing is being read."""
    return bool(SAID.search(screen[FILTER_LINE]))


def named(screen: Screen) -> bool:
    """Return whether a project is there, with its size."""
    return any(map(ROW.search, screen))


def measure_screen(place: Workplace, results: Results, entries: int, runs: int) -> None:
    """Open the browser several times, then press keys."""
    root = place.cache(entries)
    for what, options in ((FROM_MEMORY, ()), ("", ("--no-memory",))):
        command = place.cachetui("--cache-dir", str(root), *options)
        for number in range(-1, runs):
            with Terminal(command, place.environ("home-of-screens")) as terminal:
                first, whole = terminal.wait(named), terminal.wait(complete)
                terminal.settle()
                if number == runs - 1:
                    _rescan(terminal, results, entries, what)
            if number == runs - 1:
                results.add(GROUP, entries, f"{RESCANNED}{what}", RESIDENT, terminal.peak)
            if number >= 0:
                results.add(GROUP, entries, f"{NAMED}{what}", SECONDS, first - terminal.began)
                results.add(GROUP, entries, f"{COMPLETE}{what}", SECONDS, whole - terminal.began)
    with Terminal(command, place.environ("home-of-screens")) as terminal:
        terminal.wait(complete)
        for what, key, shows in _keys():
            answer = terminal.press(key, shows)
            if what:
                frame = whole_at(answer, shows)
                took = frame.at - answer.pressed
                results.add(GROUP, entries, what, SECONDS, took)
                results.add(GROUP, entries, f"{what}{NET}", SECONDS, took - (frame.waited - answer.waited))
                results.add(GROUP, entries, f"{what}{SETTLED}", SECONDS, last_change(answer) - answer.pressed)
        results.add(GROUP, entries, END, RESIDENT, terminal.resident)
    results.add(GROUP, entries, PEAK, RESIDENT, terminal.peak)


def measure_empty(place: Workplace, results: Results, runs: int) -> None:
    """Open the browser on an empty cache."""
    command = place.cachetui("--cache-dir", str(Path(place.empty)))
    for number in range(-1, runs):
        with Terminal(command, place.environ("home-of-starts")) as terminal:
            first = terminal.wait(lambda screen: any(map(str.strip, screen)))
            empty = terminal.wait(lambda screen: "The cache is empty" in "\n".join(screen))
        if number >= 0:
            results.add(GROUP, 0, DRAWN, SECONDS, first - terminal.began)
            results.add(GROUP, 0, EMPTY, SECONDS, empty - terminal.began)


def _keys() -> Iterator[Key]:
    """Yield keys in an order in which each does something, whatever the cache holds."""
    for key, what, times in ((b"j", DOWN, 45), (b"k", UP, 45)):
        yield from [Key(what, key, moved)] * times
    down, up = Key(PAGE_DOWN, b"\x1b[6~", moved), Key(PAGE_UP, b"\x1b[5~", moved)
    yield from (down, down, up, up) * 6
    yield from (Key(ENDS, b"G", moved), Key(ENDS, b"g", moved)) * 6
    for _ in range(12):
        yield from (Key(OPEN, b"l", opened), Key(CLOSE, b"h", closed), Key("", b"j", moved))
    for _ in range(8):
        yield from (Key("", b"l", opened), Key("", b"j", moved), Key("", b"h", moved), Key("", b"k", moved))
    yield from [Key(what, key, rows_changed) for what, key in SORTS] * 4
    yield Key("", b"g", lambda before, after: True)
    yield from [Key(MARK, b" ", marks_changed)] * 20
    yield Key(NONE, b"U", marks_changed)
    yield from (Key(ALL, b"a", marks_changed), Key(NONE, b"U", marks_changed)) * 6
    yield from [Key(INVERT, b"*", marks_changed)] * 6
    box, rows = Key(FILTER_BOX, b"/", typing), Key("", b"\r", lambda before, after: not typing(before, after))
    yield from (box, rows, box, rows, box, rows, box, rows, box)
    for word in LABELS:
        for end in range(1, len(word) + 1):
            yield Key(FILTER, word[end - 1 : end].encode(), typed(word[:end]))
        for end in range(len(word) - 1, -1, -1):
            yield Key(UNFILTER, b"\x7f", typed(word[:end]))


def typed(words: str) -> Change:
    """Return a function that returns whether the filter box holds `words`."""
    return lambda _, after: after[FILTER_LINE][3:].startswith(f"{words} " if words else PLACEHOLDER)


def whole_at(answer: Answer, shows: Change) -> Frame:
    """Return the first frame in which the key has worked and the rows are final."""
    last = _body(answer.frames[-1].screen)
    return next(frame for frame in answer.frames if shows(answer.before, frame.screen) and _body(frame.screen) == last)


def last_change(answer: Answer) -> float:
    """Return when the last character changed: a blinking cursor changes none."""
    seen, at = answer.before, answer.frames[0].at
    for frame in answer.frames:
        if frame.screen != seen:
            at, seen = frame.at, frame.screen
    return at


def _body(screen: Screen) -> Screen:
    """Return the rows and details without the scroll bar."""
    return [line[:-1] for line in screen[ROWS]]


def _rescan(terminal: Terminal, results: Results, entries: int, how: str) -> None:
    """Read the cache again, until all is known."""
    for _ in range(RESCANS):
        try:
            answer = terminal.press(b"r", lambda _, after: not complete(after), patience=UNSEEN)
        except RuntimeError:
            results.notes.append(f"{RESCAN}{how}, {entries:,} entries: over before it could be seen.")
            return
        done = next((frame.at for frame in reversed(answer.frames) if complete(frame.screen)), None)
        results.add(GROUP, entries, f"{RESCAN_SEEN}{how}", SECONDS, answer.frames[0].at - answer.pressed)
        results.add(GROUP, entries, f"{RESCAN}{how}", SECONDS, (done or terminal.wait(complete)) - answer.pressed)
