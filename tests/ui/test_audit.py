from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from textual import events
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input

from cachetui.export.target_folder import TargetError
from cachetui.insight.audit.audit import LABELS, audit_of
from cachetui.insight.audit.figures import sized
from cachetui.insight.labelling import facts_of
from cachetui.labels import Facts
from cachetui.model import Inventory
from cachetui.preferences.model import Policy
from cachetui.prune_rules import Rules
from cachetui.services.audit import report_name, report_parts, save_report
from cachetui.services.audit_rules import STANDARD, rules_of
from cachetui.text.format import disk_text
from cachetui.ui.audit.compare_dialog import CompareReport, ComparisonResult
from cachetui.ui.audit.histogram import Ages
from cachetui.ui.audit.items import GROUPED, biggest, chances, choice_of, columns, groups
from cachetui.ui.audit.keys import KEYS
from cachetui.ui.audit.line_figures import Biggest, KindBars, ReclaimableLines
from cachetui.ui.audit.save_dialog import SaveReport
from cachetui.ui.audit.treemap import Treemap
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.dialogs.confirm import ConfirmQuestion
from cachetui.ui.dialogs.modal import LineList, Paragraphs
from cachetui.ui.glyphs import ASCII
from cachetui.ui.messages import MarksChanged
from tests.ui.cache import NOW, everyday, inventory, made
from tests.ui.screens import Still, check, click, settled, until


async def audited(app: Still, pilot: Pilot[None]) -> None:
    """Go to the view, and wait until there is something to see."""
    await pilot.press("2")
    await settled(pilot)


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
        treemap = app.main.audit_view.treemap
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
        assert isinstance(app.focused, KindBars)
        assert app.focused.choice is not None
        assert app.marked == {entry.path for entry in app.focused.choice.entries}
        kind = app.focused.choice.name
        await pilot.press("space")
        assert app.marked == set()
        await pilot.press("enter")
        await pilot.pause()
        assert app.main.tab == "browse"
        assert app.query_one(FilterBox).value == f"kind:{kind}"
        await pilot.press("2", "tab", "left", "b")
        assert "age" in app.query_one(FilterBox).value


async def test_a_tile_is_gone_to_in_browse_and_by_mouse() -> None:
    app = Still(everyday())
    async with app.run_test(size=(120, 36)) as pilot:
        await audited(app, pilot)
        await pilot.click("Treemap", offset=(60, 3))
        choice = app.main.audit_view.treemap.choice
        assert choice is not None
        assert choice.name != "torch"
        await pilot.press("b")
        await pilot.pause()
        row = app.main.browse.cache_tree.current
        assert row is not None
        assert row.place.group_key.title == choice.name


async def test_a_second_click_goes_in_or_to_browse_and_one_on_the_path_comes_out() -> None:
    app = Still(everyday())
    async with app.run_test(size=(200, 60)) as pilot:
        await audited(app, pilot)
        treemap = app.main.audit_view.treemap
        await pilot.click(Treemap, offset=(3, 3), times=2)
        await pilot.pause()
        assert [name for name, _, _ in treemap.levels] == ["", "torch"]
        await pilot.click("#where", offset=(2, 0))
        assert [name for name, _, _ in treemap.levels] == [""]
        await pilot.click(Biggest, offset=(6, 1))
        assert isinstance(app.focused, Biggest)
        assert app.focused.cursor == 1
        await pilot.click(KindBars, offset=(3, 1), times=2)
        await pilot.pause()
        assert app.main.tab == "browse"
        assert app.query_one(FilterBox).value == "kind:built"


async def test_in_one_line_of_kinds_the_chosen_one_is_always_seen() -> None:
    app = Still(everyday())
    async with app.run_test(size=(60, 20)) as pilot:
        await audited(app, pilot)
        kinds = app.query_one(KindBars)
        app.screen.set_focus(kinds)
        for number, choice in enumerate(kinds.choices):
            assert kinds.cursor == number
            (line,) = [one for one in app.lines if f" {choice.name} {disk_text(choice.disk)}" in one]
            await pilot.click(KindBars, offset=(line.index(choice.name) - 1, 0))
            assert kinds.cursor == number
            await pilot.press("right")


async def test_it_is_told_apart_by_python_platform_and_index_as_well() -> None:
    app = Still(everyday())
    async with app.run_test(size=(120, 36)) as pilot:
        await audited(app, pilot)
        await pilot.press("tab")
        for by, name in (("Python", "CPython 3.11"), ("platform", "Linux x86_64"), ("index", "files.example")):
            await pilot.press("t")
            assert f"By {by} " in app.text
            assert f"\n {by} {name} " in app.text
            assert name in app.text
        await pilot.press("space")
        assert app.main.audit_view.audit is not None
        assert app.marked == set(app.main.audit_view.audit.origins[0].paths)
        await pilot.press("enter")
        await pilot.pause()
        assert app.told == ["No filter can show files.example. Space marks it."]
        await pilot.press("t")
        assert "By use" in app.text
        await pilot.press("t")
        assert "By kind" in app.text


async def test_the_meaning_of_shades_is_told_where_there_are_any() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)
        for theme, words in (("ansi-dark", "area: disk\n"), ("nord", "area: disk, faded: old\n")):
            app.theme = theme
            await until(pilot, lambda words=words: words in app.text)  # type: ignore[misc]


async def test_rows_out_of_sight_are_counted_and_every_row_is_reached() -> None:
    app = Still(everyday())
    async with app.run_test(size=(120, 30)) as pilot:
        await audited(app, pilot)
        lines = app.query_one(ReclaimableLines)
        assert lines.number == 10
        assert "Free up space  5 of 10 shown" in app.text
        app.screen.set_focus(lines)
        for pressed, row in (("end", 9), ("home", 0), ("G", 9), ("g", 0), ("pagedown", 4), ("pageup", 0)):
            await pilot.press(pressed)
            await pilot.pause()
            assert lines.cursor == row
            assert f"{lines.choices[row].name} " in app.text
        last = f"[ ] {lines.choices[-1].name} "
        assert last not in app.text
        for event in (events.MouseScrollDown, events.MouseScrollUp):
            for _ in range(9):
                lines.post_message(event(lines, 3, 1, 0, 0, 0, False, False, False))
            await pilot.pause()
            assert (last in app.text) is (event is events.MouseScrollDown)
            assert lines.cursor == 0
        await pilot.click(ReclaimableLines, offset=(1, 0))
        assert lines.choices[0].entries
        assert f"[x] {lines.choices[0].name} " in app.text
        app.screen.set_focus(app.query_one(Treemap))
        await pilot.press("end")
        assert app.query_one(Treemap).cursor == app.query_one(Treemap).number - 1 > 0
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert "Free up space   " in app.text
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "4 of 9 shown\n" in app.text  # of the kinds, in one line


async def test_projects_without_a_tile_are_counted() -> None:
    entries = [made("wheel", f"w{number}", 4096, 10, f"project-{number}", "1.0") for number in range(3000)]
    app = Still(inventory(entries))
    async with app.run_test(size=(120, 36)) as pilot:
        await audited(app, pilot)
        treemap = app.query_one(Treemap)
        shown = treemap.number
        assert 0 < shown < 3000
        assert f"Where the space is  the {shown} biggest of 3,000: {100 * shown / 3000:.0f}% " in app.text
    app = Still(everyday())
    async with app.run_test(size=(120, 36)) as pilot:
        await audited(app, pilot)
        assert "biggest of" not in app.text


async def test_no_caption_is_cut_and_groups_have_bars() -> None:
    for size in ((80, 24), (120, 36)):
        app = Still(everyday())
        async with app.run_test(size=size) as pilot:
            await audited(app, pilot)
            treemap = app.query_one(Treemap)
            for index in range(treemap.number):
                treemap.go(index)
                assert treemap.choice is not None
                await pilot.pause()
                caption = next(line for line in app.lines if line.startswith(f" {treemap.choice.name}  "))
                assert "…" not in caption[:70]
            for _ in range(3 if size[0] > 80 else 0):
                await pilot.press("t")
                await pilot.pause()
                rows = [app.query_one(KindBars).line(choice, 47)[0] for choice in app.query_one(KindBars).choices]
                assert all(row[-1][1] == "bar" and "…" not in row[0] for row in rows)


async def test_what_is_not_known_has_no_figures() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)
        await pilot.press("tab", "tab", "tab", "down")
        assert "fit no Python here  not known" in app.text
        await pilot.press("up")
        assert "superseded versions  frees 1.5 GB, removes 6 entries" in app.text


async def test_figures_that_share_entries_are_marked_and_unmarked_as_sets() -> None:
    app = Still(everyday())
    async with app.run_test(size=(200, 60)) as pilot:
        await audited(app, pilot)
        parts, marks = app.main.audit_view.parts, app.main.audit_view.figure_marks
        assert parts is not None and marks is not None
        expected: set[str] = set()
        wheels, rule = parts.groups["kind"][0], next(one for one in parts.chances if one.name == "superseded versions")
        oldest = next(one for one in parts.ages["downloaded"] if one.entries)
        for choice in (wheels, rule, oldest, choice_of(parts.tops[0]), rule, wheels):
            paths = {entry.path for entry in choice.entries}
            whole = paths <= expected
            assert marks.sign(choice) == ("x" if whole else "-" if paths & expected else " ")
            marks.toggle(choice)
            app.main.post_message(MarksChanged())
            await pilot.pause()
            expected = expected - paths if whole else expected | paths
            assert app.marked == expected
            for other in (
                *parts.groups["kind"],
                *parts.groups["Python"],
                *parts.chances,
                *parts.ages["checked"],
                *map(choice_of, parts.tops),
            ):
                inside = {entry.path for entry in other.entries}
                sign = " " if not inside & expected else "x" if inside <= expected else "-"
                assert marks.sign(other) == sign


async def test_what_was_read_again_is_added_up_again_only_while_it_is_looked_at() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)
        before = app.main.audit_view.audit
        app.stage.inventory = Inventory(
            "/root", entries=tuple([one for one in everyday().entries if one.project != "torch"])
        )
        await pilot.press("r")
        await settled(pilot)
        assert before is not None
        assert app.main.audit_view.audit is not None
        assert app.main.audit_view.audit.total.disk_usage < before.total.disk_usage


async def test_other_states_say_what_they_are() -> None:
    empty, reading = Still(inventory([])), Still(None)
    async with empty.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert "The cache is empty" in empty.text
    async with reading.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "space", "enter", "E")
        await pilot.pause()
        assert "The audit appears once the cache has been read." in reading.text
        assert len(reading.screen_stack) == 1


async def test_a_report_is_saved_and_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("mine")
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)

        async def save(name: Path | str) -> None:
            """Save under another name, in the dialog that is open or in a new one."""
            if not isinstance(app.screen, SaveReport):
                await pilot.press("E")
                await until(pilot, lambda: isinstance(app.screen, SaveReport))
            app.screen.query_one("#report", Input).value = str(name)
            await pilot.press("enter")
            await settled(pilot)

        await save(path)
        assert isinstance(app.screen, ConfirmQuestion)
        assert "Overwrite?" in app.text
        await pilot.press("enter")
        assert path.read_text() == "mine"
        assert isinstance(app.screen, SaveReport)
        assert app.screen.typed == str(path)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmQuestion))
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
        with path.open(newline="") as file:
            assert len([*csv.DictReader(file)]) == len(everyday().entries)
        assert app.told == [f"Saved the audit to {path}"]
        for wrong, why in (
            (tmp_path / "report.exe", "The file name must end with .json, .csv or .txt."),
            (tmp_path / "none" / "report.json", "does not exist"),
            ("~nobody-of-this-name/report.json", "no home directory"),
            ("", "Type a file name."),
        ):
            await save(wrong)
            assert isinstance(app.screen, SaveReport)
            assert why in " ".join([line for words in app.screen.query(Paragraphs) for line in words.sentences])
            assert app.screen.typed == str(wrong)
        assert sorted(one.name for one in tmp_path.iterdir()) == ["report.csv"]
        await save(tmp_path / "report.json")
        assert json.loads((tmp_path / "report.json").read_text())["report"] == "audit"
        assert len(app.screen_stack) == 1


async def test_a_report_is_saved_by_mouse(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("mine")
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)
        await pilot.press("E")
        await settled(pilot)
        app.screen.query_one("#report", Input).value = str(path)
        await pilot.click("#go")
        await until(pilot, lambda: isinstance(app.screen, ConfirmQuestion))
        await settled(pilot)
        await click(pilot, "Esc no")
        await until(pilot, lambda: isinstance(app.screen, SaveReport))
        await settled(pilot)
        await click(pilot, "Enter save")
        await until(pilot, lambda: isinstance(app.screen, ConfirmQuestion))
        await settled(pilot)
        await click(pilot, "y yes")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert path.read_text() != "mine"
        await pilot.press("E")
        await settled(pilot)
        await click(pilot, "Esc cancel")
        await settled(pilot)
        assert len(app.screen_stack) == 1


async def test_an_earlier_report_is_chosen_and_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    now, before = everyday(), inventory([entry for entry in everyday().entries if entry.project != "torch"])
    for index, found in enumerate((now, before)):
        path = tmp_path / f"report-{index}.json"
        facts = facts_of(found.entries, LABELS, now_ns=NOW)
        path.write_text("".join(report_parts(audit_of(found, facts, rules=STANDARD), path)))
        os.utime(path, ns=(NOW, NOW + index))
    (tmp_path / "other.json").write_text("{}")
    app = Still(now)
    async with app.run_test(size=(80, 24)) as pilot:
        await audited(app, pilot)
        await pilot.press("c")
        await settled(pilot)
        dialog = app.screen
        assert isinstance(dialog, CompareReport)
        assert dialog.typed == "report-1.json"
        assert "other.json" not in app.text
        await pilot.press("down")
        assert dialog.typed == "report-0.json"
        await click(pilot, "report-1.json")
        await pilot.pause()
        assert dialog.typed == "report-1.json"
        dialog.query_one(Input).value = "other.json"
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen is dialog
        assert "other.json is not a report of an audit." in app.text
        await pilot.press("down", "enter")
        await settled(pilot)
        result = app.screen
        assert isinstance(result, ComparisonResult)
        came = [entry for entry in now.entries if entry.project == "torch"]
        disk = disk_text(sum(entry.disk_usage for entry in came))
        assert f"Added: {len(came)} entries" in [line.words for line in result.query_one(LineList).lines]
        assert f"+{disk}" in app.text
        await pilot.press("escape", "c")
        await settled(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        assert "Nothing has changed." in app.text


def test_a_report_is_saved_neither_into_the_cache_nor_over_what_is_no_file(tmp_path: Path) -> None:
    audit = audit_of(everyday(), Facts(), rules=STANDARD)
    root, elsewhere, link = tmp_path / "root", tmp_path / "elsewhere.txt", tmp_path / "link.txt"
    (root / "http-v2").mkdir(parents=True)
    elsewhere.write_text("mine")
    link.symlink_to(elsewhere)
    with pytest.raises(TargetError, match="is in the cache"):
        save_report(audit, root / "http-v2" / "report.txt", root)
    with pytest.raises(TargetError, match="not a regular file"):
        save_report(audit, link, root, overwrite=True)
    with pytest.raises(FileExistsError):
        save_report(audit, elsewhere, root)
    assert elsewhere.read_text() == "mine"
    save_report(audit, elsewhere, root, overwrite=True)
    assert elsewhere.read_text().startswith("Audit of ")
    assert {path.name for path in tmp_path.rglob("*")} == {"root", "http-v2", "elsewhere.txt", "link.txt"}


def test_every_choice_has_its_entries_and_bytes(tmp_path: Path) -> None:
    found = everyday()
    audit = audit_of(found, facts_of(found.entries, LABELS, now_ns=NOW), rules=STANDARD)
    for choices in (*[groups(audit, by) for by in GROUPED], columns(audit, "downloaded", sized(found.entries))):
        assert sum(choice.disk for choice in choices) == found.disk_usage
        assert sum(len(choice.entries) for choice in choices) == len(found.entries)
    assert [len(choice.entries) for choice in biggest(sized(found.entries))] == [1] * len(found.entries)
    named = {choice.name: choice for choice in chances(audit)}
    assert named["leftovers"].filter == "is:leftover not:is:protected"
    assert [one.filename for one in named["sdists already built"].entries] == ["numpy-1.21.6.zip"]
    assert not named["fit no Python here"].known
    assert "".join(report_parts(audit, tmp_path / "a.TXT")).startswith("Audit of ")
    with pytest.raises(ValueError, match="must end with"):
        report_parts(audit, tmp_path / "a")


def test_the_help_names_every_group() -> None:
    (does,) = [one.tooltip for one in KEYS if isinstance(one, Binding) and one.id == "audit.group"]
    assert all(by in does and by in KindBars.HELP for by in GROUPED)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("build-7.lab.example", "pip-cache-audit-build-7-2026-05-28.json"),
        ("Anna's Laptop", "pip-cache-audit-Anna-s-Laptop-2026-05-28.json"),
        ("../../up", "pip-cache-audit-2026-05-28.json"),
        ("", "pip-cache-audit-2026-05-28.json"),
    ],
)
def test_a_report_is_named_by_its_computer_and_date(host: str, name: str) -> None:
    audit = audit_of(everyday(), Facts(NOW), rules=STANDARD)
    assert report_name(audit, host) == name


def test_a_second_report_of_a_day_gets_a_name_of_its_own(tmp_path: Path) -> None:
    audit = audit_of(everyday(), Facts(NOW), rules=STANDARD)
    found = []
    for _ in range(4):
        found.append(report_name(audit, "lab", tmp_path))
        (tmp_path / found[-1]).touch()
    assert found == [
        "pip-cache-audit-lab-2026-05-28.json",
        "pip-cache-audit-lab-2026-05-28-2026.json",
        "pip-cache-audit-lab-2026-05-28-2026-2.json",
        "pip-cache-audit-lab-2026-05-28-2026-3.json",
    ]


def test_the_users_own_policy_stands_first_whatever_it_says() -> None:
    found = everyday()
    facts = facts_of(found.entries, LABELS, now_ns=NOW)
    policy = Policy(Rules(frozenset({"superseded"})), {"superseded": True})
    own, superseded, *_ = chances(audit_of(found, facts, rules=rules_of(policy)))
    assert (own.name, own.entries) == ("your policy", superseded.entries)
    assert superseded.name == "superseded versions"
    nothing = Policy(Rules(), {})
    assert rules_of(nothing) == rules_of(None) == STANDARD


def test_figures_that_nothing_is_in_can_be_walked() -> None:
    for figure in (Ages(), ReclaimableLines(), KindBars()):
        assert figure.number == 0
        assert figure.choice is None
