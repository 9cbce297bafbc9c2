"""Turn a pip's cache on or off, or use another folder for it, with that pip's own `config` command if possible."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from packaging.version import Version

from cachetui.pip.config.paths import ConfigFiles
from cachetui.pip.config.settings import Level
from cachetui.pip.versions import ways_of
from cachetui.pip_settings.destination import destination, is_empty
from cachetui.pip_settings.effective import Option, PipSettings, SettingSource

RequestedChange = Literal["on", "off", "move", "default"]
"""Requested change: turn the cache on or off, use another folder for it, or pip's default folder."""
FIRST_CONFIG, FIRST_SITE = Version("10.0"), Version("19.0")
"""First version of pip with the command `pip config`, and first with its option `--site`."""
COMMENT = ("#", ";")
"""First characters of comments; pip drops comments when it rewrites a file."""
LEVELS: tuple[Level, ...] = ("global", "user", "site")
"""Levels of files, the weaker before the stronger."""


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """A change to pip's settings, with its obstacles and side effects."""

    settings: PipSettings
    """Settings before the change."""
    wish: RequestedChange
    """Requested change."""
    root: Path | None = None
    """New folder for the cache, for the wish `move`; None for every other wish."""
    steps: tuple[tuple[str, ...], ...] = ()
    """Arguments for pip, command by command, such as `("config", "--user", "unset", "global.cache-dir")`."""
    obstacles: tuple[str, ...] = ()
    """Sentences about what pip cannot change, and about how the user can change it."""
    notes: tuple[str, ...] = ()
    """Sentences about side effects."""
    alternative: SettingsChange | None = None
    """Change that sets the same value for this Python's environment alone.

    None if pip cannot do that, or if this change sets no value or sets it only there.
    """

    @property
    def option(self) -> Option:
        """Option that the change sets or unsets."""
        return "no-cache-dir" if self.wish in ("on", "off") else "cache-dir"

    @property
    def level(self) -> Level | None:
        """Level of the files that the commands change; of several, the weakest. None if there are no commands."""
        return next((level for level in LEVELS if any(step[1] == f"--{level}" for step in self.steps)), None)

    @property
    def file(self) -> str | None:
        """File in which a command sets an option; None if no command does."""
        level = self.level if self.wish in ("off", "move") else None
        return None if level is None else files_at(self.settings.files, level)[-1]

    @property
    def commands(self) -> tuple[str, ...]:
        """Commands as a user would type them."""
        python = str(self.settings.interpreter.python.executable)
        join = subprocess.list2cmdline if sys.platform == "win32" else shlex.join
        return tuple([join([python, "-m", "pip", *step]) for step in self.steps])


def plan_change(
    settings: PipSettings, wish: RequestedChange, root: str | None = None, environ: Mapping[str, str] = os.environ
) -> SettingsChange:
    """Return the requested change with its commands. Runs nothing and writes nothing.

    `root` is the new folder, as typed; `~` is allowed. Raises DestinationError if that folder is unsuitable.
    """
    if obstacles := _hindrances(settings, environ):
        return SettingsChange(settings, wish, obstacles=tuple(obstacles))
    place = destination(root or "", settings.location.root, environ) if wish == "move" else None
    change = _planned(settings, wish, place)
    if change.file and change.level != "site" and settings.pip is not None and settings.pip >= FIRST_SITE:
        only = _planned(settings, wish, place, "site")
        return replace(change, alternative=only if only.steps else None)
    return change


def _planned(
    settings: PipSettings, wish: RequestedChange, place: Path | None, level: Level | None = None
) -> SettingsChange:
    """Return the requested change; a value is set at `level`, or by default at the level that `_set` chooses."""
    match wish:
        case "on":
            steps, obstacles = _unset(settings, "no-cache-dir")
            if settings.location.off_by and not said_to_install(settings, "no-cache-dir"):
                obstacles.append(
                    f"{settings.location.off_by}: pip does not use such a folder. No setting changes that: use another "
                    "folder, run as its owner, or give it back with chown."
                )
        case "off":
            steps, obstacles = _set(settings, "no-cache-dir", "true", level)
        case "move":
            steps, obstacles = _set(settings, "cache-dir", str(place), level)
        case "default":
            steps, obstacles = _unset(settings, "cache-dir")
    change = SettingsChange(settings, wish, place, tuple(steps), tuple(obstacles), ())
    change = replace(change, notes=tuple(_notes(change)))
    if steps and not _can_be_isolated(settings.interpreter.version):
        by_hand = " and ".join([f"`{command}`" for command in change.commands])
        version = settings.interpreter.version
        obstacle = f"Python {version} cannot be run in isolation, so cachetui does not run it. Run {by_hand} yourself."
        return replace(change, steps=(), obstacles=(*obstacles, obstacle))
    return change


def _can_be_isolated(version: str) -> bool:
    """Return whether a version of Python supports `-I` (3.4 or later)."""
    major, _, rest = version.partition(".")
    return (int(major), int(rest.partition(".")[0])) >= (3, 4) if major.isdecimal() else True


def _hindrances(settings: PipSettings, environ: Mapping[str, str]) -> list[str]:
    """Return sentences saying why this pip's settings cannot be changed at all; none if they can be."""
    executable = settings.interpreter.python.executable
    if settings.interpreter.trouble:
        return [f"{executable} does not work. {settings.interpreter.trouble}"]
    if settings.pip is None:
        return [f"{executable} has no pip that could change its settings."]
    if settings.pip < FIRST_CONFIG:
        return [f"pip {settings.pip} has no `pip config`: change its settings by hand."]
    if not settings.location.works:
        return [*settings.location.notes, "Until you fix that by hand, pip changes no settings."]
    named = environ.get("PIP_CONFIG_FILE")
    if named and (named == os.devnull or os.path.exists(named)):  # noqa: PTH110 - may be "nul"
        return [
            f"PIP_CONFIG_FILE={named} replaces your own settings: pip would ignore what it wrote there. "
            f"Change that file by hand, or {_how_to_unset('PIP_CONFIG_FILE')}."
        ]
    return []


def said_to_install(settings: PipSettings, option: Option) -> list[SettingSource]:
    """Return the settings of an option that `pip install` reads and that are not empty, strongest first."""
    found = [one for one in settings.sayings if one.option == option and one.setting and one.role != "elsewhere"]
    return [one for one in reversed(found) if one.value]


def _unset(settings: PipSettings, option: Option) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return commands that unset an option wherever `pip install` reads it, and sentences about obstacles."""
    steps: list[tuple[str, ...]] = []
    obstacles: list[str] = []
    for one in said_to_install(settings, option):
        setting = one.setting
        if setting is None:
            continue
        arguments = ("config", f"--{setting.level}", "unset", f"{setting.section}.{option}")
        if setting.path is None:
            obstacles.append(
                f"{setting.quoted()} is a variable, which pip cannot change: {_how_to_unset(one.said_by)}."
            )
        elif not _reaches(settings, setting.path, setting.level):
            obstacles.append(f"{setting.quoted()} cannot be changed by `pip config`: remove it by hand.")
        elif not _may_write(setting.path):
            command = SettingsChange(settings, "on", steps=(arguments,)).commands[0]
            obstacles.append(f"{setting.path} is not yours to write. Its owner can run `{command}`.")
        else:
            steps.append(arguments)
    if not steps and not obstacles:
        obstacles.append(f"{option} is not set, so there is nothing to undo.")
    return steps, obstacles


def _set(
    settings: PipSettings, option: Option, value: str, level: Level | None
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return the command that sets an option more strongly than all present settings, and sentences about obstacles.

    If `level` is None, the option is set at the level of the strongest present setting, but at the user's level if
    there is none, or if it is in a file of the machine that cannot be written. There is no command if there are
    obstacles.
    """
    said = said_to_install(settings, option)
    variable = next((one for one in said if one.setting and one.setting.path is None), None)
    if variable is not None:
        return [], [
            f"{variable.said_by}={variable.value} is a variable, which overrides every file: "
            f"{_how_to_unset(variable.said_by)}."
        ]
    found: Level = level or "user"
    section = "global"
    if said and said[0].setting is not None:
        strongest = said[0].setting
        section = strongest.section
        if strongest.level is None:
            return [], [f"{strongest.said_by} overrides it, and `pip config` cannot change it: edit it by hand."]
        is_writable = strongest.level == "global" and _may_write(strongest.path or "")
        if level is None and (strongest.level == "site" or is_writable):
            found = strongest.level
    target = files_at(settings.files, found)
    if not target or not _may_write(target[-1]):
        return [], [f"{target[-1] if target else 'A file for it'} cannot be written: run cachetui as its owner."]
    return [("config", f"--{found}", "set", f"{section}.{option}", value)], []


def files_at(files: ConfigFiles, level: Level) -> tuple[str, ...]:
    """Return the files of a level, the weaker before the stronger."""
    return {"global": files.machine, "user": files.user, "site": files.site}[level]


def _reaches(settings: PipSettings, path: str, level: Level | None) -> bool:
    """Return whether `pip config unset` finds a file's settings (pip's `_get_parser_to_modify`)."""
    if level is None:
        return False
    return ways_of(settings.pip).unsets_anywhere or Path(path) == Path(files_at(settings.files, level)[-1])


def _may_write(path: str) -> bool:
    """Return whether a file can be written, or created together with the folders above it."""
    place = Path(path)
    if place.exists():
        return os.access(place, os.W_OK)
    nearest = next((folder for folder in place.parents if folder.exists()), None)
    return nearest is not None and nearest.is_dir() and os.access(nearest, os.W_OK)


def _notes(change: SettingsChange) -> list[str]:
    """Return sentences about the side effects of the commands."""
    notes, settings = [], change.settings
    for level in LEVELS:
        if not any(step[1] == f"--{level}" for step in change.steps):
            continue
        if level == "global":
            notes.append("These are the settings of this machine: they apply to every pip of every user.")
        if commented := [path for path in files_at(settings.files, level) if _has_comments(path)]:
            notes.append(f"pip rewrites {' and '.join(commented)}, and the comments in it will be lost.")
    if change.steps and change.wish in ("move", "default"):
        old = settings.location.root
        stay = "" if is_empty(old) else f" Cached files stay in {old}; pip will not look there, and downloads again."
        notes.append(f"Only the setting changes: nothing is moved or removed.{stay}")
        if settings.counting("no-cache-dir"):
            notes.append("The cache is off, and stays off.")
    return notes


def _has_comments(path: str) -> bool:
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as lines:
            return any(line.lstrip().startswith(COMMENT) for line in lines)
    except OSError:
        return False


def _how_to_unset(variable: str) -> str:
    """Return a clause that says how to unset an environment variable."""
    if sys.platform == "win32":
        return f"remove it from your environment (in PowerShell: Remove-Item Env:{variable})"
    return f"run `unset {variable}` in your shell, and remove it from where it is set, such as ~/.profile"
