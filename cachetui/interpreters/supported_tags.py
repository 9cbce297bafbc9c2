"""The tags that the Pythons here support together; a Python that does not report its tags may support any."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from packaging.tags import Tag

if TYPE_CHECKING:  # what only asks tags does without
    from cachetui.interpreters.info import InterpreterInfo

ANY = "*"
"""Stands in a tag for every ABI, or every platform."""
NAMED = re.compile(r"(?:[a-z]+|[a-z]*[-@]?(?=\d\.))(\d)(?:\.(\d{1,3}))?", re.IGNORECASE)
"""The beginning of the name of an interpreter or of its installation that holds a version."""
CONFIGURED = re.compile(r"^version(?:_info)?\s*=\s*(\d)\.(\d{1,3})", re.MULTILINE)
"""The version in an environment's `pyvenv.cfg`."""
LONGEST = 65_536
"""Characters of it that are read."""
STABLE = ("abi3", "abi3t")
"""ABIs that later versions take as well (PEP 384, PEP 803)."""
MOST_MINOR = 100
"""Minor versions that are considered where only the major one is known."""
NAME_THOSE = "--python names the Python that counts."
"""Advice where a Python does not report its tags."""

Release = tuple[int, int | None]
"""Major and minor version; None where any minor one may be meant."""


class SupportedTags(NamedTuple):
    """The tags that some Pythons support."""

    tags: tuple[frozenset[Tag], ...]
    """The tags that each supports, with `ANY` in those of one that does not report them; none if nothing is known."""
    notes: tuple[str, ...]
    """Sentences on Pythons that do not report their tags, and the effect; untrusted text. None if none reports them."""


def reach_of(interpreters: Iterable[InterpreterInfo]) -> SupportedTags:
    """Return the tags that Pythons support.

    What is no program at all does not count. To one that does not tell, all wheels for its version may be of use; where
    not even its version is known, nothing can be said.
    """
    told, guessed, notes, lost = [], [], [], False
    for interpreter in interpreters:
        name, why = interpreter.python.executable, interpreter.trouble or ""
        if taken := interpreter.wheel_tags():
            told.append(taken)
        elif not interpreter.starts:
            notes.append(f"{name} does not count as a Python. {why}")
        elif releases := releases_of(interpreter):
            guessed += [may_take(release) for release in releases]
            versions = " or ".join([".".join(map(str, filter(None, release))) for release in releases])
            spared = f"no wheel for Python {versions} counts as unusable"
            notes.append(f"{name} does not tell what it can use, so {spared}: {NAME_THOSE} {why}".rstrip())
        else:
            lost = True
            notes.append(
                f"{name} does not tell what it can use, so nothing counts as unusable: {NAME_THOSE} {why}".rstrip()
            )
    if not told:
        return SupportedTags((), ())
    return SupportedTags(() if lost else (*told, *guessed), tuple(notes))


def releases_of(interpreter: InterpreterInfo) -> tuple[Release, ...]:
    """Return the versions that a Python may be of, by its report or else by its files' names and `pyvenv.cfg`."""
    found = {_release(NAMED.match(f"python{interpreter.version}"))}
    if found == {None}:
        found = {_release(NAMED.match(place.name)) for place in (interpreter.python.executable, interpreter.real)}
        try:
            with (interpreter.python.prefix / "pyvenv.cfg").open(encoding="utf-8", errors="replace") as lines:
                found.add(_release(CONFIGURED.search(lines.read(LONGEST))))
        except (OSError, ValueError):  # most are no environment's
            pass
    exact = {release[0] for release in found if release and release[1] is not None}
    known = [release for release in found if release and (release[1] is not None or release[0] not in exact)]
    return tuple(sorted(known, key=lambda release: (release[0], release[1] or 0)))


def _release(found: re.Match[str] | None) -> Release | None:
    return None if found is None else (int(found[1]), None if found[2] is None else int(found[2]))


def may_take(release: Release) -> frozenset[Tag]:
    """Return the tags that a Python of a version may support, whatever its implementation, ABI and platform."""
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
    """Return whether one of a wheel's tags is among those with `ANY` in them."""
    return any(Tag(one.interpreter, abi, ANY) in taken for one in tags for abi in (one.abi, ANY))
