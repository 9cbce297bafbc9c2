"""The other caches on this machine, as text and as values for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cachetui.caches.source import OtherCache
from cachetui.report.entries_json import clean
from cachetui.text.escape import escape_control
from cachetui.text.format import disk_text, home_short


def other_cache_lines(others: Iterable[OtherCache]) -> Iterator[str]:
    """Yield a line about each cache: its size, its root, and the option that opens it."""
    for one in others:
        size = f"{'' if one.is_whole else 'more than '}{disk_text(one.disk_usage)}"
        yield f"Also here: {one.title} {size} in {other_root(one)}; open it with --of {one.id}"


def other_root(other: OtherCache) -> str:
    """Return the path of a cache's root as text, with `~` for the home directory."""
    return escape_control(home_short(str(other.root)))


def other_caches_json(others: Iterable[OtherCache]) -> list[dict[str, Any]]:
    """Return the caches as values for JSON."""
    return [{**one._asdict(), "root": clean(str(one.root))} for one in others]
