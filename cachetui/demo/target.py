"""Target of the made-up wheels: a Python and its platform."""

from __future__ import annotations

from typing import NamedTuple

from packaging.tags import platform_tags, sys_tags

WRITTEN = "cp311"
"""Tag in `contents.txt` that stands for the target's Python."""


class DemoTarget(NamedTuple):
    """A Python that can use the made-up wheels; by default CPython 3.11, as in `contents.txt`."""

    interpreter: str = WRITTEN
    abi: str = WRITTEN
    platforms: tuple[str, ...] = ()
    """Platform tags that the wheels may have, the most general last; empty if any platform will do."""

    @classmethod
    def running(cls) -> DemoTarget:
        """Return the target for the Python that runs cachetui."""
        best = next(sys_tags())
        return cls(best.interpreter, best.abi, tuple(platform_tags()))

    def tag(self, written: str) -> str:
        """Return a wheel tag of `contents.txt`, adapted to this Python and its platform."""
        python, abi, platform = written.split("-")
        if WRITTEN in (python, abi):
            python, abi = self.interpreter, self.abi
        if self.platforms and platform != "any" and not {*platform.split(".")} & {*self.platforms}:
            platform = self.platforms[-1]
        return f"{python}-{abi}-{platform}"
