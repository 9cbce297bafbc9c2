"""Options that every command takes, as values."""

from __future__ import annotations

from dataclasses import dataclass


def variable_of(name: str) -> str:
    """Return the environment variable of a global option, such as `CACHETUI_CACHE_DIR` for `cache_dir`."""
    return f"CACHETUI_{name.upper()}"


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """Values of the global options, as the user wrote them."""

    cache_dir: str | None = None
    """Root of the cache; None if the settings of the cache's program decide."""
    of: str | None = None
    """Id of the kind of cache, such as `uv`; None for pip's, or, if `cache_dir` is given, for the kind found there."""
    python: str | None = None
    """Path or command of the Python whose tags and pip settings are used; None if the user names none."""
    demo: bool = False
    """Whether to show the demo's cache."""
    read_only: bool = False
    """Whether nothing may be removed and no settings may be changed."""
    no_memory: bool = False
    """Whether the results of earlier runs are neither used nor updated."""
    variables: frozenset[str] = frozenset()
    """Names of the fields whose values come from environment variables."""

    def said_by(self, name: str) -> str:
        """Return the option, or the environment variable, that gave a field its value, such as `--cache-dir`."""
        return variable_of(name) if name in self.variables else f"--{name.replace('_', '-')}"

    def sources_of(self, message: str) -> list[str]:
        """Return a sentence about each environment variable whose value an error message contains."""
        values = {name: getattr(self, name) for name in sorted(self.variables)}
        return [
            f"{variable_of(name)} is set to {value}."
            for name, value in values.items()
            if isinstance(value, str) and value in message
        ]

    @property
    def scan_memory(self) -> bool:
        """Whether a scan uses and updates the results of earlier scans; never for the demo's cache."""
        return not (self.no_memory or self.demo)
