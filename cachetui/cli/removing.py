"""What `remove` and `purge` have in common: plan, question, removal, result."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import click

from cachetui.cli.cache import Cache
from cachetui.cli.choosing import protected
from cachetui.cli.main import DONE, FAILED, INTERRUPTED
from cachetui.cli.notes import Status, ask, can_ask, for_stream, note
from cachetui.errors import RefusedError
from cachetui.model import Entry
from cachetui.pip.running import running_pips
from cachetui.preferences.values import Protection
from cachetui.removal.execution import Outcome, Progress, carry_out
from cachetui.removal.plan import Plan, plan_removal
from cachetui.ui.bill import bill, stays, title
from cachetui.ui.text import count, disk_text, removed

REST_OF_SPECIFIER = re.compile(r"={1,2}.*|\d+(\.(\d+|\*))*,?").fullmatch
"""How a file is named that a shell makes of an unquoted `>`: `torch>=2` writes to `=2`, `torch>2` to `2`."""

PLAIN_KINDS = ("wheel", "sdist", "metadata", "index", "redirect")
"""Kinds that a name tells by itself."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a removal is to be done."""

    dry_run: bool
    """Whether only the plan is wanted."""
    yes: bool
    """Whether it was agreed to beforehand."""
    as_json: bool
    """Whether the result is wanted as JSON."""
    read_only: bool
    """Whether nothing may be removed."""

    def check(self) -> None:
        """Raise RefusedError if nothing may be removed anyway."""
        if self.read_only and not self.dry_run:
            raise RefusedError("Nothing is removed with --read-only; --dry-run shows what would go.")

    def write(self, plan: Plan | None, outcome: Outcome | None) -> None:
        """Write plan and outcome as JSON, if that is wanted."""
        if self.as_json:
            from cachetui.cli.documents import removal_json  # noqa: PLC0415 - seldom wanted

            sys.stdout.write(removal_json(plan, outcome))


def refuse_redirection(terms: Iterable[str]) -> None:
    """Raise UsageError if the output goes to a file that a shell has made of the rest of a term."""
    try:
        output = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # no file at all
        return
    if not stat.S_ISREG(output.st_mode):
        return
    for item in _files_here():
        if REST_OF_SPECIFIER(item.name) and _is(item, output):
            whole = f"{' '.join(terms)}>{item.name}"
            raise click.UsageError(
                f"The shell has sent the output into a file named {item.name!r}. Quote what has > or < in it: "
                f"cachetui remove '{whole}'. Nothing was removed."
            )


def _files_here() -> list[os.DirEntry[str]]:
    """List the current directory; it may be gone, or not to be listed."""
    try:
        with os.scandir() as found:
            return list(found)
    except OSError:
        return []


def _is(item: os.DirEntry[str], file: os.stat_result) -> bool:
    """Tell whether something in a directory is a certain file."""
    try:
        return os.path.samestat(file, item.stat())
    except OSError:  # a link that leads nowhere, or gone
        return False


def remove(
    cache: Cache,
    entries: Sequence[Entry],
    wishes: Wishes,
    *,
    protection: Protection,
    purge: bool = False,
    notes: Sequence[str] = (),
) -> int:
    """Show what will go, ask, remove it, tell what came of it; return the exit code."""
    inventory = cache.inventory
    plan = plan_removal(
        inventory,
        entries,
        now_ns=time.time_ns(),
        pips=running_pips(),
        named=cache.location.named,
        purge=purge,
        protected=protected(inventory.entries, protection),
    )
    for line in plan_lines(plan, notes):
        note(line)
    if not plan.entries or wishes.dry_run:
        wishes.write(plan, None)
        return DONE if plan.entries and not inventory.errors else FAILED
    if not wishes.yes:
        if not can_ask():
            note("Nothing was removed: there is no terminal to ask on. With --yes it is removed without a question.")
            wishes.write(plan, None)
            return FAILED
        if not ask(f"Remove {count(len(plan.entries), 'entry')}, free {disk_text(plan.frees)}?"):
            note("Nothing was removed.")
            wishes.write(plan, None)
            return FAILED
    outcome = _carry_out(plan)
    wishes.write(plan, outcome)
    for path, reason in outcome.kept[len(plan.kept) :]:
        note(f"Stays: {path}: {reason}.")
    before = inventory.disk_usage + sum(inventory.directories.values())
    line = removed(len(outcome.removed), outcome.entries, outcome.freed, before)
    if outcome.stopped:
        line = f"Stopped. {line}"
    if wishes.as_json or outcome.stopped:
        note(line)
    else:
        sys.stdout.write(for_stream(f"{line}\n", sys.stdout))
    if outcome.stopped:
        return INTERRUPTED
    return FAILED if outcome.failed or inventory.errors else DONE


def _carry_out(plan: Plan) -> Outcome:
    """Remove what is planned; Ctrl+C stops it between two files."""
    status = Status(sys.stderr)

    def report(progress: Progress) -> None:
        done = f"removing {progress.entries:,} of {progress.of:,}"
        status.show(f"{done}, freed {disk_text(progress.freed)}")

    with interruptible() as stop:
        try:
            return carry_out(plan, stop=stop, report=report if status.shown else None, pips=running_pips)
        finally:
            status.clear()


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Let Ctrl+C not break off what is under way; yield what tells whether it was pressed."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def plan_lines(plan: Plan, notes: Sequence[str] = ()) -> Iterator[str]:
    """Yield what a plan says: every entry by project, what stays, what it costs."""
    if plan.entries:
        yield f"{title(plan.entries)} {count(plan.files, 'file')}, frees {disk_text(plan.frees)}"
    else:
        yield "Nothing of this can be removed."
    for line in bill(plan.entries):
        kind = "" if line.heading or line.kind in PLAIN_KINDS else f" ({line.kind})"
        yield f"{disk_text(line.disk or 0):>9}  {'' if line.heading else '  '}{line.words}{kind}"
    for line in stays(plan.kept):
        yield f"{line.words}:" if line.heading else f"  {line.words}: {line.kind}"
    for sentence in (*plan.costs, *notes):
        yield f"! {sentence}"
