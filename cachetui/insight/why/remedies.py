"""Remedies: pip with other options, or a command that removes an entry and as little else as possible."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.version import Version

from cachetui.insight.remove_terms import remove_terms
from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.explanation import Remedy
from cachetui.insight.why.sentence_parts import arguments_with, command_of, named
from cachetui.model import Entry
from cachetui.text.quote import quoted

FIRST_PYTHON = Version("3.7")
"""First Python for which there is a pip that reads `http-v2/`."""


def remedy(case: Evidence, words: str, *options: str) -> Remedy:
    """Return a remedy: the command of the question with further pip options."""
    arguments = arguments_with(case, *options)
    return Remedy(command_of(case, arguments), words, arguments=arguments)


def update_pip(case: Evidence) -> tuple[Remedy, ...]:
    """Return the command that updates pip; none if its Python is unknown or too old for a pip that reads `http-v2/`."""
    interpreter = case.asker.interpreter
    if interpreter is None or not interpreter.version or Version(interpreter.version.rstrip("+")) < FIRST_PYTHON:
        return ()
    command = quoted([case.asker.command, "-m", "pip", "install", "--upgrade", "pip"])
    return (Remedy(command, "update pip, so that it reads this part of the cache", is_tested=False),)


def exactly(case: Evidence, version: Version) -> Remedy:
    """Return a remedy: the command of the question for one exact version."""
    operator = "==" if version.local else "==="
    arguments = arguments_with(case, asking=f"{case.name}{operator}{version}")
    return Remedy(command_of(case, arguments), f"take {version} and no other", arguments=arguments)


def drop_entry(case: Evidence, entry: Entry, words: str, *, whole: bool = False) -> tuple[Remedy, ...]:
    """Return the command that removes an entry from the cache that the question is about; see `drop`.

    With `whole`, the command removes all kinds of entries of the same version.
    """
    alike = [one for one in case.inventory.entries if one.project == entry.project]
    return drop(entry, words, alike, case.asker.cache, whole=whole)


def drop(
    entry: Entry, words: str, alike: Sequence[Entry], cache: Sequence[str] = (), *, whole: bool = False
) -> tuple[Remedy, ...]:
    """Return the command that removes an entry; none if no terms match the entry.

    Return none, too, if the entry has no project and all matching terms also match other entries.

    `words` describe the purpose of the command; the names of other entries that the terms match are appended to them.
    `alike` holds all entries of its project (or all without a project), including the entry itself. `cache` is the
    option with which cachetui finds the cache, if it needs one.
    """
    terms, taken = remove_terms(entry, alike, whole=whole)
    if not terms or (entry.project is None and len(taken) > 1):
        return ()
    if others := [one.filename or one.path for one in taken if one != entry]:
        words += f"; {named(others)} {'goes' if len(others) == 1 else 'go'} with it"
    command = quoted(["cachetui", "remove", *terms, *cache])
    return (Remedy(command, words, tuple([one.path for one in taken])),)
