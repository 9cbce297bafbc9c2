from __future__ import annotations

import pytest

from cachetui.model import Entry
from cachetui.text.names import entry_name, kind_of, metadata_name, tags, wheels_described, whole_name
from tests.ui.cache import index_page, made, release

WHEEL, METADATA = release("torch", "2.3.0+cu121", 1, 5)
UNIVERSAL, _ = release("six", "1.16.0", 1, 5, "py2.py3-none-any")
NAMELESS = made("response", "x", url="https://me:secret@files.example/a/constraints.txt?token=1")


@pytest.mark.parametrize(
    ("entry", "name", "whole"),
    [
        (WHEEL, WHEEL.filename, WHEEL.filename),
        (METADATA, "its metadata", f"metadata of {WHEEL.filename}"),
        (index_page("six"), "index page", "index page of six"),
        (NAMELESS, "constraints.txt", NAMELESS.path),
        (made("leftover", "3/a/x.tmp"), "http-v2/3/a/x.tmp", "http-v2/3/a/x.tmp"),
        (made("selfcheck", "aa", note="/opt/python"), "self-check /opt/python", "self-check /opt/python"),
    ],
)
def test_an_entry_has_a_name_beside_its_project_and_a_whole_one(entry: Entry, name: str, whole: str) -> None:
    assert (entry_name(entry), whole_name(entry)) == (name, whole)


def test_a_wheel_is_told_apart_by_interpreter_and_platform() -> None:
    assert [tags(one) for one in (WHEEL, UNIVERSAL, index_page("six"))] == [
        "cp311 linux_x86_64",
        "py2.py3",
        "index page",
    ]


def test_kinds_are_those_of_files_where_there_are_any() -> None:
    assert kind_of([METADATA]) == "metadata"
    assert kind_of([WHEEL, METADATA]) == "wheel"
    assert kind_of([WHEEL, METADATA, index_page("torch")]) == "wheel +1"


def test_metadata_without_a_name_belong_to_the_only_wheel() -> None:
    nameless = METADATA._replace(filename=None)
    assert [*wheels_described([WHEEL, nameless])] == [(nameless, WHEEL)]
    assert [*wheels_described([WHEEL, UNIVERSAL, nameless])] == [(nameless, None)]
    assert [*wheels_described([nameless])] == [(nameless, None)]
    assert metadata_name(nameless) == "metadata of torch 2.3.0+cu121"
