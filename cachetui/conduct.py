"""Use of a cache by the program that fills it, as far as it matters to removals, exports and installations."""

from __future__ import annotations

from typing import NamedTuple


class Conduct(NamedTuple):
    """How a program uses its cache: the entries to keep while it runs, and whether and how files may be removed."""

    tool: str = "pip"
    """Name of the program, as its users write it."""
    programs: tuple[str, ...] = ("pip",)
    """Names of the commands that use the cache, whether they run directly or as `python -m NAME`."""
    awaited: tuple[str, ...] = ("index", "response", "built")
    """Kinds of entries that a running program may need again.

    pip may be revalidating a page, which it still needs after a 304; a page that could not be identified has the
    kind `response`. pip may have chosen a wheel that was built here, which it opens later by its path. Redirects are
    not included, because pip does not revalidate the redirects that it caches.
    """
    lock_suffix: str = ""
    """Suffix of the lock files among an entry's files, which a removal locks first; empty if there are none."""
    removes: bool = True
    """Whether cachetui may remove anything from the cache."""
    unpacked: bool = False
    """Whether the cache holds downloaded wheels unpacked, so that there is no file to export, verify or install."""

    @property
    def refusal(self) -> str:
        """Why nothing can be removed from the cache (a sentence); empty if cachetui may remove entries."""
        return "" if self.removes else f"cachetui removes nothing from {self.tool}'s cache."

    @property
    def runs_pip(self) -> bool:
        """Whether pip reads the cache, by itself or for the program that fills it."""
        return "pip" in self.programs


PIP = Conduct()
"""How pip uses its cache; the default where nothing else is given."""
