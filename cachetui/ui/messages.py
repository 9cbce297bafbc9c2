"""Messages that views and operations post; the main screen handles them, except `OpenCache`, which the app handles."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from cachetui.model import Entry
from cachetui.services.services import Services


class MarksChanged(Message):
    """Posted when something was marked or unmarked."""


@dataclass
class ShowInBrowse(Message):
    """Posted to show an entry in Browse."""

    entry: Entry
    """The entry."""


@dataclass
class ShowFilter(Message):
    """Posted to show the entries that a filter matches in Browse."""

    text: str
    """The filter."""


@dataclass
class AskWhy(Message):
    """Posted to open Why with a question."""

    text: str
    """The requirement to ask about."""


@dataclass
class ToggleProtection(Message):
    """Posted to protect a project from removal, or to end its protection."""

    project: str
    """Canonical name of the project."""


@dataclass
class OpenCache(Message):
    """Posted to replace the main screen with that of another cache."""

    services: Services
    """Use cases of the cache to open."""
