"""A question to pip: a requirement, lines of a requirements file, or a whole pip command as typed."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cachetui.insight.why.pip_command import (
    ADVICE,
    NO_PIP,
    PER_REQUIREMENT,
    WITH_VALUE,
    QuestionError,
    lines_of,
    read_command,
    redirection,
    split,
)
from cachetui.needs.requirement import read_requirement

MOST_TYPED = 65_536
"""Maximum length of a question in characters; a long lock file is not a question."""
SHELLS = re.compile(r"\$\{?\w|\$\(|`|%\w+%")
"""Pattern of syntax that a shell substitutes."""
GLOB = re.compile(r"[^=<>!~]*[*?][^=<>!~]*\.(?:whl|zip|tar\.gz|tgz)")
"""Pattern of archive names with wildcards that a shell would expand."""
ONE_SIGN = re.compile(r"([A-Za-z0-9][\w.-]*)\s*=\s*(\w[\w.*+!-]*)\Z")
"""Pattern of a requirement with `=` in place of `==`, as conda writes it."""
COMPARED = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?\s*(?:===?|~=|!=|<=?|>=?)\s*[\w.*+!-]+\Z")
"""Pattern of a requirement whose version may be invalid by PEP 440.

Older pips accept such a version; newer ones say why they do not accept it.
"""
FLAGS = frozenset(
    (
        *("--pre", "--no-index", "--prefer-binary", "--require-hashes", "-U", "--upgrade", "--force-reinstall"),
        *("--no-cache-dir", "--no-deps", "-I", "--ignore-installed", "--ignore-requires-python", "-q", "-v"),
    )
)
"""Options without a value that a question may contain, even if it is not a whole pip command."""


@dataclass(frozen=True, slots=True)
class Question:
    """Question in a form that can be passed to pip."""

    text: str
    """Question as typed, on one line."""
    arguments: tuple[str, ...]
    """Arguments of pip, its command first."""
    lines: tuple[str, ...] = ()
    """Lines of a requirements file that pip gets in addition."""
    python: str = ""
    """Python as the command names it; "" for the default one."""
    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables of pip that the command sets."""
    notes: tuple[str, ...] = ()
    """Sentences about parts of the text that are ignored, or that a shell would not pass to pip."""

    @property
    def verb(self) -> str:
        """The pip command: `install`, `download` or `wheel`."""
        return self.arguments[0]

    @property
    def shown(self) -> str:
        """Question as the screen shows it: the requirement alone, or the whole pip command."""
        words = self.asked_for()
        if len(words) == 1 and self.arguments in (("install", *words), ("install",)):
            return words[0]
        return " ".join([shlex.join(["pip", *self.arguments]), *(["-r"] if self.lines else []), *self.lines])

    @property
    def subject(self) -> str:
        """First requirement as written; the whole question if it contains no requirement."""
        return next(iter(self.asked_for()), self.text)

    def asked_for(self) -> tuple[str, ...]:
        """Return the requirements as typed, first those in `lines`, then those in `arguments`. Does not ask pip.

        In `arguments`, each word is taken as a requirement unless it is an option or the value of an option.
        """
        words = [line.partition(" --")[0] for line in self.lines]
        rest = iter(self.arguments[1:])
        for word in rest:
            if word.startswith("-"):
                if word in WITH_VALUE or is_short_for(word):
                    next(rest, None)
            else:
                words.append(word)
        return tuple(words)

    def project(self) -> str:
        """Return the canonical name of the first project in the question; "" if there is none."""
        for word in self.asked_for():
            if found := _requirement(word):
                return canonicalize_name(found.name)
        return ""

    def links(self) -> tuple[str, ...]:
        """Return the find-links pages that the question names."""
        words = [*self.arguments, *[word for line in self.lines for word in line.split()]]
        pairs = zip(words, [*words[1:], ""], strict=True)
        found = [value for word, value in pairs if word in ("-f", "--find-links")]
        return (*found, *[word.partition("=")[2] for word in words if word.startswith("--find-links=")])

    def with_options(self, options: Sequence[str]) -> Question:
        """Return the same question with further pip options."""
        return replace(self, arguments=(*self.arguments, *options))


def is_short_for(word: str) -> bool:
    """Return whether a word abbreviates an option that takes a value."""
    return word not in FLAGS and len(word) > 3 and any(one.startswith(word) for one in WITH_VALUE)


def read_question(text: str) -> Question:
    """Parse a question for pip, without running anything. Raises QuestionError."""
    if len(text) > MOST_TYPED:
        raise QuestionError(f"This is too long for a question. {ADVICE}")
    if not text.strip():
        raise QuestionError(f"Nothing was asked. {ADVICE}")
    if command := read_command(text):
        if not command.arguments:
            raise QuestionError("names nothing to install.", f"pip {command.verb}")
        arguments, python = _without_python(command.arguments, command.python)
        notes = [*_notes(command.before, command.after)]
        if hidden := next((sign for word in arguments if (sign := redirection(text, word))), ""):
            notes.append(f"Unquoted, the shell takes {hidden} for a file and pip never sees it: put quotes around it.")
        words = (command.verb, *[os.path.expanduser(word) if word.startswith("~") else word for word in arguments])  # noqa: PTH111 - text
        asked = Question(" ".join(text.split()), words, (), python, command.variables, tuple(notes))
    else:
        asked = _lines(text)
    if left := next(
        (word for word in asked.asked_for() if "://" not in word and (SHELLS.search(word) or GLOB.fullmatch(word))), ""
    ):
        raise QuestionError("is filled in by the shell: type what it stands for.", left)
    return asked


def _lines(text: str) -> Question:
    """Parse one or more lines in the form of a requirements file."""
    options: list[str] = []
    kept: list[str] = []
    for line in lines_of(text):
        try:
            words = split(line)
        except ValueError:  # a quotation mark is missing, as in a marker that is cut off
            words = [line]
        at = next((at for at, word in enumerate(words) if word.startswith("-") and len(word) > 1), len(words))
        if at and (words[0].split("=")[0] in NO_PIP or not _may_be_asked(_first(line, words[at:]))):
            tool = words[0] in NO_PIP
            said = f"is neither a requirement nor a pip command. {ADVICE}"
            if one := ONE_SIGN.match(line):
                said = f"is not a requirement: did you mean {one[1]}=={one[2]}?"
            said = "is not pip, and does not read pip's cache. " + ADVICE if tool and len(words) > 1 else said
            raise QuestionError(said, words[0] if tool and len(words) > 1 else line)
        mine, others = _options(words[at:], line)
        if at:
            kept.append(" ".join([_first(line, words[at:]), *mine]))
        elif mine:
            raise QuestionError(f"belongs to a requirement, and there is none before it. {ADVICE}", mine[0])
        options += others
    if not kept and not options:
        raise QuestionError(f"Nothing was asked. {ADVICE}")
    shown = " ".join(text.split())
    if len(kept) == 1 and not any(option in kept[0] for option in PER_REQUIREMENT):
        return Question(shown, ("install", *options, *kept))
    return Question(shown, ("install", *options), tuple(kept))


def _first(line: str, options: Sequence[str]) -> str:
    """Return the part of a line before its options, as written.

    If it were put together from the split words, the quotation marks in a marker would be lost.
    """
    if not options:
        return line
    found = re.search(rf"\s{re.escape(options[0].split('=')[0])}", line)
    return line[: found.start()].strip() if found else line


def _options(words: Sequence[str], line: str) -> tuple[list[str], list[str]]:
    """Return the options that belong to a requirement, and those of the whole command. Raises QuestionError."""
    mine: list[str] = []
    others: list[str] = []
    rest = iter(words)
    for word in rest:
        name, is_given, _ = word.partition("=")
        if not word.startswith("-") or (name not in WITH_VALUE and name not in FLAGS):
            raise QuestionError(f"is neither a requirement nor a pip command. {ADVICE}", line)
        target = mine if name in PER_REQUIREMENT else others
        target.append(word)
        if name in WITH_VALUE and not is_given:
            value = next(rest, None)
            if value is None:
                raise QuestionError("needs a value.", name)
            target.append(value)
    if mine:
        joined = iter(mine)
        mine = [word if "=" in word else f"{word}={next(joined, '')}" for word in joined]
    return mine, others


def _may_be_asked(word: str) -> bool:
    """Return whether pip could accept a word as a requirement, a URL, a file or a folder."""
    if re.match(r"[a-z+]+:(?://|[^/ ])", word, re.I) or _requirement(word) or COMPARED.match(word):
        return True
    is_path = word.startswith((".", "~", "/", "\\")) or re.match(r"[A-Za-z]:[\\/]", word) or "/" in word
    is_archive = word.lower().endswith((".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"))
    return bool(is_path or is_archive) and " " not in word.strip()


def _requirement(word: str) -> Requirement | None:
    try:
        return read_requirement(word)
    except ValueError:
        return None


def _without_python(arguments: Sequence[str], python: str) -> tuple[tuple[str, ...], str]:
    """Return pip's arguments without the option `--python`, and the Python that it names, or else `python`.

    pip does not get this option, because cachetui starts that Python itself.
    """
    kept: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == "--python":
            python = next(rest, python)
        elif word.startswith("--python="):
            python = word.partition("=")[2]
        else:
            kept.append(word)
    return tuple(kept), python


def _notes(before: Sequence[str], after: str) -> list[str]:
    """Return sentences about the words before and after a pip call, which are ignored."""
    notes: list[str] = []
    if "sudo" in before:
        notes.append("sudo runs pip as another user, with that user's cache and settings; this is about your own.")
    elif "cd" in before:
        notes.append("Relative paths are taken from the current folder: the cd before pip was not followed.")
    elif before:
        notes.append(f"Not taken into account: {before[0].rstrip(';&|')}{' …' if before[1:] else ''}, before pip.")
    if after:
        notes.append(f"What follows {after} was not taken into account.")
    return notes
