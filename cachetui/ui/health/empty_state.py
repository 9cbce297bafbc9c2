"""The page that says why Health shows no findings."""

from __future__ import annotations

from collections.abc import Mapping

from cachetui.model import Entry
from cachetui.report.cache_notes import link_notes
from cachetui.report.health_text import proof_words
from cachetui.ui.cache_screen import Reading
from cachetui.ui.health.known_findings import KnownFindings
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.notices import PageText

WAITING = "The check starts once the whole cache has been read."
EMPTY = "There is nothing to check."


def links_of(reading: Reading) -> tuple[str, ...]:
    """Return sentences about parts of the cache that were not scanned because they are links."""
    return () if reading.inventory is None else tuple([shown(words) for words in link_notes(reading.inventory)])


def page_of(
    reading: Reading,
    known: KnownFindings,
    entries: Mapping[str, Entry],
    error: str,
    name: str,
    verify_key: str,
    rescan_key: str,
) -> PageText | None:
    """Return the page to show in place of findings; None if there is an inventory with findings.

    `entries` are the catalog's entries by path, `error` is why the last check failed, or empty, and `name` is the
    cache's name. `verify_key` and `rescan_key` are the names of keys.
    """
    findings = known.current(entries)
    if not findings and (links := links_of(reading)):
        return PageText("The cache is not complete", links)
    if (page := reading.page(name, waiting=WAITING, empty=EMPTY)) is not None:
        return PageText(page[0], page[1:])
    if findings:
        return None
    if error:
        return PageText("This cannot be checked", (shown(error),), ((rescan_key, "refresh"),))
    if not entries:
        return PageText("The cache is empty", (EMPTY,))
    if known.checked is None:
        return PageText("Looking for problems", (f"{len(entries):,} entries",))
    proof = known.summary_now(entries)
    title = "Nothing is wrong" if proof and not proof.stopped else "Nothing is wrong, as far as the scan shows"
    ways = ((verify_key, f"read everything{' again' if proof else ''}"),)
    return PageText(title, tuple(proof_words(proof, verify_key)), ways)
