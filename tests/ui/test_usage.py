"""The browser shows which environments use an entry, chooses by it, and says what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cachetui.environments.installed import Environment, Installed
from cachetui.environments.used_by import Usage, usage_of
from cachetui.model import INSTALLABLE, Entry
from cachetui.prune_rules import Rules
from cachetui.ui.audit.items import groups
from cachetui.ui.rules.dialog import RulesDialog
from tests.ui.cache import everyday
from tests.ui.screens import Stage, Still, settled

ENTRIES = everyday().entries
NEWEST = next(entry for entry in ENTRIES if entry.kind == "wheel" and entry.version)
TITLES = ("~/a/.venv", "tox py311", "~/b/.venv", "pipx black")


def environments(*titles: str, trouble: str = "") -> tuple[Environment, ...]:
    assert NEWEST.project is not None and NEWEST.version is not None
    installed = (Installed(NEWEST.project, NEWEST.version),)
    return tuple([Environment(Path(f"/{title}"), title, installed, trouble=trouble) for title in titles])


def still(*titles: str, find_pythons_here: bool = False) -> Still:
    stage = Stage(everyday())
    stage.environments = environments(*titles)
    return Still(stage.inventory, stage=stage, find_pythons_here=find_pythons_here)


def places(app: Still, words: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return the line and the column of each of the words that is shown."""
    return [(word, y, line.index(word)) for word in words for y, line in enumerate(app.lines) if word in line]


def is_used(entry: Entry) -> bool:
    return (entry.project, entry.version) == (NEWEST.project, NEWEST.version) and entry.kind in (
        *INSTALLABLE,
        "metadata",
    )


async def test_the_details_name_at_most_three_environments() -> None:
    app = still()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        app.main.browse.reveal(NEWEST)
        await settled(pilot)
        assert "used by" not in app.text
        for titles, words in ((TITLES, "~/a/.venv, tox py311, ~/b/.venv and 1 more"), (TITLES[:1], "~/a/.venv")):
            app.main.usage = usage_of(ENTRIES, environments(*titles), "/")
            await settled(pilot)
            assert f"used by     {words} " in app.text
        app.main.usage = usage_of(ENTRIES, [Environment(Path("/v"), "/v")], "/")
        await settled(pilot)
        assert "used by     no environment here" in app.text
        app.main.usage = usage_of(ENTRIES, [Environment(Path("/v"), "/v", trouble="Permission denied")], "/")
        await settled(pilot)
        assert "used by" not in app.text


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_the_details_keep_their_places_when_the_environments_become_known(width: int) -> None:
    app = still(find_pythons_here=True)
    names = ("used by", "usable", "downloaded", "on disk")[: 4 if width > 80 else 2]
    async with app.run_test(size=(width, 36)) as pilot:
        await settled(pilot)
        app.main.browse.reveal(NEWEST)
        await settled(pilot)
        before = places(app, names)
        assert len(before) == len(names)
        long = environments(*[f"~/{'a-long-name/' * 5}{one}/.venv" for one in range(4)])
        for found in (long, environments("~/a"), (Environment(Path("/v"), "/v", trouble="Permission denied"),)):
            app.main.usage = usage_of(ENTRIES, found, "/")
            await settled(pilot)
            assert places(app, names) == before
        assert "used by     not known" in app.text
        app.main.search_pythons()
        await settled(pilot)
        assert places(app, names) == before


async def test_the_filter_waits_for_the_environments() -> None:
    app = still()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        app.main.browse.filter_by("is:used")
        await settled(pilot)
        assert "will be known once the environments here have been read" in app.text
        app.main.usage = usage_of(ENTRIES, environments("~/a"), "/")
        await settled(pilot)
        shown = {entry.path for row in app.main.model.rows() for entry in row.group.entries}
        assert shown == {entry.path for entry in ENTRIES if is_used(entry)} != set()
        app.main.usage = Usage()
        await settled(pilot)
        assert "No environment was found" in app.text


async def test_the_rule_says_how_many_environments_were_looked_at() -> None:
    app = still("~/a/.venv", find_pythons_here=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("X", *"jjjjj", "space")
        await settled(pilot)
        assert isinstance(app.screen, RulesDialog)
        assert "still reading the environments" in app.text
        assert "unused" not in app.screen.form.ticked
        app.main.search_pythons()
        await settled(pilot)
        await pilot.press("space")
        await settled(pilot)
        assert "Looked at 1 environment." in app.text
        assert app.screen.form.rules == Rules(frozenset({"unused"}))
        await pilot.press("enter")
        await settled(pilot)
        assert NEWEST.path not in app.marked
        assert app.marked == {
            entry.path
            for entry in ENTRIES
            if entry.kind in ("wheel", "sdist", "metadata") and entry.version and not is_used(entry)
        }


async def test_the_rules_count_what_was_installed_meanwhile() -> None:
    stage = Stage(everyday())
    stage.environments = (Environment(Path("/v"), "/v"),)
    app = Still(stage.inventory, stage=stage, find_pythons_here=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.main.search_pythons()
        await settled(pilot)
        assert app.main.usage is not None and app.main.usage.used[NEWEST.path] is False
        stage.environments = environments("~/a/.venv")
        await pilot.press("X", *"jjjjj", "space")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert app.marked and NEWEST.path not in app.marked


async def test_the_audit_shows_what_is_used() -> None:
    app = still("~/a/.venv")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        assert app.main.audit_view.audit is not None
        assert {choice.name for choice in groups(app.main.audit_view.audit, "use")} == {"not known"}
        app.main.usage = usage_of(ENTRIES, environments("~/a"), "/")
        await settled(pilot)
        choices = {choice.name: choice for choice in groups(app.main.audit_view.audit, "use")}
        assert {name: choice.filter for name, choice in choices.items()} == {
            "used": "is:used",
            "unused": "is:unused",
            "not known": "",
        }
        assert {entry.path for entry in choices["used"].entries} == {entry.path for entry in ENTRIES if is_used(entry)}
        assert "in no environment" in app.text
