"""The page of `cachetui doctor` as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cachetui.text.escape import escape_control
from cachetui.text.format import disk_text
from cachetui.text.styled import heading

LABEL = 14
"""Width of a label, in columns."""
SIZES = ("disk_usage", "size")
"""Keys whose numbers are sizes in bytes."""


def doctor_text(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the page; `found` holds the values of the JSON document."""
    yield "Paste this page into a bug report. It holds no passwords, and no names of projects."
    for name, section in found.items():
        if isinstance(section, dict) and section:
            yield from ("", heading(name.capitalize()))
            for key, value in section.items():
                yield from _lines(key, value)
    yield from ("", heading("Pythons"))
    for python in found["pythons"]:
        yield escape_control(f"  {python.get('error') or _python(python)}")
        for trap in python.get("traps", ()):
            yield escape_control(f"  ! {trap}")


def _lines(key: str, value: Any) -> Iterator[str]:
    label = key if key.isupper() or "_" not in key else key.replace("_", " ")
    if isinstance(value, dict):
        yield _fact(label, ", ".join([_words(inner, one) for inner, one in value.items() if one is not None]))
    elif isinstance(value, list):
        for index, one in enumerate(value or ["none"]):
            yield _fact("" if index else label, str(one))
    else:
        yield _fact(label, _words(key, value))


def _words(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key in SIZES and isinstance(value, int):
        return disk_text(value)
    return {"schema": f"schema {value}", "said_by": f"by {value}"}.get(key, str(value))


def _python(python: Mapping[str, Any]) -> str:
    name = python["python"]
    if python["trouble"]:
        return f"{name}: {python['trouble']}"
    words = f"{name}: {python['implementation']} {python['version']}, pip {python['pip'] or 'not installed'}"
    if not python["pip"]:
        return words
    state = "on" if python["enabled"] else f"off, by {python['off_by']}"
    return f"{words}, cache {python['root']}, by {python['said_by']}, {state}"


def _fact(label: str, words: str) -> str:
    return escape_control(f"  {label:<{LABEL}} {words}".rstrip())
