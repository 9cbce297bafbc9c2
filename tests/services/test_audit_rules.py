from __future__ import annotations

import pytest

from cachetui.insight.audit.audit import LABELS, AuditRule
from cachetui.insight.labelling import facts_of
from cachetui.model import Inventory
from cachetui.preferences.model import Policy
from cachetui.prune_rules import Rules
from cachetui.removal.freed_bytes import Outlook
from cachetui.services.audit_rules import STANDARD, by_age, by_policy, by_word, newest, rules_of
from tests.services.conftest import NOW, names


def policy(*choosers: str) -> Policy:
    return Policy(Rules(frozenset(choosers)), dict.fromkeys(choosers, True))  # type: ignore[arg-type]


def test_the_policy_comes_before_the_rules_of_everybody() -> None:
    assert rules_of(None) == rules_of(policy()) == STANDARD
    first, *others = rules_of(policy("superseded"))
    assert (first.options, tuple(others)) == ("--superseded", STANDARD)


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        (by_word("superseded"), ["torch 2.2.0"]),
        (by_word("leftovers"), []),
        (by_word("unusable"), []),
        (by_age("old", "50d"), ["old 1.0", "six 1.16.0", "six", "torch 2.2.0"]),
        (by_age("older", "1y"), []),
        (newest(1, "newest"), ["torch 2.2.0"]),
        (newest(2, "two"), []),
        (by_policy(policy("superseded")), ["torch 2.2.0"]),
    ],
)
def test_a_rule_chooses_of_all_entries(rule: AuditRule, chosen: list[str], inventory: Inventory) -> None:
    facts = facts_of(inventory.entries, LABELS, now_ns=NOW)
    assert names(rule.choose(inventory.entries, facts)) == chosen


def test_a_policy_frees_so_much_of_what_does_not_stay(inventory: Inventory) -> None:
    facts = facts_of(inventory.entries, LABELS, now_ns=NOW)
    superseded = {entry.path: "stays" for entry in inventory.entries if entry.path in facts.superseded}

    def chosen(rules: Rules, outlook: Outlook | None) -> list[str]:
        rule = by_policy(Policy(rules, {}), outlook)
        assert "unusable" not in rule.words  # it decides only what goes first
        return names(rule.choose(inventory.entries, facts))

    assert chosen(Rules(free=1), None) == ["torch 2.2.0"]
    assert chosen(Rules(free=1), Outlook(stays=superseded)) == ["six 1.16.0"]
    assert chosen(Rules(min_free=10), Outlook(available=9)) == ["torch 2.2.0"]
    assert chosen(Rules(min_free=10), Outlook(available=10)) == []


def test_no_rule_chooses_what_is_protected(inventory: Inventory) -> None:
    facts = facts_of(inventory.entries, LABELS, now_ns=NOW, protect=lambda entry, _: entry.project == "torch")
    assert names(newest(1, "newest").choose(inventory.entries, facts)) == []
    assert names(by_age("old", "50d").choose(inventory.entries, facts)) == ["old 1.0", "six 1.16.0", "six"]
