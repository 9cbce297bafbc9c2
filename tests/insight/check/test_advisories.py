"""Advisories in the OSV format: what they are about, and what cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from cachetui.insight.check.advisories import Advisories, AdvisoryError, is_json, read_advisories
from cachetui.insight.check.items import CheckItem


def record(title: str = "MAL-1", *affected: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": title, "modified": "2026-03-25T00:00:00Z", "affected": list(affected), **more}


def about(
    name: str = "llm-kit", *events: dict[str, str], ecosystem: str = "PyPI", kind: str = "ECOSYSTEM", **more: Any
) -> dict[str, Any]:
    ranges = {"ranges": [{"type": kind, "events": list(events)}]} if events else {}
    return {"package": {"name": name, "ecosystem": ecosystem}, **ranges, **more}


def read(content: object) -> Advisories:
    found = Advisories()
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    read_advisories(text, "list.json", found)
    return found


def item(*affected: dict[str, Any]) -> CheckItem:
    (found,) = read(record("MAL-1", *affected)).items
    return found


def test_every_form_of_an_export() -> None:
    one, two = record("A", about("x", versions=["1"])), record("B", about("y", versions=["2"]))
    lines = f"{json.dumps(one)}\n\n{json.dumps(two)}\n".encode()
    forms: list[object] = [[one, two], {"vulns": [one, two]}, lines, lines.replace(b"\n", b"\r\n")]
    forms += [json.dumps([one, two], indent=2).encode("utf-16"), b"\xef\xbb\xbf " + json.dumps([one, two]).encode()]
    for form in forms:
        assert [found.title for found in read(form).items] == ["A", "B"]
        assert is_json(form if isinstance(form, bytes) else json.dumps(form).encode())
    assert [found.title for found in read(one).items] == ["A"]
    assert not is_json(b"six==1.0\n")


def test_what_is_kept_of_a_record() -> None:
    (found,) = read([record("A", about("LLM_Kit", versions=["1"]), aliases=["CVE-1"], summary="Steals\n tokens")]).items
    assert (found.title, found.place, found.aliases) == ("A", "list.json, record 1 (A)", ("CVE-1",))
    assert found.summary == "Steals tokens"
    assert found.projects({"llm-kit": 0, "other": 0}) == ["llm-kit"]
    assert found.takes("llm-kit", "1.0") and not found.takes("llm-kit", "1.1") and not found.takes("llm-kit", None)


def test_what_is_left_out_is_counted() -> None:
    found = read(
        [
            record("A", about(versions=["1"]), withdrawn="2026-03-26T00:00:00Z"),
            record("B", about(ecosystem="npm", versions=["1"])),
            record("C"),
            record("D", about()),
            record("E", about("x", {"introduced": "0"}, kind="GIT")),
            record("F", about(ecosystem="npm"), about("y", {"introduced": "0"})),
            record("G", {"package": None, "versions": ["1"]}, affected_extra=None),
        ]
    )
    assert [one.title for one in found.items] == ["F"]
    assert (found.withdrawn, found.elsewhere, found.without_versions) == (1, 3, 2)


VERSIONS = st.sampled_from(["0.dev1", "0", "0.5a1", "1.0", "1.0.post1", "1.0+cu121", "1.1", "2!0.1", "3.0rc1", "3.0"])
BOUNDS = st.sampled_from(["0.5", "1.0", "1.0.post1", "1.1", "2.0", "3.0"])


@given(VERSIONS, BOUNDS, BOUNDS, st.sampled_from(["fixed", "last_affected", "limit"]))
def test_ranges(version: str, first: str, last: str, end: str) -> None:
    own = Version(Version(version).public)
    below = own <= Version(last) if end == "last_affected" else own < Version(last)
    events = [{end: last}, {"introduced": first}]
    if Version(first) < Version(last):
        assert item(about("x", *events)).takes("x", version) == (own >= Version(first) and below)
    assert item(about("x", {"introduced": "0"}, {end: last})).takes("x", version) == below
    assert item(about("x", {"introduced": "0"}, {"limit": "*"})).takes("x", version)


def test_ranges_with_gaps_and_odd_versions() -> None:
    found = item(about("x", {"introduced": "3"}, {"fixed": "2"}, {"introduced": "1"}), about("y", versions=["2004d"]))
    taken = [version for version in ("0.9", "1", "1.9", "2", "2.9", "3", "4") if found.takes("x", version)]
    assert taken == ["1", "1.9", "3", "4"]
    assert found.takes("y", "2004D") and not found.takes("y", "2004")
    assert item(about("x", {"introduced": "0"})).takes("x", "odd")
    assert not item(about("x", {"introduced": "0"}, {"fixed": "2"})).takes("x", "odd")
    listed = item(about("x", {"introduced": "2004d"}, versions=["1.0"]))  # what the range says, the list says
    assert listed.takes("x", "1.0+local") and not listed.takes("x", "2")


def test_events_at_one_version_and_odd_bounds() -> None:
    for events in ([{"introduced": "1"}, {"last_affected": "1"}], [{"last_affected": "1"}, {"introduced": "1.0"}]):
        found = item(about("x", *events))
        assert [version for version in ("0", "1", "1.1", "2") if found.takes("x", version)] == ["1"]
    for event in ("last_affected", "fixed"):
        found = item(about("x", {"introduced": "0"}, {event: "0"}))
        assert [version for version in ("0", "1") if found.takes("x", version)] == ["0"] * (event == "last_affected")
        with pytest.raises(AdvisoryError, match=r"\* is no version"):
            read(record("A", about("x", {"introduced": "0"}, {event: "*"})))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "list.json, line 1: this is no valid JSON: "),
        (b'{\n"id": "A"\n"x": 1}', "list.json, line 3: this is no valid JSON: "),
        (b'{"id": "A"}\n{"id": }\n', "list.json, line 2: this is no valid JSON: "),
        (b"[" * 100_000, "list.json cannot be read: it is nested too deeply."),
        (b'{"id": ' + b"1" * 10_000 + b"}", "list.json cannot be read: a number in it is too long."),
        (b'{"id": "\xff"}', "list.json cannot be read: its text has bytes that are not UTF-8."),
        ([], "list.json has no records."),
        ([3], "list.json, record 1: this is not an OSV record, which is an object."),
        ({"name": "x"}, "list.json: this is not an OSV record, because it has no id."),
        ([record(), record("A", affected=3)], "list.json, record 2 (A), affected: this is not a list."),
        (record("A", about(versions=[1])), "list.json (A), affected[0].versions: this is not a list of texts."),
        (record("A", about(name="")), "list.json (A), affected[0].package.name: this is not the name of a project."),
        (
            record("A", about("x", {"introduced": "0"}, {"fixed": "soon"})),
            "list.json (A), affected[0].ranges[0].events[1].fixed: soon is no version.",
        ),
        (record("A", about("x", versions=["1"]), aliases=3), "list.json (A), aliases: this is not a list."),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(content: object, sentence: str) -> None:
    with pytest.raises(AdvisoryError) as raised:
        read(content)
    assert str(raised.value).startswith(sentence)


def test_records_beside_one_that_cannot_be_read_are_read() -> None:
    found = Advisories()
    records = [record("A", about(versions=["1"])), {"id": 5}, 3, record("B", about(versions=["1"]))]
    with pytest.raises(AdvisoryError, match="record 2, id"):
        read_advisories(json.dumps(records).encode(), "list.json", found)
    assert [one.title for one in found.items] == ["A", "B"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("# advisories", ": this is no valid JSON: "),
        ('"C"}]', ": this is no valid JSON: "),
        ('{"id": }', ": this is no valid JSON: "),
        ('{"id": "C', ": this is no valid JSON: "),
        ('{"id": 5}', ", id: "),
        ('{"id": ' * 100_000, " cannot be read: it is nested too deeply."),
        ('{"id": ' + "1" * 10_000 + "}", " cannot be read: a number in it is too long."),
    ],
)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_lines_beside_one_that_cannot_be_read_are_read(place: int, bad: str, why: str) -> None:
    lines = [json.dumps(record(title, about(versions=["1"]))) for title in "AB"]
    lines.insert(place - 1, bad)
    found = Advisories()
    with pytest.raises(AdvisoryError) as raised:
        read_advisories("\n".join(lines).encode(), "list.json", found)
    assert str(raised.value).startswith(f"list.json, line {place}{why}")
    assert [one.title for one in found.items] == ["A", "B"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "affected", "package", "ecosystem", "ranges", "events", "PyPI", "name"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(value: object) -> None:
    try:
        assert read(value).items is not None
    except AdvisoryError as error:
        assert str(error).startswith("list.json")
