"""A finding: something in a cache that is not as it should be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
"""Types of findings."""
Severity = Literal["danger", "damage", "rights", "notice", "waste"]
"""Severity of a finding.

`danger`: an entry may not be what its index offered, or its index suspects it. `damage`: pip cannot use an entry as
it should. `rights`: somebody lacks the right to use an entry, though its content may be sound. `notice`: nothing is
wrong with an entry, but it has something that a user may want to know before installing it. `waste`: an entry only
takes up space.
"""


class Meaning(NamedTuple):
    """Meaning of a type of finding."""

    title: str
    """Title in a few words."""
    severity: Severity
    consequence: str
    """Consequence, such as pip's reaction (a sentence)."""
    way_out: str
    """Advice to the user (a sentence)."""


BY_PIP = "Mark and remove it: pip "
"""Start of the advice to remove an entry that pip then fetches or makes again."""
REMOVE = f"{BY_PIP}downloads it again when it is needed."
REBUILD = f"{BY_PIP}builds it again when it is needed."
MEANINGS: Mapping[FindingType, Meaning] = {
    "mismatch": Meaning(
        "not what its index lists",
        "danger",
        "pip stops at it if it checks the hash, and installs it if it does not.",
        "Remove it, and find out who could write here: damage changes a few bytes, tampering replaces the whole file.",
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
        "Anyone with an account on this machine can change what pip installs.",
        "Take away the write permission of others (chmod -R o-w), then verify with --deep.",
    ),
    "folder": Meaning(
        "a folder that others can write to to",
        "danger",
        "Anyone with an account on this machine can put files there that pip installs.",
        "Take away the write permission of others (chmod -R o-w), then verify with --deep.",
    ),
    "archive": Meaning(
        "a damaged download",
        "damage",
        "pip takes it from the cache, and stops with an error each time.",
        REMOVE,
    ),
    "build": Meaning(
        "a damaged wheel that was built here",
        "damage",
        "pip uses it instead of building, and stops with an error each time.",
        REBUILD,
    ),
    "page": Meaning(
        "a damaged index page",
        "damage",
        "pip stops at it with an error: 26.2 and later without asking the index, earlier ones once the index has "
        "answered that nothing changed.",
        REMOVE,
    ),
    "metadata": Meaning(
        "damaged metadata",
        "damage",
        "pip reads it instead of the wheel's own, and stops with an error.",
        REMOVE,
    ),
    "inconsistent": Meaning(
        "doesn't match its RECORD",
        "damage",
        "pip installs it without checking, and no cached index page lists its hash.",
        f"{BY_PIP}downloads or builds it again when it is needed.",
    ),
    "length": Meaning(
        "wrong length",
        "damage",
        "pip wrote the record, but not all of its body. If a file is too short, pip 25.2 and later download the rest; "
        "earlier versions stop with an error. If it is an index page, pip 26.1 and later stop with an error; earlier "
        "versions read the part that is there.",
        REMOVE,
    ),
    "stopping": Meaning(
        "a record that crashes pip",
        "damage",
        "pip ends with a traceback as soon as it requests this address.",
        REMOVE,
    ),
    "unreadable": Meaning("an unreadable record", "damage", "pip skips it and downloads it again.", REMOVE),
    "origin": Meaning(
        "a damaged origin.json",
        "damage",
        "pip before 23.2 stops at it; later versions do not know what the wheel was built from.",
        REBUILD,
    ),
    "misnamed": Meaning(
        "a wheel under a wrong name",
        "damage",
        "pip skips it, or at least pip 25.3 and later do, if the line below says so.",
        "Mark and remove it, unless an older pip still uses it.",
    ),
    "link": Meaning(
        "a pip folder that is a link",
        "damage",
        "pip follows it. cachetui follows no links inside a cache, so the content was not checked.",
        "To check it, use --cache-dir with the folder that contains http-v2 or wheels.",
    ),
    "owner": Meaning(
        "wrong owner, or not readable",
        "rights",
        "pip cannot replace it, and may be unable to read it. It was probably written with sudo or in a container.",
        "Give it to the user of the cache: sudo chown -R $USER, and chmod -R u+rwX, on the cache's folder.",
    ),
    "yanked": Meaning(
        "withdrawn by its author",
        "notice",
        "pip takes a yanked release only if a requirement names exactly its version, as lock files do.",
        "Read the reason, and take another version if it concerns you.",
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
    "leftover": Meaning("left behind", "waste", "pip never reads it.", "Mark and remove it: nothing is lost."),
    "selfcheck": Meaning(
        "from a deleted environment",
        "waste",
        "pip never looks at it again.",
        "Mark and remove it: nothing is lost.",
    ),
    "legacy": Meaning(
        "in the format of older pips",
        "waste",
        "pip 23.3 and later keep theirs in http-v2/ and never look here.",
        "Mark and remove it, unless a pip before 23.3 or a tool such as pip-audit still uses it.",
    ),
    "pickle": Meaning(
        "in the format of pip 6.0",
        "waste",
        "pip 6.0.7 and later skip it.",
        "Mark and remove it: nothing is lost.",
    ),
}
"""Meaning of each finding type, the most severe first."""
SORTS: tuple[FindingType, ...] = tuple(MEANINGS)
OF_ANY_TOOL = frozenset[FindingType](("writable", "folder", "owner", "leftover"))
"""Types of findings that have the same consequence in the cache of every program."""
PIP_WORD = re.compile(r"\bpip\b")
OF_CONTENT = frozenset[FindingType](
    ("mismatch", "archive", "build", "page", "metadata", "inconsistent", "length", "stopping", "unreadable")
)
"""Types that all mean that an entry's bytes are not what they should be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of one entry, or of a folder."""

    sort: FindingType
    path: str
    """Identity of the entry; for a folder, its path relative to the root ("." for the root itself)."""
    words: str
    """Details, without a full stop; data quoted from the cache is untrusted."""
    since: int
    """Earliest time of the problem in nanoseconds since the epoch: the last write to the entry's files."""

    @property
    def is_removed(self) -> bool:
        """Whether the entry should be removed, and no rule of `prune` chooses it."""
        return self.sort in OF_CONTENT or self.sort in ("quarantined", "origin", "misnamed")

    @property
    def meaning(self) -> Meaning:
        """Meaning of the finding's type in pip's cache."""
        return MEANINGS[self.sort]

    def meaning_in(self, conduct: Conduct = PIP) -> Meaning:
        """Return the meaning of the finding's type in the cache of a program, which need not run pip."""
        meaning, tool = self.meaning, conduct.tool
        if tool == PIP.tool:
            return meaning
        consequence = meaning.consequence
        if not conduct.runs_pip and PIP_WORD.search(consequence):
            unknown = f"What {tool} does with it is not known."
            consequence = PIP_WORD.sub(tool, consequence) if self.sort in OF_ANY_TOOL else unknown
        way_out = meaning.way_out.replace(BY_PIP, PIP_WORD.sub(tool, BY_PIP))
        return meaning._replace(consequence=consequence, way_out=way_out)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by severity, then by path; an entry has each type at most once.

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
