from __future__ import annotations

from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.strip import Strip

from cachetui.ui.widgets.painted import ROLE_CLASSES, ROLE_CSS
from cachetui.ui.widgets.row_list import RowList, RowPart

HEIGHT = 5
ROWS = 8
TALL = 3
"""Lines of each row: one with a box and an arrow, one of words, and one that belongs to no row."""


class Tall(RowList):
    """Rows of two lines, with a blank line after each."""

    def on_mount(self) -> None:
        self.virtual_size = Size(0, ROWS * TALL)

    @property
    def number(self) -> int:
        return ROWS

    def span(self, index: int) -> tuple[int, int]:
        return index * TALL, index * TALL + 2

    def row_at(self, line: int) -> int | None:
        return line // TALL if line < ROWS * TALL and line % TALL < 2 else None

    def part_at(self, line: int, x: int) -> RowPart:
        return "box" if x == 2 else "arrow" if x == 0 and not line % TALL else ""

    def draw_line(self, line: int, room: int) -> Strip:
        words = (f" {line}", "plain")
        return self.on_cursor((words,), room) if self.row_at(line) == self.cursor else self.strip(words, room=room)


class Shown(App[None]):
    COMPONENT_CLASSES = ROLE_CLASSES
    DEFAULT_CSS = f"Shown {{ {ROLE_CSS} }}"
    CSS = f"Tall {{ height: {HEIGHT}; }}"

    def __init__(self) -> None:
        super().__init__()
        self.got: list[RowList.Folded | RowList.Ticked] = []

    def compose(self) -> ComposeResult:
        yield Tall()

    def on_row_list_folded(self, event: RowList.Folded) -> None:
        self.got.append(event)

    def on_row_list_ticked(self, event: RowList.Ticked) -> None:
        self.got.append(event)


async def test_keys_move_the_cursor_and_keep_the_whole_row_in_sight() -> None:
    app = Shown()
    async with app.run_test(size=(20, 10)) as pilot:
        rows = app.query_one(Tall)
        for key, cursor, top in (
            *[("up", 0, 0), ("down", 1, 0), ("j", 2, 3), ("k", 1, 3), ("k", 0, 0)],
            *[("pagedown", 1, 0), ("pagedown", 2, 3), ("pageup", 1, 3), ("G", 7, 18), ("end", 7, 18)],
            *[("pagedown", 7, 18), ("pageup", 6, 18), ("g", 0, 0), ("pageup", 0, 0)],
        ):
            await pilot.press(key)
            assert (key, rows.cursor, rows.scroll_offset.y) == (key, cursor, top)


async def test_clicks_go_to_a_row_and_say_what_was_clicked() -> None:
    app = Shown()
    async with app.run_test(size=(20, 10)) as pilot:
        rows = app.query_one(Tall)
        for x, y, times, cursor, expected in (
            (5, 3, 1, 1, []),
            (5, 2, 1, 1, []),
            (2, 4, 1, 1, [RowList.Ticked]),
            (0, 0, 1, 0, [RowList.Folded]),
            (0, 1, 1, 0, []),
            (5, 0, 2, 0, [RowList.Folded]),
        ):
            app.got.clear()
            await pilot.click(rows, offset=(x, y), times=times)
            await pilot.pause()
            assert (rows.cursor, [type(event) for event in app.got]) == (cursor, expected)
            assert all(event.row == cursor for event in app.got)


async def test_a_list_without_rows_takes_keys_and_clicks() -> None:
    class Empty(Tall):
        def on_mount(self) -> None:
            self.virtual_size = Size(0, 0)

        @property
        def number(self) -> int:
            return 0

        def row_at(self, line: int) -> int | None:
            return None

    class ShownEmpty(Shown):
        CSS = "Empty { height: 5; }"

        def compose(self) -> ComposeResult:
            yield Empty()

    app = ShownEmpty()
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.press("down", "pagedown", "pageup", "G", "g", "up")
        await pilot.click(Empty, offset=(0, 0))
        assert app.query_one(Empty).cursor == 0
        assert not app.got
