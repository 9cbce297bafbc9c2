"""Whole screens, as plain text: what each size shows, and how states look."""

from __future__ import annotations

import pytest

from cachetui.errors import RootError
from cachetui.removal.plan import Kept
from cachetui.ui.dialogs.review import PurgeReview, Review
from cachetui.ui.glyphs import ASCII
from tests.ui.cache import MB, everyday, inventory, made, release
from tests.ui.screens import Still, check
from tests.ui.test_app import plan

TORCH = ("l", "j", "l", "j", "j", "j", "space", "k")


@pytest.mark.parametrize("size", [(20, 5), (60, 16), (80, 24), (120, 36), (200, 60)])
async def test_browse(size: tuple[int, int]) -> None:
    app = Still(everyday())
    async with app.run_test(size=size) as pilot:
        await pilot.press(*TORCH)
        await pilot.pause()
        check(f"browse-{size[0]}x{size[1]}", app.text)


async def test_browse_where_only_ascii_can_be_shown() -> None:
    app = Still(everyday())
    app.glyphs = ASCII
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*TORCH)
        await pilot.pause()
        check("browse-80x24-ascii", app.text)


async def test_groups_at_the_end() -> None:
    app = Still(everyday())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("slash", *"x", "escape", "G")
        for _ in range(4):
            await pilot.press("k", "enter")
        await pilot.press("G", "k")
        await pilot.pause()
        check("groups-100x24", app.text)


async def test_filter() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "slash", *"nvidia cu12")
        await pilot.pause()
        check("filter-80x24", app.text)


async def test_naming() -> None:
    app = Still(None)
    async with app.run_test(size=(80, 24)) as pilot:
        named = [*release("torch", "2.3.0", 700 * MB, 92), *release("six", "1.16.0", 12_288, 500)]
        nameless = [made("response", f"n{number}", MB) for number in range(40)]
        app.stream([*named, *nameless], 4_210, 9_310)
        await pilot.pause()
        check("naming-80x24", app.text)


async def test_reading() -> None:
    app = Still(None)
    async with app.run_test(size=(60, 16)) as pilot:
        app.stream([made("response", "n")], 0, 1, listed=False)
        await pilot.pause()
        check("reading-60x16", app.text)


async def test_empty() -> None:
    app = Still(inventory([]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        check("empty-80x24", app.text)


async def test_error() -> None:
    app = Still(None)
    app.stage.error = RootError("/home/user/.cache/pip is a file, not a directory.")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        check("error-80x24", app.text)


@pytest.mark.parametrize("size", [(60, 16), (120, 36)])
@pytest.mark.parametrize("purge", [False, True])
async def test_review(size: tuple[int, int], purge: bool) -> None:
    app = Still(everyday())
    entries = [entry for entry in everyday().entries if entry.project != "torch"]
    async with app.run_test(size=size) as pilot:
        costs = ("1 built wheel: pip must build it again when needed",)
        kept = (Kept("http-v2/index-scipy", "a pip is running"),)
        planned = plan(entries, frees=1_900 * MB, costs=costs, kept=kept)
        app.push_screen((PurgeReview if purge else Review)(planned, (), everyday().entries))
        await pilot.pause()
        check(f"{'purge' if purge else 'review'}-{size[0]}x{size[1]}", app.text)


async def test_help() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 70)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        check("help-80x70", app.text)


async def test_a_topic_of_the_reference() -> None:
    app = Still(everyday())
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("question_mark", "tab", "tab")
        await pilot.pause()
        check("topic-60x16", app.text)
