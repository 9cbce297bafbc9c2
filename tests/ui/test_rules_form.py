from __future__ import annotations

import shlex
from dataclasses import replace

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cachetui.cli.commands.prune import command
from cachetui.errors import TermError, UsageError
from cachetui.insight.labelling import facts_of
from cachetui.labels import LABELS, Facts, Label
from cachetui.model import AGE_FIELDS, AgeField
from cachetui.preferences.model import Policy
from cachetui.preferences.validate import validate
from cachetui.prune_rules import CHOOSERS, Chooser, Rules, choose
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.in_use import running_words
from cachetui.removal.recheck import CHANGED
from cachetui.terms import parse_terms
from cachetui.ui.rules.form import EXAMPLES, RULES, WIDE, Figures, Form, Name, RuleCounter, RuleCounts
from tests.ui.cache import DAY, MB, NOW, everyday

SIZES = st.sampled_from(["100MB", "1.5 GiB", "0", ".5k", "100", "2XB", "-1MB", "big"])
TEXTS: dict[Name, st.SearchStrategy[str]] = {
    "older-than": st.sampled_from(["90d", "1y", " 2 weeks", "0d", "3m", "90", "-1d", "soon", "9e9d"]),
    "larger-than": SIZES,
    "terms": st.sampled_from(
        ["torch", "torch>=2,<2.3 kind:wheel", "not:is:legacy 'a'~=2.0", "from:'a  b'", "kind:built", "kind:whel", "a b"]
    ),
    "keep-latest": st.sampled_from(["2", "0", " 3 ", "-1", "two", "1.5", "1_0"]),
    "max-size": SIZES,
    "min-free": SIZES,
    "free": SIZES,
    "not-needed-by": st.sampled_from(["uv.lock", " 'my project/uv.lock'  ~/requirements.txt"]),
}
VALUES = st.fixed_dictionaries({}, optional=dict(TEXTS))
CHOSEN = st.frozensets(st.sampled_from(CHOOSERS))
BY = st.sampled_from(AGE_FIELDS)


def pruned(choosers: frozenset[Chooser], texts: dict[Name, str], by: str, built: bool) -> Rules | None:
    """Return the rules that `cachetui prune` takes from a command line; None where it refuses that."""
    arguments = [*[f"--{chooser}" for chooser in choosers], f"--by={by}", *(["--built"] if built else [])]
    arguments += [f"--{name}={text}" for name, text in texts.items() if name not in WIDE]
    arguments += [f"--not-needed-by={name}" for name in shlex.split(texts.get("not-needed-by", ""))]
    try:
        rule = command.make_context("prune", [*arguments, "--", *([texts["terms"]] if "terms" in texts else [])]).params
        terms = parse_terms(rule["terms"]) if rule["terms"] else None
    except (click.UsageError, TermError):
        return None
    found = frozenset([chooser for chooser in CHOOSERS if rule[chooser.replace("-", "_")]])
    limits = {
        name: rule[name]
        for name in ("older_than", "by", "larger_than", "keep_latest", "max_size", "min_free", "free", "built")
    }
    limits["not_needed_by"] = rule["not_needed_by"]
    return Rules(found, terms=terms, **limits)


def filled(choosers: frozenset[Chooser], texts: dict[Name, str], by: AgeField, built: bool) -> Form:
    form = Form(by=by)
    for name in (*choosers, *(["built"] if built else [])):
        form = form.toggled(name)  # type: ignore[arg-type] # all are names
    for name, text in texts.items():
        form = form.typed(name, text)
    return form


@given(CHOSEN, VALUES, BY, st.booleans())
def test_what_is_ticked_and_typed_means_what_it_means_on_the_command_line(
    choosers: frozenset[Chooser], texts: dict[Name, str], by: AgeField, built: bool
) -> None:
    form = filled(choosers, texts, by, built)
    assert form.rules == pruned(choosers, texts, by, built)
    assert (form.rules is None) == bool(form.wrong)


TERMS = st.lists(st.sampled_from(["torch", "'numpy'>=2", "not:kind:index age>1d", "torch>=2,<2.3", "nvidia-*"]))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            **{chooser: st.booleans() for chooser in (*CHOOSERS, "built")},
            "older-than": st.sampled_from(["90d", "1 week"]),
            "by": BY,
            "larger-than": st.sampled_from(["1MB", "2 GiB"]),
            "keep-latest": st.integers(0, 9),
            "max-size": st.just("5GB"),
            "min-free": st.just("20GB"),
            "free": st.just("1 GiB"),
            "not-needed-by": st.just(["~/my project/uv.lock", "~/requirements.txt"]),
            "terms": TERMS.filter(bool) | st.sampled_from(["kind:wheel six", "from:'a  b'"]),
        },
    )
)
@example({"terms": ["torch", "nvidia-*"]})
@example({"not-needed-by": ["~/uv.lock"], "ci": True})
def test_a_policy_means_the_same_in_the_dialog(said: dict[str, object]) -> None:
    lines = [
        f"{key} = {str(value).lower() if isinstance(value, bool) else quoted(value)}" for key, value in said.items()
    ]
    preferences = validate("\n".join(["[prune]", *lines]).encode())
    policy = preferences.policy
    assert (policy is None) == bool(preferences.problems)
    if policy is not None:
        assert Form.of(policy).rules == policy.rules


def quoted(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(quoted, value))}]"
    return str(value) if isinstance(value, int) else f'"{value}"'


def test_without_a_policy_nothing_is_ticked() -> None:
    assert Form.of(None) == Form()
    assert Form().rules == Rules()
    assert Form.of(Policy(Rules(), {"superseded": False, "built": False})).ticked == frozenset()


def test_typing_ticks_and_an_empty_box_takes_the_rule_out() -> None:
    form = Form().typed("older-than", "9")
    assert form.ticked == {"older-than"}
    assert form.rules is None
    assert form.wrong["older-than"].sentence == "9 needs a unit, such as 9d"
    assert form.typed("older-than", "9d").rules == Rules(older_than=9 * DAY)
    assert form.typed("older-than", " ").rules == Rules()


def test_a_tick_keeps_what_is_typed_or_else_takes_the_example() -> None:
    form = Form().typed("max-size", "big").toggled("max-size")
    assert (form.rules, form.wrong, form.alone("max-size")) == (Rules(), {}, None)
    assert form.toggled("max-size").wrong.keys() == {"max-size"}
    assert Form().toggled("keep-latest").rules == Rules(keep_latest=2)
    assert Form().toggled("terms") == Form()


@pytest.mark.parametrize(
    ("name", "text", "step", "expected"),
    [
        ("keep-latest", "2", 1, "3"),
        ("keep-latest", "2", -1, "1"),
        ("keep-latest", "1", -1, "1"),
        ("max-size", "5GB", 1, "10GB"),
        ("max-size", "5GB", -1, "2GB"),
        ("max-size", "1GB", -1, "500MB"),
        ("max-size", "7 GB", 1, "10GB"),
        ("max-size", "7 GB", -1, "5GB"),
        ("larger-than", "900 TB", 1, "500GB"),
        ("older-than", "90d", 1, "180d"),
        ("older-than", "1y", -1, "180d"),
        ("older-than", "", 1, "180d"),
        ("max-size", "much", -1, "5GB"),
    ],
)
def test_values_can_be_chosen_without_typing(name: Name, text: str, step: int, expected: str) -> None:
    form = Form().typed(name, text).stepped(name, step)
    assert form.texts[name] == expected
    assert form.ticked == {name}


def test_wrong_terms_are_pointed_at() -> None:
    wrong = Form().typed("terms", "torch kind:whel").wrong["terms"]
    assert wrong == ('unknown kind whel (did you mean "wheel"?)', 11)


def test_a_rule_alone_goes_by_its_example_until_something_is_typed() -> None:
    form = Form().next_by()
    assert form.by == "checked"
    assert form.alone("older-than") == Rules(older_than=90 * DAY, by="checked")
    assert form.alone("max-size") == Rules(max_size=5_000 * MB, by="checked")
    assert form.alone("min-free") == Rules(min_free=20_000 * MB, by="checked")
    assert form.alone("free") == Rules(free=5_000 * MB, by="checked")
    assert form.toggled("built").alone("superseded") == Rules(frozenset({"superseded"}), built=True)
    assert form.typed("terms", "six").alone("terms") == Rules(terms=parse_terms(["six"]))
    assert (form.alone("terms"), form.alone("built")) == (None, None)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_makes_sense(name: Name) -> None:
    assert Form().typed(name, EXAMPLES[name]).rules


def counter(asked: list[frozenset[Label]] | None = None) -> RuleCounter:
    entries = everyday().entries

    def find_facts(words: frozenset[Label]) -> Facts:
        if asked is not None:
            asked.append(words)
        return facts_of(entries, words, now_ns=NOW)

    return RuleCounter(entries, find_facts, NOW)


def counted(form: Form, known: tuple[Rules, ...] = (), asked: list[frozenset[Label]] | None = None) -> list[RuleCounts]:
    return list(counter(asked).count(form, known, lambda: False))


def test_together_is_counted_first_and_each_alone_after_it() -> None:
    form = Form().toggled("superseded").typed("older-than", "150d")
    asked: list[frozenset[Label]] = []
    found = counted(form, asked=asked)
    facts = facts_of(everyday().entries, LABELS, now_ns=NOW)
    assert found[0].rules == form.rules
    assert {one.rules for one in found} == {form.rules, *filter(None, [form.alone(rule.name) for rule in RULES])}
    for one in found:
        choice = choose(everyday().entries, one.rules, facts)
        assert (one.entries, one.over) == (choice.entries, choice.over)
        assert one.figures == Figures(len(choice.entries), sum(entry.disk_usage for entry in choice.entries))
    assert asked[0] == {"superseded", "protected"}
    assert len([word for words in asked for word in words]) == len({word for words in asked for word in words})


def test_the_disk_is_looked_at_once_and_only_for_what_is_to_be_freed() -> None:
    asked, entries = [], everyday().entries
    torch = {entry.path: running_words() for entry in entries if entry.project == "torch"}
    torch[next(iter(torch))] = CHANGED

    def find_exact() -> Outlook:
        asked.append(1)
        return Outlook(stays=torch, available=19_000 * MB)

    rules = RuleCounter(entries, lambda words: facts_of(entries, words, now_ns=NOW), NOW, find_exact=find_exact)
    form = Form().toggled("superseded")
    found = rules.count(form, [one for name in ("free", "min-free") if (one := form.alone(name))], lambda: False)
    assert any(one.figures.entries for one in found)
    assert asked == []
    form = Form().toggled("min-free")
    first = next(rules.count(form, (), lambda: False))
    assert first.rules == Rules(min_free=20_000 * MB)
    assert first.entries
    assert not {entry.path for entry in first.entries} & set(torch)
    (second,) = [one for one in rules.count(form, (), lambda: False) if one.rules == Rules(free=5_000 * MB)]
    assert second.short == 5_000 * MB - second.figures.frees > 0
    assert second.figures.kept == len(torch)
    assert second.figures.why.split("; ") == [CHANGED, running_words()]
    assert asked == [1]


def test_what_is_known_is_not_counted_again_and_what_is_wrong_not_at_all() -> None:
    form = Form().typed("older-than", "soon")
    alone = [rules for rule in RULES if (rules := form.alone(rule.name))]
    assert [one.rules for one in counted(form, tuple(alone[1:]))] == alone[:1]
    assert [one.rules for one in counted(form.toggled("older-than"), tuple(alone))] == [Rules()]


def test_counting_stops_when_it_is_not_wanted_any_more() -> None:
    stopped = False
    found = counter().count(Form(), (), lambda: stopped)
    assert next(found).rules == Rules()
    stopped = True
    assert next(found, None) is None


def test_what_files_need_stays_and_without_the_files_nothing_goes() -> None:
    cache = everyday()
    needed = frozenset([one.path for one in cache.entries if one.project == "torch"])

    def find(rules: Rules) -> frozenset[str]:
        if rules.not_needed_by == ("gone.lock",):
            raise UsageError("gone.lock cannot be read: No such file or directory.")
        return needed

    def counted(form: Form) -> RuleCounts:
        counter = RuleCounter(
            cache.entries, lambda words: facts_of(cache.entries, words, now_ns=NOW), NOW, find_needed=find
        )
        return next(one for one in counter.count(form, (), lambda: False) if one.rules == form.rules)

    form = Form().typed("not-needed-by", "uv.lock")
    going = {one.path for one in counted(replace(form, ci=True)).entries}
    assert going == {one.path for one in cache.entries} - needed
    without = counted(Form().typed("not-needed-by", "gone.lock"))
    assert (without.entries, without.trouble) == ((), "gone.lock cannot be read: No such file or directory.")
    assert [*Form().typed("not-needed-by", "'uv.lock").wrong] == ["not-needed-by"]
    assert "-" in Form().typed("not-needed-by", "-").wrong["not-needed-by"].sentence
    assert Form().toggled("not-needed-by") == Form()
