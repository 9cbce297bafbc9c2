"""List of releases to look for, made of terms, requirements files and advisories."""

from __future__ import annotations

from dataclasses import dataclass, field

from cachetui.insight.check.advisories import Advisories
from cachetui.insight.check.items import CheckItem


@dataclass
class CheckList:
    """Items of all lists and terms, and sentences about parts that could not be read."""

    items: list[CheckItem] = field(default_factory=list)
    advisories: Advisories = field(default_factory=Advisories)
    """Numbers of advisories that were left out, by reason; all other advisories are among `items`."""
    unreadable: list[str] = field(default_factory=list)
    """Sentences about lists, or parts of them, that could not be read; they may quote untrusted text."""
    ignored: list[str] = field(default_factory=list)
    """Sentences about lines that were not looked at, such as options and URLs."""
