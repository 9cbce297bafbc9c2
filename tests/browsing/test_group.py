from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cachetui.browsing.group import EntryGroup
from cachetui.model import Entry, Inventory
from cachetui.removal.freed_bytes import Freeing, Outlook
from tests.ui.cache import everyday

ENTRIES = everyday().entries
CHOICES = st.lists(st.booleans(), min_size=len(ENTRIES), max_size=len(ENTRIES))


def files_of(entries: list[Entry]) -> int:
    return sum([len(entry.files) for entry in entries])


@given(st.lists(st.sampled_from(ENTRIES), unique=True, min_size=1))
def test_totals_are_those_of_the_entries(entries: list[Entry]) -> None:
    group = EntryGroup(entries)
    assert group.disk == sum([entry.disk_usage for entry in entries])
    assert group.apparent == sum([entry.apparent_size for entry in entries])
    assert group.files == files_of(entries)
    files = [entry for entry in entries if entry.kind not in ("index", "metadata")] or entries
    times = [entry.downloaded for entry in files]
    assert group.span("downloaded") == (max(times), min(times))


@given(CHOICES, CHOICES)
def test_a_group_is_split_by_flags_and_by_another_group(picked: list[bool], others: list[bool]) -> None:
    whole = EntryGroup(ENTRIES)
    chosen = [entry for entry, is_picked in zip(ENTRIES, picked, strict=True) if is_picked]
    part, other = whole.where(picked), whole.where(others) or EntryGroup(())
    if part is None:
        assert not chosen
        return
    assert [*part.entries] == chosen
    assert (part.disk, part.files) == (sum([entry.disk_usage for entry in chosen]), files_of(chosen))
    assert part.linked == EntryGroup(chosen).linked
    inside, outside = part.split(other)
    assert [*(inside.entries if inside else ())] == [entry for entry in chosen if entry in other.entries]
    assert [*(outside.entries if outside else ())] == [entry for entry in chosen if entry not in other.entries]
    assert whole.split(whole) == (whole, None)


@given(CHOICES, st.sets(st.sampled_from([entry.path for entry in ENTRIES])), st.sets(st.sampled_from("abc")))
def test_what_stays_of_a_group_is_counted_as_entry_by_entry(picked: list[bool], stay: set[str], why: set[str]) -> None:
    reasons = [*why, "in use"]
    stays = {path: reasons[number % len(reasons)] for number, path in enumerate(sorted(stay))}
    shared = {file.path: (other.path,) for one, other in pairwise(ENTRIES) for file in one.files}
    inventory = Inventory("/root", entries=ENTRIES, companions=shared)
    whole = EntryGroup(ENTRIES)
    for outlook in (Outlook.of(inventory, stays), Outlook.of(inventory), Outlook()):
        for group in (whole, whole.where(picked) or EntryGroup(())):
            known, plain = Freeing(outlook), Freeing(outlook)
            known.count(group.entries, disk=group.disk, linked=group.linked, kept=[group.kept(outlook)])
            for entry in group.entries:
                plain.count([entry])
            assert (known.disk, known.kept) == (plain.disk, plain.kept)
