from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.caches.uv_settings import default_cache, find_cache


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the folder of a project the current folder, below one that has no settings."""
    folder = tmp_path / "project/src"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return tmp_path / "project"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CONFIG_DIRS": "/none"}


def found(environ: dict[str, str], tmp_path: Path) -> tuple[str, str, str | None]:
    place = find_cache(environ, "linux", str(tmp_path / "etc"))
    return place.root, place.said_by, place.off_by


def put(file: Path, content: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return file


def test_the_default(environ: dict[str, str], tmp_path: Path) -> None:
    assert found(environ, tmp_path) == (f"{tmp_path}/home/.cache/uv", "the platform's default", None)
    assert default_cache({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "darwin") == "/x/uv"
    assert default_cache({"HOME": "/h", "XDG_CACHE_HOME": "relative"}, "linux") == "/h/.cache/uv"
    assert default_cache({"LOCALAPPDATA": "C:\\Local"}, "win32") == "C:\\Local\\uv\\cache"


def test_the_variable_is_stronger_than_files(environ: dict[str, str], project: Path, tmp_path: Path) -> None:
    put(project / "uv.toml", 'cache-dir = "from-file"')

    assert found(environ | {"UV_CACHE_DIR": "~/foo"}, tmp_path)[:2] == (f"{project}/src/~/foo", "UV_CACHE_DIR=~/foo")
    assert found(environ | {"UV_CACHE_DIR": ""}, tmp_path)[0] == f"{project}/src/from-file"


def test_a_file_counts_from_the_current_folder(environ: dict[str, str], project: Path, tmp_path: Path) -> None:
    file = put(project / "uv.toml", 'cache-dir = "rel"')

    assert found(environ, tmp_path) == (f"{project}/src/rel", f"cache-dir in {file}", None)


def test_the_nearest_project_counts(environ: dict[str, str], project: Path, tmp_path: Path) -> None:
    put(project / "uv.toml", 'cache-dir = "/far"')
    file = put(project / "src/pyproject.toml", '[tool.other]\nuv = 1\n[project]\nname = "x"')
    assert found(environ, tmp_path)[0] == "/far"
    put(file, '[tool.uv]\ncache-dir = "/near"')
    assert found(environ, tmp_path)[0] == "/near"


def test_the_users_file_is_weaker_than_the_projects(environ: dict[str, str], project: Path, tmp_path: Path) -> None:
    put(tmp_path / "etc/uv/uv.toml", 'cache-dir = "/system"')
    assert found(environ, tmp_path)[0] == "/system"
    put(tmp_path / "config/uv/uv.toml", 'cache-dir = "/user"')
    assert found(environ, tmp_path)[0] == "/user"
    put(project / "uv.toml", "offline = true")
    assert found(environ, tmp_path)[0] == "/user"
    put(project / "uv.toml", 'cache-dir = "/project"')
    assert found(environ, tmp_path)[0] == "/project"
    assert found(environ | {"UV_NO_CONFIG": "1"}, tmp_path)[0] == f"{tmp_path}/home/.cache/uv"
    chosen = put(tmp_path / "chosen.toml", 'cache-dir = "/chosen"')
    assert found(environ | {"UV_CONFIG_FILE": str(chosen)}, tmp_path)[0] == "/chosen"


def test_a_cache_that_is_off(environ: dict[str, str], project: Path, tmp_path: Path) -> None:
    assert found(environ | {"UV_NO_CACHE": "true"}, tmp_path)[2] == "UV_NO_CACHE=true"
    assert found(environ | {"UV_NO_CACHE": "0"}, tmp_path)[2] is None
    file = put(project / "uv.toml", "no-cache = true")
    assert found(environ, tmp_path)[2] == f"no-cache in {file}"


@pytest.mark.parametrize("content", ["cache-dir = 5", "cache-dir =", 'cache-dir = ""', "\0"])
def test_what_makes_no_sense_says_nothing(content: str, environ: dict[str, str], project: Path, tmp_path: Path) -> None:
    put(project / "uv.toml", content)

    assert found(environ, tmp_path)[0] == f"{tmp_path}/home/.cache/uv"
