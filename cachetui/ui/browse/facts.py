"""Facts that a filter needs: which facts are missing, and how to find them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.dom import DOMNode

from cachetui.browsing.model import BrowserModel
from cachetui.labels import USE
from cachetui.services.diagnostics.guard import guard
from cachetui.services.services import Services
from cachetui.ui.cache_screen import Pythons
from cachetui.ui.workers import notifying, run_in_thread, start_worker

if TYPE_CHECKING:
    from cachetui.environments.used_by import Usage
    from cachetui.labels import Facts, Label

AT_ONCE = 2_000
"""Maximum number of entries whose facts may be found within a frame; for more, a worker thread is always used."""


class FactsRequest(NamedTuple):
    """Facts to find."""

    generation: int
    """The value of `BrowserModel.generation` for which the facts are true."""
    labels: frozenset[Label]
    """The labels that the facts decide."""
    find: Callable[[], Facts]
    """Function that finds the facts."""
    is_quick: bool
    """Whether the facts are found within a frame."""


class MissingFacts:
    """Finder of the facts that a model's filter needs; it does not repeat its last request while that is up to date."""

    def __init__(self, model: BrowserModel, services: Services) -> None:
        self._model = model
        self._services = services
        self._requested: tuple[int, frozenset[Label]] | None = None  # revision and labels of the last request

    def forget(self) -> None:
        """Forget the last request, so that its facts can be requested again."""
        self._requested = None

    def find(self, view: DOMNode, pythons: Pythons, usage: Usage | None, show: Callable[[], object]) -> None:
        """Find those missing facts that can be found now, in a worker of the view if that may take longer than a frame.

        Unless the facts are out of date by then, the worker calls `show`, which draws the rows that match the filter.
        """
        request = self._request(pythons, usage)
        if request is None:
            return
        if request.is_quick:
            with notifying(view), guard("apply the filter"):
                self._model.set_facts(request.generation, request.labels, request.find())
        else:
            start_worker(view, self._find_in_thread, request, show, group="facts")

    async def _find_in_thread(self, request: FactsRequest, show: Callable[[], object]) -> None:
        if self._model.set_facts(request.generation, request.labels, await run_in_thread(request.find)):
            show()

    def _request(self, pythons: Pythons, usage: Usage | None) -> FactsRequest | None:
        """Return a request for those missing facts that can be found now; None if there is nothing new to request.

        None are requested while a scan identifies entries: entries change, and facts would soon be out of date.
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
