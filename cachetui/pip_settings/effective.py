"""One Python's pip: its cache, whether that is on, and every setting that decides it."""

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
from cachetui.pip.config.location import DEFAULT, INSTALL, OTHERS, Location, here, locate
from cachetui.pip.config.paths import Files, configuration_files, default_root
from cachetui.pip.config.settings import ENVIRONMENT, EVERYBODY, YES, Configuration, Setting, read_configuration
from cachetui.pip.versions import ways_of

Option = Literal["cache-dir", "no-cache-dir"]
Role = Literal["counts", "overruled", "empty", "elsewhere"]
"""Effect of a setting: it `counts`, something stronger has overruled it, it is `empty` and takes back what is
weaker, or it is said to another command than `pip install`."""
FIRST_CACHE, FIRST_CALLBACK = Version("20.1"), Version("19.0")
"""The first pip with a command `pip cache`; the first that takes any `no-cache-dir` for a yes."""
NOWHERE = Files((), (), ())


class Saying(NamedTuple):
    """A setting that is about the cache, or the default."""

    option: Option
    """The option that it sets."""
    value: str
    """Its value, as written; may hold anything."""
    said_by: str
    """The variable, the file with its line and section, or the platform's default."""
    role: Role
    """Its effect."""
    setting: Setting | None = None
    """The same as pip's configuration has it; None for the platform's default."""


@dataclass(frozen=True, slots=True)
class PipSettings:
    """The settings of one Python's pip about its cache."""

    interpreter: InterpreterInfo
    """The Python."""
    location: Location
    """The location of `pip install`'s cache."""
    sayings: tuple[Saying, ...] = ()
    """All settings that are about the cache, the weaker before the stronger."""
    files: Files = NOWHERE
    """The files that may hold that pip's settings."""
    pitfalls: tuple[str, ...] = ()
    """Sentences on settings that do not do what they seem to."""

    @property
    def pip(self) -> Version | None:
        """The version of its pip; None where it has none."""
        return Version(self.interpreter.pip) if self.interpreter.pip else None

    def counting(self, option: Option) -> Saying | None:
        """Return the setting of an option that counts; None if none does."""
        return next((one for one in reversed(self.sayings) if (one.option, one.role) == (option, "counts")), None)


def settings_of(
    interpreter: InterpreterInfo,
    environ: Mapping[str, str] = os.environ,
    *,
    cwd: Path | None = None,
    platform: str = sys.platform,
    etc: str = "/etc",
) -> PipSettings:
    """Return the settings of a Python's pip, from files and variables; run nothing, raise nothing.

    `cwd` is what relative paths start from; `etc` is for tests alone.
    """
    pip = Version(interpreter.pip) if interpreter.pip else None
    folder = str(cwd) if cwd else here()
    location = locate(
        python=Prefixed(interpreter.python.executable, interpreter.prefix),
        environ=environ,
        cwd=Path(folder),
        platform=platform,
        pip=pip,
        etc=etc,
    )
    if interpreter.trouble:
        return PipSettings(interpreter, location)
    ways = ways_of(pip)
    files = configuration_files(platform, environ, str(interpreter.prefix), ways, etc)
    devnull = "nul" if platform == "win32" else "/dev/null"
    configuration = read_configuration(files, environ, ways, cwd=folder, devnull=devnull)
    default = Saying("cache-dir", default_root(platform, environ, ways), DEFAULT, "overruled")
    sayings = _sayings(configuration, default)
    pitfalls = (*location.notes, *_traps(pip, location, configuration, environ))
    return PipSettings(interpreter, location, sayings, files, tuple(dict.fromkeys(pitfalls)))


class Prefixed(NamedTuple):
    """An interpreter whose prefix is known, for it was asked."""

    executable: Path
    """Its absolute path."""
    prefix: Path
    """Its `sys.prefix`."""


def _sayings(configuration: Configuration, default: Saying) -> tuple[Saying, ...]:
    """List the settings: the default, then section by section, in each the weaker before the stronger."""
    options: tuple[Option, ...] = ("cache-dir", "no-cache-dir")
    counting = {option: configuration.heard(option, INSTALL)[-1:] for option in options}
    found = [default._replace(role="overruled" if counting["cache-dir"] else "counts")]
    sections = (*OTHERS, EVERYBODY, INSTALL, ENVIRONMENT)
    heard = [setting for setting in configuration.settings if setting.section in sections]
    for setting in sorted(heard, key=lambda one: sections.index(one.section)):
        for option in options:
            if setting.name != option:
                continue
            role: Role = "overruled"
            if setting.section in OTHERS:
                role = "elsewhere"
            elif setting in counting[option]:
                role = "counts"
            elif not setting.value:
                role = "empty"
            found.append(Saying(option, setting.value, setting.said_by, role, setting))
    return tuple(found)


def _traps(
    pip: Version | None, location: Location, configuration: Configuration, environ: Mapping[str, str]
) -> list[str]:
    """Return the pitfalls that depend on the pip and on the user who runs it."""
    pitfalls = []
    if pip is None:
        pitfalls.append("This Python has no pip, or only one that its user installed for themselves alone.")
    elif pip < FIRST_CACHE:
        pitfalls.append(
            f"pip {pip} has no `pip cache` to ask where its cache is: what stands here is read from settings."
        )
    switch = configuration.heard("no-cache-dir", INSTALL)[-1:]
    if pip is not None and pip < FIRST_CALLBACK and switch and switch[0].value.lower() in YES:
        pitfalls.append(f"{switch[0].quoted()} makes pip {pip} crash: before 19.0 only a no switched the cache off.")
    if sys.platform != "win32" and os.geteuid() == 0 and environ.get("SUDO_USER"):
        pitfalls.append(
            f"This runs under sudo: pips run by {environ['SUDO_USER']} may have their cache elsewhere, and by other "
            "settings."
        )
    if location.enabled and (owner := _other_owner(location.root)):
        pitfalls.append(f"{location.root} belongs to {owner}: what pip puts there will not be theirs.")
    return pitfalls


def _other_owner(root: Path) -> str | None:
    """Return the owner of a folder, if that is another user than the one who runs this."""
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
