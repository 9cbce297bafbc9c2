"""Examples of questions about a cache (does not import Textual)."""

from __future__ import annotations

from cachetui.browsing.catalog import Catalog, GroupKind

EXAMPLE = "psycopg2==2.4.1"
"""Question that the demo's cache is made to answer."""
ANYTHING = (EXAMPLE, "torch")
"""Examples for a cache without projects."""


def examples(catalog: Catalog) -> tuple[str, ...]:
    """Return two example questions about a cache: the oldest version of a project, and the biggest project.

    If the first project has no version, the question is its name alone. For a cache without projects, return
    `ANYTHING`.
    """
    projects = [(place.project, group) for place, group in catalog.groups if place.rank is GroupKind.PROJECT]
    if not projects:
        return ANYTHING
    biggest, _ = max(projects, key=lambda pair: pair[1].disk)
    others = [pair for pair in projects if pair[0] != biggest] or projects
    name, group = max(others, key=lambda pair: len(pair[1].entries))
    versions = [label for label, _ in group.versions if label]
    return (f"{name}=={versions[-1]}" if versions else name), biggest
