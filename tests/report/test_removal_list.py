from __future__ import annotations

from cachetui.removal.plan import PROTECTED, Kept
from cachetui.removal.rights import NOT_WRITABLE, READ_ONLY
from cachetui.report.removal_list import ListLine, bill, stays, title
from tests.ui.cache import MB, everyday, index_page, made, release


def test_entries_are_listed_by_project_the_biggest_first_and_metadata_stand_with_their_wheel() -> None:
    small = [*release("six", "1.16.0", MB, 1), *release("six", "1.15.0", MB, 1, metadata=False), index_page("six")]
    big = [made("sdist", "numpy", 5 * MB, 1, "numpy", "2.0", filename="numpy-2.0.tar.gz")]
    assert bill([*small, *big]) == [
        ListLine("numpy", disk=5_004_096, heading=True),
        ListLine("numpy-2.0.tar.gz", "sdist", 5_004_096),
        ListLine("six", disk=2_040_960, heading=True),
        ListLine("six-1.16.0-cp311-cp311-linux_x86_64.whl", "wheel, metadata", 1_016_384),
        ListLine("six-1.15.0-cp311-cp311-linux_x86_64.whl", "wheel", 1_004_096),
        ListLine("index page", "index", 20_480),
    ]


def test_every_entry_is_accounted_for() -> None:
    lines = bill(everyday().entries)
    listed = sum(line.disk or 0 for line in lines if not line.heading)
    assert listed == sum(line.disk or 0 for line in lines if line.heading) == everyday().disk_usage


def test_metadata_alone_say_whose_they_are() -> None:
    _, metadata = release("six", "1.16.0", MB, 1)
    assert bill([metadata])[1].words == "metadata of six-1.16.0-cp311-cp311-linux_x86_64.whl"
    assert bill([metadata._replace(filename=None)])[1].words == "metadata of six 1.16.0"


def test_what_has_no_name_is_listed_by_its_path() -> None:
    assert bill([made("unknown", "a/b/feed")])[1].words == "http-v2/a/b/feed"


def test_what_stays_is_listed_with_its_reason() -> None:
    assert stays([]) == []
    assert stays([Kept("a", "in use")]) == [
        ListLine("1 thing stays, though it was asked for", heading=True),
        ListLine("a", "in use"),
    ]


def test_what_stays_is_named_as_elsewhere() -> None:
    wheel, metadata = release("six", "1.16.0", MB, 1)
    sdist = made("sdist", "b", MB, 1, "six", "1.15.0")
    nameless = made("unknown", "a/b/feed")
    known = {entry.path: entry for entry in (wheel, metadata, sdist, index_page("six"), nameless)}
    assert [line.words for line in stays([Kept(path, "in use") for path in (*known, "http-v2/b.body")], known)[1:]] == [
        "six-1.16.0-cp311-cp311-linux_x86_64.whl",
        "metadata of six-1.16.0-cp311-cp311-linux_x86_64.whl",
        "sdist of six 1.15.0",
        "index page of six",
        "http-v2/a/b/feed",
        "http-v2/b.body",
    ]


def test_many_that_may_not_be_removed_are_not_listed_one_by_one() -> None:
    many = [Kept(f"http-v2/{number}", NOT_WRITABLE) for number in range(1000)]
    assert stays(many) == []
    assert [line.words for line in stays([*many, Kept("a", "in use"), Kept("b", READ_ONLY)])] == [
        "2 things stay, though they were asked for",
        "a",
        "b",
    ]


def test_the_question_tells_how_much_is_protected() -> None:
    six = release("six", "1.16.0", MB, 1)
    kept = [Kept("a", PROTECTED), Kept("b", "in use")]
    assert title(six, kept) == "Remove 2 entries of 1 project, keep 1 protected?"
    assert title(six, kept[1:]) == "Remove 2 entries of 1 project?"


def test_the_question_counts_entries_and_projects() -> None:
    six = release("six", "1.16.0", MB, 1)
    nameless = made("unknown", "feed")
    assert title(six) == "Remove 2 entries of 1 project?"
    assert title([*six, nameless]) == "Remove 3 entries of 1 project and others?"
    assert title([nameless]) == "Remove 1 entry?"
