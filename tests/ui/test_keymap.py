from __future__ import annotations

import pytest
from textual.binding import Binding

from cachetui.help import read_topic
from cachetui.preferences.model import Preferences
from cachetui.preferences.validate import validate
from cachetui.ui.app import KEY_HOLDERS, TYPED_IN
from cachetui.ui.keymap import Keymap, bindings_of, ids_of, is_key, key_named, keymap

DECLARED = [
    Binding("d", "", id="review"),
    Binding("q", "", id="quit"),
    Binding("right,l", "", id="open"),
    Binding("escape", "", id="stop"),
    Binding("escape", "", id="clear"),
]


def judged(**keys: str) -> tuple[dict[str, str], set[str]]:
    """Return the key bindings that are met, and the ids of the others."""
    found = keymap(Preferences(keys=keys), DECLARED, {"clear"})
    return dict(found.keys), {one.key.removeprefix("keys.") for one in found.problems}


def test_a_wish_is_met() -> None:
    assert judged(review="x", open="L, Ctrl+X") == ({"review": "x", "open": "L,ctrl+x"}, set())
    assert judged() == ({}, set())


def test_keys_can_be_swapped() -> None:
    assert judged(review="q", quit="d") == ({"review": "q", "quit": "d"}, set())
    assert judged(stop="escape,x", clear="escape") == ({"stop": "escape,x", "clear": "escape"}, set())


@pytest.mark.parametrize(
    ("keys", "met", "wrong"),
    [
        ({"revue": "x"}, {}, {"revue"}),
        ({"review": "spcae"}, {}, {"review"}),
        ({"review": "x,,y"}, {}, {"review"}),
        ({"review": "ctrl+"}, {}, {"review"}),
        ({"review": "l"}, {}, {"review"}),
        ({"review": "x", "quit": "x"}, {"review": "x"}, {"quit"}),
        ({"review": "q", "quit": "right"}, {}, {"quit", "review"}),
        ({"clear": "x"}, {}, {"clear"}),
        ({"clear": "ctrl+u", "review": "foo"}, {"clear": "ctrl+u"}, {"review"}),
        ({"quit": "escape"}, {}, {"quit"}),
    ],
)
def test_what_cannot_be_met_is_named_and_the_rest_is(
    keys: dict[str, str], met: dict[str, str], wrong: set[str]
) -> None:
    assert judged(**keys) == (met, wrong)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("x", "x"),
        ("X", "X"),
        ("?", "question_mark"),
        ("+", "plus"),
        ("Space", "space"),
        ("Esc", "escape"),
        ("PgDn", "pagedown"),
        ("↑", "up"),
        ("F5", "f5"),
        ("Ctrl+X", "ctrl+x"),
        ("shift+Up", "shift+up"),
        ("é", "é"),
    ],
)
def test_keys_are_called_as_cachetui_writes_them(written: str, named: str) -> None:
    assert key_named(written) == named
    assert is_key(named)


def test_every_key_of_the_browser_can_be_said_as_it_is() -> None:
    declared = bindings_of(*KEY_HOLDERS)
    keys = {binding.id or "": binding.key for binding in declared}
    assert keymap(Preferences(keys=keys), declared, ids_of(*TYPED_IN)) == Keymap(keys, ())


def test_the_example_of_the_reference_counts() -> None:
    example = read_topic("preferences").partition("```toml\n")[2].partition("```")[0]
    found = validate(example.encode())
    assert found.policy
    assert found.problems == ()
    assert keymap(found, bindings_of(*KEY_HOLDERS), ids_of(*TYPED_IN)) == Keymap(found.keys, ())
