from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cachetui.ui.glyphs import ASCII, UNICODE
from cachetui.ui.widgets.cells import LONGEST, bar, fit, fit_file, fit_words, head, pad, shown, tail, width
from cachetui.ui.widgets.painted import shorten

WHEEL = "numpy-2.0.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


@pytest.mark.parametrize(
    ("room", "fitted"),
    [
        (80, WHEEL),
        (52, "numpy-2.0.0-cp311-cp311-…manylinux2014_x86_64.whl"),
        (46, "numpy-2.0.0-cp311-…11-manylinux2014_x86_64.whl"),
        (30, "numpy-2.0.0-…ux2014_x86_64.whl"),
        (3, "num"),
        (0, ""),
    ],
)
def test_a_wheel_loses_its_other_platforms_first_and_then_its_middle(room: int, fitted: str) -> None:
    assert fit_file(WHEEL, room) == fitted


@pytest.mark.parametrize("room", range(4, 60))
def test_dots_never_stand_beside_a_full_stop(room: int) -> None:
    for name in (WHEEL, "solar_beta-9.7.3-py3-none-manylinux_2_17_x86_64.whl", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o"):
        fitted = fit_file(name, room)
        assert ".…" not in fitted
        assert "…." not in fitted
        assert width(fitted) <= room


@pytest.mark.parametrize(
    ("room", "fitted"),
    [
        (40, "2.3.0  2.2.2+cu121  2.1.0+cu118"),
        (30, "2.3.0  2.2.2+cu121  …"),
        (21, "2.3.0  2.2.2+cu121  …"),
        (20, "2.3.0  …"),
        (7, "2.3.0"),
    ],
)
def test_versions_are_left_out_as_wholes(room: int, fitted: str) -> None:
    assert fit_words("2.3.0  2.2.2+cu121  2.1.0+cu118", room) == fitted


def test_ascii_terminals_get_their_own_dots() -> None:
    assert fit("abcdefgh", 5, dots=ASCII.dots) == "abcd~"


@given(st.text(max_size=60), st.integers(0, 40), st.floats(0, 1))
def test_nothing_is_ever_wider_than_its_room(text: str, room: int, end: float) -> None:
    text = shown(text)  # nothing else is ever drawn
    assert width(fit(text, room, end)) <= room
    assert width(head(text, room)) <= room
    assert width(tail(text, room)) <= room


@given(st.text(max_size=30), st.integers(0, 60))
def test_padding_counts_cells(text: str, room: int) -> None:
    assert cell_len(pad(shown(text), room)) == max(room, cell_len(shown(text)))


def test_wide_characters_are_not_cut_in_two() -> None:
    assert (head("日本語", 3), tail("日本語", 3)) == ("日", "語")
    assert (head("größe", -1), tail("größe", -1)) == ("", "")


def test_hostile_text_is_spelt_out_and_cut() -> None:
    assert shown("a\x1b[31m\u202e[bold]") == "a\\x1b[31m\\u202e[bold]"
    assert len(shown("x" * 10_000_000)) == LONGEST + 1


@pytest.mark.parametrize(
    ("fraction", "drawn"), [(0.0, "    "), (1e-9, "▏   "), (0.5, "██  "), (0.53, "██▏ "), (1.0, "████"), (7.0, "████")]
)
def test_a_bar_grows_by_eighths_and_shows_whatever_is_more_than_nothing(fraction: float, drawn: str) -> None:
    assert bar(fraction, 4, UNICODE) == drawn


TEXTS = st.lists(st.text("ab.你 ", max_size=9), max_size=5)


@given(TEXTS, st.integers(0, 40), st.sampled_from([UNICODE.dots, ASCII.dots]))
def test_parts_that_are_left_out_leave_dots(texts: list[str], room: int, dots: str) -> None:
    shortened = [part[0] for part in shorten([(text, "muted") for text in texts], room, dots)]
    whole, drawn = "".join(texts), "".join(shortened)
    assert width(drawn) <= room
    if width(whole.rstrip()) <= room:
        assert drawn == head(whole, room)
    elif room >= 4:
        assert drawn.endswith(dots)
