"""Common steps of `remove`, `prune` and `purge`: plan, question, removal, result."""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import click
from packaging.version import Version

from cachetui.cli.console import Status, ask, can_ask, note, say, warn
from cachetui.cli.exit_codes import DONE, FAILED
from cachetui.cli.signals import interruptible, stopped_code
from cachetui.errors import RefusedError
from cachetui.labels import Label
from cachetui.model import Entry, Inventory
from cachetui.preferences.model import Preferences
from cachetui.removal.execute import RemovalOutcome, RemovalProgress
from cachetui.removal.plan import Plan, costs_of_rights
from cachetui.removal.rights import DENIALS
from cachetui.report.entries_json import removal_json
from cachetui.report.removal_list import MOST_NAMES, bill, number_kept, stays, title
from cachetui.services import removal as services
from cachetui.services.cache import Cache
from cachetui.services.facts.labels import protected_entries
from cachetui.services.options import GlobalOptions
from cachetui.services.own_commands import own_commands
from cachetui.terms.quantities import parse_age, parse_size
from cachetui.text.format import count, disk_text, removed, with_folders
from cachetui.text.styled import styled

WILD_OR_MORE = re.compile(r"(\.\*)?,?\Z")
"""Matches the wildcard and the comma that may follow a version in a comparison."""
PLAIN_KINDS = ("wheel", "sdist", "metadata", "index", "redirect")
"""Kinds that are evident from an entry's name."""


@dataclass(frozen=True, slots=True)
class RemovalRequest:
    """Options of a removal."""

    dry_run: bool
    """Whether to show only the plan."""
    yes: bool
    """Whether the user agreed beforehand (--yes)."""
    as_json: bool
    """Whether to write the result as JSON."""
    options: GlobalOptions
    """The global options."""
    to_free: int | None = None
    """Bytes that the removal is to free; None if it has no such goal."""

    def check(self) -> None:
        """Raise RefusedError if --read-only forbids the removal."""
        if self.options.read_only and not self.dry_run:
            by = self.options.said_by("read_only")
            raise RefusedError(f"Nothing is removed with {by}; --dry-run shows what would be removed.")

    def want_python(self, words: Collection[Label], options: GlobalOptions, *, policy: bool = False) -> None:
        """Raise click.UsageError if --yes would remove unusable entries although --python does not name a Python.

        `words` are the labels that choose entries; `policy` says whether they come from the policy in the preferences.
        """
        if "unusable" in words and self.yes and not self.dry_run and not options.python:
            said = "With --yes, what is unusable needs"
            if policy:
                said = "The policy in the preferences says unusable, which with --yes needs"
            raise click.UsageError(f"{said} --python PYTHON: the one that will use what is kept.")

    def write(self, plan: Plan | None, outcome: RemovalOutcome | None, notes: Sequence[str] = ()) -> None:
        """Write the plan and the outcome as JSON if that was requested. A closed pipe is not an error."""
        if self.as_json:
            with suppress(BrokenPipeError):
                sys.stdout.write(removal_json(plan, outcome, (*plan.costs, *notes) if plan else notes, self.to_free))


def refuse_redirection(command: str, terms: Sequence[str]) -> None:
    """Raise click.UsageError if the shell took a part of a term for a redirection.

    Without quotes, `torch>=2` writes to the file `=2` and `torch<2` reads the file `2`. The part of the term that
    remains may match far more. Standard error may be redirected to any file, except to one whose name begins with `=`.
    """
    for stream, sign, words in (
        (sys.stdout, ">", "sent the output into"),
        (sys.stdin, "<", "taken the input from"),
        (sys.stderr, ">", "sent the messages into"),
    ):
        try:
            file = os.fstat(stream.fileno())
        except (OSError, ValueError, AttributeError):  # not a file
            continue
        if not stat.S_ISREG(file.st_mode):
            continue
        for item in _files_here():
            is_lost = item.name.startswith("=") if stream is sys.stderr else _is_compared_with(item.name)
            if is_lost and _is(item, file):
                example = ", such as" if len(terms) > 1 else f": cachetui {command}"  # it may have been any of them
                sentence = (
                    f"The shell has {words} a file named {item.name!r}. Quote what has > or < in it"
                    f"{example} '{''.join(terms[-1:])}{sign}{item.name}'. Nothing was removed."
                )
                if stream is sys.stderr:  # where nobody would read the error
                    say(f"Error: {sentence}")
                raise click.UsageError(sentence)


def _is_compared_with(name: str) -> bool:
    """Return whether a file name looks like the right side of a comparison such as `>2` or `>=2`.

    Examples are `=2`, `2`, `2.0rc1`, `2.*`, `100MB` and `90d`.
    """
    if name.startswith("="):
        return True
    for read in (lambda text: Version(WILD_OR_MORE.sub("", text)), parse_size, parse_age):
        with suppress(ValueError):
            read(name)
            return True
    return False


def _files_here() -> list[os.DirEntry[str]]:
    """Return the items of the current directory; none if it cannot be listed."""
    try:
        with os.scandir() as found:
            return list(found)
    except OSError:
        return []


def _is(item: os.DirEntry[str], file: os.stat_result) -> bool:
    """Return whether a directory item is the given file."""
    try:
        return os.path.samestat(file, item.stat())
    except OSError:  # a broken link, or removed meanwhile
        return False


def remove(
    cache: Cache,
    entries: Sequence[Entry],
    wishes: RemovalRequest,
    *,
    preferences: Preferences,
    purge: bool = False,
    notes: Sequence[str] = (),
) -> int:
    """Show the plan, ask, remove the entries and show the outcome; return the exit code.

    Plan and removal use the same preferences. If cachetui removes nothing from this cache, the commands of the cache's
    own program are shown instead; this raises RefusedError unless it is a dry run.
    """
    inventory = cache.inventory
    if inventory.conduct.refusal:
        return _show_own_commands(cache, entries, wishes, preferences)
    named, now_ns = cache.location.named, time.time_ns()
    plan = services.plan(inventory, entries, preferences, named=named, purge=purge, now_ns=now_ns)
    denied = any(reason in DENIALS for _, reason in plan.kept)
    asks = bool(plan.entries) and not wishes.dry_run and not wishes.yes and can_ask()
    if asks or not wishes.as_json:
        lines = plan_lines(plan, inventory, notes, dry_run=wishes.dry_run)
        _show(lines, say if wishes.dry_run else warn if asks or not plan.entries else note)
    if not plan.entries or wishes.dry_run:
        wishes.write(plan, None, notes)
        return DONE if plan.entries and not (inventory.errors or denied) else FAILED
    if not wishes.yes:
        if not asks:
            warn("Nothing was removed: there is no terminal to ask on. With --yes, it is removed without asking.")
            wishes.write(plan, None, notes)
            return FAILED
        if not ask(f"Remove {count(len(plan.entries), 'entry')}, free {disk_text(plan.frees)}?"):
            warn("Nothing was removed.")
            wishes.write(plan, None, notes)
            return FAILED
    outcome = _carry_out(plan, inventory, preferences, memory=wishes.options.scan_memory)
    _tell_outcome(outcome, plan, inventory, as_json=wishes.as_json)
    wishes.write(plan, outcome, notes)
    if outcome.stopped:
        return stopped_code()
    return FAILED if outcome.failed or inventory.errors or denied else DONE


def _show_own_commands(cache: Cache, entries: Sequence[Entry], wishes: RemovalRequest, preferences: Preferences) -> int:
    """Show the commands of the cache's own program, and in a dry run also the chosen entries, except in JSON.

    Returns the exit code. Raises RefusedError unless this is a dry run.
    """
    inventory = cache.inventory
    protected = protected_entries(inventory.entries, preferences.protection, inventory.root, time.time_ns())
    own = own_commands(inventory, cache.location, entries, protected=protected)
    if not wishes.dry_run:
        _show((f"Run {'this' if len(own.commands) == 1 else 'these'} instead:", *own.lines), warn)
        raise RefusedError(own.refusal)
    if wishes.as_json:
        wishes.write(None, None, (own.refusal, *own.lines))
        return DONE
    _show(
        (
            *_bill_lines(entries),
            styled(("warning", f"! {own.refusal} Run {'this' if len(own.commands) == 1 else 'these'} instead:")),
            *own.lines,
        ),
        say,
    )
    return DONE


def _show(lines: Iterable[str], write: Callable[[str], None]) -> None:
    """Write the lines of a plan. Ignores a closed pipe."""
    with suppress(BrokenPipeError):
        for line in lines:
            write(line)


def _tell_outcome(outcome: RemovalOutcome, plan: Plan, inventory: Inventory, *, as_json: bool) -> None:
    """Show what could not be removed on stderr, then the outcome on stdout.

    The outcome is shown on stderr if --json was given, or if the removal was stopped. If stdout cannot be written,
    shows it on stderr and raises OSError; a closed pipe is not an error.
    """
    failed = outcome.kept[len(plan.kept) :]
    if failed:
        for one in stays(failed, plan.entries):
            warn(one.words if one.heading else f"  {one.words}")
        for sentence in costs_of_rights(plan.root, failed):
            warn(styled(("warning", f"! {sentence}")))
    line = removed(
        len(outcome.removed),
        outcome.entries,
        outcome.freed,
        outcome.freed_directories,
        before=inventory.disk_usage,
        left=inventory.disk_usage_without({*outcome.removed, *outcome.vanished}),
        layered=outcome.layered,
    )
    if as_json or outcome.stopped:
        warn(f"Stopped. {line}") if outcome.stopped else note(line)
        return
    try:
        say(line)
        sys.stdout.flush()
    except BrokenPipeError:
        return
    except OSError:
        warn(line)
        raise


def _carry_out(plan: Plan, inventory: Inventory, preferences: Preferences, *, memory: bool) -> RemovalOutcome:
    """Remove the planned entries; Ctrl+C stops the removal between two entries."""

    def report(progress: RemovalProgress) -> None:
        done = f"removing {progress.entries:,} of {progress.of:,}"
        status.show(f"{done}, freed {disk_text(progress.freed)}")

    with interruptible() as stop, Status() as status:
        shown = report if status.shown else None
        return services.remove(
            plan, inventory, preferences, now_ns=time.time_ns(), memory=memory, stop=stop, report=shown
        )


def _bill_lines(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield lines that list entries below their projects, each with its size; see `bill`."""
    for line in bill(entries):
        kind = "" if line.heading or line.kind in PLAIN_KINDS else f" ({line.kind})"
        yield f"{disk_text(line.disk or 0):>9}  {'' if line.heading else '  '}{line.words}{kind}"


def plan_lines(plan: Plan, inventory: Inventory, notes: Sequence[str] = (), *, dry_run: bool = False) -> Iterator[str]:
    """Yield the lines of a plan: entries to remove by project, kept files with reasons, costs, and `notes`."""
    kept = f"; {number:,} kept" if (number := number_kept(plan.kept, inventory.entries)) else ""
    if plan.entries:
        frees = with_folders(plan.frees, plan.frees_directories)
        heading = title(plan.entries)
        heading = f"Would {heading[0].lower()}{heading[1:]}" if dry_run else heading
        yield styled(
            ("heading", heading), f": {count(plan.files, 'file')}, {'would free' if dry_run else 'frees'} {frees}{kept}"
        )
    else:
        yield "Nothing here can be removed."
    yield from _bill_lines(plan.entries)
    for line in stays(plan.kept, inventory.entries, most=MOST_NAMES):
        yield line.words if line.heading else f"  {line.words}"
    for sentence in (*plan.costs, *notes):
        yield styled(("warning", f"! {sentence}"))
