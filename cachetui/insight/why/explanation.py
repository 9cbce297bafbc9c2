"""Answer to a question: a verdict, pip's steps, cached files, reasons with evidence, and remedies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cachetui.insight.why.replay import ChosenDistribution, Way

Tone = Literal[
    "cached", "partly", "not cached", "stale", "damaged", "installed", "off", "skipped", "stops", "facts only"
]
"""Verdict in a word or two.

`cached`, `partly`, `not cached`: pip takes everything, something or nothing from the cache; `partly`, too, if an
index page that is not in the cache may change its choice. `stale`: pip finds no file on a cached index page, which it
uses without asking the index. `damaged`: a cached file is damaged. `installed`: the distribution is installed already.
`off`: this pip uses no cache. `skipped`: the requirement is not for this Python, or pip installs nothing. `stops`: pip
ends with an error. `facts only`: this pip cannot be asked, so the answer contains only facts.
"""
TONE_WORDS: dict[Tone, str] = {"partly": "partly cached", "stale": "outdated", "off": "cache off", "stops": "error"}
"""Verdicts whose words for the user differ from their name in JSON."""
Copy = Literal["", "unused", "unsure"]
"""Use of the cached copy of a file that pip would download, or that no cached page lists.

`unused`: pip does not use the copy. `unsure`: an index decides whether pip uses it. "": there is no copy, or pip
takes the file from the cache.
"""
COPY_WORDS: dict[Copy, str] = {"unused": "cached, not used", "unsure": "cached, perhaps used"}
"""Words for the user in place of "not cached", if there is a copy."""
Sign = Literal["yes", "no", "other"]
"""Usability of a file.

`yes`: it can be used for the requirement. `no`: it is damaged, or this Python or its pip cannot use it. `other`: it was
not asked for.
"""


@dataclass(frozen=True, slots=True)
class CachedFile:
    """File of the project in the cache."""

    sign: Sign
    filename: str
    """File name, or project and version if no file name is known."""
    words: str
    """Kind and age of the file, and why pip takes it or does not take it."""
    path: str
    """Path of the entry."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Fact that explains pip's decision."""

    words: str
    """Fact in one or two sentences."""
    evidence: tuple[str, ...] = ()
    """Evidence, such as the paths of files under the root with their dates."""
    entries: tuple[str, ...] = ()
    """Paths of the entries that the fact is about; the user can mark these."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """Command that changes the outcome."""

    command: str
    """Command as typed into a shell."""
    words: str
    """Effect of the command, without a full stop."""
    entries: tuple[str, ...] = ()
    """Paths of the entries that the command removes, if it is a command of cachetui."""
    arguments: tuple[str, ...] | None = None
    """Arguments of pip, its command first; None for a command of cachetui."""
    is_tested: bool = True
    """Whether pip is asked again with the remedy, which is shown only if pip then decides differently."""


ReasonWithRemedies = tuple[Reason, tuple[Remedy, ...]]
"""Reason with its remedies."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """Prediction for the first project that was asked for."""

    asks: bool = False
    """Whether pip asks an index for the project's page."""
    way: Way | Literal["nothing", "skipped"] = "unknown"
    """Source of the file. `nothing`: pip stops without a file. `skipped`: the requirement does not apply."""
    version: str | None = None
    """Version that would be installed; None if unknown."""
    filename: str | None = None
    """Name of the file that would be installed; None if unknown."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Complete answer to a question."""

    question: str
    """Requirement that the answer is about, as typed."""
    asker: str
    """Python and pip that the answer is for, in words."""
    tone: Tone
    verdict: str
    """Verdict in one sentence."""
    more: tuple[str, ...]
    """Further sentences of the verdict."""
    steps: tuple[str, ...]
    """Steps that pip would take, without full stops."""
    held: tuple[CachedFile, ...]
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]
    forecast: Prediction
    """Prediction for the first project, as values."""
    takes: tuple[ChosenDistribution, ...] = ()
    """All distributions that pip chose, including dependencies."""
    pip_says: tuple[str, ...] = ()
    """Error messages of pip."""
    command: str = ""
    """Question as the screen shows it: the requirement, or the whole pip command."""
    copy: Copy = ""

    @property
    def tone_words(self) -> str:
        """Verdict in a word or two, for the user; it mentions a cached copy that pip may not use."""
        if self.tone == "not cached" and self.copy:
            return COPY_WORDS[self.copy]
        return TONE_WORDS.get(self.tone, self.tone)
