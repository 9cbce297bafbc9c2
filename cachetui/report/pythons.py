"""Pythons on this machine and the settings of their pips, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cachetui.pip_settings.effective import PipSettings, SettingSource
from cachetui.report.entries_json import clean
from cachetui.text.escape import escape_control
from cachetui.text.redact import redact_input, redact_urls
from cachetui.text.styled import styled

LABEL = 9
"""Width of a label below a Python's name, in cells."""
ROLES = {"counts": "in effect", "overruled": "overruled", "empty": "empty", "elsewhere": "not for `pip install`"}
"""Words for the effects of settings, by `SettingSource.role`."""


def python_json(known: PipSettings) -> dict[str, Any]:
    """Return the settings of one Python's pip, with the keys of the JSON document and in its order."""
    interpreter, location = known.interpreter, known.location
    works = interpreter.trouble is None
    return {
        "python": clean(str(interpreter.python.executable)),
        "prefix": clean(str(interpreter.prefix)),
        "version": interpreter.version or None,
        "implementation": interpreter.implementation or None,
        "pip": interpreter.pip,
        "trouble": interpreter.trouble and clean(interpreter.trouble),
        "root": clean(str(location.root)) if works else None,
        "said_by": clean(location.said_by) if works else None,
        "enabled": location.enabled if works else None,
        "off_by": clean(redact_urls(location.off_by)) if works and location.off_by else None,
        "works": location.works if works else None,
        "sayings": [_saying(one) for one in known.sayings],
        "traps": [clean(redact_urls(trap)) for trap in known.pitfalls],
    }


def _saying(one: SettingSource) -> dict[str, Any]:
    return {
        "option": one.option,
        "value": clean(redact_input(one.value)),
        "said_by": clean(one.said_by),
        "path": clean(one.setting.path) if one.setting and one.setting.path else None,
        "line": one.setting.line if one.setting else None,
        "role": one.role,
    }


def pythons_text(known: Iterable[PipSettings]) -> Iterator[str]:
    """Yield lines about each Python and its pip's settings; a Python that does not work gets one line that says why."""
    for one in known:
        interpreter, location = one.interpreter, one.location
        yield ""
        name = escape_control(str(interpreter.python.executable))
        if interpreter.trouble:
            yield styled(("heading", name), "  ", ("warning", escape_control(interpreter.trouble)))
            continue
        pip = f"pip {interpreter.pip}" if interpreter.pip else "no pip"
        yield styled(("heading", name), f"  {interpreter.implementation} {interpreter.version}, {pip}")
        if interpreter.pip:
            state = "on" if location.enabled else f"off, by {redact_urls(location.off_by or '?')}"
            yield _fact("Cache", f"{location.name}  {state if location.works else 'pip refuses to run'}")
            yield _fact("Named by", location.said_by)
        if len(one.sayings) > 1:
            for saying in one.sayings:
                words = f"{saying.option} = {redact_input(saying.value)}, by {saying.said_by}"
                yield _fact("Said", f"{words}: {ROLES[saying.role]}")
        for trap in one.pitfalls:
            yield styled(("warning", _fact("!", redact_urls(trap))))


def _fact(label: str, words: str) -> str:
    return f"  {label:<{LABEL}}{escape_control(words)}"
