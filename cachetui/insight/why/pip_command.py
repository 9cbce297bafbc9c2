"""Find the pip call in pasted text, such as `$ pip …`, `RUN pip …`, `sudo -H pip …` or `cd x && python -m pip …`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cachetui.errors import CachetuiError
from cachetui.text.redact import quote_input

VERBS = ("install", "download", "wheel")
"""Commands of pip that fetch distributions."""
OTHER_VERBS = frozenset(
    (
        *("uninstall", "list", "show", "freeze", "cache", "check", "config", "search", "index", "lock", "hash"),
        *("debug", "inspect", "completion", "help"),
    )
)
"""Other commands of pip."""
PYTHON = re.compile(r"(?:python|pypy)[\d.]*w?(?:\.exe)?")
PIP = re.compile(r"pip([\d.]*)(?:\.exe)?")
MODULE = re.compile(r"-[A-Za-z]*mpip")
"""Pattern of `-m pip` written as one word."""
LAUNCHER = re.compile(r"py(?:\.exe)?")
"""Pattern of the name of the Python launcher for Windows (PEP 397)."""
LAUNCHED = re.compile(r"-(?:V:)?(\d[\d.]*)(?:-\d+)?")
VARIABLE = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
DRIVE = re.compile(r"(?:^|\s|['\"])[A-Za-z]:\\")
"""Pattern of a Windows path, in which backslashes do not escape anything."""
ENDS = ("&&", "||", "|", ";", "&")
"""Words that end a command in a shell."""
REDIRECTED = re.compile(r"\d*(?:>>?|<)(?![=\d])")
"""Pattern of a word that redirects input or output and is not meant as a comparison."""
COMPARISON = re.compile(r"[<>]\S*")
"""Pattern of the first comparison in a requirement, which a shell takes for a redirection."""
QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.", re.DOTALL)
"""Pattern of text that a shell does not interpret, because it is quoted or escaped."""
CONTINUED = re.compile(r"[\\^`]\r?\n")
"""Pattern of the end of a line that the next line continues, in POSIX shells, cmd and PowerShell."""
BEFORE = "!%$>"
"""Characters that notebooks and prompts put directly before a command."""
PROMPTS = re.compile(r"[$#%!>]+|\([^()]*\)|\S*[@:~\\/]\S*[$#>]|PS|\S+>|In|\[\d+\]:|-")
"""Pattern of words that shells and notebooks write before a command."""
ADVICE = "Type what you asked pip for, such as psycopg2==2.4.1, or the whole pip command."
PER_REQUIREMENT = ("--hash", "--config-setting", "--config-settings", "--global-option")
"""Options that belong to one requirement of a file (pip's `_internal/req/req_file.py`)."""
WITH_VALUE = frozenset(
    (
        *("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-binary", "--only-binary"),
        *("--trusted-host", "-r", "--requirement", "-c", "--constraint", "-e", "--editable", "--use-feature"),
        *("--python-version", "--platform", "--abi", "--implementation", "--cache-dir", "--python", *PER_REQUIREMENT),
        *("--refresh-package", "--uploaded-prior-to", "--group", "-t", "--target", "-d", "--dest", "--report"),
        *("--log", "--root", "--prefix", "--src", "-w", "--wheel-dir", "--progress-bar", "--proxy", "--timeout"),
        *(
            "--keyring-provider",
            "--retries",
            "--cert",
            "--client-cert",
            "--exists-action",
            "--upgrade-strategy",
            "--build-constraint",
        ),
    )
)
"""Options that take the next word as their value."""
NO_PIP = (
    "uv",
    "uvx",
    "poetry",
    "pdm",
    "pipenv",
    "conda",
    "mamba",
    "micromamba",
    "hatch",
    "rye",
    "apt",
    "apt-get",
)
"""Other tools that install distributions; none of them reads pip's cache itself."""


class QuestionError(CachetuiError):
    """Error for text that is not a question for pip. The message says what is wrong, and may quote the text.

    The text is untrusted and may hold secrets.
    """

    def __init__(self, complaint: str, typed: str = "") -> None:
        super().__init__(f"{typed} {complaint}".strip())
        self.typed = typed
        """Start of the message, mostly a quotation; "" if the message quotes nothing."""
        self.complaint = complaint
        """Rest of the message."""

    def redacted(self) -> str:
        """Return the message with secrets and control characters in its quotations hidden."""
        return f"{quote_input(self.typed)} {quote_input(self.complaint)}".strip()


@dataclass(frozen=True, slots=True)
class PipCall:
    """A pip call."""

    verb: str
    """Command of pip: `install`, `download` or `wheel`."""
    arguments: tuple[str, ...]
    """Arguments of pip without the verb."""
    python: str = ""
    """Python as the command names it, such as "python3.8" or a path; "" for the default one."""
    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables of pip that the command sets, with their values."""
    before: tuple[str, ...] = ()
    """Ignored words before the call."""
    after: str = ""
    """Shell operator or redirection at which the command ends; "" if nothing or only a comment follows."""


def read_command(text: str) -> PipCall | None:
    """Return the last call of `pip install`, `pip download` or `pip wheel`; None if no command of pip is called.

    Raises QuestionError if only other commands of pip are called, if `uv pip` is called, or if a quotation mark or a
    backslash leaves the pip call incomplete.
    """
    try:
        words = split(_apart(re.sub(r"[\r\n]+", " ; ", CONTINUED.sub(" ", text).strip())))
    except ValueError as error:  # a quotation mark is missing
        if re.search(r"\bpip[\d.]*(?:\.exe)?['\"]?\s+\w", text):
            raise QuestionError(
                "is incomplete: a closing quotation mark is missing, or it ends with a backslash.", "This command"
            ) from error
        return None
    found: PipCall | None = None
    other, end = "", 0
    for at, word in enumerate(words):
        call = _call(words, at, word) if at >= end else None
        if call is None:
            continue
        start, python = call
        options, verb, rest = _parts(words[at + 1 + (word == "-m") :])
        if verb in VERBS:
            arguments, after = _within(rest)
            end = len(words) - len(rest) + len(arguments)
            variables, before = _before(words[:start])
            found = PipCall(verb, (*options, *arguments), python, variables, before, after)
        elif verb in OTHER_VERBS:
            other = verb
    if found is None and other:
        said = "takes nothing from its cache. Ask about pip install, pip download or pip wheel."
        raise QuestionError(said, f"pip {other}")
    return found


def _apart(text: str) -> str:
    """Return text with spaces around every unquoted `&&` and `||`."""
    parts = re.split(f"({QUOTED.pattern})", text, flags=re.DOTALL)
    parts[::2] = [re.sub(r"(&&|\|\|)", r" \1 ", part) for part in parts[::2]]
    return "".join(parts)


def split(text: str) -> list[str]:
    """Split a line into words as a shell does.

    Raises ValueError if a closing quotation mark is missing, or if the line ends with a backslash.
    """
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if DRIVE.search(text):
        lexer.escape = ""
    return list(lexer)


def redirection(text: str, requirement: str) -> str:
    """Return the comparison in a requirement that a shell takes for a redirection; "" if there is none.

    The shell does so if the comparison is not quoted in `text`, which contains the requirement as typed.
    """
    found = COMPARISON.search(requirement)
    bare = re.escape(requirement[: found.start()]) + re.escape(found[0]) if found else ""
    return found[0] if found and re.search(rf"(?:^|\s){bare}", QUOTED.sub('""', text)) else ""


def _call(words: Sequence[str], at: int, word: str) -> tuple[int, str] | None:
    """Return the index at which a pip call begins, and the command of its Python; None if there is no call.

    There is one if `word`, which stands at the index `at`, is a name of pip, the `-m` before that name, or both in one
    word. The call may begin earlier, as in `python3.9 -m pip`. The command is empty for the default Python. Raises
    QuestionError for `uv pip`.
    """
    place, name = _parted(word)
    if place == "" or place.endswith(("/", "\\")):
        name = name.lstrip(BEFORE)
        if (found := PIP.fullmatch(name)) and words[at - 1 : at] != ["-m"]:
            previous = _parted(words[at - 1])[1] if at else ""
            if previous in ("uv", "uv.exe"):
                raise QuestionError("is not pip: uv keeps a cache of its own and does not read pip's.", "uv pip")
            if place:
                return at, f"{place}python{'.exe' if name.endswith('.exe') else found[1]}"
            return at, f"python{found[1]}" if "." in found[1] or found[1] == "2" else ""
    is_module = MODULE.fullmatch(word) or (word == "-m" and words[at + 1 : at + 2] == ["pip"])
    if not is_module:
        return None
    for start in range(at - 1, -1, -1):
        place, name = _parted(words[start])
        name = name.lstrip(BEFORE)
        if LAUNCHER.fullmatch(name):
            version = next((one[1] for one in map(LAUNCHED.fullmatch, words[start + 1 : at]) if one), "")
            return start, f"python{version}" if "." in version or version == "2" else ""
        if PYTHON.fullmatch(name):
            is_default = name in ("python", "python3", "python.exe") and not place
            return start, "" if is_default else f"{place}{name}"
    return at, ""


def _parted(word: str) -> tuple[str, str]:
    place, name = re.fullmatch(r"(.*[\\/])?(.*)", word, re.DOTALL).groups("")  # type: ignore[union-attr]
    return place, name


def _parts(words: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """Return pip's global options, its command and the remaining words."""
    options: list[str] = []
    rest = iter(range(len(words)))
    for at in rest:
        word = words[at]
        if not word.startswith("-"):
            return options, word, list(words[at + 1 :])
        options.append(word)
        if word in WITH_VALUE and at + 1 < len(words):
            options.append(words[next(rest)])
    return options, "", []


def _before(words: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the pip variables that are set before a call, and the other words before it, without prompts.

    Values of other variables are hidden. If all other words are harmless, such as `env` and `&&`, none is returned.
    """
    variables: list[tuple[str, str]] = []
    others: list[str] = []
    for at, word in enumerate(words):
        setting = VARIABLE.fullmatch(word.rstrip(";"))
        if setting and setting[1].upper().startswith("PIP_"):
            variables.append((setting[1].upper(), setting[2]))
        elif setting:
            others.append(f"{setting[1]}=***")
        elif not (PROMPTS.fullmatch(word) and all(PROMPTS.fullmatch(one) for one in words[:at])):
            others.append(word)
    quiet = ("env", "set", "export", "&&", ";", "exec")
    return tuple(variables), () if all(one in quiet for one in others) else tuple(others)


def _within(words: Sequence[str]) -> tuple[list[str], str]:
    """Return the words of a command, and the shell operator or redirection that ends it ("" if nothing follows)."""
    for at, word in enumerate(words):
        if word.startswith("#"):
            return list(words[:at]), ""
        is_end = word in ENDS or REDIRECTED.match(word)
        if is_end or word.endswith(";"):
            own = list(words[:at]) if is_end else [*words[:at], word[:-1]]
            following = next((one for one in words[at + 1 :] if one not in ENDS), "#")
            return own, "" if following.startswith("#") else word if is_end else ";"
    return list(words), ""


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of a requirements file, with continued lines joined, without comments and blank lines."""
    for line in CONTINUED.sub(" ", text).splitlines():
        if bare := re.sub(r"(?:\A|\s+)#.*\Z", "", line).strip():
            yield bare
