"""A finding: a problem in a cache, or a peculiarity that a user may want to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

from cachetui.conduct import PIP, Conduct

FindingType = Literal[
    "mismatch",
    "quarantined",
    "writable",
    "folder",
    "archive",
    "build",
    "page",
    "metadata",
    "inconsistent",
    "length",
    "stopping",
    "unreadable",
    "origin",
    "misnamed",
    "link",
    "owner",
    "yanked",
    "startup",
    "fresh",
    "retired",
    "leftover",
    "selfcheck",
    "legacy",
    "pickle",
]
"""Type of a finding; `MEANINGS` explains each."""
Severity = Literal["danger", "damage", "rights", "notice", "waste"]
"""Severity of a finding.

`danger`: an entry may not be what its index offered, or its index suspects it. `damage`: pip cannot use an entry as
it should, or cachetui could not check it. `rights`: somebody lacks the right to use an entry, though its content may be
sound. `notice`: nothing is wrong with an entry, but it has something that a user may want to know before installing it.
`waste`: an entry only takes up space, unless an old pip still uses it.
"""


class Meaning(NamedTuple):
    """Meaning of a type of finding."""

    title: str
    """Title in a few words."""
    severity: Severity
    consequence: str
    """Consequence, such as pip's reaction, in sentences; `{tool}` is the program that reads the cache."""
    way_out: str
    """Advice to the user (a sentence); `{tool}` is the program that fills the cache."""
    pip_only: bool = False
    """Whether the consequence is known for pip only."""


REMOVE = "Mark and remove it: {tool} downloads it again when it is needed."
REBUILD = "Mark and remove it: {tool} builds it again when it is needed."
MEANINGS: Mapping[FindingType, Meaning] = {
    "mismatch": Meaning(
        "not what its index lists",
        "danger",
        "pip stops at it if it checks the hash, and installs it if it does not.",
        "Remove it, and find out who could write here: damage changes a few bytes, tampering replaces the whole file.",
        pip_only=True,
    ),
    "quarantined": Meaning(
        "from a quarantined project",
        "danger",
        "Its index offers none of its files any more, mostly because it suspects malware; what is here stays "
        "installable, such as by an export.",
        "Remove it, and find out with cachetui check what came when, and who uses it.",
    ),
    "writable": Meaning(
        "others can write to it",
        "danger",
        "Anyone with an account on this machine can change what {tool} installs.",
        "Take away the write permission of others (chmod -R o-w), then verify with --deep.",
    ),
    "folder": Meaning(
        "a folder that others can write to",
        "danger",
        "Anyone with an account on this machine can put files there that {tool} installs.",
        "Take away the write permission of others (chmod -R o-w), then verify with --deep.",
    ),
    "archive": Meaning(
        "a damaged download",
        "damage",
        "pip takes it from the cache, and stops with an error each time.",
        REMOVE,
        pip_only=True,
    ),
    "build": Meaning(
        "a damaged wheel that was built here",
        "damage",
        "pip uses it instead of building, and stops with an error each time.",
        REBUILD,
        pip_only=True,
    ),
    "page": Meaning(
        "a damaged index page",
        "damage",
        "pip stops at it with an error: 26.2 and later without asking the index, earlier ones once the index has "
        "answered that nothing changed.",
        REMOVE,
        pip_only=True,
    ),
    "metadata": Meaning(
        "damaged metadata",
        "damage",
        "pip reads it instead of the wheel's own, and stops with an error.",
        REMOVE,
        pip_only=True,
    ),
    "inconsistent": Meaning(
        "doesn't match its RECORD",
        "damage",
        "pip installs it without checking, and no cached index page lists its hash.",
        "Mark and remove it: {tool} downloads or builds it again when it is needed.",
        pip_only=True,
    ),
    "length": Meaning(
        "wrong length",
        "damage",
        "pip wrote the record, but not all of its body. If a file is too short, pip 25.2 and later download the rest; "
        "earlier versions stop with an error. If it is an index page, pip 26.1 and later stop with an error; earlier "
        "versions read the part that is there.",
        REMOVE,
        pip_only=True,
    ),
    "stopping": Meaning(
        "a record that crashes pip",
        "damage",
        "pip ends with a traceback as soon as it requests this address.",
        REMOVE,
        pip_only=True,
    ),
    "unreadable": Meaning(
        "an unreadable record", "damage", "pip skips it and downloads it again.", REMOVE, pip_only=True
    ),
    "origin": Meaning(
        "a damaged origin.json",
        "damage",
        "pip before 23.2 stops at it; later versions do not know what the wheel was built from.",
        REBUILD,
        pip_only=True,
    ),
    "misnamed": Meaning(
        "a wheel under a wrong name",
        "damage",
        "pip skips it, or at least pip 25.3 and later do, if the line below says so.",
        "Mark and remove it, unless an older pip still uses it.",
        pip_only=True,
    ),
    "link": Meaning(
        "a pip folder that is a link",
        "damage",
        "pip follows it. cachetui follows no links inside a cache, so the content was not checked.",
        "To check it, use --cache-dir with the folder that contains http-v2 or wheels.",
        pip_only=True,
    ),
    "owner": Meaning(
        "wrong owner, or not readable",
        "rights",
        "{tool} cannot replace it, and may be unable to read it. It was probably written with sudo or in a container.",
        "Give it to the user of the cache: sudo chown -R $USER, and chmod -R u+rwX, on the cache's folder.",
    ),
    "yanked": Meaning(
        "withdrawn by its author",
        "notice",
        "pip takes a yanked release only if a requirement names exactly its version, as lock files do.",
        "Read the reason, and take another version if it concerns you.",
        pip_only=True,
    ),
    "startup": Meaning(
        "runs at every start of Python",
        "notice",
        "Once it is installed, Python runs what these files say at each start, even if nothing imports the project.",
        "Read them before you install it, unless you know them: setuptools has distutils-precedence.pth.",
    ),
    "fresh": Meaning(
        "taken soon after its upload",
        "notice",
        "Malicious releases are mostly found and withdrawn within a few days: this one came before, by its time at "
        "the server.",
        "Look at whether the release still exists, and at what others say of it.",
    ),
    "retired": Meaning(
        "a project that has ended",
        "notice",
        "Its index marks the project as archived or deprecated: do not count on mended faults.",
        "Read the reason, and look for a successor.",
    ),
    "leftover": Meaning("left behind", "waste", "{tool} never reads it.", "Mark and remove it: nothing is lost."),
    "selfcheck": Meaning(
        "from a deleted environment",
        "waste",
        "pip never looks at it again.",
        "Mark and remove it: nothing is lost.",
        pip_only=True,
    ),
    "legacy": Meaning(
        "in the format of older pips",
        "waste",
        "pip 23.3 and later keep theirs in http-v2/ and never look here.",
        "Mark and remove it, unless a pip before 23.3 or a tool such as pip-audit still uses it.",
        pip_only=True,
    ),
    "pickle": Meaning(
        "in the format of pip 6.0",
        "waste",
        "pip 6.0.7 and later skip it.",
        "Mark and remove it: nothing is lost.",
        pip_only=True,
    ),
}
"""Meaning of each finding type, the most severe first, with the placeholders that `meaning_of` replaces."""
SORTS: tuple[FindingType, ...] = tuple(MEANINGS)
OF_CONTENT = frozenset[FindingType](
    ("mismatch", "archive", "build", "page", "metadata", "inconsistent", "length", "stopping", "unreadable")
)
"""Types that all mean that an entry's bytes are not what they should be."""


@cache
def meaning_of(sort: FindingType, conduct: Conduct) -> Meaning:
    """Return the meaning of a finding type in the cache of the program that `conduct` describes."""
    meaning = MEANINGS[sort]
    consequence = meaning.consequence.format(tool=PIP.tool if conduct.runs_pip else conduct.tool)
    if meaning.pip_only and not conduct.runs_pip:
        consequence = f"What {conduct.tool} does with it is not known."
    return meaning._replace(consequence=consequence, way_out=meaning.way_out.format(tool=conduct.tool))


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem or peculiarity of an entry, a folder or a link."""

    sort: FindingType
    path: str
    """Path of the entry, folder or link, relative to the root ("." for the root itself)."""
    words: str
    """Details, without a full stop; data quoted from the cache is untrusted."""
    since: int
    """Time that is shown with the problem, in nanoseconds since the epoch.

    For most types, when the entry's files or the folder were last modified; for `fresh` and `selfcheck`, when the
    entry was downloaded. 0 for a link whose time is not known.
    """

    @property
    def is_removed(self) -> bool:
        """Whether the user should remove the entry for a reason for which no rule of `prune` chooses it.

        The reason is a fault in its bytes, its origin.json or its name, or that its project is quarantined.
        """
        return self.sort in OF_CONTENT or self.sort in ("quarantined", "origin", "misnamed")

    @property
    def meaning(self) -> Meaning:
        """Meaning of the finding's type in pip's cache."""
        return self.meaning_in()

    def meaning_in(self, conduct: Conduct = PIP) -> Meaning:
        """Return the meaning of the finding's type in the cache of the program that `conduct` describes."""
        return meaning_of(self.sort, conduct)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by type, the most severe first, and then by path; an entry has each type at most once.

    Several findings about the bytes of an entry become one: the most severe, with the details of the others
    added.
    """
    places = {sort: place for place, sort in enumerate(SORTS)}
    once: dict[tuple[FindingType | None, str], Finding] = {}
    for one in sorted({(one.sort, one.path): one for one in findings}.values(), key=lambda one: places[one.sort]):
        key = None if one.sort in OF_CONTENT else one.sort, one.path
        graver = once.get(key)
        once[key] = replace(graver, words=f"{graver.words}; {one.words}") if graver else one
    return tuple(sorted(once.values(), key=lambda one: (places[one.sort], one.path)))
