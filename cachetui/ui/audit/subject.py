"""State that an audit depends on, and the audit of that state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cachetui.browsing.model import BrowserModel
from cachetui.model import Inventory
from cachetui.preferences.model import Policy
from cachetui.removal.freed_bytes import Outlook
from cachetui.services.services import Services
from cachetui.ui.audit.entry_index import EntryIndex
from cachetui.ui.audit.items import Parts, parts_of
from cachetui.ui.cache_screen import Reading

if TYPE_CHECKING:  # imported for types only, for a faster start
    from packaging.tags import Tag

    from cachetui.environments.used_by import Usage
    from cachetui.insight.audit.audit import Audit


class AuditSubject(NamedTuple):
    """State that an audit depends on."""

    reading: Reading
    """The result of the scan."""
    outlook: Outlook
    """Conditions that decide what a removal would free."""
    generation: int
    """`BrowserModel.generation`: number of changes of the catalog and of the protection."""
    pythons: bool
    """Whether the Pythons on this system were known when the audit began."""
    policy: Policy | None
    """The user's policy."""
    usage: Usage | None
    """Uses of the entries by environments; None before they are known."""


def prepare_audit(
    services: Services,
    model: BrowserModel,
    inventory: Inventory,
    subject: AuditSubject,
    tags: tuple[frozenset[Tag], ...],
) -> Callable[[], tuple[Audit, Parts]]:
    """Return a function for a worker thread that audits the entries that are left in the catalog.

    The function returns the audit, and the audit as values to draw. `tags` are the tags that each Python supports.
    """
    known, protect = model.catalog.entries, model.protect
    left = replace(inventory, entries=tuple([entry for entry in inventory.entries if entry.path in known]))
    order = EntryIndex.of(model.catalog, subject.generation)

    def make() -> tuple[Audit, Parts]:
        audit = services.audit(
            left, subject.policy, protect=protect, tags=tags, usage=subject.usage, outlook=subject.outlook
        )
        return audit, parts_of(audit, order)

    return make
