from __future__ import annotations

import pytest

from cachetui.errors import RefusedError
from cachetui.services.preferences import preferred, preferred_for_removal
from tests.cli.test_preferences import prefer


def test_a_problem_that_stops_nothing_is_noted(notes: list[str]) -> None:
    path = prefer('colums = ["bar"]\nprotect = ["torch"]\n')
    for read in (preferred, preferred_for_removal):
        notes.clear()
        assert read(notes.append).protection.written == ("torch",)
        assert len(notes) == 1
        assert notes[0].startswith(str(path))
        assert "colums" in notes[0]


def test_nothing_is_removed_while_protection_is_not_clear(notes: list[str]) -> None:
    prefer('protect = ["kind:whel"]\n')
    refusal = preferred(notes.append).refusal
    with pytest.raises(RefusedError) as caught:
        preferred_for_removal(notes.append)
    assert str(caught.value) == refusal
    assert notes == []


def test_read_only_preferences_allow_a_dry_run(notes: list[str]) -> None:
    path = prefer("read-only = true\n")
    with pytest.raises(RefusedError) as caught:
        preferred_for_removal(notes.append)
    assert str(path) in str(caught.value)
    assert preferred_for_removal(notes.append, dry_run=True).read_only
    assert notes == []
