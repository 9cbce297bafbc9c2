"""Take the pictures in this folder: the demo, at a fixed time and for one Python, so that they are the same everywhere.

`python screenshots/take.py` writes the SVG files beside it. With `--check` it writes nothing, and fails if the words in
a picture are no longer those that the program shows. Both need the pip in tests/wheelhouse (see `.ci/fetch_pips.py`).
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import NamedTuple

from textual.pilot import Pilot

from cachetui.demo import demo_cache
from cachetui.demo.target import DemoTarget
from cachetui.interpreters.info import InterpreterInfo
from cachetui.pip.config.location import Location
from cachetui.pip.scan import shards
from cachetui.pip_settings.effective import PipSettings
from cachetui.services.made_up import made_up_pythons, made_up_settings
from cachetui.services.services import Services
from cachetui.system.tree import Tree, never
from cachetui.ui.app import CachetuiApp

HERE = Path(__file__).resolve().parent
NOW_NS = 1_790_000_000 * 10**9
"""Time at which all pictures are taken, in nanoseconds since the epoch."""
SIZE = 116, 32
"""Columns and rows."""
THEMES = {"dark": "textual-dark", "light": "textual-light"}
"""Themes by the ends of the file names."""
ANSWERING = 3, 11
"""Version of the Python for which the demo's files are made: another one answers Why differently."""
CELL = 12.2
"""Width of a cell in Textual's pictures, in pixels."""
ADVANCE = 0.6
"""Width of a character in most monospaced fonts, in units of the font's size."""
DIRECTORY = 4096
"""Allocated bytes of each directory; every file system has its own."""


class Picture(NamedTuple):
    """Picture of a view."""

    name: str
    """Beginning of its file's name."""
    keys: Sequence[str]
    """Keys that are pressed before it is taken."""


MARKED = ("l", "j", "space", "j", "j", "space", "k")
PICTURES = (
    Picture("browse", MARKED),
    Picture("review", (*MARKED, "d")),
    Picture("audit", ("2",)),
    Picture("health", ("3", "v")),
    Picture("why", ("4", *"psycopg2==2.4.1", "enter")),
    Picture("settings", ("5", "down", "down", "down")),
)


class Demo(Services):
    """The demo with its Pythons for `DemoTarget()`, whichever Python runs it."""

    def find_pythons(self, *, stop: Callable[[], bool] = never) -> Iterator[InterpreterInfo]:
        """Yield the made-up Pythons."""
        return iter(made_up_pythons(DemoTarget()))

    def pip_settings(self, python: InterpreterInfo) -> PipSettings:
        """Return the made-up settings of a Python's pip."""
        return made_up_settings(python, self.location)


def main(arguments: Sequence[str]) -> str | None:
    """Take or check all pictures; return what is wrong, or None."""
    check = arguments == ["--check"]
    if arguments and not check:
        return "usage: take.py [--check]"
    stale = []
    with tempfile.TemporaryDirectory() as home:
        isolate(Path(home))
        with demo_cache(NOW_NS, DemoTarget(), true_sizes=True) as root:
            for picture in PICTURES:
                if picture.name == "why" and sys.version_info[:2] != ANSWERING:
                    sys.stderr.write("why: left out, because this is not the Python that the demo's files are for\n")
                    continue
                for end, svg in asyncio.run(take(picture, root)).items():
                    path = HERE / f"{picture.name}-{end}.svg"
                    if not check:
                        path.write_text(svg, encoding="utf-8")
                    elif not path.exists() or words(path.read_text(encoding="utf-8")) != words(svg):
                        stale.append(path.name)
    return f"Stale: {', '.join(stale)}. Take them again: python screenshots/take.py" if stale else None


def isolate(home: Path) -> None:
    """Keep this machine out of the pictures: its settings, time zone and file system, and its Python's pip."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "XDG_", "TEXTUAL", "NO_COLOR"))]:
        del os.environ[name]
    os.environ |= {"HOME": str(home), "COLORTERM": "truecolor", "TZ": "UTC"}
    time.tzset()
    os.umask(0o022)
    for place, name, answer in (
        (shards, "allocated", DIRECTORY),
        (Tree, "keeps_access_times", True),
        (Tree, "is_layered", False),
    ):
        setattr(place, name, lambda *_, answer=answer: answer)
    venv.create(home / "venv", symlinks=True)
    (packages,) = (home / "venv/lib").glob("python*/site-packages")
    (pip,) = HERE.parent.glob("tests/wheelhouse/pip-26.*.whl")
    zipfile.ZipFile(pip).extractall(packages)
    sys.executable = str(home / "venv/bin/python3")  # the demo asks the pip of the Python that runs it


async def take(picture: Picture, root: Path) -> dict[str, str]:
    """Return a picture in each theme, by the end of its file's name."""
    location = Location(root, "--demo", named=True, enabled=True, made_up=True)
    services = Demo(location, memory=False, demo=True, find_pythons_here=True, clock=lambda: NOW_NS)
    app, taken = CachetuiApp(services), {}
    async with app.run_test(size=SIZE) as pilot:
        await until_idle(pilot, app)
        while app.main.pythons.state != "done":
            await asyncio.sleep(0.05)
        for key in picture.keys:
            await pilot.press(key)
            await until_idle(pilot, app)
        for end, theme in THEMES.items():
            app.theme = theme
            await until_idle(pilot, app)
            taken[end] = compact(app.export_screenshot(title="cachetui", simplify=True))
    return taken


async def until_idle(pilot: Pilot[None], app: CachetuiApp) -> None:
    """Wait until nothing is at work; a review that is open waits for its answer."""
    await pilot.pause()
    while app.main.activities or any(worker.is_running and worker.group != "removal" for worker in app.workers):
        await asyncio.sleep(0.01)
    await pilot.pause()


def compact(svg: str) -> str:
    """Return a picture of Textual's without what is not needed, and so that every program draws it aligned.

    Not all know `textLength` and web fonts: so the font has the size at which monospaced characters fill their cells.
    """
    svg = re.sub(r"terminal-\d+-", "", svg)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<clipPath id="line-\d+">.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#line-\d+\)"', "", svg)
    svg = svg.replace("font-family: Fira Code, monospace", "font-family: Fira Code, DejaVu Sans Mono, Menlo, monospace")
    svg = svg.replace("font-size: 20px", f"font-size: {CELL / ADVANCE:.2f}px")
    svg = svg.replace("&#160;", "\N{NO-BREAK SPACE}").replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = re.sub(r"(\d\.\d)\d{3,}", r"\1", svg)
    return re.sub(r"\n\s*", "\n", svg)


def words(svg: str) -> list[str]:
    """Return the words of a picture, in order; their places do not count."""
    return [
        unescape(text).replace("\N{NO-BREAK SPACE}", " ").strip()
        for text in re.findall(r"<text [^>]*>(.*?)</text>", svg)
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
