from __future__ import annotations

from pathlib import Path

from cachetui.model import Inventory
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Protection
from cachetui.services.facts.labels import facts_for, matching, protected_entries
from cachetui.services.options import GlobalOptions
from cachetui.terms import parse_terms
from tests.cli.test_preferences import prefer
from tests.interpreters.fakes import posix, runs
from tests.services.conftest import NOW, names, python_312

NOTHING = GlobalOptions()


def protecting(*terms: str) -> Protection:
    return Protection(tuple([parse_terms(term.split()) for term in terms]), terms)


def test_entries_match_in_their_order(inventory: Inventory, notes: list[str]) -> None:
    for terms, found in {
        ("torch",): ["torch 2.3.0", "torch 2.2.0"],
        ("is:superseded",): ["torch 2.2.0"],
        ("age>50d", "kind:wheel", "not:is:superseded"): ["old 1.0", "six 1.16.0"],
        ("numpy",): [],
    }.items():
        some = matching(
            inventory.entries, parse_terms(terms), NOTHING, root=inventory.root, now_ns=NOW, note=notes.append
        )
        assert names(some) == found
    assert notes == []


def test_only_what_is_asked_for_is_found_out(inventory: Inventory, notes: list[str]) -> None:
    facts = facts_for(inventory.entries, ["legacy"], NOTHING, root=inventory.root, now_ns=NOW, note=notes.append)
    assert (facts.now_ns, facts.superseded, facts.usable, facts.protected) == (NOW, frozenset(), {}, frozenset())


def test_protection_is_read_where_it_is_not_given(inventory: Inventory, notes: list[str]) -> None:
    prefer('protect = ["torch"]\nunknown = 1\n')
    by_path = inventory.by_path
    facts = facts_for(inventory.entries, ["protected"], NOTHING, root=inventory.root, now_ns=NOW, note=notes.append)
    assert sorted(names(by_path[path] for path in facts.protected)) == ["torch 2.2.0", "torch 2.3.0"]
    assert len(notes) == 1
    facts = facts_for(
        inventory.entries,
        ["protected"],
        NOTHING,
        protecting("six kind:wheel"),
        root=inventory.root,
        now_ns=NOW,
        note=notes.append,
    )
    assert names(by_path[path] for path in facts.protected) == ["six 1.16.0"]
    assert len(notes) == 1


def test_a_note_says_that_protection_is_not_clear(inventory: Inventory, notes: list[str]) -> None:
    prefer('protect = ["kind:whel"]\n')
    facts_for(inventory.entries, ["protected"], NOTHING, root=inventory.root, now_ns=NOW, note=notes.append)
    assert notes == [read_preferences().refusal]


@posix
def test_the_python_that_is_named_says_what_is_unusable(inventory: Inventory, notes: list[str], tmp_path: Path) -> None:
    python = python_312(tmp_path / "env/bin/python")
    options, unusable, progress = GlobalOptions(python=str(python)), parse_terms(["is:unusable"]), list[str]()
    for _ in range(2):
        found = matching(
            inventory.entries,
            unusable,
            options,
            root=inventory.root,
            now_ns=NOW,
            note=notes.append,
            report=progress.append,
        )
        assert names(found) == ["old 1.0"]
    assert (notes, progress) == ([], [f"Asking {python} what it is"])
    assert runs(python) == 1


def test_protected_entries_are_those_of_the_terms(inventory: Inventory) -> None:
    assert protected_entries(inventory.entries, Protection(), inventory.root, NOW) == frozenset()
    found = protected_entries(inventory.entries, protecting("is:superseded", "six kind:index"), inventory.root, NOW)
    assert sorted(names(inventory.by_path[path] for path in found)) == ["six", "torch 2.2.0"]
