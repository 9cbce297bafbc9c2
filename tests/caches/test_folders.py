from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.caches.folders import cache_folder, config_folders, set_folder

XDG = {"XDG_CACHE_HOME": "/c", "XDG_CONFIG_HOME": "/s"}
WINDOWS = {"USERPROFILE": "C:\\me"}


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"HOME": "/home/me"}, "/home/me/.cache/tool"),
        ("linux", {"HOME": "/home/me", "XDG_CACHE_HOME": "/fast"}, "/fast/tool"),
        ("linux", {"HOME": "/home/me", "XDG_CACHE_HOME": " "}, "/home/me/.cache/tool"),
        ("darwin", {"HOME": "/Users/me"}, "/Users/me/Library/Caches/tool"),
        ("darwin", {"HOME": "/Users/me", "XDG_CACHE_HOME": "/fast"}, "/fast/tool"),
    ],
)
def test_a_cache_is_where_the_platform_keeps_caches(platform: str, environ: dict[str, str], folder: str) -> None:
    assert cache_folder("tool", environ, platform) == Path(folder)


@pytest.mark.parametrize(
    ("environ", "start"),
    [
        ({"USERPROFILE": "C:\\Users\\me", "LOCALAPPDATA": "D:\\Local"}, "D:\\Local"),
        ({"USERPROFILE": "C:\\Users\\me", "LOCALAPPDATA": ""}, "C:\\Users\\me\\AppData\\Local"),
        ({"USERPROFILE": "C:\\Users\\me", "XDG_CACHE_HOME": "E:\\fast"}, "C:\\Users\\me\\AppData\\Local"),
    ],
)
def test_on_windows_it_is_in_the_local_folder(environ: dict[str, str], start: str) -> None:
    assert cache_folder("tool", environ, "win32") == Path(start, "tool", "Cache")


def test_a_folder_in_a_setting_may_begin_with_a_tilde_or_be_relative(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"HOME": str(home), "USERPROFILE": str(home)}
    assert set_folder("~/caches/one", environ) == home / "caches/one"
    assert set_folder("caches/one", environ) == tmp_path / "caches/one"
    assert set_folder(str(home), environ) == home


@pytest.mark.parametrize(
    ("platform", "environ", "cache", "config"),
    [
        ("linux", {"HOME": "/me"}, "/me/.cache/app", ["/me/.config/app"]),
        ("linux", {"HOME": "/me", **XDG}, "/c/app", ["/s/app"]),
        (
            "darwin",
            {"HOME": "/me"},
            "/me/Library/Caches/app",
            ["/me/Library/Application Support/app", "/me/Library/Preferences/app"],
        ),
        ("darwin", {"HOME": "/me", **XDG}, "/c/app", ["/s/app"]),
        ("win32", WINDOWS, "C:/me/AppData/Local/app/Cache", ["C:/me/AppData/Roaming/app"]),
        ("win32", {"LOCALAPPDATA": "L:", "APPDATA": "R:"}, "L:/app/Cache", ["R:/app"]),
    ],
)
def test_folders_are_those_that_platformdirs_finds(
    platform: str, environ: dict[str, str], cache: str, config: list[str]
) -> None:
    assert str(cache_folder("app", environ, platform)).replace("\\", "/") == cache
    assert [str(path).replace("\\", "/") for path in config_folders("app", environ, platform)] == config
