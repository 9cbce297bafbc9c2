"""Check whether releases that a list names are in the cache, have left traces in it, or are installed."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cachetui.environments.used_by import Usage
from cachetui.errors import CachetuiError, TermError
from cachetui.insight.check.advisories import AdvisoryError, is_json, read_advisories
from cachetui.insight.check.check_list import CheckList
from cachetui.insight.check.items import CheckItem
from cachetui.insight.check.matches import CheckResult, find_matches
from cachetui.model import Inventory
from cachetui.pip.config.paths import place
from cachetui.services.diagnostics.guard import guard
from cachetui.services.export import read_requirements
from cachetui.system.steps import step
from cachetui.system.streams import STANDARD_INPUT, read_input
from cachetui.system.tree import never, reason
from cachetui.terms.requirements import parse_requirement, skip
from cachetui.text.redact import quote_input

LOG = logging.getLogger(__name__)
ENDINGS = (".json", ".jsonl", ".ndjson")
"""Suffixes of files with OSV records; of a folder, only files with these suffixes are read."""
LISTS = (*ENDINGS, ".txt", ".in", ".lock", ".toml")
"""Suffixes of words that are taken for names of files, although they could be names of projects."""
ZIP = b"PK\3\4"
"""First bytes of a zip, the form in which OSV offers all records of an ecosystem."""
LONGEST = 512 << 20
"""Maximum size of a list in bytes."""


def read_check_list(arguments: Sequence[str]) -> CheckList:
    """Read terms, files, folders and the standard input (`-`).

    For a file, folder or line that cannot be read, the result holds a sentence; reading goes on with the next one.
    Raises TermError for an invalid term, and CachetuiError for a path below an unknown home directory (`~user`).
    """
    found = CheckList()
    with step(LOG, "read the lists"):
        for argument in arguments:
            try:
                path = _path_of(argument)
                if argument != "-" and path is None:
                    found.items += _items_of_term(argument)
                    continue
                files = _files_of(path, found)
            except TermError:
                raise
            except CachetuiError as error:
                found.unreadable.append(str(error))
                continue
            for one in files:
                try:
                    _read_list(one, found)
                except CachetuiError as error:
                    found.unreadable.append(str(error))
    return found


def check_list(
    found: CheckList,
    inventory: Inventory,
    usage: Usage,
    *,
    stop: Callable[[], bool] = never,
) -> CheckResult:
    """Find the files, traces and installations of the releases that the items of a list name.

    Raises CachetuiError and OSError.
    """
    with guard("check the list"), step(LOG, "checked the list"):
        return CheckResult(find_matches(found.items, inventory, usage, stop), usage)


def _path_of(argument: str) -> Path | None:
    """Return the path that an argument means; None for a term and for the standard input.

    Raises TermError for a term that is also the name of a file or folder in the current folder, and CachetuiError as
    `place` does.
    """
    separators = {os.sep, os.altsep or os.sep, "/"}
    if argument == "-":
        return None
    if argument.startswith(("~", ".")) or any(one in argument for one in separators):
        return place(argument)
    if argument.lower().endswith(LISTS):
        return place(argument)
    if os.path.lexists(argument):
        what = "folder" if Path(argument).is_dir() else "file"
        name = quote_input(argument)
        raise TermError(
            f"{name} is also the name of a {what} here: write {os.path.join(os.curdir, name)} for the {what}, or "  # noqa: PTH118
            f"'\"{name}\"' for the project",
            argument,
        )
    return None


def _items_of_term(argument: str) -> Iterator[CheckItem]:
    """Yield an item for each name, requirement or pattern in an argument. Raises TermError."""
    position = skip(argument, 0)
    if position == len(argument):
        raise TermError("a term is empty", argument)
    while position < len(argument):
        requirement, end = parse_requirement(argument, position)
        yield CheckItem(requirement.text, (requirement,))
        position = skip(argument, end)


def _files_of(path: Path | None, into: CheckList) -> list[Path | None]:
    """Return the files to read for a path: the path itself, or for a folder, all JSON files in and below it.

    None stands for the standard input. Hidden folders are skipped. For each folder that cannot be listed, a sentence is
    added to `into`. Raises CachetuiError if a folder that was listed completely holds no JSON file.
    """
    if path is None or not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises if a folder above is closed
        return [path]
    found: list[Path | None] = []
    unreadable: list[str] = []

    def fail(error: OSError) -> None:
        unreadable.append(f"{quote_input(str(error.filename))} cannot be read: {reason(error)}.")

    for folder, below, names in os.walk(path, onerror=fail):
        below[:] = sorted([name for name in below if not name.startswith(".")])
        lists = [Path(folder, name) for name in sorted(names) if name.lower().endswith(ENDINGS)]
        found += [one for one in lists if one.is_file() or not one.exists()]  # reading a pipe would not end
    into.unreadable += unreadable
    if not found and not unreadable:
        raise CachetuiError(
            f"{quote_input(str(path))} holds no {', no '.join(ENDINGS)}: name a folder with OSV records."
        )
    return found


def _read_list(path: Path | None, into: CheckList) -> None:
    """Read a requirements file, lock file or OSV records, and add the items to `into`. Raises CachetuiError."""
    name = STANDARD_INPUT if path is None else quote_input(str(path))
    try:
        content = read_input(path, LONGEST)
    except (OSError, ValueError) as error:
        raise CachetuiError(f"{name} cannot be read: {reason(error)}.") from None
    if content.startswith(ZIP):
        raise CachetuiError(f"{name} is a zip: unpack it, and name the folder.")
    suffix = path.suffix.lower() if path else ""
    if suffix in ENDINGS or (is_json(content) and suffix != ".lock"):  # Pipfile.lock is JSON
        before = len(into.advisories.items)
        try:
            read_advisories(content, name, into.advisories)
        except AdvisoryError as error:
            into.unreadable.append(str(error))
        into.items += into.advisories.items[before:]
        return

    def read(other: Path | None, most: int) -> bytes:
        return content if other == path else read_input(other, most)

    known = len(into.unreadable)
    listed = read_requirements([path], note=into.ignored.append, read=read, wrong=into.unreadable.append)
    if not listed.asked and len(into.unreadable) == known:
        raise CachetuiError(f"{name} names no release: write a name or a requirement on each line.")
    for line in listed.asked:
        text = f"{line.requirement.name}{line.requirement.specifier}"
        into.items.append(CheckItem(text, (parse_requirement(text, 0)[0],), name))
