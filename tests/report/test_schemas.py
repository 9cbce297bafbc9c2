from __future__ import annotations

from importlib import import_module
from typing import Any, get_args

import jsonschema
import pytest

from cachetui.cli.app import COMMANDS
from cachetui.export.archive import Proof
from cachetui.insight.health.finding import FindingType, Severity
from cachetui.insight.why.explanation import Sign, Tone
from cachetui.insight.why.replay import Way
from cachetui.model import AGE_FIELDS, KINDS, Rung
from cachetui.pip_settings.effective import Option, SettingEffect
from cachetui.preferences.model import COLUMNS, KEYS, Blocked, Notify, SortBy
from cachetui.preferences.parse_values import RULES
from cachetui.report.health_json import SORTS
from cachetui.report.schemas import FILES, read_schema, schema_names
from tests.report.schemas import load, properties

ALL = pytest.mark.parametrize("name", [*dict(zip(FILES.values(), FILES, strict=True)).values()])


def test_each_command_that_writes_json_has_a_schema() -> None:
    writes = {
        name
        for name in COMMANDS
        for option in import_module(f"cachetui.cli.commands.{name}").command.params
        if "--json" in option.opts
    }
    assert {*schema_names()} - {"comparison"} == writes
    assert read_schema("prune") == read_schema("remove") == read_schema("purge")
    with pytest.raises(KeyError):
        read_schema("dir")


@ALL
def test_a_schema_describes_each_key(name: str) -> None:
    schema = load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert f"cachetui {name} " in schema["title"].replace("audit --since REPORT", "comparison")
    for path, value in properties(schema):
        kind = value.get("$ref", "").rpartition("/")[2]
        said = value.get("description") or schema["$defs"][kind]["description"]
        assert said[0].isupper() or said.startswith(("cachetui", "null")), path
        assert said.endswith("."), path
        assert kind != "bytes" or "in bytes" in said, path
        assert not (kind == "time" or "time" in str(value.get("anyOf"))) or "ISO 8601, UTC" in said, path
    for part in objects(schema):
        assert {*part["required"]} <= {*part["properties"]}


def objects(part: Any) -> list[Any]:
    """Return the parts of a schema that describe objects."""
    if not isinstance(part, dict):
        return []
    inner = [found for value in part.values() for found in objects(value)]
    return [part, *inner] if "required" in part else inner


def test_schemas_share_their_definitions() -> None:
    shared: dict[str, Any] = {}
    for name in schema_names():
        for key, definition in load(name).get("$defs", {}).items():
            assert shared.setdefault(key, definition) == definition
    for section in ("directories", "foreign", "errors"):
        listed, told = [dict(properties(load(name)))[section]["description"] for name in ("list", "info")]
        assert listed == told


@pytest.mark.parametrize(
    ("name", "path", "values"),
    [
        ("list", "other[].kind", KINDS),
        ("list", "other[].identified_by", [*get_args(Rung), None]),
        ("info", "kinds[].kind", KINDS),
        ("info", "pythons[].sayings[].option", get_args(Option)),
        ("info", "pythons[].sayings[].role", get_args(SettingEffect)),
        ("audit", "listing[].identified_by", [*get_args(Rung), None]),
        ("verify", "findings[].sort", {SORTS.get(one, one) for one in get_args(FindingType)}),
        ("verify", "findings[].weight", get_args(Severity)),
        ("verify", "findings[].kind", [*KINDS, None]),
        ("why", "tone", get_args(Tone)),
        ("why", "forecast.way", [*get_args(Way), "nothing", "skipped"]),
        ("why", "takes[].way", get_args(Way)),
        ("why", "cached[].fits", get_args(Sign)),
        ("preferences", "sort.by", get_args(SortBy)),
        ("preferences", "age", AGE_FIELDS),
        ("preferences", "notify", get_args(Notify)),
        ("preferences", "prune.by", AGE_FIELDS),
        ("preferences", "problems[].blocks", [one or None for one in get_args(Blocked)]),
    ],
)
def test_values_are_those_of_the_code(name: str, path: str, values: Any) -> None:
    found = dict(properties(load(name)))[path]["enum"]
    assert len(found) == len({*found})
    assert {*found} == {*values}


def test_lists_of_values_are_those_of_the_code() -> None:
    assert {*load("audit")["$defs"]["kind"]["enum"]} == {*load("comparison")["$defs"]["kind"]["enum"]} == {*KINDS}
    preferences = dict(properties(load("preferences")))
    assert preferences["columns"]["items"]["enum"] == [*COLUMNS]
    assert preferences["defaults"]["items"]["enum"] == [*KEYS]
    assert {*preferences["prune"]["properties"]} == {*RULES}
    verified = dict(properties(load("export")))["exported[].verified_by"]["items"]["enum"]
    assert {*verified} == {*get_args(Proof)}
