"""Location of the cache, whether it is on, and which setting decides this."""

from __future__ import annotations

import ntpath
import os
import posixpath
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packaging.version import Version

from cachetui.model import MADE_UP
from cachetui.pip.config.paths import configuration_files, default_root, expand, objection, store_package
from cachetui.pip.config.pitfalls import pitfalls
from cachetui.pip.config.settings import NO, YES, Configuration, read_configuration
from cachetui.pip.versions import PipBehaviour, pip_version, ways_of

DEFAULT = "the platform's default"
"""Source of the location if no setting names one."""
INSTALL = "install"
"""Command of pip whose cache is taken as pip's cache, because this command fills it."""
OTHERS = ("cache", "download", "wheel")
"""Other commands that use a cache; settings may give them a different one."""


class Interpreter(Protocol):
    """A Python whose pip is examined."""

    @property
    def executable(self) -> Path:
        """Absolute path of the interpreter."""

    @property
    def prefix(self) -> Path:
        """The interpreter's `sys.prefix`."""


@dataclass(frozen=True, slots=True)
class Location:
    """Location of a cache: pip's, or that of another program."""

    root: Path
    """Absolute path as named, with links unresolved; if the cache is off, the path that it would have."""
    said_by: str
    """Source of the root: `--cache-dir`, a variable, a file with its section, or the platform's default."""
    named: bool
    """Whether `--cache-dir` named the root."""
    enabled: bool
    """Whether the program that fills the cache would use a cache at the root."""
    off_by: str | None = None
    """Setting or other cause that switches the cache off, without a full stop; None if the cache is on."""
    notes: tuple[str, ...] = ()
    """Sentences about settings: pitfalls, faults in their files, and commands of pip that have another cache."""
    indexes: tuple[str, ...] = ()
    """URLs of indexes and find-links pages in any setting, without credentials; see `Configuration.indexes`."""
    asks_pypi: bool = True
    """Whether pip uses its default index, PyPI; False if a setting `index-url` names the index."""
    prefix: Path | None = None
    """The `sys.prefix` of the Python whose pip is examined; None if there is no Python."""
    works: bool = True
    """Whether pip runs with these settings; if not, a note says why."""
    made_up: bool = False
    """Whether the root is that of the demo's cache, in a temporary folder."""
    source: str = "pip"
    """Id of the kind of cache, such as `pip` or `uv`."""

    @property
    def name(self) -> str:
        """Display name of the cache: the path of the root, or "made-up cache"."""
        return MADE_UP if self.made_up else str(self.root)

    @property
    def pip(self) -> Version | None:
        """Version of the pip that is examined, read from its metadata; None if unclear."""
        return pip_version(self.prefix) if self.prefix else None


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
    """Return where `--cache-dir` with the value `cache_dir`, or else the settings, put the cache of a pip command.

    The settings file of `python`'s environment is read, too. The settings are interpreted as in version `pip` of pip.
    By default, this is the version of `python`'s pip, or else the newest version. Relative paths start from `cwd`.
    Only tests pass `etc`. Never raises.
    """
    if pip is None and python is not None:
        pip = pip_version(python.prefix)
    folder = str(cwd) if cwd else here()
    ways = ways_of(pip)
    package = package_of(python, platform) if python else None
    files = configuration_files(platform, environ, str(python.prefix) if python else None, ways, etc, package)
    devnull = "nul" if platform == "win32" else "/dev/null"
    configuration = read_configuration(files, environ, ways, cwd=folder, devnull=devnull)
    view = _View(configuration, environ, platform, ways, folder, package)
    location = view.of(command, cache_dir)
    notes = [*configuration.faults, *location.notes, *configuration.notes]
    if cache_dir is None:
        notes += [note for other in OTHERS if (note := _difference(command, location, other, view.of(other, None)))]
    if platform == "darwin" and environ.get("XDG_CACHE_HOME") and pip is None and location.said_by == DEFAULT:
        notes.append("pip before 26.2 ignores XDG_CACHE_HOME on macOS.")
    return Location(
        location.root,
        location.said_by,
        location.named,
        location.enabled,
        location.off_by,
        tuple(dict.fromkeys(notes)),
        configuration.indexes(),
        not configuration.heard("index-url", command),
        python.prefix if python else None,
        location.works and not configuration.faults,
    )


def package_of(python: Interpreter, platform: str) -> str | None:
    """Return the Microsoft Store package that a Python comes from; None if it is not from the Microsoft Store."""
    return store_package(str(python.executable), str(python.prefix)) if platform == "win32" else None


@dataclass(frozen=True, slots=True)
class _View:
    """Settings that determine the location of each command's cache."""

    configuration: Configuration
    environ: Mapping[str, str]
    platform: str
    ways: PipBehaviour
    cwd: str
    package: str | None
    """Package of the Python from the Microsoft Store, if any."""

    def of(self, command: str, cache_dir: str | None) -> Location:
        """Return the location of one command's cache, with notes about pitfalls.

        `cache_dir` is the value of `--cache-dir`; None if the option is not given.

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
            value, said_by = default_root(self.platform, self.environ, self.ways, self.package), DEFAULT
        root = self._absolute(value)
        off_by = self._ownership(root)
        if cache_dir is None and switches and not wrong:
            off_by = switches[-1].quoted()
        elif cache_dir == "":
            off_by = "--cache-dir with nothing after it"
        notes = [f"pip refuses to run because of {one.quoted()}, which is neither yes nor no." for one in wrong]
        if said_by == DEFAULT and value != (usual := default_root(self.platform, self.environ, self.ways)):
            notes.append(f"Windows keeps the cache of a Python from the Microsoft Store apart from {usual}.")
        if cache_dir is None:
            notes += pitfalls(self.configuration, places, switches, root, platform=self.platform, environ=self.environ)
        return Location(Path(root), said_by, bool(cache_dir), off_by is None, off_by, tuple(notes), works=not wrong)

    def _absolute(self, path: str) -> str:
        join = ntpath.join if self.platform == "win32" else posixpath.join
        return join(self.cwd, expand(path, self.platform, self.environ))

    def _ownership(self, root: str) -> str | None:
        return objection(root) if self.platform == sys.platform else None


def here() -> str:
    """Return the current folder, or the root of the file system if the current folder does not exist."""
    try:
        return str(Path.cwd())
    except OSError:
        return os.path.abspath(os.sep)  # noqa: PTH100 - Path.absolute() asks for the folder that is gone


def _difference(command: str, location: Location, other: str, there: Location) -> str | None:
    """Return a sentence about how the cache of another command differs; None if it is the same, or if both are off."""
    if (location.root, location.enabled) == (there.root, there.enabled) or not (location.enabled or there.enabled):
        return None
    here = f"uses {location.root}" if location.enabled else f"has its cache off ({location.off_by})"
    where = f"uses {there.root} (said by {there.said_by})" if there.enabled else f"has it off ({there.off_by})"
    return f"`pip {command}` {here}, but `pip {other}` {where}."
