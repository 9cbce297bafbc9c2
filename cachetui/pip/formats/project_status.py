"""Read the status that an index gives to a project, such as "quarantined".

Sources: the specifications of project status markers (PEP 792) and of the simple repository API.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from cachetui.pip.formats.index_page import LONGEST_PARSED, Page
from cachetui.pip.formats.page_json import parse_page

MARKERS = ("archived", "deprecated", "quarantined")
"""Statuses other than "active", which is the status of a project without a marker."""
QUOTED = re.compile(rf'"(?:{"|".join(MARKERS)})"'.encode())
"""Pattern of a marker in JSON."""
HEAD = 64 << 10
"""Number of bytes at the start of an HTML page in which `meta` elements are looked for."""
META = re.compile(rb"<meta\s[^<>]{0,2000}+>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([a-z-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


class ProjectStatus(NamedTuple):
    """Status of a project."""

    marker: str
    """One of `MARKERS`."""
    reason: str
    """Reason that the index gives; "" if it gives none. It is untrusted text."""


def project_status(page: Page) -> ProjectStatus | None:
    """Return the status of a page's project; None if it is active or unknown."""
    marker, reason = _in_json(page.text) if page.is_json else _in_html(page.text)
    known = marker.strip().lower() if isinstance(marker, str) else ""
    return ProjectStatus(known, reason if isinstance(reason, str) else "") if known in MARKERS else None


def _in_json(text: bytes) -> tuple[object, object]:
    if b'"project-status"' not in text or not QUOTED.search(text) or len(text) > LONGEST_PARSED:
        return None, None
    try:
        content = parse_page(text)
    except (ValueError, RecursionError):
        return None, None
    status = content.get("project-status") if isinstance(content, dict) else None
    return (status.get("status"), status.get("reason")) if isinstance(status, dict) else (status, None)


def _in_html(text: bytes) -> tuple[object, object]:
    found: dict[str, str] = {}
    for element in META.finditer(text, 0, HEAD) if b"pypi:project-status" in text[:HEAD] else ():
        written = element[0].decode("utf-8", "replace")
        values = {one[1].lower(): one[2] or one[3] or one[4] or "" for one in ATTRIBUTE.finditer(written)}
        found.setdefault(values.get("name", "").lower(), html.unescape(values.get("content", "")))
    return found.get("pypi:project-status"), found.get("pypi:project-status-reason")
