"""A writer of uv caches, as uv 0.4, 0.9 and 0.13 write them: real files and links."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

INDEX = "index/e2d87b9a957f792a"


@dataclass(frozen=True)
class Generation:
    """The formats of one version of uv."""

    wheels: str
    sdists: str
    simple: str
    environments: str
    has_long_names: bool = False
    """Whether pointers have the whole name of the wheel."""
    is_absolute: bool = False
    """Whether links are absolute."""


OLD = Generation("wheels-v2", "sdists-v5", "simple-v13", "environments-v1", has_long_names=True, is_absolute=True)
MIDDLE = Generation("wheels-v5", "sdists-v9", "simple-v19", "environments-v2", is_absolute=True)
NEW = Generation("wheels-v8", "sdists-v11", "simple-v28", "environments-v2")


def packed(value: object) -> bytes:
    """Return a value in MessagePack's format: strings, small lists and maps, None, and numbers below 65,536."""
    if value is None:
        return b"\xc0"
    if isinstance(value, int):
        return b"\xcd" + value.to_bytes(2)
    if isinstance(value, str):
        text = value.encode()
        return (bytes([0xA0 | len(text)]) if len(text) < 32 else b"\xd9" + bytes([len(text)])) + text
    if isinstance(value, dict):
        return bytes([0x80 | len(value)]) + b"".join([packed(one) for pair in value.items() for one in pair])
    assert isinstance(value, list)
    return bytes([0x90 | len(value)]) + b"".join(map(packed, value))


def policy(address: str, *, is_plain: bool = False) -> bytes:
    """Return an HTTP cache policy: the address, an etag, other values, and where in it the address lies.

    With `is_plain`, it is as uv 0.1 wrote it.
    """
    text = address.encode()
    place = len(text) + 56 - len(text) % 4
    number = (len(text) & 0x3F) | 0x80 | (len(text) & ~0x3F) << 2
    number = len(text) if is_plain else number
    return (text + b'"1be68daeb6be6035"').ljust(place, b"\0") + struct.pack("<Ii", number, -place) + bytes(80)


@dataclass
class UvCache:
    """A cache below a root."""

    root: Path
    generation: Generation = NEW
    moved_from: str = "/srv/lab/uv"
    """Root of the cache when its absolute links were made."""
    ids: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.put(".lock", b"")
        self.put("CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55")

    def put(self, path: str, content: bytes) -> Path:
        """Write a file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def archive(self, project: str, version: str, size: int = 560) -> str:
        """Write an unpacked wheel; return its id."""
        name = f"{project[:4].replace('.', '_')}Archive{next(self.ids):05}"
        info = f"archive-v0/{name}/{project}-{version}.dist-info"
        self.put(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n".encode())
        self.put(f"{info}/WHEEL", b"Wheel-Version: 1.0\n")
        self.put(f"archive-v0/{name}/{project.lower()}/__init__.py", b"#" * size)
        return name

    def link(self, path: str, archive: str) -> None:
        """Make a pointer to an archive."""
        pointer = self.root / path
        pointer.parent.mkdir(parents=True, exist_ok=True)
        target = f"{self.moved_from}/archive-v0/{archive}"
        if not self.generation.is_absolute:
            target = os.path.relpath(self.root / "archive-v0" / archive, pointer.parent)
        pointer.symlink_to(target)

    def wheel(self, project: str, version: str, tags: str = "py3-none-any", *, origin: str = INDEX) -> str:
        """Write a downloaded wheel; `project` is as its file name has it. Return the path of its pointer."""
        normal, filename = project.lower(), f"{project}-{version}-{tags}.whl"
        address = f"https://files.example/packages/9e/8c/{filename}"
        archive = self.archive(project, version)
        stem = f"{normal}-{version}-{tags}" if self.generation.has_long_names else f"{version}-{tags}"
        if not self.generation.has_long_names and len(tags) > 40:
            stem = f"{version}-80bf8598e9647cf7"
        head: list[object] = [archive, []]
        if self.generation is NEW:
            head = [archive, [{"Sha256": "9e" * 32}], f"{normal}-{version}-{tags}.whl", None, 1606]
        path = f"{self.generation.wheels}/{origin}/{normal.replace('_', '-')}/{stem}"
        self.link(path, archive)
        self.put(f"{path}.http", packed(head) + policy(address))
        metadata = [normal.replace("_", "-"), version, [], ">=3.8", []]
        self.put(f"{path}.msgpack", packed(metadata) + policy(f"{address}.metadata"))
        if self.generation is NEW:
            self.put(f"{path}.lock", b"")
        return path

    def built(self, project: str, version: str, *, origin: str = INDEX, revision: str = "o20Zj5PgbAiwj3px") -> str:
        """Write an sdist with the wheel that was built from it; return the path of its folder."""
        folder = f"{self.generation.sdists}/{origin}/{project}/{version}"
        name, inner = f"{project}-{version}-py3-none-any", f"{folder}/{revision}"
        address = f"https://files.example/packages/d6/d1/{project}-{version}.tar.gz"
        self.put(f"{self.generation.sdists}/.git", b"")
        self.put(f"{folder}/.lock", b"")
        self.put(f"{folder}/revision.http", packed([revision, [], 847]) + policy(address))
        self.put(f"{inner}/metadata.msgpack", packed([project, version, [], None, [], None]))
        self.put(f"{inner}/src/pyproject.toml", b"[build-system]\n")
        self.put(f"{inner}/{name}.whl", b"PK\x05\x06".ljust(22, b"\0"))
        self.link(f"{inner}/{name}", self.archive(project, version))
        return folder

    def environment(self, name: str = "a929cf3d96a4c513") -> str:
        """Write a cached environment; return the path of its pointer."""
        archive = f"envArchive{next(self.ids):05}"
        self.put(f"archive-v0/{archive}/pyvenv.cfg", b"home = /usr/bin\n")
        (self.root / f"archive-v0/{archive}/bin").mkdir()
        (self.root / f"archive-v0/{archive}/bin/python").symlink_to("/usr/bin/python3")
        path = f"{self.generation.environments}/8b0cbae4892decd7/{name}"
        self.link(path, archive)
        return path

    def page(self, project: str) -> str:
        """Write an index page; return its path."""
        path = f"{self.generation.simple}/{INDEX}/{project}.rkyv"
        self.put(path, b"\0" * 828)
        return path


def three_generations(root: Path) -> UvCache:
    """Write a cache that three versions of uv filled, one after the other."""
    cache = UvCache(root)
    for generation in (OLD, MIDDLE, NEW):
        cache.generation = generation
        cache.wheel("Alpha_One", "1.0")
        cache.wheel("gamma", "0.1+local.1", "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64")
        cache.built("epsilon", "0.5")
        cache.page("alpha-one")
        cache.environment(generation.wheels)
    return cache
