"""An explanation as text, for pasting."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from cachetui.insight.why.explanation import Explanation
from cachetui.text.escape import escape_control
from cachetui.text.redact import quote_input, redact_input

SIGNS = {"yes": "+", "no": "x", "other": "-"}
"""Signs for files: usable, not usable, not requested."""
WIDTH = 80
"""Width of the text form in columns, narrow enough for pasting."""


def why_text(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of an explanation; all fit `WIDTH` columns, except the evidence and the commands."""

    def fit(text: str) -> str:
        return escape_control(redact_input(text))

    def wrapped(text: str, first: str = "", rest: str = "") -> Iterator[str]:
        yield from wrap(
            fit(text),
            width=WIDTH,
            initial_indent=first,
            subsequent_indent=rest or " " * len(first),
            break_long_words=False,
            break_on_hyphens=False,
        )

    yield from wrapped(f"{quote_input(explanation.command or explanation.question)}  (for {explanation.asker})")
    yield ""
    yield from wrapped(f"{explanation.tone}: {explanation.verdict}")
    for sentence in explanation.more:
        yield from wrapped(sentence)
    if explanation.steps:
        yield from ("", "What pip would do")
        for number, step in enumerate(explanation.steps, start=1):
            yield from wrapped(step, f"{number} ")
    if explanation.held:
        yield from ("", "What is in the cache")
        for held in explanation.held:
            yield from wrapped(f"{SIGNS[held.sign]} {held.filename}")
            yield from wrapped(held.words, "    ")
    if explanation.reasons:
        yield from ("", "Why")
        for reason in explanation.reasons:
            yield from wrapped(reason.words, "- ", "  ")
            for evidence in reason.evidence:
                yield f"    {fit(evidence)}"
    if explanation.remedies:
        yield from ("", "What helps")
        for remedy in explanation.remedies:
            yield f"$ {fit(remedy.command)}"
            yield from wrapped(remedy.words, "    ")
