"""Export wheels and sdists: read requirements files, choose the needed files, write them to a folder."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import CachetuiError
from cachetui.export.export import ExportOutcome, ExportProgress, export
from cachetui.export.plan import PlannedFile, plan_export
from cachetui.export.requirements_closure import NeededFiles, needs_of
from cachetui.interpreters.info import interpreter_info
from cachetui.interpreters.lookup import default_python, python_at
from cachetui.model import Entry, Inventory
from cachetui.needs.requirement_files import read_requirement_files
from cachetui.needs.values import RequirementFile, RequirementFileError
from cachetui.services.diagnostics.guard import guard
from cachetui.services.facts.needs import unreadable
from cachetui.services.options import GlobalOptions
from cachetui.system.steps import step
from cachetui.system.streams import read_input
from cachetui.system.tree import never
from cachetui.text.redact import quote_input, redact_input

LOG = logging.getLogger(__name__)


def read_requirements(
    paths: Iterable[Path | None],
    *,
    note: Callable[[str], None],
    read: Callable[[Path | None, int], bytes] = read_input,
    wrong: Callable[[str], None] | None = None,
) -> RequirementFile:
    """Read requirements files; a path of None stands for the standard input.

    `note` gets a sentence for each ignored line. `read` returns the content of a file, as `read_input` does. If
    `wrong` is given, it gets a sentence for each line that is not a requirement, and all other lines are read. Raises
    CachetuiError if a file cannot be read, and without `wrong`, also for a line that is not a requirement.
    """
    report = (lambda error: wrong(unreadable(error))) if wrong is not None else None
    try:
        found = read_requirement_files(paths, read, report)
    except RequirementFileError as error:
        raise CachetuiError(unreadable(error)) from None
    for ignored in found.ignored:
        note(f"Not looked at: {redact_input(ignored.place)}: {quote_input(ignored.text)}")
    return found


def find_needs(
    inventory: Inventory, file: RequirementFile, options: GlobalOptions, without: Collection[str] = ()
) -> NeededFiles:
    """Choose the files that requirements need, for the Python that the options name, or else the default one.

    `without` holds the paths of entries to ignore. The demo's default is the Python that runs cachetui. Raises
    CachetuiError if there is no Python, or if it does not report its tags.
    """
    named = options.python or (sys.executable if options.demo else None)
    python = python_at(named) if named else default_python()
    if python is None:
        raise CachetuiError("There is no Python here to choose files for. Choose one with --python.")
    info = interpreter_info(python)
    if info.trouble or not info.tags:
        trouble = info.trouble or "It does not report its supported tags."
        raise CachetuiError(f"What {python.executable} needs cannot be told: {trouble} Name another with --python.")
    if without:
        inventory = replace(inventory, entries=tuple([one for one in inventory.entries if one.path not in without]))
    return needs_of(file.asked, inventory, info, pre=file.pre, follow=not file.is_lock)


class Replaced(NamedTuple):
    """Result of an export in which other files may have replaced damaged ones."""

    planned: tuple[PlannedFile, ...]
    """All files that were to be written, damaged ones included."""
    outcome: ExportOutcome
    """The result, with the damaged files among those that were left out."""
    needs: NeededFiles
    """Files that the requirements need, with the replacements in place of the damaged ones."""
    without: frozenset[str]
    """Paths of the damaged entries that other entries of the same version replace."""


def replace_damaged(
    inventory: Inventory,
    planned: Sequence[PlannedFile],
    outcome: ExportOutcome,
    needs: NeededFiles,
    *,
    find: Callable[[Collection[str]], NeededFiles],
    write: Callable[[Sequence[PlannedFile]], ExportOutcome],
) -> Replaced:
    """Write other files in place of damaged ones that requirements need, such as an sdist for a damaged wheel.

    `find` chooses the needed files, given the paths of the entries to ignore; `write` exports planned files. If
    nothing can replace the damaged files, the result holds the arguments unchanged.
    """
    found = Replaced(tuple(planned), outcome, needs, frozenset())
    while not found.outcome.stopped:
        needed = {entry.path for entry in found.needs.entries}
        damaged = {one.entry.path for one in found.outcome.skipped if one.is_unproven} & needed
        without = found.without | damaged
        if not damaged or len((others := find(without)).lacking) > len(found.needs.lacking):
            break
        known = {one.entry.path for one in found.planned}
        fresh = {entry.path for entry in others.entries if entry.path not in known}
        more = plan_export([entry for entry in inventory.entries if entry.path in fresh])
        written = write(more) if more else ExportOutcome()
        exported, skipped = found.outcome.exported + written.exported, found.outcome.skipped + written.skipped
        outcome = ExportOutcome(exported, skipped, written.stopped)
        found = Replaced(found.planned + more, outcome, others, without)
    there = {_release_of(one.entry) for one in found.outcome.exported}
    same = [path for path in found.without if _release_of(inventory.by_path[path]) in there]
    return found._replace(without=frozenset(same))


def _release_of(entry: Entry) -> tuple[str | None, str | None]:
    return entry.project, entry.version


def export_files(
    inventory: Inventory,
    planned: Sequence[PlannedFile],
    folder: Path,
    *,
    stop: Callable[[], bool] = never,
    report: Callable[[ExportProgress], None] | None = None,
) -> ExportOutcome:
    """Write planned wheels and sdists to a folder. Raises CachetuiError and OSError."""
    with guard("export"), step(LOG, "exported"):
        return export(inventory, planned, folder, stop=stop, report=report)
