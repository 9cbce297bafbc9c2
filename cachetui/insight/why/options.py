"""The options of pip's `install`, `download` and `wheel`: which take a value, and which bear on what pip takes.

Source: pip's `_internal/cli/cmdoptions.py`; the options of older pips are among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

SHORT = {
    **{"i": "--index-url", "f": "--find-links", "r": "--requirement", "c": "--constraint", "e": "--editable"},
    **{"U": "--upgrade", "I": "--ignore-installed", "t": "--target", "C": "--config-settings", "d": "--dest"},
    **{"w": "--wheel-dir", "q": "--quiet", "v": "--verbose", "b": "--build", "h": "--help", "V": "--version"},
}
"""The options of one letter, by that letter."""
ALSO = {"--pypi-url": "--index-url", "--config-setting": "--config-settings"}
"""Options with two names."""
HEEDED = frozenset(
    (
        *("--index-url", "--extra-index-url", "--pre", "--no-cache-dir", "--cache-dir", "--no-index"),
        *("--find-links", "--no-binary", "--only-binary", "--prefer-binary", "--python-version", "--python"),
        *("--refresh-package",),
    )
)
"""What an answer goes by."""
ABOUT_INSTALLED = frozenset(("--upgrade", "--force-reinstall", "--ignore-installed"))
"""What tells pip what to do with that which is installed already."""
INDIFFERENT = frozenset(
    (
        *("--quiet", "--verbose", "--debug", "--log", "--log-file", "--local-log", "--no-color", "--no-input"),
        *("--report", "--progress-bar", "--help", "--disable-pip-version-check", "--no-python-version-warning"),
        *("--root-user-action", "--proxy", "--no-proxy-env", "--retries", "--resume-retries", "--timeout"),
        *("--default-timeout", "--dry-run", "--cert", "--client-cert", "--trusted-host", "--exists-action"),
        *("--keyring-provider", "--no-warn-conflicts", "--target", "--prefix", "--root", "--user", "--no-user"),
        *("--dest", "--destination-dir", "--wheel-dir", "--src", "--destination-directory", "--source"),
        *("--source-dir", "--source-directory", "--build", "--no-clean", "--compile", "--no-compile"),
        *("--no-warn-script-location", "--break-system-packages", "--no-verify", "--no-deps"),
        *("--no-dependencies", "--upgrade-strategy", "--check-build-dependencies", "--require-virtualenv"),
        *("--require-venv",),
    )
)
"""What bears neither on which file pip takes nor on where it takes it from."""
WITH_VALUE = frozenset(
    (
        *("--index-url", "--extra-index-url", "--find-links", "--requirement", "--constraint", "--editable"),
        *("--cache-dir", "--no-binary", "--only-binary", "--python-version", "--python", "--refresh-package"),
        *("--platform", "--abi", "--implementation", "--build-constraint", "--requirements-from-script"),
        *("--group", "--config-settings", "--global-option", "--install-option", "--build-option", "--hash"),
        *("--all-releases", "--only-final", "--uploaded-prior-to", "--use-feature", "--use-deprecated"),
        *("--target", "--prefix", "--root", "--src", "--source", "--source-dir", "--source-directory", "--dest"),
        *("--destination-dir", "--destination-directory", "--wheel-dir", "--build", "--upgrade-strategy"),
        *("--progress-bar", "--root-user-action", "--report", "--log", "--log-file", "--local-log"),
        *("--keyring-provider", "--proxy", "--retries", "--resume-retries", "--timeout", "--default-timeout"),
        *("--exists-action", "--trusted-host", "--cert", "--client-cert"),
    )
)
"""What the next word belongs to."""
SEVERAL = frozenset(("--extra-index-url", "--find-links", "--requirement", "--constraint", "--editable"))
"""What takes several values, parted by blanks, from a variable or a file of settings."""
FLAGS = frozenset(
    (
        *("--only-deps", "--only-dependencies", "--ignore-requires-python", "--no-build-isolation"),
        *("--use-pep517", "--no-use-pep517", "--require-hashes", "--no-require-hashes", "--isolated"),
        *("--version", "--egg", "--allow-all-external", "--process-dependency-links"),
    )
)
"""Further options without a value."""
KNOWN = HEEDED | ABOUT_INSTALLED | INDIFFERENT | WITH_VALUE | FLAGS | {*ALSO}


class Word(NamedTuple):
    """A word of a command; an option together with its value."""

    typed: str
    """As written: an option without its value."""
    option: str = ""
    """The long name of the option, also of one that is not known; "" for what is none."""
    value: str = ""
    """The option's value."""


def words_of(words: Iterable[str]) -> Iterator[Word]:
    """Yield what a command is made of, in its order, as pip's parser takes it apart (the standard `optparse`)."""
    rest = iter(words)
    for word in rest:
        if word == "--":
            yield from [Word(one) for one in rest]
        elif word.startswith("--"):
            typed, is_given, value = word.partition("=")
            option = _whole(typed)
            if not is_given and option in WITH_VALUE:
                value = next(rest, "")
            yield Word(typed, option, value)
        elif word.startswith("-") and len(word) > 1:
            yield from _letters(word, rest)
        else:
            yield Word(word)


def _letters(word: str, rest: Iterator[str]) -> Iterator[Word]:
    """Yield options of one letter: several stand together, the last with its value."""
    for at, letter in enumerate(word[1:], start=1):
        option = SHORT.get(letter, f"-{letter}")
        if option in WITH_VALUE:
            yield Word(f"-{letter}", option, word[at + 1 :] or next(rest, ""))
            return
        yield Word(f"-{letter}", option)


def _whole(typed: str) -> str:
    """Return the option that a long one is, or is the beginning of."""
    if typed not in KNOWN:
        found = {ALSO.get(one, one) for one in KNOWN if one.startswith(typed)}
        return found.pop() if len(found) == 1 else typed
    return ALSO.get(typed, typed)
