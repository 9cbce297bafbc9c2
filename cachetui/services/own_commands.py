"""Commands of a cache's own program that remove entries, and the space that they give back.

They are for caches from which cachetui itself removes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from cachetui.caches.registry import source_of
from cachetui.caches.source import ToolCommand
from cachetui.errors import RootError
from cachetui.model import Entry, File, Inventory
from cachetui.pip.config.location import Location
from cachetui.removal.freed_bytes import freed_files
from cachetui.system.extents import shared_bytes
from cachetui.system.tree import Tree, never
from cachetui.text.format import count, disk_text
from cachetui.text.quote import quoted

MOST_FILES = 20_000
"""Maximum number of files whose shared blocks the file system is asked about."""


class Returned(NamedTuple):
    """Space that a removal gives back."""

    disk: int
    """Bytes that nothing else uses; an upper limit if `is_known` is False."""
    elsewhere: int
    """Bytes of removed files that stay in use even after all removals, because other hard links or copies use them."""
    is_known: bool
    """Whether it is known how many bytes the files share with copies."""
    later: int = 0
    """Bytes of removed files that only a later removal gives back, because it removes their other hard links."""


class OwnCommand(NamedTuple):
    """A command to run in a shell, with what the user should know about it."""

    command: str
    """The command, quoted for a shell."""
    notes: tuple[str, ...]
    """Sentences about what the command removes, and the space that it gives back."""


class OwnCommands(NamedTuple):
    """The commands to run in place of a removal by cachetui."""

    refusal: str
    """Why cachetui removes nothing (a sentence)."""
    commands: tuple[OwnCommand, ...]
    """The commands."""
    notes: tuple[str, ...] = ()
    """Sentences about what none of the commands removes."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything except the refusal, as lines of text."""
        found = [line for one in self.commands for line in (one.command, *[f"  {note}" for note in one.notes])]
        return (*found, *self.notes)


def own_commands(
    inventory: Inventory,
    location: Location,
    chosen: Collection[Entry],
    *,
    protected: Collection[str] = (),
    stop: Callable[[], bool] = never,
) -> OwnCommands:
    """Return the commands that remove the chosen entries.

    If none are chosen, the commands remove what the program does not use. The file system is asked which blocks the
    files share with others; if that is not known, the freed space is only an upper limit. `protected` holds the paths
    of protected entries, which the commands do not spare.
    """
    source = source_of(location.source)
    commands = source.commands(inventory, chosen)
    option: tuple[str, ...] = ()
    if location.root != source.locate(None, python=None, environ=os.environ).root:
        option = (source.cache_option, str(location.root))
    taken = {entry.path for one in commands for entry in one.takes}
    left = [entry for entry in chosen if entry.path not in taken]
    notes: tuple[str, ...] = ()
    if left:
        paths = ", ".join([entry.path for entry in left[:3]])
        more = f" and {len(left) - 3:,} more" if len(left) > 3 else ""
        whole = quoted((*source.remove_all, *option))
        notes = (f"Only {whole}, which removes everything, removes {paths}{more}.",)
    wanted = {entry.path for entry in chosen}
    found = []
    for number, one in enumerate(commands):
        before, later = _taken(commands[:number]), _taken(commands[number + 1 :])
        try:
            back = returned(inventory, one.takes, before=before, later=later, stop=stop)
        except RootError:
            back = _returned(_freed_after(before, one.takes), one.takes, [*before, *later], None)
        found.append(OwnCommand(quoted((*one.words, *option)), _notes(one, back, wanted, protected)))
    return OwnCommands(inventory.conduct.refusal, tuple(found), notes)


def _taken(commands: Sequence[ToolCommand]) -> list[Entry]:
    return [entry for one in commands for entry in one.takes]


def returned(
    inventory: Inventory,
    entries: Sequence[Entry],
    *,
    before: Sequence[Entry] = (),
    later: Sequence[Entry] = (),
    stop: Callable[[], bool] = never,
) -> Returned:
    """Return the space that the removal of `entries` gives back after the entries in `before` were removed.

    The entries in `later` are removed afterwards. No entry may be in two of these collections. Raises RootError.
    """
    freed = _freed_after(before, entries)
    shared: int | None = 0
    if inventory.may_share and freed:
        with Tree(Path(inventory.root)) as tree:
            shared = _shared(tree, freed, stop) if len(freed) <= MOST_FILES else None
    return _returned(freed, entries, [*before, *later], shared)


def _freed_after(before: Sequence[Entry], entries: Sequence[Entry]) -> list[File]:
    """Return the files on the disk that the removal of `entries` frees once the entries in `before` are removed."""
    gone = len(list(freed_files(before)))
    return [file for file in [*freed_files([*before, *entries])][gone:] if file.disk_usage]


def _returned(freed: Sequence[File], entries: Sequence[Entry], others: Sequence[Entry], shared: int | None) -> Returned:
    """Return the space that the removal of some entries gives back; `freed` are the files that it frees.

    `others` are the entries that are removed before or after them. `shared` is how many bytes the freed files
    share with copies; None if that is not known.
    """
    now = {(file.device, file.inode) for file in freed}
    all_told = {(file.device, file.inode) for file in freed_files([*entries, *others])}
    staying = [file for entry in entries for file in entry.files if (file.device, file.inode) not in now]
    later = sum([file.disk_usage for file in staying if (file.device, file.inode) in all_told])
    elsewhere = sum([file.disk_usage for file in staying]) - later + (shared or 0)
    disk = sum([file.disk_usage for file in freed]) - (shared or 0)
    return Returned(disk, elsewhere, shared is not None, later)


def _shared(tree: Tree, files: Sequence[File], stop: Callable[[], bool]) -> int | None:
    """Return how many bytes of some files are shared with other files; None if that is not known for every file."""
    total = 0
    for file in files:
        if stop():
            return None
        try:
            fd = tree.open(file)
        except OSError:
            return None
        try:
            shared = shared_bytes(fd)
        finally:
            os.close(fd)
        if shared is None:
            return None
        total += min(shared, file.disk_usage)
    return total


def _notes(
    command: ToolCommand, back: Returned, wanted: Collection[str], protected: Collection[str]
) -> tuple[str, ...]:
    """Return sentences about what a command removes, and the space that it gives back."""
    if not command.takes:
        return ("It finds nothing to remove.",)
    size = disk_text(sum([entry.disk_usage for entry in command.takes]))
    gives = f"gives back {'' if back.is_known else 'at most '}{disk_text(back.disk)}"
    notes = [f"It removes {count(len(command.takes), 'entry')}, {size}, and {gives}."]
    spared = [entry for entry in command.takes if entry.path in protected]
    if spared:
        notes.append(f"It also removes {count(len(spared), 'entry')} that you have protected{_releases(spared)}.")
    if back.later:
        notes.append(f"{disk_text(back.later)} are given back only by a later command: what it removes shares them.")
    if back.elsewhere:
        notes.append(f"{disk_text(back.elsewhere)} stay in use: other files, as in environments, share them.")
    if not back.is_known:
        notes.append("How much of this is shared with copies elsewhere is not known.")
    others = [entry for entry in command.takes if entry.path not in wanted]
    if others and wanted:
        which = _releases(others)
        notes.append(f"This includes {count(len(others), 'entry')} that you did not choose{which}.")
    return tuple(notes)


def _releases(entries: Sequence[Entry]) -> str:
    """Return the first releases among some entries, as the end of a clause; empty if none has a version."""
    named = [f"{entry.project} {entry.version}" for entry in entries if entry.project and entry.version]
    names = list(dict.fromkeys(named))
    if not names:
        return ""
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return f", such as {', '.join(names[:5])}{more}" if more else f": {', '.join(names)}"
