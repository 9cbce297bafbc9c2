from __future__ import annotations

from cachetui.removal.in_use import PROTECTED, running_words
from cachetui.removal.plan import BELONGS, Kept
from cachetui.removal.rights import NOT_WRITABLE, READ_ONLY
from cachetui.report.removal_list import MOST_NAMES, ListLine, bill, number_kept, stays, title
from tests.ui.cache import MB, everyday, index_page, made, release


def test_projects_and_their_entries_are_listed_the_biggest_first_and_metadata_stand_with_their_wheel() -> None:
    small = [*release("six", "1.15.0", MB, 1, metadata=False), index_page("six"), *release("six", "1.16.0", MB, 1)]
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


def test_what_stays_is_grouped_by_its_reason() -> None:
    assert stays([]) == []
    assert stays([Kept("a", "in use")]) == [ListLine("Kept 1 item: in use", heading=True), ListLine("a")]
    pages = [index_page(f"p{number}") for number in range(3_411)]
    wheel, metadata = release("six", "1.16.0", MB, 1)
    kept = [
        *[Kept(page.path, running_words()) for page in pages],
        Kept(wheel.path, PROTECTED),
        Kept(metadata.path, PROTECTED),
    ]
    assert stays(kept, [*pages, wheel, metadata], most=MOST_NAMES) == [
        ListLine("Kept 3,411 index pages: a pip is running", heading=True),
        *[ListLine(f"index page of p{number}") for number in range(MOST_NAMES)],
        ListLine(f"and {3_411 - MOST_NAMES:,} more"),
        ListLine("Kept 1 wheel and 1 metadata file: protected", heading=True),
        ListLine("six-1.16.0-cp311-cp311-linux_x86_64.whl"),
        ListLine("metadata of six-1.16.0-cp311-cp311-linux_x86_64.whl"),
    ]
    assert number_kept(kept, [*pages, wheel]) == 3_413


def test_what_stays_is_named_as_elsewhere() -> None:
    wheel, metadata = release("six", "1.16.0", MB, 1)
    sdist = made("sdist", "b", MB, 1, "six", "1.15.0")
    nameless = made("unknown", "a/b/feed")
    known = (wheel, metadata, sdist, index_page("six"), nameless)
    kept = [Kept(path, "in use") for path in (*[entry.path for entry in known], "http-v2/c/c")]
    assert [line.words for line in stays(kept, known)] == [
        "Kept 6 entries: in use",
        "six-1.16.0-cp311-cp311-linux_x86_64.whl",
        "metadata of six-1.16.0-cp311-cp311-linux_x86_64.whl",
        "sdist of six 1.15.0",
        "index page of six",
        "http-v2/a/b/feed",
        "http-v2/c/c",
    ]


def test_files_of_one_entry_are_one_thing_that_stays() -> None:
    wheel = release("six", "1.16.0", MB, 1)[0]
    kept = [Kept(wheel.files[1].path, "changed"), Kept(wheel.files[0].path, BELONGS)]
    assert stays(kept, [wheel]) == [ListLine("Kept six-1.16.0-cp311-cp311-linux_x86_64.whl: changed", heading=True)]
    assert number_kept(kept, [wheel]) == 1


def test_what_may_not_be_removed_is_left_to_the_way_out() -> None:
    many = [Kept(f"http-v2/{number}", NOT_WRITABLE) for number in range(1000)]
    assert stays(many) == []
    assert number_kept(many) == 1000
    assert [line.words for line in stays([*many, Kept("a", "in use"), Kept("b", READ_ONLY)])] == [
        "Kept 1 item: in use",
        "a",
    ]


def test_the_question_counts_entries_and_names_one_thing() -> None:
    six, page = release("six", "1.16.0", MB, 1), index_page("six")
    older = release("six", "1.15.0", MB, 1)
    nameless = made("unknown", "feed")
    assert title(six) == title(six[:1]) == "Remove six 1.16.0"
    assert title([page]) == "Remove index page of six"
    assert title([*six, page]) == "Remove 3 entries from 1 project"
    assert title([*six, *older, *release("torch", "2.0", MB, 1), nameless]) == (
        "Remove 7 entries from 2 projects, and 1 unnamed"
    )
    assert title([nameless]) == "Remove http-v2/feed"
    assert title([nameless, nameless]) == "Remove 2 entries"
