"""The part of the app that removes: plan, review, removal beside the screen, result; and the way out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.worker import Worker

from cachetui.browsing.model import Tally
from cachetui.model import Entry, Inventory
from cachetui.text.format import count, disk_text, removed
from cachetui.ui import workers
from cachetui.ui.bindings import key_name
from cachetui.ui.operations.preferences import Preferrer
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.footer import Footer

if TYPE_CHECKING:  # the first screen does not wait for what removes
    from cachetui.removal.execute import Outcome
    from cachetui.removal.plan import Plan
    from cachetui.ui.dialogs.confirm import Question

MEANWHILE = ("escape", "ctrl+c")
"""Keys that are heeded while a plan is made."""
WORTH_TELLING = 100
"""The part of what a removal frees, as the divisor, from which on the folders in it are told."""
REFUSAL_SECONDS = 12
"""How long a refusal stays on the screen: it is longer than other messages."""


class Remover(Preferrer):
    """Removes what is marked, once that was read and accepted."""

    farewell: str | None = None
    """What to print after the app has closed: what was removed, if anything was."""
    outcomes: tuple[Outcome, ...] = ()
    """What removals did, in order: what an undo would start from."""
    _planning: Worker[None] | None = None
    _removing: Worker[None] | None = None
    _exporting: Worker[None] | None = None
    _asked: Question | None = None  # about the removal that is running
    exit_code = 0
    """What the program ends with."""
    _leaving = False
    _disk_before = 0

    @cached_property
    def footer(self) -> Footer:
        """The last line."""
        return Footer()

    def on_mount(self) -> None:
        """Show in the footer what is marked."""
        self.watch(self.browse, "tally", self._tell_marks)

    def _tell_marks(self, tally: Tally) -> None:
        self.footer.marks = tally

    def heeds(self, event: events.Key) -> bool:
        """Take no keys while a plan is made: they were meant for the review, or for rows that it soon covers."""
        return super().heeds(event) and (self._planning is None or event.key in MEANWHILE)

    def _may_begin(self, what: str, *, anew: bool = False) -> bool:
        """Notify why something cannot begin; return whether it may. `anew` where a reading under way matters."""
        if self._removing is not None:
            stop = key_name(self, "app.stop")
            why = f"A removal is running: wait for it, or stop it with {stop}; then {what}."
        elif self.inventory is None or (anew and self._reading is not None):
            why = f"The cache is being read: wait for that, then {what}."
        else:
            return True
        self.notify(why, severity="warning", markup=False)
        return False

    def _may_remove(self) -> bool:
        """Notify why nothing can be removed now; return whether it may."""
        if not self.read_only:
            return self._may_begin("review")
        why = "Read-only: nothing is removed here. Start cachetui without --read-only to remove."
        self.notify(why, severity="warning", markup=False)
        return False

    def action_review(self) -> None:
        """Show what would go, then ask."""
        if not self._may_remove():
            return
        if self.listing.marks:
            self._plan(list(self.listing.marks), purge=False)
        else:
            self.notify(f"Nothing is marked yet: {key_name(self, 'marks.toggle')} marks a row.", markup=False)

    def action_purge(self) -> None:
        """Show everything, then ask for a word."""
        if self._may_remove():
            self._plan(list(self.listing.catalog.entries.values()), purge=True)

    def _plan(self, entries: list[Entry], purge: bool) -> None:
        assert self.inventory is not None
        self.browse.tell_work("looking at what would go")
        job = partial(
            workers.plan,
            self.inventory,
            entries,
            read=self._prefer,
            named=self.location.named,
            purge=purge,
            now_ns=self._clock(),
        )
        self._hold(job)

    def _hold(self, job: Callable[..., None]) -> None:
        """Run a job that ends with something to be seen; until then no keys are taken."""
        self._planning = self._beside(job, group="plan")
        self.browse.held = True
        self.refresh_bindings()

    def _end_planning(self) -> None:
        self._planning = None
        if self._exporting is None:  # else Esc and the line of work are still its own
            self.browse.held = False
            self.browse.tell_work()
        self.refresh_bindings()

    @on(workers.Planned)
    def _ask(self, event: workers.Planned) -> None:
        from cachetui.ui.dialogs.review import PurgeReview, Review  # noqa: PLC0415 - the first screen does not wait for it

        self._end_planning()
        if len(self.screen_stack) > 1:
            return  # something else has been asked since
        root, plan, inventory = str(self.location.root), event.plan, self.inventory
        notes: tuple[str, ...] = () if plan.root == root else (f"{root} leads to {plan.root}",)
        if inventory is None:
            return  # it cannot be read any more
        known = inventory.directories
        folders = sum([known.get(path, 0) for path in plan.directories])
        if folders * WORTH_TELLING > plan.frees:
            notes += (f"{disk_text(folders)} of it are the folders that this empties",)
        review = (PurgeReview if event.purge else Review)(plan, notes, self.listing.catalog.entries)
        self.push_screen(review, lambda agreed: self._remove(plan, inventory) if agreed else None)

    def _remove(self, plan: Plan, inventory: Inventory) -> None:
        self._give_up_reading()
        if not self.outcomes:
            self._disk_before = inventory.disk_usage + sum(inventory.directories.values())
        self.browse.tell_work(f"removing {count(len(plan.entries), 'entry')}", 0.0)
        job = partial(workers.remove, plan, inventory, read=self._prefer, now_ns=self._clock())
        self._removing = self._beside(job, group="remove")
        self.refresh_bindings()

    @on(workers.Advanced)
    def _show_advance(self, event: workers.Advanced) -> None:
        done = event.progress
        words = f"removing {done.entries:,} of {done.of:,}, freed {disk_text(done.freed)}"
        if self._removing is not None:
            self.browse.tell_work(words, done.entries / max(1, done.of))

    @on(workers.Removed)
    def _show_outcome(self, event: workers.Removed) -> None:
        from cachetui.ui.dialogs.confirm import Result, summary  # noqa: PLC0415 - needed late

        outcome = event.outcome
        if self._asked is not None and self._asked.is_current:
            self._asked.dismiss(False)  # what it asks is past
        self.outcomes += (outcome,)
        self._removing = self._asked = None
        self.farewell = self._sum_up()
        if self._leaving:
            self.exit(return_code=self.exit_code)
            return
        gone = {*outcome.removed, *outcome.vanished}
        self.listing.drop(
            [
                entry.path
                for entry in event.plan.entries
                if entry.files and gone.issuperset(file.path for file in entry.files)
            ]
        )
        self.browse.tell_work("looking again")
        self._show_rows()
        self._read()
        self.refresh_bindings()
        if outcome.kept:
            self.push_screen(Result(outcome, self.listing.catalog.entries))
        else:
            self.notify(summary(outcome), markup=False)

    def _sum_up(self) -> str:
        files = sum([len(outcome.removed) for outcome in self.outcomes])
        entries = sum([outcome.entries for outcome in self.outcomes])
        freed = sum([outcome.freed for outcome in self.outcomes])
        return removed(files, entries, freed, self._disk_before)

    @on(workers.Refused)
    def _tell_refusal(self, event: workers.Refused) -> None:
        was_removing, self._removing = self._removing is not None, None
        self._end_planning()
        if self._leaving:
            self.exit(return_code=self.exit_code)
            return
        self.notify(shown(event.reason), severity="error", timeout=REFUSAL_SECONDS, markup=False)
        if was_removing:
            self.browse.tell_work("looking again")
            self._read()

    def action_rescan(self) -> None:
        """Read the cache again, unless it is being changed."""
        if self._removing is None:
            super().action_rescan()
        else:
            self.notify("A removal is running: the cache is read again after it.", markup=False)

    def action_stop(self) -> None:
        """Stop planning, or else reading; ask before a removal is stopped."""
        from cachetui.ui.dialogs.confirm import Question  # noqa: PLC0415 - needed late

        if self._planning is not None:
            self._stop(self._planning)
            self._end_planning()
            return
        if self._removing is None:
            self._stop(self._reading)
            return
        words = "What is gone stays gone; the rest is kept."
        self._asked = Question("Stop removing?", words, yes="Yes, stop", no="No, go on")
        self.push_screen(self._asked, lambda agreed: self._stop(self._removing) if agreed else None)

    @staticmethod
    def _stop(worker: Worker[None] | None) -> None:
        if worker is not None:
            worker.cancel()

    async def action_quit(self) -> None:
        """Quit; ask first when marks would be lost or work would be stopped."""
        from cachetui.ui.dialogs.confirm import Question  # noqa: PLC0415 - needed late

        words = self._at_stake()
        if not words:
            self.exit(return_code=self.exit_code)
        elif not isinstance(self.screen, Question):
            question = Question("Quit?", *words, yes="Yes, quit", no="No, stay")
            self._asked = question if self._removing is not None else None
            self.push_screen(question, self._leave_or_stay)

    def _at_stake(self) -> list[str]:
        """Say what quitting would stop or lose, in sentences."""
        marked = len(self.listing.marks)
        words = []
        if self._removing is not None:
            words.append("A removal is running. It will be stopped; what is gone stays gone.")
        if marked:
            words.append(f"{count(marked, 'entry')} {'is' if marked == 1 else 'are'} marked, and not removed.")
        return words

    def _leave_or_stay(self, leaving: bool | None) -> None:
        if leaving:
            self._leave()
        else:
            self.exit_code = 0

    def _leave(self) -> None:
        if self._removing is None:
            self.exit(return_code=self.exit_code)
        else:
            self._leaving = True  # the outcome is waited for: the last line tells it
            self._stop(self._removing)
