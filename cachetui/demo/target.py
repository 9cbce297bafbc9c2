"""The Python and the system that the made-up wheels are for."""

from __future__ import annotations

from typing import NamedTuple

from packaging.tags import platform_tags, sys_tags

WRITTEN = "cp311"
"""The tag in `contents.txt` of the Python that the made-up wheels are for."""


class Target(NamedTuple):
    """A Python that can use the made-up wheels; by default the one that `contents.txt` names."""

    interpreter: str = WRITTEN
    abi: str = WRITTEN
    platforms: tuple[str, ...] = ()
    """The platforms that its wheels may be for, the plainest last; none where any will do."""

    @classmethod
    def running(cls) -> Target:
        """Return the Python that runs this."""
        best = next(sys_tags())
        return cls(best.interpreter, best.abi, tuple(platform_tags()))

    def tag(self, written: str) -> str:
        """Return a wheel's tag of `contents.txt` as it would be for this Python and its system."""
        python, abi, platform = written.split("-")
        if WRITTEN in (python, abi):
            python, abi = self.interpreter, self.abi
        if self.platforms and platform != "any" and not {*platform.split(".")} & {*self.platforms}:
            platform = self.platforms[-1]
        return f"{python}-{abi}-{platform}"
