"""An explanation as text, for pasting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

from cachetui.insight.why.explanation import Explanation
from cachetui.text.escape import escape_control
from cachetui.text.redact import quote_input, redact_input
from cachetui.text.styled import Role, heading, styled

SIGNS = {"yes": "+", "no": "x", "other": "-"}
"""Symbols of cached files: usable, not usable, not requested."""
SIGN_ROLES: Mapping[str, Role] = {"yes": "good", "no": "warning", "other": "hint"}
TONES: Mapping[str, Role] = {"cached": "good", "installed": "good", "damaged": "danger", "stops": "danger"}
"""Roles of the words before a verdict, by its tone; with other tones, these words are headings."""
WIDTH = 80
"""Width of the text form in columns, narrow enough for pasting."""


def why_text(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of an explanation; all fit `WIDTH` columns, except evidence, commands and very long words."""

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
    first, *rest = wrapped(f"{explanation.tone_words}: {explanation.verdict}")
    tone = len(explanation.tone_words)
    yield from (styled((TONES.get(explanation.tone, "heading"), first[:tone]), first[tone:]), *rest)
    for sentence in explanation.more:
        yield from wrapped(sentence)
    if explanation.steps:
        yield from ("", heading("What pip would do"))
        for number, step in enumerate(explanation.steps, start=1):
            yield from wrapped(step, f"{number} ")
    if explanation.held:
        yield from ("", heading("What is in the cache"))
        for held in explanation.held:
            name, *rest = wrapped(f"{SIGNS[held.sign]} {held.filename}")
            yield from (styled((SIGN_ROLES[held.sign], name[:1]), name[1:]), *rest)
            yield from wrapped(held.words, "    ")
    if explanation.reasons:
        yield from ("", heading("Why"))
        for reason in explanation.reasons:
            yield from wrapped(reason.words, "- ", "  ")
            for evidence in reason.evidence:
                yield styled(("hint", f"    {fit(evidence)}"))
    if explanation.remedies:
        yield from ("", heading("What helps"))
        for remedy in explanation.remedies:
            yield f"$ {fit(remedy.command)}"
            yield from wrapped(remedy.words, "    ")
