"""Answer to a question: a verdict, pip's steps, cached files, reasons with evidence, and remedies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cachetui.insight.why.replay import ChosenDistribution, Way

Tone = Literal[
    "cached", "partly", "not cached", "stale", "damaged", "installed", "off", "skipped", "stops", "facts only"
]
"""Verdict in a word or two.

`cached`: pip takes the project's file from the cache. `partly`: it does, but also downloads other files; or it builds a
wheel from a cached sdist; or an index or find-links page that is not in the cache may change its choice. `not cached`:
it takes the file from elsewhere, or which file it takes is not known. `stale`: pip finds no file on a cached page,
which it uses without asking the server. `damaged`: a cached file is damaged. `installed`: the distribution is installed
already. `off`: this pip uses no cache. `skipped`: the requirement is not for this Python, or pip installs nothing.
`stops`: pip ends with an error or refuses to install. `facts only`: this pip cannot be asked, so the answer contains
only facts.
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
    """Kind and age of the file and, if known, its host and why pip takes it or does not take it."""
    path: str
    """Path of the entry."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Fact that explains pip's decision."""

    words: str
    """Fact in a few sentences, or "pip says:"."""
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
    """Arguments with which pip is asked again, its command first; None for a command of cachetui, or if not tested."""
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
    """Version that pip would take, or that is installed already; None if unknown."""
    filename: str | None = None
    """Name of the file that pip would take, or of the project if it is installed already; None if unknown."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Complete answer to a question."""

    question: str
    """First requirement in the question as typed; the whole question if it contains no requirement."""
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
    """All distributions that pip chose, including dependencies; empty if it would stop at one of them."""
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
