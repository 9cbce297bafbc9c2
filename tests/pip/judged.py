"""Settings that real pips are asked about: flags, variables and files, each case in a separate world."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MACHINE = "machine/pip/pip.conf"
SECOND_MACHINE = "machine2/pip/pip.conf"
LEGACY = "home/.pip/pip.conf"
USER = "home/.config/pip/pip.conf"
SITE = "venv/pip.conf"
NAMED = "named.conf"
BASE = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
"""The Python that runs the pips."""
SECONDS = 120
"""Timeout of a pip in seconds: far more than it needs."""


class Case(NamedTuple):
    """One combination; `{}` in a variable or file stands for the folder of the case."""

    name: str
    variables: Mapping[str, str] = {}
    files: Mapping[str, str] = {}
    cache_dir: str | None = None


def says(option: str, value: str, section: str = "global") -> str:
    return f"[{section}]\n{option} = {value}\n"


EVERYWHERE = {
    place: says("cache-dir", f"{{}}/from-{place.replace('/', '-')}") for place in (MACHINE, LEGACY, USER, SITE)
}
NAMED_TOO = EVERYWHERE | {NAMED: says("cache-dir", "{}/from-named")}
HERE = {"PIP_CACHE_DIR": "{}/variable"}

CASES = (
    Case("nothing said"),
    Case("flag", cache_dir="{}/flag"),
    Case("flag over all", HERE | {"PIP_NO_CACHE_DIR": "1"}, EVERYWHERE, "{}/flag"),
    Case("flag in the home", cache_dir="~/flag"),
    Case("flag of somebody's home", cache_dir="~nobody-at-all/flag"),
    Case("flag relative", cache_dir="flag"),
    Case("flag upwards", cache_dir="../flag"),
    Case("flag empty", cache_dir=""),
    Case("flag empty over variable", HERE, cache_dir=""),
    Case("flag called no", cache_dir="no"),
    Case("flag over garbage", {"PIP_NO_CACHE_DIR": "maybe"}, cache_dir="{}/flag"),
    Case("flag to a file", cache_dir="{}/a-file"),
    Case("flag through a dangling link", cache_dir="{}/dangling"),
    Case("flag through a link", cache_dir="{}/link/below"),
    Case("flag into another's folder", cache_dir="{}/locked"),
    Case("flag below another's folder", cache_dir="{}/locked/a/b"),
    Case("variable", HERE),
    Case("variable empty", {"PIP_CACHE_DIR": ""}),
    Case("variable empty over a file", {"PIP_CACHE_DIR": ""}, {USER: says("cache-dir", "{}/user")}),
    Case("variable relative", {"PIP_CACHE_DIR": "here"}),
    Case("variable in the home", {"PIP_CACHE_DIR": "~/there"}),
    Case("variable is the home", {"PIP_CACHE_DIR": "~"}),
    Case("variable false", {"PIP_CACHE_DIR": "false"}),
    Case("variable with blanks", {"PIP_CACHE_DIR": "{}/with  blanks [red]x[/] :smile:"}),
    Case("variable beyond ASCII", {"PIP_CACHE_DIR": "{}/größe-🐍"}),
    Case("variable into another's folder", {"PIP_CACHE_DIR": "{}/locked/x"}),
    Case("variable in lower case", {"PIP_cache_dir": "{}/lower"}),
    Case("variable in small letters altogether", {"pip_cache_dir": "{}/lower"}),
    Case("variable with dashes", {"PIP_CACHE-DIR": "{}/dashes"}),
    Case("variable with an option's dashes", {"PIP___CACHE_DIR": "{}/dashes"}),
    Case("two spellings of a variable", HERE | {"PIP_cache_dir": "{}/lower"}),
    Case("variable over files", HERE, EVERYWHERE),
    *[
        Case(f"off by variable, {value}", {"PIP_NO_CACHE_DIR": value})
        for value in ("1", "true", "TRUE", "on", "0", "off", "no", "f", "", "maybe", " ")
    ],
    Case("off beats the variable", HERE | {"PIP_NO_CACHE_DIR": "false"}),
    Case("off beats files", {"PIP_NO_CACHE_DIR": "yes"}, EVERYWHERE),
    *[Case(f"file, {place}", {}, {place: says("cache-dir", "{}/told")}) for place in (MACHINE, LEGACY, USER, SITE)],
    *[
        Case(f"files but {place}", {}, {other: text for other, text in EVERYWHERE.items() if other != place})
        for place in (SITE, USER)
    ],
    Case("files all", {}, EVERYWHERE),
    Case(
        "second of the machine's files",
        {"XDG_CONFIG_DIRS": "{}/machine:{}/machine2"},
        {MACHINE: says("cache-dir", "{}/first"), SECOND_MACHINE: says("cache-dir", "{}/second")},
    ),
    Case(
        "first of the machine's files",
        {"XDG_CONFIG_DIRS": "{}/machine2:{}/machine"},
        {MACHINE: says("cache-dir", "{}/first"), SECOND_MACHINE: says("cache-dir", "{}/second")},
    ),
    Case("named file", {"PIP_CONFIG_FILE": "{}/named.conf"}, NAMED_TOO),
    Case("named file, relative", {"PIP_CONFIG_FILE": "../named.conf"}, NAMED_TOO),
    Case("named file that is absent", {"PIP_CONFIG_FILE": "{}/absent.conf"}, EVERYWHERE),
    Case("named file without a word", {"PIP_CONFIG_FILE": "{}/named.conf"}, EVERYWHERE | {NAMED: ""}),
    Case(
        "named file hides the user's", {"PIP_CONFIG_FILE": "{}/named.conf"}, {USER: says("cache-dir", "x"), NAMED: ""}
    ),
    Case("named file is nothing", {"PIP_CONFIG_FILE": "/dev/null"}, EVERYWHERE),
    Case("named file is nothing, variable", HERE | {"PIP_CONFIG_FILE": "/dev/null"}, EVERYWHERE),
    Case("named file is empty text", {"PIP_CONFIG_FILE": ""}, EVERYWHERE),
    Case("named file is a folder", {"PIP_CONFIG_FILE": "{}/home"}, EVERYWHERE),
    Case("named file in the home", {"PIP_CONFIG_FILE": "~/x.conf"}, {"home/x.conf": says("cache-dir", "x")}),
    Case("named file is the machine's", {"PIP_CONFIG_FILE": "{}/machine/pip/pip.conf"}, EVERYWHERE),
    Case("section of the command", {}, {USER: says("cache-dir", "{}/cache", "cache")}),
    Case("section of another command", {}, {USER: says("cache-dir", "{}/install", "install")}),
    Case(
        "section of the command over global",
        {},
        {USER: says("cache-dir", "{}/global") + says("cache-dir", "{}/cache", "cache")},
    ),
    Case(
        "weaker file's section over a stronger one's global",
        {},
        {MACHINE: says("cache-dir", "{}/cache", "cache"), SITE: says("cache-dir", "{}/global")},
    ),
    Case("section in capitals", {}, {USER: says("cache-dir", "{}/x", "GLOBAL")}),
    Case("section for all sections", {}, {USER: says("cache-dir", "{}/x", "DEFAULT") + "[cache]\n"}),
    Case("section for all sections, alone", {}, {USER: says("cache-dir", "{}/x", "DEFAULT")}),
    Case("section with a point", {}, {USER: says("cache-dir", "{}/x", "global.cache")}),
    Case("section of the variables", {}, {USER: says("cache-dir", "{}/x", ":env:")}),
    Case("off by file", {}, {USER: says("no-cache-dir", "true")}),
    Case("off by file, false", {}, {USER: says("no-cache-dir", "false")}),
    Case("off by file, over variable", HERE, {USER: says("no-cache-dir", "false")}),
    Case("off by file, empty", {}, {USER: says("no-cache-dir", "")}),
    Case("off by file, garbage", {}, {USER: says("no-cache-dir", "sometimes")}),
    Case("off by file, garbage elsewhere", {}, {USER: says("no-cache-dir", "sometimes", "install")}),
    Case(
        "off by file, garbage under sense",
        {},
        {USER: says("no-cache-dir", "sometimes") + says("no-cache-dir", "1", "cache")},
    ),
    Case(
        "off by file, garbage replaced",
        {},
        {MACHINE: says("no-cache-dir", "sometimes"), USER: says("no-cache-dir", "1")},
    ),
    Case("off by file, garbage and flag", {}, {USER: says("no-cache-dir", "sometimes")}, "{}/flag"),
    Case("off by file for another command", {}, {USER: says("no-cache-dir", "1", "install")}),
    Case("off by file for the command", {}, {USER: says("no-cache-dir", "1", "cache")}),
    Case("off, then taken back with nothing", {}, {MACHINE: says("no-cache-dir", "1"), USER: says("no-cache-dir", "")}),
    Case("place, then taken back with nothing", {}, {MACHINE: says("cache-dir", "{}/x"), USER: says("cache-dir", "")}),
    Case("name with underscores", {}, {USER: says("cache_dir", "{}/x")}),
    Case("name with dashes", {}, {USER: says("--cache-dir", "{}/x")}),
    Case("name in capitals", {}, {USER: says("Cache-Dir", "{}/x")}),
    Case("name in two spellings", {}, {USER: "[global]\ncache-dir = {}/x\ncache_dir = {}/y\n"}),
    Case("name twice", {}, {USER: "[global]\ncache-dir = {}/x\ncache-dir = {}/y\n"}),
    Case("section twice", {}, {USER: says("cache-dir", "{}/x") * 2}),
    Case("value in quotes", {}, {USER: says("cache-dir", '"{}/x"')}),
    Case("value with a comment", {}, {USER: says("cache-dir", "{}/x # mine")}),
    Case("value with signs", {}, {USER: says("cache-dir", "{}/%(home)s/$HOME/%%")}),
    Case("value after a colon", {}, {USER: "[global]\ncache-dir: {}/x\n"}),
    Case("value in the home", {}, {USER: says("cache-dir", "~/x")}),
    Case("value relative", {}, {USER: says("cache-dir", "x")}),
    Case("value false", {}, {USER: says("cache-dir", "false")}),
    Case("broken: no section", {}, {USER: "cache-dir = {}/x\n"}),
    Case("broken: no value", {}, {USER: "[global]\ncache-dir\n"}),
    Case("broken: rubbish", {}, {MACHINE: "\0\1\2 rubbish"}),
    Case("broken but not read", {"PIP_CONFIG_FILE": "/dev/null"}, {USER: "rubbish"}),
    Case("broken and a flag", {}, {USER: "rubbish"}, "{}/flag"),
    Case("mark at the start of a file", {}, {USER: "\ufeff" + says("cache-dir", "{}/x")}),
    Case("isolated by variable", HERE | {"PIP_ISOLATED": "1"}, EVERYWHERE),
    Case("quiet", HERE | {"PIP_REQUIRE_VIRTUALENV": "1"}),
    Case("XDG cache", {"XDG_CACHE_HOME": "{}/xdg"}),
    Case("XDG cache empty", {"XDG_CACHE_HOME": ""}),
    Case("XDG cache blank", {"XDG_CACHE_HOME": "  "}),
    Case("XDG cache relative", {"XDG_CACHE_HOME": "xdg"}),
    Case("XDG cache in the home", {"XDG_CACHE_HOME": "~/xdg"}),
    Case("XDG cache in blanks", {"XDG_CACHE_HOME": " {}/xdg"}),
    Case("XDG config", {"XDG_CONFIG_HOME": "{}/machine"}, EVERYWHERE),
    Case("XDG config empty", {"XDG_CONFIG_HOME": ""}, EVERYWHERE),
    Case("XDG config relative", {"XDG_CONFIG_HOME": "../machine"}, {MACHINE: says("cache-dir", "{}/x")}),
    Case(
        "XDG config is the machine's, too",
        {"XDG_CONFIG_HOME": "{}/machine"},
        {MACHINE: says("cache-dir", "{}/x"), LEGACY: says("cache-dir", "{}/y")},
    ),
    Case("XDG machine empty", {"XDG_CONFIG_DIRS": ""}, EVERYWHERE),
    Case("XDG machine with gaps", {"XDG_CONFIG_DIRS": ":{}/machine:"}, {MACHINE: says("cache-dir", "{}/x")}),
    Case("XDG machine relative", {"XDG_CONFIG_DIRS": "../machine"}, {MACHINE: says("cache-dir", "{}/x")}),
    Case("home with a slash", {"HOME": "{}/home/"}, {USER: says("cache-dir", "~/x")}),
    Case("home in another's folder", {"HOME": "{}/locked"}),
)

VERSIONED = tuple(
    case
    for case in CASES
    if case.name.startswith(
        ("XDG cache", "XDG machine", "name in two", "place, then", "off, then", "named file is the")
    )
)
"""Cases that pips of different versions answer differently."""


class World:
    """The folder of one case."""

    def __init__(self, case: Case, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.case = case
        self.folder = folder
        self.cwd = folder / "cwd"
        self.prefix = folder / "venv"
        self.python = self.prefix / "bin" / "python"
        for place in ("cwd", "home", "locked", "venv/bin"):
            (folder / place).mkdir(parents=True)
        (folder / "a-file").touch()
        (folder / "link").symlink_to("locked")
        (folder / "dangling").symlink_to("nowhere/deep")
        self.python.symlink_to(BASE)
        (self.prefix / "pyvenv.cfg").write_text(f"home = {BASE.parent}\n")
        for place, text in case.files.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._filled(text), encoding="utf-8")
        variables = {"HOME": "{}/home", "XDG_CONFIG_DIRS": "{}/machine", "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        self.environ = {name: self._filled(value) for name, value in (variables | dict(case.variables)).items()}
        self.cache_dir = None if case.cache_dir is None else self._filled(case.cache_dir)
        if os.geteuid() == 0:
            os.chown(folder / "locked", 12_345, 12_345)
        else:
            (folder / "locked").chmod(0o500)

    def _filled(self, text: str) -> str:
        return text.replace("{}", str(self.folder))

    @property
    def arguments(self) -> Sequence[str]:
        """The arguments of pip."""
        return ("cache", "dir", *(() if self.cache_dir is None else (f"--cache-dir={self.cache_dir}",)))

    def verdict(self, pip: Path) -> tuple[str | None, int]:
        """Return the directory that a pip (its package's folder), started for this alone, names and its exit code."""
        done = subprocess.run(
            [self.python, pip, *self.arguments],
            env=self.environ,
            cwd=self.cwd,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return _verdict(os.fsdecode(done.stdout), done.returncode)


class ForkedPip:
    """A pip that is started once, and forks for each question."""

    def __init__(self, pip: Path) -> None:
        """Start one; `pip` is its package's folder."""
        self._process = subprocess.Popen(
            [BASE, Path(__file__).with_name("forked_pip.py"), pip],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            text=True,
        )

    def __enter__(self) -> ForkedPip:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=SECONDS)

    def verdict(self, world: World) -> tuple[str | None, int]:
        """Return the directory that it names in a world and its exit code."""
        question = {
            "environ": world.environ,
            "cwd": str(world.cwd),
            "prefix": str(world.prefix),
            "executable": str(world.python),
            "arguments": world.arguments,
        }
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        asked.write(json.dumps(question) + "\n")
        asked.flush()
        printed, code = json.loads(answered.readline())
        return _verdict(printed, code)


def _verdict(printed: str, code: int) -> tuple[str | None, int]:
    return (printed.rstrip("\n") if code == 0 else None), code
