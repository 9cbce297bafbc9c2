"""The projects that the tests' index offers: names, versions and builds that once gave trouble."""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from urllib.parse import quote

from packaging.utils import canonicalize_name

from cachetui.demo import artifacts
from cachetui.demo.artifacts import DemoFile

PYPROJECT = b"""\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""

BACKEND = b"""\
import os
import zipfile
from email import message_from_file


def _names():
    with open("PKG-INFO", encoding="utf-8") as file:
        fields = message_from_file(file)
    stem = fields["Name"].replace("-", "_").replace(".", "_").lower() + "-" + fields["Version"]
    return stem, stem + ".dist-info"


def _wheel():
    return "Wheel-Version: 1.0\\nGenerator: backend\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    stem, info = _names()
    os.mkdir(os.path.join(metadata_directory, info))
    with open("PKG-INFO", encoding="utf-8") as source:
        for name, text in (("METADATA", source.read()), ("WHEEL", _wheel())):
            with open(os.path.join(metadata_directory, info, name), "w", encoding="utf-8") as file:
                file.write(text)
    return info


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    stem, info = _names()
    if "BUILDS" in os.environ:
        with open(os.environ["BUILDS"], "a", encoding="utf-8") as file:
            file.write(stem + "\\n")
    name = stem + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as archive:
        archive.write("PKG-INFO", info + "/METADATA")
        archive.writestr(info + "/WHEEL", _wheel())
        archive.writestr(info + "/RECORD", info + "/METADATA,,\\n" + info + "/WHEEL,,\\n" + info + "/RECORD,,\\n")
    return name
"""


class Release(NamedTuple):
    """A file that the index offers."""

    project: str
    """Its name as its author writes it."""
    version: str
    filename: str
    data: bytes
    metadata: bytes
    plain: bool
    """Whether the index for plain files has it, whose headers name nothing."""
    sha256: str = ""
    """The digest that the index lists, if it is not that of the data."""
    yanked: str = ""
    """Why its author yanked it; empty if it is not yanked."""

    @property
    def name(self) -> str:
        """The canonical name of its project."""
        return canonicalize_name(self.project)

    @property
    def is_wheel(self) -> bool:
        return self.filename.endswith(".whl")

    @property
    def path(self) -> str:
        """Its path on the server, quoted."""
        sha256 = hashlib.sha256(self.data).hexdigest()
        folder = "/plain-files" if self.plain else f"/files/{sha256[:2]}/{sha256[2:]}"
        return f"{folder}/{quote(self.filename, safe='')}"

    def listed(self, url: str) -> DemoFile:
        """Return its file on an index page, under an address."""
        sha256 = self.sha256 or hashlib.sha256(self.data).hexdigest()
        return DemoFile(self.filename, url, sha256, size=len(self.data))


def wheel(
    project: str, version: str, filename: str | None = None, *, plain: bool = False, requires: str = ""
) -> Release:
    """Return a pure wheel."""
    needs = (requires,) if requires else ()
    data = artifacts.wheel(project, version, requires=needs, size=20_000)
    metadata = artifacts.core_metadata(project, version, needs)
    return Release(project, version, filename or artifacts.wheel_filename(project, version), data, metadata, plain)


def sdist(project: str, version: str) -> Release:
    """Return a source distribution that builds itself, without anything from an index."""
    data = artifacts.sdist(project, version, more=(("pyproject.toml", PYPROJECT), ("backend.py", BACKEND)))
    metadata = artifacts.core_metadata(project, version)
    return Release(project, version, artifacts.sdist_filename(project, version), data, metadata, plain=False)


COLLECTION = (
    wheel("Ruamel.YAML_x", "0.1", "Ruamel.YAML_x-0.1-py3-none-any.whl"),
    wheel("Ruamel.YAML_x", "0.2"),
    wheel("epochal", "2.1"),
    wheel("epochal", "1!2.0"),
    wheel("early", "1.9"),
    wheel("early", "2.0rc1"),
    wheel("torchy", "2.3.0+cu121", plain=True),
    wheel("torchy", "2.3.0"),
    wheel("many-versions", "1.0"),
    wheel("many-versions", "1.1"),
    wheel("many-versions", "2.0", requires="Sourced.Thing>=3"),
    sdist("Sourced.Thing", "3.0"),
    sdist("Sourced.Thing", "2.5"),
)
