from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest
from textual.message import Message
from textual.pilot import Pilot

from cachetui.demo import artifacts
from cachetui.demo.artifacts import Listed
from cachetui.demo.writer import CacheWriter, file_headers, page_headers
from cachetui.insight.health import checks, verification
from cachetui.insight.health.finding import Finding
from cachetui.insight.health.verification import Progress, Verified
from cachetui.model import Inventory
from cachetui.pip.config.location import Location
from cachetui.ui import checking, workers
from cachetui.ui.app import CachetuiApp
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.checking import Checked, Proved, Unchecked, Verifying, to_read
from cachetui.ui.dialogs.help import Help
from cachetui.ui.glyphs import ASCII
from cachetui.ui.health.finding_list import FindingList
from tests.ui.cache import DAY, NOW, everyday, inventory
from tests.ui.findings import CHECK, FAST, PICKLE, RECORD, SIX, SWAPPED, TORCH, sick
from tests.ui.screens import Still, check, read_message, text_of

SIZE = (100, 34)


class Known(Still):
    """The app over made-up files, of which a test tells what is wrong."""

    def _check(self) -> None:
        self._check_turn = self._turn


async def checked(app: Still, pilot: Pilot[None], findings: tuple[Finding, ...] = FAST) -> None:
    """Go to the view, and have something found."""
    await pilot.press("3")
    app.post_message(Checked(app._turn, findings))
    await pilot.pause()


async def proved(app: Still, pilot: Pilot[None], *findings: Finding, stopped: bool = False) -> None:
    """Have everything read."""
    assert app.inventory is not None
    files = {entry.path: entry.files for entry in to_read(app.inventory.entries)}
    app.post_message(Proved(app._verify_turn, Verified(findings, 12, 3, stopped), files))
    await pilot.pause()


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait until something is so, for as long as the test may take."""
    async with asyncio.timeout(120):
        while not true():
            await pilot.pause(0.01)


async def read_again(app: Still, pilot: Pilot[None], found: Inventory) -> None:
    """Have the cache read again."""
    app._turn += 1
    app.post_message(read_message(app._turn, found))
    await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
async def test_the_view(size: tuple[int, int]) -> None:
    app = Known(sick())
    async with app.run_test(size=size) as pilot:
        await checked(app, pilot)
        await proved(app, pilot, SWAPPED)
        await pilot.press("g", "enter", "j", "space")
        await pilot.pause()
        check(f"health-{size[0]}x{size[1]}", app.text)


async def test_the_view_where_only_ascii_can_be_shown() -> None:
    app = Known(sick())
    app.glyphs = ASCII
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(app, pilot)
        assert app.text.isascii()


async def test_when_nothing_is_wrong_it_says_how_far_that_was_seen() -> None:
    app = Known(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        assert "Looking for what is wrong" in app.text
        await checked(app, pilot, ())
        check("health-nothing-80x24", app.text)
        await proved(app, pilot)
        assert "Nothing is wrong\n" in app.text
        assert "12 files proven by the hash that an index lists, 3 without" in app.text
        await pilot.press("j", "space", "b", "y", "enter", "l", "h")
        assert not app.marked


async def test_while_the_cache_is_read_and_when_it_cannot_be_it_says_so() -> None:
    app = Known(None)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("3", "v")
        await pilot.pause()
        assert "Reading /home/user/.cache/pip" in app.text
        assert "v verify" not in app.text
        app.post_message(workers.Unread(app._turn, "/home/user/.cache/pip is a file, not a directory.", missing=False))
        await pilot.pause()
        await pilot.pause()
        assert "The cache cannot be read" in app.text
        await read_again(app, pilot, inventory([]))
        assert "The cache is empty" in app.text


async def test_what_cannot_be_checked_says_why() -> None:
    app = Known(everyday())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("3")
        app.post_message(Unchecked(app._turn, "The root \x1b is gone.", deep=False))
        app.post_message(Unchecked(app._verify_turn, "It is [b]gone[/b].", deep=True))
        await pilot.pause()
        await pilot.pause()
        assert "This cannot be checked" in app.text
        assert r"The root \x1b is gone." in app.text
        assert "It is [b]gone[/b]." in app.text


async def test_space_marks_the_entry_or_the_whole_group() -> None:
    app = Known(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await pilot.press("j", "space")
        assert app.marked == {PICKLE, RECORD}
        await pilot.press("k", "l", "l", "space")
        assert app.marked == {RECORD}
        await pilot.pause()
        assert "[-]  damage  an unreadable record" in app.text
        assert "1 marked" in app.text
        await pilot.press("h", "h", "k", "space", "k", "U")
        assert not app.marked


async def test_marks_made_here_lead_to_the_review_as_in_browse() -> None:
    app = Known(sick(), read_only=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await checked(app, pilot)
        await pilot.press("space", "d")
        await pilot.pause()
        assert "Read-only: nothing is removed here." in app.text
        await pilot.press("1", "U", "3")
        await pilot.pause()
        assert "[x]" not in app.text


async def test_boxes_and_arrows_can_be_clicked() -> None:
    app = Known(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        lines = app.text.splitlines()
        line = next(y for y, line in enumerate(lines) if "an unreadable record" in line)
        await pilot.click(offset=(4, line))
        await pilot.pause()
        assert app.marked == {PICKLE, RECORD}
        await pilot.click(offset=(1, line))
        await pilot.pause()
        assert "a pickle, as pip 6.0 wrote it" in app.text
        await pilot.click(offset=(6, next(y for y, line in enumerate(app.text.splitlines()) if "[x] 3af91d" in line)))
        await pilot.pause()
        assert app.marked == {RECORD}


async def test_b_goes_to_the_entry_in_browse_and_y_copies_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Known(sick())
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"torch", "enter")
        await checked(app, pilot)
        await pilot.press("y", "b", "space")
        assert copied == [f"/home/user/.cache/pip/{SIX}"]
        assert app.header.tab == "browse"
        assert app.query_one(FilterBox).value == ""
        assert app.marked == {SIX}


async def test_what_is_copied_is_the_path_whole_and_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Known(sick())
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await checked(app, pilot)
        app.health_view.root = f"/home/{'long/' * 100}\u202epip"
        await pilot.press("y")
        assert copied[0].startswith(app.health_view.root)


async def test_the_tab_says_how_much_is_wrong_and_how_far_a_verification_is() -> None:
    app = Known(sick())
    async with app.run_test(size=SIZE) as pilot:
        app.post_message(Checked(app._turn, FAST))
        await pilot.pause()
        assert "3 Health !3" in app.text
        app._verifying = app.run_worker(asyncio.sleep(0), group="pretended")
        app.post_message(Verifying(app._verify_turn, Progress(131, 152, 1_200_000_000, 3_400_000_000)))
        await pilot.pause()
        assert "3 Health 35%" in app.text
        await pilot.press("3")
        await pilot.pause()
        assert "verifying 131 of 152, 1.2 GB of 3.4 GB ━━━━" in app.text
        await proved(app, pilot)
        assert "3 Health !3" in app.text


async def test_a_danger_is_told_whatever_is_being_looked_at() -> None:
    app = Known(sick())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        app.post_message(Checked(app._turn, FAST))
        await proved(app, pilot, SWAPPED)
        await pilot.pause()
        assert "Danger. 1 file is not what its index lists" in app.text
        assert [one.severity for one in app._notifications] == ["error"]
        await pilot.press("3")
        await pilot.pause()
        (row,) = [line for line in app.lines if " danger  not what its index lists" in line]
        assert row.endswith("781 MB")


async def test_what_was_found_deep_stays_with_what_is_unchanged() -> None:
    app = Known(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await proved(app, pilot, SWAPPED, replace(SWAPPED, path=SIX))
        assert {(ill.finding.sort, ill.entry.path) for ill in app._ills()} == {
            ("mismatch", SIX),
            ("mismatch", TORCH),
            *[(one.sort, one.path) for one in FAST if one.path != SIX],
        }
        (six,) = [ill.finding.words for ill in app._ills() if ill.entry.path == SIX]
        assert six == f"{SWAPPED.words}; {FAST[0].words}"
        changed = [entry for entry in sick().entries if entry.path not in (CHECK, RECORD)]
        changed = [
            entry._replace(files=(entry.files[0]._replace(mtime_ns=1), entry.files[1])) if entry.path == SIX else entry
            for entry in changed
        ]
        await read_again(app, pilot, inventory(changed))
        assert {(ill.finding.sort, ill.entry.path) for ill in app._ills()} == {
            ("mismatch", TORCH),
            ("unreadable", PICKLE),
        }
        assert "1 file came or changed since" in app.text


async def test_the_cursor_stays_on_its_row_when_more_is_found() -> None:
    app = Known(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await pilot.press("j", "enter", "j")
        findings = app.query_one(FindingList)
        assert findings.page.key(findings.cursor) == ("unreadable", PICKLE)
        await proved(app, pilot, SWAPPED)
        assert findings.page.key(findings.cursor) == ("unreadable", PICKLE)
        app.post_message(Checked(app._turn, FAST[2:]))
        await pilot.pause()
        assert findings.page.key(findings.cursor)[0] == "unreadable"
        await pilot.press("G", "pageup", "pagedown", "g")
        assert findings.cursor == 0


async def test_a_verification_can_be_stopped_and_what_it_found_by_then_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, waiting = Event(), Event()

    def slow(_: object, __: object, *, stop: Callable[[], bool], report: object) -> Verified:
        del report
        begun.set()
        while not stop():
            waiting.wait(0.01)
        return Verified((SWAPPED,), 1, 0, stopped=True)

    monkeypatch.setattr(verification, "verify", slow)
    app = Known(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot, ())
        await pilot.press("v")
        await asyncio.to_thread(begun.wait)
        await pilot.pause()
        assert "Esc stop" in app.text
        assert "v verify" not in app.text
        await pilot.press("v", "escape")
        await until(pilot, lambda: app._verifying is None)
        await pilot.pause()
        assert "Stopped: not everything was read." in app.text
        assert "1 file is not what its index lists" in app.text


@pytest.mark.parametrize("deep", [False, True])
def test_a_mistake_of_the_programs_own_is_told(deep: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("nobody foresaw this")

    monkeypatch.setattr(verification, "verify", broken)
    monkeypatch.setattr(checks, "check", broken)
    posted: list[Message] = []
    if deep:
        checking.verify(1, inventory(()), posted.append, lambda: False)
    else:
        checking.check(1, inventory(()), NOW, posted.append, lambda: False)
    (told,) = posted
    assert isinstance(told, Unchecked)
    assert "nobody foresaw this" in told.reason


async def test_quitting_stops_a_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended, waiting = Event(), Event(), Event()

    def slow(_: object, __: object, *, stop: Callable[[], bool], report: object) -> Verified:
        del report
        begun.set()
        while not stop():
            waiting.wait(0.01)
        ended.set()
        return Verified((), 0, 0, stopped=True)

    monkeypatch.setattr(verification, "verify", slow)
    app = Known(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await pilot.press("v")
        await asyncio.to_thread(begun.wait)
        await pilot.press("q")
    assert await asyncio.to_thread(ended.wait, 60)


async def test_help_tells_the_keys_of_the_view() -> None:
    app = Known(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        told = {line.id for line in app.screen.explained}
        assert {"health.verify", "health.stop", "health.browse", "marks.toggle", "rows.turn"} <= told


def tampered(root: Path) -> str:
    """Write a cache with something left behind, and with a wheel that is not what its index lists; return its path."""
    writer, name = CacheWriter(root), "six-1.16.0-py3-none-any.whl"
    good, other = artifacts.wheel("six", "1.16.0"), artifacts.wheel("six", "1.16.0", requires=["evil"])
    url = f"https://files.example/{name}"
    page = artifacts.json_page("six", [Listed(name, url, sha256(good).hexdigest(), size=len(good))])
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=NOW - DAY, gzipped=False)
    writer.answer("https://index.example/simple/six/", page, headers, NOW - DAY)
    headers = file_headers("six", "1.16.0", "bdist_wheel", "py3", size=len(other), at_ns=NOW - DAY)
    path = writer.answer(url, other, headers, NOW - DAY)
    writer.put(f"{path}q0_7ab2c.tmp", b"x" * 100, NOW - DAY)
    return path


async def test_from_the_files_to_the_screen(tmp_path: Path) -> None:
    root = tmp_path / "pip"
    path = tampered(root)
    location = Location(root, "--cache-dir", named=True, enabled=True)
    app = CachetuiApp(location, memory=False, demo=True, clock=lambda: NOW)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.inventory is not None)
        assert app._check_turn != app._turn
        await pilot.press("3")
        await until(pilot, lambda: app._checked is not None)
        assert [ill.finding.sort for ill in app._ills()] == ["leftover"]
        await pilot.press("v")
        await until(pilot, lambda: app._proof is not None)
        assert [(ill.finding.sort, ill.entry.path) for ill in app._ills()][:1] == [("mismatch", path)]
        assert "1 file is not what its index lists" in text_of(app)
