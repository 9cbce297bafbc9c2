"""Several names in one choice: on the command line, in `protect` and in a policy."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cachetui.labels import Facts
from cachetui.model import Entry
from cachetui.preferences.validate import validate
from cachetui.prune_rules import choose
from cachetui.terms import parse_terms
from tests.terms.test_conditions import FACTS, NOW, Said, entries, negated

UNDECIDED = {"unusable", "used", "unused", "protected"}
"""Labels that `protect` refuses."""
ENTRIES = st.lists(entries(), max_size=12, unique_by=lambda entry: entry.path)
USED_TORCH = [
    Said("not:is:unused", lambda entry, facts: facts.used.get(entry.path)),
    Said("torch", lambda entry, _: entry.project == "torch", adds_up=True),
]
TORCHES = [Entry("wheel", (), path, NOW, project="torch", version="1.0") for path in ("http/0", "http/1")]


@settings(max_examples=100, deadline=None)
@given(st.lists(negated(), min_size=1, max_size=5), ENTRIES, FACTS)
def test_they_choose_what_each_of_them_chooses_with_the_conditions(
    said: list[Said], found: list[Entry], facts: Facts
) -> None:
    terms = [one.text for one in said]
    conditions = [one.text for one in said if not one.adds_up]
    alone = [parse_terms([one.text, *conditions]) for one in said if one.adds_up] or [parse_terms(conditions)]

    predicate = parse_terms(terms)

    expected = [entry for entry in found if any(one(entry, facts) for one in alone)]
    assert [entry for entry in found if predicate(entry, facts)] == expected
    unmatched = predicate.unmatched(expected)
    assert [parse_terms([words]) for words, _ in unmatched] == [
        one
        for one in dict.fromkeys(alone)
        if any(one.adds_up for one in said) and not any(one(entry, facts) for entry in found)
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(negated(), min_size=1, max_size=5), ENTRIES, FACTS)
@example(USED_TORCH, TORCHES, Facts(NOW, used={"http/0": True}))
def test_they_choose_the_same_in_protect_and_in_a_policy(said: list[Said], found: list[Entry], facts: Facts) -> None:
    terms = [one.text for one in said]
    predicate = parse_terms(terms)
    preferences = validate(f"protect = [{json.dumps(' '.join(terms))}]".encode())
    assert (preferences.refusal is not None) == bool(UNDECIDED & predicate.words)
    if preferences.refusal is None:
        assert [preferences.protection(entry, facts) for entry in found] == [predicate(entry, facts) for entry in found]

    policy = validate(f"[prune]\nbuilt = true\nterms = {json.dumps(terms)}".encode()).policy
    assert policy
    assert policy.rules.terms == predicate
    assert parse_terms(shlex.split(policy.options)[1:]) == predicate
    free = replace(facts, protected=frozenset())
    chosen = choose(found, policy.rules, free).entries
    assert [*chosen] == [entry for entry in found if predicate(entry, free)]
