from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.errors import CachetuiError
from cachetui.preferences.browser_choices import read_theme_file, save_theme, theme_path
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Preferences
from cachetui.preferences.names import THEMES

NOBODY_SET = Preferences()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "preferences.toml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for the files that Hypothesis makes up."""
    return tmp_path_factory.mktemp("any")


def test_a_saved_theme_counts_unless_the_preferences_set_one(path: Path) -> None:
    save_theme("gruvbox", read_preferences(path))
    assert theme_path().read_bytes() == b"gruvbox\n"
    assert read_preferences(path) == Preferences(path, theme="gruvbox")
    assert not path.exists()
    path.write_text("theme = 'nord'")
    assert read_preferences(path).theme == "nord"
    path.write_text("theme = 'no such theme'")
    assert read_preferences(path).theme == "gruvbox"
    path.write_text("theme = ")
    assert read_preferences(path).theme == "gruvbox"


def test_a_theme_is_not_saved_where_the_preferences_set_another(path: Path) -> None:
    path.write_text("theme = 'nord' # mine")
    preferences = read_preferences(path)
    with pytest.raises(CachetuiError) as raised:
        save_theme("gruvbox", preferences)
    assert str(raised.value) == f'Theme not saved: {path} sets "nord". Change it there.'
    save_theme("nord", preferences)  # as it is set: nothing to save
    assert not theme_path().exists()
    assert path.read_text() == "theme = 'nord' # mine"


@given(content=st.binary(max_size=200) | st.sampled_from(THEMES).map(str.encode))
def test_no_theme_file_breaks_reading_it(folder: Path, content: bytes) -> None:
    path = folder / "theme"
    path.write_bytes(content)
    found = read_theme_file(path)
    assert found is None or found in THEMES
    assert found is None or content.strip() == found.encode()


@given(theme=st.sampled_from(THEMES))
def test_what_is_saved_is_read(folder: Path, theme: str) -> None:
    save_theme(theme, NOBODY_SET, folder / "theme")
    assert read_theme_file(folder / "theme") == theme


def test_a_theme_file_that_is_huge_or_no_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "theme"
    assert read_theme_file(path) is None
    path.mkdir()
    assert read_theme_file(path) is None
    path.rmdir()
    path.write_bytes(b"nord" + b" " * 10_000_000 + b"x")
    assert read_theme_file(path) == "nord"
    path.write_bytes(b" " * 10_000_000 + b"nord")
    assert read_theme_file(path) is None
    assert read_theme_file(path / "theme") is None


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are followed here")
def test_a_link_in_the_place_of_the_theme_is_not_followed(tmp_path: Path) -> None:
    path, target = tmp_path / "theme", tmp_path / "target"
    target.write_text("nord")
    for leads in (target.name, path.name, "nowhere"):
        path.symlink_to(leads)
        assert read_theme_file(path) is None
        path.unlink()
    path.symlink_to(target.name)
    save_theme("gruvbox", NOBODY_SET, path)
    assert not path.is_symlink()
    assert (read_theme_file(path), target.read_text()) == ("gruvbox", "nord")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="only others cannot read it")
def test_a_theme_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    path = tmp_path / "theme"
    path.write_text("nord")
    path.chmod(0)
    assert read_theme_file(path) is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act in another's home")
def test_another_users_theme_is_neither_read_nor_written(tmp_path: Path) -> None:
    home = tmp_path / "another"
    home.mkdir()
    os.chown(home, 1234, 1234)
    with pytest.raises(CachetuiError, match="its folder belongs to another user"):
        save_theme("nord", NOBODY_SET, home / ".local/state/cachetui/theme")
    assert [*home.iterdir()] == []
    path = tmp_path / "theme"
    path.write_text("nord")
    assert read_theme_file(path) == "nord"
    os.chown(path, 1234, 1234)
    assert read_theme_file(path) is None


def test_only_the_user_can_read_a_new_theme_file(home: Path) -> None:
    save_theme("nord", NOBODY_SET)
    assert home in theme_path().parents
    assert [one.name for one in theme_path().parent.iterdir()] == ["theme"]
    if os.name == "posix":
        assert stat.S_IMODE(theme_path().stat().st_mode) == 0o600


def test_no_draft_is_left_where_the_file_cannot_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_theme("nord", NOBODY_SET, tmp_path / "theme")
    assert [*tmp_path.iterdir()] == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file/theme", tmp_path / "folder"):
        with pytest.raises(CachetuiError, match=r"Theme not saved: cannot write .*: .+\."):
            save_theme("nord", NOBODY_SET, path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "folder"]
