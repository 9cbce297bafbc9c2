"""JSON Schemas (draft 2020-12) of the JSON documents that commands write."""

from __future__ import annotations

from importlib.resources import files

FILES = {
    "list": "list.json",
}
"""File in this package that describes the `--json` output of each command, by the name of the command.

`comparison` is the output of `audit --since`.
"""


def schema_names() -> tuple[str, ...]:
    """Return the names of the schemas, in the order of the help."""
    return tuple(FILES)


def read_schema(name: str) -> str:
    """Return a schema as JSON text, by its name. Raises KeyError if there is no such schema."""
    return files(__package__).joinpath(FILES[name]).read_text(encoding="utf-8")
