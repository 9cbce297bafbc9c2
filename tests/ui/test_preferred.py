"""The user's preferences in the browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.browsing.rows import SortOrder
from cachetui.demo.writer import CacheWriter
from cachetui.pip.config.location import Location
from cachetui.preferences.browser_choices import theme_path
from cachetui.services.services import Services
from cachetui.text.format import disk_text
from cachetui.ui.browse.columns import ColumnLayout, columns
from cachetui.ui.dialogs.confirm import ResultDialog
from cachetui.ui.dialogs.review import PurgeReview, Review
from cachetui.ui.rules.dialog import RulesDialog
from tests.ui.cache import DAY, NOW
from tests.ui.screens import Recorded, settled, text_of
from tests.ui.test_flow import SIZE, WHEELS, wheels


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a cache of wheels that were built here."""
    root = tmp_path / "pip"
    writer = CacheWriter(root)
    for number, name in enumerate(WHEELS):
        address = f"https://files.example/{name}.tar.gz"
        writer.built(address, "0" * 64, name, bytes(20_000 * (number + 1)), NOW - (90 + number) * DAY)
    return root


def app_with(root: Path, text: str | None) -> Recorded:
    """Make an app for someone whose preferences are `text`; None for no file."""
    path = root.parent / "preferences.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    location = Location(root, "--cache-dir", named=True, enabled=True)
    return Recorded(Services(location, memory=False, demo=True, preferences_path=path, clock=lambda: NOW))


def write(root: Path, text: str) -> None:
    """Change the preferences of somebody whose app is open."""
    (root.parent / "preferences.toml").write_text(text, encoding="utf-8")


async def test_a_theme_is_saved_for_the_next_time(root: Path) -> None:
    path = root.parent / "preferences.toml"
    app = app_with(root, None)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert not theme_path().exists()
        for theme in ("nord", "gruvbox"):
            app.theme = theme
            await settled(pilot)
    assert not path.exists()
    again = app_with(root, None)
    async with again.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert again.theme == "gruvbox"


async def test_a_theme_of_the_preferences_counts_and_that_another_is_not_saved_is_told_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root.parent / "preferences.toml"
    app = app_with(root, "theme = 'nord' # mine\n[prune]\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.theme == "nord"
        for theme in ("gruvbox", "dracula"):
            app.theme = theme
            await settled(pilot)
        assert app.theme == "dracula"
        assert app.told == [f'Theme not saved: {path} sets "nord". Change it there.']
    assert not theme_path().exists()
    assert path.read_text() == "theme = 'nord' # mine\n[prune]\n"


async def test_a_theme_that_cannot_be_written_is_told_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_with(root, "theme = ")
    theme_path().parent.parent.mkdir(parents=True)
    theme_path().parent.touch()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for theme in ("nord", "gruvbox"):
            app.theme = theme
            await settled(pilot)
        assert len(app.told) == 1
        assert app.told[0].startswith("Theme not saved: cannot write")
    assert (root.parent / "preferences.toml").read_text() == "theme = "


async def test_unknown_themes_and_keys_are_named(root: Path) -> None:
    app = app_with(root, "\ntheme = 'norf'\n[keys]\n'marks.reviw' = 'x'\n'marks.all' = 'x'\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.theme == "textual-dark"
        assert [problem.key for problem in app.problems_of(app.main.preferences)] == ["theme", 'keys."marks.reviw"']
        words = " ".join(text_of(app).split())
        assert 'Preferences, theme: unknown theme "norf" (did you mean "nord"?). And 1 more problem' in words
        await pilot.press("x")
        assert len(app.main.model.marks) == len(WHEELS)


async def test_keys_do_what_they_are_told_to(root: Path) -> None:
    app = app_with(root, "[keys]\nmarks.toggle = 'd'\nmarks.review = 'Space'\nrows.down = 'ctrl+n'\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+n", "d")
        assert {entry.project for entry in app.main.model.marks} == {"numpy"}
        assert "d mark" in text_of(app)
        await pilot.press("space")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        await pilot.press("escape")
        await settled(pilot)
        assert wheels(root) == set(WHEELS)


async def test_sentences_name_the_keys_that_there_are_now(root: Path) -> None:
    app = app_with(root, "[keys]\nmarks.toggle = 'd'\nmarks.review = 'Space'\nfilter.clear = 'ctrl+x'\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("3", "space")
        await pilot.pause()
        assert app.told == ["Nothing is marked yet: d marks a row."]
        await pilot.press("1", "slash", *"zzz")
        await pilot.pause()
        assert "Nothing matches. ctrl+x clears the filter." in text_of(app)


async def test_sort_age_and_columns_are_as_preferred(root: Path) -> None:
    app = app_with(root, "sort = 'name reverse'\nage = 'read'\ncolumns = ['age']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert [row.place.project for row in app.main.model.rows()] == ["six", "numpy"]
        titles = next(line for line in text_of(app).splitlines() if "Name" in line)
        assert "Disk" in titles
        assert "Read" in titles
        assert not {"Share", "Files", "Kind"} & {*titles.split()}
        await pilot.press("n")
        assert [row.place.project for row in app.main.model.rows()] == ["numpy", "six"]
        assert isinstance(app.main.model.order, ColumnLayout)


@pytest.mark.parametrize("room", [30, 60, 80, 110, 140])
def test_what_is_not_wanted_is_left_out_at_every_width(room: int) -> None:
    everything = [column.key for column in columns(room, SortOrder())]
    assert [column.key for column in columns(room, ColumnLayout())] == everything
    kept = [column.key for column in columns(room, ColumnLayout(columns=("bar", "kind")))]
    assert kept == [key for key in everything if key in ("size", "bar", "kind")]


async def test_the_review_names_what_is_protected_as_staying(root: Path) -> None:
    app = app_with(root, "protect = ['six age>90d']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert "protected" in text_of(app)
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
        assert "What is protected is not clear" in text_of(app)
        for key in ("d", "P"):
            await pilot.press("a", key)
            await settled(pilot)
            assert len(app.screen_stack) == 1
    assert wheels(root) == set(WHEELS)


async def test_what_has_come_to_be_protected_since_the_start_stays(root: Path) -> None:
    app = app_with(root, "protect = ['numpy']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        write(root, "protect = ['six']\n")
        await pilot.press("a", "d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert "Remove numpy 2.0.0?" in text_of(app)
        assert ", 2 kept" in text_of(app)
        assert "six-1.16.0-py3-none-any.whl" in text_of(app)
        await pilot.press("y")
        await settled(pilot)
        assert isinstance(app.screen, ResultDialog)
        assert "six-1.16.0-py3-none-any.whl" in text_of(app)
        assert wheels(root) == set(WHEELS[:2])


async def test_what_has_come_to_be_protected_while_the_review_was_read_stays(root: Path) -> None:
    app = app_with(root, "protect = ['six==1.15']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        write(root, "protect = ['six']\n")
        await pilot.press("y")
        await settled(pilot)
        assert isinstance(app.screen, ResultDialog)
        assert app.main.outcomes[0].entries == 1
        assert "Kept 2 built wheels: protected" in text_of(app)
        assert wheels(root) == set(WHEELS[:2])


async def test_nothing_is_removed_once_it_cannot_be_told_any_more_what_is_protected(root: Path) -> None:
    app = app_with(root, "protect = ['six']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        write(root, "protect = [")
        await pilot.press("y")
        await settled(pilot)
        assert "What is protected is not clear" in text_of(app)
        for key in ("d", "P", "X"):
            await pilot.press(key)
            await settled(pilot)
            assert len(app.screen_stack) == 1
        assert wheels(root) == set(WHEELS)
        write(root, "protect = ['numpy']\n")
        await pilot.press("d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert "What is protected is not clear" not in str(app.main.notices.sentences)
        await pilot.press("y")
        await settled(pilot)
        assert wheels(root) == {WHEELS[2]}


async def test_the_rules_and_the_filter_follow_what_is_protected(root: Path) -> None:
    app = app_with(root, None)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"is:protected", "enter")
        assert app.main.model.rows() == []
        write(root, "protect = ['six']\n[prune]\nolder-than = '80d'\nbuilt = true\n")
        await pilot.press("X")
        await settled(pilot)
        assert isinstance(app.screen, RulesDialog)
        assert app.screen.together is not None
        assert [entry.project for entry in app.screen.together.entries] == ["numpy"]
        await pilot.press("escape")
        await settled(pilot)
        assert [row.place.project for row in app.main.model.rows()] == ["six"]
        write(root, "protect = ['numpy']\n")
        await pilot.press("r")
        await settled(pilot)
        assert [row.place.project for row in app.main.model.rows()] == ["numpy"]


async def test_the_last_line_counts_only_what_would_go(root: Path) -> None:
    app = app_with(root, "protect = ['six==1.15']\n")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        disk = {entry.filename: entry.disk_usage for entry in app.main.model.catalog.entries.values()}
        await pilot.press("a")
        await pilot.pause()
        assert f"3 marked, 1 protected · frees {disk_text(disk[WHEELS[0]] + disk[WHEELS[2]])}" in text_of(app)
        write(root, "")
        await pilot.press("r")
        await settled(pilot)
        assert f"3 marked · frees {disk_text(sum(disk.values()))}" in text_of(app)
