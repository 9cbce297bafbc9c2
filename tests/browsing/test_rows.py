from __future__ import annotations

import pytest

from cachetui.browsing.catalog import Catalog, GroupKey, GroupKind, version_key
from cachetui.browsing.group import EntryGroup
from cachetui.browsing.model import BrowserModel
from cachetui.browsing.rows import By, Row, SortOrder
from cachetui.model import AgeField
from cachetui.ui.browse.columns import ColumnLayout, columns, name_room
from tests.ui.cache import MB, everyday, index_page, inventory, made, release

TORCH = GroupKey(GroupKind.PROJECT, "torch")


def model(*expanded: GroupKey) -> BrowserModel:
    found = BrowserModel(Catalog.of(everyday()))
    found.expanded.update(expanded)
    return found


def drawn(rows: list[Row]) -> list[str]:
    """Write rows down: indent, name, hint, kind."""
    return [f"{'  ' * row.depth}{row.name} | {row.hint} | {row.kind}" for row in rows]


def test_projects_come_first_and_groups_after_them() -> None:
    assert drawn(model().rows()) == [
        "torch | 2.3.0+cu121  2.3.0  2.2.2+cu121  2.1.0+cu118 | ",
        "nvidia-cudnn-cu12 | 9.1.0.70  8.9.2.26 | ",
        "nvidia-cublas-cu12 | 12.4.5.8 | ",
        "scipy | 1.13.1  1.11.4 | ",
        "numpy | 2.0.0  1.24.4  1.21.6 | ",
        "six | 1.16.0 | ",
        "Unidentified | 2 entries | ",
        "Leftovers | 1 entry | ",
        "pip's own checks | 1 entry | ",
        "Not pip's | 2 files, never touched | ",
    ]


def test_below_a_project_stand_versions_and_below_those_files_with_their_metadata() -> None:
    numpy = GroupKey(GroupKind.PROJECT, "numpy")
    rows = model(numpy, version_key("numpy", "2.0.0"), version_key("numpy", "1.21.6")).rows()
    start = next(index for index, row in enumerate(rows) if row.key == numpy)
    assert drawn(rows[start : start + 9]) == [
        "numpy | 2.0.0  1.24.4  1.21.6 | ",
        "  1.21.6 | cp311 linux_x86_64  sdist | built +1",
        "    numpy-1.21.6-cp311-cp311-linux_x86_64.whl |  | built",
        "    numpy-1.21.6.zip |  | sdist",
        "  2.0.0 | cp311 manylinux2014_x86_64 | wheel",
        "    numpy-2.0.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl |  | wheel",
        "    its metadata |  | metadata",
        "  1.24.4 | cp38 manylinux2014_x86_64 | wheel",
        "  index page |  | index",
    ]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (SortOrder("size"), ["torch", "nvidia-cudnn-cu12", "nvidia-cublas-cu12", "scipy", "numpy", "six"]),
        (
            SortOrder("size", reverse=True),
            ["six", "numpy", "scipy", "nvidia-cublas-cu12", "nvidia-cudnn-cu12", "torch"],
        ),
        (SortOrder("name"), ["numpy", "nvidia-cublas-cu12", "nvidia-cudnn-cu12", "scipy", "six", "torch"]),
        (
            SortOrder("name", reverse=True),
            ["torch", "six", "scipy", "nvidia-cudnn-cu12", "nvidia-cublas-cu12", "numpy"],
        ),
        (SortOrder("count"), ["torch", "numpy", "nvidia-cudnn-cu12", "scipy", "nvidia-cublas-cu12", "six"]),
        (SortOrder("age"), ["six", "torch", "numpy", "scipy", "nvidia-cublas-cu12", "nvidia-cudnn-cu12"]),
        (SortOrder("age", reverse=True), ["nvidia-cublas-cu12", "nvidia-cudnn-cu12", "scipy", "numpy", "torch", "six"]),
    ],
)
def test_projects_are_sorted_and_groups_stay_at_the_end(order: SortOrder, names: list[str]) -> None:
    found = model()
    found.order = order
    titles = ["Unidentified", "Leftovers", "pip's own checks", "Not pip's"]
    assert [row.name for row in found.rows()] == names + titles


@pytest.mark.parametrize(
    ("by", "versions"),
    [
        ("size", ["2.1.0+cu118", "2.3.0+cu121", "2.3.0", "2.2.2+cu121"]),
        ("name", ["2.3.0+cu121", "2.3.0", "2.2.2+cu121", "2.1.0+cu118"]),
        ("count", ["2.3.0+cu121", "2.3.0", "2.2.2+cu121", "2.1.0+cu118"]),
        ("age", ["2.1.0+cu118", "2.2.2+cu121", "2.3.0", "2.3.0+cu121"]),
    ],
)
def test_versions_are_sorted_too_newest_first_where_equal_and_pages_stay_last(by: By, versions: list[str]) -> None:
    found = model(TORCH)
    found.order = SortOrder(by)
    rows = found.rows()
    start = next(index for index, row in enumerate(rows) if row.key == TORCH)
    assert [row.name for row in rows[start + 1 : start + 6]] == [*versions, "index page"]


def test_what_has_no_age_comes_last_either_way() -> None:
    entries = [
        *release("old", "1", MB, 90),
        made("built", "b", MB, 5, "unread", "1", filename="unread-1-py3-none-any.whl"),
    ]
    found = BrowserModel(Catalog.of(inventory(entries)))
    for reverse in (False, True):
        found.order = SortOrder("age", reverse, age="checked")
        assert [row.name for row in found.rows()] == ["old", "unread"]


def test_asking_again_for_the_same_order_turns_it_round() -> None:
    assert SortOrder().sorted_by("size") == SortOrder("size", reverse=True)
    assert SortOrder("size", reverse=True).sorted_by("size") == SortOrder("size")
    assert SortOrder("size", reverse=True).sorted_by("name") == SortOrder("name")


def test_versions_and_files_are_sorted_as_projects_are_from_the_start() -> None:
    rows = model(GroupKey(GroupKind.PROJECT, "numpy"), version_key("numpy", "1.21.6")).rows()
    sizes = [row.group.disk for row in rows if row.depth == 1 and row.folds]
    assert sizes == sorted(sizes, reverse=True)
    assert [row.kind for row in rows if row.depth == 2] == ["built", "sdist"]


def test_ages_follow_each_other_in_a_ring() -> None:
    ages: list[AgeField] = [SortOrder().next_age().age, SortOrder().next_age().next_age().age]
    assert ages == ["checked", "read"]
    assert SortOrder().next_age().next_age().next_age() == SortOrder()


def test_a_filter_hides_entries_and_figures_follow() -> None:
    found = model(TORCH)
    found.filter("torch cp310")
    assert [(row.name, row.group.disk) for row in found.rows()] == [
        ("torch", 2267 * MB + 16_384),
        ("2.1.0+cu118", 2267 * MB + 16_384),
    ]


def test_a_project_is_as_old_as_its_newest_file_never_as_its_index_page() -> None:
    wheel, _ = release("six", "1.16.0", MB, 500)
    page = index_page("six", days=2)
    assert EntryGroup([wheel, page]).newest("downloaded") == wheel.downloaded
    assert EntryGroup([page]).newest("downloaded") == page.downloaded


def test_versions_that_are_equal_stand_in_one_place() -> None:
    assert version_key("six", "1.0") == version_key("six", "1.0.0")
    assert version_key("six", "1.0") != version_key("six", "1.0+local")
    assert version_key("six", None) != version_key("six", "")
    assert version_key("six", "9" * 5_000).version == f"={'9' * 5_000}"


def test_metadata_whose_wheel_is_gone_say_whose_they_were() -> None:
    _, metadata = release("torch", "2.3.0", MB, 1)
    found = BrowserModel(Catalog.of(inventory([metadata])))
    found.expanded.update({TORCH, version_key("torch", "2.3.0")})
    assert [row.name for row in found.rows()] == ["torch", "2.3.0", f"metadata of {metadata.filename}"]


@pytest.mark.parametrize(
    ("room", "titles"),
    [
        (19, ""),
        (30, "Disk"),
        (45, "Disk Share"),
        (60, "Disk Share Age"),
        (79, "Disk Share Files Downloaded"),
        (95, "Disk Share Files Downloaded Kind"),
        (119, "Disk Share  Files Downloaded Kind"),
        (140, "Disk Share  Files Downloaded Checked Kind"),
    ],
)
def test_columns_go_one_after_the_other_as_room_gets_scarce(room: int, titles: str) -> None:
    assert " ".join(column.title for column in columns(room, SortOrder())) == titles


@pytest.mark.parametrize("room", [24, 40, 51, 60, 80, 120])
@pytest.mark.parametrize(("by", "key"), [("size", "size"), ("count", "files"), ("age", "age")])
def test_the_column_that_is_sorted_by_is_shown_whatever_the_user_wants(room: int, by: By, key: str) -> None:
    found = columns(room, ColumnLayout(by, columns=()))
    assert [column.key for column in found] == [*dict.fromkeys(["size", key])]
    with_all = columns(room, ColumnLayout(by))
    assert key in [column.key for column in with_all]
    assert name_room(room, with_all) > 0 or room < 40
