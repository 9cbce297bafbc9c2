"""Environments of the Python that runs the tests, with a pip of choice or none."""

from __future__ import annotations

import os
import sysconfig
import venv
from pathlib import Path


def environment(folder: Path, pip: Path | None = None) -> Path:
    """Make an environment, with the pip that lies in a folder; return its Python."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    if pip is not None:
        packages = sysconfig.get_path("purelib", "venv", {"base": str(folder), "installed_base": str(folder)})
        Path(packages, "pip.pth").write_text(str(pip), encoding="utf-8")
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
