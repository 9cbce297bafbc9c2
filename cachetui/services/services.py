"""All use cases of the browser, as one object that tests can replace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cachetui.caches.registry import PIP, source_of
from cachetui.caches.source import ScanOptions
from cachetui.conduct import Conduct
from cachetui.errors import RefusedError
from cachetui.interpreters.lookup import Python, default_python
from cachetui.model import NS, Inventory
from cachetui.preferences.browser_choices import save_protected, save_theme
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Preferences
from cachetui.services.cache import read_cache
from cachetui.services.diagnostics.guard import guard
from cachetui.system.tree import never

if TYPE_CHECKING:  # loaded on first use, so that the first screen does not wait for it
    from packaging.tags import Tag

    from cachetui.caches.source import OtherCache
    from cachetui.environments.used_by import Usage
    from cachetui.export.export import ExportOutcome, ExportProgress
    from cachetui.export.plan import PlannedFile
    from cachetui.insight.audit.audit import Audit
    from cachetui.insight.check.check_list import CheckList
    from cachetui.insight.check.matches import CheckResult
    from cachetui.insight.health.finding import Finding
    from cachetui.insight.health.verification import VerificationProgress, Verified
    from cachetui.insight.why.explanation import Explanation
    from cachetui.interpreters.info import InterpreterInfo
    from cachetui.labels import Facts, Label
    from cachetui.model import Batch, Entry
    from cachetui.pip.config.location import Location
    from cachetui.pip_settings.apply import Effect
    from cachetui.pip_settings.change import RequestedChange, SettingsChange
    from cachetui.pip_settings.effective import PipSettings
    from cachetui.preferences.model import Policy, Protection
    from cachetui.prune_rules import Rules
    from cachetui.removal.execute import RemovalOutcome, RemovalProgress
    from cachetui.removal.freed_bytes import Outlook
    from cachetui.removal.plan import Plan
    from cachetui.services.audit import Differences
    from cachetui.services.own_commands import OwnCommands

Stop = Callable[[], bool]
"""Function that returns whether to stop."""


@dataclass(frozen=True)
class Services:
    """Use cases of one cache. All methods block, except those that say otherwise.

    Call them in a worker thread. They raise CachetuiError and OSError; most turn other exceptions into InternalError.
    """

    location: Location
    """Location of the cache."""
    python: Python | None = None
    """Python that the user named; None if the user named none."""
    read_only: bool = False
    """Whether nothing may be removed and no settings may be changed."""
    way_out: str = "Start cachetui without --read-only"
    """How a user can turn off `read_only`, as the start of a sentence."""
    memory: bool = True
    """Whether scans and searches use and update the results of earlier runs; scans of the demo's cache never do."""
    demo: bool = False
    """Whether the cache is the demo's."""
    find_pythons_here: bool = False
    """Whether to search this machine for Pythons, and for other caches."""
    preferences_path: Path | None = None
    """Path of the preferences file; None for the user's own file."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Environment variables that pips get, and by which Pythons, caches and environments are found."""
    clock: Callable[[], int] = time.time_ns
    """Function that returns the current time in nanoseconds since the epoch."""

    # The cache

    @property
    def tool(self) -> str:
        """Name of the program that fills the cache, as its users write it. Does not block."""
        return source_of(self.location.source).title

    @property
    def is_pips(self) -> bool:
        """Whether the cache is pip's rather than another program's. Does not block."""
        return self.location.source == PIP

    def of(self, other: OtherCache) -> Services:
        """Return the use cases of another cache on this machine. Reads settings to locate it, but not the cache."""
        python = self.python or default_python(self.environ)
        location = source_of(other.id).locate(None, python=python, environ=self.environ)
        return replace(self, location=location, demo=False)

    def scan(
        self,
        known: Mapping[str, Entry],
        *,
        stop: Stop = never,
        report: Callable[[Batch], None] | None = None,
    ) -> Inventory:
        """Read the cache; `known` holds the entries of an earlier scan by path."""
        with guard("read the cache"):
            return read_cache(self.location, ScanOptions(self.memory and not self.demo, stop, report, known))

    def other_caches(self, *, stop: Stop = never) -> tuple[OtherCache, ...]:
        """Return the other caches on this machine, measured for a second at most; none if this is the demo's cache."""
        from cachetui.services.other_caches import other_caches  # noqa: PLC0415

        return other_caches(self.environ, self.location, python=self.python, stop=stop)

    @property
    def conduct(self) -> Conduct:
        """How the program that fills the cache uses it. Does not block."""
        return source_of(self.location.source).conduct

    def own_commands(self, inventory: Inventory, chosen: Collection[Entry], *, stop: Stop = never) -> OwnCommands:
        """Return the commands of the cache's own program that remove entries; see `own_commands`."""
        from cachetui.services.own_commands import own_commands  # noqa: PLC0415 - few caches need it

        with guard("find the commands"):
            protected = self.protected(inventory.entries, self.read_preferences().protection)
            return own_commands(inventory, self.location, chosen, protected=protected, stop=stop)

    def ask_pip(self, *, stop: Stop = never) -> str | None:
        """Ask pip itself for its cache directory; return a sentence if its answer differs from `location`.

        Return None if it does not differ, or if there is no answer.
        """
        from cachetui.pip.config.ask_pip import ask_pip, compare  # noqa: PLC0415

        python = self.python or default_python(self.environ)
        if python is None or stop():
            return None
        return compare(self.location, ask_pip(python, self.environ, stop=stop))

    def facts(
        self,
        entries: Collection[Entry],
        words: Collection[Label],
        *,
        protect: Callable[[Entry, Facts], bool] | None = None,
        tags: Collection[frozenset[Tag]] = (),
        usage: Usage | None = None,
    ) -> Facts:
        """Return the facts behind the labels in `words`; `protect` returns whether an entry is protected.

        `tags` holds the tags of each Python found; it counts only if the user named no Python. `usage` says which
        environments use the entries; None if that is not known yet.
        """
        from cachetui.insight.copies import copies  # noqa: PLC0415
        from cachetui.insight.labelling import facts_of  # noqa: PLC0415
        from cachetui.services.pythons import tags_of  # noqa: PLC0415

        if "unusable" in words and self.python is not None:
            tags = tags_of(self.python, self.environ)
        protect = protect if "protected" in words else None
        alike = partial(copies, root=str(self.location.root))
        used = {} if usage is None else usage.used
        return facts_of(entries, words, now_ns=self.clock(), alike=alike, tags=tags, used=used, protect=protect)

    def needed(self, entries: Collection[Entry], rules: Rules) -> frozenset[str]:
        """Return the paths of the entries that the files of the rule `not_needed_by` need."""
        from cachetui.services.facts.needs import read_needs  # noqa: PLC0415

        inventory = Inventory(str(self.location.root), entries=tuple(entries), conduct=self.conduct)
        return read_needs(rules.not_needed_by).found_in(inventory, ci=rules.ci)

    # Preferences

    def read_preferences(self) -> Preferences:
        """Read the user's current preferences. Never raises."""
        return read_preferences(self.preferences_path, self._protected_path)

    @property
    def _protected_path(self) -> Path | None:
        """Path of the demo's own file with protected projects; None stands for the user's file."""
        return self.location.root.with_name("protected") if self.demo else None

    def save_protected(self, project: str, is_protected: bool) -> None:
        """Protect a project from removal, or end its protection. Raises CachetuiError if that cannot be saved."""
        save_protected(project, is_protected, self._protected_path)

    def save_theme(self, theme: str, preferences: Preferences) -> None:
        """Save the theme chosen in the browser. Raises CachetuiError if it cannot be saved."""
        save_theme(theme, preferences)

    def protected(self, entries: Collection[Entry], protection: Protection) -> frozenset[str]:
        """Return the paths of the entries that the preferences protect."""
        if not protection.terms:
            return frozenset()
        from cachetui.services.facts.labels import protected_entries  # noqa: PLC0415

        return protected_entries(entries, protection, str(self.location.root), self.clock())

    # Removal

    def outlook(self, inventory: Inventory, protection: Protection, *, exact: bool = False) -> Outlook:
        """Return the conditions that decide how much removals would free, such as what is protected or in use.

        `exact` looks at each entry on the disk, as a plan does.
        """
        from cachetui.services.removal import outlook_for  # noqa: PLC0415

        return outlook_for(inventory, self.protected(inventory.entries, protection), self.clock(), exact=exact)

    def plan_removal(
        self, inventory: Inventory, entries: Iterable[Entry], preferences: Preferences, *, purge: bool = False
    ) -> Plan:
        """Plan the removal of some entries; `purge` says whether everything is to be removed."""
        from cachetui.services.removal import plan  # noqa: PLC0415

        with guard("plan the removal"):
            return plan(inventory, entries, preferences, named=self.location.named, purge=purge, now_ns=self.clock())

    def remove(
        self,
        plan: Plan,
        inventory: Inventory,
        preferences: Preferences,
        *,
        stop: Stop = never,
        report: Callable[[RemovalProgress], None] | None = None,
    ) -> RemovalOutcome:
        """Carry out a plan that the user agreed to."""
        from cachetui.services.removal import remove  # noqa: PLC0415

        if self.read_only:
            raise RefusedError("Read-only: nothing is removed here.")
        with guard("finish the removal"):
            memory = self.memory and not self.demo
            return remove(plan, inventory, preferences, now_ns=self.clock(), memory=memory, stop=stop, report=report)

    # Audit, health, why

    def audit(
        self,
        inventory: Inventory,
        policy: Policy | None,
        *,
        protect: Callable[[Entry, Facts], bool] | None = None,
        tags: Collection[frozenset[Tag]] = (),
        usage: Usage | None = None,
        outlook: Outlook | None = None,
    ) -> Audit:
        """Return the audit of the cache, with the space that rules would free.

        `protect`, `tags` and `usage` are as in `facts`. `outlook` says which entries a removal would keep; if it is
        None, this is determined first.
        """
        from cachetui.insight.audit.audit import LABELS  # noqa: PLC0415
        from cachetui.services.audit import make_audit  # noqa: PLC0415

        with guard("audit the cache"):
            facts = self.facts(inventory.entries, LABELS, protect=protect, tags=tags, usage=usage)
            return make_audit(inventory, facts, policy, outlook=outlook)

    def save_report(self, audit: Audit, path: Path, *, overwrite: bool = False) -> None:
        """Write an audit into a file; a file that exists is replaced only with `overwrite`."""
        from cachetui.services.audit import save_report  # noqa: PLC0415

        save_report(audit, path, self.location.root, overwrite=overwrite)

    def find_reports(self) -> list[str]:
        """Return the file names of the newest audit reports in the current folder, the newest first."""
        from cachetui.report.audit.audit_earlier import find_reports  # noqa: PLC0415

        return find_reports(Path())

    def compare_audit(self, audit: Audit, path: Path) -> Differences:
        """Return the differences between an earlier report and an audit."""
        from cachetui.services.audit import compare_audit  # noqa: PLC0415

        with guard("compare these audits"):
            return compare_audit(audit, path)

    def check(self, inventory: Inventory, *, stop: Stop = never) -> tuple[Finding, ...]:
        """Return the findings that can be made without reading whole archives."""
        from cachetui.services.verification import find_problems  # noqa: PLC0415

        return find_problems(
            inventory,
            now_ns=self.clock(),
            pip=self.location.pip,
            fresh_hours=self.read_preferences().fresh_hours,
            memory=self.memory and not self.demo,
            stop=stop,
        )

    def verify(
        self,
        inventory: Inventory,
        *,
        stop: Stop = never,
        report: Callable[[VerificationProgress], None] = lambda _: None,
    ) -> Verified:
        """Read to their end all entries that can be verified, and compare them with the known hashes."""
        from cachetui.services.verification import verify_entries  # noqa: PLC0415

        return verify_entries(inventory, inventory.entries, stop=stop, report=report)

    def explain(self, text: str, inventory: Inventory, *, stop: Stop = never) -> Explanation:
        """Explain what pip would do for a requirement or a command. Raises QuestionError for other text."""
        from cachetui.insight.why.question import read_question  # noqa: PLC0415
        from cachetui.services.why import explain  # noqa: PLC0415

        with guard("answer this"):
            return explain(
                read_question(text),
                inventory,
                self.location,
                self.python,
                now=self.clock() / NS,
                demo=self.demo,
                stop=stop,
            )

    def check_list(self, text: str, inventory: Inventory, *, stop: Stop = never) -> tuple[CheckList, CheckResult]:
        """Find the releases that a list names; `text` is its path, or terms. Raises TermError for an invalid term."""
        from cachetui.services.check import check_list, read_check_list  # noqa: PLC0415 - seldom needed

        found = read_check_list([text])
        return found, check_list(found, inventory, self.usage(inventory, self.read_preferences(), stop=stop), stop=stop)

    # Export

    def export(
        self,
        inventory: Inventory,
        planned: Sequence[PlannedFile],
        folder: Path,
        *,
        stop: Stop = never,
        report: Callable[[ExportProgress], None] | None = None,
    ) -> ExportOutcome:
        """Write planned wheels and sdists into a folder."""
        from cachetui.services.export import export_files  # noqa: PLC0415

        return export_files(inventory, planned, folder, stop=stop, report=report)

    # Pythons and their pips

    def find_pythons(self, *, stop: Stop = never) -> Iterator[InterpreterInfo]:
        """Yield a report on each Python that is found; the Python that the user named comes first."""
        from cachetui.services.pythons import find_pythons  # noqa: PLC0415

        return find_pythons(
            self.python, memory=self.memory, demo=self.location.made_up, environ=self.environ, stop=stop
        )

    def usage(self, inventory: Inventory, preferences: Preferences, *, stop: Stop = never) -> Usage:
        """Return which environments on this machine use the entries of the cache. Runs no Python."""
        from cachetui.services.facts.environments import usage_here  # noqa: PLC0415

        return usage_here(
            inventory.entries,
            inventory.root,
            preferences,
            memory=self.memory,
            demo=self.location.made_up,
            environ=self.environ,
            stop=stop,
        )

    def pip_settings(self, python: InterpreterInfo) -> PipSettings:
        """Return the settings of a Python's pip."""
        from cachetui.services.pythons import pip_settings  # noqa: PLC0415

        return pip_settings(python, self.location, self.environ)

    def plan_change(self, python: InterpreterInfo, wish: RequestedChange, root: str | None = None) -> SettingsChange:
        """Plan a change to a pip's settings; `root` is the folder to move its cache to.

        Raises DestinationError.
        """
        from cachetui.pip_settings.change import plan_change  # noqa: PLC0415

        return plan_change(self.pip_settings(python), wish, root, self.environ)

    def change_settings(self, change: SettingsChange) -> Effect:
        """Run pip to change its settings; this cannot be stopped."""
        from cachetui.pip_settings.apply import apply  # noqa: PLC0415

        preferences = self.read_preferences()
        if self.read_only or preferences.read_only:
            raise RefusedError("Read-only: no settings are changed here.")
        if preferences.settings_refusal:
            raise RefusedError(preferences.settings_refusal)
        return apply(change, self.environ)
