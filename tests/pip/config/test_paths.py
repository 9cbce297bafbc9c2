from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest
from packaging.version import Version

from cachetui.errors import CachetuiError
from cachetui.pip.config.paths import (
    ConfigFiles,
    configuration_files,
    default_root,
    expand,
    home,
    objection,
    place,
    store_package,
)
from cachetui.pip.versions import PipBehaviour, pip_version, ways_of

NEWEST = PipBehaviour()
LINUX = {"HOME": "/home/u"}
MAC = {"HOME": "/Users/u"}
WINDOWS = {
    "USERPROFILE": "C:\\Users\\u",
    "LOCALAPPDATA": "C:\\Users\\u\\AppData\\Local",
    "APPDATA": "C:\\Users\\u\\AppData\\Roaming",
    "ALLUSERSPROFILE": "D:\\ProgramData",
}
elsewhere = pytest.mark.skipif(sys.platform == "win32", reason="Windows tells its folders itself")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such owners")


@pytest.mark.parametrize(
    ("version", "ways"),
    [
        (None, NEWEST),
        ("26.3", NEWEST),
        ("99.1", NEWEST),
        ("26.2.1", PipBehaviour("stripped", normalises=False, unsets_anywhere=False)),
        ("26.1.2", PipBehaviour("filled", on_mac=False, normalises=False, unsets_anywhere=False)),
        ("25.3", PipBehaviour("filled", on_mac=False, merges=False, normalises=False, unsets_anywhere=False)),
        ("25.2", PipBehaviour("filled", on_mac=False, merges=False, normalises=False, unsets_anywhere=False)),
        ("25.1.1", PipBehaviour("filled", on_mac=False, by_file=False, normalises=False, unsets_anywhere=False)),
        ("21.3", PipBehaviour("filled", on_mac=False, by_file=False, normalises=False, unsets_anywhere=False)),
        ("21.2.4", PipBehaviour("verbatim", on_mac=False, by_file=False, normalises=False, unsets_anywhere=False)),
    ],
)
def test_ways_follow_the_version(version: str | None, ways: PipBehaviour) -> None:
    assert ways_of(Version(version) if version else None) == ways


def test_linux() -> None:
    assert default_root("linux", LINUX, NEWEST) == "/home/u/.cache/pip"
    assert default_root("linux", LINUX | {"XDG_CACHE_HOME": "/x"}, NEWEST) == "/x/pip"
    assert configuration_files("linux", LINUX, "/venv", NEWEST) == ConfigFiles(
        ("/etc/xdg/pip/pip.conf", "/etc/pip.conf"),
        ("/home/u/.pip/pip.conf", "/home/u/.config/pip/pip.conf"),
        ("/venv/pip.conf",),
    )
    named = LINUX | {"XDG_CONFIG_DIRS": "/a:/b", "XDG_CONFIG_HOME": "/c"}
    assert configuration_files("linux", named, None, NEWEST, "/elsewhere") == ConfigFiles(
        ("/a/pip/pip.conf", "/b/pip/pip.conf", "/elsewhere/pip.conf"),
        ("/home/u/.pip/pip.conf", "/c/pip/pip.conf"),
        (),
    )


def test_macos(tmp_path: Path) -> None:
    assert default_root("darwin", MAC, NEWEST) == "/Users/u/Library/Caches/pip"
    assert default_root("darwin", MAC | {"XDG_CACHE_HOME": "/x"}, NEWEST) == "/x/pip"
    old = ways_of(Version("26.1.2"))
    assert default_root("darwin", MAC | {"XDG_CACHE_HOME": "/x"}, old) == "/Users/u/Library/Caches/pip"
    assert configuration_files("darwin", MAC, "/venv", NEWEST) == ConfigFiles(
        ("/Library/Application Support/pip/pip.conf",),
        ("/Users/u/.pip/pip.conf", "/Users/u/.config/pip/pip.conf"),
        ("/venv/pip.conf",),
    )
    (tmp_path / "Library/Application Support/pip").mkdir(parents=True)
    files = configuration_files("darwin", {"HOME": str(tmp_path)}, None, NEWEST)
    assert files.user[1] == f"{tmp_path}/Library/Application Support/pip/pip.conf"
    brewed = configuration_files("darwin", MAC, "/opt/homebrew/opt/python@3.12/Frameworks/x", NEWEST)
    assert brewed.machine[0] == "/opt/homebrew/share/pip/pip.conf"
    named = configuration_files("darwin", MAC | {"XDG_DATA_DIRS": "/a:/b"}, None, NEWEST)
    assert named.machine == ("/a/pip/pip.conf", "/b/pip/pip.conf")


@elsewhere
def test_windows() -> None:
    assert default_root("win32", WINDOWS, NEWEST) == "C:\\Users\\u\\AppData\\Local\\pip\\Cache"
    assert configuration_files("win32", WINDOWS, "C:\\venv", NEWEST) == ConfigFiles(
        ("D:\\ProgramData\\pip\\pip.ini",),
        ("C:\\Users\\u\\pip\\pip.ini", "C:\\Users\\u\\AppData\\Roaming\\pip\\pip.ini"),
        ("C:\\venv\\pip.ini",),
    )
    bare = {"HOMEDRIVE": "C:", "HOMEPATH": "\\Users\\u"}
    assert default_root("win32", bare, NEWEST) == "C:\\Users\\u\\AppData\\Local\\pip\\Cache"


PACKAGE = "PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0"
APPS = "C:\\Users\\u\\AppData\\Local\\Microsoft\\WindowsApps"
INSTALLED = "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_3.12.2800.0_x64__qbz5n2kfra8p0"


@pytest.mark.parametrize(
    ("executable", "prefix", "package"),
    [
        (f"{APPS}\\{PACKAGE}\\python.exe", f"{APPS}\\..", PACKAGE),
        ("C:\\anywhere\\python.exe", INSTALLED, PACKAGE),
        (f"{INSTALLED.lower()}\\python3.12.exe", "C:\\anywhere", PACKAGE.lower()),
        ("C:\\Python312\\python.exe", "C:\\Python312", None),
        (f"{APPS}\\PythonSoftwareFoundation.PythonManager_qbz5n2kfra8p0\\python.exe", "C:\\Python", None),
        (f"{APPS}\\PythonSoftwareFoundation.Python.3.12\\python.exe", "C:\\Python", None),
    ],
)
def test_the_package_of_a_python_from_the_microsoft_store(executable: str, prefix: str, package: str | None) -> None:
    assert store_package(executable, prefix) == package


@elsewhere
def test_the_package_of_an_environment_is_that_of_its_base(tmp_path: Path) -> None:
    Path(f"{tmp_path}\\pyvenv.cfg").write_text(f"home = {APPS}\\{PACKAGE}\nversion = 3.12.8\n")
    assert store_package(f"{tmp_path}\\Scripts\\python.exe", str(tmp_path)) == PACKAGE


@elsewhere
def test_a_command_of_the_store_is_of_the_only_package_that_fits(tmp_path: Path) -> None:
    apps = Path(f"{tmp_path}\\WindowsApps")
    (apps / PACKAGE).mkdir(parents=True)
    (apps / "PythonSoftwareFoundation.PythonManager_qbz5n2kfra8p0").mkdir()
    commands = ("python.exe", "python3.12.exe", "python3.13.exe")

    def found() -> list[str | None]:
        return [store_package(f"{apps}\\{name}", f"{tmp_path}") for name in commands]

    assert found() == [PACKAGE, PACKAGE, None]
    newer = PACKAGE.replace("3.12", "3.13")
    (apps / newer).mkdir()
    assert found() == [None, PACKAGE, newer]


@elsewhere
def test_windows_keeps_what_a_python_from_the_store_writes_apart(tmp_path: Path) -> None:
    local = f"{tmp_path}\\Local"
    known = WINDOWS | {"LOCALAPPDATA": local}
    assert default_root("win32", known, NEWEST, PACKAGE) == f"{local}\\pip\\Cache"
    before = configuration_files("win32", known, None, NEWEST, package=PACKAGE)
    assert before == configuration_files("win32", known, None, NEWEST)
    root = f"{local}\\Packages\\{PACKAGE}\\LocalCache\\Local\\pip\\Cache"
    settings = f"{local}\\Packages\\{PACKAGE}\\LocalCache\\Roaming\\pip\\pip.ini"
    Path(root).mkdir(parents=True)
    Path(settings).touch()
    assert default_root("win32", known, NEWEST, PACKAGE) == root
    assert configuration_files("win32", known, None, NEWEST, package=PACKAGE).user[1] == settings
    assert default_root("win32", known, NEWEST) == f"{local}\\pip\\Cache"


def test_platformdirs_says_the_same_here(home: Path) -> None:
    assert default_root(sys.platform, os.environ, NEWEST) == platformdirs.user_cache_dir("pip", False)
    files = configuration_files(sys.platform, os.environ, None, NEWEST)
    if sys.platform not in ("win32", "darwin"):
        assert Path(files.user[1]).parent == Path(platformdirs.user_config_dir("pip", False))
        assert Path(files.machine[0]).parent == Path(platformdirs.site_config_dir("pip", False))


@elsewhere
@pytest.mark.parametrize("path", ["~", "~/x", "~~", "x", "", "~nobody-at-all/x", "~root/x", "/~"])
@pytest.mark.parametrize("variable", ["/home/u", "/home/u/", "/", ""])
def test_a_tilde_expands_as_python_expands_it(path: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", variable)
    assert expand(path, sys.platform, os.environ) == os.path.expanduser(path)  # noqa: PTH111 - the judge


@elsewhere
def test_without_a_variable_the_home_is_the_one_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    assert home(sys.platform, os.environ) == os.path.expanduser("~")  # noqa: PTH111 - the judge


def test_windows_expands_both_slashes() -> None:
    assert expand("~\\x", "win32", WINDOWS) == "C:\\Users\\u\\x"
    assert expand("~/x", "win32", WINDOWS) == "C:\\Users\\u/x"
    assert expand("~", "win32", {}) == "~"


@posix
def test_the_superuser_may_use_only_its_own(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        assert objection(f"{tmp_path}/a/b", 0) is None
        os.chown(tmp_path, 12_345, 12_345)
    assert objection(f"{tmp_path}/a/b", 0) == f"{tmp_path} belongs to another user than the one running (sudo?)"


@posix
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_user_may_use_what_is_writable(tmp_path: Path) -> None:
    assert objection(f"{tmp_path}/a/b") is None
    tmp_path.chmod(0o500)
    assert objection(f"{tmp_path}/a/b") == f"{tmp_path} is not writable for the user running"


def put_metadata(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)


def test_the_version_of_pip_is_told_by_its_metadata(tmp_path: Path) -> None:
    site = tmp_path / "lib/python3.11/site-packages"
    assert pip_version(tmp_path) is None
    put_metadata(site, "pip-25.3.dist-info", "pip_tools-7.0.dist-info", "pip")
    assert pip_version(tmp_path) == Version("25.3")
    put_metadata(tmp_path / "lib/python3.12/site-packages", "pip-26.3.dist-info")
    assert pip_version(tmp_path) is None, "two Pythons share a prefix: nobody knows which is meant"


@pytest.mark.parametrize(
    ("place", "version"),
    [
        ("lib/python3/dist-packages/pip-23.0.1.dist-info", "23.0.1"),
        ("Lib/site-packages/pip-24.0.dist-info", "24.0"),
        ("lib/python3.7/site-packages/pip-20.1-py3.7.egg-info", "20.1"),
        ("lib/python3.7/site-packages/pip-odd.thing.dist-info", None),
    ],
)
def test_metadata_lies_in_several_places(place: str, version: str | None, tmp_path: Path) -> None:
    put_metadata(tmp_path, place)
    assert pip_version(tmp_path) == (Version(version) if version else None)


def test_a_place_is_named_with_a_tilde_unless_nobody_is_called_so(home: Path) -> None:
    assert place("~/wheels") == home / "wheels"
    assert place("wheels") == Path("wheels")
    with pytest.raises(CachetuiError, match="~nobody-here stands for no home directory: there is no user"):
        place("~nobody-here/wheels")
