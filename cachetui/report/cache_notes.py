"""Sentences on what of a cache was not looked at, and on how its sizes were found."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from cachetui.model import DirectoryLink, Inventory

BY_LENGTH = "The file system reports no disk usage for these files: all sizes are their lengths."


def cache_notes(inventory: Inventory) -> Iterator[str]:
    """Yield what a user should know of an inventory as a whole, a sentence each; untrusted text."""
    yield from link_notes(inventory)
    if inventory.by_length and not inventory.made_up:
        yield BY_LENGTH


def link_notes(inventory: Inventory) -> Iterator[str]:
    """Yield what each link in the place of a directory of pip's leads to, and the way to look there; untrusted text."""
    for link in inventory.links:
        yield f"{link_words(link)}. {way_out(link)}."


def link_words(link: DirectoryLink) -> str:
    """Return what stands in the place of one of pip's directories, as a clause."""
    words = f"{link.path} is a link to {link.target}"
    return f"{words}: pip uses it, and it is not shown here" if link.exists else f"{words}, where there is no folder"


def way_out(link: DirectoryLink) -> str:
    """Return the way to see, or to mend, what a link leads to."""
    if not link.exists:
        return "pip can keep nothing there: make that folder, or remove the link"
    target = link.target.replace("\\", "/")
    root = target.removesuffix(f"/{link.path}")
    if root != target and root:
        return f"cachetui follows no links inside a cache; look there with: cachetui --cache-dir {shlex.quote(root)}"
    return (
        f"cachetui follows no links inside a cache; to look there, move it to a folder NEW/{link.path}, let the link "
        "lead to that, and use --cache-dir NEW"
    )
