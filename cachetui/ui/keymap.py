"""The user's key bindings: those that can be applied, and the problems of the others (does not need an app)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, Keys, key_to_character

from cachetui.preferences.model import Preferences, Problem, key_path
from cachetui.text.suggest import did_you_mean
from cachetui.ui.bindings import NAMES

MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
KEY_NAMES = frozenset([key.value for key in Keys])
WRITTEN = {name.lower(): key for key, name in NAMES.items()}
"""Textual's names of keys, by the names that cachetui shows, here in lower case: `esc`, `pgup` and so on."""
ENOUGH = 3
"""Maximum number of ids that are suggested for an unknown id."""


class Keymap(NamedTuple):
    """The key bindings that can be applied, and the problems of those that cannot."""

    keys: Mapping[str, str]
    """Keys separated by commas, by the id of their binding."""
    problems: tuple[Problem, ...]
    """The problems of the key bindings that cannot be applied."""


def keymap(preferences: Preferences, bindings: Iterable[Binding], typing: Collection[str]) -> Keymap:
    """Check the key bindings in the user's preferences, and return those that can be applied.

    `bindings` are all bindings that can be changed, as they are declared. `typing` are the ids of bindings
    that work while the user types text, so that their keys must not type a character. A key binding is also not
    applied if its id or a key is unknown, or if another binding has one of its keys (unless both have it by default).
    A binding whose change is not applied keeps its declared keys, and other changes may conflict with these.
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
            add_problem(name, f"unknown key binding id{did_you_mean(name, defaults, ENOUGH)}")
            continue
        keys = tuple(dict.fromkeys([key_named(key.strip()) for key in written.split(",")]))
        unknown = [key for key in keys if not is_key(key)]
        typed = [key for key in keys if name in typing and is_typed(key)]
        if unknown:
            add_problem(name, f'unknown key "{unknown[0]}"')
        elif typed:
            add_problem(name, f'"{typed[0]}" types a character there, so it cannot do anything else')
        else:
            wishes[name] = keys
    while taken := _taken(wishes, defaults):
        name, key, other = taken
        add_problem(name, f'"{key}" is already the key of {other}')
        del wishes[name]
    return Keymap({name: ",".join(keys) for name, keys in wishes.items()}, tuple(problems))


def _taken(
    wishes: Mapping[str, tuple[str, ...]], defaults: Mapping[str, tuple[str, ...]]
) -> tuple[str, str, str] | None:
    """Return a key binding that conflicts with another: its id, the key, and the other's id; None if there is none."""
    now = {**defaults, **wishes}
    for name in reversed([*wishes]):
        for key in wishes[name]:
            for other, keys in now.items():
                shared = key in defaults[name] and key in defaults[other]  # the two never work at the same time
                if other != name and key in keys and not shared:
                    return name, key, other
    return None


def key_named(written: str) -> str:
    """Return Textual's name for a key as a user writes it, such as `?`, `Esc`, `Ctrl+X` or `x`."""
    modifiers, plus, key = ("", "", written) if len(written) == 1 else written.rpartition("+")
    modifiers = modifiers.lower()
    if key.lower() in WRITTEN:
        key = WRITTEN[key.lower()]
    elif len(key) > 1 or "ctrl" in modifiers:
        key = key.lower()
    if len(key) == 1:
        (named,) = Binding.make_bindings([Binding(key, "", "")])  # `make_bindings` knows the names of characters
        key = named.key
    return f"{modifiers}{plus}{key}"


def is_key(key: str) -> bool:
    """Return whether Textual has a key with this name, which may include modifiers."""
    *modifiers, last = key.split("+")
    if not last or not MODIFIERS.issuperset(modifiers) or len(modifiers) != len({*modifiers}):
        return False
    return last in KEY_NAMES or key_to_character(REPLACED_KEYS.get(last, last)) is not None


def is_typed(key: str) -> bool:
    """Return whether a key types a character."""
    character = key_to_character(REPLACED_KEYS.get(key, key))
    return character is not None and character.isprintable()


def problems_with(preferences: Preferences, keys: Keymap, themes: Collection[str]) -> tuple[Problem, ...]:
    """Return all problems of preferences, including those of key bindings and of a theme that is not in `themes`."""
    problems = [*preferences.problems, *keys.problems]
    if preferences.theme is not None and preferences.theme not in themes:
        hint = did_you_mean(preferences.theme, themes) or ": the palette lists them"
        problems.append(Problem("theme", f'there is no theme "{preferences.theme}"{hint}'))
    return tuple(problems)


def bindings_of(*holders: type[DOMNode]) -> list[Binding]:
    """Return the bindings that some classes declare."""
    return [binding for holder in holders for binding in holder.BINDINGS if isinstance(binding, Binding)]


def ids_of(*holders: type[DOMNode]) -> frozenset[str]:
    """Return the ids of the bindings that some classes declare."""
    return frozenset([binding.id for binding in bindings_of(*holders) if binding.id])
