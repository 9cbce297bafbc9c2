from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from cachetui.insight.audit.whole import WORDS, audit_of
from cachetui.insight.judging import facts_of
from cachetui.model import Inventory
from cachetui.ui.audit_parts import biggest, chances, columns, kinds
from cachetui.ui.audit_saving import written
from cachetui.ui.figures import Ages, Chances, Kinds
from cachetui.ui.filter_line import FilterBox
from cachetui.ui.report.standing import STANDARD
from cachetui.ui.text import ASCII
from tests.ui.cache import NOW, everyday, inventory
from tests.ui.screens import Still, check


async def audited(app: Still, pilot: Pilot[None]) -> None:
    """Go to the view, and wait until there is something to see."""
    await pilot.press("2")
    await app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36), (200, 60)])
async def test_the_view(size: tuple[int, int]) -> None:
    app = Still(everyday())
    async with app.run_test(size=size) as pilot:
        await audited(app, pilot)
        await pilot.press("right", "space")
        await pilot.pause()
        check(f"audit-{size[0]}x{size[1]}", app.text)


async def test_without_colour_and_with_ascii_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Still(everyday())
    app.glyphs = ASCII
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)
        check("audit-80x24-ascii", app.text)
        assert app.text.isascii()


async def test_from_project_to_version_to_file_and_out_again() -> None:
    app = Still(everyday())
    async with app.run_test(size=(120, 36)) as pilot:
        await audited(app, pilot)
        treemap = app.audit_view.treemap
        await pilot.press("enter", "right", "enter")
        await pilot.pause()
        assert [name for name, _, _ in treemap.levels] == ["", "torch", "2.3.0"]
        assert "Where the space is › torch › 2.3.0" in app.text  # noqa: RUF001 - as it is drawn
        (wheel,) = [
            one.path
            for one in everyday().entries
            if (one.kind, one.project, one.version) == ("wheel", "torch", "2.3.0")
        ]
        await pilot.press("space")
        assert app.marked == {wheel}
        await pilot.press("escape")
        await pilot.press("backspace")
        assert len(treemap.levels) == 1
        assert treemap.choice is not None
        assert treemap.choice.name == "torch"


async def test_a_figure_becomes_marks_and_a_filter() -> None:
    app = Still(everyday())
    async with app.run_test(size=(120, 36)) as pilot:
        await audited(app, pilot)
        await pilot.press("tab", "down", "space")
        assert isinstance(app.focused, Kinds)
        assert app.focused.choice is not None
        assert app.marked == {entry.path for entry in app.focused.choice.entries}
        kind = app.focused.choice.name
        await pilot.press("space")
        assert app.marked == set()
        await pilot.press("enter")
        await pilot.pause()
        assert app.header.tab == "browse"
        assert app.query_one(FilterBox).value == f"kind:{kind}"
        await pilot.press("2", "tab", "left", "b")
        assert "age" in app.query_one(FilterBox).value


async def test_a_tile_is_gone_to_in_browse_and_by_mouse() -> None:
    app = Still(everyday())
    async with app.run_test(size=(120, 36)) as pilot:
        await audited(app, pilot)
        await pilot.click("Treemap", offset=(60, 3))
        choice = app.audit_view.treemap.choice
        assert choice is not None
        assert choice.name != "torch"
        await pilot.press("b")
        await pilot.pause()
        row = app.browse.cache_tree.current
        assert row is not None
        assert row.place.shelf.title == choice.name


async def test_what_was_read_again_is_added_up_again_only_while_it_is_looked_at() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)
        before = app.audit_view.audit
        app.given = Inventory("/root", entries=tuple([one for one in everyday().entries if one.project != "torch"]))
        await pilot.press("r")
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert before is not None
        assert app.audit_view.audit is not None
        assert app.audit_view.audit.total.disk_usage < before.total.disk_usage


async def test_other_states_say_what_they_are() -> None:
    empty, reading = Still(inventory([])), Still(None)
    async with empty.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert "The cache is empty" in empty.text
    async with reading.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "space", "enter", "E")
        await pilot.pause()
        assert "is known as soon as everything is named" in reading.text
        assert len(reading.screen_stack) == 1


async def test_a_report_is_saved_and_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("mine")
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)

        async def save(name: Path) -> None:
            await pilot.press("E")
            await pilot.pause()
            app.screen.query_one("#report", Input).value = str(name)
            await pilot.press("enter")
            await app.workers.wait_for_complete()
            await pilot.pause()

        await save(path)
        assert "is there already" in app.text
        await pilot.press("enter")
        assert path.read_text() == "mine"
        await save(path)
        await pilot.press("y")
        await app.workers.wait_for_complete()
        with path.open(newline="") as file:
            assert len([*csv.DictReader(file)]) == len(everyday().entries)
        await save(tmp_path / "report.exe")
        assert sorted(one.name for one in tmp_path.iterdir()) == ["report.csv"]
        await save(tmp_path / "report.json")
        assert json.loads((tmp_path / "report.json").read_text())["report"] == "audit"


def test_every_choice_has_its_entries_and_bytes(tmp_path: Path) -> None:
    found = everyday()
    audit = audit_of(found, facts_of(found.entries, WORDS, now_ns=NOW), rules=STANDARD)
    for choices in (kinds(audit), columns(audit, "downloaded")):
        assert sum(choice.disk for choice in choices) == found.disk_usage
        assert sum(len(choice.entries) for choice in choices) == len(found.entries)
    assert [len(choice.entries) for choice in biggest(audit)] == [1] * len(found.entries)
    named = {choice.name: choice for choice in chances(audit)}
    assert named["leftovers"].filter == "is:leftover"
    assert [one.filename for one in named["sdists already built"].entries] == ["numpy-1.21.6.zip"]
    assert not named["fit no Python here"].known
    assert "".join(written(audit, tmp_path / "a.TXT")).startswith("Audit of ")
    with pytest.raises(ValueError, match="which says the format"):
        written(audit, tmp_path / "a")


def test_figures_that_nothing_is_in_can_be_walked() -> None:
    for figure in (Ages(), Chances(), Kinds()):
        assert figure.number == 0
        assert figure.choice is None
