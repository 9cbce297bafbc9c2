"""Sentences about settings of pip that do not do what they seem to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cachetui.pip.config.paths import expand
from cachetui.pip.config.settings import NO, YES, Configuration, Setting


def pitfalls(
    configuration: Configuration,
    places: Sequence[Setting],
    switches: Sequence[Setting],
    root: str,
    *,
    platform: str,
    environ: Mapping[str, str],
) -> list[str]:
    """Return sentences about the pitfalls in settings that put a command's cache at `root`.

    `places` and `switches` are that command's settings of `cache-dir` and `no-cache-dir`, weakest first.
    """
    notes = []
    if switches and switches[-1].value.lower() in NO:
        notes.append(
            f"{switches[-1].quoted()} switches the cache off, whatever its value: remove the setting to switch it on."
        )
    if switches and places:
        notes.append(
            f"{places[-1].quoted()} does not switch the cache on again: only --cache-dir on the command line does."
        )
    if places and places[-1].value.lower() in YES | NO:
        notes.append(
            f"{places[-1].quoted()} does not switch the cache on or off: it puts it into a folder of that name, {root}."
        )
    elif places and root != expand(places[-1].value, platform, environ):
        notes.append(
            f"{places[-1].quoted()} is relative: the cache is in another place for each folder that pip runs in."
            f"{_as_written(places[-1].value)}"
        )
    if environ.get("PIP_CACHE_DIR") == "":
        notes.append("PIP_CACHE_DIR is set but empty: pip treats it as unset.")
    others = configuration.heard("python", "global")
    if others:
        notes.append(f"{others[-1].quoted()} makes every pip act for that Python, with that Python's settings.")
    return notes


def _as_written(value: str) -> str:
    """Return a space and a sentence saying that pip takes quotes or variables in a path literally, or ""."""
    if value[:1] in ("'", '"'):
        return " pip takes the quotes for a part of its name: write it without them."
    if "$" in value or "%" in value:
        return " pip replaces no variables in it: write the whole path."
    return ""
