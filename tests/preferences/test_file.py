from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from cachetui.errors import CachetuiError
from cachetui.preferences.file import LONGEST, preferences_path, read_preferences, remember_theme
from cachetui.preferences.model import Preferences


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "preferences.toml"


def test_the_place_follows_home_and_xdg(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert preferences_path().name == "preferences.toml"
    assert home in preferences_path().parents
    if os.name == "posix" and not Path("/System").is_dir():
        monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "elsewhere"))
        assert preferences_path() == home / "elsewhere/cachetui/preferences.toml"


def test_no_file_is_all_defaults(path: Path) -> None:
    assert read_preferences(path) == Preferences(path)
    (path.parent / "file").touch()
    assert read_preferences(path.parent / "file/preferences.toml").complaints == ()


def test_what_is_no_file_is_one_complaint_that_stops_removals(path: Path) -> None:
    path.mkdir()
    assert [one.stops for one in read_preferences(path).complaints] == ["removal"]
    path.rmdir()
    path.symlink_to("nowhere")
    assert [one.stops for one in read_preferences(path).complaints] == ["removal"]
    path.unlink()
    path.symlink_to(path.name)
    assert [one.stops for one in read_preferences(path).complaints] == ["removal"]
    path.unlink()
    path.write_bytes(b"#" * (LONGEST + 1))
    assert [one.stops for one in read_preferences(path).complaints] == ["removal"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    assert len(read_preferences(path).complaints) == 1
    with pytest.raises(CachetuiError):
        remember_theme("nord", path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act in another's home")
def test_no_file_is_made_in_the_home_of_another_user(tmp_path: Path) -> None:
    home = tmp_path / "another"
    home.mkdir()
    os.chown(home, 1234, 1234)
    with pytest.raises(CachetuiError, match="its folder is another user's"):
        remember_theme("nord", home / ".config/cachetui/preferences.toml")
    assert [*home.iterdir()] == []


def test_a_theme_is_remembered_and_all_else_stays(path: Path) -> None:
    before = b"\xef\xbb\xbf# mine\r\ntheme = 'dark' # dear\r\n[prune]\r\nsuperseded=true"
    path.write_bytes(before)
    path.chmod(0o640)
    remember_theme("nord", path)
    assert path.read_bytes() == before.replace(b"'dark'", b'"nord"')
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert read_preferences(path).theme == "nord"


def test_a_theme_makes_the_file(path: Path) -> None:
    path = path.parent / "new/cachetui/preferences.toml"
    remember_theme("nord", path)
    assert path.read_bytes() == b'theme = "nord"\n'


def test_a_link_stays_a_link(path: Path) -> None:
    target = path.parent / "dotfiles.toml"
    target.write_text("age = 'read'\n")
    path.symlink_to(target.name)
    remember_theme("nord", path)
    assert path.is_symlink()
    assert target.read_text() == "age = 'read'\ntheme = \"nord\"\n"


def test_no_draft_is_left_where_the_file_cannot_be_replaced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        remember_theme("nord", path)
    assert [*path.parent.iterdir()] == []


@pytest.mark.parametrize("content", [b"theme = ", b"theme = '\xff'", b"[theme]\na = 1"])
def test_a_file_that_cannot_be_changed_is_left(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CachetuiError, match=r"The theme is not remembered"):
        remember_theme("nord", path)
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_told(path: Path) -> None:
    path.touch()
    with pytest.raises(CachetuiError, match=r"The theme is not remembered"):
        remember_theme("nord", path / "preferences.toml")
    (path.parent / "folder").mkdir()
    with pytest.raises(CachetuiError, match=r"it is not a file"):
        remember_theme("nord", path.parent / "folder")
