from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from cachetui.browsing.catalog import Catalog, GroupKey, GroupKind
from cachetui.browsing.group import EntryGroup
from cachetui.browsing.model import BrowserModel
from cachetui.browsing.rows import Row, requirement_of
from cachetui.demo import demo_cache
from cachetui.errors import RootError
from cachetui.insight.why.explanation import Explanation, Remedy
from cachetui.insight.why.question import read_question
from cachetui.interpreters.lookup import python_at
from cachetui.pip.config.location import Location
from cachetui.pip.scan.scanner import scan
from cachetui.services.services import Stop
from cachetui.ui.app import KEY_HOLDERS
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.dialogs.help import Help
from cachetui.ui.glyphs import ASCII
from cachetui.ui.keymap import bindings_of
from cachetui.ui.why.answer_list import AnswerList
from cachetui.ui.why.examples import examples
from cachetui.ui.why.question_input import QuestionBox
from cachetui.ui.why.view import Why
from tests.ui.cache import MB, NOW, everyday, inventory, made, release
from tests.ui.explanations import ANSWER, NEWER, OLD, SDIST, asked_about
from tests.ui.screens import Still, check, click, settled, until

SIZE = (100, 30)
LONGEST = 60
"""Seconds that a test waits for something at most."""


def made_up(text: str, stop: Stop) -> Explanation:
    """Answer any question that makes sense with the made-up explanation."""
    del stop
    return replace(ANSWER, question=read_question(text).subject)


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    with demo_cache(NOW) as made:
        yield made


def answering() -> Still:
    """Return an app that answers every question with the made-up explanation."""
    app = Still(asked_about())
    app.stage.explanation = made_up
    return app


async def given(app: Still, pilot: Pilot[None], answer: Explanation = ANSWER) -> None:
    """Ask the question that the made-up answer is for, and have it answered."""
    app.stage.explanation = lambda _, __: answer
    await pilot.press("4", *ANSWER.question, "enter")
    await settled(pilot)


async def paste(app: Still, pilot: Pilot[None], text: str) -> None:
    """Paste a text into the empty question."""
    app.main.why_view.box.value = ""
    app.main.why_view.box.post_message(Paste(text))
    await pilot.pause()


async def happened(event: Event) -> bool:
    """Wait for something that a worker thread does; return whether it did it."""
    return await asyncio.to_thread(event.wait, LONGEST)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36), (200, 60)])
async def test_the_view(size: tuple[int, int]) -> None:
    app = Still(asked_about())
    async with app.run_test(size=size) as pilot:
        await given(app, pilot)
        await pilot.press("j", "space")
        await pilot.pause()
        check(f"why-{size[0]}x{size[1]}", app.text)


async def test_the_view_where_only_ascii_can_be_shown() -> None:
    app = Still(asked_about())
    app.glyphs = ASCII
    async with app.run_test(size=(80, 24)) as pilot:
        await given(app, pilot)
        assert all(line[:79].isascii() for line in app.text.splitlines())  # Textual draws the scrollbar behind


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_before_anything_was_asked(size: tuple[int, int]) -> None:
    app = Still(everyday())
    async with app.run_test(size=size) as pilot:
        await pilot.press("4")
        await pilot.pause()
        check(f"why-nothing-{size[0]}x{size[1]}", app.text)


async def test_w_asks_about_the_row_and_shows_the_answer() -> None:
    app = answering()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"psycopg2==2.4.1", "enter", "l", "j", "w")
        assert app.main.why_view.box.value == "psycopg2==2.4.1"
        assert isinstance(app.focused, AnswerList)
        await settled(pilot)
        assert "for python3, CPython 3.11, pip 26.2" in app.text
        assert f"  partly cached  {ANSWER.verdict}" in app.lines
        await pilot.press("1", "w", "2")
        assert app.main.why_view.box.value == "psycopg2==2.4.1"
        assert app.main.tab == "audit"
        await pilot.press("q")
        await settled(pilot)
        assert not app.is_running


async def test_the_pip_of_a_python_is_asked(root: Path) -> None:
    location = Location(root, "--cache-dir", named=True, enabled=True)
    app = Still(scan(root), location=location, demo=True, python=python_at(sys.executable))
    async with app.run_test(size=(250, 40)) as pilot:
        await pilot.press("4", *"psycopg2==2.4.4", "enter")
        await settled(pilot)
        assert f"for {sys.executable}, " in app.text
        assert " What is in the cache" in app.lines
        assert "psycopg2-2.4.4.tar.gz" in app.text


async def test_w_does_not_leave_the_answer_to_something_else_below_the_question() -> None:
    app, goes_on = Still(asked_about()), Event()

    def slow(text: str, stop: Stop) -> Explanation:
        while not (goes_on.is_set() or stop()):
            goes_on.wait(0.001)
        return made_up(text, stop)

    async with app.run_test(size=SIZE) as pilot:
        await given(app, pilot)
        app.stage.explanation = slow
        await pilot.press("1", "w")
        await pilot.pause()
        assert app.main.why_view.box.value == "torch"
        assert ANSWER.verdict not in app.text
        goes_on.set()
        await settled(pilot)
        assert ANSWER.verdict in app.text


def test_what_is_filled_in_depends_on_the_row() -> None:
    entries = release("torch", "2.3.0+cu121", MB, 5)
    odd = made("sdist", "odd", MB, 5, "odd", "of-long-ago")
    group_key, version = GroupKey(GroupKind.PROJECT, "torch"), GroupKey(GroupKind.PROJECT, "torch", "=2.3+cu121")
    rows = [
        Row(group_key, group_key, "torch", EntryGroup(entries)),
        Row(version, version, "2.3.0+cu121", EntryGroup(entries), depth=1),
        Row(entries[0].path, version, "torch.whl", EntryGroup(entries[:1]), depth=2),
        Row("odd", GroupKey(GroupKind.PROJECT, "odd", "=of-long-ago"), "odd", EntryGroup([odd]), depth=2),
        Row(GroupKey(GroupKind.LEFTOVERS), GroupKey(GroupKind.LEFTOVERS), "Leftovers", EntryGroup([])),
    ]
    assert [*map(requirement_of, rows)] == ["torch", "torch==2.3.0+cu121", "torch==2.3.0+cu121", "odd", ""]


async def test_a_row_of_no_project_says_that_there_is_nothing_to_ask() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("G", "w")
        await pilot.pause()
        assert "Why works on projects; this row has none." in app.text
        assert app.main.tab == "browse"


async def test_what_is_no_requirement_is_told_in_place_and_can_be_mended() -> None:
    app = answering()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", *"six==", "enter")
        await settled(pilot)
        assert " This question is not understood" in app.lines
        assert "six== is neither a requirement nor a pip command" in app.text
        assert isinstance(app.focused, QuestionBox)
        await pilot.press("backspace", "backspace", "enter")
        await settled(pilot)
        assert ANSWER.verdict in app.text


async def test_a_root_that_is_gone_is_told_in_place() -> None:
    app = Still(everyday())

    def gone(_: str, __: Stop) -> Explanation:
        raise RootError(f"{everyday().root} is not there.")

    app.stage.explanation = gone
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", *"six", "enter")
        await settled(pilot)
        assert " This cannot be answered" in app.lines
        assert " /home/user/.cache/pip is not there." in app.lines


async def test_y_copies_the_command_under_the_cursor_or_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Still(asked_about())
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=SIZE) as pilot:
        await given(app, pilot)
        await pilot.press("y", "G", "y")
    assert copied == [ANSWER.remedies[0].command, ANSWER.remedies[1].command]


async def test_a_command_with_an_undecodable_path_can_be_copied() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        remedy = Remedy("cachetui remove six --cache-dir '/tmp/\udcff'", "drop it")
        await given(app, pilot, replace(ANSWER, remedies=(remedy,)))
        await pilot.press("y")
        assert app.clipboard == r"cachetui remove six --cache-dir '/tmp/\xff'"


async def test_space_marks_what_the_row_is_about_and_steps_down() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        await given(app, pilot)
        await pilot.press("space", "space")
        assert app.marked == {SDIST, OLD}
        assert app.main.why_view.answers.cursor == 2
        await pilot.pause()
        assert "2 marked · frees 1.0 MB" in app.text
        await pilot.press("G", "space")
        assert app.marked == {SDIST}
        assert len(app.screen_stack) == 1


async def test_a_command_that_removes_nothing_marks_nothing() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await given(app, pilot)
        await pilot.press("G", "k", "space", "b")
        await pilot.pause()
        assert "Nothing in the cache belongs to this row." in app.text
        assert not app.marked
        assert app.main.tab == "why"


async def test_b_goes_to_the_file_in_browse_whatever_a_filter_hides() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"numpy", "enter")
        await given(app, pilot)
        await pilot.press("j", "j", "b", "space")
        assert app.main.tab == "browse"
        assert app.query_one(FilterBox).value == ""
        assert app.marked == {NEWER}


async def test_a_box_is_marked_by_a_click() -> None:
    app = Still(asked_about())
    async with app.run_test(size=(80, 30)) as pilot:
        await given(app, pilot)
        line = next(y for y, line in enumerate(app.text.splitlines()) if "[ ] built here" in line)
        await pilot.click(offset=(4, line))
        await pilot.pause()
        assert app.marked == {OLD}
        assert app.main.why_view.answers.cursor == 1


async def test_esc_goes_back_to_the_question_and_then_to_browse() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        await given(app, pilot)
        await pilot.press("escape")
        assert isinstance(app.focused, QuestionBox)
        await pilot.press("down")
        assert isinstance(app.focused, AnswerList)
        await pilot.press("escape", "escape")
        assert app.main.tab == "browse"
        assert app.main.browse.cache_tree.has_focus


@pytest.mark.parametrize("holder", ["answer", "question"])
async def test_esc_while_pip_is_asked_stops_it_and_keeps_the_text(holder: str) -> None:
    app, began, stopped = Still(asked_about()), Event(), Event()

    def endless(text: str, stop: Stop) -> Explanation:
        began.set()
        while not stop():
            stopped.wait(0.001)
        stopped.set()
        return made_up(text, stop)

    app.stage.explanation = endless
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", *"six==1.0", "enter")
        assert await happened(began)
        if holder == "question":
            app.main.why_view.focus_question()
        await pilot.pause()
        assert "Asking … (Esc stops)" in app.text
        assert "Esc stop " in app.lines[-1]
        await pilot.press(*(("y", "space") if holder == "answer" else ()), "escape")
        assert await happened(stopped)
        await settled(pilot)
        assert ANSWER.verdict not in app.text
        assert (app.main.tab, app.main.why_view.box.value) == ("why", "six==1.0")
        assert isinstance(app.focused, QuestionBox)
        assert " Stopped" in app.lines
        app.stage.explanation = made_up
        await pilot.press("enter")
        await settled(pilot)
        assert ANSWER.verdict in app.text


async def test_numbers_go_to_the_views_as_long_as_nothing_is_typed() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "3")
        assert app.main.tab == "health"
        await pilot.press("4", "1", "4", *"six==1.2")
        assert (app.main.tab, app.main.why_view.box.value) == ("why", "six==1.2")
        await pilot.press(*["backspace"] * 8, "space", *"2to3")
        assert (app.main.tab, app.main.why_view.box.value) == ("why", " 2to3")


async def test_another_question_can_be_typed_at_once_when_the_view_is_opened_again() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        await given(app, pilot)
        await pilot.press("1", "4", "3", "4", *"tidy3d")
        assert (app.main.tab, app.main.why_view.box.value) == ("why", "tidy3d")
        assert not app.main.model.marks
        assert f"the answer is for {ANSWER.question}" in app.text
        await pilot.press("enter")
        await settled(pilot)
        assert "the answer is for" not in app.text


async def test_tab_and_escape_leave_the_question() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        await given(app, pilot)
        await pilot.press("escape")
        assert isinstance(app.focused, QuestionBox)
        await pilot.press("tab")
        assert isinstance(app.focused, AnswerList)
        await pilot.press("escape", "escape")
        assert app.main.tab == "browse"


def test_an_answer_may_come_before_the_view_is_drawn() -> None:
    view = Why(Still(asked_about()).services, BrowserModel())
    view.show_words("Reading", "The answer appears once the cache has been read.", asking=True)
    view.show(ANSWER)
    assert (view.box.value, view.answers.cursor, view.asking) == ("", 0, False)


async def test_what_is_quoted_of_a_wrong_question_does_no_harm() -> None:
    app = answering()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await paste(app, pilot, "six\x1b[2J == https://me:secret@files.example")
        await pilot.press("enter")
        await settled(pilot)
        assert " This question is not understood" in app.lines
        words = "six [2J == https://***@files.example is neither a requirement nor a pip command."
        assert words in " ".join(app.text.split())
        await paste(app, pilot, f"six; {'(' * 3_000}")
        await pilot.press("enter")
        await settled(pilot)
        assert "… is neither a requirement nor a pip command." in " ".join(app.text.split())


async def test_what_nobody_foresaw_does_not_end_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Still(asked_about())

    def broken(*_: object, **__: object) -> Explanation:
        raise AssertionError("unknown status keyword")

    monkeypatch.setattr("cachetui.services.why.explain", broken)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", *"six", "enter")
        await settled(pilot)
        words = "cachetui failed to answer this because of a bug in cachetui (AssertionError: unknown status keyword)."
        assert words in " ".join(app.text.split())
        assert app.is_running


@pytest.mark.parametrize("fails", [False, True])
async def test_an_answer_to_an_earlier_question_is_forgotten(fails: bool) -> None:
    app, begun, goes_on, ended = Still(asked_about()), Event(), Event(), Event()

    def slow_first(text: str, stop: Stop) -> Explanation:
        if text != "six":
            return made_up(text, stop)
        begun.set()
        goes_on.wait(LONGEST)
        ended.set()
        if fails:
            raise RootError("It is gone.")
        return replace(ANSWER, verdict="It is gone.")

    app.stage.explanation = slow_first
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", *"six", "enter")
        assert await happened(begun)
        await pilot.press("shift+tab", *"==1.16.0", "enter")
        await until(pilot, lambda: ANSWER.verdict in app.text)
        goes_on.set()
        assert await happened(ended)
        await settled(pilot)
        assert "It is gone." not in app.text
        assert ANSWER.verdict in app.text
        assert app.main.why_view.box.value == "six==1.16.0"


async def test_an_answer_is_forgotten_once_the_cache_cannot_be_read_any_more() -> None:
    app, begun, goes_on, ended = Still(asked_about()), Event(), Event(), Event()

    def slow(text: str, stop: Stop) -> Explanation:
        begun.set()
        goes_on.wait(LONGEST)
        ended.set()
        return made_up(text, stop)

    app.stage.explanation = slow
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", *"six", "enter")
        assert await happened(begun)
        app.stage.error = RootError("/home/user/.cache/pip is not there.")
        await pilot.press("r")
        await until(pilot, lambda: app.main.inventory is None)
        goes_on.set()
        assert await happened(ended)
        await settled(pilot)
        assert " The cache cannot be read" in app.lines
        assert ANSWER.verdict not in app.text


async def test_the_question_is_answered_anew_once_the_cache_was_read_again() -> None:
    app, begun, goes_on = answering(), Event(), Event()

    def slow(text: str, stop: Stop) -> Explanation:
        begun.set()
        goes_on.wait(LONGEST)
        return replace(made_up(text, stop), verdict="pip would fetch it.")

    async with app.run_test(size=SIZE) as pilot:
        await given(app, pilot)
        await pilot.press("j")
        app.stage.explanation = slow
        await pilot.press("r")
        assert await happened(begun)
        await pilot.pause()
        assert "Asking …" in app.text
        assert ANSWER.verdict in app.text
        goes_on.set()
        await settled(pilot)
        assert "pip would fetch it." in app.text
        assert ANSWER.verdict not in app.text
        assert app.main.why_view.answers.cursor == 1


async def test_while_the_cache_is_read_the_question_waits() -> None:
    app = Still(None)
    app.stage.explanation = made_up
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", *"psycopg2", "enter")
        await pilot.pause()
        assert " Reading /home/user/.cache/pip" in app.lines
        assert app.main.why_view.asking
        app.stage.inventory = asked_about()
        await settled(pilot)
        assert ANSWER.verdict in app.text


async def test_a_cache_that_cannot_be_read_gives_no_answer() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", *"psycopg2", "enter")
        app.stage.error = RootError("/home/user/.cache/pip is a file, not a directory.")
        await settled(pilot)
        assert " The cache cannot be read" in app.lines
        assert " /home/user/.cache/pip is a file, not a directory." in app.lines
        assert not app.main.why_view.asking


async def test_marks_made_here_lead_to_the_review_as_in_browse() -> None:
    app = Still(asked_about(), read_only=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await given(app, pilot)
        await pilot.press("space", "d")
        await pilot.pause()
        assert "Read-only: nothing is removed here." in app.text


async def test_help_and_palette_tell_the_keys_of_the_view() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        await given(app, pilot)
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert {"Show in Browse", "Copy command"} <= {*titles}
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        assert {"why.copy", "why.browse", "why.question", "why.ask", "marks.toggle"} <= {
            line.id for line in app.screen.explained
        }


def test_every_binding_has_an_id_and_a_tooltip() -> None:
    assert all(binding.id and binding.tooltip for binding in bindings_of(*KEY_HOLDERS))


def test_examples_are_taken_from_the_cache() -> None:
    assert examples(Catalog.of(everyday())) == ("numpy==1.21.6", "torch")
    assert examples(Catalog.of(inventory([made("response", "one")]))) == ("psycopg2==2.4.1", "torch")


async def test_all_pasted_lines_are_taken() -> None:
    app = Still(asked_about())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await paste(app, pilot, "RUN pip install \\\n  torch==2.1.0 \\\n  --pre\n")
        assert app.main.why_view.box.value == "RUN pip install torch==2.1.0 --pre"
        await paste(app, pilot, "torch==2.1.0 \\\n  --hash=sha256:ab\n\nnumpy==1\n")
        assert app.main.why_view.box.question == "torch==2.1.0 --hash=sha256:ab \n numpy==1"
        assert "\n" not in app.main.why_view.box.value


@pytest.mark.parametrize("by", ["click", "keys"])
async def test_an_example_is_asked(by: str) -> None:
    app = Still(everyday())
    asked = list[str]()

    def explain(text: str, stop: Callable[[], bool]) -> Explanation:
        asked.append(text)
        return ANSWER

    app.stage.explanation = explain
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await pilot.pause()
        if by == "click":
            await click(pilot, "pip install torch")
        else:
            await pilot.press("down", "down", "down", "enter")
        await settled(pilot)
        assert asked == ["pip install torch"]
        assert app.main.why_view.box.value == "pip install torch"
