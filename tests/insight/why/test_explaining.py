from __future__ import annotations

from dataclasses import replace

import pytest

from cachetui.insight.why.environment import TargetEnvironment
from cachetui.insight.why.explain import explain, outcome
from cachetui.insight.why.question import read_question
from cachetui.insight.why.replay import PipError, Run
from cachetui.model import Inventory
from tests.insight.why.cases import NOW, OTHER, ROOT, chosen, page

WHEEL = "six-1.0-py3-none-any.whl"
RUN = Run(True, 0, requests=(page("checked"),), chosen=(chosen(WHEEL),))


@pytest.mark.parametrize(
    "other",
    [
        replace(RUN, chosen=(chosen("six-1.1-py3-none-any.whl"),)),
        replace(RUN, chosen=(chosen(WHEEL, "download"),)),
        replace(RUN, requests=()),
        replace(RUN, resolved=False, chosen=(), error=PipError("HashMismatch", "", "")),
    ],
)
def test_what_changes_the_outcome(other: Run) -> None:
    assert outcome(RUN) != outcome(other)


@pytest.mark.parametrize(
    "other",
    [
        replace(RUN, words=(("INFO", "Looking"),)),
        replace(RUN, requests=(page("checked", index=OTHER),)),
        replace(RUN, requests=(page("checked"), page("cache", project="dep"))),
    ],
)
def test_what_does_not_change_the_outcome(other: Run) -> None:
    assert outcome(RUN) == outcome(other)


def test_without_a_python_the_facts_are_told() -> None:
    found = explain(read_question("six>=1"), Inventory(ROOT), TargetEnvironment(), now=NOW)
    assert (found.tone, found.question, found.steps, found.remedies, found.takes) == (
        "facts only",
        "six>=1",
        (),
        (),
        (),
    )
    assert found.asker == "python3, this Python"
