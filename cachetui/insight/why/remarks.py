"""What must be said beside a verdict: what was left open, and what was not taken into account."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from cachetui.insight.why.answer import Reason
from cachetui.insight.why.case import Case, skips
from cachetui.insight.why.offers import index_of
from cachetui.insight.why.reasons import REFRESHES
from cachetui.insight.why.wording import named, old, pip_of, quoted

NOTHING_EXPLAINS = "Nothing in this cache explains it: what pip would do here is what it would do without a cache."
"""Said where nothing was found that makes a difference."""
VERBS = {
    "download": "pip download takes the same file as pip install: it keeps it in a folder, and builds no wheel.",
    "wheel": "pip wheel takes the same file as pip install, and puts the wheel into a folder.",
}
"""What is to be said of other commands than `pip install`."""


def remarks(case: Case, reasons: Sequence[Reason]) -> Iterator[str]:
    """Yield what must be said at once, in sentences."""
    if case.stops:
        yield "What follows is what it would do without that."
    yield from _on_the_python(case)
    if case.forecast.way == "skipped":
        return
    if not reasons and case.own and not case.off_by and not case.unseen:
        yield NOTHING_EXPLAINS
    yield from _on_other_indexes(case)
    asked = [page for page in case.listings if not case.reuses(page)]
    if case.forecast.asks and asked and (reasons or not case.off_by):
        page = max(asked, key=lambda page: page.answer.date or 0)
        if page.answer.date is not None:
            age = old(case.now - page.answer.date)
            yield f"What the index says now is not known here: its page in the cache is {age}."
    yield from _on_the_command(case)


def _on_the_python(case: Case) -> Iterator[str]:
    asker, python = case.asker, case.asker.python
    yield from asker.notes
    if python is None:
        yield "No Python was found that could be asked what it can use: name one with --python."
    elif python.trouble:
        trouble = python.trouble[0].lower() + python.trouble[1:]
        yield f"{asker.command} could not be asked what it can use: {trouble} Name another Python with --python."
    if case.question.marker is not None and skips(case.question, python) is None:
        yield f"Whether {case.question.marker} is true, and pip takes the requirement at all, is not known here."


def _on_other_indexes(case: Case) -> Iterator[str]:
    """Yield whose pages are in the cache, though neither the command nor a setting names that index."""
    question = case.question
    if question.url or question.given.no_index or question.index or question.extras:
        return
    places = dict.fromkeys(index_of(page) or "another index" for page in case.others)
    if places:
        yield (
            f"Pages of {question.name} from {named(places)} are in this cache, from a command that named that index. "
            "They do not count here, as neither this command nor a setting names it: ask with -i and its address."
        )


def _on_the_command(case: Case) -> Iterator[str]:
    given = case.question.given
    if given.verb in VERBS:
        yield VERBS[given.verb]
    if given.redirected:
        sign = given.redirected
        yield f"Unquoted, the shell takes {sign} for a file, and pip is asked without it: put quotes around it."
    if given.others:
        one = "ask for it" if len(given.others) == 1 else "ask for each"
        yield f"This is about {case.question.said} alone; {one} on its own: {_all(given.others)}."
    if given.find_links and case.question.url is None:
        yield (
            f"--find-links names {named(given.find_links)}: this cache does not tell what lies there, and pip may "
            "take a file from there."
        )
    if given.cache is not None and os.path.realpath(os.path.expanduser(given.cache)) != case.root:  # noqa: PTH111
        asking = ["cachetui", "--cache-dir", given.cache]
        yield f"The cache that --cache-dir names was not looked into: ask with `{quoted(asking)}`."
    pip = case.asker.pip
    if given.values("--refresh-package") and pip is not None and pip.release[:2] < REFRESHES:
        yield f"{pip_of(case.asker)} does not know --refresh-package, and stops."
    if given.about_installed:
        words = "lets" if len(given.about_installed) == 1 else "let"
        yield f"What is installed already is not looked at here; {_all(given.about_installed)} {words} pip replace it."
    if given.unheeded:
        was = "was" if len(given.unheeded) == 1 else "were"
        yield f"{_all(given.unheeded)} {was} not taken into account."


def _all(words: Sequence[str]) -> str:
    """Join all of some words: what is left out must not go unsaid."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
