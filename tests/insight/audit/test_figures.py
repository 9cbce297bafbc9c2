from __future__ import annotations

from cachetui.insight.audit.figures import SizedEntry, already_built, by_age, copies, sized, wasted
from cachetui.model import NS, Entry, File

DAY = 86_400 * NS
NOW = 1_000 * DAY


def entry(path: str, kind: str = "wheel", *, filename: str | None = None, size: int = 100, disk: int = 512) -> Entry:
    files = (File(path, 1, 0, 50, 0), File(f"{path}.body", 2, 0, size, disk))
    return Entry(kind, files, path, NOW, project="six", version="1.0", filename=filename)  # type: ignore[arg-type]


def parts(*entries: Entry) -> list[SizedEntry]:
    return sized(entries)


def test_ages_begin_where_they_say() -> None:
    days = [-1, 0, 6.999, 7, 29, 30, 729, 730, 5_000]
    old = [entry(str(number))._replace(downloaded=NOW - int(day * DAY)) for number, day in enumerate(days)]
    found = by_age(parts(*old), lambda one: one.downloaded, NOW)
    assert [(age.from_days, age.to_days, age.figure.paths) for age in found] == [
        (0, 7, ("0", "1", "2")),
        (7, 30, ("3", "4")),
        (30, 90, ("5",)),
        (90, 180, ()),
        (180, 365, ()),
        (365, 730, ("6",)),
        (730, None, ("7", "8")),
    ]


def test_what_has_no_such_time_stands_by_itself() -> None:
    found = by_age(parts(entry("a"), entry("b")._replace(read=NOW)), lambda one: one.read, NOW, (0, 30))
    assert [(age.from_days, age.figure.paths) for age in found] == [(0, ("b",)), (30, ()), (None, ("a",))]


def test_copies_have_the_same_name_and_length() -> None:
    name = "six-1.0-py3-none-any.whl"
    (found,) = copies(
        parts(
            entry("a", filename=name, disk=1_024),
            entry("b", filename=name, disk=512),
            entry("c", filename=name, size=99),
            entry("d", "metadata", filename=name),
            entry("e"),
        )
    )
    assert (found.name, found.paths, wasted(found)) == (name, ("a", "b"), 512)


def test_an_sdist_is_built_where_its_wheel_is_kept() -> None:
    found = already_built(parts(entry("a", "sdist"), entry("b", "built"), entry("c", "sdist")._replace(version="2.0")))
    assert found.paths == ("a",)
