from __future__ import annotations

import pytest

from cachetui.insight.health.finding import Finding
from cachetui.report.health_text import FindingEntry, FindingGroup, VerificationSummary, grouped
from cachetui.ui.glyphs import ASCII, UNICODE
from cachetui.ui.health.layout import BESIDE, HealthLines, LayoutOptions
from cachetui.ui.widgets.cells import width
from tests.ui.cache import MB, NOW, made
from tests.ui.findings import CHECK, FAST, PICKLE, RECORD, SIX, SWAPPED, TORCH, groups_of, many

TIGHT = LayoutOptions(UNICODE, roomy=False)


def unmarked(group: FindingGroup, finding_entry: FindingEntry | None) -> str:
    del group, finding_entry
    return " "


def text(page: HealthLines) -> list[str]:
    lines = [page.line(line, unmarked) for line in range(page.height)]
    return ["".join([words for words, _ in line.words]).rstrip() for line in lines]


def test_what_weighs_most_comes_first_and_each_title_says_how_much_what_comes_of_it_and_the_way_out() -> None:
    page = HealthLines(groups_of([*FAST, SWAPPED]), None, (), 80, TIGHT)
    assert text(page) == [
        "  danger  1 file is not what its index lists: damaged, or tampered with.",
        "          Install nothing from this cache until you know why.",
        "  damage  pip cannot use 3 entries as it should.",
        "  waste   1 entry only takes up space.",
        " This check does not read whole files. v reads them all and compares them with",
        " known hashes.",
        "",
        " ▸ [ ]  danger  not what its index lists                       1 entry   781 MB",
        "       pip stops at it if it checks the hash, and installs it if it does not.",
        "       › Remove it, and find out who could write here: damage changes a few",  # noqa: RUF001 - as it is drawn
        "         bytes, tampering replaces the whole file.",
        " ▸ [ ]  damage  wrong length                                   1 entry    16 kB",
        "       pip wrote the record, but not all of its body. If a file is too short,",
        "       pip 25.2 and later download the rest; earlier versions stop with an",
        "       error. If it is an index page, pip 26.1 and later stop with an error;",
        "       earlier versions read the part that is there.",
        "       › Mark and remove it: pip downloads it again when it is needed.",  # noqa: RUF001
        " ▸ [ ]  damage  an unreadable record                         2 entries   3.0 MB",
        "       pip skips it and downloads it again.",
        "       › Mark and remove it: pip downloads it again when it is needed.",  # noqa: RUF001
        " ▸ [ ]  waste   from a deleted environment                     1 entry   8.2 kB",
        "       pip never looks at it again.",
        "       › Mark and remove it: nothing is lost.",  # noqa: RUF001
    ]
    assert page.rows == 4


def test_entries_stand_below_with_their_names_what_is_wrong_and_since_when() -> None:
    groups = groups_of([SWAPPED])
    assert text(HealthLines(groups, VerificationSummary(9, 2), {"mismatch"}, 60, TIGHT))[-6:] == [
        "     [ ] torch-2.3.0+…11-linux_x86_64.whl  since 2026-05-28",
        "         its sha256 is",
        f"         {'3f' * 25}",
        f"         {'3f' * 7}, but",
        f"         {'a0' * 25}",
        f"         {'a0' * 7} is listed",
    ]
    beside = text(HealthLines(groups, VerificationSummary(9, 2), {"mismatch"}, 200, TIGHT))
    assert beside[-2].startswith("     [ ] torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl  ")
    assert beside[-2].endswith("   781 MB  since 2026-05-28")
    assert f"its sha256 is {'3f' * 32}" in beside[-2]
    assert beside[-1].strip() == f"{'a0' * 32} is listed"


@pytest.mark.parametrize("room", [20, 40, 60, 80, BESIDE, 200])
@pytest.mark.parametrize("roomy", [False, True])
def test_rows_and_lines_know_each_other_and_nothing_is_wider_than_the_screen(room: int, roomy: bool) -> None:
    page = HealthLines(
        groups_of([*FAST, SWAPPED]),
        VerificationSummary(3, 1, later=2),
        {"unreadable", "mismatch"},
        room,
        LayoutOptions(ASCII, roomy),
    )
    assert page.rows == 7
    spans = [page.span(row) for row in range(page.rows)]
    for row, (first, end) in enumerate(spans):
        assert {page.row_at(line) for line in range(first, end)} == {row}
        assert {page.line(line, unmarked).row for line in range(first, end)} == {row}
        assert page.line(first, unmarked).box is not None
    inside = {line for first, end in spans for line in range(first, end)}
    assert all(page.line(line, unmarked).row is None for line in {*range(page.height)} - inside)
    if room >= 40:
        assert all(width(line) <= room for line in text(page))
    assert all(line.isascii() for line in text(page))


def test_rows_are_found_again_by_what_they_are() -> None:
    groups = groups_of(FAST)
    page = HealthLines(groups, None, {"unreadable"}, 80, TIGHT)
    keys = [page.key(row) for row in range(page.rows)]
    assert keys == [
        ("length", ""),
        ("unreadable", ""),
        ("unreadable", PICKLE),
        ("unreadable", RECORD),
        ("selfcheck", ""),
    ]
    more = HealthLines(groups_of([*FAST, SWAPPED]), None, {"unreadable"}, 80, TIGHT)
    assert [more.find(key, 0) for key in keys] == [1, 2, 3, 4, 5]
    shut = HealthLines(groups, None, (), 80, TIGHT)
    assert [shut.find(key, 0) for key in keys] == [0, 1, 1, 1, 2]
    less = HealthLines(groups_of([FAST[0], FAST[1]]), None, {"unreadable"}, 80, TIGHT)
    assert [less.find(key, row) for row, key in enumerate(keys)] == [0, 1, 2, 2, 2]


def test_what_was_proven_bears_a_sign_and_the_key_is_the_one_that_is_bound() -> None:
    assert text(HealthLines(groups_of(FAST), VerificationSummary(3, 4), (), 80, TIGHT))[2].startswith(
        " ✓ 3 files match"
    )
    unread = text(HealthLines(groups_of(FAST), None, (), 120, LayoutOptions(UNICODE, roomy=False, verify="F5")))
    assert unread[2].startswith(" This check does not read whole files. F5 reads them all")


def test_what_comes_from_the_cache_is_made_harmless() -> None:
    nasty = made("unknown", "x", MB, note="n")._replace(filename="a\x1b[31m[b]x.whl")
    finding = Finding("unreadable", nasty.path, "\x1b]0;x\x07 https://me:secret@files.example/ \u202e", NOW)
    told = "\n".join(text(HealthLines(grouped([FindingEntry(finding, nasty)]), None, {"unreadable"}, 120, TIGHT)))
    assert r"a\x1b[31m[b]x.whl" in told
    assert "secret" not in told
    assert told.replace("\n", "").isprintable()


def test_only_what_is_seen_is_laid_out() -> None:
    asked: list[str] = []

    def sign(group: FindingGroup, finding_entry: FindingEntry | None) -> str:
        asked.append(finding_entry.entry.path if finding_entry else group.sort)
        return " "

    page = HealthLines(many(5_000), None, {"owner"}, 80, TIGHT)
    assert page.rows == 5_001
    first, end = page.span(3_000)
    assert end - first == 2
    words = "".join([words for words, _ in page.line(first, sign).words])
    assert words.startswith("     [ ] 002999 ")
    assert asked == ["http-v2/002999"]


def test_paths_of_the_made_up_findings_are_there() -> None:
    assert {TORCH, SIX, PICKLE, RECORD, CHECK} == {
        finding_entry.entry.path for group in groups_of([*FAST, SWAPPED]) for finding_entry in group.finding_entries
    }
