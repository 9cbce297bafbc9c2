"""What a command says beside its requirement, and what pip's settings say of the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from cachetui.pip.configuration import NO, YES

ALL, NONE = ":all:", ":none:"
"""What stands for every project, and for no project any more."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is said beside a requirement."""

    verb: str = "install"
    """The command of pip: `install`, `download` or `wheel`."""
    python: str = ""
    """How the Python was called, such as "python3.8" or its path; "" where the default one is meant."""
    options: tuple[tuple[str, str], ...] = ()
    """What an answer goes by: long names with their values, in the order in which they count."""
    about_installed: tuple[str, ...] = ()
    """Options that tell what to do with that which is installed already, as typed."""
    unheeded: tuple[str, ...] = ()
    """What no answer takes into account: options without their values, variables, and the like."""
    others: tuple[str, ...] = ()
    """Further requirements."""
    redirected: str = ""
    """What stands in the command without quotes, though a shell takes it for a file, such as ">=1.0"."""

    def after(self, told: tuple[tuple[str, str], ...]) -> Given:
        """Return the same with weaker options before its own: those of pip's settings."""
        return replace(self, options=(*told, *self.options)) if told else self

    def values(self, option: str) -> tuple[str, ...]:
        """Return all values of an option, in their order."""
        return tuple([value for name, value in self.options if name == option])

    @property
    def off_by(self) -> str | None:
        """What switches the cache off; None where nothing does."""
        off = None
        for name, value in self.options:
            if name == "--no-cache-dir":
                off = value or name
            elif name == "--cache-dir":
                off = None if value else "--cache-dir with nothing after it"
        return off

    @property
    def wrong(self) -> str | None:
        """The variable set before the command at whose value pip stops; None where there is none."""
        values = [value for value in self.values("--no-cache-dir") if "=" in value]
        return next((value for value in values if value.partition("=")[2].lower() not in YES | NO), None)

    @property
    def cache(self) -> str | None:
        """The cache that is named; None where none is."""
        return (self.values("--cache-dir") or (None,))[-1] or None

    @property
    def no_index(self) -> bool:
        """Whether pip asks no index."""
        return bool(self.values("--no-index"))

    @property
    def find_links(self) -> tuple[str, ...]:
        """Where else pip looks for files: addresses and folders. May hold secrets."""
        return tuple(dict.fromkeys(self.values("--find-links")))

    @property
    def prefers_wheels(self) -> bool:
        """Whether an older wheel is taken before a newer sdist."""
        return bool(self.values("--prefer-binary"))

    def refreshes(self, project: str) -> bool:
        """Tell whether the index is asked anew for the page of a project."""
        names = [name.strip() for value in self.values("--refresh-package") for name in value.split(",")]
        return ALL in names or project in [canonicalize_name(name) for name in names]

    def bar(self, project: str) -> tuple[str, str]:
        """Return which option keeps the wheels of a project out, and which its sdists; "" where none does.

        Source: pip's `_internal/models/format_control.py`.
        """
        sets: dict[str, set[str]] = {"--no-binary": set(), "--only-binary": set()}
        for name, value in self.options:
            if name in sets:
                other = next(one for one in sets if one != name)
                _take(value, sets[name], sets[other])
        for wanted in (project, ALL):
            if wanted in sets["--only-binary"]:
                return "", "--only-binary"
            if wanted in sets["--no-binary"]:
                return "--no-binary", ""
        return "", ""


def _take(value: str, target: set[str], other: set[str]) -> None:
    """Add names to one of two sets that exclude each other (`FormatControl.handle_mutual_excludes`)."""
    names = value.split(",")
    while ALL in names:
        other.clear()
        target.clear()
        target.add(ALL)
        del names[: names.index(ALL) + 1]
        if NONE not in names:
            return
    for name in names:
        if name == NONE:
            target.clear()
        else:
            other.discard(canonicalize_name(name))
            target.add(canonicalize_name(name))
