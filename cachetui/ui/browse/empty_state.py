"""Reasons why Browse shows no rows, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from cachetui.browsing.model import BrowserModel
from cachetui.labels import USE
from cachetui.model import Batch
from cachetui.services.services import Services
from cachetui.text.format import count, disk_text, home_short
from cachetui.ui.cache_screen import Pythons, Reading
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.notices import PageText

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.environments.used_by import Usage


def page_of(
    reading: Reading, model: BrowserModel, scanned: Batch | None, services: Services, rescan_key: str, quit_key: str
) -> PageText | None:
    """Return the page to show in place of the filter and the rows; None if these are to be shown.

    `scanned` is the latest batch of the first scan; None before there is one. `rescan_key` and `quit_key` are names
    of keys.
    """
    location, inventory, catalog = services.location, reading.inventory, model.catalog
    root = shown(home_short(location.name))
    again = (rescan_key, "refresh")
    if reading.error and not reading.missing:
        return PageText("The cache cannot be read", (shown(reading.error),), (again, (quit_key, "quit")))
    if reading.error or (inventory is not None and not (catalog.entries or inventory.foreign)):
        return PageText(
            "The cache is empty",
            (
                f"{services.tool} has stored nothing in {root} yet. What it downloads or builds will be listed here.",
                f"This location comes from {shown(location.said_by)}.",
            ),
            (again, ("cachetui --demo", "try it on a made-up cache")),
        )
    if inventory is None and not (catalog.projects or (scanned and scanned.listed)):
        files = f"{count(scanned.files, 'file')}, {disk_text(scanned.disk_usage)} so far" if scanned else ""
        return PageText(f"Reading {root}", (files,))
    return None


def why_no_rows(
    model: BrowserModel, pythons: Pythons, usage: Usage | None = None, *, python_named: bool, clear_key: str
) -> str:
    """Return sentences that say why there are no rows.

    `python_named` says whether the user named a Python; `clear_key` is the name of the key that clears the filter.
    """
    clears = f"{clear_key} clears the filter."
    query, unknown = model.query, " or ".join(sorted(model.missing_facts))
    if query is None or not model.filtering:
        return "Nothing is left here."
    if query.error is not None:
        return f"Not understood: {shown(str(query.error))}. {clears}"
    if unknown and model.catalog.naming:
        return f"What is {unknown} will be known once the whole cache has been read."
    if "unusable" in model.missing_facts and not (python_named or pythons.state == "done"):
        return "What is unusable will be known once the Pythons here have been found."
    if usage is None and not USE.isdisjoint(model.missing_facts):
        return "What is unused will be known once the environments here have been read."
    if unknown:
        return f"Finding out what is {unknown}."
    if "unusable" in query.words and not python_named and not pythons.tags:
        why = "No Python found here reports its supported tags. Choose one with --python."
        return f"{shown(' '.join(pythons.doubts)) or why} {clears}"
    if usage is not None and not usage.used and not USE.isdisjoint(query.words):
        from cachetui.services.facts.environments import usage_words  # noqa: PLC0415 - the first screen does without

        return f"{shown(usage_words(usage))} {clears}"
    if model.filters_marks and not model.marks:
        return f"Nothing is marked. {clears}"
    for word in query.narrowing_words:
        if canonicalize_name(word) in model.catalog.names:
            return f'Nothing matches: here {word} is a condition; "{word}" in quotes adds it. {clears}'
    return f"Nothing matches. {clears}"
