"""Collect what a bug report needs: versions, the cache, settings, Pythons, cachetui's own files, and the terminal."""

from __future__ import annotations

import getpass
import locale
import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cachetui.caches.registry import PIP
from cachetui.caches.source import ScanOptions
from cachetui.errors import CachetuiError
from cachetui.interpreters import store
from cachetui.model import Inventory
from cachetui.pip import memory
from cachetui.pip.config.location import Location, locate
from cachetui.pip.scan.layout import TOPS
from cachetui.preferences.browser_choices import protected_path, theme_path
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Problem
from cachetui.report.cache_notes import cache_notes
from cachetui.report.entries_json import clean
from cachetui.report.pythons import python_json
from cachetui.services.cache import located, read_cache
from cachetui.services.diagnostics.error_report import error_folder, error_sentence
from cachetui.services.diagnostics.versions import versions
from cachetui.services.options import GlobalOptions
from cachetui.services.pythons import find_pythons, named_python, pip_settings
from cachetui.system.mounts import file_system_of
from cachetui.text.format import timestamp
from cachetui.text.redact import redact_input

SCHEMA = 1
"""Version of the JSON schema, raised by changes that break readers."""
VARIABLES = re.compile(
    r"(CACHETUI|PIP|XDG|LC|TEXTUAL)_\w+|LANG|LANGUAGE|TERM|TERM_PROGRAM|COLORTERM|TMUX|STY|NO_COLOR|FORCE_COLOR|"
    r"CLICOLOR(_FORCE)?|VIRTUAL_ENV|CONDA_PREFIX|PYTHONIOENCODING|PYTHONUTF8|COLUMNS|LINES"
)
"""Pattern of the names of environment variables that have an effect on cachetui or on pip's cache."""
SECRET = re.compile(r"PASS|TOKEN|SECRET|KEY|CERT|AUTH|PROXY", re.I)
"""Pattern of the names of variables whose values are left out."""
Section = Callable[[], dict[str, Any]]


def doctor(options: GlobalOptions, *, report: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Return everything that a bug report needs, as values for JSON, without secrets; paths show no user name.

    A section that could not be completed has a sentence under `error`. `report` gets the progress in words. Raises
    nothing but KeyboardInterrupt and the like.
    """
    sections: dict[str, Section] = {
        "versions": lambda: {**versions()},
        "cache": lambda: _cache(options, report),
        "options": lambda: _options(options),
        "preferences": _preferences,
        "files": _files,
        "terminal": _terminal,
        "variables": _variables,
    }
    found: dict[str, Any] = {"schema": SCHEMA, "created": timestamp(time.time_ns())}
    for name, section in sections.items():
        found[name] = _attempt(section)
    try:
        found["pythons"] = list(_pythons(options, report))
    except Exception as error:  # whatever is broken, the rest of the page is useful
        found["pythons"] = [{"error": _words(error)}]
    return {key: _private(value) for key, value in found.items()}


def _attempt(section: Section) -> dict[str, Any]:
    try:
        return section()
    except Exception as error:  # whatever is broken, the rest of the page is useful
        return {"error": _words(error)}


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, CachetuiError) else error_sentence(error)


def _cache(options: GlobalOptions, report: Callable[[str], None]) -> dict[str, Any]:
    notes: list[str] = []
    with located(options, note=notes.append) as location:
        found: dict[str, Any] = {
            "root": str(location.root),
            "said_by": location.said_by,
            "enabled": location.enabled,
            "off_by": location.off_by,
            "exists": os.path.lexists(location.root),
            "indexes": list(location.indexes),
            "notes": [*notes, *location.notes],
        }
        if location.source != PIP:
            found["of"] = location.source
        if found["exists"]:
            content = _attempt(lambda: _content(location, options, report))
            found["notes"] += content.pop("notes", [])
            found.update(content)
        return found


def _content(location: Location, options: GlobalOptions, report: Callable[[str], None]) -> dict[str, Any]:
    report(f"Reading {location.name}")
    inventory: Inventory = read_cache(location, ScanOptions(options.scan_memory))
    tops = TOPS | {entry.path.partition("/")[0] for entry in inventory.entries}
    return {
        "really": inventory.root,
        "file_system": _file_system(inventory.root),
        "folders": [name for name in sorted(tops) if Path(inventory.root, name).is_dir()],
        "entries": len(inventory.entries),
        "disk_usage": inventory.disk_usage,
        "foreign": len(inventory.foreign),
        "unreadable": [f"{error.path.rpartition('/')[0] or '.'}: {error.reason}" for error in inventory.errors[:3]],
        "recognised": inventory.recognised,
        "notes": list(cache_notes(inventory)),
    }


def _file_system(root: str) -> str | None:
    descriptor = os.open(root, os.O_RDONLY)
    try:
        return file_system_of(descriptor)
    finally:
        os.close(descriptor)


def _options(options: GlobalOptions) -> dict[str, Any]:
    """Return the global options that are given, each with its source."""
    names = ("cache_dir", "of", "python", "demo", "read_only", "no_memory")
    given = {name: getattr(options, name) for name in names}
    return {name: {"value": value, "said_by": options.said_by(name)} for name, value in given.items() if value}


def _preferences() -> dict[str, Any]:
    preferences = read_preferences()
    return {
        "path": str(preferences.path),
        "exists": preferences.exists,
        "keys": sorted(preferences.given),
        "read_only": preferences.read_only,
        "protected_projects": len(preferences.protection.chosen),
        "problems": [_problem(problem) for problem in preferences.problems],
    }


def _problem(problem: Problem) -> str:
    """Return a problem in words; if it may quote terms, which may name projects, only say that its key is not valid."""
    return f"{problem.key}: not valid" if problem.key.startswith(("protect", "prune")) else str(problem)


def _files() -> dict[str, Any]:
    """Return the state of the files that cachetui keeps for the user."""
    place = memory.default_path()
    paths = {"memory": place, "pythons": store.default_path(), "protected": protected_path(), "theme": theme_path()}
    states = {name: _state(path) for name, path in paths.items()}
    states["memory"]["schema"] = memory.schema_of(place)
    folder = error_folder()
    return {**states, "errors": sorted(map(str, folder.glob("error-*.txt"))) if folder.is_dir() else []}


def _state(path: Path) -> dict[str, Any]:
    try:
        found = path.lstat()
    except OSError as error:
        return {"path": str(path), "size": None, "state": error.strerror}
    return {"path": str(path), "size": found.st_size, "state": stat.filemode(found.st_mode)}


def _terminal() -> dict[str, Any]:
    size = shutil.get_terminal_size()
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    return {
        "terminals": [name for name, stream in streams.items() if stream is not None and stream.isatty()],
        "columns": size.columns,
        "lines": size.lines,
        "encoding": getattr(sys.stdout, "encoding", None),
        "file_names": sys.getfilesystemencoding(),
        "locale": locale.setlocale(locale.LC_CTYPE),
    }


def _variables(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the environment variables that match `VARIABLES`; values that may be secret are left out."""
    names = sorted([name for name in environ if VARIABLES.fullmatch(name)])
    return {name: "(set)" if SECRET.search(name) else environ[name] for name in names}


def _pythons(options: GlobalOptions, report: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    try:
        named, shown = named_python(options), locate()
    except CachetuiError:  # the section about the cache says that there is no such Python
        named, shown = None, locate()
    for python in find_pythons(named, memory=not options.no_memory, demo=options.demo, report=report):
        yield {**python_json(pip_settings(python, shown))}


def _private(value: Any) -> Any:
    """Return a value with credentials, home directories and folders named after the user replaced in all its texts."""
    if isinstance(value, dict):
        return {key: _private(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_private(inner) for inner in value]
    if not isinstance(value, str):
        return value
    text = clean(redact_input(value))
    for pattern, instead in _personal():
        text = pattern.sub(instead, text)
    return text


def _personal() -> list[tuple[re.Pattern[str], str]]:
    """Return patterns of the user's home and of folders with the user's name, each with what replaces it."""
    homes: dict[str, str] = {}
    patterns = []
    for find, instead in (
        (Path.home, "~"),
        (lambda: Path(os.path.realpath(Path.home())), "~"),
        (_home_of_account, "~account"),
    ):
        with suppress(RuntimeError, KeyError, ImportError, OSError):
            homes.setdefault(str(find()), instead)
    for home in sorted([home for home in homes if len(home) > 1], key=len, reverse=True):
        patterns.append((re.compile(rf"(?<![\w/\\]){re.escape(home)}(?![\w-])"), homes[home]))
    with suppress(KeyError, ImportError, OSError):
        name = getpass.getuser()
        if name not in ("", "root"):
            patterns.append((re.compile(rf"(?<=[/\\]){re.escape(name)}(?=[/\\]|$)"), "USER"))
    return patterns


def _home_of_account() -> Path:
    """Return the home directory of the account, whatever HOME says. Raises KeyError or ImportError."""
    import pwd  # noqa: PLC0415 - Windows has none

    return Path(pwd.getpwuid(os.getuid()).pw_dir)
