"""An explanation as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cachetui.insight.why.explanation import Explanation
from cachetui.report.entries_json import SCHEMA, clean
from cachetui.text.redact import redact_input


def why_json(explanation: Explanation) -> str:
    """Return an explanation as JSON."""
    forecast = explanation.forecast
    parts = {
        "schema": SCHEMA,
        "question": explanation.question,
        "asker": explanation.asker,
        "tone": explanation.tone,
        "tone_words": explanation.tone_words,
        "verdict": explanation.verdict,
        "more": explanation.more,
        "forecast": {
            "asks_index": forecast.asks,
            "way": forecast.way,
            "version": forecast.version,
            "filename": forecast.filename,
        },
        "takes": [
            {"project": one.name, "version": one.known_version, "way": one.way, "url": one.url or None}
            for one in explanation.takes
        ],
        "pip_says": explanation.pip_says,
        "steps": explanation.steps,
        "cached": [
            {"fits": held.sign, "filename": held.filename, "words": held.words, "path": held.path}
            for held in explanation.held
        ],
        "reasons": [
            {"words": reason.words, "evidence": reason.evidence, "entries": reason.entries}
            for reason in explanation.reasons
        ],
        "remedies": [{"command": remedy.command, "words": remedy.words} for remedy in explanation.remedies],
    }
    return f"{json.dumps(_cleaned(parts, lambda text: clean(redact_input(text))), indent=1)}\n"


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    """Return a JSON value in which `clean` was applied to every text except the keys."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(one, clean) for key, one in value.items()}
    return [_cleaned(one, clean) for one in value] if isinstance(value, list | tuple) else value
