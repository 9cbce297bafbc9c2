"""What the user prefers, in the browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.demo.writer import CacheWriter
from cachetui.pip.location import Location
from cachetui.preferences.file import read_preferences
from cachetui.ui.app import CachetuiApp
from cachetui.ui.columns import Layout, columns
from cachetui.ui.review import PurgeReview, Review
from cachetui.ui.rows import Order
from tests.ui.cache import DAY, NOW
from tests.ui.screens import text_of
from tests.ui.test_flow import SIZE, WHEELS, settled, wheels


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a cache of wheels that were built here."""
    root = tmp_path / "pip"
    writer = CacheWriter(root)
    for number, name in enumerate(WHEELS):
        address = f"https://files.example/{name}.tar.gz"
        writer.built(address, "0" * 64, name, bytes(20_000 * (number + 1)), NOW - (90 + number) * DAY)
    return root


def app_with(root: Path, text: str | None) -> CachetuiApp:
    """Make an app for someone whose preferences are `text`; None for no file."""
    path = root.parent / "preferences.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    location = Location(root, "--cache-dir", named=True, enabled=True)
    return CachetuiApp(location, memory=False, demo=True, preferences=read_preferences(path), clock=lambda: NOW)


async def test_a_theme_is_taken_up_and_another_remembered(root: Path) -> None:
    path = root.parent / "preferences.toml"
    app = app_with(root, "theme = 'nord' # mine\n[prune]\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.theme == "nord"
        app.theme = "gruvbox"
        await settled(pilot)
        assert path.read_text() == 'theme = "gruvbox" # mine\n[prune]\n'
        assert "Preferences" not in text_of(app)
    assert app_with(root, None).preferences.theme == "gruvbox"


async def test_without_a_file_one_is_made_only_for_a_theme(root: Path) -> None:
    path = root.parent / "preferences.toml"
    app = app_with(root, None)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert not path.exists()
        app.theme = "nord"
        await settled(pilot)
        assert path.read_text() == 'theme = "nord"\n'


async def test_a_theme_that_cannot_be_written_is_told_once(root: Path) -> None:
    app = app_with(root, "theme = ")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for theme in ("nord", "gruvbox"):
            app.theme = theme
            await settled(pilot)
        told = [one.message for one in app._notifications]
        assert len(told) == 1
        assert told[0].startswith("The theme is not remembered")
    assert (root.parent / "preferences.toml").read_text() == "theme = "


async def test_unknown_themes_and_keys_are_named_with_their_lines(root: Path) -> None:
    app = app_with(root, "\ntheme = 'norf'\n[keys]\n'marks.reviw' = 'x'\n'marks.all' = 'x'\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.theme == "textual-dark"
        assert [complaint.line for complaint in app.complaints] == [2, 4]
        assert 'Preferences, line 2: theme: there is no theme "norf"; perhaps nord is meant.' in " ".join(
            text_of(app).split()
        )
        await pilot.press("x")
        assert len(app.listing.marks) == len(WHEELS)


async def test_keys_do_what_they_are_told_to(root: Path) -> None:
    app = app_with(root, "[keys]\nmarks.toggle = 'd'\nmarks.review = 'Space'\nrows.down = 'ctrl+n'\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+n", "d")
        assert {entry.project for entry in app.listing.marks} == {"numpy"}
        assert "d mark" in text_of(app)
        await pilot.press("space")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        await pilot.press("escape")
        await settled(pilot)
        assert wheels(root) == set(WHEELS)


async def test_sort_age_and_columns_are_as_preferred(root: Path) -> None:
    app = app_with(root, "sort = 'name reverse'\nage = 'read'\ncolumns = ['age']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert [row.place.project for row in app.listing.rows()] == ["six", "numpy"]
        titles = next(line for line in text_of(app).splitlines() if "Name" in line)
        assert "Disk" in titles
        assert "Read" in titles
        assert not {"Share", "Files", "Kind"} & {*titles.split()}
        await pilot.press("n")
        assert [row.place.project for row in app.listing.rows()] == ["numpy", "six"]
        assert isinstance(app.listing.order, Layout)


@pytest.mark.parametrize("room", [30, 60, 80, 110, 140])
def test_what_is_not_wanted_is_left_out_at_every_width(room: int) -> None:
    everything = [column.key for column in columns(room, Order())]
    assert [column.key for column in columns(room, Layout())] == everything
    kept = [column.key for column in columns(room, Layout(columns=("bar", "kind")))]
    assert kept == [key for key in everything if key in ("size", "bar", "kind")]


async def test_the_review_names_what_is_protected_as_staying(root: Path) -> None:
    app = app_with(root, "protect = ['six age>90d']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert "protected by the preferences" in text_of(app)
        await pilot.press("y")
        await settled(pilot)
        assert wheels(root) == {WHEELS[1]}


async def test_a_purge_leaves_what_is_protected(root: Path) -> None:
    app = app_with(root, "protect = ['six']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("P")
        await settled(pilot)
        assert isinstance(app.screen, PurgeReview)
        await pilot.press(*"purge", "enter")
        await settled(pilot)
        assert wheels(root) == set(WHEELS[:2])


@pytest.mark.parametrize("text", ["protect = ['kind:whel']\n", "protect = [", "protects = ['six']\n"])
async def test_nothing_is_removed_while_what_is_protected_cannot_be_told(root: Path, text: str) -> None:
    app = app_with(root, text)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "What is protected cannot be told" in text_of(app)
        for key in ("d", "P"):
            await pilot.press("a", key)
            await settled(pilot)
            assert len(app.screen_stack) == 1
    assert wheels(root) == set(WHEELS)
