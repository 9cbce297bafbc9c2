"""No control character gets into an input, however it comes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.app import App, ComposeResult

from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.dialogs.input_dialog import SheetBox
from cachetui.ui.why.question_input import QuestionBox
from cachetui.ui.widgets.text_box import TextBox

TITLE = "a\x1b]2;title\x07\x9bb"


class Alone(App[None]):
    """An input alone."""

    def __init__(self, make: Callable[[], TextBox]) -> None:
        super().__init__()
        self._make = make

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"typed": "white", "hint": "grey", "wrong": "red"}

    def compose(self) -> ComposeResult:
        yield self._make()


@pytest.mark.parametrize("make", [lambda: SheetBox(TITLE), FilterBox, lambda: QuestionBox(lambda: None, bool)])
async def test_control_characters_are_blanks(make: Callable[[], TextBox]) -> None:
    app = Alone(make)
    async with app.run_test() as pilot:
        box = app.query_one(TextBox)
        box.focus()
        box.post_message(events.Paste(TITLE))
        await pilot.pause()
        assert "]2;title" in box.value
        assert box.value.isprintable()
