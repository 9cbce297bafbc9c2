"""A list of releases is checked in the browser: what is here of it is marked, and the marks can be undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, file_headers
from cachetui.pip.config.location import Location
from cachetui.services.services import Services
from cachetui.ui.dialogs.check import CheckDialog
from cachetui.ui.dialogs.input_dialog import SheetBox
from cachetui.ui.palette import commands_of
from tests.ui.cache import DAY, NOW
from tests.ui.screens import Recorded, settled, text_of, until

SIZE = (100, 30)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    writer = CacheWriter(tmp_path / "pip")
    for project, version in (("six", "1.16.0"), ("llm-kit", "1.82.7"), ("llm-kit", "1.82.6")):
        body = artifacts.wheel(project, version, size=9_000)
        headers = file_headers(project, version, "bdist_wheel", "py3", size=len(body), at_ns=NOW - DAY)
        name = f"{project.replace('-', '_')}-{version}-py3-none-any.whl"
        writer.answer(f"https://files.example/{name}", body, headers, NOW - DAY)
    return tmp_path / "pip"


async def check(app: Recorded, pilot: Pilot[None], typed: str) -> None:
    app.main.check_list()
    await until(pilot, lambda: isinstance(app.screen, CheckDialog))
    app.screen.query_one(SheetBox).value = typed
    await pilot.press("enter")
    await settled(pilot)


async def test_what_a_list_names_is_marked_and_unmarked(root: Path, tmp_path: Path) -> None:
    affected = [{"package": {"name": "llm-kit", "ecosystem": "PyPI"}, "versions": ["1.82.7"]}]
    (tmp_path / "mal.json").write_text(json.dumps([{"id": "MAL-1", "affected": affected}]), encoding="utf-8")
    location = Location(root, "--cache-dir", named=True, enabled=True)
    app = Recorded(Services(location, memory=False, demo=True, clock=lambda: NOW))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "Check a list" in [command.title for command in commands_of(app)]
        await check(app, pilot, str(tmp_path / "gone.txt"))
        assert "gone.txt cannot be read: " in " ".join(text_of(app).split())
        app.screen.query_one(SheetBox).value = "kind:wheel"
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, CheckDialog)
        await pilot.press("escape")
        await check(app, pilot, "nosuch")
        assert app.told == ["Not here: nosuch."]
        assert not app.main.model.marks
        await check(app, pilot, str(tmp_path / "mal.json"))
        await until(pilot, lambda: bool(app.main.model.marks))
        assert app.told[-1] == "Found MAL-1, 1 file marked."
        assert [(entry.project, entry.version) for entry in app.main.model.marks] == [("llm-kit", "1.82.7")]
        await settled(pilot)
        assert app.main.browse.cache_tree.cursor == 0
        assert "is:marked" in text_of(app) and "1.82.6" not in text_of(app)
        await pilot.press("z")
        await check(app, pilot, "llm-kit nosuch other")
        assert app.told[-1] == "Found llm-kit, 2 files marked. Not here: nosuch, other."
        await pilot.press("z")
        assert not app.main.model.marks
