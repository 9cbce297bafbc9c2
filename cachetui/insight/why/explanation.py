"""The answer: a verdict, pip's steps, the cached files, the reasons with their evidence, the remedies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cachetui.insight.why.replay import Chosen, Way

Tone = Literal[
    "cached", "partly", "not cached", "stale", "damaged", "installed", "off", "skipped", "stops", "facts only"
]
"""The verdict in a word or two: pip takes everything from here, or some of it, or nothing; an index page is used though
it is out of date; a file here is damaged; it is installed already; this pip uses no cache; the requirement is not for
this Python; pip ends with an error; this pip cannot be asked, so that only the facts are told."""
Sign = Literal["yes", "no", "other"]
"""Whether a file can be used for what was asked, cannot be used by this Python or its pip, or was not asked for."""


@dataclass(frozen=True, slots=True)
class CachedFile:
    """A file of the project in the cache."""

    sign: Sign
    filename: str
    """Its name, or its project and version where none is known."""
    words: str
    """Its kind and age, and the reasons for or against it."""
    path: str
    """The entry's identity."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A fact that explains pip's decision."""

    words: str
    """One or two sentences."""
    evidence: tuple[str, ...] = ()
    """Files under the root that show it, with dates."""
    entries: tuple[str, ...] = ()
    """Entries that it is about, by path; these can be marked."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A command that changes the outcome."""

    command: str
    """As it is typed into a shell."""
    words: str
    """Its effect, without a full stop."""
    entries: tuple[str, ...] = ()
    """Entries that it removes, by path, if it is one of cachetui's."""
    arguments: tuple[str, ...] | None = None
    """pip's arguments with it, the command first; None for a command of cachetui's."""


Finding = tuple[Reason, tuple[Remedy, ...]]
"""A reason, and its remedies."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The prediction for the project that was asked for first."""

    asks: bool = False
    """Whether it asks an index for its page of the project."""
    way: Way | Literal["nothing", "skipped"] = "unknown"
    """The source of the file; `nothing`: no file may be taken; `skipped`: the requirement is not for this Python."""
    version: str | None = None
    """The version that is installed, where it is known."""
    filename: str | None = None
    """The name of the file that is installed, where it is known."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer."""

    question: str
    """The requirement that it is about, as typed."""
    asker: str
    """The Python and pip that it is for, in words."""
    tone: Tone
    verdict: str
    """One sentence."""
    more: tuple[str, ...]
    """Further sentences that belong to the verdict."""
    steps: tuple[str, ...]
    """The steps that pip would take, without full stops."""
    held: tuple[CachedFile, ...]
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]
    forecast: Prediction
    """The prediction, as values."""
    takes: tuple[Chosen, ...] = ()
    """Every distribution that pip decided for, dependencies included."""
    pip_says: tuple[str, ...] = ()
    """pip's own words where it ends with an error."""
    command: str = ""
    """The question as it is shown again: the requirement, or pip's whole command."""
