from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from cachetui.demo import artifacts
from cachetui.demo.artifacts import DemoFile
from cachetui.demo.writer import CacheWriter, file_headers, page_headers
from cachetui.errors import RootError
from cachetui.insight.health.finding import Finding
from cachetui.insight.health.verification import VerificationProgress, Verified
from cachetui.model import DirectoryLink, Inventory
from cachetui.pip.config.location import Location
from cachetui.preferences.model import Preferences
from cachetui.removal.execute import RemovalOutcome
from cachetui.removal.plan import Plan
from cachetui.report.health_text import FindingEntry
from cachetui.services import verification
from cachetui.services.services import Services, Stop
from cachetui.ui.app import CachetuiApp
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.dialogs.help import Help
from cachetui.ui.dialogs.review import Review
from cachetui.ui.glyphs import ASCII
from cachetui.ui.health import view as health_view
from cachetui.ui.health.finding_list import FindingList
from tests.ui.cache import DAY, NOW, everyday, inventory, made
from tests.ui.findings import CHECK, FAST, PICKLE, RECORD, SIX, SWAPPED, TORCH, sick
from tests.ui.screens import Stage, Still, check, settled, text_of, until

SIZE = (100, 34)
LONGEST = 60
"""Seconds that a test waits for something at most."""


async def checked(app: Still, pilot: Pilot[None], findings: tuple[Finding, ...] = FAST) -> None:
    """Go to the view, where findings are found."""
    app.stage.findings = findings
    await pilot.press("3")
    await settled(pilot)


async def verified(app: Still, pilot: Pilot[None], *findings: Finding, stopped: bool = False) -> None:
    """Verify everything, from the view."""
    app.stage.verified = Verified(findings, 12, 3, stopped)
    await pilot.press("v")
    await settled(pilot)


async def read_again(app: Still, pilot: Pilot[None], found: Inventory) -> None:
    """Read the cache again; it has changed."""
    app.stage.inventory = found
    await pilot.press("r")
    await until(pilot, lambda: app.main.inventory is found)


async def happened(event: Event) -> bool:
    """Wait for something that a worker thread does; return whether it did it."""
    return await asyncio.to_thread(event.wait, LONGEST)


def wait_for(event: Event, stop: Stop) -> None:
    """Wait, in a worker thread, until the test goes on, or the app stops the work."""
    while not stop() and not event.wait(0.001):
        continue


def known(app: CachetuiApp) -> list[FindingEntry]:
    """Return the findings that the view knows of what is in the cache now, the worst first."""
    return app.main.health_view.known.current(app.main.model.catalog.entries)


def types_and_paths(app: CachetuiApp) -> set[tuple[str, str]]:
    """Return what is wrong with what, as the view knows it."""
    return {(one.finding.sort, one.entry.path) for one in known(app)}


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
async def test_the_view(size: tuple[int, int]) -> None:
    app = Still(sick())
    async with app.run_test(size=size) as pilot:
        await checked(app, pilot)
        await verified(app, pilot, SWAPPED)
        await pilot.press("g", "enter", "j", "space")
        await pilot.pause()
        check(f"health-{size[0]}x{size[1]}", app.text)


async def test_the_view_where_only_ascii_can_be_shown() -> None:
    app = Still(sick())
    app.glyphs = ASCII
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(app, pilot)
        assert app.text.isascii()


async def test_when_nothing_is_wrong_it_says_how_far_that_was_seen() -> None:
    app, seen = Still(everyday()), Event()

    def slow(stop: Stop) -> tuple[Finding, ...]:
        wait_for(seen, stop)
        return ()

    app.stage.checking = slow
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        assert "Looking for problems" in app.text
        assert "checking" in app.text
        seen.set()
        await settled(pilot)
        check("health-nothing-80x24", app.text)
        await verified(app, pilot)
        assert "Nothing is wrong\n" in app.text
        assert "12 files match the hash that an index lists; 3 files without" in app.text
        await pilot.press("j", "space", "b", "y", "enter", "l", "h")
        assert not app.marked


async def test_while_the_cache_is_read_and_when_it_cannot_be_it_says_so() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("3", "v")
        await pilot.pause()
        assert "Reading /home/user/.cache/pip" in app.text
        assert "v verify" not in app.text
        app.stage.error = RootError("/home/user/.cache/pip is a file, not a directory.")
        await settled(pilot)
        assert "The cache cannot be read" in app.text
        assert "/home/user/.cache/pip is a file, not a directory." in app.text
        app.stage.error = None
        await read_again(app, pilot, inventory([]))
        await settled(pilot)
        assert "The cache is empty" in app.text


async def test_what_cannot_be_checked_says_why() -> None:
    app = Still(everyday())

    def fail_to_check(_: Stop) -> tuple[Finding, ...]:
        raise RootError("The root \x1b is gone.")

    def fail_to_verify(_: Stop, __: object) -> Verified:
        raise RootError("It is [b]gone[/b].")

    app.stage.checking, app.stage.verification = fail_to_check, fail_to_verify
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await checked(app, pilot)
        await pilot.press("v")
        await settled(pilot)
        assert "This cannot be checked" in app.text
        assert r"The root \x1b is gone." in app.text
        assert "It is [b]gone[/b]." in app.text


async def test_space_marks_the_entry_or_the_whole_group() -> None:
    app = Still(sick())
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
    app = Still(sick(), read_only=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await checked(app, pilot)
        await pilot.press("space", "d")
        await settled(pilot)
        assert "Read-only: nothing is removed here." in app.text
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("1", "U", "3")
        await pilot.pause()
        assert "[x]" not in app.text


async def test_boxes_and_arrows_can_be_clicked() -> None:
    app = Still(sick())
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
    app = Still(sick())
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"torch", "enter")
        await checked(app, pilot)
        await pilot.press("y", "b", "space")
        assert copied == [f"/home/user/.cache/pip/{SIX}"]
        assert app.main.tab == "browse"
        assert app.query_one(FilterBox).value == ""
        assert app.marked == {SIX}


async def test_what_is_copied_is_the_path_whole_and_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    root = f"/home/{'long/' * 100}\u202epip"
    app = Still(sick(), location=Location(Path(root), "--cache-dir", named=True, enabled=True))
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await pilot.press("y")
        assert copied == [f"{root}/{SIX}"]


async def test_the_tab_says_how_much_is_wrong_and_how_far_a_verification_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_view, "SETTLED", 0.001)
    app, reported, seen = Still(sick()), Event(), Event()

    def slow(stop: Stop, report: Callable[[VerificationProgress], None]) -> Verified:
        report(VerificationProgress(131, 152, 1_200_000_000, 3_400_000_000))
        reported.set()
        wait_for(seen, stop)
        return Verified((), 12, 3, stopped=False)

    app.stage.findings, app.stage.verification = FAST, slow
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.main.health_view.known.checked is not None)
        await settled(pilot)
        assert app.main.tab == "browse"
        assert "3 Health !3" in app.text
        await pilot.press("3", "v", "1")
        assert await happened(reported)
        await pilot.pause()
        assert app.main.tab == "browse"
        assert "3 Health 35%" in app.text
        await pilot.press("3")
        await pilot.pause()
        assert "verifying 131 of 152, 1.2 GB of 3.4 GB ━━━━" in app.text
        seen.set()
        await settled(pilot)
        assert "3 Health !3" in app.text
        assert "verifying" not in app.text


async def test_a_danger_is_told_whatever_is_being_looked_at() -> None:
    app, elsewhere = Still(sick()), Event()

    def slow(stop: Stop, _: object) -> Verified:
        wait_for(elsewhere, stop)
        return Verified((SWAPPED,), 12, 3, stopped=False)

    app.stage.verification = slow
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await checked(app, pilot)
        await pilot.press("v", "1")
        elsewhere.set()
        await settled(pilot)
        assert app.main.tab == "browse"
        assert "Danger. 1 file is not what its index lists" in app.text
        assert [toast.has_class("-error") for toast in app.screen.query("Toast")] == [True]
        await pilot.press("3")
        await pilot.pause()
        (row,) = [line for line in app.lines if " danger  not what its index lists" in line]
        assert row.endswith("781 MB")


async def test_the_result_of_a_verification_is_told_where_it_is_not_seen() -> None:
    app, elsewhere = Still(sick()), Event()

    def slow(stop: Stop, _: object) -> Verified:
        wait_for(elsewhere, stop)
        return Verified((FAST[0],), 12, 3, stopped=False, done=16, of=16)

    app.stage.verification = slow
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await checked(app, pilot)
        await pilot.press("v", "1")
        elsewhere.set()
        await settled(pilot)
        assert "Verified 16 files: 1 finding in them, 4 findings in all." in app.text
        assert [toast.has_class("-error") for toast in app.screen.query("Toast")] == [False]


async def test_what_a_verification_found_stays_with_what_is_unchanged() -> None:
    app = Still(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await verified(app, pilot, SWAPPED, replace(SWAPPED, path=SIX))
        assert types_and_paths(app) == {
            ("mismatch", SIX),
            ("mismatch", TORCH),
            *[(one.sort, one.path) for one in FAST if one.path != SIX],
        }
        (six,) = [one.finding.words for one in known(app) if one.entry.path == SIX]
        assert six == f"{SWAPPED.words}; {FAST[0].words}"
        changed = [entry for entry in sick().entries if entry.path not in (CHECK, RECORD)]
        changed = [
            entry._replace(files=(entry.files[0]._replace(mtime_ns=1), entry.files[1])) if entry.path == SIX else entry
            for entry in changed
        ]
        changed.append(made("metadata", "6/6/6/6/6/666"))  # not an HTTP record, so a verification does not read it
        await pilot.press("1")  # where nothing is checked at once
        await read_again(app, pilot, inventory(changed))
        assert types_and_paths(app) == {("mismatch", TORCH), ("unreadable", PICKLE)}
        await checked(app, pilot, FAST[1:2])
        assert types_and_paths(app) == {("mismatch", TORCH), ("unreadable", PICKLE)}
        assert "1 file added or changed since" in app.text


async def test_a_check_of_what_was_read_before_tells_nothing_of_what_is_read_now() -> None:
    app, begun, seen, ended = Still(sick()), Event(), Event(), Event()

    def slow(_: Stop) -> tuple[Finding, ...]:
        begun.set()
        seen.wait(LONGEST)
        ended.set()
        return FAST

    app.stage.checking = slow
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        assert await happened(begun)
        await pilot.press("1")
        await read_again(app, pilot, sick())
        seen.set()
        assert await happened(ended)
        await settled(pilot)
        assert app.main.health_view.known.checked is None
        assert "3 Health !" not in app.text
        app.stage.checking = None
        await checked(app, pilot, FAST[:1])
        assert types_and_paths(app) == {(FAST[0].sort, SIX)}


async def test_the_cursor_stays_on_its_row_when_more_is_found() -> None:
    app = Still(sick())
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await pilot.press("j", "enter", "j")
        findings = app.query_one(FindingList)
        assert findings.page.key(findings.cursor) == ("unreadable", PICKLE)
        await verified(app, pilot, SWAPPED)
        assert findings.page.key(findings.cursor) == ("unreadable", PICKLE)
        app.stage.findings = FAST[2:]
        await read_again(app, pilot, sick())
        await settled(pilot)
        assert types_and_paths(app) == {("mismatch", TORCH), *[(one.sort, one.path) for one in FAST[2:]]}
        assert findings.page.key(findings.cursor)[0] == "unreadable"
        await pilot.press("G", "pageup", "pagedown", "g")
        assert findings.cursor == 0


async def test_a_verification_can_be_stopped_and_what_it_found_by_then_stays() -> None:
    app, begun, never = Still(sick()), Event(), Event()
    runs: list[int] = []

    def slow(stop: Stop, _: object) -> Verified:
        runs.append(1)
        begun.set()
        wait_for(never, stop)
        return Verified((SWAPPED,), 1, 0, stopped=True, done=2, of=30)

    app.stage.verification = slow
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot, ())
        await pilot.press("v")
        assert await happened(begun)
        await pilot.pause()
        assert "Esc stop" in app.text
        assert "v verify" not in app.text
        await pilot.press("v", "escape")
        await settled(pilot)
        assert len(runs) == 1
        assert " Stopped after 2 of 30 files: not everything was read." in app.text
        assert "✓" not in app.text
        assert "1 file is not what its index lists" in app.text
        assert "Esc stop" not in app.text
        assert "v verify" in app.text


async def test_a_verification_waits_for_a_scan() -> None:
    app = Still(sick())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await checked(app, pilot)
        app.stage.inventory = None
        await pilot.press("r", "v")
        await pilot.pause()
        assert "The cache is being read: wait for that, then verify." in app.text
        assert app.main.health_view.known.summary is None


async def test_a_verification_waits_for_a_removal() -> None:
    stage, begun, never = Stage(sick()), Event(), Event()
    stage.preferences = Preferences(keys={"app.stop": "f9"})
    app = Still(sick(), stage=stage)

    def slow(_: Plan, stop: Stop, __: object) -> RemovalOutcome:
        begun.set()
        wait_for(never, stop)
        return RemovalOutcome()

    stage.removal = slow
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await checked(app, pilot)
        await pilot.press("space", "d")
        await until(pilot, lambda: isinstance(app.screen, Review))
        await pilot.press("y")
        assert await happened(begun)
        await pilot.press("v")
        await pilot.pause()
        told = [str(toast.render()) for toast in app.screen.query("Toast")]
        assert told == ["A removal is running: wait for it, or stop it with f9; then verify."]
        assert app.main.health_view.known.summary is None


async def test_quitting_stops_a_verification() -> None:
    app, begun, never, ended = Still(sick()), Event(), Event(), Event()

    def slow(stop: Stop, _: object) -> Verified:
        begun.set()
        wait_for(never, stop)
        ended.set()
        return Verified((), 0, 0, stopped=True)

    app.stage.verification = slow
    async with app.run_test(size=SIZE) as pilot:
        await checked(app, pilot)
        await pilot.press("v")
        assert await happened(begun)
        await pilot.press("q")
    assert await happened(ended)


async def test_help_tells_the_keys_of_the_view() -> None:
    app = Still(sick())
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
    page = artifacts.json_page("six", [DemoFile(name, url, sha256(good).hexdigest(), size=len(good))])
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=NOW - DAY, gzipped=False)
    writer.answer("https://index.example/simple/six/", page, headers, NOW - DAY)
    headers = file_headers("six", "1.16.0", "bdist_wheel", "py3", size=len(other), at_ns=NOW - DAY)
    path = writer.answer(url, other, headers, NOW - DAY)
    writer.put(f"{path}q0_7ab2c.tmp", b"x" * 100, NOW - DAY)
    return path


def app_on(root: Path) -> CachetuiApp:
    """Make an app over files."""
    location = Location(root, "--cache-dir", named=True, enabled=True)
    return CachetuiApp(Services(location, memory=False, demo=True, clock=lambda: NOW))


async def test_from_the_files_to_the_screen(tmp_path: Path) -> None:
    root = tmp_path / "pip"
    path = tampered(root)
    app = app_on(root)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settled(pilot)
        assert app.main.inventory is not None
        assert app.main.health_view.known.checked is None
        await pilot.press("3")
        await settled(pilot)
        assert [one.finding.sort for one in known(app)] == ["leftover"]
        await pilot.press("v")
        await settled(pilot)
        assert app.main.health_view.known.summary is not None
        assert [(one.finding.sort, one.entry.path) for one in known(app)][:1] == [("mismatch", path)]
        assert "1 file is not what its index lists" in text_of(app)


@pytest.mark.parametrize("deep", [False, True])
async def test_a_mistake_of_the_programs_own_is_told(
    deep: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("nobody foresaw this")

    tampered(tmp_path / "pip")
    app = app_on(tmp_path / "pip")
    monkeypatch.setattr(verification, "verify" if deep else "check", broken)
    action = "verify the cache" if deep else "check the cache"
    told = f"cachetui failed to {action} because of a bug in cachetui (LookupError: nobody foresaw this)."
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("3")
        await settled(pilot)
        assert (told in " ".join(text_of(app).split())) is not deep
        await pilot.press("v")
        await settled(pilot)
        assert any(told in str(toast.render()) for toast in app.screen.query("Toast")) is deep


@pytest.mark.parametrize("has_more", [False, True])
async def test_a_link_is_told_in_a_sentence_and_in_no_row(has_more: bool) -> None:
    found = replace(sick(), links=(DirectoryLink("wheels", "/elsewhere", True),))
    app, link = Still(found), Finding("link", "wheels", "it leads to /elsewhere", NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await checked(app, pilot, (*(FAST if has_more else ()), link))
        told = " ".join(app.text.split())
        assert "wheels is a link to /elsewhere: pip uses it, and it is not shown here." in told
        assert ("The cache is not complete" in told) is not has_more
        assert ("Health !1 " in told) is not has_more
        assert link.meaning.title not in told


async def test_damage_is_shown_beside_the_row_and_a_folder_cannot_be_marked() -> None:
    app = Still(sick())
    folder = Finding("folder", ".", "the cache's own folder: its mode is 0777", NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await checked(app, pilot, (folder,))
        assert "Others can write 1 folder" in app.text
        await pilot.press("g", "enter", "space", "space")
        await pilot.pause()
        assert not app.main.model.marks
        await verified(app, pilot, SWAPPED)
        await pilot.press("1")
        torch = app.main.model.catalog.entries[TORCH]
        app.main.browse.reveal(torch)
        await settled(pilot)
        assert "damage      not what its index lists: its sha256 is" in app.text
