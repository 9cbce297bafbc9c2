"""What a Python of another version would take on the same machine: pip's `--python-version`."""

from __future__ import annotations

import re
from dataclasses import replace

from packaging.tags import compatible_tags, cpython_tags

from cachetui.interpreters.portrait import Portrait

VERSION = re.compile(r"(\d)\.?(\d{1,3})(?:\.(\d{1,3}))?")
"""A version of Python as `--python-version` takes it (pip's `_internal/cli/cmdoptions.py`)."""


def aimed(python: Portrait, version: str, *, whole: bool = False) -> Portrait | None:
    """Return a portrait with the tags of another version; None where these cannot be told.

    Its markers stay, for pip judges by those of the Python that it runs in; with `whole` they are of that version too,
    for a Python that is not here. Source: pip's `_internal/utils/compatibility_tags.py`, `get_supported`.
    """
    found = VERSION.fullmatch(version)
    if found is None or python.implementation != "CPython" or not python.tags:
        return None
    first = python.tags[0].rpartition("-")[0]
    platforms = [tag[len(first) + 1 :] for tag in python.tags if tag.startswith(f"{first}-")]
    release = int(found[1]), int(found[2])
    tags = [
        *cpython_tags(release, platforms=platforms),
        *compatible_tags(release, f"cp{release[0]}{release[1]}", platforms),
    ]
    full = ".".join([found[1], found[2], found[3] or "0"])
    markers = dict(python.markers)
    if whole:
        markers |= {"python_version": f"{release[0]}.{release[1]}", "python_full_version": full}
    return replace(python, version=full, tags=tuple(map(str, tags)), markers=markers)
