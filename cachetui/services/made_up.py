"""Made-up Pythons and environments for the demo, with their pips' settings.

Of this machine, only the tags of the Python that runs cachetui are used.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from packaging.tags import compatible_tags, cpython_tags, generic_tags

from cachetui.demo.target import DemoTarget
from cachetui.environments.installed import Environment, Installed
from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python
from cachetui.model import Entry, group_projects
from cachetui.pip.config.location import DEFAULT, Location
from cachetui.pip.config.pitfalls import pitfalls
from cachetui.pip.config.settings import Configuration, Setting
from cachetui.pip_settings.effective import PipSettings, SettingSource

HOME = Path("/home/ana")
"""Home directory of the made-up user."""
SYSTEM = Path("/usr")
"""Prefix of the made-up system's Python."""
PREFIXES = (HOME / "lab/.venv", SYSTEM, HOME / "portal/.venv", HOME / "archive/.venv")
"""Prefixes of the Pythons: a project's, the system's, one with a cache of its own, an old one with its cache off."""
PIPS = ("26.3", "23.0.1", "25.0.1", "20.3.4")
"""Versions of the made-up Pythons' pips, in the order of `PREFIXES`."""
PLATFORMS = (
    "manylinux_2_28_x86_64",
    "manylinux_2_17_x86_64",
    "manylinux2014_x86_64",
    "manylinux1_x86_64",
    "linux_x86_64",
)
"""Platform tags that the made-up Pythons support if their target allows any platform."""
NAMES = {"cp": "CPython", "pp": "PyPy"}
"""Names of Python implementations by their tags."""


@cache
def made_up_pythons(target: DemoTarget | None = None) -> tuple[InterpreterInfo, ...]:
    """Return the made-up Pythons: all but the old one can use wheels for `target`, by default the running Python."""
    target = target or DemoTarget.running()
    old = DemoTarget("cp38", "cp38", target.platforms)
    return tuple(
        [
            _python(prefix, pip, old if prefix == PREFIXES[-1] else target)
            for prefix, pip in zip(PREFIXES, PIPS, strict=True)
        ]
    )


def _python(prefix: Path, pip: str, target: DemoTarget) -> InterpreterInfo:
    kind, digits = target.interpreter[:2], target.interpreter[2:]
    version = int(digits[:1]), int(digits[1:])
    platforms = target.platforms or PLATFORMS
    best = cpython_tags(version, [target.abi], platforms) if kind == "cp" else ()
    tags = best or generic_tags(target.interpreter, [target.abi], platforms)
    executable = prefix / ("bin/python3" if prefix == SYSTEM else "bin/python")
    return InterpreterInfo(
        Python(executable, prefix),
        version=f"{version[0]}.{version[1]}.4",
        implementation=NAMES.get(kind, "Python"),
        tags=tuple(map(str, [*tags, *compatible_tags(version, target.interpreter, platforms)])),
        pip=pip,
        prefix=prefix,
        base_prefix=SYSTEM,
        real=executable,
    )


def made_up_environments(entries: Iterable[Entry]) -> tuple[Environment, ...]:
    """Return the made-up Pythons' environments: each has the newest version of some projects in the demo's cache."""
    newest = [(project.name, project.versions[0].label) for project in group_projects(entries)]
    return tuple(
        [
            Environment(
                prefix,
                str(prefix),
                tuple(
                    [
                        Installed(name, version)
                        for name, version in newest
                        if version and zlib.crc32(name.encode()) % (len(PREFIXES) + 1) == number
                    ]
                ),
            )
            for number, prefix in enumerate(PREFIXES)
        ]
    )


def made_up_settings(python: InterpreterInfo, shown: Location) -> PipSettings:
    """Return the settings of a made-up Python's pip; `shown` is the location of the demo's cache."""
    *_, own, off = PREFIXES
    default = SettingSource("cache-dir", str(HOME / ".cache/pip"), DEFAULT, "counts")
    location = Location(shown.root, DEFAULT, named=False, enabled=True, made_up=True)
    if python.prefix == own:
        setting = _setting(own, 2, "cache-dir", "/srv/pip-cache")
        location = Location(Path(setting.value), setting.said_by, named=False, enabled=True)
        said = SettingSource("cache-dir", setting.value, setting.said_by, "counts", setting)
        return PipSettings(python, location, (default._replace(role="overruled"), said))
    if python.prefix == off:
        setting = _setting(off, 3, "no-cache-dir", "false")
        said = SettingSource("no-cache-dir", setting.value, setting.said_by, "counts", setting)
        traps = pitfalls(Configuration((setting,)), (), (setting,), location.name, platform="linux", environ={})
        return PipSettings(
            python, replace(location, enabled=False, off_by=setting.quoted()), (default, said), pitfalls=tuple(traps)
        )
    return PipSettings(python, location, (default,))


def _setting(prefix: Path, line: int, name: str, value: str) -> Setting:
    path = str(prefix / "pip.conf")
    return Setting("global", name, value, f"{path}:{line} [global]", path, line, "site")
