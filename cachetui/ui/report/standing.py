"""The rules of which an audit tells what each would free; no Textual here."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cachetui.facts import Facts
from cachetui.insight.audit.whole import Rule
from cachetui.model import Entry
from cachetui.rules import Chooser, Rules, choose
from cachetui.terms.values import parse_age

NAMES: dict[Chooser, str] = {
    "superseded": "superseded versions",
    "unusable": "fit no Python here",
    "legacy": "for old pips only",
    "leftovers": "leftovers",
    "dead-weight": "dead weight",
}
"""What the choosers choose, in words."""


def by_word(chooser: Chooser) -> Rule:
    """Make a rule that goes by a word; what is not that is not even looked at."""
    rules = Rules(frozenset({chooser}))

    def chosen(entries: Collection[Entry], facts: Facts) -> Iterable[Entry]:
        paths: Collection[str] = {
            "superseded": facts.superseded,
            "unusable": facts.usable,
            "legacy": facts.legacy,
            "dead-weight": facts.dead_weight,
        }.get(chooser, ())
        if chooser == "leftovers":
            return choose([entry for entry in entries if entry[0] == "leftover"], rules, facts).entries
        return choose([entry for entry in entries if entry[2] in paths], rules, facts).entries if paths else ()

    return Rule(NAMES[chooser], f"--{chooser}", chosen, "leftover" if chooser == "leftovers" else chooser)


def by_age(name: str, age: str) -> Rule:
    """Make a rule that takes what is older."""
    rules = Rules(older_than=parse_age(age))

    def chosen(entries: Collection[Entry], facts: Facts) -> Iterable[Entry]:
        edge = facts.now_ns - parse_age(age)
        return choose([entry for entry in entries if entry[3] < edge], rules, facts).entries

    return Rule(name, f"--older-than {age}", chosen)


def newest(number: int, name: str) -> Rule:
    """Make a rule that takes all but the newest versions of each project."""
    rules = Rules(keep_latest=number)

    def chosen(entries: Collection[Entry], facts: Facts) -> Iterable[Entry]:
        versioned = [entry for entry in entries if entry[7] is not None and entry[6] is not None]  # all that counts
        return choose(versioned, rules, facts).entries

    return Rule(name, f"--keep-latest {number}", chosen)


STANDARD = (
    *map(by_word, NAMES),
    by_age("older than 90 days", "90d"),
    by_age("older than a year", "1y"),
    newest(1, "all but the newest version"),
)
"""The rules that everybody may want to know of."""
