"""pip's settings with their sources: configuration files and environment variables, in pip's order."""

from __future__ import annotations

import configparser
import locale
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from cachetui.pip.config.paths import ConfigFiles
from cachetui.pip.versions import PipBehaviour

ENVIRONMENT = ":env:"
"""Section in which pip keeps environment variables; it is stronger than all others."""
EVERYBODY = "global"
"""Section that applies to every command of pip."""
NO_FILES = "nul" if sys.platform == "win32" else "/dev/null"
"""Value of PIP_CONFIG_FILE that keeps pip from reading any file (`os.devnull`)."""
YES = frozenset(("y", "yes", "t", "true", "on", "1"))
"""Values that pip treats as true, in lower case (`strtobool` in `pip._internal.utils.misc`)."""
NO = frozenset(("n", "no", "f", "false", "off", "0"))
"""Values that pip treats as false, in lower case."""


Level = Literal["global", "user", "site"]
"""Level of a file: `global` for the machine's, `user` for the user's, `site` for the environment's.

`pip config` has options of the same names.
"""


class Setting(NamedTuple):
    """One option, as set in a file or variable."""

    section: str
    """Section of the setting: `global`, a command such as `install`, or `:env:`."""
    name: str
    """Long name of the option without the leading `--`, such as `cache-dir`."""
    value: str
    """Value as written; it may hold secrets, such as an index's password."""
    said_by: str
    """Source of the setting: the variable, or the file with its line and section."""
    path: str | None = None
    """Path of the file; None for a variable."""
    line: int | None = None
    """Line of the file on which the setting begins, counted from 1; None for a variable."""
    level: Level | None = None
    """Level of the file; None for a variable, and for a file that only PIP_CONFIG_FILE names."""

    def quoted(self) -> str:
        """Return the setting with its source.

        Examples are `PIP_NO_CACHE_DIR=off` and `pip.conf:3 [install] no-cache-dir = 0`.
        """
        if self.section == ENVIRONMENT:
            return f"{self.said_by}={self.value}"
        return f"{self.said_by} {self.name} = {self.value}"


@dataclass(frozen=True, slots=True)
class Configuration:
    """All settings of one pip, from files and variables."""

    settings: tuple[Setting, ...] = ()
    """Settings, weakest first within each section."""
    faults: tuple[str, ...] = ()
    """Sentences about files that make pip refuse to run."""
    notes: tuple[str, ...] = ()
    """Sentences about files that were not read: pip skips them silently, or they are not regular files."""
    merges: bool = True
    """Whether an empty value hides the values that it overrides (`PipBehaviour.merges`)."""

    def heard(self, name: str, command: str) -> tuple[Setting, ...]:
        """Return the settings of an option for a command, weakest first: the last one applies.

        Empty values are left out. If `merges`, only the strongest setting of each section counts; if that is
        empty, none of the section does.

        Source: `ConfigOptionParser._get_ordered_configuration_items` in `pip._internal.cli.parser`.
        """
        heard: list[Setting] = []
        for section in (EVERYBODY, command, ENVIRONMENT):
            said = [setting for setting in self.settings if setting.section == section and setting.name == name]
            heard += [setting for setting in (said[-1:] if self.merges else said) if setting.value]
        return tuple(heard)

    def indexes(self) -> tuple[str, ...]:
        """Return the URL of every index and find-links page that a setting names, each once.

        URLs in variables come first, then those in files, from the strongest file to the weakest. Credentials are
        removed, because pip looks the URLs up without credentials.
        """
        found = [
            address
            for setting in reversed(self.settings)
            if setting.name in ("index-url", "extra-index-url", "find-links")
            for word in setting.value.split()
            if (address := without_credentials(word)) is not None
        ]
        return tuple(dict.fromkeys(found))


def read_configuration(
    files: ConfigFiles, environ: Mapping[str, str], ways: PipBehaviour, *, cwd: str, devnull: str = NO_FILES
) -> Configuration:
    """Read pip's settings from files and from PIP_* variables (`pip._internal.configuration`).

    Relative file names are resolved against `cwd`. Never raises: the result reports what cannot be read.
    """
    settings: list[Setting] = []
    faults: list[str] = []
    notes: list[str] = []
    for name in files_read(files, environ, ways, cwd=cwd, devnull=devnull):
        path = Path(cwd, name)
        if not path.is_file():  # such as a pipe, which can be read only once
            if path.exists():
                notes.append(f"{path} is named as a settings file but is not a regular file.")
            continue
        try:
            settings += _read_file(path, ways, _level_of(name, files))
        except OSError as error:
            notes.append(f"pip skips {path}, which cannot be read: {error.strerror}.")
        except (UnicodeDecodeError, configparser.Error) as error:
            faults.append(f"pip refuses to run because of {path}: {_why(error)}.")
    settings += _read_variables(environ)
    return Configuration(tuple(settings), tuple(faults), tuple(notes), ways.merges)


def files_read(
    files: ConfigFiles, environ: Mapping[str, str], ways: PipBehaviour, *, cwd: str, devnull: str = NO_FILES
) -> tuple[str, ...]:
    """Return the files that pip reads if they exist, weakest first (`Configuration.iter_config_files`)."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == devnull:
        return ()
    replaced = bool(named) and os.path.exists(os.path.join(cwd, named or ""))  # noqa: PTH110, PTH118 - as pip asks
    order = [*files.machine, *(() if replaced else files.user), *files.site, *((named,) if named else ())]
    if ways.by_file:
        return tuple(dict.fromkeys(order))
    return tuple(reversed(dict.fromkeys(reversed(order))))


def normalised(name: str) -> str:
    """Return an option's name in the normal form by which pip compares names."""
    return name.lower().replace("_", "-").removeprefix("--")


def without_credentials(address: str) -> str | None:
    """Return an index's URL as pip looks it up in its cache, or None if no cache can hold it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _level_of(name: str, files: ConfigFiles) -> Level | None:
    """Return the level of the file named `name`, or None if it is on no level."""
    levels: tuple[tuple[Level, tuple[str, ...]], ...] = (
        ("global", files.machine),
        ("user", files.user),
        ("site", files.site),
    )
    return next((level for level, names in levels if name in names), None)


class _Parser(configparser.RawConfigParser):
    """Parser that records the line on which each option begins; for `normalises` see `PipBehaviour`."""

    def __init__(self, normalises: bool) -> None:
        super().__init__()
        self.began: dict[tuple[str, str], int] = {}
        """Line on which each option begins, counted from 1, by section and option."""
        self.SECTCRE = _Headings(configparser.RawConfigParser.SECTCRE)  # type: ignore[assignment] # all it does
        self._normalises = normalises
        self._line = 0

    def optionxform(self, optionstr: str) -> str:
        name = normalised(optionstr) if self._normalises else super().optionxform(optionstr)
        self.began.setdefault((self.SECTCRE.section, name), self._line)  # type: ignore[attr-defined] # ours
        return name

    def counted(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield lines, and record the number of the current line."""
        for self._line, line in enumerate(lines, start=1):
            yield line


class _Headings:
    """Matcher of section headings that records the last section found."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.section = ""
        self._pattern = pattern

    def match(self, line: str) -> re.Match[str] | None:
        found = self._pattern.match(line)
        if found:
            self.section = found["header"]
        return found


def _read_file(path: Path, ways: PipBehaviour, level: Level | None) -> Sequence[Setting]:
    parser = _Parser(ways.normalises)
    encoding = "utf-8" if sys.flags.utf8_mode else locale.getencoding()
    with path.open(encoding=encoding) as lines:
        parser.read_file(parser.counted(lines), str(path))
    began = parser.began
    found = []
    for section in parser.sections():
        for name, value in parser.items(section):
            line = began.get((section, name), began.get((parser.default_section, name)))
            said_by = f"{path}:{line} [{section}]"
            found.append(Setting(section, normalised(name), value, said_by, str(path), line, level))
    return found


def _read_variables(environ: Mapping[str, str]) -> Sequence[Setting]:
    return [
        Setting(ENVIRONMENT, normalised(variable.removeprefix("PIP_")), value, variable)
        for variable, value in environ.items()
        if variable.startswith("PIP_") and variable[4:].lower() not in ("version", "help")
    ]


def _why(error: UnicodeDecodeError | configparser.Error) -> str:
    """Return in a few words what is wrong with a file."""
    match error:
        case UnicodeDecodeError():
            return f"it is not text in {error.encoding}"
        case configparser.MissingSectionHeaderError():
            return f"line {error.lineno} is not under a [section]"
        case configparser.DuplicateSectionError():
            return f"line {error.lineno} opens [{error.section}] a second time"
        case configparser.DuplicateOptionError():
            return f"line {error.lineno} says {error.option} in [{error.section}] a second time"
        case configparser.ParsingError():
            return f"line {error.errors[0][0]} is not a setting" if error.errors else "it does not parse"
    return "it does not parse"
