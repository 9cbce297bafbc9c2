"""Exit codes of the commands; `cachetui help exit-codes` explains all of them."""

from __future__ import annotations

DONE, FAILED, WRONG_USAGE, NO_MATCH, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes.

NO_MATCH means that nothing matches the given terms. A cache that does not exist yet counts as an empty one.
"""
