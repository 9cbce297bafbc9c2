"""Environments laid out by hand or by venv, with projects installed as their files alone."""

from __future__ import annotations

import json
import os
import venv
from collections.abc import Mapping
from pathlib import Path

from cachetui.environments.installed import Environment
from cachetui.environments.reading import find_environments
from cachetui.environments.store import SiteMemory
from cachetui.model import Entry, Kind


def virtual(folder: Path, *, system: bool = False) -> Path:
    """Make a virtual environment of the running Python, and return its folder for packages."""
    venv.create(folder, with_pip=False, system_site_packages=system, symlinks=os.name != "nt")
    (packages,) = [*folder.glob("lib/python*/site-packages"), *folder.glob("Lib/site-packages")]
    return packages


def by_hand(folder: Path, packages: str = "lib/python3.11/site-packages", **told: str) -> Path:
    """Lay out an environment with its `pyvenv.cfg` (without values: none); return its folder for packages."""
    site = folder / packages
    site.mkdir(parents=True)
    if told:
        lines = [f"{key.replace('_', '-')} = {value}" for key, value in told.items()]
        (folder / "pyvenv.cfg").write_text("\n".join(lines), encoding="utf-8")
    return site


def install(packages: Path, project: str, version: str, *, name: str = "", source: Mapping[str, object] = {}) -> Path:
    """Install a project as a wheel's installation leaves its metadata; `name` is that of the folder."""
    folder = packages / (name or f"{project}-{version}.dist-info")
    folder.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n\nLong words.\n"
    (folder / ("PKG-INFO" if name.endswith("egg-info") else "METADATA")).write_text(text, encoding="utf-8")
    if source:
        (folder / "direct_url.json").write_text(json.dumps(source), encoding="utf-8")
    return folder


def found(home: Path, memory: SiteMemory | None = None, **more: object) -> dict[str, Environment]:
    """Return the environments that are found for a user with this home and nothing else, by their titles."""
    environ = {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PATH": "",
        **{k: str(v) for k, v in more.items() if k.isupper()},
    }
    known = {key: value for key, value in more.items() if not key.isupper()}
    some = find_environments(environ, memory or SiteMemory(used=False), machine=False, **known)  # type: ignore[arg-type]
    assert len({one.title for one in some}) == len(some)
    return {one.title: one for one in some}


def holds(environment: Environment) -> set[tuple[str, str]]:
    """Return the projects and versions that an environment has installed."""
    return {(project, version) for project, version, _ in environment.installed}


def entry(
    project: str, version: str, kind: Kind = "wheel", tags: str = "py3-none-any", url: str | None = None
) -> Entry:
    """Return an entry of a cache, without files."""
    escaped = project.replace("-", "_")
    filename = f"{escaped}-{version}.tar.gz" if kind == "sdist" else f"{escaped}-{version}-{tags}.whl"
    path = f"{kind}/{filename}/{url or ''}"
    return Entry(kind, (), path, 1, project=project, version=version, filename=filename, url=url)
