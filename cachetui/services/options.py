"""The options that every command takes, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """The values of the global options, as the user wrote them."""

    cache_dir: str | None = None
    """The cache's root."""
    python: str | None = None
    """The path or command of the Python whose pip's settings and whose tags count."""
    demo: bool = False
    """Whether to show a made-up cache."""
    read_only: bool = False
    """Whether nothing may be removed."""
    no_memory: bool = False
    """Whether to do without what earlier runs learned."""

    @property
    def scan_memory(self) -> bool:
        """Whether a scan uses and updates its memory; a made-up cache leaves nothing there."""
        return not (self.no_memory or self.demo)
