"""Read the files of the rule `not_needed_by`, and find what they need in a cache."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cachetui.errors import UsageError
from cachetui.insight.needed import needed_by
from cachetui.labels import Facts
from cachetui.model import Inventory
from cachetui.needs.requirement_files import read_requirement_files
from cachetui.needs.values import RequirementFile, RequirementFileError
from cachetui.pip.config.paths import place
from cachetui.prune_rules import Rules
from cachetui.services.diagnostics.guard import guard
from cachetui.system.steps import step
from cachetui.system.streams import STANDARD_INPUT
from cachetui.system.tree import never
from cachetui.text.escape import escape_control
from cachetui.text.format import count
from cachetui.text.redact import quote_input, redact_input

LOG = logging.getLogger(__name__)
REMOTE = re.compile(r"(?:-r|--requirement).*://")
"""Pattern of a line that includes a requirements file by its URL.

Lines that include constraints do not match: constraints only narrow what is needed, so cachetui can do without them.
"""


@dataclass(frozen=True, slots=True)
class Needs:
    """Content of the files of the rule `not_needed_by`."""

    names: tuple[str, ...]
    """Names of the files for messages."""
    files: tuple[RequirementFile, ...]

    def found_in(
        self,
        inventory: Inventory,
        *,
        ci: bool = False,
        note: Callable[[str], None] = lambda _: None,
        stop: Callable[[], bool] = never,
    ) -> frozenset[str]:
        """Return the paths of the entries that the files need; `ci` is as in `needed_by`.

        `note` gets a sentence, without a full stop, about each file that does not pin everything that it needs. Raises
        CachetuiError.
        """
        with guard("find what is needed"), step(LOG, "found what is needed"):
            found = needed_by(self.files, inventory, ci=ci, stop=stop)
        for name, file, one in zip(self.names, self.files, found, strict=True):
            if not file.is_complete:
                projects = {entry.project for entry in one.followed}
                versions = {(entry.project, entry.version) for entry in one.followed}
                note(
                    f"{redact_input(name)} is no lock file: all that it allows is kept, and what that needs, "
                    f"{count(len(versions), 'version')} of {count(len(projects), 'project')}"
                )
        return frozenset().union(*[one.paths for one in found])


def read_needs(names: Sequence[str], *, note: Callable[[str], None] = lambda _: None) -> Needs:
    """Read the files that `not_needed_by` names; `-` is the standard input.

    `note` gets a sentence for each line that is not evaluated. Raises UsageError for a file that cannot be read, that
    asks for nothing that a cache could hold, or that includes another one by its URL; and CachetuiError for a path
    below an unknown home directory (`~user`).
    """
    return Needs(
        tuple([STANDARD_INPUT if name == "-" else str(place(name)) for name in names]),
        tuple([_read(name, note) for name in names]),
    )


def with_needs(facts: Facts, rules: Rules, inventory: Inventory) -> Facts:
    """Return facts with the entries that the files of some rules need. Raises CachetuiError."""
    if not rules.not_needed_by:
        return facts
    return replace(facts, needed=read_needs(rules.not_needed_by).found_in(inventory, ci=rules.ci))


def _read(name: str, note: Callable[[str], None]) -> RequirementFile:
    path = None if name == "-" else place(name)
    try:
        file = read_requirement_files([path])
    except RequirementFileError as error:
        raise UsageError(unreadable(error)) from None
    named = STANDARD_INPUT if path is None else redact_input(str(path))
    if file.is_empty:
        raise UsageError(f"{named} needs nothing from a cache, so everything would be removed. Name another file.")
    known = {reference.url for reference in file.direct}
    for ignored in file.ignored:
        if REMOTE.match(ignored.text):
            raise UsageError(
                f"{redact_input(ignored.place)}: {quote_input(ignored.text)} is on a server, where cachetui reads "
                "nothing: download it, and name the copy instead."
            )
        if not any(url in ignored.text for url in known):
            note(f"Not looked at: {redact_input(ignored.place)}: {quote_input(ignored.text)}")
    return file


def unreadable(error: RequirementFileError) -> str:
    """Return why a file cannot be read, in a sentence without secrets and control characters."""
    quoted = f": {quote_input(error.quoted)}" if error.quoted else ""
    return escape_control(f"{redact_input(error.place)}{quoted} {redact_input(error.complaint)}")
