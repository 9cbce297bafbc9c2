"""Run pip to change its settings, and check the result. Only pip writes its settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cachetui.pip.config.ask_pip import ask_pip, compare, quiet
from cachetui.pip.config.location import here, locate
from cachetui.pip.config.settings import Setting
from cachetui.pip_settings.change import SettingsChange, said_to_install
from cachetui.pip_settings.effective import InterpreterPrefix, PipSettings, settings_of
from cachetui.system import isolated

PATIENCE = 30.0
"""Maximum time in seconds for pip to write a setting; some pips start slowly."""
QUOTED = 300
"""Maximum number of characters shown of pip's error message."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Result of a change."""

    done: bool
    """Whether the change took effect, according to the settings and to pip's own answer if it was asked."""
    message: str
    """Result in one or a few sentences; it may quote pip."""
    settings: PipSettings
    """Settings after the change."""


def apply(
    change: SettingsChange,
    environ: Mapping[str, str] = os.environ,
    *,
    timeout: float = PATIENCE,
    stop: Callable[[], bool] = lambda: False,
    cwd: Path | None = None,
    etc: str = "/etc",
) -> Effect:
    """Run pip to make a change, then check the result in pip's settings and by asking pip. Never raises.

    Each command takes at most `timeout` seconds. Only tests pass `etc`.
    """
    interpreter = change.settings.interpreter
    folder = str(cwd) if cwd else here()
    trouble = ""
    for step in change.steps:
        arguments = ("-m", "pip", *step)
        reply = isolated.ask(
            interpreter.python.executable, arguments, quiet(environ, folder), timeout=timeout, stop=stop
        )
        if reply.code != 0:
            trouble = f"pip {reply.trouble}" if reply.code is None else f"pip failed: {_telling(reply.err)}"
            break
    now = settings_of(interpreter, environ, cwd=Path(folder), etc=etc)
    if trouble:
        by_hand = " or ".join(dict.fromkeys([f"{one.path}:{one.line}" for one in _files(change)]))
        hint = f" You can change it by hand in {by_hand}." if by_hand else ""
        return Effect(_fulfilled(change, now), f"{trouble}.{hint}", now)
    if not _fulfilled(change, now):
        return Effect(False, f"pip ran without an error, but {_why_not(change, now)}.", now)
    python = InterpreterPrefix(interpreter.python.executable, interpreter.prefix)
    heard = locate(python=python, environ=environ, cwd=Path(folder), command="cache", pip=now.pip, etc=etc)
    answer = ask_pip(python, environ, timeout, cwd=Path(folder), stop=stop)
    if difference := compare(heard, answer):
        return Effect(False, f"According to its settings, {_state(now)}. {difference}", now)
    return Effect(True, f"Done: {_state(now)}. {answer.message}", now)


def _files(change: SettingsChange) -> list[Setting]:
    said = [one.setting for one in said_to_install(change.settings, change.option)]
    return [setting for setting in said if setting is not None and setting.path is not None]


def _fulfilled(change: SettingsChange, now: PipSettings) -> bool:
    match change.wish:
        case "on":
            return now.location.enabled
        case "off":
            return now.counting("no-cache-dir") is not None and now.location.works
        case "move":
            return now.location.root == change.root
        case "default":
            counting = now.counting("cache-dir")
            return counting is not None and counting.setting is None


def _why_not(change: SettingsChange, now: PipSettings) -> str:
    """Return why the change has no effect, as the end of a sentence."""
    counting = now.counting(change.option)
    if change.wish == "on" and counting is None:
        return f"the cache is still off: {now.location.off_by}"
    if counting is None or counting.setting is None:
        return f"{change.option} is not set where pip looks"
    return f"{counting.setting.quoted()} overrides it"


def _state(now: PipSettings) -> str:
    """Return a clause that says where pip's cache is and whether it is on."""
    who = f"the cache of pip {now.pip}"
    if now.location.enabled:
        return f"{who} is on, at {now.location.root}"
    return f"{who} is off ({now.location.off_by})"


def _telling(err: str) -> str:
    """Return pip's error message in one line."""
    said = [line.strip() for line in err.splitlines() if line.strip()]
    errors = [line for line in said if line.startswith("ERROR")] or said[-1:]
    return " ".join(errors).replace("ERROR: ", "")[:QUOTED].rstrip(".") or "it gives no reason"
