from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.pip.config.location import Location
from cachetui.ui.glyphs import ASCII, UNICODE
from cachetui.ui.settings.layout import (
    ChangeResult,
    LayoutOptions,
    columns,
    looking,
    page_lines,
    python_line,
    title_line,
)
from cachetui.ui.widgets.cells import width
from tests.ui.pythons import pythons
from tests.ui.screens import PLACE

LOOK = LayoutOptions(UNICODE, lambda path: path.replace("/home/user", "~"), PLACE, roomy=False)
ROOMS = (20, 58, 78, 118, 198)


def text(parts: list[tuple[str, str]]) -> str:
    return "".join(words for words, _ in parts).rstrip()


@pytest.mark.parametrize("room", ROOMS[1:])
def test_columns_fill_the_room_and_lines_keep_to_them(room: int) -> None:
    assert sum(column.room for column in columns(room, 40)) == room - 2
    assert width("".join(words for words, _ in title_line(room, 40))) == room
    for known in pythons():
        for line in page_lines(known, room, LOOK):
            assert width(text(line)) <= room, line
        assert width(text(python_line(known, room, LOOK))) <= room - 2


def test_the_smallest_room_breaks_nothing() -> None:
    for known in pythons():
        assert page_lines(known, 20, LOOK)
        assert python_line(known, 20, LOOK)


def test_who_says_so_is_a_chain_with_one_winner_marked() -> None:
    lines = [text(line) for line in page_lines(pythons()[2], 90, LOOK)]
    assert lines[2:9] == [
        " on   /srv/caches/of-all-users/pip",
        "set by    ~/.config/pip/pip.conf:5 [install]",
        "Where this comes from (the last one wins)",
        "  the platform's default              cache-dir = ~/.cache/pip                   overruled",
        "  ~/.config/pip/pip.conf:8 [cache]    cache-dir = ~/other                    other command",
        "  ~/.config/pip/pip.conf:2 [global]   cache-dir = ~/caches                       overruled",
        "› ~/.config/pip/pip.conf:5 [install]  cache-dir = /srv/caches/of-all-users…      in effect",  # noqa: RUF001 - drawn so
    ]
    assert [line for line in lines if line.startswith("! ")] == [
        "! pip install uses /srv/caches/of-all-users/pip, but pip cache uses /home/user/other (said",
        "! pip 20.0.2 lacks the command pip cache, so this is read from its settings.",
    ]


def test_off_is_told_with_by_what() -> None:
    lines = [text(line) for line in page_lines(pythons()[1], 90, LOOK)]
    assert " off   ~/.cache/pip  shown in Browse" in lines
    assert "off by    PIP_NO_CACHE_DIR=false" in lines


def test_what_does_not_work_is_one_line() -> None:
    broken = pythons()[4]
    assert [text(line) for line in page_lines(broken, 90, LOOK)] == [
        "/usr/local/bin/python3.10",
        "! It did not answer within 3 s and was stopped.",
    ]
    assert text(python_line(broken, 90, LOOK)).endswith("  It did not answer within 3 s and was…")


def test_a_pip_that_refuses_its_settings_is_neither_on_nor_off() -> None:
    fails = replace(pythons()[0], location=Location(PLACE, "x", False, True, works=False))
    assert " fails   ~/.cache/pip  shown in Browse" in [text(line) for line in page_lines(fails, 90, LOOK)]


def test_secrets_and_control_characters_are_not_shown() -> None:
    trap = "https://ann:secret@index.example/\x1b[2J is wrong"
    hostile = replace(pythons()[0], pitfalls=(trap,))
    lines = "\n".join(text(line) for line in page_lines(hostile, 90, LOOK, ChangeResult(False, trap)))
    assert "index.example" in lines
    assert not {"\x1b", "secret"} & {lines[index : index + 1] for index in range(len(lines))}
    assert "secret" not in lines


def test_what_came_of_a_change_stands_first() -> None:
    done = page_lines(pythons()[0], 90, LOOK, ChangeResult(True, "Done: it is off."))
    assert text(done[0]) == "✓ Done: it is off."
    failed = page_lines(pythons()[0], 90, LOOK, ChangeResult(False, "pip failed."))
    assert text(failed[0]) == "! pip failed."


def test_ascii_is_enough() -> None:
    for known in pythons():
        lines = [
            *page_lines(known, 58, LOOK._replace(glyphs=ASCII)),
            python_line(known, 58, LOOK._replace(glyphs=ASCII)),
        ]
        assert all(text(line).isascii() for line in lines)


def test_how_far_the_search_is() -> None:
    assert looking((), "waiting") == "The search for Pythons begins once the cache has been read"
    assert looking(pythons()[:2], "looking") == "searching for Pythons, 2 so far"
    assert (looking(pythons()[:1], "done"), looking(pythons(), "done")) == ("1 Python", "5 Pythons")


def test_another_root_than_the_browsers_is_not_marked() -> None:
    other = LOOK._replace(shown_root=Path("/elsewhere"))
    assert UNICODE.yes in text(python_line(pythons()[0], 78, LOOK))
    assert UNICODE.yes not in text(python_line(pythons()[0], 78, other))
