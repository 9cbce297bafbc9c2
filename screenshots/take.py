"""Take the pictures that the README shows: a made-up cache, at fixed sizes and a fixed clock.

Run it as `python screenshots/take.py`; it writes the SVG files beside it.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
NOW_NS = 1_790_000_000 * 10**9
"""The moment at which all pictures are taken, in nanoseconds since the epoch."""


class Picture(NamedTuple):
    """One picture."""

    name: str
    """Its file, without ending."""
    size: tuple[int, int]
    """Columns and rows."""
    keys: Sequence[str]
    """What is pressed before it is taken."""
    theme: str = "textual-dark"
    """The colours."""


OPENED = ("l", "j", "j", "space", "j", "space", "k", "l", "j")
PICTURES = (
    Picture("browse-120x36", (120, 36), OPENED),
    Picture("review-120x36", (120, 36), (*OPENED, "d")),
    Picture("browse-80x24", (80, 24), OPENED, "nord"),
    Picture("filter-80x24", (80, 24), ("slash", *"cu12"), "textual-light"),
)


def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as home:
        for name in [name for name in os.environ if name.startswith(("PIP_", "XDG_", "TEXTUAL", "NO_COLOR"))]:
            del os.environ[name]
        os.environ |= {"HOME": home, "PIP_CONFIG_FILE": os.devnull, "COLORTERM": "truecolor", "TZ": "UTC"}
        time.tzset()
        time.time_ns = lambda: NOW_NS
        root = Path(home, ".cache", "pip")
        from cachetui.demo.contents import write_contents  # noqa: PLC0415 - sees the home that was just set
        from cachetui.demo.target import DemoTarget  # noqa: PLC0415
        from cachetui.demo.writer import CacheWriter  # noqa: PLC0415

        write_contents(CacheWriter(root), NOW_NS, DemoTarget())
        for picture in PICTURES:
            asyncio.run(take(picture))


async def take(picture: Picture) -> None:
    """Take one picture."""
    from cachetui.pip.config.location import locate  # noqa: PLC0415 - as above
    from cachetui.services.services import Services  # noqa: PLC0415
    from cachetui.ui.app import CachetuiApp  # noqa: PLC0415

    app = CachetuiApp(Services(locate(), memory=False))

    async def until_idle() -> None:
        await pilot.pause()
        while app.main.activities:
            await asyncio.sleep(0.01)
        await pilot.pause()

    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        await until_idle()
        for key in picture.keys:
            await pilot.press(key)
            await until_idle()
        svg = app.export_screenshot(title=f"cachetui, {picture.theme}", simplify=True)
    (HERE / f"{picture.name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
