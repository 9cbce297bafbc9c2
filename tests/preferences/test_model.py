from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cachetui.preferences.model import Preferences, Problem, key_path

POLICY = Problem("prune.by", "wrong", "prune")
REMOVAL = Problem("", "invalid TOML", "removal")


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_a_key_path_is_what_toml_reads(keys: list[str]) -> None:
    found: Any = tomllib.loads(f"{key_path(*keys)} = 3")
    for key in keys:
        assert found.keys() == {key}
        found = found[key]
    assert found == 3


def test_only_keys_that_need_quotes_have_them_and_long_ones_are_cut() -> None:
    assert key_path("keys", "rows.up") == 'keys."rows.up"'
    assert key_path("prune", "older-than") == "prune.older-than"
    assert len(key_path("x" * 5_000, "." * 5_000)) < 100


def test_a_problem_is_told_behind_its_key() -> None:
    assert (str(POLICY), str(REMOVAL)) == ("prune.by: wrong", "invalid TOML")


def test_only_a_problem_that_blocks_removals_is_a_refusal() -> None:
    path = Path("preferences.toml")
    assert Preferences(path, problems=(POLICY,)).refusal is None
    found = Preferences(path, problems=(POLICY, REMOVAL, REMOVAL))
    assert (found.blocking("prune"), found.blocking("removal")) == (POLICY, REMOVAL)
    assert (found.refusal or "").endswith("until this is fixed: preferences.toml: invalid TOML.")


def test_only_what_leaves_read_only_open_forbids_to_change_settings() -> None:
    path = Path("preferences.toml")
    for key, forbids in (("protect", False), ("", True), ("read-only", True), ("prune.read-only", True)):
        found = Preferences(path, problems=(Problem(key, "wrong", "removal"),))
        assert found.refusal is not None
        assert (found.settings_refusal is not None) is forbids
    assert Preferences(path, problems=(POLICY,)).settings_refusal is None
