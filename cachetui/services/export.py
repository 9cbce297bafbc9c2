"""Export wheels and sdists: read requirements files, choose the files that they need, write them into a folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cachetui.errors import CachetuiError
from cachetui.export.export import Outcome, Progress, export
from cachetui.export.plan import Planned
from cachetui.export.requirement_files import RequirementFile, RequirementFileError, read_requirement_files
from cachetui.export.requirements_closure import Needs, needs_of
from cachetui.interpreters.info import interpreter_info
from cachetui.interpreters.lookup import default_python, python_at
from cachetui.model import Inventory
from cachetui.services.guard import guard
from cachetui.services.options import GlobalOptions
from cachetui.system.tree import never
from cachetui.text.redact import quote_input, redact_input


def read_requirements(paths: Iterable[Path], *, note: Callable[[str], None]) -> RequirementFile:
    """Read requirements files; `note` gets a sentence for each line that is not looked at. Raises CachetuiError."""
    try:
        found = read_requirement_files(paths)
    except RequirementFileError as error:
        quoted = f": {quote_input(error.quoted)}" if error.quoted else ""
        raise CachetuiError(f"{redact_input(error.place)}{quoted} {redact_input(error.complaint)}") from None
    for ignored in found.ignored:
        note(f"Not looked at: {redact_input(ignored.place)}: {quote_input(ignored.text)}")
    return found


def find_needs(inventory: Inventory, file: RequirementFile, options: GlobalOptions) -> Needs:
    """Choose the files that requirements need, for the Python that the options name, or else the default one.

    The demo is made for the Python that runs this. Raises CachetuiError where there is no Python, or it does not work.
    """
    named = options.python or (sys.executable if options.demo else None)
    python = python_at(named) if named else default_python()
    if python is None:
        raise CachetuiError("There is no Python here to choose files for: name one with --python.")
    info = interpreter_info(python)
    if info.trouble or not info.tags:
        trouble = info.trouble or "It does not say what it can use."
        raise CachetuiError(f"What {python.executable} needs cannot be told: {trouble} Name another with --python.")
    return needs_of(file.asked, inventory, info, pre=file.pre)


def export_files(
    inventory: Inventory,
    planned: Sequence[Planned],
    folder: Path,
    *,
    stop: Callable[[], bool] = never,
    report: Callable[[Progress], None] | None = None,
) -> Outcome:
    """Write planned wheels and sdists into a folder. Raises CachetuiError and OSError."""
    with guard("export"):
        return export(inventory, planned, folder, stop=stop, report=report)
