"""An answer as the engine may give it, made up."""

from __future__ import annotations

from cachetui.insight.why.explanation import CachedFile, Explanation, Prediction, Reason, Remedy
from cachetui.model import Inventory
from tests.ui.cache import everyday, inventory, made

SDIST = "http-v2/psycopg2-2.4.1.tar.gz"
OLD = "http-v2/psycopg2-2.4.1-cp27-cp27mu-linux_x86_64.whl"
NEWER = "http-v2/psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl"
PAGE = "http-v2/index-psycopg2"
ANSWER = Explanation(
    question="psycopg2==2.4.1",
    asker="python3, CPython 3.11, pip 26.2",
    tone="partly",
    verdict="pip would build 2.4.1 again, from the sdist in the cache.",
    more=("No cached wheel of 2.4.1 fits CPython 3.11.",),
    steps=(
        "use the cached psycopg2 page from index.example: no request",
        "take psycopg2-2.4.1.tar.gz from the cache: no download",
        "build a wheel for CPython 3.11 and keep it",
    ),
    held=(
        CachedFile("yes", "psycopg2-2.4.1.tar.gz", "sdist 2 years old, sha256 as the index says", SDIST),
        CachedFile(
            "no", "psycopg2-2.4.1-cp27-cp27mu-linux_x86_64.whl", "built here 2 years old, built for CPython 2.7", OLD
        ),
        CachedFile("other", "psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl", "fits, but ==2.4.1 leaves it out", NEWER),
    ),
    reasons=(
        Reason(
            "pip 26.2 goes by the index page of index.example without asking: it is 7 minutes old, and its server "
            "allows 10 minutes.",
            (f"{PAGE}, 2026-05-28 20:19",),
            (PAGE,),
        ),
        Reason(
            "The cached 2.4.4 cannot be the reason: pip only reuses a file whose address it was told to fetch, and "
            "==2.4.1 leaves it out.",
            (f"{NEWER}, 2026-05-18",),
        ),
    ),
    remedies=(
        Remedy(
            "python3 -m pip install --refresh-package psycopg2 psycopg2==2.4.1",
            "ask the index again",
        ),
        Remedy("cachetui remove psycopg2==2.4.1 kind:built", "drop the wheel for CPython 2.7", (OLD,)),
    ),
    forecast=Prediction(False, "build", "2.4.1", "psycopg2-2.4.1.tar.gz"),
)
"""Files of a project in each state, reasons with entries and without, commands that remove and that do not."""


def asked_about() -> Inventory:
    """Return everyday's cache with what `ANSWER` is about."""
    name = "psycopg2-2.4.1-cp27-cp27mu-linux_x86_64.whl"
    newer = "psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl"
    entries = [
        made("sdist", "psycopg2-2.4.1.tar.gz", 700_000, 800, "psycopg2", "2.4.1", filename="psycopg2-2.4.1.tar.gz"),
        made("built", name, 310_000, 790, "psycopg2", "2.4.1", filename=name),
        made("wheel", newer, 320_000, 10, "psycopg2", "2.4.4", filename=newer),
        made("index", "index-psycopg2", 16_384, 0, "psycopg2"),
    ]
    return inventory([*everyday().entries, *entries], everyday().foreign)
