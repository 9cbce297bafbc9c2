"""An environment with a real pip, and all the places where that pip looks for settings."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python
from cachetui.pip_settings.effective import PipSettings, settings_of
from tests.pips import compiled

PLACES = {
    "global": "machine/pip/pip.conf",
    "legacy": "home/.pip/pip.conf",
    "user": "home/.config/pip/pip.conf",
    "site": "venv/pip.conf",
    "named": "named.conf",
}
"""Files of settings by what they are called here, relative to the world's folder."""


class World:
    """A home, an environment and its pip."""

    def __init__(self, folder: Path, pip: str | None = None) -> None:
        self.folder = folder
        self.home, self.cwd, self.prefix = folder / "home", folder / "cwd", folder / "venv"
        for place in (self.home, self.cwd, self.prefix / "bin"):
            place.mkdir(parents=True)
        executable = self.prefix / "bin/python"
        release = f"python{sys.version_info.major}.{sys.version_info.minor}"
        base = Path(sys.base_prefix, "bin", release)
        executable.symlink_to(base)
        (self.prefix / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
        if pip is not None:
            (self.prefix / "lib" / release).mkdir(parents=True)
            (self.prefix / "lib" / release / "site-packages").symlink_to(compiled(pip))
        self.environ = {
            "HOME": str(self.home),
            "PATH": os.defpath,
            "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_DIRS": str(folder / "machine"),
            "PYTHONWARNINGS": "ignore",
        }
        self.interpreter = InterpreterInfo(
            Python(executable, self.prefix),
            version=platform.python_version(),
            implementation="CPython",
            pip=pip,
            prefix=self.prefix,
            base_prefix=Path(sys.base_prefix),
            real=base,
        )

    def path(self, place: str) -> Path:
        """Return one of the files of settings."""
        return self.folder / PLACES[place]

    def say(self, place: str, text: str) -> Path:
        """Write one of them; `{}` stands for the world's folder."""
        path = self.path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{}", str(self.folder)))
        return path

    @property
    def settings(self) -> PipSettings:
        """The settings of this pip now."""
        return settings_of(self.interpreter, self.environ, cwd=self.cwd, etc=str(self.folder / "etc"))

    @property
    def files(self) -> dict[str, str]:
        """The contents of all files of settings, by their path in the world's folder."""
        found = [path for place in PLACES.values() if (path := self.folder / place).exists()]
        return {path.relative_to(self.folder).as_posix(): path.read_text() for path in found}
