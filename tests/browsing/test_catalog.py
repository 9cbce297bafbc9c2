from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cachetui.browsing.catalog import Catalog, GroupKey, GroupKind
from cachetui.model import Entry
from tests.ui.cache import everyday, inventory, made, release

ENTRIES = everyday().entries


def contents(catalog: Catalog) -> dict[GroupKey, set[str]]:
    """Return the paths in each group."""
    return {key: {entry.path for entry in group.entries} for key, group in catalog.groups}


def test_entries_lie_with_their_project_or_in_a_group_at_the_end() -> None:
    catalog = Catalog.of(everyday())
    keys = [key for key, _ in catalog.groups]
    projects = {entry.project for entry in ENTRIES if entry.project}
    assert {key.project for key in keys if key.rank is GroupKind.PROJECT} == projects
    assert [key.rank for key in keys if key.rank is not GroupKind.PROJECT] == [
        GroupKind.UNIDENTIFIED,
        GroupKind.LEFTOVERS,
        GroupKind.CHECKS,
    ]
    assert catalog.disk == sum([entry.disk_usage for entry in ENTRIES])
    assert catalog.projects == len(projects)


def test_versions_that_pep_440_calls_equal_are_one() -> None:
    entries = [*release("six", "1.0", 1, 5, metadata=False), *release("six", "1.0.0", 1, 5, "py3-none-any")]
    catalog = Catalog.of(inventory(entries))
    assert len({catalog.place(entry) for entry in entries}) == 1
    assert len(catalog.release(catalog.place(entries[0]))) == 3


def test_an_entry_moves_once_it_is_named() -> None:
    catalog = Catalog(naming=True)
    wheel = release("six", "1.0", 1, 5, metadata=False)[0]
    nameless = wheel._replace(project=None, version=None, filename=None, url=None, kind="response")
    catalog.update([nameless, made("leftover", "x.tmp")])
    assert catalog.group_key(nameless).rank is GroupKind.UNNAMED
    catalog.update([wheel])
    assert contents(catalog)[GroupKey(GroupKind.PROJECT, "six")] == {wheel.path}
    assert GroupKey(GroupKind.UNNAMED) not in contents(catalog)


@given(st.lists(st.sampled_from(ENTRIES), unique=True), st.lists(st.sampled_from(ENTRIES), unique=True))
def test_a_catalog_that_grew_and_shrank_is_that_of_what_is_left(come: list[Entry], gone: list[Entry]) -> None:
    catalog = Catalog.of(inventory(come))
    catalog.drop([entry.path for entry in gone])
    left = [entry for entry in come if entry not in gone]
    assert contents(catalog) == contents(Catalog.of(inventory(left)))
    assert catalog.disk == sum([entry.disk_usage for entry in left])


@given(st.sets(st.sampled_from([entry.path for entry in ENTRIES])))
def test_groups_that_did_not_change_are_kept_in_the_next_catalog(gone: set[str]) -> None:
    before, left = Catalog.of(everyday()), [entry for entry in ENTRIES if entry.path not in gone]
    old = dict(before.groups)
    after = Catalog.of(inventory(left), before)
    anew = Catalog.of(inventory(left))
    assert contents(after) == contents(anew)
    for key, group in after.groups:
        assert (group is old[key]) == ({entry.path for entry in old[key].entries}.isdisjoint(gone))
        assert group.disk == sum([entry.disk_usage for entry in left if after.group_key(entry) == key])
