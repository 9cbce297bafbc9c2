"""One Python's pip: its cache, whether it is on, and every setting that decides this."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from packaging.version import Version

from cachetui.interpreters.info import InterpreterInfo
from cachetui.pip.config.location import DEFAULT, INSTALL, OTHERS, Location, here, locate, package_of
from cachetui.pip.config.paths import ConfigFiles, configuration_files, default_root
from cachetui.pip.config.settings import ENVIRONMENT, EVERYBODY, YES, Configuration, Setting, read_configuration
from cachetui.pip.versions import ways_of

Option = Literal["cache-dir", "no-cache-dir"]
SettingEffect = Literal["counts", "overruled", "empty", "elsewhere"]
"""Effect of a setting.

`counts`: it takes effect. `overruled`: a stronger setting overrides it. `empty`: its value is empty, so pip ignores it,
and (except pip 25.2 and 25.3) also ignores weaker settings in the same section. `elsewhere`: it applies to another
command than `pip install`.
"""
FIRST_CACHE, FIRST_CALLBACK = Version("20.1"), Version("19.0")
"""First pip with the command `pip cache`, and first pip whose cache any value of `no-cache-dir` switches off."""
NOWHERE = ConfigFiles((), (), ())


class SettingSource(NamedTuple):
    """A setting of the cache, or the platform's default."""

    option: Option
    """Option that it sets."""
    value: str
    """Value as written; it may be anything."""
    said_by: str
    """Source of the setting: the variable, the file with its line and section, or the platform's default."""
    role: SettingEffect
    """Effect of the setting."""
    setting: Setting | None = None
    """Setting in pip's configuration; None for the platform's default."""


@dataclass(frozen=True, slots=True)
class PipSettings:
    """Settings of one Python's pip about its cache."""

    interpreter: InterpreterInfo
    """Python that pip belongs to."""
    location: Location
    """Location of the cache of `pip install`."""
    sayings: tuple[SettingSource, ...] = ()
    """All settings of the cache: the default, then section by section, weakest first in each.

    The sections of other commands than `pip install` come first. Empty if the Python does not work.
    """
    files: ConfigFiles = NOWHERE
    """Files that may hold this pip's settings."""
    pitfalls: tuple[str, ...] = ()
    """Sentences about settings and circumstances in which pip does not do what its user may expect."""

    @property
    def pip(self) -> Version | None:
        """Version of pip; None if the Python has no pip."""
        return Version(self.interpreter.pip) if self.interpreter.pip else None

    def counting(self, option: Option) -> SettingSource | None:
        """Return the setting of an option that takes effect; it may be the platform's default. None if none does."""
        return next((one for one in reversed(self.sayings) if (one.option, one.role) == (option, "counts")), None)


def settings_of(
    interpreter: InterpreterInfo,
    environ: Mapping[str, str] = os.environ,
    *,
    cwd: Path | None = None,
    platform: str = sys.platform,
    etc: str = "/etc",
) -> PipSettings:
    """Return the settings of a Python's pip from files and variables. Runs nothing and never raises.

    Relative paths start from `cwd`. Only tests pass `etc`.
    """
    pip = Version(interpreter.pip) if interpreter.pip else None
    folder = str(cwd) if cwd else here()
    python = InterpreterPrefix(interpreter.python.executable, interpreter.prefix)
    location = locate(
        python=python,
        environ=environ,
        cwd=Path(folder),
        platform=platform,
        pip=pip,
        etc=etc,
    )
    if interpreter.trouble:
        return PipSettings(interpreter, location)
    ways = ways_of(pip)
    package = package_of(python, platform)
    files = configuration_files(platform, environ, str(interpreter.prefix), ways, etc, package)
    devnull = "nul" if platform == "win32" else "/dev/null"
    configuration = read_configuration(files, environ, ways, cwd=folder, devnull=devnull)
    default = SettingSource("cache-dir", default_root(platform, environ, ways, package), DEFAULT, "overruled")
    sayings = _sayings(configuration, default)
    pitfalls = (*location.notes, *_traps(pip, location, configuration, environ))
    return PipSettings(interpreter, location, sayings, files, tuple(dict.fromkeys(pitfalls)))


class InterpreterPrefix(NamedTuple):
    """An interpreter whose prefix is known."""

    executable: Path
    """Absolute path of the interpreter."""
    prefix: Path
    """The interpreter's `sys.prefix`."""


def _sayings(configuration: Configuration, default: SettingSource) -> tuple[SettingSource, ...]:
    """Return all settings: the default, then section by section, weakest first in each."""
    options: tuple[Option, ...] = ("cache-dir", "no-cache-dir")
    counting = {option: configuration.heard(option, INSTALL)[-1:] for option in options}
    found = [default._replace(role="overruled" if counting["cache-dir"] else "counts")]
    sections = (*OTHERS, EVERYBODY, INSTALL, ENVIRONMENT)
    heard = [setting for setting in configuration.settings if setting.section in sections]
    for setting in sorted(heard, key=lambda one: sections.index(one.section)):
        for option in options:
            if setting.name != option:
                continue
            role: SettingEffect = "overruled"
            if setting.section in OTHERS:
                role = "elsewhere"
            elif setting in counting[option]:
                role = "counts"
            elif not setting.value:
                role = "empty"
            found.append(SettingSource(option, setting.value, setting.said_by, role, setting))
    return tuple(found)


def _traps(
    pip: Version | None, location: Location, configuration: Configuration, environ: Mapping[str, str]
) -> list[str]:
    """Return sentences about pitfalls that depend on the version of pip and on the user who runs it."""
    pitfalls = []
    if pip is None:
        pitfalls.append("This Python has no pip, or only one in its user's own site-packages.")
    elif pip < FIRST_CACHE:
        pitfalls.append(f"pip {pip} lacks the command `pip cache`, so this is read from its settings.")
    switch = configuration.heard("no-cache-dir", INSTALL)[-1:]
    if pip is not None and pip < FIRST_CALLBACK and switch and switch[0].value.lower() in YES:
        pitfalls.append(f"{switch[0].quoted()} makes pip {pip} crash: before 19.0 only a no switched the cache off.")
    if sys.platform != "win32" and os.geteuid() == 0 and environ.get("SUDO_USER"):
        pitfalls.append(
            f"This runs under sudo: pips run by {environ['SUDO_USER']} may use another cache, with other settings."
        )
    if location.enabled and (owner := _other_owner(location.root)):
        pitfalls.append(f"{location.root} belongs to {owner}: new files there will not be theirs.")
    return pitfalls


def _other_owner(root: Path) -> str | None:
    """Return the owner of a folder if it is another user than the current one; None otherwise."""
    if sys.platform == "win32":
        return None
    try:
        uid = root.stat().st_uid
    except OSError:
        return None
    return _user(uid) if uid != os.geteuid() else None


@cache
def _user(uid: int) -> str:
    if sys.platform == "win32":
        return str(uid)
    import pwd  # noqa: PLC0415 - there is none on Windows

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
