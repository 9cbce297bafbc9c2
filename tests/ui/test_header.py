from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from cachetui.ui.main_screen import TABS
from cachetui.ui.widgets.header import Header, Totals
from cachetui.ui.widgets.painted import ROLE_CLASSES, ROLE_CSS
from tests.ui.screens import text_of


class Alone(App[None]):
    """An app of nothing but the first line."""

    COMPONENT_CLASSES = ROLE_CLASSES
    DEFAULT_CSS = f"Alone {{ {ROLE_CSS} }}"

    def __init__(self, signs: tuple[str, ...], badge: str) -> None:
        super().__init__()
        self.header = Header(TABS, "/home/user/.cache/pip", signs)
        self.header.tab, self.header.totals = "why", Totals(28_500_000, 12, 65)
        self.header.badges = {"health": (badge, "mark")} if badge else {}

    def compose(self) -> ComposeResult:
        yield self.header

    def on_header_chosen(self, event: Header.Chosen) -> None:
        self.header.tab = event.id


@pytest.mark.parametrize(
    ("width", "signs", "badge", "line"),
    [
        (60, (), "", " 1 Browse  2 Audit  3 Health  4 Why  5 Settings       28 MB"),
        (60, (), "!1,234 ", " 1 Browse  2 Audit  3 Health !1,234  4 Why  5 Settings"),
        (60, ("demo",), "", " 1 Browse  2 Audit  3 Health  4 Why  5 Settings     demo"),
        (60, ("demo",), "!3 ", " 1  2  3 !3  4 Why  5                          demo   28 MB"),
        (60, ("demo",), "100% ", " 1  2  3 100%  4 Why  5                        demo   28 MB"),
        (60, ("demo", "read-only"), "!3 ", " 1  2  3 !3  4 Why  5             demo    read-only   28 MB"),
        (80, ("demo",), "!3 ", " 1 Browse  2 Audit  3 Health !3  4 Why  5 Settings     demo   …cache/pip  28 MB"),
    ],
)
async def test_every_tab_is_seen_whatever_room_there_is(
    width: int, signs: tuple[str, ...], badge: str, line: str
) -> None:
    app = Alone(signs, badge)
    async with app.run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        assert text_of(app).splitlines()[0] == line
        assert len(line) < width
        for number in "12345":
            await pilot.click(Header, offset=(text_of(app).index(f" {number} ") + 1, 0))
            assert app.header.tab == TABS[int(number) - 1].id
