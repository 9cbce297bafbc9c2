"""Build an explanation: pip's answer, the evidence, the verdict, steps, files, reasons and remedies.

The replay shows what pip does. A reason adds what pip does not say: where a file came from and when, why a cached
file cannot be the cause, or which file or page is the obstacle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cachetui.insight.why.cached_files import describe
from cachetui.insight.why.environment import TargetEnvironment
from cachetui.insight.why.evidence import Evidence, gather
from cachetui.insight.why.explanation import Explanation, ReasonWithRemedies, Remedy
from cachetui.insight.why.question import Question
from cachetui.insight.why.reasons.in_cache import (
    built_here,
    by_address,
    damaged,
    installed,
    out_of_sight,
    pips_words,
    stopped_at_a_file,
)
from cachetui.insight.why.reasons.on_index import (
    local_versions,
    not_listed,
    not_offered,
    passed_over,
    several_indexes,
    unchecked_pages,
    without_index,
)
from cachetui.insight.why.replay import Replay, Run, Scenario, replay
from cachetui.insight.why.sentence_parts import pip_of, python_of
from cachetui.insight.why.steps import steps
from cachetui.insight.why.verdict import copy_of, more, prediction, verdict
from cachetui.model import INSTALLABLE, Inventory
from cachetui.system.tree import never

LOOKS: tuple[Callable[[Evidence], Iterator[ReasonWithRemedies]], ...] = (
    installed,
    damaged,
    stopped_at_a_file,
    by_address,
    not_offered,
    without_index,
    local_versions,
    passed_over,
    several_indexes,
    built_here,
    not_listed,
    out_of_sight,
    unchecked_pages,
    pips_words,
)
"""Checks for reasons, the most important first."""
FACTS = (damaged, out_of_sight)
"""Checks that do not need pip's answer."""


def explain(
    question: Question, inventory: Inventory, asker: TargetEnvironment, *, now: float, stop: Callable[[], bool] = never
) -> Explanation:
    """Answer a question. Runs the Python that is asked. Raises RootError.

    `now` is in seconds since the epoch.
    """
    root = inventory.root
    if asker.python is None:
        told = Replay(trouble="There is no Python here whose pip could be asked: choose one with --python.")
    else:
        told = replay(asker.python, [_scenario(question, asker, root)], asker.environ, stop=stop)
    case = gather(question, inventory, asker, told, now=now, stop=stop)
    found = list(findings(case))
    remedies: dict[str, Remedy] = {}
    for _, cures in found:
        for cure in cures:
            remedies.setdefault(cure.command, cure)
    tone, sentence = verdict(case)
    return Explanation(
        question.subject,
        ", ".join([asker.command, python_of(case), *([pip_of(case)] if told.pip else [])]),
        tone,
        sentence,
        tuple(more(case)),
        tuple(steps(case)),
        tuple([describe(case, entry) for entry in case.own if entry.kind in INSTALLABLE]),
        tuple([reason for reason, _ in found]),
        _that_help(case, tuple(remedies.values()), stop) if not told.trouble else (),
        prediction(case),
        case.run.chosen if case.run.resolved and not case.fails_at else (),
        tuple([words for level, words in case.run.words if level in ("ERROR", "CRITICAL")]),
        question.shown,
        copy_of(case),
    )


def _scenario(
    question: Question, asker: TargetEnvironment, root: str, arguments: Sequence[str] = (), hidden: Sequence[str] = ()
) -> Scenario:
    words = tuple(arguments) or question.arguments
    return Scenario((words[0], *asker.arguments, *words[1:]), question.lines, root, tuple(hidden))


def _that_help(case: Evidence, remedies: Sequence[Remedy], stop: Callable[[], bool]) -> tuple[Remedy, ...]:
    """Return the remedies that need no test, and those that change the outcome and help (see `_helps`).

    Asks pip again once for each remedy that is tested.
    """
    untested = tuple([one for one in remedies if not one.is_tested])
    remedies = [one for one in remedies if one.is_tested]
    if not remedies or case.asker.python is None:
        return untested
    entries = case.inventory.by_path
    scenarios = []
    for remedy in remedies:
        files = [file.path for path in remedy.entries if path in entries for file in entries[path].files]
        hidden = files if remedy.arguments is None else ()
        scenarios.append(_scenario(case.question, case.asker, case.inventory.root, remedy.arguments or (), hidden))
    told = replay(case.asker.python, scenarios, case.asker.environ, stop=stop)
    if told.trouble:
        return untested
    before, runs = outcome(case.run), zip(remedies, told.runs, strict=True)
    return (*untested, *[one for one, run in runs if outcome(run) != before and _helps(case.run, run)])


def outcome(run: Run) -> tuple[object, ...]:
    """Return the outcome of a run: whether pip decided, which files it takes and from where, and the type of its error.

    The outcome also contains pip's requests for pages that the cache alone does not answer, but the URLs of these pages
    only if pip takes nothing. Two runs with the same outcome are equal for the user.
    """
    asks = tuple(sorted({(one.url, one.how) for one in run.requests if one.is_page and one.how != "cache"}))
    taken = tuple(sorted((one.name, one.version, one.way, one.url) for one in run.chosen))
    return run.resolved, taken, asks if not taken else tuple(how for _, how in asks), run.error and run.error.type


def _helps(before: Run, run: Run) -> bool:
    """Return whether a remedy helps: with it, pip reaches a decision in `run`.

    If pip reached none in `before`, it is enough that `run` ended with an error of pip or a halt of the replay.
    """
    return run.resolved or (not before.resolved and (run.error is not None or run.halt is not None))


def findings(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield the findings about a question, the most important first; none if no requirement applies to this Python."""
    if case.run.roots and not any(one.matches for one in case.run.roots):
        return
    for look in LOOKS if not case.replay.trouble else FACTS:
        yield from look(case)
