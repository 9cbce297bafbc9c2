from __future__ import annotations

import ast
import errno
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from cachetui.pip.config.paths import ConfigFiles
from cachetui.pip.config.settings import (
    Configuration,
    Setting,
    files_read,
    read_configuration,
    without_credentials,
)
from cachetui.pip.versions import PipBehaviour, ways_of

NOTHING = ConfigFiles((), (), ())
NEWEST = PipBehaviour()
INSTALLED = ways_of(Version(metadata.version("pip")))
"""The ways of the pip that is here to judge."""


def read(path: Path, text: str | bytes, ways: PipBehaviour = NEWEST) -> Configuration:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_configuration(ConfigFiles((), (str(path),), ()), {}, ways, cwd="/")


def test_files_and_variables_become_settings(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("[global]\nCache_Dir = x\n[install]\nno-cache-dir = no\n")
    (tmp_path / "site").write_text("[global]\n--timeout = 3\n")
    files = ConfigFiles((str(tmp_path / "absent"),), ("user",), (str(tmp_path / "site"),))
    user, site = str(tmp_path / "user"), str(tmp_path / "site")
    environ = {"PIP_CACHE_DIR": "y", "pip_cache_dir": "no", "PIP_VERSION": "1", "PIP_HELP": "1", "HOME": "/"}
    assert read_configuration(files, environ, NEWEST, cwd=str(tmp_path)) == Configuration(
        (
            Setting("global", "cache-dir", "x", f"{user}:2 [global]", user, 2, "user"),
            Setting("install", "no-cache-dir", "no", f"{user}:4 [install]", user, 4, "user"),
            Setting("global", "timeout", "3", f"{site}:2 [global]", site, 2, "site"),
            Setting(":env:", "cache-dir", "y", "PIP_CACHE_DIR"),
        )
    )


def test_each_setting_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    text = (
        "# mine\n\n[global]\nindex-url =\n  https://index.example\n  [cache]\n  cache-dir = no\n\n"
        "Cache_Dir: x\n[DEFAULT]\ntimeout = 3\n[install]\n; none\ncache-dir = y\n[DEFAULT]\nretries = 1\n"
    )
    found = read(tmp_path / "pip.conf", text).settings
    assert [(setting.section, setting.name, setting.line) for setting in found] == [
        ("global", "timeout", 11),
        ("global", "retries", 16),
        ("global", "index-url", 4),
        ("global", "cache-dir", 9),
        ("install", "timeout", 11),
        ("install", "retries", 16),
        ("install", "cache-dir", 14),
    ]


def test_whose_file_it_is_is_told(tmp_path: Path) -> None:
    for name in ("machine", "old", "new", "site", "named"):
        (tmp_path / name).write_text("[global]\ntimeout = 1\n")
    files = ConfigFiles(("machine",), ("old", "new"), ("site",))
    for environ, levels in (
        ({}, ["global", "user", "user", "site"]),
        ({"PIP_CONFIG_FILE": "named", "PIP_TIMEOUT": "1"}, ["global", "site", None, None, None]),
        ({"PIP_CONFIG_FILE": "machine"}, ["global", "site", None]),
    ):
        found = read_configuration(files, environ, NEWEST, cwd=str(tmp_path)).settings
        assert [setting.level for setting in found] == levels


def test_a_command_hears_its_own_section_after_everybodys_and_variables_last() -> None:
    everybody = [Setting("global", "cache-dir", value, value) for value in ("1", "2")]
    own, other = Setting("install", "cache-dir", "3", ""), Setting("cache", "cache-dir", "4", "")
    variable, another = Setting(":env:", "cache-dir", "5", ""), Setting(":env:", "timeout", "6", "")
    said = (variable, own, *everybody, other, another)
    assert Configuration(said).heard("cache-dir", "install") == (everybody[1], own, variable)
    assert Configuration(said, merges=False).heard("cache-dir", "install") == (*everybody, own, variable)
    assert Configuration(said).heard("index-url", "install") == ()


def test_an_empty_value_takes_back_a_weaker_one_save_in_two_pips() -> None:
    said = (Setting("global", "cache-dir", "x", "a"), Setting("global", "cache-dir", "", "b"))
    assert Configuration(said).heard("cache-dir", "cache") == ()
    assert Configuration(said, merges=False).heard("cache-dir", "cache") == said[:1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("cache-dir = x\n", "line 1 is not under a [section]"),
        ("[global]\n[global]\n", "line 2 opens [global] a second time"),
        ("[global]\na = 1\n\na = 2\n", "line 4 says a in [global] a second time"),
        ("[global]\na-b = 1\na_b = 2\n", "line 3 says a-b in [global] a second time"),
        ("[global]\n\ncache-dir\n", "line 3 is not a setting"),
        (b"[global]\na = \xff\xfe\n", "it is not text in utf-8"),
    ],
)
def test_a_broken_file_is_told_with_its_line(text: str | bytes, why: str, tmp_path: Path) -> None:
    if isinstance(text, bytes) and sys.platform == "win32":
        pytest.skip("every byte is a character there")
    path = tmp_path / "pip.conf"
    assert read(path, text) == Configuration(faults=(f"pip refuses to run because of {path}: {why}.",))


def test_two_spellings_of_a_name_are_fine_before_26_3(tmp_path: Path) -> None:
    found = read(tmp_path / "pip.conf", "[global]\na-b = 1\na_b = 2\n", ways_of(None)._replace(normalises=False))
    assert [(setting.name, setting.value) for setting in found.settings] == [("a-b", "1"), ("a-b", "2")]


def test_what_is_no_file_is_noted(tmp_path: Path) -> None:
    files = ConfigFiles((), (str(tmp_path), str(tmp_path / "absent")), ())
    assert read_configuration(files, {}, NEWEST, cwd="/") == Configuration(
        notes=(f"{tmp_path} is named as a settings file but is not a regular file.",)
    )


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is unreadable here")
def test_a_file_that_may_not_be_read_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "pip.conf"
    path.touch(0o000)
    assert read_configuration(ConfigFiles((), (str(path),), ()), {}, NEWEST, cwd="/") == Configuration(
        notes=(f"pip skips {path}, which cannot be read: {os.strerror(errno.EACCES)}.",)
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    found = read_configuration(NOTHING, {"PIP_CONFIG_FILE": "pipe"}, NEWEST, cwd=str(tmp_path))
    assert found.notes == (f"{tmp_path / 'pipe'} is named as a settings file but is not a regular file.",)


def test_a_named_file_takes_the_users_place_once_it_exists(tmp_path: Path) -> None:
    files = ConfigFiles(("machine",), ("old", "new"), ("site",))
    environ = {"PIP_CONFIG_FILE": "named"}
    cwd = str(tmp_path)
    assert files_read(files, environ, NEWEST, cwd=cwd) == ("machine", "old", "new", "site", "named")
    (tmp_path / "named").touch()
    assert files_read(files, environ, NEWEST, cwd=cwd) == ("machine", "site", "named")
    assert files_read(files, {"PIP_CONFIG_FILE": ""}, NEWEST, cwd=cwd) == ("machine", "old", "new", "site")
    assert files_read(files, {"PIP_CONFIG_FILE": os.devnull}, NEWEST, cwd=cwd) == ()


def test_a_file_named_twice_counts_first_since_25_2_and_last_before() -> None:
    files = ConfigFiles(("machine",), (), ("site",))
    environ = {"PIP_CONFIG_FILE": "machine"}
    assert files_read(files, environ, NEWEST, cwd="/") == ("machine", "site")
    assert files_read(files, environ, NEWEST._replace(by_file=False), cwd="/") == ("site", "machine")


def test_indexes_are_gathered_from_everywhere_without_their_secrets(tmp_path: Path) -> None:
    path = tmp_path / "pip.conf"
    path.write_text(
        "[global]\nindex-url = https://user:p%40ss@index.example/simple\n"
        "[download]\nextra-index-url =\n  https://a.example/simple/\n  file:///b https://index.example/simple\n"
    )
    environ = {"PIP_EXTRA_INDEX_URL": "https://token@c.example:8080/x?y=1 http://[broken"}
    found = read_configuration(ConfigFiles((), (str(path),), ()), environ, NEWEST, cwd="/")
    assert found.indexes() == (
        "https://c.example:8080/x?y=1",
        "https://a.example/simple/",
        "https://index.example/simple",
    )


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://u@index.example", "https://index.example"),
        ("https://u:p@q@index.example/x", "https://index.example/x"),
        ("HTTPS://index.example/x/", "https://index.example/x/"),
        ("/folder", None),
        ("https://", None),
        ("git+https://index.example/x", None),
    ],
)
def test_credentials_are_cut_off(address: str, bare: str | None) -> None:
    assert without_credentials(address) == bare


LINES = st.one_of(
    st.sampled_from(
        ["[global]", "[install]", "[DEFAULT]", "[a.b]", "[]", "", "  ", "# x", "; x", "x", "  more", "=", "[a"]
    ),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["cache-dir", "CACHE_DIR", "--cache-dir", "timeout", "é", " indented", "a b"]),
        st.sampled_from([" = ", "=", ": ", " "]),
        st.sampled_from(["x", "", "a = b", "a # c", "%(x)s", "'q'", "é", "a ; b", "\ttab", "\x0c", "\x1c"]),
    ),
)


def pips_own(folder: Path, texts: list[str]) -> list[dict[str, str] | None]:
    """Have the pip that is installed here read texts as files of settings; None for what it refuses."""
    for number, text in enumerate(texts):
        (folder / str(number)).write_text(text, encoding="utf-8", newline="")
    script = (
        "import sys\nfrom pip._internal.configuration import Configuration, ConfigurationError\n"
        "for path in sys.argv[1:]:\n"
        "    configuration = Configuration(isolated=False)\n"
        "    try:\n        configuration._load_file('user', path)\n"
        "        found = configuration._config['user']\n        print(ascii(found.get(path, found)))\n"
        "    except ConfigurationError:\n        print(None)\n"
    )
    names = [str(number) for number in range(len(texts))]
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script, *names], cwd=folder, capture_output=True, text=True, check=True
    )
    return [ast.literal_eval(line) for line in done.stdout.splitlines()]


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(LINES, max_size=8).map("\n".join), min_size=60, max_size=60))
def test_pip_reads_any_file_the_same_way(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("texts")
    theirs = pips_own(folder, texts)
    for number, own in enumerate(theirs):
        found = read_configuration(ConfigFiles((), (str(folder / str(number)),), ()), {}, INSTALLED, cwd="/")
        ours = {f"{setting.section}.{setting.name}": setting.value for setting in found.settings}
        assert (None if found.faults else ours) == own, texts[number]
