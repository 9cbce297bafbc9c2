"""Notices about a cache: sentences that the screen shows above its views (does not import Textual)."""

from __future__ import annotations

from collections.abc import Sequence

from cachetui.caches.registry import source_of
from cachetui.model import Inventory
from cachetui.pip.config.location import Location
from cachetui.preferences.model import Preferences, Problem
from cachetui.report.cache_notes import cache_notes
from cachetui.report.unreadable import unreadable_sentences
from cachetui.text.format import count, home_short
from cachetui.text.redact import redact_urls
from cachetui.ui.widgets.cells import shown


def notice_sentences(
    location: Location,
    inventory: Inventory | None,
    difference: str | None,
    preferences: Preferences,
    problems: Sequence[Problem],
    rescan_key: str,
    *,
    demo: bool,
) -> tuple[str, ...]:
    """Return the notices about a cache in a form that is safe to show.

    `difference` is a sentence about how the location that pip itself reports differs from `location`; `problems` are
    all problems of the preferences; `rescan_key` is the name of the key that reads the cache again.
    """
    sentences = []
    if not location.enabled:
        tool = source_of(location.source).title
        by = f": {location.off_by}" if location.off_by else ""
        sentences.append(f"{tool}'s cache is switched off{by}. This is what is still in {location.root}.")
    if inventory is not None and not demo and inventory.root != str(location.root):
        sentences.append(f"{home_short(str(location.root))} leads to {home_short(inventory.root)}.")
    sentences += [*location.notes, *([difference] if difference else [])]
    if inventory is not None and not inventory.recognised and inventory.foreign:
        tool = inventory.conduct.tool
        sentences.append(f"{location.root} contains nothing that {tool} writes: it may not be a {tool} cache.")
    if inventory is not None:
        sentences += cache_notes(inventory)
    if inventory is not None and not inventory.complete:
        sentences.append(f"Reading was stopped: not everything is listed. {rescan_key} reads it again.")
    if inventory is not None:
        sentences += unreadable_sentences(inventory)
    if preferences.refusal:
        sentences.append(preferences.refusal)
    elif problems:
        others = len(problems) - 1
        more = f" And {count(others, 'more problem')}: see `cachetui preferences`." if others else ""
        sentences.append(f"Preferences, {problems[0]}.{more}")
    return tuple([shown(redact_urls(sentence)) for sentence in sentences])
