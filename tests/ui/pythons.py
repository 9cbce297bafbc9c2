"""Pythons as a user may have them, made up."""

from __future__ import annotations

from pathlib import Path

from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python
from cachetui.pip.config.location import DEFAULT, Location
from cachetui.pip.config.paths import ConfigFiles
from cachetui.pip.config.settings import Level, Setting
from cachetui.pip_settings.effective import PipSettings, SettingSource
from tests.ui.screens import PLACE

CONF = "/home/user/.config/pip/pip.conf"
FILES = ConfigFiles(("/etc/pip.conf",), ("/home/user/.pip/pip.conf", CONF), ())
BY_DEFAULT = SettingSource("cache-dir", str(PLACE), DEFAULT, "counts")


def interpreter(
    executable: str, version: str, pip: str | None, trouble: str | None = None, tag: str = ""
) -> InterpreterInfo:
    prefix = Path(executable).parents[1]
    base = Path("/usr") if ".venv" in executable else prefix
    tags = (f"{tag}-{tag}-linux_x86_64",) if tag else ()
    return InterpreterInfo(
        Python(Path(executable), prefix),
        version,
        "CPython" if version else "",
        tags,
        pip=pip,
        prefix=prefix,
        base_prefix=base,
        trouble=trouble,
    )


def said(
    option: str, value: str, line: int, role: str, level: Level = "user", section: str = "global"
) -> SettingSource:
    place = f"{CONF}:{line} [{section}]"
    return SettingSource(option, value, place, role, Setting(section, option, value, place, CONF, line, level))  # type: ignore[arg-type] # words


def pythons() -> tuple[PipSettings, ...]:
    """Return five: one in an environment, one whose cache is off, an old one elsewhere, one without pip, a broken."""
    off = "PIP_NO_CACHE_DIR=false"
    switch = Setting(":env:", "no-cache-dir", "false", "PIP_NO_CACHE_DIR")
    tmp = "/srv/caches/of-all-users/pip"
    return (
        PipSettings(
            interpreter("/home/user/code/.venv/bin/python", "3.12.4", "26.3", tag="cp312"),
            Location(PLACE, DEFAULT, False, True),
            (BY_DEFAULT, said("cache-dir", "", 3, "empty")),
            FILES,
        ),
        PipSettings(
            interpreter("/usr/bin/python3", "3.11.2", "23.0.1", tag="cp311"),
            Location(PLACE, DEFAULT, False, False, off),
            (BY_DEFAULT, SettingSource("no-cache-dir", "false", "PIP_NO_CACHE_DIR", "counts", switch)),
            FILES,
            (f"{off} switches the cache off, whatever its value: remove the setting to switch it on.",),
        ),
        PipSettings(
            interpreter("/home/user/.pyenv/versions/3.8.19/bin/python", "3.8.19", "20.0.2"),
            Location(Path(tmp), f"{CONF}:5 [install]", False, True),
            (
                BY_DEFAULT._replace(role="overruled"),
                said("cache-dir", "/home/user/other", 8, "elsewhere", section="cache"),
                said("cache-dir", "/home/user/caches", 2, "overruled"),
                said("cache-dir", tmp, 5, "counts", section="install"),
            ),
            FILES,
            (
                f"`pip install` uses {tmp}, but `pip cache` uses /home/user/other (said by {CONF}:8 [cache]).",
                "pip 20.0.2 lacks the command `pip cache`, so this is read from its settings.",
            ),
        ),
        PipSettings(
            interpreter("/opt/python/bin/python3.13", "3.13.0", None, tag="cp313"),
            Location(PLACE, DEFAULT, False, True),
            (BY_DEFAULT,),
            FILES,
            ("This Python has no pip, or only one in its user's own site-packages.",),
        ),
        PipSettings(
            interpreter("/usr/local/bin/python3.10", "", None, "It did not answer within 3 s and was stopped."),
            Location(PLACE, DEFAULT, False, True),
        ),
    )
