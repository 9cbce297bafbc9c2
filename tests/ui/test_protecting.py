"""Projects are protected and freed in the browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.errors import CachetuiError
from cachetui.preferences.browser_choices import read_protected_projects, save_protected
from cachetui.ui.dialogs.help import HelpPage
from cachetui.ui.dialogs.review import Review
from tests.ui.screens import settled, text_of
from tests.ui.test_preferred import app_with, root, write

__all__ = ["root"]
SIZE = (100, 30)


def line(app: object, name: str) -> str:
    """Return the line of the screen with a name."""
    return next(line for line in text_of(app).splitlines() if name in line)  # type: ignore[arg-type] # an app


async def test_p_protects_a_project_and_frees_it(root: Path) -> None:
    app, state = app_with(root, None), root.with_name("protected")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        row = app.main.browse.cache_tree.current
        assert row is not None
        name = row.place.project
        await pilot.press("p")
        await settled(pilot)
        assert read_protected_projects(state) == (name,)
        assert f"] {name} ◆" in line(app, f"] {name}")
        assert "protected   yes, never removed" in text_of(app)
        assert app.told == [f"{name} is protected: it is not removed. p ends that."]
        await pilot.press("a")
        await settled(pilot)
        assert app.main.marks.protected
        await pilot.press("d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert name not in {entry.project for entry in app.screen.plan.entries}
        await pilot.press("escape", "U", "g", "l", "j", "p")  # a version stands for its project
        await settled(pilot)
        assert read_protected_projects(state) == ()
        assert "◆" not in text_of(app)
        assert app.told[-1] == f"{name} is no longer protected here."
    assert not (root.parent / "preferences.toml").exists()


async def test_what_the_users_file_protects_is_freed_there_alone(root: Path) -> None:
    app = app_with(root, None)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        row = app.main.browse.cache_tree.current
        assert row is not None
        name = row.place.project
        write(root, f'protect = ["{name}"]')
        await pilot.press("p")
        await settled(pilot)
        assert app.told == [f"{name} is protected by `protect` in {root.parent / 'preferences.toml'}: change it there."]
        assert read_protected_projects(root.with_name("protected")) == ()
        assert f"] {name} ◆" in line(app, f"] {name}")
        write(root, f'protect = ["{name}==99"]')
        await pilot.press("r", "p")
        await settled(pilot)
        assert read_protected_projects(root.with_name("protected")) == (name,)


async def test_a_list_that_cannot_be_read_or_written_is_told_and_nothing_is_removed(root: Path) -> None:
    state = root.with_name("protected")
    state.write_text("# fine\ntorch\n>=2\n", encoding="utf-8")
    app = app_with(root, None)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("p")
        await settled(pilot)
        wrong = "line 3 is not the name of a project; correct it or delete it"
        assert app.told == [f"Protection not saved: {state}: {wrong}."]
        await pilot.press("d")
        await settled(pilot)
        assert not isinstance(app.screen, Review)
        assert f"{state}: the projects protected in the browser cannot be read: {wrong}" in app.told[-1]
        state.write_text("", encoding="utf-8")
        await pilot.press("d")
        await settled(pilot)
        assert isinstance(app.screen, Review)


async def test_help_and_palette_say_where_the_preferences_are(root: Path) -> None:
    app = app_with(root, '[keys]\n"sort.age" = "f"\n')
    async with app.run_test(size=(90, 200)) as pilot:
        await settled(pilot)
        assert app.problems_of(app.main.preferences) == ()  # the example can be followed
        await pilot.press("f", "question_mark")
        await pilot.pause()
        help_text = "".join([line.strip() for line in text_of(app).splitlines()])  # long paths are wrapped anywhere
        assert str(root.parent / "preferences.toml").replace(" ", "") in help_text.replace(" ", "")
        assert '"sort.age" = "f"' in text_of(app)
        await pilot.press("y")
        assert app.clipboard == str(root.parent / "preferences.toml")
        assert app.main.model.order.by == "age"
        commands = {command.title: command.help for command in app.get_system_commands(app.screen)}
        assert str(root.parent / "preferences.toml") in commands["Preferences"]
        assert f'"sort.age" = "f" below [keys] in {root.parent}' in commands["Change a key"]
        await pilot.press("escape")
        app.main.action_help("keys")
        await pilot.pause()
        assert "sort.age" in text_of(app)
        assert app.screen.query_one(HelpPage).page == "keys"


async def test_projects_protected_one_after_the_other_are_all_kept(root: Path) -> None:
    app = app_with(root, None)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        names = [row.place.project for row in app.main.browse.cache_tree.table.rows[:2]]
        await pilot.press("p", "j", "p")
        await settled(pilot)
        assert read_protected_projects(root.with_name("protected")) == tuple(sorted(names))


@pytest.mark.parametrize("name", ["-x", "foo-", "a!b", ""])
def test_a_name_that_no_project_has_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CachetuiError, match="not a valid project name"):
        save_protected(name, True, tmp_path / "protected")
    assert read_protected_projects(tmp_path / "protected" / "below") == ()


@pytest.mark.parametrize("name", ["size", "kind", "a", "is", "not", "zope-interface"])
def test_every_name_of_a_project_can_be_protected(tmp_path: Path, name: str) -> None:
    path = tmp_path / "state" / "protected"
    for other in ("torch", name):
        save_protected(other, True, path)
    assert set(read_protected_projects(path)) == {"torch", name}
    save_protected("torch", False, path)
    assert read_protected_projects(path) == (name,)
