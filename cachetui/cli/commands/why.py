"""`cachetui why`: what pip would do for a requirement, by what is in the cache, and why."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from cachetui.cli.main import DONE, FAILED
from cachetui.cli.options import Settings, global_options

if TYPE_CHECKING:
    from cachetui.insight.why.explanation import Explanation

SIGNS = {"yes": "+", "no": "x", "other": "-"}
"""How files are marked: they can be used, cannot, or were not asked for."""
WIDTH = 80
"""Columns that the text form fills, so that it can be pasted."""


@click.command("why")
@click.argument("requirement")
@click.option("--index-url", "-i", metavar="URL", help="The index that pip was given.")
@click.option("--extra-index-url", metavar="URL", multiple=True, help="A further index that pip was given.")
@click.option("--pre", is_flag=True, help="pip was given --pre.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@global_options
@click.pass_context
def command(
    context: click.Context,
    requirement: str,
    index_url: str | None,
    extra_index_url: tuple[str, ...],
    pre: bool,
    as_json: bool,
) -> int:
    """Ask pip what it would do for REQUIREMENT, and explain why.

    REQUIREMENT is what pip was asked for, such as 'psycopg2==2.4.1' or 'name @ https://…', or in quotes the whole
    command: 'pip install torch==2.3.0 --extra-index-url …'. The Python's own pip answers, on a sealed and read-only
    view of its cache: nothing is fetched, built or installed.
    """
    from cachetui.cli.cache import opened  # noqa: PLC0415 - the help page does without all of these
    from cachetui.cli.notes import Status, for_stream  # noqa: PLC0415
    from cachetui.demo.contents import INDEX  # noqa: PLC0415
    from cachetui.insight.why.environment import resolve_environment  # noqa: PLC0415
    from cachetui.insight.why.explain import explain  # noqa: PLC0415
    from cachetui.insight.why.pip_command import QuestionError  # noqa: PLC0415
    from cachetui.insight.why.question import read_question  # noqa: PLC0415
    from cachetui.interpreters.lookup import python_at  # noqa: PLC0415

    try:
        question = read_question(requirement)
    except QuestionError as error:
        raise click.UsageError(error.redacted()) from error
    options = ["--index-url", index_url] if index_url else []
    options += [word for url in extra_index_url for word in ("--extra-index-url", url)]
    question = question.with_options([*options, *(["--pre"] if pre else [])])
    settings = Settings.of(context)
    with opened(settings) as (location, inventory):
        named = python_at(settings.python) if settings.python else None
        status = Status(sys.stderr)
        status.show(f"Asking the pip of {settings.python or question.python or 'this environment'} …")
        asker = resolve_environment(question, location, named, demo_index=INDEX if settings.demo else "")
        explanation = explain(question, inventory, asker, now=time.time())
        status.clear()
        if as_json:
            sys.stdout.write(document(explanation))
        else:
            for line in report(explanation):
                sys.stdout.write(for_stream(f"{line}\n", sys.stdout))
    return FAILED if inventory.errors else DONE


def document(explanation: Explanation) -> str:
    """Return an explanation as JSON."""
    import json  # noqa: PLC0415 - seldom wanted

    from cachetui.report.entries_json import SCHEMA, clean  # noqa: PLC0415
    from cachetui.text.redact import redact_input  # noqa: PLC0415

    forecast = explanation.forecast
    parts = {
        "schema": SCHEMA,
        "question": explanation.question,
        "asker": explanation.asker,
        "tone": explanation.tone,
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
    """Return a value in which every text is fit to be written."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(one, clean) for key, one in value.items()}
    return [_cleaned(one, clean) for one in value] if isinstance(value, list | tuple) else value


def report(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of the text form."""
    from cachetui.text.escape import escape_control  # noqa: PLC0415
    from cachetui.text.redact import quote_input, redact_input  # noqa: PLC0415

    def fit(text: str) -> str:
        return escape_control(redact_input(text))

    def wrapped(text: str, first: str = "", rest: str = "") -> Iterator[str]:
        from textwrap import wrap  # noqa: PLC0415

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
