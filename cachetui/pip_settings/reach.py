"""The Pythons that a change of pip's settings affects: predicted before it, and compared after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cachetui.pip.config.location import INSTALL
from cachetui.pip.config.settings import ENVIRONMENT, EVERYBODY, Level, Setting
from cachetui.pip_settings.change import LEVELS, SettingsChange, files_at, said_to_install
from cachetui.pip_settings.effective import PipSettings

SECTIONS = (EVERYBODY, INSTALL, ENVIRONMENT)
"""Sections that `pip install` reads, the weaker before the stronger."""


class ConfigCommand(NamedTuple):
    """A command of `pip config`, in parts."""

    level: str
    """Level of the files that the command changes."""
    section: str
    """Section of the option."""
    value: str | None
    """Value that the command sets; None if it unsets the option."""


def affected(change: SettingsChange, others: Iterable[PipSettings]) -> tuple[PipSettings, ...]:
    """Return those of `others` whose cache a change would move, or switch on or off.

    A Python without pip is left out.
    """
    commands = [
        ConfigCommand(step[1].removeprefix("--"), step[3].partition(".")[0], step[4] if step[2] == "set" else None)
        for step in change.steps
    ]
    return tuple([one for one in others if one.pip is not None and _is_affected(one, change, commands)])


def _is_affected(one: PipSettings, change: SettingsChange, commands: Sequence[ConfigCommand]) -> bool:
    said = reversed(said_to_install(one, change.option))
    before = {_strength(source.setting): source.value for source in said if source.setting}
    after = dict(before)
    for command in commands:
        level: Level | None = next((level for level in LEVELS if level == command.level), None)
        if level is None or not {*files_at(one.files, level)} & {*files_at(change.settings.files, level)}:
            continue
        key = SECTIONS.index(command.section), LEVELS.index(level)
        if command.value is None:
            after.pop(key, None)
        else:
            after[key] = command.value
    if change.option == "no-cache-dir":
        return bool(before) != bool(after)
    return _strongest(before) != _strongest(after)


def _strength(setting: Setting) -> tuple[int, int]:
    """Return a number for a setting's section, and one for its level; the setting with the highest pair applies."""
    return SECTIONS.index(setting.section), len(LEVELS) if setting.level is None else LEVELS.index(setting.level)


def _strongest(values: dict[tuple[int, int], str]) -> str | None:
    return values[max(values)] if values else None


def changed(before: Iterable[PipSettings], now: Iterable[PipSettings]) -> tuple[PipSettings, ...]:
    """Return the present settings of those Pythons whose cache has moved, or was switched on or off.

    A Python without pip, or one that is not in `before`, is left out.
    """
    known = {one.interpreter.python.executable: one.location for one in before}
    return tuple(
        [
            one
            for one in now
            if one.pip is not None
            and (old := known.get(one.interpreter.python.executable)) is not None
            and (old.root, old.enabled) != (one.location.root, one.location.enabled)
        ]
    )
