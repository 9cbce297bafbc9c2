"""The part of the app that marks by rules."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on

from cachetui.model import Entry
from cachetui.ui.operations.removal import REFUSAL_SECONDS
from cachetui.ui.preferring import Preferred, prefer
from cachetui.ui.settings.search import Finished
from cachetui.ui.why.worker import Explainer
from cachetui.ui.widgets.cells import shown

if TYPE_CHECKING:  # the first screen does not wait for it
    from cachetui.labels import Facts, Word
    from cachetui.ui.rules.dialog import RulesDialog


class Pruner(Explainer):
    """Opens the rules, and marks what they choose: nothing goes before a review."""

    _rules: RulesDialog | None = None  # as long as it is open

    def action_rules(self) -> None:
        """Show the rules by the preferences of now, and mark what they choose."""
        if not self._may_begin("choose by rules", anew=True):
            return
        if self.preferred is None:
            self._show_rules()
        else:
            self._hold(partial(prefer, self.preferred, True))

    @on(Preferred)
    def _show_rules_as_preferred(self, event: Preferred) -> None:
        if event.rules:
            self._end_planning()
            self.call_later(self._show_rules)  # once the preferences are taken up

    def _show_rules(self) -> None:
        from cachetui.ui.judgement import Judgement  # noqa: PLC0415 - needed late
        from cachetui.ui.rules.dialog import RulesDialog  # noqa: PLC0415
        from cachetui.ui.rules.form import Counter, Form  # noqa: PLC0415

        if len(self.screen_stack) > 1:
            return  # something else has been asked since
        if self.preferences.refusal:
            self.notify(shown(self.preferences.refusal), severity="warning", timeout=REFUSAL_SECONDS, markup=False)
            return
        now, browse, protect = self._clock(), self.browse, self.listing.protect
        entries = tuple(self.listing.catalog.entries.values())

        def judge(words: frozenset[Word]) -> Facts:
            return Judgement(0, words, entries, now, browse.python, protect, browse.tags or ()).find().facts

        form = Form.of(self.preferences.policy)
        self._rules = dialog = RulesDialog(
            Counter(entries, judge, now), form, unknown=self._unusable, notes=self._rule_notes()
        )
        self.push_screen(dialog, self._mark_chosen)

    @property
    def _unusable(self) -> str:
        """Why nothing counts as unusable; empty where it can be told."""
        if self.browse.python is not None or self.browse.tags:
            return ""
        if self.browse.tags is None and self.finding is not None:
            return "the Pythons here are being looked for"
        if self.browse.doubts:
            return "one Python here does not tell (--python names another)"
        return "no Python here tells (--python names one)"

    @on(Finished)
    def _rules_know_pythons(self) -> None:
        self.call_later(self._tell_rules)  # once it is taken up what they can use

    def _tell_rules(self) -> None:
        if self._rules is not None and self._rules.is_mounted:
            self._rules.know_pythons(self._unusable, self._rule_notes())

    def _rule_notes(self) -> tuple[str, ...]:
        """Say what should be known before rules choose."""
        notes = []
        complaint = self.preferences.stopping("prune")
        if complaint is not None:
            notes.append(f"The policy in the preferences is left out until this is mended: {complaint}.")
        if self.inventory is not None and not self.inventory.complete:
            notes.append("Reading was stopped: rules know only what was found.")
        return (*notes, *(self.browse.doubts if self.browse.python is None else ()))

    def _mark_chosen(self, chosen: tuple[Entry, ...] | None) -> None:
        """Mark what the rules chose, besides what is marked already."""
        self._rules = None
        if chosen:
            known = self.listing.catalog.entries
            self.listing.marks.add([entry for entry in chosen if known.get(entry.path) == entry], self.listing.catalog)
            self._show_rows()
