from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cachetui.pip.config.location import Location
from cachetui.services.services import Services
from cachetui.ui.dialogs.own_commands import OwnCommandsDialog
from tests.caches.uv_cache import UvCache, three_generations
from tests.ui.screens import Recorded, click, settled, text_of
from tests.untouched import state_of

SIZE = (120, 40)


@pytest.fixture
def cache(tmp_path: Path) -> UvCache:
    return three_generations(tmp_path / "uv")


def app_on(cache: UvCache) -> Recorded:
    return Recorded(Services(Location(cache.root, "--cache-dir", named=True, enabled=True, source="uv"), memory=False))


async def press(pilot: Pilot[None], *keys: str) -> list[str]:
    """Press keys; return the commands of the dialog that is open then, without the option for the cache."""
    await settled(pilot)
    await pilot.press(*keys)
    await settled(pilot)
    screen = pilot.app.screen
    commands = [one.command for one in screen.own.commands] if isinstance(screen, OwnCommandsDialog) else []
    return [command.partition(" --cache-dir ")[0] for command in commands]


@pytest.mark.parametrize(
    ("keys", "commands"),
    [
        (("n", "g", "space"), ["uv cache clean alpha-one", "uv cache prune"]),
        (("n", "g", "d"), ["uv cache clean alpha-one", "uv cache prune"]),
        (("a",), ["uv cache clean"]),
        (("asterisk",), ["uv cache clean"]),
        (("P",), ["uv cache clean"]),
        (("X",), ["uv cache prune"]),
    ],
)
async def test_keys_that_mark_or_remove_show_commands(
    cache: UvCache, keys: tuple[str, ...], commands: list[str]
) -> None:
    before = {path: state_of(path) for path in [cache.root, *cache.root.rglob("*")]}
    app = app_on(cache)
    async with app.run_test(size=SIZE) as pilot:
        assert await press(pilot, *keys) == commands
        assert "cachetui removes nothing from uv's cache" in text_of(app)
        assert "gives back" in text_of(app)
        assert not app.main.model.marks
        await press(pilot, "escape")
        assert app.screen is app.main
    assert {path: state_of(path) for path in [cache.root, *cache.root.rglob("*")]} == before


async def test_a_click_on_a_mark_shows_commands(cache: UvCache) -> None:
    app = app_on(cache)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await click(pilot, "[ ] gamma")

        assert await press(pilot) == ["uv cache clean gamma", "uv cache prune"]


async def test_commands_are_copied(cache: UvCache) -> None:
    app = app_on(cache)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "n", "g", "space")

        await press(pilot, "enter")

        copied = [f"uv cache {words} --cache-dir {cache.root}" for words in ("clean alpha-one", "prune")]
        assert app.clipboard.split("\n") == copied
        assert app.told[-1] == "Copied 2 commands"


async def test_health_says_that_nothing_is_verified(cache: UvCache) -> None:
    app = app_on(cache)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "3")

        assert "uv keeps wheels unpacked" in text_of(app)


async def test_details_say_what_would_come_back(cache: UvCache, tmp_path: Path) -> None:
    for code in (cache.root / "archive-v0").rglob("gamma/__init__.py"):
        os.link(code, tmp_path / f"{code.parent.parent.name}.py")
    app = app_on(cache)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "n", "slash", *"gamma", "enter")

        assert "other files have names for the rest" in text_of(app)

        await press(pilot, "escape", "slash", *"epsilon", "enter")

        assert "other files have names for the rest" not in text_of(app)
