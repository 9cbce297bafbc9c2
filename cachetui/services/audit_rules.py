"""Rules that an audit tries, to show how much space each would free.

The standard rules examine all entries at once. `choose`, which the user's policy needs, works for any rules
but is slower, because it examines each entry by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cachetui.conduct import PIP, Conduct
from cachetui.insight.audit.audit import AuditRule
from cachetui.insight.audit.figures import POLICY
from cachetui.labels import Facts
from cachetui.model import Entry, version_order
from cachetui.preferences.model import Policy
from cachetui.prune_rules import OF_PIPS, Chooser, Rules, choose
from cachetui.removal.freed_bytes import Outlook
from cachetui.terms.quantities import parse_age

NAMES: dict[Chooser, str] = {
    "superseded": "superseded versions",
    "unusable": "fit no Python here",
    "legacy": "for old pips only",
    "leftovers": "leftovers",
    "dead-weight": "dead weight",
    "unused": "in no environment",
}
"""Names of the rules that choose entries by a label, as a report shows them."""


def free(entries: Iterable[Entry], facts: Facts) -> list[Entry]:
    """Return the entries that standard rules may choose: all that are neither built here nor protected."""
    return [entry for entry in entries if entry[0] != "built" and entry[2] not in facts.protected]


def by_word(chooser: Chooser) -> AuditRule:
    """Return a rule that chooses the entries with the label that `chooser` stands for."""

    def chosen(entries: Collection[Entry], facts: Facts) -> Iterable[Entry]:
        if chooser == "leftovers":
            return free([entry for entry in entries if entry[0] == "leftover"], facts)
        paths = {
            "superseded": facts.superseded,
            "unusable": {path for path, usable in facts.usable.items() if not usable},
            "legacy": facts.legacy,
            "dead-weight": facts.dead_weight,
            "unused": {path for path, used in facts.used.items() if not used},
        }[chooser]
        return free([entry for entry in entries if entry[2] in paths], facts) if paths else ()

    return AuditRule(NAMES[chooser], f"--{chooser}", chosen, Rules(frozenset({chooser})).words)


def by_age(name: str, age: str) -> AuditRule:
    """Return a rule that chooses entries older than `age`, such as "90d"; `name` is its name in a report."""

    def chosen(entries: Collection[Entry], facts: Facts) -> Iterable[Entry]:
        edge = facts.now_ns - parse_age(age)
        return free([entry for entry in entries if entry[3] < edge], facts)

    return AuditRule(name, f"--older-than {age}", chosen)


def newest(number: int, name: str) -> AuditRule:
    """Return a rule that chooses all versions of each project except the `number` newest ones."""

    def chosen(entries: Collection[Entry], facts: Facts) -> Iterable[Entry]:
        versioned = [entry for entry in entries if entry[7] is not None and entry[6] is not None]
        versions: dict[str | None, set[str | None]] = {}
        for entry in versioned:
            versions.setdefault(entry[6], set()).add(entry[7])
        for written in versions.values():
            orders = sorted(map(version_order, written))
            last = [order for index, order in enumerate(orders) if not index or order != orders[index - 1]][:number]
            written.intersection_update([one for one in written if version_order(one) in last])
        return free([entry for entry in versioned if entry[7] not in versions[entry[6]]], facts)

    return AuditRule(name, f"--keep-latest {number}", chosen)


def by_policy(policy: Policy, outlook: Outlook | None = None) -> AuditRule:
    """Return a rule that chooses what `prune` chooses by the user's policy; `outlook` is as in `choose`."""

    def chosen(entries: Collection[Entry], facts: Facts) -> Iterable[Entry]:
        return choose(entries, policy.rules, facts, outlook).entries

    return AuditRule(POLICY, policy.options, chosen, policy.rules.deciding)


def rules_of(policy: Policy | None, outlook: Outlook | None = None, conduct: Conduct = PIP) -> tuple[AuditRule, ...]:
    """Return the rules that an audit tries: the user's policy, if there is one, then the standard rules.

    `conduct` is how the program that fills the cache uses it: if no pip reads the cache, rules about pips are left out.
    """
    hidden = () if conduct.runs_pip else [f"--{chooser}" for chooser in OF_PIPS]
    standard = tuple([rule for rule in STANDARD if rule.options not in hidden])
    return (by_policy(policy, outlook), *standard) if policy is not None and policy.rules else standard


STANDARD = (
    *map(by_word, NAMES),
    by_age("older than 90 days", "90d"),
    by_age("older than a year", "1y"),
    newest(1, "all but the newest version"),
)
"""Standard rules of an audit."""
