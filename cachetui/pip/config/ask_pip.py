"""Ask pip for its cache directory with `python -m pip cache dir`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cachetui.system.isolated import Reply
from cachetui.pip.config.location import Interpreter, Location, here

PATIENCE = 10.0
"""Maximum time in seconds that an interpreter may take to answer."""
QUOTED = 300
"""Maximum number of characters shown of an error message that is not cachetui's own."""


@dataclass(frozen=True, slots=True)
class PipAnswer:
    """The answer of `PYTHON -m pip cache dir`."""

    root: Path | None
    """Absolute path of the cache directory; None if the cache is off or pip gave no answer."""
    message: str
    """Answer as one sentence, or the reason why there is none."""
    enabled: bool | None = None
    """Whether the cache is on; None if pip gave no answer."""


def ask_pip(
    python: Interpreter,
    environ: Mapping[str, str] = os.environ,
    timeout: float = PATIENCE,
    *,
    cwd: Path | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> PipAnswer:
    """Run `PYTHON -m pip cache dir` and return pip's answer. Never raises.

    It takes at most `timeout` seconds. pip runs in an empty private folder. If a setting is relative, pip's answer is
    a path in that folder; the result is the path that pip would use if the user ran it in `cwd`. The message may quote
    output of other programs: show it as untrusted.
    """
    from cachetui.system import isolated  # noqa: PLC0415 - slow to load, and most commands do not ask pip

    folder = str(cwd) if cwd else here()
    reply = isolated.ask(
        python.executable, ("-m", "pip", "cache", "dir"), quiet(environ, folder), timeout=timeout, stop=stop
    )
    who = str(python.executable)
    if reply.code != 0:
        return PipAnswer(None, _failure(who, reply), False if _says_off(reply) else None)
    answer = reply.out.rstrip("\r\n")
    if "\n" in answer or not os.path.isabs(answer):  # noqa: PTH117 - a Path would lose what is wrong with it
        return PipAnswer(None, f"{who} did not answer with the location of its cache.")
    private = Path(reply.folder).parents[isolated.DEPTH]
    if Path(answer).is_relative_to(private):
        answer = os.path.realpath(os.path.join(folder, os.path.relpath(answer, reply.folder)))  # noqa: PTH118
    return PipAnswer(Path(answer), f"`{who} -m pip cache dir` answers {answer}.", True)


def compare(location: Location, answer: PipAnswer) -> str | None:
    """Return a sentence about how pip's answer differs from the cache location that cachetui found.

    Return None if they agree or if pip gave no answer.
    """
    if answer.enabled is None:
        return None
    ours = f"{location.root} (said by {location.said_by})"
    if answer.root is None:
        return f"pip itself says that its cache is off; what is shown is {ours}." if location.enabled else None
    if not _same(location.root, answer.root):
        return f"What is shown is {ours}, but pip itself answers {answer.root}."
    if not location.enabled:
        return f"By the settings the cache at {ours} is off ({location.off_by}), but pip itself uses it."
    return None


def _same(one: Path, other: Path) -> bool:
    paths = [os.path.normcase(os.path.realpath(path)) for path in (one, other)]
    try:
        return paths[0] == paths[1] or one.samefile(other)
    except OSError:
        return False


def quiet(environ: Mapping[str, str], folder: str) -> dict[str, str]:
    """Return a copy of `environ` with which pip prints only its answer and reads the same settings.

    `folder` is where the user would run pip; a relative PIP_CONFIG_FILE is resolved against it.
    """
    child = {name: value for name, value in environ.items() if name not in ("PIP_AUTO_COMPLETE", "FORCE_COLOR")}
    child |= dict.fromkeys(("PIP_QUIET", "PIP_VERBOSE"), "0")
    child |= dict.fromkeys(("PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INPUT", "PIP_NO_COLOR"), "1")
    child["_PIP_RUNNING_IN_SUBPROCESS"] = "1"  # otherwise PIP_PYTHON would make pip start another interpreter
    if child.get("PIP_CONFIG_FILE"):
        child["PIP_CONFIG_FILE"] = os.path.join(folder, child["PIP_CONFIG_FILE"])  # noqa: PTH118 - may be "nul"
    child.setdefault("PYENV_DIR", folder)  # pyenv's shims choose their Python by the folder
    return child


def _says_off(reply: Reply) -> bool:
    return reply.code == 1 and "cache is disabled" in reply.err


def _failure(who: str, reply: Reply) -> str:
    """Return a sentence that says why pip named no directory."""
    if reply.code is None:
        return f"{who} {reply.trouble}."
    if _says_off(reply):
        return f"`{who} -m pip cache dir` answers that its cache is off."
    if "No module named pip" in reply.err:
        return f"{who} has no pip, or only one that its user installed for themselves alone."
    if 'unknown command "cache"' in reply.err:
        return f"The pip of {who} is older than 20.1: it has no `pip cache` to ask where its cache is."
    if "Unknown option: -I" in reply.err:
        return f"{who} is too old to be asked."
    if reply.code < 0:
        return f"{who} crashed with signal {-reply.code}."
    said = [line.strip() for line in reply.err.splitlines() if line.strip()]
    if len(said) > 3:
        said = [said[-1 if said[0].startswith(("Usage", "Traceback")) else 0]]
    words = " ".join(said)[:QUOTED].rstrip(".")
    return f"`{who} -m pip cache dir` failed with exit code {reply.code}{': ' if words else ''}{words}."
