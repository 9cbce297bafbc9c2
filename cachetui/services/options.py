"""Options that every command takes, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """Values of the global options, as the user wrote them."""

    cache_dir: str | None = None
    """Root of the cache."""
    python: str | None = None
    """Path or command of the Python whose tags and pip settings are used."""
    demo: bool = False
    """Whether to show the demo's cache."""
    read_only: bool = False
    """Whether nothing may be removed."""
    no_memory: bool = False
    """Whether to ignore the results of earlier runs."""

    @property
    def scan_memory(self) -> bool:
        """Whether a scan uses and updates its memory; never for the demo's cache."""
        return not (self.no_memory or self.demo)
