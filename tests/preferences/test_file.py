from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.preferences.browser_choices import read_theme_file, theme_path
from cachetui.preferences.file import LONGEST, preferences_path, read_preferences
from cachetui.preferences.model import Preferences


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "preferences.toml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for the files that Hypothesis makes up."""
    return tmp_path_factory.mktemp("any")


def test_the_places_follow_home_and_xdg(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (preferences_path().name, theme_path().name) == ("preferences.toml", "theme")
    assert home in preferences_path().parents
    assert home in theme_path().parents
    if os.name == "posix" and not Path("/System").is_dir():
        monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "elsewhere"))
        monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
        assert preferences_path() == home / "elsewhere/cachetui/preferences.toml"
        assert theme_path() == home / "state/cachetui/theme"


def test_no_file_is_all_defaults(path: Path) -> None:
    assert read_preferences(path) == Preferences(path)
    (path.parent / "file").touch()
    assert read_preferences(path.parent / "file/preferences.toml").problems == ()


def test_what_is_no_file_is_one_problem_that_blocks_removals(path: Path) -> None:
    path.mkdir()
    assert [one.blocks for one in read_preferences(path).problems] == ["removal"]
    path.rmdir()
    path.symlink_to("nowhere")
    assert [one.blocks for one in read_preferences(path).problems] == ["removal"]
    path.unlink()
    path.symlink_to(path.name)
    assert [one.blocks for one in read_preferences(path).problems] == ["removal"]
    path.unlink()
    path.write_bytes(b"#" * (LONGEST + 1))
    assert [one.blocks for one in read_preferences(path).problems] == ["removal"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    assert len(read_preferences(path).problems) == 1
    assert read_theme_file(path) is None


PIECES = st.sampled_from(["theme", "keys", "protect", "prune", " = ", "[", "]", "'nord'", "'six'", "3", "\n", '"', "."])


@given(content=st.lists(PIECES, max_size=20).map("".join).map(str.encode) | st.binary(max_size=80))
def test_no_file_breaks_reading_it(folder: Path, content: bytes) -> None:
    path = folder / "preferences.toml"
    path.write_bytes(content)
    found = read_preferences(path)
    assert (found.path, found.exists) == (path, True)
    assert path.read_bytes() == content
