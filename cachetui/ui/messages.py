"""Messages that cross views: MainScreen handles them."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from cachetui.model import Entry


class MarksChanged(Message):
    """Something was marked or unmarked."""


@dataclass
class ShowInBrowse(Message):
    """An entry should be shown in Browse."""

    entry: Entry
    """The entry."""


@dataclass
class ShowFilter(Message):
    """The entries that a filter matches should be shown in Browse."""

    text: str
    """The filter."""


@dataclass
class AskWhy(Message):
    """A question for Why."""

    text: str
    """The requirement."""
