"""Versions of cachetui, of what it runs on, and of what it depends on."""

from __future__ import annotations

import platform
from importlib import metadata

from packaging.requirements import Requirement

from cachetui import __version__


def versions() -> dict[str, str]:
    """Return the version of cachetui, of Python, of the platform, and of each dependency, by name, in this order.

    A dependency that is missing is "not installed".
    """
    python = f"{platform.python_version()} ({platform.python_implementation()}, {platform.machine()})"
    return {"cachetui": __version__, "Python": python, "Platform": platform.platform(), **dependencies()}


def dependencies() -> dict[str, str]:
    """Return the version of each distribution that cachetui needs here, by name; empty if cachetui is not installed."""
    try:
        required = [Requirement(text) for text in metadata.requires("cachetui") or ()]
    except metadata.PackageNotFoundError:  # run from a folder of its source
        return {}
    names = sorted([one.name for one in required if one.marker is None or one.marker.evaluate({"extra": ""})])
    return {name: _version(name) for name in names}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
