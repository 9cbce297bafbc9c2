"""Checks documents against the schemas that the package ships."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema

from cachetui.report.schemas import read_schema


def load(name: str) -> Any:
    """Return a schema as values."""
    return json.loads(read_schema(name))


def check(name: str, documents: Iterable[str]) -> None:
    """Check that documents have no other keys than a schema, and that each of its keys occurs in one of them."""
    validator = jsonschema.Draft202012Validator(closed(load(name)))
    seen = set[str]()
    for text in documents:
        document = json.loads(text)
        wrong = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]
        assert not wrong, wrong
        seen |= set(_keys(document))
    missing = {path for path, _ in properties(load(name))} - seen
    assert not missing, missing


def properties(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield the properties of a schema with their paths, such as `projects[].entries[].kind`."""
    yield from _properties(schema, schema, "")


def _properties(schema: Any, part: Any, path: str) -> Iterator[tuple[str, Any]]:
    part = part | schema["$defs"][part["$ref"].rpartition("/")[2]] | part if "$ref" in part else part
    for key, value in part.get("properties", {}).items():
        yield f"{path}.{key}".removeprefix("."), value
        yield from _properties(schema, value, f"{path}.{key}")
    if "items" in part:
        yield from _properties(schema, part["items"], f"{path}[]")


def _keys(document: Any, path: str = "") -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield f"{path}.{key}".removeprefix(".")
            yield from _keys(value, f"{path}.{key}")
    elif isinstance(document, list):
        for value in document:
            yield from _keys(value, f"{path}[]")


def closed(part: Any) -> Any:
    """Return a schema that allows no other keys than its own."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    inner = {key: closed(value) for key, value in part.items()}
    return {"additionalProperties": False} | inner if "properties" in part and "type" in part else inner
