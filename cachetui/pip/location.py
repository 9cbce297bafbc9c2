"""Where the cache is, whether it is on, and who says so; and what pip itself answers when it is asked."""

from __future__ import annotations

import ntpath
import os
import posixpath
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from packaging.version import Version

from cachetui.pip.configuration import NO, YES, Configuration, read_configuration
from cachetui.pip.places import Ways, configuration_files, default_root, expand, objection, pip_version, ways_of
from cachetui.pip.traps import traps

if TYPE_CHECKING:
    from cachetui.isolation import Reply

DEFAULT = "the platform's default"
"""Says where the cache is when nobody else does."""
INSTALL = "install"
"""The command whose cache is meant by "the cache": what fills it."""
OTHERS = ("cache", "download", "wheel")
"""The other commands that use a cache, and may have been told of another one."""
PATIENCE = 10.0
"""Seconds that an interpreter may take to answer."""
QUOTED = 300
"""Characters of a foreign error message that are shown."""


class Interpreter(Protocol):
    """The Python whose pip is meant."""

    @property
    def executable(self) -> Path:
        """Its absolute path."""

    @property
    def prefix(self) -> Path:
        """Its `sys.prefix`."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where pip keeps its cache."""

    root: Path
    """Absolute, as named: links in it are not resolved. Where the cache would be, when it is off."""
    said_by: str
    """Who named the root: `--cache-dir`, a variable, a file with its section, or the platform's default."""
    named: bool
    """Whether `--cache-dir` named it."""
    enabled: bool
    """Whether pip would use a cache there."""
    off_by: str | None = None
    """Who or what switched it off, without a full stop; None when it is on."""
    notes: tuple[str, ...] = ()
    """Sentences on traps: what in the settings does not do what it seems to."""
    indexes: tuple[str, ...] = ()
    """The indexes that any setting names, the strongest first, without credentials; no built-in one."""
    asks_pypi: bool = True
    """Whether pip asks PyPI: no setting names another index in its place."""
    works: bool = True
    """False when pip refuses to run with these settings; a note says why."""


@dataclass(frozen=True, slots=True)
class PipAnswer:
    """What `PYTHON -m pip cache dir` answers."""

    root: Path | None
    """The directory it names, resolved; None when its cache is off or it gave no answer."""
    message: str
    """One sentence that tells the answer, or why there is none."""
    enabled: bool | None = None
    """Whether its cache is on; None when it gave no answer."""


def locate(
    cache_dir: str | None = None,
    *,
    python: Interpreter | None = None,
    environ: Mapping[str, str] = os.environ,
    cwd: Path | None = None,
    platform: str = sys.platform,
    command: str = INSTALL,
    pip: Version | None = None,
    etc: str = "/etc",
) -> Location:
    """Compute from settings alone where a command of pip has its cache, as if given `--cache-dir` or not.

    `python`'s environment counts with its own file of settings, and decides which pip's ways are followed unless
    `pip` says so; without either it is the newest pip's. `cwd` is what relative paths start from. Raises nothing.
    """
    if pip is None and python is not None:
        pip = pip_version(python.prefix)
    folder = str(cwd) if cwd else here()
    ways = ways_of(pip)
    files = configuration_files(platform, environ, str(python.prefix) if python else None, ways, etc)
    devnull = "nul" if platform == "win32" else "/dev/null"
    configuration = read_configuration(files, environ, ways, cwd=folder, devnull=devnull)
    view = _View(configuration, environ, platform, ways, folder)
    location = view.of(command, cache_dir)
    notes = [*configuration.faults, *location.notes, *configuration.notes]
    if cache_dir is None:
        notes += [note for other in OTHERS if (note := _difference(command, location, other, view.of(other, None)))]
    if platform == "darwin" and environ.get("XDG_CACHE_HOME") and pip is None and location.said_by == DEFAULT:
        notes.append("pip before 26.2 pays no heed to XDG_CACHE_HOME on macOS.")
    return Location(
        location.root,
        location.said_by,
        location.named,
        location.enabled,
        location.off_by,
        tuple(dict.fromkeys(notes)),
        configuration.indexes(),
        not configuration.heard("index-url", command),
        location.works and not configuration.faults,
    )


@dataclass(frozen=True, slots=True)
class _View:
    """What is needed to tell each command's location from the same settings."""

    configuration: Configuration
    environ: Mapping[str, str]
    platform: str
    ways: Ways
    cwd: str

    def of(self, command: str, cache_dir: str | None) -> Location:
        """Tell one command's location, as if it was given `--cache-dir` or not, with notes on its own traps.

        Source: `_update_defaults` in `pip._internal.cli.parser`, `_handle_no_cache_dir` in `cmdoptions`.
        """
        places = self.configuration.heard("cache-dir", command)
        switches = self.configuration.heard("no-cache-dir", command)
        wrong = [switch for switch in switches if switch.value.lower() not in YES | NO]
        if cache_dir:
            value, said_by = cache_dir, "--cache-dir"
        elif places:
            value, said_by = places[-1].value, places[-1].said_by
        else:
            value, said_by = default_root(self.platform, self.environ, self.ways), DEFAULT
        root = self._absolute(value)
        off_by = self._ownership(root)
        if cache_dir is None and switches and not wrong:
            off_by = switches[-1].quoted()
        elif cache_dir == "":
            off_by = "--cache-dir with nothing after it"
        notes = [f"pip refuses to run because of {one.quoted()}, which is neither yes nor no." for one in wrong]
        if cache_dir is None:
            notes += traps(self.configuration, places, switches, root, platform=self.platform, environ=self.environ)
        return Location(Path(root), said_by, bool(cache_dir), off_by is None, off_by, tuple(notes), works=not wrong)

    def _absolute(self, path: str) -> str:
        join = ntpath.join if self.platform == "win32" else posixpath.join
        return join(self.cwd, expand(path, self.platform, self.environ))

    def _ownership(self, root: str) -> str | None:
        return objection(root) if self.platform == sys.platform else None


def ask_pip(
    python: Interpreter,
    environ: Mapping[str, str] = os.environ,
    timeout: float = PATIENCE,
    *,
    cwd: Path | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> PipAnswer:
    """Ask `PYTHON -m pip cache dir`; raise nothing, take `timeout` seconds at most.

    It runs in an empty folder; a relative answer is taken back to `cwd`, where pip would be run by its user.
    The message may quote what others printed: show it as such.
    """
    from cachetui import isolation  # noqa: PLC0415 - slow to load, and most commands ask nobody

    folder = str(cwd) if cwd else here()
    reply = isolation.ask(
        python.executable, ("-m", "pip", "cache", "dir"), quiet(environ, folder), timeout=timeout, stop=stop
    )
    who = str(python.executable)
    if reply.code != 0:
        return PipAnswer(None, _failure(who, reply), False if _says_off(reply) else None)
    answer = reply.out.rstrip("\r\n")
    if "\n" in answer or not os.path.isabs(answer):  # noqa: PTH117 - a Path would lose what is wrong with it
        return PipAnswer(None, f"{who} answered something else than where its cache is.")
    private = Path(reply.folder).parents[isolation.DEPTH]
    if Path(answer).is_relative_to(private):
        answer = os.path.realpath(os.path.join(folder, os.path.relpath(answer, reply.folder)))  # noqa: PTH118
    return PipAnswer(Path(answer), f"`{who} -m pip cache dir` answers {answer}.", True)


def compare(location: Location, answer: PipAnswer) -> str | None:
    """Tell in one sentence how what pip answers differs from the location; None when they agree or it is silent."""
    if answer.enabled is None:
        return None
    ours = f"{location.root} (said by {location.said_by})"
    if answer.root is None:
        return f"pip itself says that its cache is off; what is shown is {ours}." if location.enabled else None
    if not _same(location.root, answer.root):
        return f"What is shown is {ours}, but pip itself answers {answer.root}."
    if not location.enabled:
        return f"By the settings the cache at {ours} is off ({location.off_by}), but pip itself uses it."
    return None


def _same(one: Path, other: Path) -> bool:
    paths = [os.path.normcase(os.path.realpath(path)) for path in (one, other)]
    try:
        return paths[0] == paths[1] or one.samefile(other)
    except OSError:
        return False


def here() -> str:
    """Return the current folder, or the file system's root when it is gone."""
    try:
        return str(Path.cwd())
    except OSError:
        return os.path.abspath(os.sep)  # noqa: PTH100 - Path.absolute() asks for the folder that is gone


def _difference(command: str, location: Location, other: str, there: Location) -> str | None:
    """Tell how the cache of another command differs."""
    if (location.root, location.enabled) == (there.root, there.enabled) or not (location.enabled or there.enabled):
        return None
    here = f"uses {location.root}" if location.enabled else f"has its cache off ({location.off_by})"
    where = f"uses {there.root} (said by {there.said_by})" if there.enabled else f"has it off ({there.off_by})"
    return f"`pip {command}` {here}, but `pip {other}` {where}."


def quiet(environ: Mapping[str, str], folder: str) -> dict[str, str]:
    """Return the environment in which pip prints its answer and nothing else, and heeds the same settings.

    `folder` is where its user would run it: what relative names are relative to.
    """
    child = {name: value for name, value in environ.items() if name not in ("PIP_AUTO_COMPLETE", "FORCE_COLOR")}
    child |= dict.fromkeys(("PIP_QUIET", "PIP_VERBOSE"), "0")
    child |= dict.fromkeys(("PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INPUT", "PIP_NO_COLOR"), "1")
    child["_PIP_RUNNING_IN_SUBPROCESS"] = "1"  # or PIP_PYTHON would make it start another interpreter
    if child.get("PIP_CONFIG_FILE"):
        child["PIP_CONFIG_FILE"] = os.path.join(folder, child["PIP_CONFIG_FILE"])  # noqa: PTH118 - may be "nul"
    child.setdefault("PYENV_DIR", folder)  # pyenv's stand-ins choose their Python by the folder
    return child


def _says_off(reply: Reply) -> bool:
    return reply.code == 1 and "cache is disabled" in reply.err


def _failure(who: str, reply: Reply) -> str:
    """Tell in one sentence why there is no directory."""
    if reply.code is None:
        return f"{who} {reply.trouble}."
    if _says_off(reply):
        return f"`{who} -m pip cache dir` answers that its cache is off."
    if "No module named pip" in reply.err:
        return f"{who} has no pip, or only one that its user installed for themselves alone."
    if 'unknown command "cache"' in reply.err:
        return f"The pip of {who} is older than 20.1: it has no `pip cache` to ask where its cache is."
    if "Unknown option: -I" in reply.err:
        return f"{who} is too old to be asked."
    if reply.code < 0:
        return f"{who} crashed with signal {-reply.code}."
    said = [line.strip() for line in reply.err.splitlines() if line.strip()]
    if len(said) > 3:
        said = [said[-1 if said[0].startswith(("Usage", "Traceback")) else 0]]
    words = " ".join(said)[:QUOTED].rstrip(".")
    return f"`{who} -m pip cache dir` failed with exit code {reply.code}{': ' if words else ''}{words}."
