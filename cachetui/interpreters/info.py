"""A Python's own report: its version, supported tags, markers and pip."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cachetui.interpreters.lookup import Python, obstacle
from cachetui.interpreters.probe_output import Answer, read_answer
from cachetui.interpreters.probe_script import BEGIN, END, TELL
from cachetui.system.isolated import Reply, ask

if TYPE_CHECKING:  # most commands do without
    from packaging.tags import Tag

PATIENCE = 3.0
"""Seconds that a Python may take to report."""
UNKNOWN_FORMAT = "Exec format error"
"""The system's error for a file that is no program for it."""
QUOTED = 120
"""Characters of a failing Python's output that are shown."""


@dataclass(frozen=True, slots=True)
class InterpreterInfo:
    """A Python's own report; where `trouble` says why there is none, all is empty but what the files tell."""

    python: Python
    """Its executable and prefix, as found."""
    version: str = ""
    """Such as "3.11.7"; as `platform.python_version()` has it."""
    implementation: str = ""
    """Such as "CPython"; as `platform.python_implementation()` has it."""
    tags: tuple[str, ...] = ()
    """The tags of the wheels that it takes, such as "cp311-cp311-linux_x86_64", the best first; none where they cannot
    be told."""
    markers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The environment of its markers (PEP 508), without `extra`."""
    pip: str | None = None
    """The version of its pip; None where it has none that it would import with `-I`."""
    pypi: str | None = None
    """The address of PyPI's index, as its pip has it built in; None where it has no pip."""
    prefix: Path = Path()
    """Its `sys.prefix`."""
    base_prefix: Path = Path()
    """Its `sys.base_prefix`: for an environment, the prefix of the Python that it was made of."""
    platform: str = ""
    """Such as "linux-x86_64"; as `sysconfig.get_platform()` has it."""
    real: Path = Path()
    """Its executable, links resolved."""
    trouble: str | None = None
    """Why it could not be asked, as a sentence in plain words."""
    path: tuple[str, ...] = field(default=(), repr=False)
    """The places it imports from: its `sys.path` with `-I`."""
    told: str = field(default="", repr=False, compare=False)
    """Its answer as it came, for the memory."""
    starts: bool = True
    """Whether its file can be run at all; otherwise it is no Python."""

    @property
    def is_environment(self) -> bool:
        """Whether it belongs to a virtual environment."""
        return self.prefix != self.base_prefix

    def wheel_tags(self) -> frozenset[Tag]:
        """Return its tags as packaging has them; none if they are unknown."""
        from packaging.tags import parse_tag  # noqa: PLC0415 - seldom asked

        return frozenset([one for tag in self.tags for one in parse_tag(tag)])


def interpreter_info(
    python: Python,
    environ: Mapping[str, str] = os.environ,
    *,
    timeout: float = PATIENCE,
    stop: Callable[[], bool] = lambda: False,
) -> InterpreterInfo:
    """Ask a Python what it is, isolated, within `timeout` seconds in all; raise nothing.

    It is asked by running it once. One that knows no `-I` is run a second time, by our own interpreter.
    """
    if hindrance := obstacle(python.executable):
        return _troubled(python, f"It {hindrance}.", starts=False)
    reply = ask(python.executable, ("-c", TELL, _packaging()), environ, timeout=timeout, stop=stop, any_version=True)
    if reply.code != 0:
        return _troubled(python, _failure(reply), starts=UNKNOWN_FORMAT not in reply.trouble)
    _, _, rest = reply.out.partition(BEGIN)
    told, end, _ = rest.partition(END)
    interpreter = portrait_from(python, told) if end else None
    return interpreter or _troubled(python, "It answered, but not as a Python does.")


def portrait_from(python: Python, told: str) -> InterpreterInfo | None:
    """Return the report in an answer; None if no Python would give such an answer."""
    answer: Answer | None = read_answer(told)
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
    except ValueError:  # a NUL
        real = python.executable
    return InterpreterInfo(
        python, prefix=python.prefix, base_prefix=python.prefix, real=real, trouble=trouble, starts=starts
    )


def _failure(reply: Reply) -> str:
    """Return why there is no answer."""
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
    """Return the folder that holds our packaging."""
    import packaging  # noqa: PLC0415 - where it lies is all that counts

    return str(Path(packaging.__file__).parents[1]) if packaging.__file__ else ""
