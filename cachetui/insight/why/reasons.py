"""Reasons: each check examines a case and yields findings with their evidence, if there are any.

pip's own replay shows what pip does. A reason adds what pip does not say: where a file came from and
when, why a cached file cannot be the cause, or which file or page is the obstacle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.explanation import Finding
from cachetui.insight.why.reasons_in_cache import (
    built_here,
    by_address,
    damaged,
    installed,
    out_of_sight,
    pips_words,
    stopped_at_a_file,
)
from cachetui.insight.why.reasons_on_index import (
    local_versions,
    not_listed,
    not_offered,
    passed_over,
    several_indexes,
    unchecked_pages,
    without_index,
)

LOOKS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
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


def findings(case: Evidence) -> Iterator[Finding]:
    """Yield the findings that explain the case, the most important first."""
    if case.run.roots and not any(one.matches for one in case.run.roots):
        return
    for look in LOOKS if not case.replay.trouble else FACTS:
        yield from look(case)
