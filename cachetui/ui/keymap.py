"""The user's key bindings: those that can be applied, and those that cannot; no Textual app here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from textual.binding import Binding
from textual.keys import REPLACED_KEYS, Keys, key_to_character

from cachetui.preferences.model import Preferences, Problem, key_path
from cachetui.ui.bindings import NAMES

MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
KEY_NAMES = frozenset([key.value for key in Keys])
WRITTEN = {name.lower(): key for key, name in NAMES.items()}
"""Textual's names of keys by how cachetui writes them, such as `esc` and `pgup`."""
ENOUGH = 3
"""Ids that are suggested at most for an unknown one."""


class Keymap(NamedTuple):
    """The key bindings that can be applied, and those that cannot."""

    keys: Mapping[str, str]
    """Keys with commas between them, by the id of their binding."""
    problems: tuple[Problem, ...]
    """The problems of the others."""


def keymap(preferences: Preferences, bindings: Iterable[Binding], typing: Collection[str]) -> Keymap:
    """Check the key bindings that the user prefers.

    `bindings` are all that can be changed, as they are declared; `typing` the ids of those that work while something is
    typed, which no letter can be. A wish that takes a key from something else is not met, nor is what depends on it.
    """
    defaults: dict[str, tuple[str, ...]] = {}
    for binding in bindings:
        if binding.id:
            defaults.setdefault(binding.id, tuple(binding.key.split(",")))
    problems: list[Problem] = []
    wishes: dict[str, tuple[str, ...]] = {}

    def add_problem(name: str, words: str) -> None:
        problems.append(Problem(key_path("keys", name), words))

    for name, written in preferences.keys.items():
        if name not in defaults:
            close = get_close_matches(name, defaults, ENOUGH)
            add_problem(name, "nothing is called so" + (f"; perhaps {' or '.join(close)} is meant" if close else ""))
            continue
        keys = tuple(dict.fromkeys([key_named(key.strip()) for key in written.split(",")]))
        unknown = [key for key in keys if not is_key(key)]
        typed = [key for key in keys if name in typing and is_typed(key)]
        if unknown:
            add_problem(name, f'there is no key called "{unknown[0]}"')
        elif typed:
            add_problem(name, f'"{typed[0]}" is typed there, so it can do nothing else')
        else:
            wishes[name] = keys
    while taken := _taken(wishes, defaults):
        name, key, other = taken
        add_problem(name, f'"{key}" is the key of {other} already')
        del wishes[name]
    return Keymap({name: ",".join(keys) for name, keys in wishes.items()}, tuple(problems))


def _taken(
    wishes: Mapping[str, tuple[str, ...]], defaults: Mapping[str, tuple[str, ...]]
) -> tuple[str, str, str] | None:
    """Return a binding that cannot be applied beside the others: its id, the key, and the id that has that key."""
    now = {**defaults, **wishes}
    for name in reversed([*wishes]):
        for key in wishes[name]:
            for other, keys in now.items():
                shared = key in defaults[name] and key in defaults[other]  # each works where the other does not
                if other != name and key in keys and not shared:
                    return name, key, other
    return None


def key_named(written: str) -> str:
    """Return Textual's name for a key, as somebody writes it: `?`, `Esc`, `Ctrl+X`, `x`."""
    modifiers, plus, key = ("", "", written) if len(written) == 1 else written.rpartition("+")
    modifiers = modifiers.lower()
    if key.lower() in WRITTEN:
        key = WRITTEN[key.lower()]
    elif len(key) > 1 or "ctrl" in modifiers:
        key = key.lower()
    if len(key) == 1:
        (named,) = Binding.make_bindings([Binding(key, "", "")])  # which knows the names of characters
        key = named.key
    return f"{modifiers}{plus}{key}"


def is_key(key: str) -> bool:
    """Return whether there is a key of this name."""
    *modifiers, last = key.split("+")
    if not last or not MODIFIERS.issuperset(modifiers) or len(modifiers) != len({*modifiers}):
        return False
    return last in KEY_NAMES or key_to_character(REPLACED_KEYS.get(last, last)) is not None


def is_typed(key: str) -> bool:
    """Return whether a key types a character."""
    character = key_to_character(REPLACED_KEYS.get(key, key))
    return character is not None and character.isprintable()
