"""Facts that a filter needs: which of them are missing, and how to find them (does not import Textual)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from cachetui.browsing.model import BrowserModel
from cachetui.labels import USE
from cachetui.services.services import Services
from cachetui.ui.cache_screen import Pythons

if TYPE_CHECKING:
    from cachetui.environments.used_by import Usage
    from cachetui.labels import Facts, Label

AT_ONCE = 2_000
"""Maximum number of entries whose facts are found within a frame; for more, a worker thread is used."""


class FactsRequest(NamedTuple):
    """Facts to find."""

    generation: int
    """The revision of the catalog."""
    labels: frozenset[Label]
    """The labels that the facts decide."""
    find: Callable[[], Facts]
    """Function that finds the facts."""
    is_quick: bool
    """Whether they are found within a frame."""


class MissingFacts:
    """The facts that the filter of a model needs; each is requested once for a revision of the catalog."""

    def __init__(self, model: BrowserModel, services: Services) -> None:
        self._model = model
        self._services = services
        self._requested: tuple[int, frozenset[Label]] | None = None  # revision and labels of the last request

    def forget(self) -> None:
        """Forget the last request, so that its facts can be requested again."""
        self._requested = None

    def request(self, pythons: Pythons, usage: Usage | None) -> FactsRequest | None:
        """Return the facts to find now; None if none are missing, or while entries are still being identified.

        Identification changes the entries, so that facts would soon be out of date.
        """
        model, python = self._model, self._services.python
        knows_pythons = python is not None or pythons.state == "done"
        labels = model.missing_facts if knows_pythons else model.missing_facts - {"unusable"}
        if usage is None:
            labels -= USE
        if not labels or model.catalog.naming or self._requested == (model.generation, labels):
            return None
        self._requested = model.generation, labels
        entries = tuple(model.catalog.entries.values())
        find = partial(self._services.facts, entries, labels, protect=model.protect, tags=pythons.tags, usage=usage)
        is_quick = len(entries) <= AT_ONCE and not ("unusable" in labels and python)
        return FactsRequest(model.generation, labels, find, is_quick)
