"""JSON Schemas (draft 2020-12) of the JSON documents that commands write."""

from __future__ import annotations

from importlib.resources import files

FILES = {
    "list": "list.json",
    "info": "info.json",
    "audit": "audit.json",
    "comparison": "comparison.json",
    "verify": "verify.json",
    "why": "why.json",
    "check": "check.json",
    "export": "export.json",
    "offline": "offline.json",
    "remove": "remove.json",
    "prune": "remove.json",
    "purge": "remove.json",
    "preferences": "preferences.json",
    "doctor": "doctor.json",
}
"""Names of the files with the schemas of the `--json` output, by command; `comparison` is for `audit --since`."""


def schema_names() -> tuple[str, ...]:
    """Return the names of the schemas: those of commands, and `comparison` for `audit --since`."""
    return tuple(FILES)


def read_schema(name: str) -> str:
    """Return a schema as JSON text. Raises KeyError if `schema_names` has no such name."""
    return files(__package__).joinpath(FILES[name]).read_text(encoding="utf-8")
