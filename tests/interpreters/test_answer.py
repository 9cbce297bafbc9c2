from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cachetui.interpreters.probe_output import MOST_TAGS, read_answer
from tests.interpreters.fakes import MARKERS, told

RIGHT = told(Path("/x/bin/python"), Path("/x")) if Path("/x").is_absolute() else told(Path("C:/x/p"), Path("C:/x"))

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def test_an_answer_is_taken() -> None:
    answer = read_answer(json.dumps(RIGHT))
    assert answer is not None
    assert (answer.version, answer.pip, answer.markers) == ("3.12.1", "24.0", MARKERS)
    assert answer.tags == (
        "cp312-cp312-manylinux_2_17_x86_64",
        "cp312-cp312-linux_x86_64",
        "cp312-none-manylinux_2_17_x86_64",
        "cp312-none-linux_x86_64",
        "py3-none-any",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pip", None),
        ("executable", ""),
        ("version", "3.13.0a1+"),
        ("version", "3.9.18 ".strip()),
        ("implementation", "PyPy"),
        ("platform", "macosx-11.0-arm64"),
        ("path", []),
        ("tags", {"groups": [], "platforms": []}),
    ],
)
def test_what_may_well_be_so_is_taken(field: str, value: object) -> None:
    assert read_answer(json.dumps(RIGHT | {field: value})) is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "3"),
        ("version", "3.12.1\n"),
        ("version", 3.12),
        ("implementation", "\x1b[31m"),
        ("platform", "linux\0"),
        ("executable", "python"),
        ("executable", None),
        ("prefix", "relative"),
        ("prefix", ""),
        ("base_prefix", ["/x"]),
        ("path", "/x"),
        ("path", [1]),
        ("pip", "no version"),
        ("pip", 24),
        ("markers", {}),
        ("markers", MARKERS | {"os_name": 1}),
        ("markers", MARKERS | {"os_name": "x" * 5000}),
        ("tags", []),
        ("tags", {"groups": [["cp312-cp312", 0]], "platforms": []}),
        ("tags", {"groups": [["cp312-cp312", -1]], "platforms": [["any"]]}),
        ("tags", {"groups": [["cp312", 0]], "platforms": [["any"]]}),
        ("tags", {"groups": [["cp312-cp312", "0"]], "platforms": [["any"]]}),
        ("tags", {"groups": [["cp312-cp312", 0, 0]], "platforms": [["any"]]}),
        ("tags", {"groups": [["cp312-cp312", 0]], "platforms": [["a-b"]]}),
        (
            "tags",
            {
                "groups": [[f"py{one}-none", 0] for one in range(300)],
                "platforms": [[f"p{one}" for one in range(MOST_TAGS // 200)]],
            },
        ),
    ],
)
def test_what_no_python_says_is_taken_for_nothing(field: str, value: object) -> None:
    assert read_answer(json.dumps(RIGHT | {field: value})) is None


@pytest.mark.parametrize("text", ["", "[" * 60_000, "null", "[]", "{", "9" * 5000, "\ud800", '"\\ud800"'])
def test_what_is_no_answer_is_taken_for_nothing(text: str) -> None:
    assert read_answer(text) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert read_answer(text) is None


@given(st.sampled_from(sorted(RIGHT)), anything)
@example("platform", "0")
@example("implementation", "A")
@example("tags", {"groups": [], "platforms": []})
def test_no_value_breaks_it(field: str, value: object) -> None:
    answer = read_answer(json.dumps(RIGHT | {field: value}))
    assert answer is None or field in ("pip", "index", "path", "tags") or getattr(answer, field) == value


@given(anything, anything)
def test_no_tags_break_it(groups: object, platforms: object) -> None:
    answer = read_answer(json.dumps(RIGHT | {"tags": {"groups": groups, "platforms": platforms}}))
    assert answer is None or all(tag.count("-") == 2 for tag in answer.tags)
