"""The recipes of `cachetui help timers`: each is read by what its system reads, and its command is run."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path

import pytest

from cachetui.cli.commands.prune import command
from cachetui.help import read_topic
from cachetui.preferences.validate import validate
from cachetui.prune_rules import Rules
from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer
from tests.inventories import files

GB = 10**9
ANALYZE = shutil.which("systemd-analyze")


def recipes(language: str) -> list[str]:
    """Return the blocks of the topic that are written in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", read_topic("timers"), re.M | re.S)


def unit(number: int) -> ConfigParser:
    """Return one of the units for systemd."""
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # as configparser documents
    parser.read_string(recipes("ini")[number])
    return parser


def systemd() -> list[str]:
    return shlex.split(unit(0)["Service"]["ExecStart"])


def launchd() -> list[str]:
    (text,) = recipes("xml")
    job = plistlib.loads(text.encode(), fmt=plistlib.FMT_XML)
    assert job["Label"] == "cachetui.prune"
    assert job["StartCalendarInterval"] == {"Hour": 12, "Minute": 0}
    shell, option, script = job["ProgramArguments"]
    assert (shell, option) == ("/bin/sh", "-c")
    keyword, *arguments = shlex.split(script)
    assert keyword == "exec"
    return arguments


def windows() -> list[str]:
    (text,) = recipes("bat")
    assert text.count("\n") == 1
    program, action, *rest = shlex.split(text)
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    assert (program, action) == ("schtasks", "/Create")
    assert {*options} == {"/TN", "/SC", "/ST", "/TR"}
    assert (options["/SC"], options["/ST"]) == ("DAILY", "12:00")
    assert len(options["/TR"]) <= 261  # more is refused
    return shlex.split(options["/TR"], posix=False)


def cron() -> list[str]:
    (text,) = recipes("crontab")
    minute, hour, day, month, weekday, script = text.split(maxsplit=5)
    assert (int(minute), int(hour)) == (0, 12)
    assert (day, month, weekday) == ("*", "*", "*")
    assert "%" not in script  # cron ends the line there
    return shlex.split(script)


RECIPES: dict[str, Callable[[], list[str]]] = {"systemd": systemd, "launchd": launchd, "windows": windows, "cron": cron}
PROGRAMS = {
    "systemd": "%h/.local/bin/cachetui",
    "launchd": "$HOME/.local/bin/cachetui",
    "windows": r'"%USERPROFILE%\.local\bin\cachetui.exe"',
    "cron": "$HOME/.local/bin/cachetui",
}


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_starts_a_command_that_does_what_it_says(name: str, run: Run, cache: Path) -> None:
    program, *arguments = RECIPES[name]()
    assert program == PROGRAMS[name]
    assert arguments == ["prune", "--min-free", "20GB", "--yes", "--quiet"]
    assert command.make_context("prune", arguments[1:-1]).params["min_free"] == 20 * GB

    before = files(cache)
    arguments[2] = "0GB"  # how much is free differs between machines
    assert run(*arguments, "--cache-dir", cache) == (0, "", "")
    assert files(cache) == before
    arguments[2] = "900PB"
    said = run(*arguments, "--cache-dir", cache)
    assert said.code == 1
    assert "short of --min-free, but no more may be removed." in said.err
    assert files(cache) < before


def test_the_units_belong_together() -> None:
    service, timer = unit(0), unit(1)
    assert (service.sections(), service["Service"]["Type"]) == (["Unit", "Service"], "oneshot")
    assert timer.sections() == ["Unit", "Timer", "Install"]
    assert timer["Timer"]["Persistent"] == "true"
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert re.findall(r"systemd/user/(\S+)`", read_topic("timers")) == ["cachetui.service", "cachetui.timer"]


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed here")
def test_systemd_takes_the_units(home: Path) -> None:
    folder, program = home / ".config/systemd/user", home / ".local/bin/cachetui"
    for path in (folder, program.parent):
        path.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    names = ("cachetui.service", "cachetui.timer")
    for name, text in zip(names, recipes("ini"), strict=True):
        (folder / name).write_text(text)
    (folder / "plain.service").write_text("[Service]\nType=oneshot\nExecStart=/bin/true\n")

    def verify(*units: str) -> tuple[int, str]:
        found = subprocess.run(
            [str(ANALYZE), "--user", "verify", *[str(folder / name) for name in units]],
            env={**os.environ, "XDG_RUNTIME_DIR": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        return found.returncode, found.stderr

    if verify("plain.service")[0]:
        pytest.skip("systemd-analyze does not work here")
    code, said = verify(*names)
    assert code == 0, said
    assert "cachetui" not in said


def test_the_policy_of_the_recipes_runs_without_a_rule_on_the_command_line(run: Run, cache: Path) -> None:
    (text,) = recipes("toml")
    found = validate(text.encode())
    assert found.problems == ()
    assert found.policy is not None
    assert found.policy.rules == Rules(min_free=20 * GB, keep_latest=1)
    path = prefer(text.replace("20GB", "0GB"))
    said = run("prune", "--yes", "--cache-dir", cache)
    assert (said.code, said.out) == (0, "")
    assert said.err == f"The policy in {path}: prune --keep-latest 1 --min-free 0GB\nNothing to remove.\n"
