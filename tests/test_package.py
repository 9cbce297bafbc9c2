"""Tests of the wheel and the sdist that are built from the project, without a network."""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

pytest.importorskip("flit_core")
PROJECT = Path(__file__).parents[1]
BUILD = """
import sys
sys.path.insert(0, ".ci")
import backend
backend.build_wheel(sys.argv[1])
backend.build_sdist(sys.argv[1])
"""
ADDRESS = re.compile(r"\]\(([^)]*)\)|\b(?:src|srcset|href)=[\"']([^\"']*)")
"""Pattern of an address in Markdown or in HTML."""
README = """# Title

![a picture](screenshots/one.svg)

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="screenshots/two.svg">
  <img alt="" src="screenshots/two.svg">
</picture>

Text with ![a picture](two.svg)<img src="three.svg" width="9"> in it, and [words](docs/a.md#b) and [here](#title).

[![a picture](screenshots/one.svg)](screenshots/one.svg)

![a badge](https://example.com/badge.svg) [a page](https://example.com)
"""
DESCRIPTION = """# Title

Text with  in it, and words and [here](#title).

![a badge](https://example.com/badge.svg) [a page](https://example.com)
"""


def build(tree: Path, to: Path) -> tuple[Path, Path]:
    """Build the project in a folder; return its wheel and its sdist."""
    to.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run([sys.executable, "-B", "-c", BUILD, str(to)], cwd=tree, check=True, env=environment)
    (wheel,), (sdist,) = to.glob("*.whl"), to.glob("*.tar.gz")
    return wheel, sdist


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_string(archive.read(name).decode())


def files(folder: Path) -> set[str]:
    """Return the files below a folder of the project that belong to it."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path.relative_to(PROJECT).as_posix() for path in found if "wheelhouse" not in path.parts}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(PROJECT, tmp_path_factory.mktemp("built") / "dist")


def test_the_wheel_has_the_package_and_the_sdist_all_it_takes_to_develop(built: tuple[Path, Path]) -> None:
    wheel, sdist = built
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name and ".data/" not in name]
    assert set(names) == files(PROJECT / "cachetui")
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    expected = files(PROJECT / "cachetui") | files(PROJECT / "tests") | files(PROJECT / "screenshots")
    assert held >= expected | files(PROJECT / ".ci") | {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"}
    assert not [name for name in held if "__pycache__" in name or "wheelhouse" in name]


def test_the_same_files_give_the_same_bytes_whenever_and_wherever(built: tuple[Path, Path], tmp_path: Path) -> None:
    with tarfile.open(built[1]) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    for path in unpacked.rglob("*.py"):
        os.utime(path, ns=(1, path.stat().st_size * 10**12))
    again = build(unpacked, tmp_path / "dist")
    assert [path.name for path in again] == [path.name for path in built]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in built]


def test_the_metadata_names_what_is_known(built: tuple[Path, Path]) -> None:
    told = metadata(built[0])
    assert (told["Author"], told["License-Expression"], told["License-File"]) == (
        "cachetui contributors",
        "MIT",
        "LICENSE",
    )
    assert told.get_all("Project-URL") is None
    python = "Programming Language :: Python :: "
    versions = [line.removeprefix(python) for line in told.get_all("Classifier", []) if line.startswith(python)]
    minors = [version for version in versions if version.startswith("3.")]
    assert minors == [f"3.{minor}" for minor in range(11, 11 + len(minors))]
    assert told["Requires-Python"] == f">={minors[0]}"
    supported = re.search(r'^SUPPORTED="(.*)"$', (PROJECT / ".ci/matrix").read_text(encoding="utf-8"), re.MULTILINE)
    assert supported
    assert supported[1].split() == minors


def test_the_long_description_is_the_readme_without_what_only_works_beside_it(built: tuple[Path, Path]) -> None:
    description = metadata(built[0]).get_payload()
    assert isinstance(description, str)
    addresses = [found for pair in ADDRESS.findall(description) for found in pair if found]
    assert not [address for address in addresses if not address.startswith(("https://", "http://", "mailto:", "#"))]
    kept = set(description.splitlines())
    readme = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    assert not [line for line in readme if line not in kept and not re.search(r"\]\(|<", line)]


def test_pictures_and_links_of_every_form_are_left_out(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(PROJECT / ".ci" / "backend.py", tmp_path / ".ci")
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "sample.py").touch()
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "sample"\nversion = "1"\ndescription = "A sample"\nreadme = "README.md"\n'
    )
    wheel, _ = build(tmp_path, tmp_path / "dist")
    assert metadata(wheel).get_payload() == f"{DESCRIPTION}\n"


def test_what_builds_it_is_what_the_tests_have() -> None:
    with (PROJECT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)
    assert set(settings["build-system"]["requires"]) <= set(settings["project"]["optional-dependencies"]["test"])
