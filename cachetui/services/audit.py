"""Audit a cache, save the report, and compare it with an earlier one."""

from __future__ import annotations

import os
import platform
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import CachetuiError
from cachetui.export.target_folder import TargetError, check_target
from cachetui.insight.audit.audit import LABELS, Audit, EntryRows, audit_of
from cachetui.insight.audit.comparison import Comparison, compare
from cachetui.insight.copies import copies
from cachetui.insight.labelling import facts_of
from cachetui.labels import USE, Facts
from cachetui.model import NS, Entry, Inventory
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Policy, Protection
from cachetui.removal.freed_bytes import Outlook
from cachetui.report.audit.audit_csv import audit_csv
from cachetui.report.audit.audit_earlier import EarlierAudit, read_report
from cachetui.report.audit.audit_json import audit_json
from cachetui.report.audit.audit_rows import head, rows
from cachetui.report.audit.audit_text import audit_text
from cachetui.services.audit_rules import rules_of
from cachetui.services.facts.environments import usage_here, usage_words
from cachetui.services.facts.labels import facts_for
from cachetui.services.options import GlobalOptions
from cachetui.services.pythons import remembered_tags
from cachetui.services.removal import outlook_for
from cachetui.system.files import create_file, replace_file


class FormatError(CachetuiError, ValueError):
    """Error for a report whose file name has a suffix that belongs to no format."""


class Differences(NamedTuple):
    """Differences from an earlier report."""

    since: str
    """Time of the earlier audit, as its report gives it; untrusted text."""
    comparison: Comparison
    """The differences."""
    notes: tuple[str, ...] = ()
    """Sentences that warn if the earlier report is about another cache or computer; untrusted text."""


SUFFIXES = (".json", ".csv", ".txt")
"""Suffixes of a report's file name; each stands for a format."""


def facts_for_audit(
    entries: Collection[Entry],
    options: GlobalOptions,
    protection: Protection,
    *,
    search: bool,
    root: str,
    now_ns: int,
    note: Callable[[str], None],
    report: Callable[[str], None] = lambda _: None,
) -> Facts:
    """Return the facts that an audit needs about the entries of a whole cache, whose root is `root`.

    If the options name a Python, only that one is asked for its tags. Otherwise, Pythons are searched for if `search`
    is true, which takes a long time; if it is false, the tags are those that earlier runs remembered, or none with
    `no_memory`. The demo's Pythons are made up and always known. All other arguments are those of `facts_for`.
    """
    usage = usage_here(entries, root, read_preferences(), memory=not options.no_memory, demo=options.demo)
    if usage.trouble or usage.unread:
        note(usage_words(usage))
    words = LABELS - USE
    if search or options.python or options.demo:
        facts = facts_for(entries, words, options, protection, root=root, now_ns=now_ns, note=note, report=report)
    else:
        tags = [] if options.no_memory else remembered_tags()
        alike = partial(copies, root=root)
        facts = facts_of(entries, words, now_ns=now_ns, alike=alike, tags=tags, protect=protection)
    return replace(facts, used=usage.used)


def make_audit(
    inventory: Inventory,
    facts: Facts,
    policy: Policy | None,
    only: Collection[Entry] | None = None,
    outlook: Outlook | None = None,
) -> Audit:
    """Return the audit of a cache, with the space that each standard rule and the policy would free.

    `only` holds the entries to count; None means all entries. `outlook` says which entries a removal would keep; if it
    is None, this is determined first.
    """
    outlook = outlook or outlook_for(inventory, facts.protected, facts.now_ns)
    if policy is not None and policy.rules.not_needed_by:
        from cachetui.services.facts.needs import with_needs  # noqa: PLC0415 - few policies need it

        with suppress(CachetuiError):  # then the policy chooses nothing, and `prune` says why
            facts = with_needs(facts, policy.rules, inventory)
    rules = rules_of(policy, outlook, inventory.conduct)
    return audit_of(inventory, facts, rules=rules, only=only, outlook=outlook)


def report_parts(audit: Audit, path: Path) -> Iterable[str]:
    """Return a report in parts, in the format that the suffix of `path` stands for. Raises FormatError."""
    match path.suffix.lower():
        case ".json":
            return audit_json(audit)
        case ".csv":
            return audit_csv(audit)
        case ".txt":
            return [f"{line}\n" for line in audit_text(audit)]
    raise FormatError(f"The file name must end with {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")


def report_name(audit: Audit, host: str | None = None, folder: Path = Path()) -> str:
    """Return a free file name for a report in a folder, with the name of this computer and the date of the audit.

    If that name is taken, the time is added, and a number if that name is taken, too. Only tests pass `host`.
    """
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", (platform.node() if host is None else host).partition(".")[0]).strip("-")
    at = datetime.fromtimestamp(audit.now_ns / NS).astimezone()
    moments = chain((f"{at:%Y-%m-%d}", f"{at:%Y-%m-%d-%H%M}"), (f"{at:%Y-%m-%d-%H%M}-{number}" for number in count(2)))
    start = f"{audit.inventory.conduct.tool}-cache-audit"
    names = (f"{'-'.join(filter(None, (start, name, moment)))}.json" for moment in moments)
    return next(name for name in names if not os.path.lexists(folder / name))


def compare_audit(audit: Audit, path: Path) -> Differences:
    """Return the differences between an earlier report, in the file at `path`, and an audit.

    Raises CachetuiError if the report cannot be read, or covers only a part of the cache.
    """
    earlier = read_report(str(path))
    if earlier.terms:
        raise CachetuiError(f"{path} covers only {' '.join(earlier.terms)}. Name a report of the whole cache.")
    comparison = compare(earlier.lines, [row.line for row in rows(audit)])
    return Differences(earlier.at, comparison, tuple(other_cache(earlier, audit)))


def other_cache(earlier: EarlierAudit, listed: EntryRows) -> Iterator[str]:
    """Yield a sentence if an earlier report is about another root, and one if it is about another computer.

    The demo's cache has another root each time, so for it the roots are not compared.
    """
    now = head(listed)
    if earlier.root != now.root and not listed.made_up:
        yield f"The earlier report is about another cache, {earlier.root}; this one is {now.root}."
    if earlier.host not in (None, now.host):
        yield f"The earlier report is about another computer, {earlier.host}; this one is {now.host}."


def save_report(audit: Audit, path: Path, root: Path, *, overwrite: bool = False) -> None:
    """Write a report to a new file outside the cache at `root`; with `overwrite`, replace a file that exists.

    Raises TargetError if the file must not or cannot lie at `path`, or if what is to be replaced is not a regular file;
    FormatError for an unknown suffix; FileExistsError without `overwrite` if the file exists; and OSError.
    """
    parts = report_parts(audit, path)
    check_target(path.parent, root)
    if not overwrite:
        try:
            create_file(path, "".join(parts).encode())
        except FileNotFoundError as error:
            raise TargetError(f"{path.parent} does not exist. Create it, or choose another folder.") from error
    elif stat.S_ISREG(path.lstat().st_mode):
        replace_file(path, "".join(parts).encode())
    else:
        raise TargetError(f"{path} is not a regular file, so it is not overwritten.")
