from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from cachetui.model import Entry, group_projects, in_order, version_order
from tests.ui.cache import everyday

ENTRIES = everyday().entries


def test_versions_are_ordered_newest_first_and_what_is_no_version_last() -> None:
    written = ["1.0", "nonsense", "2.0rc1", "2.0", None, "1.10", "2.0+cu121"]
    assert sorted(written, key=version_order) == ["2.0+cu121", "2.0", "2.0rc1", "1.10", "1.0", "nonsense", None]


@given(st.randoms())
def test_the_order_of_entries_does_not_depend_on_how_they_came(chance: random.Random) -> None:
    shuffled = [*ENTRIES]
    chance.shuffle(shuffled)
    assert in_order(shuffled) == in_order(ENTRIES)


@given(st.lists(st.sampled_from(ENTRIES), unique=True))
def test_projects_hold_every_entry_that_has_one_once(entries: list[Entry]) -> None:
    projects = group_projects(entries)
    held = [entry.path for project in projects for version in project.versions for entry in version.entries]
    assert sorted(held) == sorted([entry.path for entry in entries if entry.project is not None])
    assert sum([project.disk_usage for project in projects]) == sum(
        [entry.disk_usage for entry in entries if entry.project is not None]
    )
