from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from packaging.tags import parse_tag
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot

from cachetui.demo.artifacts import wheel
from cachetui.demo.writer import CacheWriter, plain_headers
from cachetui.errors import CachetuiError
from cachetui.insight.labelling import facts_of
from cachetui.interpreters.lookup import python_at
from cachetui.interpreters.supported_tags import SupportedTags, may_take
from cachetui.labels import LABELS
from cachetui.model import Inventory
from cachetui.pip.scan.scanner import scan
from cachetui.preferences.validate import validate
from cachetui.prune_rules import Rules, choose
from cachetui.terms import parse_terms
from cachetui.ui.activity import Activity
from cachetui.ui.cache_screen import Pythons
from cachetui.ui.dialogs.help import Help
from cachetui.ui.operations.pythons import SearchFinished
from cachetui.ui.rules.dialog import RulesDialog
from cachetui.ui.rules.form import EXAMPLES, Form, Name
from cachetui.ui.rules.rule_row import ChangingButton, RuleRow, ValueBox
from cachetui.ui.widgets.key_hints import KeyHints
from tests.ui.cache import DAY, MB, NOW, everyday, inventory, release
from tests.ui.screens import Stage, Still, check, click, settled, text_of, until
from tests.ui.test_keyboard import burst

SIZE = (100, 30)


def still(preferences: str = "", cache: Inventory | None = None, **options: Any) -> Still:
    """Make an app over a cache, by default the everyday one, for someone who prefers something."""
    stage = Stage(cache or everyday())
    stage.preferences = validate(preferences.encode())
    return Still(stage.inventory, stage=stage, **options)


def expected(rules: Rules, protect: str = "") -> set[str]:
    """Return what rules choose of the everyday cache."""
    entries = everyday().entries
    protection = validate(protect.encode()).protection
    chosen = choose(entries, rules, facts_of(entries, LABELS, now_ns=NOW, protect=protection))
    return {entry.path for entry in chosen.entries}


def dialog(app: Still) -> RulesDialog:
    assert isinstance(app.screen, RulesDialog)
    return app.screen


def row(app: Still, name: Name) -> RuleRow:
    return next(row for row in dialog(app).rows if row.rule.name == name)


def line(app: Still, label: str) -> str:
    """Return the line of the screen on which a rule stands."""
    return next(line for line in app.lines if f"] {label}" in line or f" {label} " in line)


async def expanded(pilot: Pilot[None], *keys: str) -> None:
    """Open the rules, and press keys once all is counted, until it is counted again."""
    await pilot.press("X")
    await settled(pilot)
    assert isinstance(pilot.app.screen, RulesDialog)
    await pilot.press(*keys)
    await settled(pilot)


async def mark(pilot: Pilot[None]) -> None:
    """Have what the rules choose marked."""
    await pilot.press("enter")
    await settled(pilot)
    assert len(pilot.app.screen_stack) == 1


async def type_into(pilot: Pilot[None], app: Still, name: Name, text: str) -> None:
    box = row(app, name).box
    assert box is not None
    box.enter("")
    await pilot.press(*["space" if letter == " " else letter for letter in text])
    await settled(pilot)


async def test_each_rule_tells_what_it_would_choose_alone() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        assert line(app, "superseded").split()[-3:] == ["6", "1.5", "GB"]
        assert line(app, "legacy").split()[-1] == "0"
        assert line(app, "older than").split()[-3:] == [str(len(expected(Rules(older_than=90 * DAY)))), "5.4", "GB"]
        assert line(app, "keep newest").split()[-3:] == [str(len(expected(Rules(keep_latest=2)))), "3.0", "GB"]
        assert line(app, "terms").split()[-2:] == ["kind:wheel", "▏"]
        assert line(app, "unusable").endswith("no Python found; name one with --python")
        assert line(app, "Together").split()[-1] == "0"
        assert all("[x]" not in line for line in app.lines)


async def test_what_the_rules_choose_is_marked_besides_what_was() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "down", "space")
        before = app.marked
        await expanded(pilot, "space")
        await type_into(pilot, app, "older-than", "150d")
        assert "Mark 4 entries, 793 MB" in app.text
        await mark(pilot)
        chosen = expected(Rules(frozenset({"superseded"}), older_than=150 * DAY))
        assert len(chosen) == 4
        assert before
        assert app.marked == before | chosen
        await pilot.pause()
        assert f"{len(before) + 4} marked" in app.lines[-1]


async def test_rules_choose_what_a_filter_hides_and_the_footer_counts_it() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"six", "enter")
        await expanded(pilot, "space")
        await mark(pilot)
        assert app.marked == expected(Rules(frozenset({"superseded"})))
        assert "6 marked (6 not shown)" in app.lines[-1]


async def test_terms_are_those_of_the_command_line() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        await type_into(pilot, app, "terms", "kind:wheel numpy")
        await mark(pilot)
        assert app.marked == expected(Rules(terms=parse_terms(["kind:wheel numpy"]))) != set()


async def test_what_does_not_parse_is_told_at_once_and_marks_nothing() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot, "space")
        await type_into(pilot, app, "older-than", "90")
        assert line(app, "older than").endswith("90 needs a unit, such as 90d")
        assert "! older than: 90 needs a unit, such as 90d" in app.text
        assert dialog(app).query_one(ChangingButton).disabled
        await pilot.press("enter")
        assert not app.marked
        await pilot.press("d")
        await settled(pilot)
        assert "needs a unit" not in app.text
        assert not dialog(app).query_one(ChangingButton).disabled


async def test_wrong_terms_are_underlined_where_they_stop_to_make_sense() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        await type_into(pilot, app, "terms", "six kind:whel")
        box = row(app, "terms").box
        assert box is not None
        wrong = "".join(part.text for part in box.render_line(0) if part.style is not None and part.style.underline)
        assert wrong.strip() == "whel"
        assert line(app, "terms").endswith("not understood")
        assert '! terms: unknown kind whel (did you mean "wheel"?)' in app.text


async def test_esc_changes_nothing() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space")
        before = app.marked
        await expanded(pilot, "space", "j", "j", "j", "space")
        await pilot.press("escape")
        await settled(pilot)
        assert app.marked == before
        assert len(app.screen_stack) == 1
        await expanded(pilot)
        assert dialog(app).form == Form()


async def test_the_policy_of_the_preferences_is_there_at_first() -> None:
    app = still("[prune]\nsuperseded = true\nkeep-latest = 1\nterms = ['torch', 'kind:wheel']\nby = 'checked'\n")
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        policy = app.main.preferences.policy
        assert policy is not None
        assert dialog(app).form.rules == policy.rules
        assert "[x] terms       ▕torch kind:wheel " in app.text
        assert "by date of the last check" in app.text
        await mark(pilot)
        assert app.marked == expected(policy.rules) != set()


async def test_what_is_protected_is_never_chosen() -> None:
    protect = "protect = ['torch', 'is:legacy']\n"
    app = still(protect)
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        await type_into(pilot, app, "larger-than", "1MB")
        await mark(pilot)
        assert app.marked == expected(Rules(larger_than=MB), protect)
        assert "torch" not in {entry.project for entry in app.main.model.marks}
        assert "numpy" in {entry.project for entry in app.main.model.marks}


async def test_what_was_built_here_goes_only_where_that_is_ticked() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        await type_into(pilot, app, "older-than", "250d")
        without = line(app, "Together").split()[-3:]
        await pilot.press("shift+tab", "end", "space")
        await settled(pilot)
        assert line(app, "Together").split()[-3:] != without
        await mark(pilot)
        assert app.marked == expected(Rules(older_than=250 * DAY, built=True))
        assert "built" in {entry.kind for entry in app.main.model.marks}
        assert "built" not in {
            entry.kind for entry in everyday().entries if entry.path in expected(Rules(older_than=0))
        }


async def test_a_budget_that_cannot_be_met_says_by_how_much() -> None:
    app = still("protect = ['torch']\n")
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        await type_into(pilot, app, "max-size", "1GB")
        assert "! What must be kept takes 3.6 GB more than that." in app.text
        await mark(pilot)
        assert app.marked == expected(Rules(max_size=1_000 * MB), "protect = ['torch']\n")


async def test_keys_go_from_rule_to_rule_and_from_value_to_value() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot, *"jjjjjj")
        places = [app.screen.focused]
        for keys in (("right", "down"), ("up", "up"), ("down", "tab", "tab"), ("end", "down"), ("up", "home", "space")):
            await pilot.press(*keys)
            places.append(app.screen.focused)
        await settled(pilot)
        await pilot.press("end", "down")
        assert [*places, app.screen.focused] == [
            row(app, "older-than"),
            row(app, "larger-than").box,
            row(app, "unused"),
            row(app, "larger-than"),
            dialog(app).query_one("#no"),
            row(app, "superseded"),
            dialog(app).query_one(ChangingButton),
        ]
        await mark(pilot)
        assert len(app.marked) == 6


async def test_a_digit_begins_a_value_however_fast_more_follow() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot, *"jjjjjj", *"45d", "down", *"2MB", "up", *"7w")
        assert dialog(app).form.texts == {"older-than": "7w", "larger-than": "2MB"}
        assert dialog(app).form.ticked == {"older-than", "larger-than"}


@pytest.mark.parametrize(
    ("at", "typed", "texts"),
    [
        ("older-than", "45d", {"older-than": "45d"}),
        ("terms", "torch<2 kind:wheel", {"terms": "torch<2 kind:wheel"}),
        ("not-needed-by", "uv.lock ~/x.txt", {"not-needed-by": "uv.lock ~/x.txt"}),
        ("not-needed-by", "/locks/uv.lock", {"not-needed-by": "/locks/uv.lock"}),
        ("free", "9GB", {"free": "9GB"}),
        ("terms", "juv.lock", {"not-needed-by": "uv.lock"}),  # j is a key of rows: it goes down
        ("superseded", "xy", {}),
    ],
)
async def test_typing_begins_a_value_in_every_row_that_takes_one(
    at: Name, typed: str, texts: Mapping[Name, str]
) -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        dialog(app).set_focus(row(app, at))
        burst(app, typed)
        await settled(pilot)
        assert dialog(app).form.texts == texts
        assert dialog(app).form.ticked == texts.keys()


async def test_pasting_begins_a_value_in_a_row_that_takes_one() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        for name in ("superseded", "not-needed-by"):
            dialog(app).set_focus(row(app, name))
            app.post_message(events.Paste("locks/uv.lock\nmore"))
            await settled(pilot)
        assert dialog(app).form.texts == {"not-needed-by": "locks/uv.lock"}
        assert dialog(app).form.ticked == {"not-needed-by"}


async def test_ages_are_counted_from_the_next_moment() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot, "m")
        assert "by date of the last check" in app.text
        chosen = len(expected(Rules(older_than=90 * DAY, by="checked")))
        assert line(app, "older than").split("by date of the last check")[1].split()[0] == str(chosen)


async def test_everything_works_by_mouse() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        await pilot.click(row(app, "superseded"), offset=(3, 0))
        await pilot.click(row(app, "older-than"), offset=(36, 0))
        await settled(pilot)
        assert dialog(app).form == Form(frozenset({"superseded"}), by="checked")
        box = row(app, "keep-latest").box
        assert box is not None
        await pilot.click(box)
        await pilot.press("1")
        await settled(pilot)
        assert dialog(app).form.rules == Rules(frozenset({"superseded"}), keep_latest=1, by="checked")
        await pilot.click(row(app, "terms"), offset=(3, 0))
        assert app.screen.focused is row(app, "terms").box
        await pilot.click(ChangingButton)
        await settled(pilot)
        assert app.marked == expected(Rules(frozenset({"superseded"}), keep_latest=1))


async def test_while_it_is_being_counted_nothing_can_be_marked_and_what_comes_too_late_is_dropped() -> None:
    app, go_on = still(), Event()
    app.stage.before_facts = lambda: go_on.wait(60)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, RulesDialog))
        await pilot.pause()
        await pilot.press("space")
        assert "counting …" in app.text
        await pilot.press("enter")
        await pilot.pause()
        assert "Still counting" in app.text
        assert not app.marked
        await pilot.press("space", "j", "j", "j", "space")
        go_on.set()
        await settled(pilot)
        assert line(app, "Together").split()[-3:] == ["1", "3.0", "MB"]
        await mark(pilot)
        assert app.marked == expected(Rules(frozenset({"leftovers"})))


async def test_rules_wait_until_everything_is_known() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        app.stream([*release("six", "1.0", MB, 5), *release("six", "1.1", MB, 5)], 2, 9)
        await pilot.press("X")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert "The cache is being read" in app.text


@pytest.mark.parametrize(
    ("keys", "wish"),
    [
        ("X", "choose by rules"),
        ("d", "review"),
        ("P", "review"),
        ("e", "export"),
        ("r", "read it again"),
        ("3v", "verify"),
    ],
)
async def test_keys_that_cannot_act_before_anything_is_read_say_why(keys: str, wish: str) -> None:
    app = Still(None)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert app.told == [f"The cache is being read: wait for that, then {wish}."]


@pytest.mark.parametrize(
    ("keys", "wish"), [("X", "choose by rules"), ("d", "review"), ("P", "review"), ("e", "export")]
)
async def test_keys_that_cannot_act_in_an_empty_cache_say_why(keys: str, wish: str) -> None:
    app = Still(inventory([]))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press(*keys)
        assert app.told == [f"The cache is empty: there is nothing to {wish}."]
    app = Still(None)
    app.stage.error = CachetuiError("No cache.")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press(*keys)
        assert app.told == [f"The cache cannot be read: there is nothing to {wish}."]


async def test_rules_wait_for_a_removal() -> None:
    app = still()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        with app.main.doing(Activity.REMOVING):
            await pilot.press("X")
            await settled(pilot)
            assert len(app.screen_stack) == 1
            assert "A removal is running" in app.text


async def test_rules_stay_shut_while_what_is_protected_cannot_be_told() -> None:
    app = still("protect = ['kind:whel']\n")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("X")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert "What is protected is not clear" in app.text


async def test_what_should_be_known_stands_at_the_top() -> None:
    app = still("[prune]\nolder-than = 'soon'\n", replace(everyday(), complete=False))
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        words = " ".join(app.text.split())
        assert "! The policy in the preferences is ignored until this is fixed: prune.older-than:" in words
        assert "! Reading was stopped, so rules only see what was found." in app.text
        assert dialog(app).form == Form()


async def test_without_a_python_nothing_counts_as_unusable() -> None:
    app = still("[prune]\nunusable = true\nolder-than = '1d'\n")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await expanded(pilot)
        assert dialog(app).form.ticked == {"unusable", "older-than"}
        assert line(app, "Together").split()[-1] == "0"
        assert "! Nothing counts as unusable" in app.text
        await pilot.press("j", "space", "space")
        await settled(pilot)
        assert dialog(app).form.ticked == {"older-than"}
        assert app.told == ["Which entries are unusable is not known: no Python found; name one with --python."]


async def test_a_python_that_was_named_tells_what_is_unusable() -> None:
    entries = [*release("old", "1.0", MB, 5, "cp27-none-any"), *release("new", "1.0", MB, 5, "py3-none-any")]
    app = still("", inventory(entries), python=python_at(sys.executable))
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot, "j", "space")
        await settled(pilot)
        await mark(pilot)
        assert {entry.project for entry in app.main.model.marks} == {"old"}


async def test_pythons_that_do_not_tell_are_named_as_soon_as_they_are_found() -> None:
    wheels = [*release("old", "1.0", MB, 5, "cp27-none-any"), *release("new", "1.0", MB, 5, "cp38-none-any")]
    app = still("[prune]\nunusable = true\n", inventory(wheels), find_pythons_here=True)
    takes = frozenset(parse_tag("py3-none-any"))
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        supported = SupportedTags((takes, may_take((3, 8))), ("python3.8 does not report its supported tags",))
        app.main.post_message(SearchFinished((), supported))
        await until(pilot, lambda: "! python3.8 does not report its supported tags" in app.text)
        await until(pilot, lambda: line(app, "Together").split()[-3] == "2")
        supported = SupportedTags((), ("python does not report its supported tags",))
        app.main.post_message(SearchFinished((), supported))
        await until(pilot, lambda: "! python does not report its supported tags" in app.text)
        assert line(app, "unusable").endswith("one Python reports no tags; name another with --python")


async def test_what_is_unusable_is_counted_as_soon_as_the_pythons_here_are_found() -> None:
    wheels = [*release("old", "1.0", MB, 5, "cp27-none-any"), *release("new", "1.0", MB, 5, "py3-none-any")]
    app = still("[prune]\nunusable = true\n", inventory(wheels), find_pythons_here=True)
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        assert line(app, "unusable").endswith("still looking for Pythons")
        assert line(app, "Together").split()[-1] == "0"
        supported = SupportedTags((frozenset(parse_tag("py3-none-any")),), ())
        app.main.post_message(SearchFinished((), supported))
        await settled(pilot)
        assert line(app, "unusable").split()[-3] == "2"
        assert line(app, "Together").split()[-3] == "2"
        await mark(pilot)
        assert {entry.project for entry in app.main.model.marks} == {"old"}


async def test_pythons_that_are_found_while_the_dialog_is_being_opened_count(monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = [*release("old", "1.0", MB, 5, "cp27-none-any"), *release("new", "1.0", MB, 5, "py3-none-any")]
    app = still("[prune]\nunusable = true\n", inventory(wheels), find_pythons_here=True)
    compose = RulesDialog.compose

    def compose_meanwhile(self: RulesDialog) -> ComposeResult:
        yield from compose(self)
        app.main.pythons = Pythons("done", tags=(frozenset(parse_tag("py3-none-any")),), doubts=("One is in doubt.",))

    monkeypatch.setattr(RulesDialog, "compose", compose_meanwhile)
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        assert "! One is in doubt." in app.text
        assert line(app, "unusable").split()[-3] == "2"
        assert line(app, "Together").split()[-3] == "2"


async def test_the_help_explains_rules_and_keys() -> None:
    app = still()
    async with app.run_test(size=(100, 60)) as pilot:
        await expanded(pilot, "question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        text = text_of(app)
        assert "Each line is a rule" in text
        assert "Rule: tick the rule, or untick it" in text
        await pilot.press("escape")
        assert isinstance(app.screen, RulesDialog)


@pytest.mark.parametrize("holder", [RulesDialog, RuleRow, ValueBox])
def test_every_binding_has_an_id_and_a_tooltip(holder: type[RuleRow]) -> None:
    bindings = [binding for binding in holder.__dict__["BINDINGS"] if isinstance(binding, Binding)]
    assert all(binding.id and binding.tooltip for binding in bindings)
    assert not {"ctrl+r", "ctrl+d"} & {name for binding in bindings for name in binding.key.split(",")}


async def test_everything_that_can_have_the_focus_says_what_it_is() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        assert len(app.screen.focus_chain) >= len(dialog(app).rows) + len(EXAMPLES)
        assert all(widget.HELP for widget in app.screen.focus_chain)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
async def test_the_dialog_at_every_size(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await expanded(pilot, "space")
        await type_into(pilot, app, "older-than", "100d")
        await type_into(pilot, app, "keep-latest", "1")
        check(f"rules-{size[0]}x{size[1]}", app.text)
        await type_into(pilot, app, "max-size", "5x")
        check(f"rules-wrong-{size[0]}x{size[1]}", app.text)


async def test_the_rules_open_from_every_view_and_mark_there() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        for view in ("audit", "health", "settings", "browse"):
            app.main.action_view(view)
            await settled(pilot)
            await expanded(pilot, "space")
            await mark(pilot)
            assert app.main.tab == view
            assert app.marked == expected(Rules(frozenset({"superseded"})))
            assert f"{len(app.marked)} marked" in app.text
            app.main.model.marks.clear()


async def test_the_hints_are_true_for_what_has_the_keys() -> None:
    def hints() -> str:
        return app.screen.query_one(KeyHints).render_line(0).text.strip()

    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        assert hints() == "Space tick  Enter mark  Esc cancel  ? help  m age"
        box = row(app, "older-than").box
        assert box is not None
        box.enter()
        await settled(pilot)
        assert hints() == "Space tick  Enter mark  ↓ next rule  Esc cancel"
        await pilot.press("space")
        await settled(pilot)
        assert (box.value, "older-than" in dialog(app).form.ticked) == ("90d", True)
        assert hints() == "Enter mark  ↓ next rule  Esc cancel"
        await pilot.press("7", "d", "space")
        assert box.value == "7d "
        await click(pilot, "↓ next rule")
        await settled(pilot)
        assert row(app, "larger-than").box is app.focused
        await click(pilot, "Space tick")
        await settled(pilot)
        assert dialog(app).form.texts["larger-than"] == "100MB"
        await click(pilot, "Esc cancel")
        await settled(pilot)
        assert len(app.screen_stack) == 1


async def test_values_are_chosen_by_mouse_alone() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot)
        steps: tuple[tuple[Name, str, str], ...] = (
            ("keep-latest", "-", "1"),
            ("max-size", "+", "10GB"),
            ("older-than", "-", "60d"),
        )
        for name, sign, value in steps:
            rule = row(app, name)
            x = app.lines[rule.region.y].index(f"{sign} ")
            await pilot.click(rule, offset=(x - rule.region.x, 0))
            await settled(pilot)
            assert dialog(app).form.texts[name] == value
        assert dialog(app).form.ticked == {"keep-latest", "max-size", "older-than"}


async def test_values_are_chosen_by_plus_and_minus() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot, "end", "k", "minus", "minus", "plus")
        assert dialog(app).form.texts == {"free": "2GB"}
        await pilot.press("end", "plus")
        assert dialog(app).form.texts == {"free": "2GB"}
        await pilot.press("end", "k", "k", "plus", "k", "minus")
        assert dialog(app).form.texts == {"free": "2GB", "min-free": "50GB", "max-size": "2GB"}


async def test_the_oldest_of_a_size_are_marked_with_seven_keys() -> None:
    app = still(cache=aged())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*"XGk50M")
        await settled(pilot)
        await mark(pilot)
        assert versions(app) == ["1", "2", "3"]


async def test_what_is_free_on_the_disk_counts_and_what_falls_short_is_told() -> None:
    app = still(cache=aged())
    app.stage.available = 20_000 * MB - 30 * MB
    async with app.run_test(size=SIZE) as pilot:
        await expanded(pilot, "end", "k", "k", "space")
        assert "Mark 2 entries, 40 MB" in app.text
        assert "What is cheapest to lose goes first, then the oldest." in app.text
        await type_into(pilot, app, "min-free", "21GB")
        assert "This falls 930 MB short of that, but everything else must be kept." in app.text
        assert "Mark 5 entries, 100 MB" in app.text
        await type_into(pilot, app, "min-free", "19GB")
        assert "Nothing to mark" in app.text
        await type_into(pilot, app, "free", "30MB")
        await type_into(pilot, app, "terms", "pkg>2")
        await mark(pilot)
        assert versions(app) == ["3", "4"]


async def test_why_something_stays_is_told(tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        body = wheel("six", version, "py3-none-any")
        headers = plain_headers("application/octet-stream", size=len(body), at_ns=NOW)
        CacheWriter(tmp_path).answer(f"https://files.example/six-{version}-py3-none-any.whl", body, headers, NOW)
    cache = scan(tmp_path)
    os.utime(tmp_path / cache.entries[-1].path, ns=(NOW, NOW + 1))
    app = still('[prune]\nmax-size = "1B"\nfree = "1B"\n', cache)
    async with app.run_test(size=(140, 36)) as pilot:
        await expanded(pilot)
        assert "This keeps 1: changed since the cache was read." in app.text
        await type_into(pilot, app, "free", "1GB")
        assert "keeps 1: changed since the cache was read" in line(app, "free")


def versions(app: Still) -> list[str | None]:
    """Return the versions of the marked entries."""
    return sorted([entry.version for entry in app.main.model.marks], key=str)


def aged() -> Inventory:
    """Make a cache with a wheel of 20 MB for each of five versions, the first of which is the oldest."""
    wheels = [release("pkg", str(n), 20 * MB, 100 - n, f"cp3{n}-cp3{n}-linux_x86_64", False) for n in range(1, 6)]
    return inventory([entry for one in wheels for entry in one])


async def test_files_that_cannot_be_read_are_named_and_choose_nothing() -> None:
    app = still('[prune]\nsuperseded = true\nnot-needed-by = ["/gone/uv.lock"]\n')
    async with app.run_test(size=(120, 36)) as pilot:
        await expanded(pilot)
        await until(pilot, lambda: "/gone/uv.lock cannot be read" in app.text)
        together = dialog(app).together
        assert together is not None
        assert together.entries == ()
