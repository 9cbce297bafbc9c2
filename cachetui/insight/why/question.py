"""What was asked of pip: a requirement, or the command as it was typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urldefrag

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.errors import CachetuiError
from cachetui.pip.listings import HASH_IN_FRAGMENT, version_in
from cachetui.pip.pages import as_asked, filename_of, project_of_file

COMMAND = re.compile(
    r"(?:\$\s*)?(?:\S*python[\d.]*(?:\.exe)?\s+-m\s+)?\S*pip[\d.]*(?:\.exe)?\s+(?:install|download|wheel)\s"
)
"""How a line begins that was typed into a shell."""
INDEX, EXTRA = ("-i", "--index-url", "--pypi-url"), ("--extra-index-url",)
WITH_VALUE = (
    *INDEX,
    *EXTRA,
    *("-f", "--find-links", "-t", "--target", "-c", "--constraint", "--platform", "--python-version", "--abi"),
    *("--trusted-host", "--cache-dir", "--prefix", "--root", "--proxy", "--no-binary", "--only-binary"),
    *("-d", "--dest", "-w", "--wheel-dir", "--src", "--progress-bar", "--timeout", "--retries", "--log", "--report"),
    *("--implementation", "--upgrade-strategy", "--refresh-package", "--config-settings", "-C", "--python", "--cert"),
)
"""Options of pip that the next word belongs to."""


@dataclass(frozen=True, slots=True)
class Question:
    """What pip was asked for."""

    text: str
    """The requirement, as written."""
    name: str
    """The canonical name of its project."""
    specifier: SpecifierSet
    """What the version must satisfy (PEP 440)."""
    url: str | None = None
    """The address of the file that is asked for, where one is, without fragment and as pip asks for it."""
    digest: tuple[str, str] = ("", "")
    """Name and value of the hash that stands behind that address, if one does."""
    index: str | None = None
    """The one index that is asked, where the command names it."""
    extras: tuple[str, ...] = ()
    """Further indexes that the command names."""
    pre: bool = False
    """Whether pre-releases are admitted anyway."""

    @property
    def pinned(self) -> bool:
        """Whether one version is named exactly (pip's `resolution/resolvelib/factory.py`, `is_pinned`)."""
        return any(
            clause.operator == "===" or (clause.operator == "==" and not clause.version.endswith(".*"))
            for clause in self.specifier
        )

    def admits(self, version: Version) -> bool:
        """Tell whether the version satisfies what was asked; pre-releases do."""
        return self.specifier.contains(version, prereleases=True)


class QuestionError(CachetuiError):
    """What was typed is no requirement; the message tells what is wrong with it."""


def read_question(text: str) -> Question:
    """Read a requirement (PEP 508), an address of a file, or a whole command such as `pip install …`.

    Of a command the first requirement counts, and which indexes it names. Raises QuestionError.
    """
    if not COMMAND.match(text):
        return _requirement(text.strip())
    try:
        words = iter(shlex.split(text))
    except ValueError as error:  # quotes that do not end
        raise QuestionError(f"This command does not end: {error}.") from error
    requirements: list[str] = []
    named: list[tuple[str, str]] = []
    pre = False
    for word, value in _options(words):
        pre |= word == "--pre"
        if not word.startswith("-"):
            requirements.append(word)
        elif value:
            named.append((word, value))
    wanted = requirements[requirements.index(_verb(requirements)) + 1 :]
    if not wanted:
        raise QuestionError("This command names no project: pip was asked for nothing that could be looked up.")
    index = next((value for option, value in reversed(named) if option in INDEX), None)
    extras = tuple([value for option, value in named if option in EXTRA])
    return replace(_requirement(wanted[0]), index=index, extras=extras, pre=pre)


def _verb(words: list[str]) -> str:
    return next(word for word in words if word in ("install", "download", "wheel"))


def _options(words: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield each word of a command, an option together with its value."""
    for word in words:
        if word.startswith("--") and "=" in word:
            option, _, value = word.partition("=")
            yield option, value
        elif word in WITH_VALUE:
            yield word, next(words, "")
        elif word != "-m":
            yield word, ""


def _requirement(text: str) -> Question:
    if re.match(r"[a-z+]+://", text, re.I):
        return _address(text)
    try:
        requirement = Requirement(text)
        requirement.specifier.contains("0")  # a number may have more digits than Python takes
    except ValueError as error:
        if not text:
            raise QuestionError("Nothing was asked. Write what pip was asked for, such as psycopg2==2.4.1.") from error
        first = str(error).splitlines()[0]
        raise QuestionError(
            f"{text} is no requirement: {first}. Write what pip was asked for, such as psycopg2==2.4.1."
        ) from error
    if requirement.url:
        found = _address(requirement.url)
        return replace(found, text=text, name=canonicalize_name(requirement.name))
    return Question(text, canonicalize_name(requirement.name), requirement.specifier)


def _address(text: str) -> Question:
    url, fragment = urldefrag(text)
    try:
        url = as_asked(url)
    except ValueError as error:
        raise QuestionError(f"{text} is no address.") from error
    found = HASH_IN_FRAGMENT.search(fragment)
    filename = filename_of(url)
    name = project_of_file(url) or ""
    version = version_in(filename, name) if name else None
    digest = (found[1], found[2]) if found else ("", "")
    return Question(text, name, SpecifierSet(f"=={version}" if version else ""), url, digest)
