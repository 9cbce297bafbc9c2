"""The command palette, with keys and clicks that come faster than it is drawn."""

from __future__ import annotations

import pytest
from textual import events

from tests.ui.cache import everyday
from tests.ui.screens import Still, settled

SIZE = (100, 30)


@pytest.mark.parametrize(
    "inputs",
    [
        ("ctrl+p", "pagedown"),
        ("ctrl+p", "end", "pageup", "home"),
        ("ctrl+p", "down", "pagedown", "escape", "escape"),
        ("ctrl+p", "escape", "click"),
        ("ctrl+p", "click", "click"),
        ("ctrl+p", "enter", "escape"),
        ("ctrl+p", "down", "enter", "escape", "ctrl+p", "escape", "escape"),
        ("ctrl+p", "ctrl+p", "escape", "click", "pagedown"),
    ],
    ids=" ".join,
)
async def test_keys_in_a_row_end_nothing(inputs: tuple[str, ...]) -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("space")
        marked = set(app.main.model.marks)
        for one in inputs:
            if one == "click":
                for kind in (events.MouseDown, events.MouseUp, events.Click):
                    app.screen.post_message(kind(app.screen, 1, 28, 0, 0, 1, False, False, False, 1, 28))
            else:
                app.post_message(events.Key(one, None))
        await pilot.pause()
        await settled(pilot)
        assert marked
        assert set(app.main.model.marks) == marked
