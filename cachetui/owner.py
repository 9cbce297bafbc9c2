"""Whether something belongs to the user who runs this."""

from __future__ import annotations

import os
from pathlib import Path


def is_own(found: os.stat_result) -> bool:
    """Tell whether what was looked at is the user's own."""
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def is_at_home(place: Path) -> bool:
    """Tell whether a file may be kept at a place: whether the nearest folder that is there is the user's own.

    Whoever runs this as somebody else, as by sudo, is to leave nothing in another user's home. Raises OSError.
    """
    return is_own(next(folder for folder in place.parents if folder.exists()).stat())
