"""Mark the cached files of the releases in a list; nothing is removed before a review."""

from __future__ import annotations

from cachetui.insight.check.check_list import CheckList
from cachetui.insight.check.matches import CheckResult
from cachetui.report.check.check_text import summary
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.dialogs.check import CheckDialog
from cachetui.ui.messages import ShowFilter
from cachetui.ui.widgets.cells import shown


async def mark_listed(screen: CacheScreen) -> None:
    """Ask for a list of releases, and mark their files in the cache; if there are any, show everything marked."""
    inventory = screen.inventory
    if inventory is None:
        return
    answer = await screen.app.push_screen_wait(CheckDialog(lambda typed: screen.services.check_list(typed, inventory)))
    if answer is None:
        return
    found, result = answer
    entries = [file.entry for match in result.matches for file in match.files]
    if entries:
        screen.model.mark_entries(entries)
        screen.marks = screen.model.mark_totals
        if screen.model.marks:
            screen.post_message(ShowFilter("is:marked"))
    screen.call_later(_show_result, screen, found, result)  # in the view that the filter opens


def _show_result(screen: CacheScreen, found: CheckList, result: CheckResult) -> None:
    screen.notify(shown(summary(result)), severity="warning" if result.is_found else "information", markup=False)
    for sentence in found.unreadable:
        screen.notify(shown(sentence), severity="error", markup=False)
