"""The answer: a verdict, what pip would do, what is in the cache, the reasons with their evidence, what helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cachetui.insight.why.conduct import Forecast

Tone = Literal["cached", "partly", "not cached", "stale", "damaged", "off", "skipped", "stops"]
"""The verdict in a word or two: what pip needs is here, is here in part, or is not; an index page is used though it is
out of date; something here is damaged; this pip uses no cache; the requirement is not for this Python; this pip refuses
to run with its settings."""
Sign = Literal["yes", "no", "other"]
"""Whether a file can be used for what was asked, cannot be used by this Python, or is of a version not asked for."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file of the project in the cache."""

    sign: Sign
    filename: str
    """Its name, or how its project and version are called where none is known."""
    words: str
    """What it is, and what speaks for or against it."""
    path: str
    """The entry's identity."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that explains what pip does."""

    words: str
    """One or two sentences."""
    evidence: tuple[str, ...] = ()
    """What shows it: files under the root with dates."""
    entries: tuple[str, ...] = ()
    """Entries that it is about, by path: what can be marked."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A command that helps."""

    command: str
    """As it is typed into a shell."""
    words: str
    """What it does, without a full stop."""
    entries: tuple[str, ...] = ()
    """Entries that it removes, by path, if it is one of cachetui's."""


Finding = tuple[Reason, tuple[Remedy, ...]]
"""A reason, and what helps."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say."""

    question: str
    """What was asked, as written."""
    asker: str
    """For which Python and pip, in words."""
    tone: Tone
    verdict: str
    """One sentence."""
    more: tuple[str, ...]
    """What else must be said at once: sentences."""
    steps: tuple[str, ...]
    """What pip would do, step by step, without full stops."""
    held: tuple[Held, ...]
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]
    forecast: Forecast
    """What pip would do, as values."""
