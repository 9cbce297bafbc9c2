"""Rules and values of the rules dialog, and a counter of the entries that they choose (does not import Textual)."""

from __future__ import annotations

import shlex
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Literal, NamedTuple

from cachetui.browsing.model import FACTS
from cachetui.errors import CachetuiError, TermError
from cachetui.labels import Facts, Label
from cachetui.model import AGE_FIELDS, AgeField, Entry
from cachetui.preferences.model import Policy
from cachetui.prune_rules import CHOOSERS, Chooser, Rules, Selection, choose
from cachetui.removal.freed_bytes import Outlook
from cachetui.terms import Predicate, parse_terms
from cachetui.terms.quantities import parse_age, parse_count, parse_size

ValueRule = Literal[
    "older-than", "larger-than", "terms", "not-needed-by", "keep-latest", "max-size", "min-free", "free"
]
"""Rules with a value. They have the same names as options of `prune`, except `terms`, which are its arguments."""
Name = Literal[Chooser, ValueRule, "built"]
"""Rules that can be ticked."""


class DialogRule(NamedTuple):
    """A rule as the dialog shows it."""

    name: Name
    """Name of the rule, as in the options of `prune`; `terms` are its arguments."""
    label: str
    """Label of the rule."""
    does: tuple[str, ...] = ()
    """Explanations of the rule, the longest first; the first that fits is shown.

    `{tool}` in them stands for the name of the program that fills the cache.
    """
    example: str = ""
    """An example of a value; empty if the rule takes no value."""


CHOOSING = (
    DialogRule(
        "superseded",
        "superseded",
        (
            "a newer version for the same Python and platform is here",
            "newer, same Python and platform",
            "a newer one is here",
        ),
    ),
    DialogRule("unusable", "unusable", ("fits no Python here",)),
    DialogRule("legacy", "legacy", ("only pip before 23.3 reads it", "for pip before 23.3")),
    DialogRule("leftovers", "leftovers", ("left behind",)),
    DialogRule("dead-weight", "dead weight", ("{tool} never asks for it again", "never asked for")),
    DialogRule("unused", "unused", ("no environment here has it installed", "in no environment")),
)
NARROWING = (
    DialogRule("older-than", "older than", example="90d"),
    DialogRule("larger-than", "larger than", ("on disk",), example="100MB"),
    DialogRule("terms", "terms", example="torch<2.3 kind:wheel"),
    DialogRule("not-needed-by", "unneeded by", example="uv.lock requirements.txt"),
)
LIMITING = (
    DialogRule(
        "keep-latest",
        "keep newest",
        ("versions of each project; alone, chooses all others", "versions of each project", "versions"),
        example="2",
    ),
    DialogRule("max-size", "max size", ("shrink to this, oldest first", "in all"), example="5GB"),
    DialogRule(
        "min-free",
        "min free",
        ("on the disk: frees what is missing", "on the disk", "on disk"),
        example="20GB",
    ),
    DialogRule(
        "free",
        "free",
        ("cheapest to lose first, then the oldest", "cheapest first, then oldest", "cheapest"),
        example="5GB",
    ),
    DialogRule("built", "built here", ("also wheels that {tool} built here", "also built wheels")),
)
RULES = (*CHOOSING, *NARROWING, *LIMITING)
"""All rules, in the order in which they are shown."""
EXAMPLES: Mapping[Name, str] = {rule.name: rule.example for rule in RULES if rule.example}
WIDE: tuple[Name, ...] = ("terms", "not-needed-by")
"""Rules whose values take the whole row; their examples are only shown, and never become values."""
SIZE_STEPS = tuple(f"{number}{unit}" for unit in ("MB", "GB") for number in (1, 2, 5, 10, 20, 50, 100, 200, 500))
AGE_STEPS = ("1d", "7d", "14d", "30d", "60d", "90d", "180d", "1y", "2y", "3y", "5y")
STEPS: Mapping[Name, tuple[str, ...]] = {
    "older-than": AGE_STEPS,
    "larger-than": SIZE_STEPS,
    "keep-latest": tuple(map(str, range(1, 100))),
    "max-size": SIZE_STEPS,
    "min-free": SIZE_STEPS,
    "free": SIZE_STEPS,
}
"""Values that can be chosen without typing, the smallest first, for each rule that has them."""
AGED: tuple[Name, ...] = ("older-than", "max-size", "min-free", "free")
"""Rules that depend on the age of entries."""


class ValueProblem(NamedTuple):
    """Error in the value of a rule."""

    sentence: str
    """The error in words, without a full stop; it may quote typed text."""
    position: int = 0
    """The index, in the value, of the first character that does not parse."""


@dataclass(frozen=True, slots=True)
class Form:
    """Ticks and values of the rules."""

    ticked: frozenset[Name] = frozenset()
    """The ticked rules; those that take a value have one."""
    texts: Mapping[Name, str] = field(default_factory=dict)
    """The values as text, including those of rules that are not ticked."""
    by: AgeField = "downloaded"
    """Kind of age: the time from which an entry's age is counted."""
    ci: bool = False
    """Whether the policy sets `Rules.ci`; the dialog has no row for it."""

    @classmethod
    def of(cls, policy: Policy | None) -> Form:
        """Return the form of a policy; without one, nothing is ticked."""
        if policy is None:
            return cls()
        ticked: set[Name] = set()
        texts: dict[Name, str] = {}
        for name in [rule.name for rule in RULES]:
            value = policy.values.get(name)
            if name in EXAMPLES and value is not None:
                texts[name] = " ".join(value) if name == "terms" else _joined(value)
            if value is not None and value is not False:
                ticked.add(name)
        return cls(frozenset(ticked), texts, policy.rules.by, policy.rules.ci)

    def typed(self, name: Name, text: str) -> Form:
        """Return a form with another value of a rule; this ticks the rule, or unticks it if the text is blank."""
        ticked = self.ticked | {name} if text.strip() else self.ticked - {name}
        return replace(self, texts={**self.texts, name: text}, ticked=ticked)

    def stepped(self, name: Name, step: int) -> Form:
        """Return a form with the next value of a rule in `STEPS`: a larger one, or a smaller one if `step` is negative.

        Without a value, the step is from the example; a value that does not parse is replaced by the example.
        """
        steps = STEPS[name]
        try:
            value = _parsed(name, self.texts.get(name, "").strip() or EXAMPLES[name])
        except ValueError:
            return self.typed(name, EXAMPLES[name])
        values = [_parsed(name, text) for text in steps]
        place = bisect_right(values, value) if step > 0 else bisect_left(values, value) - 1  # type: ignore[type-var]
        return self.typed(name, steps[max(0, min(place, len(steps) - 1))])

    def toggled(self, name: Name) -> Form:
        """Return a form with a rule ticked, or unticked if it was ticked.

        If the rule needs a value and has none, it gets the example as its value; a rule in `WIDE` stays unticked.
        """
        if name in self.ticked:
            return replace(self, ticked=self.ticked - {name})
        if name not in EXAMPLES or self.texts.get(name, "").strip():
            return replace(self, ticked=self.ticked | {name})
        return self if name in WIDE else self.typed(name, EXAMPLES[name])  # few users want just this value

    def next_by(self) -> Form:
        """Return a form with the next kind of age."""
        return replace(self, by=AGE_FIELDS[(AGE_FIELDS.index(self.by) + 1) % len(AGE_FIELDS)])

    @property
    def wrong(self) -> Mapping[Name, ValueProblem]:
        """The error of each ticked rule whose value does not parse, by the rule's name, in the order of `RULES`."""
        found: dict[Name, ValueProblem] = {}
        for name in EXAMPLES:
            if name in self.ticked:
                try:
                    _parsed(name, self.texts[name])
                except TermError as error:
                    found[name] = ValueProblem(str(error), error.position)
                except ValueError as error:
                    found[name] = ValueProblem(str(error))
        return found

    @property
    def rules(self) -> Rules | None:
        """The ticked rules together; None while the value of one of them does not parse."""
        return None if self.wrong else self._rules(self.ticked, self.texts, self.by, self.ci)

    def alone(self, name: Name) -> Rules | None:
        """Return a rule by itself, ticked or not; if no value is typed, its value is the example.

        The kind of age, `ci`, and whether wheels built here may be chosen, are taken from the form. Returns None for
        `built`, for a rule in `WIDE` without a value, and if the value does not parse.
        """
        text = self.texts.get(name, "")
        if name == "built" or (name in WIDE and not text.strip()):
            return None
        by: AgeField = self.by if name in AGED else "downloaded"
        texts: dict[Name, str] = {name: text if text.strip() else EXAMPLES.get(name, "")}
        try:
            return self._rules({name} | (self.ticked & {"built"}), texts, by, self.ci)
        except (TermError, ValueError):
            return None

    @staticmethod
    def _rules(names: Collection[Name], texts: Mapping[Name, str], by: AgeField, ci: bool) -> Rules:
        values = {name: _parsed(name, texts[name]) for name in EXAMPLES if name in names}
        return Rules(
            frozenset([chooser for chooser in CHOOSERS if chooser in names]),
            by=by,
            built="built" in names,
            ci=ci and "not-needed-by" in names,
            **{name.replace("-", "_"): value for name, value in values.items()},  # type: ignore[arg-type] # by name
        )


def _joined(value: object) -> str:
    """Return the text of a value of a policy; names of files are quoted if they need it."""
    return shlex.join(value) if isinstance(value, list) else str(value)


def _names_in(text: str) -> tuple[str, ...]:
    """Return the file names in text; names with spaces must be in quotes.

    Raises ValueError if a quote is not closed, or if a name is `-`.
    """
    words = shlex.shlex(text, posix=True, punctuation_chars=False)
    words.whitespace_split, words.escape, words.commenters = True, "", ""
    names = tuple(words)
    if "-" in names:
        raise ValueError("- can be read on the command line only")
    return names


def _parsed(name: Name, text: str) -> int | Predicate | tuple[str, ...]:
    """Parse a value. Raises ValueError or TermError, whose message is the end of a sentence."""
    if name == "not-needed-by":
        return _names_in(text)
    if name == "terms":
        return parse_terms([text])
    if name == "keep-latest":
        return parse_count(text)
    return parse_age(text) if name == "older-than" else parse_size(text)


class Figures(NamedTuple):
    """Totals of the entries that rules choose and that a removal would not keep."""

    entries: int
    """Number of entries."""
    frees: int
    """Allocated bytes of files that removing the entries would free."""
    kept: int = 0
    """Number of further entries that the rules choose, and that would stay."""
    why: str = ""
    """Why these would stay (a clause)."""


class RuleCounts(NamedTuple):
    """Some rules, the entries that they choose, and their totals."""

    rules: Rules
    """The rules."""
    entries: tuple[Entry, ...]
    """The entries that the rules choose, except those that a removal would keep."""
    over: int
    """Bytes by which the entries that are not chosen exceed `max_size`."""
    figures: Figures
    """Totals of the entries."""
    short: int = 0
    """Bytes that `free` or `min_free` asks for beyond what the entries free."""
    trouble: str = ""
    """Sentence that says why the files of `not_needed_by` cannot be read; if it is not empty, nothing is chosen."""


class RuleCounter:
    """Counter of the entries that rules choose in a cache; it counts one set of rules at a time.

    Its methods may be called from any thread.
    """

    def __init__(
        self,
        entries: Collection[Entry],
        find_facts: Callable[[frozenset[Label]], Facts],
        now_ns: int,
        outlook: Outlook | None = None,
        find_exact: Callable[[], Outlook] | None = None,
        find_needed: Callable[[Rules], frozenset[str]] = lambda _: frozenset(),
    ) -> None:
        """Make a counter of some entries.

        `find_facts` returns the facts for labels; `now_ns` is the current time, in nanoseconds since the epoch.
        `outlook` decides which entries a removal would keep; by default none. `find_exact` looks at each entry on the
        disk and at the free space, and returns a more exact outlook; it is called at most once, for rules that are to
        free a number of bytes. `find_needed` returns the paths of the entries that the files of `not_needed_by` need,
        and may raise CachetuiError.
        """
        self.entries = entries
        """All entries."""
        self._find_facts = find_facts
        self._facts = Facts(now_ns)
        self._outlook = outlook or Outlook()
        self._find_exact = find_exact
        self._exact: Outlook | None = None
        self._known: frozenset[Label] = frozenset()  # labels whose facts are known
        self._forgotten: frozenset[Label] = frozenset()
        self._find_needed = find_needed
        self._needed: dict[tuple[tuple[str, ...], bool], frozenset[str] | str] = {}  # or why they are not known
        self._lock = Lock()

    def count(self, form: Form, known: Container[Rules], stop: Callable[[], bool]) -> Iterator[RuleCounts]:
        """Yield what the ticked rules of a form choose together, then what each rule not in `known` chooses alone.

        Rules that need few further facts come first, those that need the outlook from `find_exact` last.
        """
        together = form.rules
        alone = [rules for rule in RULES if (rules := form.alone(rule.name)) and rules not in known]
        wanted = dict.fromkeys([*([] if together is None else [together]), *alone])
        while wanted:
            with self._lock:
                if stop():
                    return
                forgotten, self._forgotten = self._forgotten, frozenset()
                self._known -= forgotten
                rules = next(iter(wanted))
                if rules != together:
                    rules = min(wanted, key=lambda one: (one.is_to_free, len(self._unknown(one))))
                del wanted[rules]
                found = self._counts(rules, self._choose(rules))
            yield found

    def _counts(self, rules: Rules, choice: Selection) -> RuleCounts:
        outlook = self._outlook_for(rules)
        going = tuple(outlook.going(choice.entries))
        reasons = [outlook.stays[entry.path] for entry in choice.entries if entry.path in outlook.stays]
        figures = Figures(len(going), outlook.frees(going), len(reasons), "; ".join(dict.fromkeys(reasons)))
        needed = self._needed.get((rules.not_needed_by, rules.ci))
        trouble = needed if isinstance(needed, str) else ""
        return RuleCounts(rules, going, choice.over, figures, choice.short, trouble)

    def _outlook_for(self, rules: Rules) -> Outlook:
        if not rules.is_to_free or self._find_exact is None:
            return self._outlook
        if self._exact is None:
            self._exact = self._find_exact()
        return self._exact

    def forget(self, *words: Label) -> None:
        """Discard the facts for labels; the next count finds them again. Does not wait for a running count."""
        self._forgotten |= frozenset(words)

    def _unknown(self, rules: Rules) -> frozenset[Label]:
        return (rules.words & FACTS.keys()) - self._known

    def _choose(self, rules: Rules) -> Selection:
        """Return what rules choose, after finding the facts that they need."""
        words = self._unknown(rules)
        if words:
            found = self._find_facts(words)
            fields = [FACTS[word] for word in words]
            self._facts = replace(self._facts, **{name: getattr(found, name) for name in fields})
            self._known |= words
        facts = replace(self._facts, needed=self._needed_by(rules)) if rules.not_needed_by else self._facts
        return choose(self.entries, rules, facts, self._outlook_for(rules))

    def _needed_by(self, rules: Rules) -> frozenset[str] | None:
        """Return the paths of the entries that the files of `not_needed_by` need; None if a file cannot be read."""
        key = rules.not_needed_by, rules.ci
        if key not in self._needed:
            try:
                self._needed[key] = self._find_needed(rules)
            except (CachetuiError, OSError) as error:
                self._needed[key] = str(error)
        found = self._needed[key]
        return None if isinstance(found, str) else found
