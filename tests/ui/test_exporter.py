from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import TypeVar

import pytest
from textual.pilot import Pilot

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, file_headers
from cachetui.export.export import ExportOutcome, ExportProgress
from cachetui.export.plan import PlannedFile
from cachetui.model import Inventory
from cachetui.pip.config.location import Location
from cachetui.services import export
from cachetui.services.services import Services
from cachetui.system.tree import never
from cachetui.ui.activity import Activity
from cachetui.ui.dialogs.confirm import ConfirmQuestion
from cachetui.ui.dialogs.export import ExportDialog, ExportResult
from cachetui.ui.dialogs.help import Help
from cachetui.ui.dialogs.input_dialog import SheetBox
from cachetui.ui.dialogs.modal import Paragraphs
from cachetui.ui.rules.dialog import RulesDialog
from tests.ui.cache import DAY, NOW
from tests.ui.screens import Recorded, click, settled, text_of, until

SIZE = (100, 30)
SIX, SEVEN = "six-1.16.0-py3-none-any.whl", "seven-7.0-py3-none-any.whl"
Kind = TypeVar("Kind", bound=Services)
BODIES = {SIX: artifacts.wheel("six", "1.16.0", size=9_000), SEVEN: artifacts.wheel("seven", "7.0", size=2_500_000)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a cache of two wheels, each with metadata beside it."""
    root = tmp_path / "pip"
    writer = CacheWriter(root)
    for name, body in BODIES.items():
        project, version = name.split("-")[:2]
        url = f"https://files.example/{name}"
        headers = file_headers(project, version, "bdist_wheel", "py3", size=len(body), at_ns=NOW - DAY)
        writer.answer(url, body, headers, NOW - DAY)
        metadata = artifacts.core_metadata(project, version)
        headers = file_headers(project, version, "bdist_wheel", "py3", size=len(metadata), at_ns=NOW - DAY)
        writer.answer(f"{url}.metadata", metadata, headers, NOW - DAY)
    return root


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def app_on(root: Path) -> Recorded:
    return Recorded(services_on(Services, root))


def services_on(kind: type[Kind], root: Path) -> Kind:
    location = Location(root, "--cache-dir", named=True, enabled=True)
    return kind(location, memory=False, demo=True, clock=lambda: NOW)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def plain(app: Recorded) -> str:
    return " ".join(text_of(app).split())


def said(app: Recorded) -> str:
    """Return what dialog and notifications say, as it is before it is broken into lines."""
    sentences = [sentence for words in app.screen.query(Paragraphs) if words.display for sentence in words.sentences]
    return " ".join([*sentences, *app.told])


async def ask(app: Recorded, pilot: Pilot[None], folder: Path | str, *keys: str) -> ExportDialog:
    """Open the dialog with these keys, and have a folder typed."""
    await settled(pilot)
    await pilot.press(*keys, "e")
    await settled(pilot)
    dialog = app.screen
    assert isinstance(dialog, ExportDialog)
    dialog.query_one(SheetBox).value = str(folder)
    await settled(pilot)
    return dialog


async def test_what_is_marked_is_written_under_its_true_name(root: Path, out: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await ask(app, pilot, out, "a")
        assert "Export 2 files to which folder?" in text_of(app)
        assert "Not exported: 2 metadata files." in said(app)
        assert f"Creates {out}: 2 files, 2.5 MB to write, " in said(app)
        assert not out.exists()
        await pilot.press("enter")
        await settled(pilot)
        assert {name: sha256(body).digest() for name, body in contents(out).items()} == {
            name: sha256(body).digest() for name, body in BODIES.items()
        }
        assert isinstance(app.screen, ExportResult)
        assert f"Exported 2 files, 2.5 MB, to {out}." in said(app)
        assert app.screen.command == f"python -m pip install --no-index --find-links {out} NAME"
        await click(pilot, "y copy command")
        await until(pilot, lambda: app.clipboard == f"python -m pip install --no-index --find-links {out} NAME")
        await click(pilot, "Esc close")
        await settled(pilot)
        assert len(app.main.model.marks) == 4
        await pilot.press("e")
        await settled(pilot)
        assert app.screen.query_one(SheetBox).value == str(out)
        assert f"Writes to {out}: nothing to write," in said(app)
        assert "2 files already exist." in said(app)


async def test_where_nothing_is_marked_the_row_is_meant(root: Path, out: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("n", "g")
        await ask(app, pilot, out)
        await pilot.press("enter")
        await settled(pilot)
        assert [*contents(out)] == [SEVEN]
        assert isinstance(app.screen, ExportResult)
        assert app.screen.command.endswith(f" --find-links {out} seven")


async def test_an_export_is_confirmed_by_mouse(root: Path, out: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        dialog = await ask(app, pilot, root, "a")
        await pilot.click("#go")
        await settled(pilot)
        assert app.screen is dialog
        assert "is in the cache" in said(app)
        dialog.query_one(SheetBox).value = str(out)
        await settled(pilot)
        await click(pilot, "Enter export")
        await settled(pilot)
        assert {*contents(out)} == {*BODIES}


async def test_esc_exports_nothing(root: Path, out: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await ask(app, pilot, out, "a")
        await pilot.press("escape")
        await settled(pilot)
        assert not out.exists()
        assert not app.main.is_doing(Activity.EXPORTING)


async def test_a_file_that_is_there_stays_and_what_is_left_out_is_named(root: Path, out: Path) -> None:
    out.mkdir()
    (out / SIX).write_bytes(b"mine")
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await ask(app, pilot, out, "a")
        assert f"{SIX} another file of this name already exists" in plain(app)
        await pilot.press("enter")
        await settled(pilot)
        assert contents(out) == {SIX: b"mine", SEVEN: BODIES[SEVEN]}
        assert isinstance(app.screen, ExportResult)
        assert "1 left out" in said(app)
        assert f"{SIX} another file of this name already exists" in plain(app)


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("{root}", "is in the cache, where nothing is written."),
        ("{root}/http-v2", "is in the cache, where nothing is written."),
        ("{out}/no/such", "does not exist. Create it first."),
        ("", "Type a folder."),
        ("~nobody-of-this-name/wheels", "home directory"),
    ],
)
async def test_a_folder_that_will_not_do_is_refused_at_once(folder: str, why: str, root: Path, out: Path) -> None:
    app = app_on(root)
    before = set(root.rglob("*"))
    async with app.run_test(size=SIZE) as pilot:
        dialog = await ask(app, pilot, folder.format(root=root, out=out), "a")
        assert why in said(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen is dialog
        dialog.query_one(SheetBox).value = str(out)
        await pilot.press("enter")  # before that folder has been looked at
        await settled(pilot)
        assert {*contents(out)} == {*BODIES}
    assert set(root.rglob("*")) == before


async def test_a_tilde_stands_for_the_home(root: Path, home: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await ask(app, pilot, "~/wheels", "a")
        assert f"Creates {home / 'wheels'}: " in said(app)


async def test_what_holds_neither_wheel_nor_sdist_is_not_asked_about(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"kind:metadata", "enter", "a", "e")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert "There is not a wheel or sdist among what is marked, so there is nothing to export." in said(app)


@dataclass(frozen=True)
class SlowServices(Services):
    """Services whose export waits in the middle of a file until it is stopped."""

    begun: Event = field(default_factory=Event)

    def export(
        self,
        inventory: Inventory,
        planned: Sequence[PlannedFile],
        folder: Path,
        *,
        stop: Callable[[], bool] = never,
        report: Callable[[ExportProgress], None] | None = None,
    ) -> ExportOutcome:
        """Export until it is stopped."""
        waiting = Event()

        def wait(progress: ExportProgress) -> None:
            if report is not None:
                report(progress)
            if progress.filename == SEVEN:
                self.begun.set()
                while not stop():
                    waiting.wait(0.01)

        return super().export(inventory, planned, folder, stop=stop, report=wait)


@asynccontextmanager
async def while_exporting(root: Path, out: Path, *keys: str) -> AsyncIterator[tuple[Recorded, Pilot[None]]]:
    """Run an app until it is in the middle of an export of what `keys` mark or go to."""
    services = services_on(SlowServices, root)
    app = Recorded(services)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await export_slowly(app, pilot, out, *keys)
        yield app, pilot


async def export_slowly(app: Recorded, pilot: Pilot[None], out: Path, *keys: str) -> None:
    """Begin an export of what `keys` mark or go to, and wait until it is in the middle of a file."""
    assert isinstance(app.services, SlowServices)
    app.services.begun.clear()
    await ask(app, pilot, out, *keys)
    await pilot.press("enter")
    await until(pilot, app.services.begun.is_set)


async def test_esc_cancels_and_leaves_no_draft(root: Path, out: Path) -> None:
    async with while_exporting(root, out, "a") as (app, pilot):
        await pilot.pause()
        assert "exporting " in text_of(app)
        assert "Esc stop" in text_of(app)
        assert any(path.name.endswith(".part") for path in out.iterdir())
        await pilot.press("d", "e")
        assert len(app.screen_stack) == 1
        assert "An export is running" in said(app)
        await pilot.press("escape")
        await settled(pilot)
        assert {*contents(out)} <= {SIX}
        assert "Stopped. Exported " in said(app)
        assert not app.main.is_doing(Activity.EXPORTING)


async def test_quitting_asks_while_something_is_exported(root: Path, out: Path) -> None:
    async with while_exporting(root, out, "n", "g") as (app, pilot):
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmQuestion)
        assert "An export is running. It will be stopped" in said(app)
        await pilot.press("n")
        await pilot.pause()
        assert app.main.is_doing(Activity.EXPORTING)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmQuestion))
        await pilot.press("y")
        await until(pilot, lambda: not app.is_running)
    assert [*contents(out)] == []


async def test_what_quitting_stops_and_what_it_loses_is_one_question(root: Path, out: Path) -> None:
    async with while_exporting(root, out, "a") as (app, pilot):
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmQuestion))
        assert "An export is running. It will be stopped" in said(app)
        assert "4 entries are marked, and not removed." in said(app)
        await pilot.press("y")
        await until(pilot, lambda: not app.is_running)


async def test_an_export_keeps_esc_and_its_line_while_rules_are_opened(root: Path, out: Path) -> None:
    async with while_exporting(root, out, "a") as (app, pilot):
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, RulesDialog))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.pause()
        assert app.main.is_doing(Activity.EXPORTING)
        assert "exporting " in text_of(app)
        assert "Esc stop" in text_of(app)
        await pilot.press("escape")
        await settled(pilot)
        assert not app.main.is_doing(Activity.EXPORTING)
        assert "exporting " not in text_of(app)
        assert "Esc stop" not in text_of(app)


async def test_only_the_question_about_the_export_goes_with_it(root: Path, out: Path) -> None:
    async with while_exporting(root, out, "n", "g") as (app, pilot):
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmQuestion))
        app.main.stop(Activity.EXPORTING)
        await until(pilot, lambda: not app.main.is_doing(Activity.EXPORTING))
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await export_slowly(app, pilot, out)
        another = ConfirmQuestion("Something else?", yes="Yes", no="No")
        await app.push_screen(another)
        app.main.stop(Activity.EXPORTING)
        await until(pilot, lambda: app.told[1:] == [f"Stopped. Exported 0 files, 0 B, to {out}."])
        await pilot.pause()
        assert app.screen is another


async def test_a_mistake_of_the_programs_own_is_told_and_the_marks_stay(
    root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> ExportOutcome:
        raise LookupError("nobody foresaw this")

    monkeypatch.setattr(export, "export", broken)
    app = app_on(root)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await ask(app, pilot, out, "a")
        await pilot.press("enter")
        await settled(pilot)
        assert "nobody foresaw this" in said(app)
        assert app.main.model.marks
        assert not app.main.is_doing(Activity.EXPORTING)


async def test_help_tells_the_key(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        assert "marks.export" in {line.id for line in app.screen.explained}
        titles = {command.title for command in app.get_system_commands(app.screen_stack[0])}
        assert "Export" in titles
