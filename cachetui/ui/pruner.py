"""The part of the app that marks by rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from cachetui.model import Entry
from cachetui.ui.cells import shown
from cachetui.ui.explainer import Explainer
from cachetui.ui.pythons import Finished

if TYPE_CHECKING:  # the first screen does not wait for it
    from cachetui.facts import Facts, Word
    from cachetui.ui.rules_dialog import RulesDialog


class Pruner(Explainer):
    """Opens the rules, and marks what they choose: nothing goes before a review."""

    _rules: RulesDialog | None = None  # as long as it is open

    def _may_prune(self) -> bool:
        """Tell the user why rules cannot choose now, if so."""
        if self._removing is not None:
            why = "A removal is running: wait for it, or stop it with Esc; then choose by rules."
        elif self.inventory is None or self._reading is not None:
            why = "The cache is being read: rules choose when everything is known. Wait for that."
        elif self.preferences.refusal:
            why = shown(self.preferences.refusal)
        else:
            return True
        self.notify(why, severity="warning", markup=False)
        return False

    def action_rules(self) -> None:
        """Show the rules, and mark what they choose."""
        from cachetui.ui.judgement import Judgement  # noqa: PLC0415 - needed late
        from cachetui.ui.rules_dialog import RulesDialog  # noqa: PLC0415
        from cachetui.ui.rules_form import Counter, Form  # noqa: PLC0415

        if not self._may_prune():
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
        return "no Python here tells (--python names one)"

    @on(Finished)
    def _rules_know_pythons(self) -> None:
        self.call_later(self._tell_rules)  # once it is taken up what they can use

    def _tell_rules(self) -> None:
        if self._rules is not None and self._rules.is_mounted and not self._unusable:
            self._rules.know_pythons()

    def _rule_notes(self) -> tuple[str, ...]:
        """Say what should be known before rules choose."""
        notes = []
        complaint = self.preferences.stopping("prune")
        if complaint is not None:
            notes.append(f"The policy in the preferences is left out until this is mended: {complaint}.")
        if self.inventory is not None and not self.inventory.complete:
            notes.append("Reading was stopped: rules know only what was found.")
        return tuple(notes)

    def _mark_chosen(self, chosen: tuple[Entry, ...] | None) -> None:
        """Mark what the rules chose, besides what is marked already."""
        self._rules = None
        if chosen:
            known = self.listing.catalog.entries
            self.listing.marks.add([entry for entry in chosen if known.get(entry.path) == entry], self.listing.catalog)
            self._show_rows()
