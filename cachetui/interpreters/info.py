"""A Python's report on itself: version, supported tags, markers and pip."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cachetui.interpreters.lookup import Python, obstacle
from cachetui.interpreters.probe_output import ProbeAnswer, read_answer
from cachetui.interpreters.probe_script import BEGIN, END, TELL
from cachetui.system.isolated import Reply, ask
from cachetui.system.steps import step

if TYPE_CHECKING:  # not needed by most commands
    from packaging.tags import Tag

LOG = logging.getLogger(__name__)
PATIENCE = 3.0
"""Seconds within which a Python must report."""
UNKNOWN_FORMAT = "Exec format error"
"""Error message of the system for a file that it cannot run as a program."""
QUOTED = 120
"""Maximum number of characters shown of a failing Python's output."""


@dataclass(frozen=True, slots=True)
class InterpreterInfo:
    """Report of a Python about itself.

    If `trouble` says why there is no report, only the fields known from files are set.
    """

    python: Python
    """Executable and prefix, as found."""
    version: str = ""
    """Version such as "3.11.7", from `platform.python_version()`."""
    implementation: str = ""
    """Implementation such as "CPython", from `platform.python_implementation()`."""
    tags: tuple[str, ...] = ()
    """Tags of the wheels that it supports, such as "cp311-cp311-linux_x86_64", the best first.

    Empty if the tags are not known.
    """
    markers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Values of the environment markers (PEP 508), without `extra`."""
    pip: str | None = None
    """Version of its pip; None if the Python cannot import pip with `-I`."""
    pypi: str | None = None
    """URL of PyPI's index, as built into the Python's pip; None if it has no pip, or if pip does not give the URL."""
    prefix: Path = Path()
    """Value of `sys.prefix`."""
    base_prefix: Path = Path()
    """Value of `sys.base_prefix`: for an environment, the prefix of the Python that created it."""
    platform: str = ""
    """Platform such as "linux-x86_64", from `sysconfig.get_platform()`."""
    real: Path = Path()
    """Path of the executable with links resolved; behind a script, that of the Python that the script started."""
    trouble: str | None = None
    """Reason why there is no report (a sentence in plain words); None if there is one."""
    path: tuple[str, ...] = field(default=(), repr=False)
    """Value of `sys.path` with `-I`: the places from which it imports."""
    told: str = field(default="", repr=False, compare=False)
    """Original text of the report, for the memory."""
    starts: bool = True
    """Whether the file can be run at all; if not, it is not a Python."""

    @property
    def is_environment(self) -> bool:
        """Whether the Python belongs to a virtual environment."""
        return self.prefix != self.base_prefix

    def wheel_tags(self) -> frozenset[Tag]:
        """Return the tags as `packaging` objects; empty if the tags are not known."""
        from packaging.tags import parse_tag  # noqa: PLC0415 - seldom asked

        return frozenset([one for tag in self.tags for one in parse_tag(tag)])


def interpreter_info(
    python: Python,
    environ: Mapping[str, str] = os.environ,
    *,
    timeout: float = PATIENCE,
    stop: Callable[[], bool] = lambda: False,
) -> InterpreterInfo:
    """Ask a Python for its report, in isolated mode, within `timeout` seconds in all. Never raises.

    A Python that does not support `-I` is started a second time. A Python without pip and without `packaging` finds its
    tags with cachetui's `packaging`.
    """
    if hindrance := obstacle(python.executable):
        return _troubled(python, f"It {hindrance}.", starts=False)
    with step(LOG, f"ran {python.executable}"):
        reply = ask(
            python.executable, ("-c", TELL, _packaging()), environ, timeout=timeout, stop=stop, any_version=True
        )
    if reply.code != 0:
        return _troubled(python, _failure(reply), starts=UNKNOWN_FORMAT not in reply.trouble)
    _, _, rest = reply.out.partition(BEGIN)
    told, end, _ = rest.partition(END)
    interpreter = portrait_from(python, told) if end else None
    return interpreter or _troubled(python, "It answered, but not as a Python does.")


def portrait_from(python: Python, told: str) -> InterpreterInfo | None:
    """Parse a report; return None if no Python would give it."""
    answer: ProbeAnswer | None = read_answer(told)
    if answer is None:
        return None
    return InterpreterInfo(
        python,
        version=answer.version,
        implementation=answer.implementation,
        tags=answer.tags,
        markers=answer.markers,
        pip=answer.pip,
        pypi=answer.pypi,
        prefix=Path(answer.prefix),
        base_prefix=Path(answer.base_prefix),
        platform=answer.platform,
        real=Path(os.path.realpath(answer.executable or python.executable)),
        path=answer.path,
        told=told,
    )


def _troubled(python: Python, trouble: str, *, starts: bool = True) -> InterpreterInfo:
    try:
        real = Path(os.path.realpath(python.executable))
    except ValueError:  # a NUL in a path
        real = python.executable
    return InterpreterInfo(
        python, prefix=python.prefix, base_prefix=python.prefix, real=real, trouble=trouble, starts=starts
    )


def _failure(reply: Reply) -> str:
    """Return the reason why a reply contains no report (a sentence)."""
    if reply.code is None:
        unknown = UNKNOWN_FORMAT in reply.trouble
        return "It is not a program that this machine can run." if unknown else f"It {reply.trouble}."
    if reply.code < 0:
        return f"It crashed with signal {-reply.code}."
    said = [line.strip() for line in reply.err.splitlines() if line.strip()]
    telling = said[-1 if said[0].startswith(("Usage", "Traceback")) else 0] if said else ""
    words = "".join([letter if letter.isprintable() else "?" for letter in telling[:QUOTED]])
    return f"It failed with exit code {reply.code}{': ' if words else ''}{words.rstrip('.')}."


def _packaging() -> str:
    """Return the folder from which cachetui imports the library `packaging`; empty if it is not known."""
    import packaging  # noqa: PLC0415 - where it lies is all that counts

    return str(Path(packaging.__file__).parents[1]) if packaging.__file__ else ""
