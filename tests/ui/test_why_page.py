from __future__ import annotations

from dataclasses import replace

import pytest

from cachetui.insight.why.explanation import CachedFile, Reason, Remedy
from cachetui.ui.glyphs import ASCII, UNICODE
from cachetui.ui.why.layout import ActionTarget, LayoutLine, LayoutOptions, acts_of, answer_lines, plain_lines
from cachetui.ui.widgets.cells import width
from tests.ui.explanations import ANSWER, NEWER, OLD, PAGE, SDIST

TIGHT = LayoutOptions(UNICODE, roomy=False)
MARKED = (" ", "x", " ", "-", "", "x")
"""Mark states of the items of the answer, as they are shown."""


def texts(lines: list[LayoutLine]) -> list[str]:
    return ["".join(words for words, _ in line.words).rstrip() for line in lines]


def test_what_keys_act_on_are_files_reasons_with_entries_and_commands() -> None:
    assert acts_of(ANSWER) == (
        ActionTarget((SDIST,)),
        ActionTarget((OLD,)),
        ActionTarget((NEWER,)),
        ActionTarget((PAGE,)),
        ActionTarget((), "python3 -m pip install --refresh-package psycopg2 psycopg2==2.4.1"),
        ActionTarget((OLD,), "cachetui remove psycopg2==2.4.1 kind:built"),
    )


def test_where_there_is_room_what_is_said_stands_beside() -> None:
    lines = answer_lines(ANSWER, MARKED, 106, TIGHT)
    assert texts(lines) == [
        "  partly cached  pip would build 2.4.1 again, from the sdist in the cache.",
        " No cached wheel of 2.4.1 fits CPython 3.11.",
        " What pip would do",
        " 1 use the cached psycopg2 page from index.example: no request",
        " 2 take psycopg2-2.4.1.tar.gz from the cache: no download",
        " 3 build a wheel for CPython 3.11 and keep it",
        " What is in the cache",
        " ✓ psycopg2-2.4.1.tar.gz                                    [ ] sdist 2 years old, sha256 as the index",
        "                                                                says",
        " × psycopg2-2.4.1-cp27-cp27mu-linux_x86_64.whl              [x] built here 2 years old, built for CPython",  # noqa: RUF001 - as it is drawn
        "                                                                2.7",
        " · psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl              [ ] fits, but ==2.4.1 leaves it out",
        " Why",
        " - pip 26.2 goes by the index page of index.example without asking: it is 7 minutes old, and its server",
        "   allows 10 minutes.",
        "   [-] http-v2/index-psycopg2, 2026-05-28 20:19",
        " - The cached 2.4.4 cannot be the reason: pip only reuses a file whose address it was told to fetch, and",
        "   ==2.4.1 leaves it out.",
        "       http-v2/psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl, 2026-05-18",
        " What helps",
        " $ python3 -m pip install --refresh-package psycopg2            ask the index again",
        "   psycopg2==2.4.1",
        " $ cachetui remove psycopg2==2.4.1 kind:built               [x] drop the wheel for CPython 2.7",
    ]
    acts = [None] * 7 + [0, 0, 1, 1, 2] + [None] + [3] * 3 + [None] * 4 + [4, 4, 5]
    assert [line.act for line in lines] == acts
    assert [line.box for line in lines if line.box is not None] == [60, 60, 60, 3, 60]


def test_where_there_is_none_it_stands_below() -> None:
    lines = answer_lines(ANSWER, MARKED, 58, TIGHT)
    assert texts(lines)[8:16] == [
        " What is in the cache",
        " ✓ psycopg2-2.4.1.tar.gz",
        "   [ ] sdist 2 years old, sha256 as the index says",
        " × psycopg2-2.4.1-cp27-cp27mu-linux_x86_64.whl",  # noqa: RUF001 - as it is drawn
        "   [x] built here 2 years old, built for CPython 2.7",
        " · psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl",
        "   [ ] fits, but ==2.4.1 leaves it out",
        " Why",
    ]
    assert [line.act for line in lines[9:15]] == [0, 0, 1, 1, 2, 2]
    assert texts(lines)[-6:] == [
        " What helps",
        " $ python3 -m pip install --refresh-package psycopg2",
        "   psycopg2==2.4.1",
        "       ask the index again",
        " $ cachetui remove psycopg2==2.4.1 kind:built",
        "   [x] drop the wheel for CPython 2.7",
    ]


def test_roles_part_what_matters_from_the_rest() -> None:
    lines = answer_lines(ANSWER, MARKED, 118, TIGHT)
    margin = (" ", "plain")
    assert lines[0].words == (
        margin,
        (" partly cached ", "pill"),
        (" ", "plain"),
        ("pip would build 2.4.1 again, from the sdist in the cache.", "strong"),
    )
    assert lines[1].words[-1][1] == "muted"
    assert [roles for _, roles in lines[8].words] == ["plain", "muted", "plain", "mark", "muted"]
    assert [roles for _, roles in lines[7].words] == ["plain", "accent", "plain", "hint", "muted"]
    assert [roles for _, roles in lines[-1].words] == ["plain", "muted", "accent", "mark", "muted"]


def test_blank_lines_part_the_sections_where_there_is_room() -> None:
    lines = texts(answer_lines(ANSWER, MARKED, 80, LayoutOptions(UNICODE)))
    before = [lines[index - 1] for index, line in enumerate(lines) if line in (" What helps", " Why")]
    assert lines[0] == "" and before == ["", ""]


def test_other_terminals_get_ascii() -> None:
    lines = texts(answer_lines(ANSWER, MARKED, 80, LayoutOptions(ASCII)))
    assert all(line.isascii() for line in lines)
    assert " x psycopg2-2.4.1-cp27-cp27mu-linux_x86_64.whl" in lines


def test_entries_that_no_evidence_names_are_counted() -> None:
    some = Reason("Some files do not fit.", ("http-v2/a, 2026-05-18",), ("http-v2/a", "http-v2/b", "http-v2/c"))
    silent = Reason("Two more.", (), ("http-v2/a", "http-v2/b"))
    answer = replace(ANSWER, steps=(), more=(), held=(), remedies=(), reasons=(some, silent))
    assert texts(answer_lines(answer, (" ", "x"), 80, TIGHT))[1:] == [
        " Why",
        " - Some files do not fit.",
        "   [ ] http-v2/a, 2026-05-18",
        "       and 2 more",
        " - Two more.",
        "   [x] 2 entries",
    ]


@pytest.mark.parametrize("room", [0, 1, 9, 20, 57, 58, 100, 118, 300])
def test_hostile_words_fit_into_any_width_and_do_nothing(room: int) -> None:
    evil = "evil\x1b[2J[bold]\n日本語\u202e" * 4
    answer = replace(
        ANSWER,
        verdict=evil,
        held=(CachedFile("yes", f"{evil}.whl", evil, SDIST),),
        reasons=(Reason(evil, (evil,), (SDIST,)),),
        remedies=(Remedy(f"pip install 'x @ https://me:secret@files.example/x?k=v' {evil}", evil),),
    )
    lines = answer_lines(answer, (" ", "x", ""), room, TIGHT)
    told = "".join(texts(lines))
    assert not any(sign in told for sign in ("\x1b", "\n", "\u202e", "secret", "k=v"))
    least = 26  # what the pill and the shortest piece of a verdict take
    assert max(width(line) for line in texts(lines)) <= max(room, least)


def test_what_else_is_said_is_a_title_words_and_ways_on() -> None:
    ways = (("torch==2.1.0", "why pip installs this version, or does not"), ("torch", "a project"))
    assert texts(plain_lines("Why did pip do that?", ("Write it, and press Enter.",), ways, 78, TIGHT)) == [
        " Why did pip do that?",
        " Write it, and press Enter.",
        " torch==2.1.0  why pip installs this version, or does not",
        " torch         a project",
    ]
    assert texts(plain_lines("Why did pip do that?", (), ways[:1], 40, TIGHT)) == [
        " Why did pip do that?",
        " torch==2.1.0",
        "   why pip installs this version, or",
        "   does not",
    ]
