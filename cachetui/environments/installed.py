"""Find what is installed in an environment by reading its files; nothing is run and nothing is written.

Sources: the specification "Recording installed projects" (`*.dist-info`, `direct_url.json`), setuptools' documentation
of eggs, `site.py` for path files and user sites, `venv` for `pyvenv.cfg`, and pip's `_internal/metadata/importlib` (the
name of a `*.dist-info` folder takes precedence over its `METADATA`).
"""

from __future__ import annotations

import codecs
import errno
import json
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from packaging.utils import canonicalize_name

from cachetui.interpreters.supported_tags import PythonRelease
from cachetui.pip.formats.archives import parsed_metadata

LIBRARIES = ("lib", "lib64")
"""Lower-case names of the folders of a prefix in which Pythons keep their libraries."""
PYTHONS = re.compile(r"(?:python|pypy)(?:(\d)(?:\.?(\d{1,3}))?t?)?", re.IGNORECASE)
"""Pattern of the name of a Python's folder in a prefix or in `LIBRARIES`: `python3.11`, `pypy3.10`, `Python311`."""
DEBIAN = "dist-packages"
"""Name of the folders with installed projects of Debian's Pythons."""
PACKAGES = ("site-packages", DEBIAN)
"""Names of folders with installed projects."""
MANIFESTS = {".dist-info": "METADATA", ".egg-info": "PKG-INFO", ".egg": "EGG-INFO/PKG-INFO"}
"""Files with the metadata of an installed project, by the suffix of its folder."""
PLAIN = re.compile(r"[0-9A-Za-z.+!]+")
"""Pattern of a version that has the same spelling in a file's name and in the metadata."""
OF_EGG = re.compile(r"-py\d(?:\.\d+)?(?:-.*)?$")
"""Pattern of the Python and platform at the end of the name of an egg or of its metadata, such as `-py3.11`."""
CONFIGURED = re.compile(r"(\d)\.(\d{1,3})")
"""Pattern of the version in `pyvenv.cfg`."""
LONGEST = 1_048_576
"""Maximum number of bytes read from a file of an environment."""
MOST_PATHS = 10_000
"""Maximum number of lines in a path file; a longer file is not used."""


class DirectUrl(NamedTuple):
    """Source of an installed project that did not come from an index (PEP 610, `direct_url.json`)."""

    url: str
    """URL of the archive, repository or folder."""
    hashes: Mapping[str, str] = {}
    """Hashes of the archive in lower-case hexadecimal, by their names, such as "sha256"."""
    is_archive: bool = True
    """Whether it is an archive; a repository or a folder otherwise."""


class Installed(NamedTuple):
    """Installed release of a project."""

    project: str
    """Canonical name of the project (PEP 503)."""
    version: str
    """Version as written."""
    source: DirectUrl | None = None
    """Source; None if the project came from an index, or if that is unknown."""


class Site(NamedTuple):
    """Content of a folder with installed projects."""

    installed: tuple[Installed, ...] = ()
    """Installed projects."""
    path_files: tuple[str, ...] = ()
    """Names of the path files (`*.pth`), which may name more folders."""
    trouble: str = ""
    """Reason why not everything in the folder could be read (a clause); otherwise empty."""


class Place(NamedTuple):
    """Folders that an environment imports from, and what its files say about it."""

    sites: tuple[Path, ...]
    """Folders with installed projects, each once, in the order in which a Python imports from them."""
    releases: frozenset[PythonRelease]
    """Versions of the Pythons that use the folders; empty if one of them is not known."""
    base: Path | None
    """Prefix of the Python that created the environment, according to its `pyvenv.cfg`; None if that is not known."""
    sees_base: bool
    """Whether the environment also imports from the folders of the Python that created it."""
    is_environment: bool
    """Whether the prefix is an environment: it has a folder with installed projects, or a `pyvenv.cfg`."""


@dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """An environment, and what is installed in it."""

    prefix: Path
    """Absolute path of its folder."""
    title: str
    """Display name, such as `~/a/.venv` or `tox py311`; untrusted text."""
    installed: tuple[Installed, ...] = ()
    """Installed projects."""
    releases: frozenset[PythonRelease] = frozenset()
    """Versions of the Pythons that use it; empty if one of them is not known."""
    trouble: str = ""
    """Reason why not everything in it could be read (a clause); empty if all of it was read."""


def place_of(prefix: Path, pythons: frozenset[PythonRelease] = frozenset()) -> Place:
    """Return the folders that an environment imports from, and what its files say about it.

    With `pythons`, folders of Pythons of other versions are left out.

    Raises OSError if one of its folders or its `pyvenv.cfg` cannot be read, or if the environment is missing.
    """
    names = _names(prefix)
    told = _configuration(prefix / "pyvenv.cfg") if "pyvenv.cfg" in names else {}
    version = CONFIGURED.match(told.get("version_info", told.get("version", "")))
    configured = (int(version[1]), int(version[2])) if version else None
    libraries = [name for name in names if name.lower() in LIBRARIES]
    if "local" in names:
        libraries += [f"local/{name}" for name in LIBRARIES]
    sites: dict[tuple[int, int], Path] = {}
    releases: set[PythonRelease | None] = {configured} if configured else set()
    if any(name.endswith(".dist-info") for name in names):  # of `pip install --target`
        sites.update([found for found in [_folder(prefix)] if found])
        releases.add(configured)
    for folder, release in [("", None), *_pythons("", names), *_in_libraries(prefix, libraries)]:
        if pythons and release and release[1] is not None and pythons.isdisjoint([release, (release[0], None)]):
            continue
        for name in PACKAGES:
            if found := _folder(prefix / folder / name):
                sites.setdefault(*found)
                releases.add(release or configured)
    return Place(
        tuple(_in_order(prefix, sites.values())),
        frozenset() if None in releases else frozenset(filter(None, releases)),
        _base(told),
        told.get("include-system-site-packages", "").lower() == "true",
        bool(sites) or "pyvenv.cfg" in names,
    )


def _in_order(prefix: Path, sites: Collection[Path]) -> list[Path]:
    """Return the folders of a prefix in the order in which a Python imports from them, those of no use to it last.

    Sources: `getsitepackages` in `site.py`, and the changes that Debian and Fedora make there. Both import from `local`
    first; but Debian's own Python imports from no `site-packages`.
    """
    is_debian = any(site.parts[-2:] == ("python3", DEBIAN) for site in sites)

    def rank(site: Path) -> tuple[bool, bool, bool, bool]:
        folders = site.relative_to(prefix).parts
        is_local, is_dist = "local" in folders[:1], site.name == DEBIAN
        return is_debian and not is_dist, is_dist, not is_local, "lib64" not in folders

    return sorted(sites, key=rank)


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted([entry.name for entry in entries])


def _pythons(folder: str, names: Iterable[str]) -> Iterator[tuple[str, PythonRelease | None]]:
    """For each name in a folder that is a Python's folder, yield its path and the version in its name, or None."""
    for name in names:
        if found := PYTHONS.fullmatch(name):
            release = (int(found[1]), int(found[2]) if found[2] else None) if found[1] else None
            yield f"{folder}/{name}" if folder else name, release


def _in_libraries(prefix: Path, libraries: Iterable[str]) -> Iterator[tuple[str, PythonRelease | None]]:
    for library in libraries:
        try:
            names = _names(prefix / library)
        except OSError as error:
            if is_absent(error):
                continue
            raise
        yield library, None
        yield from _pythons(library, names)


def _folder(path: Path) -> tuple[tuple[int, int], Path] | None:
    """Return the device and inode of a folder, and its path; None if no folder is there. Raises OSError."""
    try:
        found = path.stat()
    except OSError as error:
        if is_absent(error):
            return None
        raise
    return ((found.st_dev, found.st_ino), path) if stat.S_ISDIR(found.st_mode) else None


def _configuration(path: Path) -> dict[str, str]:
    """Return the values in a `pyvenv.cfg` by their keys in lower case. Raises OSError."""
    lines = content_of(path).decode("utf-8", "surrogateescape").splitlines()
    pairs = [line.partition("=") for line in lines if "=" in line]
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _base(told: Mapping[str, str]) -> Path | None:
    """Return the prefix of the Python that created a virtual environment; None if its `pyvenv.cfg` does not give it."""
    home = Path(told.get("home", ""))
    return absolute_path(told.get("base-prefix") or str(home.parent if home.name == "bin" else home))


def absolute_path(text: str) -> Path | None:
    """Return a text as a path; None if it is not absolute, or cannot be the path of any file."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return None
    path = Path(text)
    return path if path.is_absolute() and "\0" not in text else None


def is_absent(error: OSError) -> bool:
    """Return whether an error means that nothing exists at a path; False if, for example, the user may not read it."""
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)


def content_of(path: Path | str) -> bytes:
    """Return at most the first `LONGEST` bytes of a file; does not wait if it is a pipe. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        return os.read(fd, LONGEST)
    finally:
        os.close(fd)


def read_site(folder: Path) -> Site:
    """Return what is installed in a folder. Raises OSError if the folder cannot be listed."""
    installed: list[Installed] = []
    path_files: list[str] = []
    trouble = ""
    for name in _names(folder):
        stem, dot, suffix = name.rpartition(".")
        if suffix == "pth":
            path_files.append(name)
        elif dot + suffix in MANIFESTS and not stem.startswith(("~", ".")):  # what pip leaves of an uninstalled project
            project, version = _named(stem, dot + suffix) or _described(folder, name, dot + suffix)
            if project and version:
                source = _source(f"{folder}/{name}/direct_url.json") if suffix == "dist-info" else None
                installed.append(Installed(canonicalize_name(project), version, source))
            elif suffix == "dist-info" or project:
                trouble = f"{name} does not say what it is"
    return Site(tuple(installed), tuple(path_files), trouble)


def _named(stem: str, suffix: str) -> tuple[str, str] | None:
    """Return the project and version in the name of an installed project's folder.

    Return None if the name lacks one of them, or if the version may be spelled differently in the metadata.
    """
    project, _, version = stem.partition("-")
    if suffix != ".dist-info":
        version = OF_EGG.sub("", version)
    return (project, version) if project and PLAIN.fullmatch(version) else None


def _described(folder: Path, name: str, suffix: str) -> tuple[str, str]:
    """Return the project and version in an installed project's metadata or else its folder's name; "" if unknown."""
    project, _, version = name.removesuffix(suffix).partition("-")
    for file in (f"{folder}/{name}/{MANIFESTS[suffix]}", f"{folder}/{name}"):  # an egg-info may be a file
        try:
            told = parsed_metadata(content_of(file))
        except OSError:
            continue
        project, version = told.get("name") or project, told.get("version") or version
        break
    version = OF_EGG.sub("", version)
    return project, "" if "-" in version else version  # the name may have hyphens, too


def _source(path: str) -> DirectUrl | None:
    """Return the source in a `direct_url.json`; None if there is none, or if it cannot be read."""
    try:
        told = json.loads(content_of(path))
        url, archive = told["url"], told.get("archive_info")
        if not isinstance(archive, dict):
            return DirectUrl(str(url), is_archive=False)
        hashes = archive.get("hashes")
        name, _, value = str(archive.get("hash", "")).partition("=")
        pairs = {name: value, **(hashes if isinstance(hashes, dict) else {})}
        return DirectUrl(str(url), {key: str(one).lower() for key, one in pairs.items() if one})
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def folders_named_in(path: Path) -> Iterator[Path]:
    """Yield the existing folders that a path file names. Raises OSError if not all of it can be read."""
    content = content_of(path)
    lines = content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape").splitlines()
    if len(content) == LONGEST or len(lines) > MOST_PATHS:
        raise OSError(f"{path.name} has more than {MOST_PATHS:,} lines or {LONGEST:,} bytes")
    for line in lines:
        text = line.strip()
        if text and not text.startswith(("#", "import ", "import\t")) and "\0" not in text:
            folder = path.parent / text
            if _folder(folder):
                yield folder
