"""The interface between a cache's format and everything else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cachetui.conduct import PIP, Conduct
from cachetui.model import Batch, Entry, Inventory
from cachetui.pip.config.location import Location
from cachetui.system.tree import never

if TYPE_CHECKING:
    from cachetui.interpreters.lookup import Python


NOTHING: Mapping[str, Entry] = MappingProxyType({})


class Locate(Protocol):
    """Function that returns where a program's cache is."""

    def __call__(self, cache_dir: str | None, *, python: Python | None, environ: Mapping[str, str]) -> Location:
        """Return the location that the settings name, or `cache_dir` if that is given. Never raises.

        `python` is the Python whose pip settings are read for the caches of pip and pipenv; its prefix becomes the
        location's, whatever the program.
        """


class ScanOptions(NamedTuple):
    """How a cache is read, whatever program fills it."""

    memory: bool = False
    """Whether to use and update the stored results of earlier runs."""
    stop: Callable[[], bool] = never
    """Function that returns whether to stop."""
    report: Callable[[Batch], None] | None = None
    """Function that gets the progress of the scan."""
    known: Mapping[str, Entry] = NOTHING
    """Entries that an earlier scan in this process found, by path."""


class Scan(Protocol):
    """Function that reads a cache."""

    def __call__(self, location: Location, options: ScanOptions) -> Inventory:
        """Return the content of the cache. Raises RootError and OSError if the root cannot be read."""


class ToolCommand(NamedTuple):
    """A command of a cache's own program that removes entries."""

    words: tuple[str, ...]
    """The command without options, such as `uv cache clean numpy`."""
    takes: tuple[Entry, ...]
    """All entries that the command removes."""


def no_commands(inventory: Inventory, chosen: Collection[Entry]) -> list[ToolCommand]:
    """Return no commands: cachetui itself removes entries."""
    return []


@dataclass(frozen=True)
class Source:
    """A kind of cache: where it is, and how it is read."""

    id: str
    """Name on the command line and in `Location.source`."""
    title: str
    """Name of the program that fills the cache, as its users write it."""
    locate: Locate
    """Returns where the cache is."""
    scan: Scan
    """Reads the cache."""
    recognises: Callable[[Path, Collection[str]], bool]
    """Returns whether a directory is this program's cache, given its absolute path and the names in it."""
    conduct: Conduct = PIP
    """How the program uses its cache."""
    closed: frozenset[str] = frozenset()
    """Names of directories in the root that are not part of the cache, such as that of environments; never opened."""
    commands: Callable[[Inventory, Collection[Entry]], list[ToolCommand]] = no_commands
    """Returns the program's own commands that remove entries, if cachetui removes nothing from its cache.

    For no entries, it returns the command that removes what the program no longer uses.
    """
    remove_all: tuple[str, ...] = ()
    """The program's own command that removes everything, as words; empty if cachetui itself removes entries."""
    cache_option: str = ""
    """Option of the program's own commands that names the cache; empty if there are no such commands."""


class OtherCache(NamedTuple):
    """A cache on this machine other than the one that is open. Its files were counted, but not read."""

    id: str
    """Id of the kind of cache."""
    title: str
    """Name of the program that fills the cache."""
    root: Path
    """Absolute path as the program's settings name it, with links unresolved."""
    disk_usage: int
    """Allocated bytes of the cache's files and directories; files with several names are counted once."""
    is_whole: bool
    """Whether everything was counted; if not, `disk_usage` is a lower limit."""
