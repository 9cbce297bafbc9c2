"""Build an explanation: pip's answer, the evidence, the verdict, steps, files, reasons and remedies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urldefrag

from cachetui.insight.remove_terms import version_of
from cachetui.insight.why.environment import TargetEnvironment
from cachetui.insight.why.evidence import Evidence, gather, place_of
from cachetui.insight.why.explanation import CachedFile, Explanation, Remedy
from cachetui.insight.why.phrases import named, old, pip_of, python_of
from cachetui.insight.why.question import Question
from cachetui.insight.why.reasons import findings
from cachetui.insight.why.replay import Replay, Run, Scenario, replay
from cachetui.insight.why.steps import steps
from cachetui.insight.why.verdict import more, prediction, verdict
from cachetui.model import INSTALLABLE, NS, Entry, Inventory
from cachetui.system.tree import never


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
        tuple([_held(case, entry) for entry in case.own if entry.kind in INSTALLABLE]),
        tuple([reason for reason, _ in found]),
        _that_help(case, tuple(remedies.values()), stop) if not told.trouble else (),
        prediction(case),
        case.run.chosen if case.run.resolved and not case.fails_at else (),
        tuple([words for level, words in case.run.words if level in ("ERROR", "CRITICAL")]),
        question.shown,
    )


def _scenario(
    question: Question, asker: TargetEnvironment, root: str, arguments: Sequence[str] = (), hidden: Sequence[str] = ()
) -> Scenario:
    words = tuple(arguments) or question.arguments
    return Scenario((words[0], *asker.arguments, *words[1:]), question.lines, root, tuple(hidden))


def _that_help(case: Evidence, remedies: Sequence[Remedy], stop: Callable[[], bool]) -> tuple[Remedy, ...]:
    """Return the remedies that change the outcome; asks pip again with each remedy applied."""
    if not remedies or case.asker.python is None:
        return ()
    entries = case.inventory.by_path
    scenarios = []
    for remedy in remedies:
        files = [file.path for path in remedy.entries if path in entries for file in entries[path].files]
        hidden = files if remedy.arguments is None else ()
        scenarios.append(_scenario(case.question, case.asker, case.inventory.root, remedy.arguments or (), hidden))
    told = replay(case.asker.python, scenarios, case.asker.environ, stop=stop)
    if told.trouble:
        return ()
    before, runs = outcome(case.run), zip(remedies, told.runs, strict=True)
    return tuple([one for one, run in runs if outcome(run) != before and _helps(case.run, run)])


def outcome(run: Run) -> tuple[object, ...]:
    """Return the outcome of a run: what is installed from where, which pages pip asks for, and the error."""
    asks = tuple(sorted({(one.url, one.how) for one in run.requests if one.is_page and one.how != "cache"}))
    taken = tuple(sorted((one.name, one.version, one.way, one.url) for one in run.chosen))
    return run.resolved, taken, asks if not taken else tuple(how for _, how in asks), run.error and run.error.type


def _helps(before: Run, run: Run) -> bool:
    """Return whether a run ends with a decision, or at least no worse than the run before."""
    return run.resolved or (not before.resolved and (run.error is not None or run.halt is not None))


def _held(case: Evidence, entry: Entry) -> CachedFile:
    """Describe a file of the project in the cache."""
    trouble, version = case.trouble(entry), version_of(entry)
    admitted = case.admits(version)
    if case.root and case.root.url:
        address = urldefrag(case.root.url)[0]
        admitted = case.entry_at(address) == entry or bool(entry.url and urldefrag(entry.url)[0] == address)
    what = "built here" if entry.kind == "built" else entry.kind
    words = [f"{what}, {old(case.now - entry.downloaded / NS)}"]
    if entry.kind != "built" and entry.url and (host := place_of(entry.url, host_only=True)):
        words.append(f"from {host}")
    if any(one.yanked and one.filename == entry.filename for one in case.run.listed.get(case.name, ())):
        words.append("yanked")
    if not admitted:
        left_out = f"not for {case.specifier}" if str(case.specifier) else "not what was asked for"
        words.append(left_out if version or case.root else "its version is not known")
        if trouble:
            words.append(trouble)
    elif trouble:
        words.append(trouble)
    elif not case.reads(entry):
        words.append(f"not read by {pip_of(case)}")
    elif (answer := case.answers.get(entry.path)) and not answer.is_whole and entry != case.stopped_at:
        words.append("cut short" if answer.stored < (answer.length or 0) else "longer than its headers say")
    elif entry == case.stopped_at or (case.fails_at and case.fails_at[1] == entry):
        words.append("pip stops at it")
    elif entry.path in case.broken:
        words.append(f"damaged: {case.broken[entry.path]}")
    elif case.chosen and case.entry_of(case.chosen) == entry:
        words.append("this is what pip takes")
    elif entry.kind == "built" and case.run.resolved:
        words.append(_why_not_taken(case, entry))
    name = entry.filename or named([entry.project or "?", entry.version or ""], "").strip()
    fits = not trouble and case.reads(entry) and case.is_sound(entry)
    return CachedFile("other" if not admitted else "yes" if fits else "no", name, ", ".join(words), entry.path)


def _why_not_taken(case: Evidence, entry: Entry) -> str:
    """Return why pip does not take a wheel built here; pip looks for such a wheel by URL, hash and Python."""
    taken = urldefrag(case.chosen.url)[0] if case.chosen else ""
    if entry.url and taken == urldefrag(entry.url)[0]:
        return "kept for another Python, or for another hash of the same address"
    return f"kept for {(entry.url and place_of(entry.url)) or 'another address'}, which pip does not take here"
