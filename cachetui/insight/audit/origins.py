"""Index that an entry came from, derived from its URL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from cachetui.model import Entry

HOST = re.compile(r"(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
"""Pattern of a host. If the text before a path does not match, it may belong to a password that contains a slash."""
SCHEMES = ("https:", "http:")
"""Schemes of URLs whose host need not be checked again once it has been seen."""
PAGES = ("simple", "+simple")
"""Last segments of the URLs of many indexes; the files of such an index may lie in a folder beside that segment."""
FILES = "files of this machine"
UNCLEAR = "an address that is not clear"


def origins(entries: Iterable[Entry]) -> Callable[[Entry], str | None]:
    """Return a function that gives an entry's index as "host/path", or its host alone; None if it has no URL.

    Only indexes of which a page is among `entries` are known. A file belongs to such an index if it is on the same host
    and its path begins with that of the index (without a last segment in `PAGES`). For an ambiguous URL, or that of a
    local file, the result says so in words. It contains no user, no password and no query.
    """
    indexes: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.kind == "index" and entry.url and (place := _place(entry.url)):
            host, path = place
            index = path.rstrip("/").rpartition("/")[0]
            beside = index.removesuffix(f"/{index.rpartition('/')[2]}") if index.rpartition("/")[2] in PAGES else index
            indexes.setdefault(host, {})[f"{beside}/"] = f"{host}{index}"
    ordered = {host: sorted(found.items(), key=lambda pair: (-len(pair[0]), pair)) for host, found in indexes.items()}

    hosts: dict[str, str] = {}

    def origin(entry: Entry) -> str | None:
        url = entry[9]  # by index: faster for a hundred thousand entries
        if url is None:
            return None
        parts = url.split("/", 3)
        host, path = hosts.get(parts[2], "") if len(parts) > 3 and parts[0] in SCHEMES else "", f"/{parts[-1]}"
        if not host or "@" in url or "\\" in url:
            place = _place(url)
            if place is None:
                return FILES if url.lower().startswith("file:") else UNCLEAR
            host, path = place
            hosts[host] = host
        for start, name in ordered.get(host, ()):
            if path.startswith(start):
                return name
        return host

    return origin


def _place(url: str) -> tuple[str, str] | None:
    """Split a URL into host and path, both without possible secrets; None for an ambiguous URL or a local file's."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2].lower()
    if parts.scheme.lower() == "file" or not HOST.fullmatch(host) or "@" in parts.path or "\\" in url:
        return None
    return host, re.sub(r"[;=].*", "", parts.path)
