"""Paths of pip's settings and of its default cache, and reasons why pip refuses a path."""

from __future__ import annotations

import functools
import ntpath
import os
import posixpath
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import CachetuiError
from cachetui.pip.versions import PipBehaviour

HOMEBREW = "/opt/python"
"""Part of the prefix of a Python that Homebrew manages (platformdirs, `macos.py`)."""
STORE = "PythonSoftwareFoundation.Python."
"""Prefix of the name of a Python's package from the Microsoft Store."""
PACKAGE = re.compile(
    rf"({re.escape(STORE)}[\d.]+)_(?:[\d.]+_[a-z\d]+_[a-z\d]*_)?([a-z\d]{{13}})(?![^\\/])", re.IGNORECASE
)
"""Pattern of a Store package's name in a path: its family name, or its full name with version and processor."""
REDIRECTED = {"LOCALAPPDATA": "Local", "APPDATA": "Roaming"}
"""Subfolders of `LocalCache` that an application from the Microsoft Store uses instead of Windows' own folders.

The keys are the environment variables that hold the paths of those folders of Windows.
"""


class ConfigFiles(NamedTuple):
    """Files that may hold pip's settings, weakest first; they need not exist."""

    machine: tuple[str, ...]
    """Machine-wide files: pip's level `global`."""
    user: tuple[str, ...]
    """The user's files: pip's level `user`."""
    site: tuple[str, ...]
    """Files of the environment, in its `sys.prefix`; empty if no environment is known."""


def home(platform: str, environ: Mapping[str, str]) -> str:
    """Return what `os.path.expanduser` puts in place of a `~`; "~" if no home directory is known."""
    if platform == "win32":
        drive = environ.get("HOMEDRIVE", "")
        return environ.get("USERPROFILE") or (drive + environ["HOMEPATH"] if "HOMEPATH" in environ else "~")
    return environ["HOME"].rstrip("/") if "HOME" in environ else _home_on_record()


def _home_on_record() -> str:
    """Return the current user's home directory in the system's list of users, or "~" if there is none."""
    if sys.platform != "win32":
        import pwd  # noqa: PLC0415 - there is none on Windows

        with suppress(KeyError):
            return pwd.getpwuid(os.getuid()).pw_dir.rstrip("/")
    return "~"


def expand(path: str, platform: str, environ: Mapping[str, str]) -> str:
    """Expand a leading `~` or `~user` as `os.path.expanduser` does, with `environ` as the environment."""
    separators = "\\/" if platform == "win32" else "/"
    if path == "~" or path[:2] in [f"~{separator}" for separator in separators]:
        return home(platform, environ) + path[1:] or "/"
    return os.path.expanduser(path) if platform == sys.platform else path  # noqa: PTH111 - Path would normalise


def place(typed: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path that a user means by `typed`, with a leading `~` or `~user` expanded.

    Raises CachetuiError if no such home directory is known.
    """
    whole = expand(typed, sys.platform, environ)
    if whole.startswith("~"):
        tilde = Path(typed).parts[0]
        why = f"there is no user named {tilde[1:]}" if tilde[1:] else "none is known"
        raise CachetuiError(f"{tilde} stands for no home directory: {why}.")
    return Path(whole)


def store_package(executable: str, prefix: str) -> str | None:
    """Return the family name of the Microsoft Store package that a Python on Windows comes from.

    Return None if it comes from none, or if that is unclear. An environment's Python is from the package of the Python
    that created it.
    """
    base = ""
    with suppress(OSError, ValueError), open(ntpath.join(prefix, "pyvenv.cfg"), encoding="utf-8") as lines:  # noqa: PTH123
        base = next((line.partition("=")[2].strip() for line in lines if line.partition("=")[0].strip() == "home"), "")
    for path in (executable, prefix, base):
        if found := PACKAGE.search(path):
            return f"{found[1]}_{found[2]}"
    folder, command = ntpath.split(executable)
    if ntpath.basename(folder).lower() != "windowsapps":
        return None
    version = re.search(r"\d\.\d+", command)  # `python.exe` there starts any of them
    beginning = f"{STORE}{version[0]}_" if version else STORE
    with suppress(OSError):
        names = [place.name for place in Path(folder).iterdir()]
        packages = [name for name in names if name.startswith(beginning) and PACKAGE.match(name)]
        return packages[0] if len(packages) == 1 else None
    return None


def default_root(platform: str, environ: Mapping[str, str], ways: PipBehaviour, package: str | None = None) -> str:
    """Return pip's default cache directory, used if no setting names one (`pip._internal.utils.appdirs`).

    `package` is the Python's package from the Microsoft Store, if any.
    """
    if platform == "win32":
        return _redirected("LOCALAPPDATA", "pip\\Cache", environ, package)
    if platform == "darwin":
        named, standard = (_xdg("XDG_CACHE_HOME", environ, ways) if ways.on_mac else None), "Library/Caches"
    else:
        named, standard = _xdg("XDG_CACHE_HOME", environ, ways), ".cache"
    return posixpath.join(_at_home(standard, environ, ways) if named is None else named, "pip")


def configuration_files(
    platform: str,
    environ: Mapping[str, str],
    prefix: str | None,
    ways: PipBehaviour,
    etc: str = "/etc",
    package: str | None = None,
) -> ConfigFiles:
    """Return the paths of pip's settings files (`get_configuration_files` in `pip._internal.configuration`).

    `prefix` is the environment's `sys.prefix`, and `package` its package from the Microsoft Store, if any. Only tests
    pass `etc`.
    """
    if platform == "win32":
        return ConfigFiles(
            (ntpath.join(_windows_folder("ALLUSERSPROFILE", environ), "pip", "pip.ini"),),
            (
                ntpath.join(home(platform, environ), "pip", "pip.ini"),
                _redirected("APPDATA", "pip\\pip.ini", environ, package),
            ),
            (ntpath.join(prefix, "pip.ini"),) if prefix else (),
        )
    if platform == "darwin":
        named = _xdg("XDG_DATA_HOME", environ, ways) if ways.on_mac else None
        support = posixpath.join(named or _at_home("Library/Application Support", environ, ways), "pip")
        user = support if os.path.isdir(support) else f"{home(platform, environ)}/.config/pip"  # noqa: PTH112
        machine = _xdg_list("XDG_DATA_DIRS", environ, ways) if ways.on_mac else []
        if not machine:
            if prefix and HOMEBREW in prefix:
                machine.append(prefix.split(HOMEBREW)[0] + "/share")
            machine.append("/Library/Application Support")
        machine = [posixpath.join(folder, "pip") for folder in machine]
    else:
        named = _xdg("XDG_CONFIG_HOME", environ, ways)
        user = posixpath.join(_at_home(".config", environ, ways) if named is None else named, "pip")
        machine = _xdg_list("XDG_CONFIG_DIRS", environ, ways) or [f"{etc}/xdg"]
        machine = [*[posixpath.join(folder, "pip") for folder in machine], etc]
    return ConfigFiles(
        tuple(posixpath.join(folder, "pip.conf") for folder in machine),
        (f"{home(platform, environ)}/.pip/pip.conf", posixpath.join(user, "pip.conf")),
        (posixpath.join(prefix, "pip.conf"),) if prefix else (),
    )


def objection(root: str, euid: int | None = None) -> str | None:
    """Return why pip would not use a cache at `root`, or None if it would.

    The folder must be writable or, if the superuser runs pip, belong to the superuser. If the folder is missing, this
    holds for its nearest existing ancestor. If that is not so, pip works without a cache. `euid` is the id of the user
    who runs pip, by default that of the current user. Windows has no such check. Source: `check_path_owner` in
    `pip._internal.utils.filesystem`.
    """
    if sys.platform != "win32" and euid is None:
        euid = os.geteuid()
    if euid is None:
        return None
    path = os.path.realpath(os.fspath(root))
    while not os.path.lexists(path) and path != os.path.dirname(path):  # noqa: PTH120 - as pip walks
        path = os.path.dirname(path)  # noqa: PTH120
    try:
        foreign = euid == 0 and Path(path).lstat().st_uid != 0
    except OSError:
        foreign = True
    if foreign:
        return f"{path} belongs to another user than the one running (sudo?)"
    if euid and not os.access(path, os.W_OK):
        return f"{path} is not writable for the user running"
    return None


def _xdg(name: str, environ: Mapping[str, str], ways: PipBehaviour) -> str | None:
    """Return the value of an XDG variable, or None if this pip treats it as unset."""
    value = environ.get(name)
    if value is None or ways.xdg == "verbatim":
        return value
    if ways.xdg == "filled":
        return value if value.strip() else None
    value = value.strip()
    return value if posixpath.isabs(value) or (value and ways.xdg == "stripped") else None


def _xdg_list(name: str, environ: Mapping[str, str], ways: PipBehaviour) -> list[str]:
    """Return those directories of an XDG variable that this pip uses."""
    value = environ.get(name, "")
    if ways.xdg == "verbatim":
        return [part.rstrip("/") for part in value.split(":") if part]
    if ways.xdg == "filled":
        return value.split(":") if value.strip() else []
    if ways.xdg == "stripped":
        return [part for part in value.strip().split(":") if part.strip()]
    return [part.strip() for part in value.split(":") if posixpath.isabs(part.strip())]


def _at_home(path: str, environ: Mapping[str, str], ways: PipBehaviour) -> str:
    """Return a path in the home directory. Newer pips treat an empty HOME as unset."""
    unset = ways.xdg == "absolute" and environ.get("HOME") == ""
    return f"{_home_on_record() if unset else home('linux', environ)}/{path}"


def _redirected(variable: str, below: str, environ: Mapping[str, str], package: str | None) -> str:
    """Return the path that a Python uses below a Windows known folder.

    Windows keeps what an application from the Microsoft Store writes there in a folder of the application, and shows it
    to the application in place of the known folder.
    """
    if package:
        local = _windows_folder("LOCALAPPDATA", environ)
        own = ntpath.join(local, "Packages", package, "LocalCache", REDIRECTED[variable], below)
        if os.path.exists(own):  # noqa: PTH110 - a Windows path, which tests read elsewhere
            return own
    return ntpath.join(_windows_folder(variable, environ), below)


def _windows_folder(variable: str, environ: Mapping[str, str]) -> str:
    """Return a Windows known folder: from the system if this is Windows, otherwise from the variable."""
    known = _known_windows_folders() if sys.platform == "win32" else environ
    standard = {
        "LOCALAPPDATA": ntpath.join(home("win32", environ), "AppData", "Local"),
        "APPDATA": ntpath.join(home("win32", environ), "AppData", "Roaming"),
        "ALLUSERSPROFILE": "C:\\ProgramData",
    }
    return known.get(variable) or standard[variable]


@functools.cache
def _known_windows_folders() -> Mapping[str, str]:
    """Return the system's known folders, by the variable that usually holds each."""
    import platformdirs  # noqa: PLC0415 - slow to load, and of no use elsewhere

    return {
        "LOCALAPPDATA": platformdirs.user_data_dir(None, False),
        "APPDATA": platformdirs.user_data_dir(None, False, roaming=True),
        "ALLUSERSPROFILE": platformdirs.site_data_dir(None, False),
    }
