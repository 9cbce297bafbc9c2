"""Build backend: flit's, with a README that PyPI can show, and the same bytes for the same files."""

from __future__ import annotations

import os
import re
from typing import Any

from flit_core import config
from flit_core.buildapi import *  # noqa: F403 - the hooks, which installers look up here

MOMENT = "1580601600"
"""Time of every file in a build unless SOURCE_DATE_EPOCH names another, in seconds since the epoch: 2020-02-02."""
HERE = r"(?!https?:|mailto:|#)"
"""Pattern of the beginning of an address within this repository, which leads nowhere from PyPI."""
PICTURE = re.compile(rf"!\[[^\]]*\]\({HERE}[^)]*\)|<picture>.*?</picture>|<img\b[^>]*\bsrc=.{HERE}[^>]*>", re.DOTALL)
LINK = re.compile(rf"(?<!!)\[([^\]]*)\]\({HERE}[^)\s]*\)")
GAP = re.compile(r"\n{3,}")

read = config.description_from_file


def description_from_file(*arguments: Any, **options: Any) -> tuple[str, str | None]:
    """Read the long description without the pictures and links that only work in this repository."""
    text, mimetype = read(*arguments, **options)
    return GAP.sub("\n\n", LINK.sub(r"\1", PICTURE.sub("", text))), mimetype


config.description_from_file = description_from_file
os.environ.setdefault("SOURCE_DATE_EPOCH", MOMENT)
