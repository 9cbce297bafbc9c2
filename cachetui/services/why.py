"""Ask a Python's pip what it would do, and explain the answer."""

from __future__ import annotations

import logging
from collections.abc import Callable

from cachetui.demo.contents import INDEX
from cachetui.insight.why.environment import resolve_environment
from cachetui.insight.why.explain import explain as explain_question
from cachetui.insight.why.explanation import Explanation
from cachetui.insight.why.question import Question
from cachetui.interpreters.lookup import Python
from cachetui.model import Inventory
from cachetui.pip.config.location import Location
from cachetui.system.steps import step
from cachetui.system.tree import never

LOG = logging.getLogger(__name__)


def explain(
    question: Question,
    inventory: Inventory,
    location: Location,
    python: Python | None,
    *,
    now: float,
    demo: bool = False,
    stop: Callable[[], bool] = never,
) -> Explanation:
    """Explain what pip would do for a requirement or a command, and why.

    `python` is the Python that the user named, and `now` is in seconds since the epoch. With `demo`, pip
    uses the demo's made-up index. This runs the Python, which may take seconds. Raises CachetuiError, and
    OSError if pip cannot be asked.
    """
    with step(LOG, "asked about the Python and its pip"):
        environment = resolve_environment(question, location, python, demo_index=INDEX if demo else "", stop=stop)
    with step(LOG, "asked pip, and explained the answer"):
        return explain_question(question, inventory, environment, now=now, stop=stop)
