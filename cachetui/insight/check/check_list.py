"""A list of what to look for, made of terms, requirements files and advisories."""

from __future__ import annotations

from dataclasses import dataclass, field

from cachetui.insight.check.advisories import Advisories
from cachetui.insight.check.items import Item


@dataclass
class CheckList:
    """Items of all lists and terms, and what could not be read."""

    items: list[Item] = field(default_factory=list)
    advisories: Advisories = field(default_factory=Advisories)
    """How many advisories were left out, by reason; those that were not are among `items`."""
    unreadable: list[str] = field(default_factory=list)
    """Sentences about lists, or parts of them, that could not be read; they may quote untrusted text."""
    ignored: list[str] = field(default_factory=list)
    """Sentences about lines that are not requirements."""
