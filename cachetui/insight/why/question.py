"""What was asked of pip: a requirement, or the command as it was typed."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from urllib.parse import urldefrag

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.insight.requirement import read_requirement
from cachetui.insight.why.command import ADVICE, UNENDED, Command, QuestionError, read_command, read_words
from cachetui.insight.why.given import Given
from cachetui.insight.why.options import words_of
from cachetui.pip.listings import HASH_IN_FRAGMENT, SDISTS, version_in
from cachetui.pip.pages import as_asked, filename_of, project_of_file

MOST_TYPED = 8192
"""Characters that are read at most: no requirement needs more."""
MOST_NAMED = 100
"""Characters of a requirement that a sentence names it by."""
OPTIONS = re.compile(r"(?:\A|\s)(?=--?[A-Za-z])")
"""Where, in a line as files of requirements have them, options begin (pip's `_internal/req/req_file.py`)."""
OWN = frozenset(("--index-url", "--extra-index-url", "--pre"))
"""Options that a question has attributes of its own for."""
COMMENT = re.compile(r"(?:\A|\s+)#.*\Z")
LOCAL = re.compile(r"\.{0,2}[\\/].*|\.{1,2}(?:\[.*)?|~.*|[A-Za-z]:[\\/].*|[^@:;]*[\\/].*", re.DOTALL)
"""What pip takes for a folder or a file of this machine, where it is no address."""
REPOSITORY = re.compile(r"(?:git|hg|bzr|svn)\+[a-z+]+:", re.I)
"""How the address of a repository begins, which pip clones (pip's `_internal/vcs/`)."""
COMMIT = re.compile(r"git\+.*@[0-9a-f]{40}", re.I | re.DOTALL)
"""The address of one commit, which stays what it is: pip keeps wheels built from no other repository."""
NOTHING_ELSE = Given()


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
    marker: Marker | None = None
    """For which Pythons and systems it counts (PEP 508); None where for all."""
    given: Given = NOTHING_ELSE
    """What else the command says."""

    @property
    def said(self) -> str:
        """The requirement, as a sentence names it."""
        text = self.text.partition(";")[0].strip() if self.marker else self.text
        return text if len(text) <= MOST_NAMED else f"{text[:MOST_NAMED]}…"

    @property
    def is_repository(self) -> bool:
        """Whether it is the address of a repository."""
        return self.url is not None and REPOSITORY.match(self.url) is not None

    @property
    def keeps_built(self) -> bool:
        """Whether pip keeps the wheel that it builds (pip's `_internal/wheel_builder.py`, `_should_cache`)."""
        return not self.is_repository or COMMIT.fullmatch(self.url or "") is not None

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


def read_question(text: str) -> Question:
    """Read a requirement (PEP 508), an address of a file, or a whole command such as `pip install …`.

    Of several requirements the first counts. Raises QuestionError.
    """
    if len(text) > MOST_TYPED:
        raise QuestionError(f"Nothing as long as this is asked of pip. {ADVICE}")
    line = COMMENT.sub("", text).strip()
    command = read_command(text) or _line(line)
    if command is None:
        return _requirement(line)
    if not command.requirement:
        raise QuestionError("This command names no project: pip was asked for nothing that could be looked up.")
    given = command.given
    indexes, extras = given.values("--index-url"), given.values("--extra-index-url")
    found = _requirement(command.requirement)
    index, pre = indexes[-1] if indexes else None, bool(given.values("--pre"))
    rest = tuple([one for one in given.options if one[0] not in OWN])
    return replace(found, index=index, extras=extras, pre=pre, given=replace(given, options=rest))


def _line(text: str) -> Command | None:
    """Take a line of a requirements file apart; None where it has no options."""
    found = OPTIONS.search(text)
    if found is None:
        return None
    try:
        command = read_words(words_of(shlex.split(text[found.start() :])))
    except ValueError as error:  # quotes that do not end
        raise QuestionError(f"This line does not end: {UNENDED}.") from error
    if found.start() == 0:
        return command
    others = (command.requirement, *command.given.others) if command.requirement else ()
    return Command(text[: found.start()].strip(), replace(command.given, others=others))


def _requirement(text: str) -> Question:
    if re.match(r"[a-z+]+://", text, re.I):
        return _address(text)
    if not text:
        raise QuestionError(f"Nothing was asked. {ADVICE}")
    if LOCAL.fullmatch(text) or ("@" not in text and text.lower().endswith((".whl", *SDISTS))):
        said = "is no requirement: it names a folder or a file here, which pip takes as it is, from no cache."
        raise QuestionError(f"{said} Ask for a project, such as psycopg2==2.4.1.", text)
    try:
        requirement = read_requirement(text)
    except ValueError as error:
        raise QuestionError(f"is no requirement: {error}. {ADVICE}", text) from error
    if requirement.url:
        found = _address(requirement.url)
        return replace(found, text=text, name=canonicalize_name(requirement.name), marker=requirement.marker)
    return Question(text, canonicalize_name(requirement.name), requirement.specifier, marker=requirement.marker)


def _address(text: str) -> Question:
    url, fragment = urldefrag(text)
    try:
        url = as_asked(url)
    except ValueError as error:
        raise QuestionError("is no address.", text) from error
    if url.startswith("file:"):
        raise QuestionError("is a file of this machine, which pip takes as it is, from no cache.", text)
    found = HASH_IN_FRAGMENT.search(fragment)
    filename = filename_of(url)
    name = project_of_file(url) or ""
    version = version_in(filename, name) if name else None
    digest = (found[1], found[2]) if found else ("", "")
    return Question(text, name, SpecifierSet(f"=={version}" if version else ""), url, digest)
