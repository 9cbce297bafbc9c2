"""Tags that the Pythons on this machine support, estimated for Pythons that do not report them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.tags import Tag

if TYPE_CHECKING:  # needed only by annotations
    from cachetui.interpreters.info import InterpreterInfo

ANY = "*"
"""Wildcard in a tag: every ABI or every platform."""
NAMED = re.compile(r"(?:[a-z]+|[a-z]*[-@]?(?=\d\.))(\d)(?:\.(\d{1,3}))?", re.IGNORECASE)
"""Pattern of the start of an interpreter's or installation's name, with the version, as in `python3.12`."""
CONFIGURED = re.compile(r"^version(?:_info)?\s*=\s*(\d)\.(\d{1,3})", re.MULTILINE)
"""Pattern of the version in an environment's `pyvenv.cfg`."""
LONGEST = 65_536
"""Maximum number of characters read from `pyvenv.cfg`."""
STABLE = ("abi3", "abi3t")
"""ABIs that later versions of Python support as well (PEP 384, PEP 803)."""
MOST_MINOR = 100
"""Number of minor versions to consider if only the major version is known."""
NAME_THOSE = "Choose the Python with --python."
"""Advice if a Python does not report its tags."""

PythonRelease = tuple[int, int | None]
"""Major and minor version; the minor version is None if it is unknown."""


class SupportedTags(NamedTuple):
    """Tags that some Pythons support."""

    tags: tuple[frozenset[Tag], ...]
    """Tags that each Python supports, with `ANY` if it does not report them; empty if no wheel counts as unusable."""
    notes: tuple[str, ...]
    """Sentences about Pythons that do not report their tags, and what follows from that; untrusted text.

    They are left out if no Python reports its tags.
    """


def reach_of(interpreters: Iterable[InterpreterInfo]) -> SupportedTags:
    """Return the tags that Pythons support, with notes.

    An executable that does not start is not counted. A Python that does not report its tags may support every wheel for
    its version. If its version is not known either, or if no Python reports its tags, the result has no tags.
    """
    told, guessed, notes, lost = [], [], [], False
    for interpreter in interpreters:
        name, why = interpreter.python.executable, interpreter.trouble or ""
        if taken := interpreter.wheel_tags():
            told.append(taken)
        elif not interpreter.starts:
            notes.append(f"{name} is not counted as a Python. {why}")
        elif releases := releases_of(interpreter):
            guessed += [may_take(release) for release in releases]
            versions = " or ".join([".".join(map(str, filter(None, release))) for release in releases])
            spared = f"no wheel for Python {versions} counts as unusable"
            notes.append(_note(name, spared, why))
        else:
            lost = True
            notes.append(_note(name, "nothing counts as unusable", why))
    if not told:
        return SupportedTags((), ())
    return SupportedTags(() if lost else (*told, *guessed), tuple(notes))


def _note(name: Path, spared: str, why: str) -> str:
    """Return the sentences on a Python that does not report its tags; `why` is a sentence, or empty."""
    return " ".join(filter(None, [f"{name} does not report its supported tags, so {spared}.", why, NAME_THOSE]))


def releases_of(interpreter: InterpreterInfo) -> tuple[PythonRelease, ...]:
    """Return the versions that a Python may have, by its report or else its file names and `pyvenv.cfg`."""
    found = {_release(NAMED.match(f"python{interpreter.version}"))}
    if found == {None}:
        found = {_release(NAMED.match(place.name)) for place in (interpreter.python.executable, interpreter.real)}
        try:
            with (interpreter.python.prefix / "pyvenv.cfg").open(encoding="utf-8", errors="replace") as lines:
                found.add(_release(CONFIGURED.search(lines.read(LONGEST))))
        except (OSError, ValueError):  # most Pythons have no pyvenv.cfg
            pass
    exact = {release[0] for release in found if release and release[1] is not None}
    known = [release for release in found if release and (release[1] is not None or release[0] not in exact)]
    return tuple(sorted(known, key=lambda release: (release[0], release[1] or 0)))


def _release(found: re.Match[str] | None) -> PythonRelease | None:
    return None if found is None else (int(found[1]), None if found[2] is None else int(found[2]))


def may_take(release: PythonRelease) -> frozenset[Tag]:
    """Return the tags that a Python of a version may support, for any implementation, ABI and platform."""
    from cachetui.interpreters.compatibility import IMPLEMENTATIONS  # noqa: PLC0415 - seldom asked

    major, minor = release
    up_to = range(MOST_MINOR if minor is None else minor + 1)
    own = up_to if minor is None else (minor,)
    tags = {Tag(f"{name}{major}", ANY, ANY) for name in IMPLEMENTATIONS}
    tags |= {Tag(f"{name}{major}{one}", ANY, ANY) for name in IMPLEMENTATIONS for one in own}
    tags |= {Tag(f"py{major}{one}", ANY, ANY) for one in up_to}
    tags |= {Tag(f"cp{major}{one}", abi, ANY) for one in up_to for abi in STABLE}
    return frozenset(tags)


def may_support(tags: Iterable[Tag], taken: Collection[Tag]) -> bool:
    """Return whether one of a wheel's tags matches an estimated tag in `taken`, whose platform is `ANY`."""
    return any(Tag(one.interpreter, abi, ANY) in taken for one in tags for abi in (one.abi, ANY))
