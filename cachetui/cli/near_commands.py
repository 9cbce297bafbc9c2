"""Find commands by the words that other tools use for the same actions."""

from __future__ import annotations

ELSEWHERE = {
    "remove": "rm del delete uninstall erase drop",
    "prune": "clean cleanup gc trim tidy clear",
    "purge": "clean cleanup clear wipe reset empty flush",
    "list": "ls ll find search grep show",
    "info": "show status stat where path location config",
    "audit": "du df size usage stats report",
    "export": "save copy cp download fetch",
    "verify": "fsck lint",
    "why": "explain",
    "preferences": "settings config prefs",
}
"""Words that other tools use for the action of each command, separated by spaces."""


def commands_meant(name: str) -> list[str]:
    """Return the commands that other tools call by a name."""
    return [command for command, names in ELSEWHERE.items() if name.lower() in names.split()]
