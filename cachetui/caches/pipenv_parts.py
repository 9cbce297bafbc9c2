"""Recognise the files in pipenv's cache that pip does not write: parsed pages and metadata, and HTTP responses.

Sources: pipenv's `resolver/manifest_cache.py` (`ParsedManifestCache`), `resolver/pure_python_metadata.py`
(`MetadataCache`), and `utils/internet.py`, whose sessions store responses below the root itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from cachetui.model import Entry, File, Inventory, in_order
from cachetui.pip.formats.body import read_at
from cachetui.pip.scan.identify import LONGEST_JSON, object_in
from cachetui.system.tree import Tree

TOP = "pipenv-manifests"
"""Name of the directory in the root that only pipenv makes."""
PAGE = re.compile(rf"{TOP}/manifests-v\d+/[0-9a-f]{{64}}/([a-z0-9]+(?:-[a-z0-9]+)*)\.json").fullmatch
METADATA = re.compile(rf"{TOP}/metadata-v\d+/[0-9a-f]{{64}}\.json").fullmatch
UNFINISHED = re.compile(
    rf"{TOP}/(?:manifests-v\d+/[0-9a-f]{{64}}/[a-z0-9-]+|metadata-v\d+/[0-9a-f]{{64}})\.json\.[a-z0-9_]{{8}}\.tmp"
).fullmatch
RESPONSE = re.compile(r"([0-9a-f])/([0-9a-f])/([0-9a-f])/([0-9a-f])/([0-9a-f])/\1\2\3\4\5[0-9a-f]{51}").fullmatch
BODY = ".body"
NAME = re.compile(r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*").fullmatch
"""Matches a valid name of a project (PEP 508)."""


def with_own_parts(inventory: Inventory, known: Mapping[str, Entry], stop: Callable[[], bool]) -> Inventory:
    """Return an inventory in which pipenv's own files are entries; what is not recognised stays foreign.

    `known` holds entries of an earlier scan by path. Raises RootError.
    """
    foreign = {file.path: file for file in inventory.foreign}
    with Tree(Path(inventory.root)) as tree:
        own = list(_entries(foreign, tree, known, stop))
    if not own:
        return inventory
    taken = {file.path for entry in own for file in entry.files}
    return replace(
        inventory,
        entries=tuple(in_order([*inventory.entries, *own])),
        foreign=tuple([file for file in inventory.foreign if file.path not in taken]),
        complete=inventory.complete and not stop(),
        recognised=True,
    )


def _entries(
    files: Mapping[str, File], tree: Tree, known: Mapping[str, Entry], stop: Callable[[], bool]
) -> Iterator[Entry]:
    for path, file in files.items():
        if stop():
            return
        if found := PAGE(path):
            yield Entry("index", (file,), path, file.mtime_ns, project=found[1])
        elif METADATA(path):
            before = known.get(path)
            yield before if before and before.files == (file,) else _metadata(file, tree)
        elif UNFINISHED(path):
            yield Entry("leftover", (file,), path, file.mtime_ns, note="a write that was never finished")
        elif RESPONSE(path):
            body = files.get(f"{path}{BODY}")
            yield Entry("response", (file, body) if body else (file,), path, (body or file).mtime_ns)


def _metadata(file: File, tree: Tree) -> Entry:
    """Return the entry of a file with the metadata of a wheel; it has a project and version if the file gives both."""
    try:
        fd = tree.open(file)
        try:
            content = object_in(read_at(fd, LONGEST_JSON, 0))
        finally:
            os.close(fd)
    except OSError:
        content = {}
    name, version = content.get("name"), content.get("version")
    if isinstance(name, str) and NAME(name) and isinstance(version, str) and version:
        return Entry("metadata", (file,), file.path, file.mtime_ns, project=canonicalize_name(name), version=version)
    return Entry("metadata", (file,), file.path, file.mtime_ns)
