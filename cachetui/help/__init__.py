"""The reference, as Markdown files beside this module: shown by `cachetui help`, by the browser and as a man page."""

from __future__ import annotations

from collections.abc import Mapping

TOPICS: Mapping[str, str] = {
    "terms": "How to say which entries are meant",
    "kinds": "What is in the cache: kinds, names, ages, sizes",
    "caches": "Caches of other programs, and how each is found",
    "rules": "What prune chooses, and your own policy",
    "timers": "Prune by itself: systemd, launchd, Windows, cron",
    "ci": "A CI cache with what the next job needs",
    "audit": "Where the space is, and reports on it",
    "verify": "What is wrong in a cache, and how it is found",
    "check": "Whether a bad release is or was here",
    "export": "Cached files that install without a network",
    "offline": "Run a command without an index",
    "why": "Why pip did that",
    "settings": "The settings of pip, and how to change them",
    "preferences": "The preferences file, with all its keys",
    "keys": "The keys of the browser, with their ids",
    "json": "JSON output, for scripts",
    "exit-codes": "What the exit codes mean",
    "environment": "Environment variables and files",
    "completion": "How a shell completes names and terms",
    "safety": "What cachetui never does",
}
"""Topics with their summaries, in the order in which they are listed; each is a Markdown file of that name."""


def read_topic(name: str) -> str:
    """Return the Markdown of a topic, one of `TOPICS`."""
    from importlib.resources import files  # noqa: PLC0415 - most commands need only the names

    return files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8")
