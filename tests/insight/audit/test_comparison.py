from __future__ import annotations

from cachetui.insight.audit.comparison import ComparedEntry, Comparison, FigureChange, ResizedEntry, compare


def line(path: str, disk: int, project: str | None = "six", kind: str = "wheel") -> ComparedEntry:
    return ComparedEntry(path, kind, project, "1.0", None, disk)


def test_a_report_with_itself_is_empty() -> None:
    lines = [line("a", 5), line("b", 7, None, "leftover")]
    found = compare(lines, lines)
    assert not found
    assert found == Comparison(FigureChange(None, 12, 12, 2, 2), (), (), (), (), ())


def test_what_came_went_and_grew() -> None:
    before = [line("a", 5), line("b", 7, "torch"), line("c", 9)]
    now = [line("a", 6), line("c", 4), line("d", 30, None, "leftover"), line("e", 40, "torch")]
    found = compare(before, now)
    assert found.total == FigureChange(None, 21, 80, 3, 4)
    assert found.total.difference == 59
    assert found.came == (line("e", 40, "torch"), line("d", 30, None, "leftover"))
    assert found.went == (line("b", 7, "torch"),)
    assert found.resized == (ResizedEntry(line("a", 5), line("a", 6)), ResizedEntry(line("c", 9), line("c", 4)))
    assert found.kinds == (FigureChange("leftover", 0, 30, 0, 1), FigureChange("wheel", 21, 50, 3, 3))
    assert found.projects == (
        FigureChange("torch", 7, 40, 1, 1),
        FigureChange(None, 0, 30, 0, 1),
        FigureChange("six", 14, 10, 2, 2),
    )


def test_one_for_another_of_the_same_size_is_a_change() -> None:
    found = compare([line("a", 5)], [line("b", 5)])
    assert found
    assert (found.kinds, found.projects) == ((), ())
