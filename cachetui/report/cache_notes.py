"""Sentences about links in a cache, which a scan does not follow, and about a file system without disk usages."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from cachetui.conduct import PIP, Conduct
from cachetui.model import DirectoryLink, Inventory

BY_LENGTH = "The file system reports no disk usage for these files: all sizes are their lengths."


def cache_notes(inventory: Inventory) -> Iterator[str]:
    """Yield the notes of `link_notes`, and one if the file system reports no disk usage, except for the demo's cache.

    The text is untrusted.
    """
    yield from link_notes(inventory)
    if inventory.by_length and not inventory.made_up:
        yield BY_LENGTH


def link_notes(inventory: Inventory) -> Iterator[str]:
    """Yield a note for each link in place of a directory of the cache, with a remedy; the text is untrusted."""
    for link in inventory.links:
        yield f"{link_words(link, inventory.conduct)}. {way_out(link, inventory.conduct)}."


def link_words(link: DirectoryLink, conduct: Conduct = PIP) -> str:
    """Return a clause that says where a link leads.

    It adds that the target does not exist, or that the program that fills the cache uses it and it is not shown.
    """
    words = f"{link.path} is a link to {link.target}"
    return (
        f"{words}: {conduct.tool} uses it, and it is not shown here"
        if link.exists
        else f"{words}, which does not exist"
    )


def way_out(link: DirectoryLink, conduct: Conduct = PIP) -> str:
    """Return a clause that says how to see the content of a link's target, or how to repair a broken link."""
    if not link.exists:
        return f"{conduct.tool} can store nothing there: create that folder, or remove the link"
    target = link.target.replace("\\", "/")
    root = target.removesuffix(f"/{link.path}")
    if root != target and root:
        return f"cachetui follows no links inside a cache; look there with: cachetui --cache-dir {shlex.quote(root)}"
    return (
        f"cachetui follows no links inside a cache; to look there, move it to a folder NEW/{link.path}, let the link "
        "lead to that, and use --cache-dir NEW"
    )
