"""Mark entries by rules: nothing is removed before a review."""

from __future__ import annotations

from cachetui.labels import USE, Facts, Label
from cachetui.model import Inventory
from cachetui.preferences.model import Preferences
from cachetui.prune_rules import Rules
from cachetui.removal.freed_bytes import Outlook
from cachetui.services.facts.environments import usage_words
from cachetui.ui.activity import Activity
from cachetui.ui.cache_screen import REFUSAL_SECONDS, CacheScreen
from cachetui.ui.operations.outlook import find_outlook
from cachetui.ui.operations.own_commands import show_own_commands
from cachetui.ui.operations.protection import reload_preferences
from cachetui.ui.operations.usage import find_usage
from cachetui.ui.rules.dialog import RulesDialog
from cachetui.ui.rules.form import Form, Name, RuleCounter
from cachetui.ui.widgets.cells import shown


async def mark_by_rules(screen: CacheScreen) -> None:
    """Show the rules, and mark the entries that they choose, in addition to those that are marked.

    In a cache from which cachetui removes nothing, show commands of the program that fills the cache instead.
    """
    if screen.services.conduct.refusal:
        await show_own_commands(screen, ())
        return
    with screen.doing(Activity.PLANNING):
        preferences = await reload_preferences(screen)
        await find_outlook(screen)
        if screen.usage is not None:  # something may have been installed since
            await find_usage(screen)
    if screen.is_covered:
        return
    if preferences.refusal:
        screen.notify(shown(preferences.refusal), severity="warning", timeout=REFUSAL_SECONDS, markup=False)
        return
    model, services = screen.model, screen.services
    entries, protect = tuple(model.catalog.entries.values()), model.protect

    def find_facts(words: frozenset[Label]) -> Facts:
        return services.facts(entries, words, protect=protect, tags=screen.pythons.tags, usage=screen.usage)

    inventory, protection = screen.inventory or Inventory(""), preferences.protection

    def find_exact() -> Outlook:
        return services.outlook(inventory, protection, exact=True)

    def find_needed(rules: Rules) -> frozenset[str]:
        return services.needed(entries, rules)

    dialog = RulesDialog(
        RuleCounter(entries, find_facts, services.clock(), screen.outlook, find_exact, find_needed),
        Form.of(preferences.policy),
        unknown=unknown_rules(screen),
        looked=looked_at(screen),
        notes=rule_notes(screen, preferences),
        conduct=services.conduct,
    )

    def know(*words: Label) -> None:
        notes = rule_notes(screen, preferences)
        dialog.know(*words, unknown=unknown_rules(screen), looked=looked_at(screen), notes=notes)

    def show_pythons() -> None:
        if screen.pythons.state == "done":
            know("unusable")

    dialog.watch(screen, "pythons", show_pythons, init=False)
    dialog.watch(screen, "usage", lambda: know(*USE), init=False)
    chosen = await screen.app.push_screen_wait(dialog)
    if chosen:
        model.mark_entries(chosen)
        screen.marks = model.mark_totals


def unknown_rules(screen: CacheScreen) -> dict[Name, str]:
    """Return the names of the rules whose entries are not known, each with the reason as the end of a sentence."""
    reasons: dict[Name, str] = {"unusable": why_unusable_is_unknown(screen), "unused": why_unused_is_unknown(screen)}
    return {name: why for name, why in reasons.items() if why}


def why_unused_is_unknown(screen: CacheScreen) -> str:
    """Return why it is not known which entries are unused, as the end of a sentence; empty if it is known."""
    usage = screen.usage
    if usage is None:
        return "still reading the environments"
    if usage.trouble:
        return "see the preferences"
    if len(usage.unread) == len(usage.environments):
        return "no environment could be read" if usage.environments else "no environment found"
    return ""


def looked_at(screen: CacheScreen) -> str:
    """Return a sentence about the environments that were searched for uses of entries; empty before they were."""
    return "" if screen.usage is None else shown(usage_words(screen.usage))


def why_unusable_is_unknown(screen: CacheScreen) -> str:
    """Return why it is not known which entries are unusable, as the end of a sentence; empty if it is known."""
    services, pythons = screen.services, screen.pythons
    if services.python is not None or pythons.tags:
        return ""
    if pythons.state != "done" and services.find_pythons_here:
        return "still looking for Pythons"
    if pythons.doubts:
        return "one Python reports no tags; name another with --python"
    return "no Python found; name one with --python"


def rule_notes(screen: CacheScreen, preferences: Preferences) -> tuple[str, ...]:
    """Return sentences that the user should know before the rules are applied."""
    notes = []
    problem = preferences.blocking("prune")
    if problem is not None:
        notes.append(f"The policy in the preferences is ignored until this is fixed: {problem}.")
    if screen.inventory is not None and not screen.inventory.complete:
        notes.append("Reading was stopped, so rules only see what was found.")
    return (*notes, *(screen.pythons.doubts if screen.services.python is None else ()))
