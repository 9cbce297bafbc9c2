"""Keys that come faster than the screen follows."""

from __future__ import annotations

from math import inf
from threading import Event

import pytest
from rich.console import RenderableType
from textual import events
from textual.actions import SkipAction
from textual.app import App
from textual.screen import Screen

from cachetui.removal.plan import Plan
from cachetui.ui.app import CachetuiApp
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.browse.tree import CacheTree
from cachetui.ui.dialogs.confirm import ConfirmQuestion
from cachetui.ui.dialogs.modal import ConfirmModal
from cachetui.ui.dialogs.review import Review
from tests.ui.cache import everyday
from tests.ui.screens import Still, settled, until
from tests.ui.test_app import SIZE, plan, review

NAMES = {"/": "slash", " ": "space", "\r": "enter", "\x1b": "escape", "\t": "tab"}
"""Textual's names of keys without a letter."""


def burst(app: CachetuiApp, keys: str) -> None:
    """Press keys in one burst, as a terminal sends pasted text."""
    for key in keys:
        app.post_message(events.Key(NAMES.get(key, key), key if key.isprintable() else None))


async def test_what_is_typed_behind_a_slash_filters_and_does_nothing_else() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        burst(app, "/pandas")
        await pilot.pause()
        assert app.marked == set()
        assert len(app.screen_stack) == 1
        assert app.query_one(FilterBox).value == "pandas"


async def test_what_is_typed_behind_enter_goes_to_the_filtered_rows() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        burst(app, "/numpy\rlj ")
        await pilot.pause()
        assert app.query_one(FilterBox).value == "numpy"
        assert {(entry.project, entry.version) for entry in app.main.model.marks} == {("numpy", "1.21.6")}
        burst(app, "/x\x1b ")
        await pilot.pause()
        assert app.query_one(FilterBox).value == ""
        assert isinstance(app.focused, CacheTree)


async def test_what_is_typed_before_a_review_is_seen_answers_nothing() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(Review(plan(everyday().entries)))
        burst(app, "y\r")
        await pilot.pause()
        assert isinstance(app.screen, Review)


class Hasty(Still):
    """An app in which the user types an answer before each of the first frames of a question."""

    answer = ""
    typed = 0

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(screen, ConfirmModal) and screen.seen_at == inf:
            burst(self, self.answer)
            self.typed += 1
        super()._display(screen, renderable)


@pytest.mark.parametrize("answer", ["y", "\t\r"])
async def test_what_is_typed_right_before_a_question_is_seen_answers_nothing(answer: str) -> None:
    app = Hasty(everyday())
    async with app.run_test(size=SIZE) as pilot:
        app.answer = answer
        await review(app, pilot, plan(everyday().entries))
        assert app.typed
        assert [type(screen) for screen in app.screen_stack[1:]] == [Review]
        assert app.focused is app.screen.query_one("#no")
        await pilot.press("escape")
        app.typed = 0
        await pilot.press("q")
        await pilot.pause()
        assert app.typed
        assert [type(screen) for screen in app.screen_stack[1:]] == [ConfirmQuestion]
        burst(app, "n")
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_what_is_typed_while_a_plan_is_made_does_nothing() -> None:
    app, asked, goes_on = Still(everyday()), [], Event()

    def planning() -> Plan:
        asked.append("plan")
        goes_on.wait()
        return plan(())

    app.stage.planning = planning
    async with app.run_test(size=SIZE) as pilot:
        burst(app, " dUa dPy")
        await until(pilot, lambda: bool(asked))
        assert len(app.marked) == 9
        burst(app, "\x1bU")
        await pilot.pause()
        assert app.marked == set()
        assert asked == ["plan"]
        goes_on.set()
        await settled(pilot)
        assert len(app.screen_stack) == 1


async def test_keys_typed_behind_an_answer_go_to_the_rows() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await review(app, pilot, plan(everyday().entries))
        burst(app, "nU/six\r ")
        await pilot.pause()
        assert {entry.project for entry in app.main.model.marks} == {"six"}


async def test_keys_do_not_depend_on_what_textual_calls_its_own_dispatch(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        monkeypatch.delattr(App, "_check_bindings")
        monkeypatch.delattr(Screen, "_clear_tooltip")
        burst(app, "/numpy\rlj ")
        await pilot.pause()
        monkeypatch.undo()
        assert {(entry.project, entry.version) for entry in app.main.model.marks} == {("numpy", "1.21.6")}


async def test_a_key_whose_first_binding_does_nothing_is_left_to_the_next() -> None:
    app = Still(everyday())
    asked: list[str] = []

    def skipping() -> None:
        asked.append("tree")
        raise SkipAction

    async with app.run_test(size=SIZE) as pilot:
        setattr(app.main.browse.cache_tree, "action_skipping", skipping)  # noqa: B010 - an action that is only tried
        setattr(app, "action_taken", lambda: asked.append("app"))  # noqa: B010 - as above
        app.main.browse.cache_tree._bindings.bind("f9", "skipping")
        app._bindings.bind("f9", "taken")
        app.post_message(events.Key("f9", None))
        await pilot.pause()
        assert asked[-1] == "app"
        assert "tree" in asked


@pytest.mark.parametrize(("keys", "tab"), [("2", "audit"), ("23", "health"), ("24531", "browse")])
async def test_views_are_opened_by_keys_that_come_before_the_first_frame(keys: str, tab: str) -> None:
    app = Still(everyday())
    burst(app, keys)
    async with app.run_test(size=SIZE):
        assert app.main.tab == tab


@pytest.mark.parametrize("keys", ["d", "Xd", "P", "de1"])
async def test_a_removal_that_is_asked_for_before_the_first_frame_is_refused(keys: str) -> None:
    app = Still(everyday())
    burst(app, keys)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert not app.main.outcomes
        assert app.return_code in (None, 0)
