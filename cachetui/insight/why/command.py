"""Take apart a command as it was typed into a shell: whose pip, which requirements, which options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from cachetui.errors import CachetuiError
from cachetui.insight.why.given import Given
from cachetui.insight.why.options import ABOUT_INSTALLED, HEEDED, INDIFFERENT, SEVERAL, WITH_VALUE, Word, words_of
from cachetui.pip.configuration import NO

VERBS = ("install", "download", "wheel")
"""The commands of pip that fetch what is to be installed."""
OTHER_VERBS = frozenset(
    (
        *("uninstall", "list", "show", "freeze", "cache", "check", "config", "search", "index", "lock", "hash"),
        *("debug", "inspect", "completion", "help"),
    )
)
"""Its other commands."""
PROMPT = re.compile(r"\s*[$!%]\s*")
"""What shells and notebooks write before a command."""
PYTHON = re.compile(r"(?:python|pypy)[\d.]*w?(?:\.exe)?")
PIP = re.compile(r"pip([\d.]*)(?:\.exe)?")
LAUNCHER = re.compile(r"py(?:\.exe)?")
"""The starter of Pythons on Windows (PEP 397)."""
LAUNCHED = re.compile(r"-(?:V:)?(\d[\d.]*)(?:-\d+)?")
VARIABLE = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
DRIVE = re.compile(r"(?:^|\s)[A-Za-z]:\\")
"""A path of Windows, in which a backslash is no shell's."""
ENDS = ("&&", "||", "|", ";", "&")
"""What ends a command in a shell."""
REDIRECTED = re.compile(r"\d*(?:>>?|<)(?![=\d])")
"""What sends the output of a command elsewhere, unless it was meant as a comparison."""
COMPARISON = re.compile(r"[<>]\S*")
"""The first comparison of a requirement by which a shell redirects."""
QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.", re.DOTALL)
"""What a shell leaves alone."""
BLANK_BEFORE = re.compile(r"[=!~<>]=|[<>]|@\Z")
"""A comparison that stands apart from its project: pip gets it as a word of its own."""
UNENDED = "a quotation mark has no partner, or a backslash stands last"
"""Why a shell would wait for more."""
ADVICE = "Write what pip was asked for, such as psycopg2==2.4.1."


class QuestionError(CachetuiError):
    """What was typed is no question that can be answered; the message quotes it, and tells what is wrong with it.

    What was typed may hold secrets and anything else: show it as such.
    """

    def __init__(self, complaint: str, typed: str = "") -> None:
        super().__init__(f"{typed} {complaint}".strip())
        self.typed = typed
        """What is quoted at the beginning of the message."""
        self.complaint = complaint
        """The rest of the message."""


class Command(NamedTuple):
    """A command, taken apart."""

    requirement: str
    """What it asks for, the first of several; "" where nothing."""
    given: Given
    """What else it says."""


def read_command(text: str) -> Command | None:
    """Take a command apart; None for what is none. Raises QuestionError."""
    text = PROMPT.sub("", text, count=1) if PROMPT.match(text) else text
    try:
        words = _split(text)
    except ValueError as error:  # quotes that do not end
        if re.search(r"\bpip[\d.]*(?:\.exe)?\s+\w", text):
            raise QuestionError(f"This command does not end: {UNENDED}.") from error
        return None
    variables, words = _variables(words)
    found = _python(words)
    if found is None:
        return None
    python, rest = found
    rest, cut = _within(rest)
    parts = list(words_of(rest))
    verb = next((at for at, part in enumerate(parts) if not part.option), None)
    if verb is None or parts[verb].typed not in (*VERBS, *OTHER_VERBS):
        return None
    if parts[verb].typed not in VERBS:
        said = "takes nothing from its cache. Ask for what pip install, pip download or pip wheel was given."
        raise QuestionError(said, f"pip {parts[verb].typed}")
    sayings = [*_settings(variables), *parts[:verb], *parts[verb + 1 :]]
    passed = [name for name, _ in variables if not name.upper().startswith("PIP_")]
    command = read_words(sayings, parts[verb].typed, python, [*passed, *cut])
    return command._replace(given=replace(command.given, redirected=_redirected(text, command.requirement)))


def read_words(words: Iterable[Word], verb: str = "install", python: str = "", unheeded: Iterable[str] = ()) -> Command:
    """Part requirements from options. Raises QuestionError."""
    requirements: list[str] = []
    options: list[tuple[str, str]] = []
    about_installed: list[str] = []
    passed = list(unheeded)
    lists: list[Word] = []
    for word in words:
        if not word.option:
            requirements.append(word.typed)
        elif word.option == "--python":
            python = word.value
        elif word.option in HEEDED:
            options.append((word.option, word.value))
        elif word.option in ABOUT_INSTALLED:
            about_installed.append(word.typed)
        elif word.option not in INDIFFERENT:
            passed.append(word.typed)
            lists += [word] if word.option in ("--requirement", "--editable", "--group") else []
    apart = next((one for one in requirements if BLANK_BEFORE.match(one)), None)
    if apart:
        said = "is no requirement. Put quotes around one with blanks in it, such as 'psycopg2 == 2.4.1'."
        raise QuestionError(said, apart)
    if not requirements and lists:
        raise QuestionError(*_refused(lists[0]))
    once = tuple(dict.fromkeys(passed))
    given = Given(verb, python, tuple(options), tuple(dict.fromkeys(about_installed)), once, tuple(requirements[1:]))
    return Command(requirements[0] if requirements else "", given)


def _refused(word: Word) -> tuple[str, str]:
    """Say how to ask where only a list or a folder is named."""
    typed = f"{word.typed} {word.value}"
    if word.option == "--editable":
        return (
            "is a folder or a repository, which pip takes as it is. Ask for one of the projects that it needs.",
            typed,
        )
    return "names a list of requirements. Ask for one of them at a time, such as psycopg2==2.4.1.", typed


def _split(text: str) -> list[str]:
    """Part a line into words as a shell does; of Windows, where paths are written so."""
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if DRIVE.search(text):
        lexer.escape = ""
    return list(lexer)


def _redirected(text: str, requirement: str) -> str:
    """Return the comparison of a requirement that stands in a line without quotes; "" where a shell takes none away."""
    found = COMPARISON.search(requirement)
    bare = re.escape(requirement[: found.start()]) + re.escape(found[0]) if found else ""
    return found[0] if found and re.search(rf"(?:^|\s){bare}", QUOTED.sub('""', text)) else ""


def _variables(words: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the variables that are set before a command, what starts it as another user among them, and the rest."""
    found: list[tuple[str, str]] = []
    started = False
    for at, word in enumerate(words):
        if word in ("sudo", "env"):
            started = True
            found += [("sudo", "")] if word == "sudo" else []
        elif setting := VARIABLE.fullmatch(word):
            found.append((setting[1], setting[2]))
        elif not (started and word.startswith("-")):
            return found, words[at:]
    return found, []


def _python(words: list[str]) -> tuple[str, list[str]] | None:
    """Return how the Python of a command is called, and what pip was given; None for what is no command of pip."""
    if not words:
        return None
    called = words[0]
    place, name = re.fullmatch(r"(.*[\\/])?(.*)", called, re.DOTALL).groups("")  # type: ignore[union-attr]
    if name in ("uv", "uv.exe") and words[1:2] == ["pip"]:
        raise QuestionError("This is about pip: uv keeps a cache of its own, and does not look into pip's.")
    if found := PIP.fullmatch(name):
        if place:
            return f"{place}python{'.exe' if name.endswith('.exe') else found[1]}", words[1:]
        return f"python{found[1]}" if "." in found[1] or found[1] == "2" else "", words[1:]
    if not (PYTHON.fullmatch(name) or LAUNCHER.fullmatch(name)) or "-m" not in words:
        return None
    at = words.index("-m")
    if words[at + 1 : at + 2] != ["pip"] or not all(word.startswith("-") for word in words[1:at]):
        return None
    if LAUNCHER.fullmatch(name):
        version = next((found[1] for word in words[1:at] if (found := LAUNCHED.fullmatch(word))), "")
        called = f"python{version}" if "." in version or version == "2" else ""
    elif name in ("python", "python3", "python.exe") and not place:
        called = ""
    return called, words[at + 2 :]


def _within(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the words of the command itself, and what tells that more stood behind it."""
    for at, word in enumerate(words):
        if word in ENDS or REDIRECTED.match(word):
            return words[:at], [f"what follows {word}"]
        if word.startswith("#"):
            return words[:at], []
        if word.endswith(";"):
            return [*words[:at], word[:-1]], ["what follows ;"] if words[at + 1 :] else []
    return words, []


def _settings(variables: Iterable[tuple[str, str]]) -> Iterator[Word]:
    """Yield what pip's variables say, as options (pip's `_internal/cli/parser.py`, `_update_defaults`)."""
    for variable, value in variables:
        option = f"--{variable[4:].lower().replace('_', '-')}"
        if variable.upper().startswith("PIP_") and value:
            yield from said_in_settings(option, value, f"{variable}={value}")


def said_in_settings(option: str, value: str, said: str) -> Iterator[Word]:
    """Yield what a setting says, as options; `said` is how it is quoted."""
    if option == "--no-cache-dir":  # whatever its value
        yield Word(said, option, said)
    elif option in SEVERAL:
        yield from [Word(said.partition("=")[0], option, one) for one in value.split()]
    elif option in WITH_VALUE:
        yield Word(said.partition("=")[0], option, value)
    elif value.lower() not in NO:
        yield Word(said.partition("=")[0], option)
