"""Contrast of all text, in all themes of Textual, as it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from cachetui.ui.dialogs.modal import Modal
from cachetui.ui.glyphs import UNICODE
from cachetui.ui.widgets.contrast import PALE, TEXT, contrast, input_colours, readable
from tests.ui.cache import everyday
from tests.ui.screens import Still, settled

THEMES = sorted(name for name in BUILTIN_THEMES if not name.startswith("ansi"))
"""The themes that mix colours; those of ANSI have the colours of the terminal."""
HARD = ("nord", "rose-pine-dawn", "solarized-light")
"""The themes in which most text would be too pale."""
PASSIVE = set("[] ")
"""Characters that carry no information."""
EDGES = set("".join(UNICODE.field))
"""Characters at the edges of inputs."""
colours = st.builds(Color, *[st.integers(0, 255)] * 3)
SCREENS: dict[str, Sequence[str]] = {
    "browse": ("l", "j", "space", "k"),
    "filter": ("slash", *"torch kin"),
    "wrong filter": ("slash", *"size>x"),
    "audit": ("2", "tab", "tab", "space"),
    "health": ("3", "j"),
    "question": ("4",),
    "why": ("4", *"torch", "enter"),
    "settings": ("5",),
    "rules": ("X", "down", "space"),
    "wrong rule": ("X", "end", "up", "x"),
    "review": ("space", "d"),
    "help": ("question_mark",),
    "topic": ("question_mark", "right"),
    "save": ("2", "E"),
    "palette": ("ctrl+p", *"sort"),
}
"""Keys that open a screen, which has every role of text with the others."""


def drawn(app: Still) -> Iterator[tuple[str, Color, Color]]:
    """Yield the text of the topmost screen, with its colour and the colour behind it."""
    for y, strip in enumerate(app.screen._compositor.render_strips(app.screen.size)):
        x = 0
        for text, style, _ in strip:
            start, x = x, x + cell_len(text)
            if style is None or style.color is None or style.bgcolor is None:
                continue
            if app.screen.is_modal and app.screen.get_widget_at(start, y)[0] is app.screen:
                continue  # the screen below, which is dimmed
            yield text, Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)


def pale(app: Still) -> list[str]:
    """Return the text of the topmost screen that has too little contrast, with its ratio."""
    found = []
    for text, front, ground in drawn(app):
        signs = {sign for sign in text if sign.isascii() or sign.isalnum()} - {" "}
        is_edge = bool(text) and EDGES.issuperset(text) and isinstance(app.screen, Modal)
        if (signs or is_edge) and (ratio := contrast(front, ground)) < (TEXT if signs - PASSIVE else PALE):
            found.append(f"{ratio:.2f} {text.strip()!r} {front.hex} {ground.hex}")
    return found


async def pale_in(keys: Sequence[str], themes: Iterable[str]) -> dict[str, list[str]]:
    """Return the text that has too little contrast on a screen, by theme."""
    app = Still(everyday())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        found = {}
        for theme in themes:
            app.theme = theme
            await pilot.pause()
            found[theme] = pale(app)
        return {theme: texts for theme, texts in found.items() if texts}


@pytest.mark.parametrize("name", SCREENS)
async def test_all_text_can_be_read_in_themes_that_are_hard_to_read(name: str) -> None:
    assert not await pale_in(SCREENS[name], HARD)


async def test_rows_can_be_read_in_every_theme() -> None:
    assert not await pale_in(SCREENS["browse"], THEMES)


@pytest.mark.parametrize(
    "keys", [SCREENS["rules"], ("X", "end", "up", *"9GB"), SCREENS["wrong rule"], SCREENS["save"], ("P",)]
)
async def test_typed_values_and_the_edges_of_their_boxes_can_be_seen_in_every_theme(keys: Sequence[str]) -> None:
    assert not await pale_in(keys, THEMES)


@given(colours, colours)
def test_any_colour_is_made_readable_on_any_background(colour: Color, ground: Color) -> None:
    for least in (PALE, TEXT):
        assert contrast(readable(colour, ground, least), ground) >= least
    assert contrast(colour, ground) < TEXT or readable(colour, ground) == colour


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read_on_every_background_of_inputs_in_every_theme(name: str) -> None:
    variables = BUILTIN_THEMES[name].to_color_system().generate()
    surface = Color.parse(variables["surface"])
    grounds = (Color.parse(variables["background"]), surface, surface + Color.parse(variables["boost"]))
    for colour in input_colours(variables).values():
        assert min(contrast(Color.parse(colour), ground) for ground in grounds) >= TEXT
