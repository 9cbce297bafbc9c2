"""Caches made up by hand, as values: no files lie behind them."""

from __future__ import annotations

import random
from collections.abc import Iterable

from cachetui.model import NS, Entry, File, Inventory, Kind, in_order

NOW = 1_780_000_000 * NS
"""The one time at which the tests look, in nanoseconds since the epoch."""
DAY = 86_400 * NS
MB = 1_000_000


def made(
    kind: Kind,
    name: str,
    size: int = 4096,
    days: float = 10,
    project: str | None = None,
    version: str | None = None,
    *,
    filename: str | None = None,
    checked: float | None = None,
    url: str | None = None,
    note: str | None = None,
) -> Entry:
    """Make an entry whose path is made of `name`, some days old."""
    path = f"http-v2/{name}"
    time = NOW - int(days * DAY)
    record = File(path, hash(path) & 0xFFFF, time, 1_200, 4_096)
    body = File(f"{path}.body", hash(path) & 0xFFFF | 0x10000, time, size - 100, size)
    seen = None if checked is None else NOW - int(checked * DAY)
    return Entry(
        kind, (record, body), path, time, seen, None, project, version, filename, url,
        "url" if project else None, note,
    )  # fmt: skip


def release(
    project: str, version: str, size: int, days: float, tag: str = "cp311-cp311-linux_x86_64", metadata: bool = True
) -> list[Entry]:
    """Make a wheel of a release, and its metadata."""
    filename = f"{project.replace('-', '_')}-{version}-{tag}.whl"
    url = f"https://files.example/packages/{filename.replace('+', '%2B')}"
    entries = [
        made("wheel", filename, size, days, project, version, filename=filename, checked=days * 0.4, url=url),
        made("metadata", f"{filename}.metadata", 8_192, days, project, version, filename=filename, checked=days * 0.4),
    ]
    return entries[: 1 + metadata]


def index_page(project: str, size: int = 16_384, days: float = 2) -> Entry:
    """Make a project's index page."""
    url = f"https://index.example/simple/{project}/"
    return made("index", f"index-{project}", size, days, project, checked=days * 0.2, url=url)


def inventory(entries: Iterable[Entry], foreign: tuple[File, ...] = (), complete: bool = True) -> Inventory:
    """Gather entries as a scan would."""
    return Inventory(
        root="/home/user/.cache/pip",
        device=1,
        inode=2,
        entries=tuple(in_order(entries)),
        foreign=foreign,
        complete=complete,
    )


def everyday() -> Inventory:
    """Make a cache as a data scientist may have it: some projects, every group at the end."""
    many = "manylinux_2_17_x86_64.manylinux2014_x86_64"
    entries = [
        *release("torch", "2.3.0+cu121", 781 * MB, 92),
        *release("torch", "2.3.0", 779 * MB, 95, f"cp311-cp311-{many}"),
        *release("torch", "2.2.2+cu121", 757 * MB, 160),
        *release("torch", "2.1.0+cu118", 2267 * MB, 402, "cp310-cp310-linux_x86_64"),
        index_page("torch"),
        *release("nvidia-cudnn-cu12", "9.1.0.70", 665 * MB, 12, f"py3-none-{many}"),
        *release("nvidia-cudnn-cu12", "8.9.2.26", 732 * MB, 95, f"py3-none-{many}"),
        index_page("nvidia-cudnn-cu12", 77_824),
        *release("nvidia-cublas-cu12", "12.4.5.8", 363 * MB, 12, f"py3-none-{many}"),
        *release("scipy", "1.13.1", 38 * MB, 60, f"cp311-cp311-{many}"),
        *release("scipy", "1.11.4", 36 * MB, 200, f"cp311-cp311-{many}"),
        index_page("scipy"),
        *release("numpy", "2.0.0", 19 * MB, 64, f"cp311-cp311-{many}"),
        *release("numpy", "1.24.4", 17 * MB, 690, f"cp38-cp38-{many}"),
        made("sdist", "numpy-1.21.6.zip", 10 * MB, 300, "numpy", "1.21.6", filename="numpy-1.21.6.zip"),
        made(
            "built", "numpy-1.21.6-cp311", 14 * MB, 300, "numpy", "1.21.6",
            filename="numpy-1.21.6-cp311-cp311-linux_x86_64.whl",
        ),
        index_page("numpy", 86_016),
        *release("six", "1.16.0", 12_288, 500, "py2.py3-none-any", metadata=False),
        made("unknown", "3/a/f/9/1/3af91d", 2 * MB, 30, note="a record of pip before 6.0.7, which nobody may read"),
        made("response", "1/2/3/4/5/12345", 9_000, 40, url="https://files.example/constraints.txt?token=abc"),
        made("leftover", "3/a/f/9/1/3af91dabcdefgh.tmp", 3 * MB, 3, note="a write that never ended"),
        made("selfcheck", "selfcheck/aa", 4_096, 5),
    ]  # fmt: skip
    notes = (File("notes.txt", 99, NOW, 1_000, 4_096), File("http-v2/readme", 98, NOW, 500, 4_096))
    return inventory(entries, notes)


def many(projects: int, seed: int = 7) -> Inventory:
    """Make a cache with five releases a project, each a wheel and its metadata: twenty files."""
    chance = random.Random(seed)
    entries: list[Entry] = []
    for number in range(projects):
        name = f"{chance.choice(('lib', 'py', 'django', 'types', 'azure', 'cloud'))}-{number:05d}"
        for minor in range(5):
            entries += release(name, f"1.{minor}.0", chance.randrange(10_000, 50 * MB), chance.uniform(1, 900))
    return inventory(entries)
