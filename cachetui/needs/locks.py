"""Read lock files: pylock.toml, uv.lock, poetry.lock and Pipfile.lock, told apart by their content.

Sources: the specification of pylock.toml (PEP 751); uv's `crates/uv-resolver/src/lock/mod.rs`; poetry's
`packages/locker.py`; pipenv's `project.py` and `utils/locking.py`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from packaging.markers import Marker
from packaging.pylock import Pylock, PylockValidationError
from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.needs.markers import any_of, both, suppose
from cachetui.needs.requirement import read_requirement
from cachetui.needs.values import (
    STRONG,
    DirectReference,
    Ignored,
    RequirementFile,
    RequirementFileError,
    RequirementLine,
    direct_reference,
)

TABLE = re.compile(r"^[ \t]*(?:\[\[?[\w.\"' -]+\]?\][ \t]*(?:#.*)?$|(?:lock-)?version[ \t]*=(?!=))", re.MULTILINE)
"""Pattern of a line that shows that a text is TOML: no line of a requirements file begins like this."""
SCP_LIKE = re.compile(r"^(git\+)([^/:@]+@[^/:]+):(?!//)")
"""Pattern of the beginning of git's short form of a URL, such as `git+git@host:project.git`, which pip rejects."""
VERSION = re.compile(r"[\w.+!-]+", re.ASCII)
"""Pattern of a version, even of one that is invalid by PEP 440."""
KNOWN = "pylock.toml, uv.lock, poetry.lock and Pipfile.lock"
LOCAL = ("directory", "file", "path", "editable", "virtual")
"""Names of sources that lie on this machine; nothing from them is in a cache."""
SELECTED = ("extras", "dependency_groups")
"""Variables of markers that select parts of a pylock.toml; all parts are needed."""


class LockError(Exception):
    """Error in a lock file."""

    def __init__(self, key: str, complaint: str) -> None:
        super().__init__(f"{key} {complaint}")
        self.key = key
        """Path of the key that is wrong, such as `package[3].version`."""
        self.complaint = complaint
        """Clause that says what is wrong, without a subject."""


class Edge(NamedTuple):
    """Dependency between two projects in a lock file."""

    parent: str
    child: str
    marker: str
    """Marker as written; empty if the dependency always applies."""


def read_lock(text: str, name: str) -> RequirementFile | None:
    """Return the content of a lock file; None if the text looks like neither TOML nor JSON.

    `name` names the file in messages. Raises RequirementFileError.
    """
    is_json = text.lstrip().startswith("{")
    if not is_json and not TABLE.search(text):
        return None
    try:
        document = json.loads(text) if is_json else tomllib.loads(text)
        read = _reader_for(document)
        if read is None:
            raise RequirementFileError(name, f"is no lock file that cachetui knows: it reads {KNOWN}.")
        lock = _Lock(name)
        read(lock, document)
    except LockError as error:
        raise RequirementFileError(f"{name}, {error.key}", f"{error.complaint}.") from error
    except RecursionError:
        raise RequirementFileError(name, "is nested too deep.") from None
    except ValueError as error:
        raise RequirementFileError(name, f"is not valid {'JSON' if is_json else 'TOML'}: {error}.") from error
    return RequirementFile(tuple(lock.asked), tuple(lock.ignored), False, tuple(lock.direct), is_lock=True)


def _reader_for(document: object) -> Callable[[_Lock, Mapping[str, Any]], None] | None:
    """Return the function that reads a lock file, chosen by its content; None if its format is not known."""
    if not isinstance(document, dict):
        return None
    if "_meta" in document:
        return _read_pipfile
    if "lock-version" in document or {"created-by", "packages"} <= document.keys():
        return _read_pylock
    metadata = document.get("metadata")
    if isinstance(metadata, dict) and {"lock-version", "content-hash"} & metadata.keys():
        return _read_poetry
    return _read_uv if isinstance(document.get("version"), int) else None


class _Lock:
    """Content of a lock file, as far as it has been read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[RequirementLine] = []
        self.ignored: list[Ignored] = []
        self.direct: list[DirectReference] = []

    def pin(
        self,
        key: str,
        name: str,
        version: str | None,
        *,
        hashes: Iterable[str] = (),
        urls: Iterable[tuple[str, str]] = (),
        marker: Marker | None = None,
    ) -> None:
        """Add a requirement for a release or, if `version` is None, for any release. Raises LockError.

        A hash is written like `sha256:…`; `urls` are pairs of a URL and a hash.
        """
        listed = tuple([(url, *_hash(text)) for url, text in urls])
        accepted = [*map(_hash, hashes), *[one[1:] for one in listed]]
        if version and not VERSION.fullmatch(version):
            raise LockError(f"{key}.version", "is no version")
        try:
            requirement = read_requirement(f"{name}{_specifier(version) if version else ''}")
        except ValueError as error:
            raise LockError(key, f"is no release: {error}") from error
        requirement.marker = marker
        self.asked.append(RequirementLine(requirement, frozenset([one for one in accepted if one[0]]), urls=listed))

    def refer(self, key: str, name: str, url: str) -> None:
        """Add a reference to a URL; a repository's URL has a prefix such as `git+`, and may be in git's short form."""
        url = SCP_LIKE.sub(r"\1ssh://\2/", url)
        self.ignored.append(Ignored(f"{self.name}, {key}", f"{name} @ {url}"))
        if found := direct_reference(canonicalize_name(name), url):
            self.direct.append(found)


def _read_pylock(lock: _Lock, document: Mapping[str, Any]) -> None:
    try:
        content = Pylock.from_dict(document)
    except PylockValidationError as error:
        raise LockError(error.context or "lock-version", f"is invalid: {error.message}") from error
    for index, package in enumerate(content.packages):
        key = f"packages[{index}]"
        version = str(package.version) if package.version else None
        files = [file for file in (*(package.wheels or ()), package.sdist, package.archive) if file]
        if package.vcs and package.vcs.url:
            lock.refer(key, package.name, f"{package.vcs.type}+{package.vcs.url}")
        if package.archive and package.archive.url:
            lock.refer(key, package.name, package.archive.url)
        if files and (version or not package.archive):
            hashes = [f"{name}:{value}" for file in files for name, value in file.hashes.items()]
            urls = [(file.url, f"{name}:{file.hashes[name]}") for file in files if file.url for name in file.hashes]
            marker = package.marker and suppose(package.marker, SELECTED)
            lock.pin(key, package.name, version, hashes=hashes, urls=urls, marker=marker)


def _read_uv(lock: _Lock, document: Mapping[str, Any]) -> None:
    if document["version"] != 1:
        raise LockError("version", f"is {document['version']}, and cachetui reads uv.lock of version 1")
    packages = _tables(document, "package")
    edges: list[Edge] = []
    for key, package in packages:
        groups = [package, *_groups(package, "optional-dependencies"), *_groups(package, "dev-dependencies")]
        for group in groups:
            for at, one in _tables(group, "dependencies", key):
                edges.append(Edge(_name(package, key), _name(one, at), _text(one, "marker", at) or ""))
    conditions = _conditions(edges)
    for key, package in packages:
        name, version, source = _name(package, key), _text(package, "version", key), _table(package, "source", key)
        if {*source} & {*LOCAL}:
            continue
        if git := _text(source, "git", f"{key}.source"):
            lock.refer(key, name, f"git+{git.partition('?')[0].partition('#')[0]}")
            continue
        if url := _text(source, "url", f"{key}.source"):
            lock.refer(key, name, url)
        elif version is None:
            raise LockError(f"{key}.version", "is missing")
        files = [(f"{key}.sdist", _table(package, "sdist", key)), *_tables(package, "wheels", key)]
        urls = [(_text(file, "url", at) or url or "", _text(file, "hash", at) or "") for at, file in files if file]
        if version:
            forks = any_of(_texts(package, "resolution-markers", key))
            lock.pin(key, name, version, urls=urls, marker=both(_condition(conditions, name, key), forks))


def _read_poetry(lock: _Lock, document: Mapping[str, Any]) -> None:
    metadata = _table(document, "metadata")
    written = _text(metadata, "lock-version", "metadata") or "1.0"
    if written.partition(".")[0] not in ("1", "2"):
        raise LockError("metadata.lock-version", f"is {written}, and cachetui reads poetry.lock up to version 2")
    packages = _tables(document, "package")
    edges: list[Edge] = []
    for key, package in packages:
        for child, value in _table(package, "dependencies", key).items():
            for one in value if isinstance(value, list) else (value,):
                marker = _text(one, "markers", f"{key}.dependencies.{child}") if isinstance(one, dict) else None
                edges.append(Edge(_name(package, key), canonicalize_name(child), marker or ""))
    conditions = _conditions(edges)
    apart, older = _table(metadata, "files", "metadata"), _table(metadata, "hashes", "metadata")
    for key, package in packages:
        name, version, source = _name(package, key), _text(package, "version", key), _table(package, "source", key)
        kind, url = _text(source, "type", f"{key}.source"), _text(source, "url", f"{key}.source") or ""
        if kind in LOCAL:
            continue
        if kind in ("git", "hg", "svn", "bzr"):
            lock.refer(key, name, f"{kind}+{url}")
            continue
        if kind == "url":
            lock.refer(key, name, url)
        if version is None:
            raise LockError(f"{key}.version", "is missing")
        holder = package if "files" in package else {"files": apart.get(str(package["name"]), [])}
        hashes = [_text(file, "hash", at) or "" for at, file in _tables(holder, "files", key)]
        hashes += [f"sha256:{digest}" for digest in _texts(older, str(package["name"]), "metadata.hashes")]
        lock.pin(key, name, version, hashes=hashes, marker=_condition(conditions, name, key))


def _read_pipfile(lock: _Lock, document: Mapping[str, Any]) -> None:
    for category in document:
        for name, package in _table(document, category).items() if category != "_meta" else ():
            key = f"{category}.{name}"
            if not isinstance(package, dict):
                raise LockError(key, "must be an object")
            file, version = _text(package, "file", key), _text(package, "version", key)
            repository = next((kind for kind in ("git", "hg", "svn", "bzr") if kind in package), None)
            if repository:
                lock.refer(key, name, f"{repository}+{_text(package, repository, key)}")
            elif file:
                lock.refer(key, name, file)
            elif "path" not in package:
                marker = any_of(_marker_texts(_text(package, "markers", key), key))
                written = (version or "").removeprefix("==").removeprefix("=").removeprefix("*") or None
                lock.pin(key, name, written, hashes=_texts(package, "hashes", key), marker=marker)


def _conditions(edges: Sequence[Edge]) -> Mapping[str, frozenset[str]]:
    """Return, by project, its markers, of which one must be true if the project is needed.

    Projects that are always needed are left out. A project is always needed if nothing depends on it, or if a project
    that is always needed depends on it without a marker. Projects that depend on each other in a circle without markers
    are always needed, too. Any other project has the markers of the dependencies on it and, for a dependency without a
    marker, those of the dependent project.
    """
    incoming: dict[str, list[Edge]] = defaultdict(list)
    unmarked: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.parent != edge.child:
            incoming[edge.child].append(edge)
            if not edge.marker:
                unmarked[edge.parent].append(edge.child)
    left = {name: sum(not edge.marker for edge in own) for name, own in incoming.items()}
    found: dict[str, frozenset[str]] = {}
    conditional = [name for name, number in left.items() if not number]
    for name in conditional:
        found[name] = frozenset().union(
            *[{edge.marker} if edge.marker else found[edge.parent] for edge in incoming[name]]
        )
        for child in unmarked[name]:
            left[child] -= 1
            if not left[child]:  # all that need it without a marker are conditional
                conditional.append(child)
    return found


def _condition(conditions: Mapping[str, frozenset[str]], name: str, key: str) -> Marker | None:
    markers = conditions.get(name, frozenset())
    return any_of(_marker_texts(" or ".join([f"({one})" for one in sorted(markers)]), key))


def _marker_texts(marker: str | None, key: str) -> Iterator[str]:
    """Yield the marker, if any, with all comparisons of extras and groups taken as true. Raises LockError."""
    if marker:
        try:
            yield str(suppose(Marker(marker), ("extra", *SELECTED)))
        except ValueError as error:
            raise LockError(key, f"has a marker that is invalid: {str(error).partition(chr(10))[0]}") from error


def _specifier(version: str) -> str:
    try:
        Version(version)
    except ValueError:
        return f"==={version}"
    return f"=={version}"


def _hash(text: str) -> tuple[str, str]:
    """Return the name and value of a hash written like `sha256:…`; both are empty for a hash that pip ignores."""
    name, _, value = text.partition(":")
    return (name, value.lower()) if name in STRONG and value else ("", "")


# Values of a document; `key` is the path of the table, and all raise LockError


def _value(table: Mapping[str, Any], name: str, key: str, kind: type[Any], words: str) -> Any:
    value = table.get(name)
    if value is not None and not isinstance(value, kind):
        raise LockError(f"{key}.{name}" if key else name, f"must be {words}")
    return value


def _text(table: Mapping[str, Any], name: str, key: str) -> str | None:
    found: str | None = _value(table, name, key, str, "a string")
    return found


def _table(table: Mapping[str, Any], name: str, key: str = "") -> Mapping[str, Any]:
    found: Mapping[str, Any] = _value(table, name, key, dict, "a table") or {}
    return found


def _texts(table: Mapping[str, Any], name: str, key: str) -> list[str]:
    found: list[str] = _value(table, name, key, list, "a list of strings") or []
    if not all(isinstance(one, str) for one in found):
        raise LockError(f"{key}.{name}", "must be a list of strings")
    return found


def _tables(table: Mapping[str, Any], name: str, key: str = "") -> list[tuple[str, Mapping[str, Any]]]:
    """Return the tables in a list, each after its path in the document, such as `package[3]`."""
    found = _value(table, name, key, list, "a list of tables") or []
    path = f"{key}.{name}" if key else name
    if not all(isinstance(one, dict) for one in found):
        raise LockError(path, "must be a list of tables")
    return [(f"{path}[{index}]", one) for index, one in enumerate(found)]


def _groups(package: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [{"dependencies": one} for one in _table(package, name).values()]


def _name(package: Mapping[str, Any], key: str) -> str:
    name = _text(package, "name", key)
    if not name:
        raise LockError(f"{key}.name", "is missing")
    return str(canonicalize_name(name))
