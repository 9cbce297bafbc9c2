"""pipenv's cache: a folder in the format of pip's cache that also holds files of pipenv's resolver.

Source: pipenv's `environments.py` (`PIPENV_CACHE_DIR`, `PIPENV_PYPI_MIRROR`). The index of a project is in its Pipfile,
which cachetui does not look for; a new Pipfile gets the index of pip's settings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from cachetui.caches.folders import cache_folder, named_folder
from cachetui.caches.pip import has_pips_layout, scan_pip
from cachetui.caches.source import ScanOptions, Source
from cachetui.conduct import Conduct
from cachetui.interpreters.lookup import Python
from cachetui.model import Inventory
from cachetui.pip.config.location import DEFAULT, Location, locate

VARIABLE, MIRROR = "PIPENV_CACHE_DIR", "PIPENV_PYPI_MIRROR"
CONDUCT = Conduct(tool="pipenv", programs=("pip", "pipenv"))
"""pipenv uses its cache as pip does, because it lets pip read and write it."""


def locate_pipenv(cache_dir: str | None, *, python: Python | None, environ: Mapping[str, str]) -> Location:
    """Return where `cache_dir`, or else pipenv's settings, put its cache; see `Locate`."""
    root, said_by = named_folder(cache_dir, VARIABLE, environ) or (cache_folder("pipenv", environ), DEFAULT)
    of_pip = locate(python=python, environ=environ)
    mirror = environ.get(MIRROR, "")
    return Location(
        root,
        said_by,
        named=bool(cache_dir),
        enabled=True,
        indexes=(mirror, *of_pip.indexes) if mirror else of_pip.indexes,
        asks_pypi=of_pip.asks_pypi,
        prefix=of_pip.prefix,
        source="pipenv",
    )


def scan_pipenv(location: Location, options: ScanOptions) -> Inventory:
    """Read pipenv's cache; see `Scan`."""
    from cachetui.caches.pipenv_parts import TOP, with_own_parts  # noqa: PLC0415 - what only locates does without
    from cachetui.pip.scan.layout import PIPS  # noqa: PLC0415 - as above

    layout = PIPS._replace(id="pipenv", tops={*PIPS.tops, TOP})
    inventory = scan_pip(location, options, layout)
    return replace(with_own_parts(inventory, options.known, options.stop), conduct=CONDUCT)


def is_pipenvs(root: Path, names: Collection[str]) -> bool:
    """Return whether a directory is pipenv's cache.

    It holds the files of pipenv's resolver, or it is named `pipenv` and has pip's layout.
    """
    return "pipenv-manifests" in names or (root.name == "pipenv" and has_pips_layout(root, names))


SOURCE = Source("pipenv", "pipenv", locate_pipenv, scan_pipenv, is_pipenvs, CONDUCT)
