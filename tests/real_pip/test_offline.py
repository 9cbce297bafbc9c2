"""A pip that `cachetui offline` runs installs from its own cache, with the index shut down and the cache left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loaded_pips import LoadedPips
from tests.pips import unpacked
from tests.real_pip.collection import sdist, wheel
from tests.real_pip.driver import RUN, Pip
from tests.real_pip.index import serve
from tests.untouched import state_of

PROJECT = Path(__file__).parents[2]
FILES = (
    wheel("Top.Thing", "1.0", "Top_Thing-1.0-7-py2.py3-none-any.whl", requires="Sourced.Thing>=3"),
    wheel("Top.Thing", "0.9"),
    sdist("Sourced.Thing", "3.0"),
)


@pytest.mark.parametrize(
    ("version", "folder", "only", "builds"),
    [("23.2.1", "http", ["*"], False), ("25.0.1", "http-v2", ["*"], False), ("26.3", "http-v2", ["kind:sdist"], True)],
)
def test_pip_installs_from_its_cache_without_an_index(
    version: str, folder: str, only: list[str], builds: bool, tmp_path: Path, pips: LoadedPips
) -> None:
    pip, cache, home = Pip(version, tmp_path / "pip", pips), tmp_path / "cache", tmp_path / "home of all"
    with serve(FILES) as index:
        pip.install(cache, index, "Top.Thing")
    assert (cache / folder).is_dir()
    before = {path: state_of(path) for path in cache.rglob("*")}
    home.mkdir()
    (tmp_path / "constraints.txt").write_text("Top.Thing==1.0\n")
    environment = {
        **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR") if name in os.environ},
        **{"HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": str(PROJECT), "XDG_RUNTIME_DIR": str(home)},
        **{"PIP_CONFIG_FILE": os.devnull, "PIP_CACHE_DIR": str(cache), "PIP_INDEX_URL": f"{index.url}/simple"},
        **{"PIP_CONSTRAINT": str(tmp_path / "constraints.txt"), "PIP_RETRIES": "0"},
    }
    target, asked = tmp_path / "target", "Sourced.Thing" if builds else "Top.Thing"
    run_pip = [sys.executable, "-c", RUN, str(unpacked(version)), "install", "--target", str(target), asked]
    home.chmod(0o700)
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.alone", "offline", "--only", *only, "--", *run_pip],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    built, top = {"sourced_thing-3.0.dist-info"}, {"Top_Thing-1.0.dist-info"}
    assert {path.name for path in target.glob("*.dist-info")} == (built if builds else built | top)
    assert ("Building wheel" in done.stdout) == builds
    assert {path: state_of(path) for path in cache.rglob("*")} == before
    assert not [path for path in home.rglob("*") if "offline" in path.name]
