"""Examples of questions that may be asked of a cache; no Textual here."""

from __future__ import annotations

from cachetui.browsing.catalog import Catalog, GroupKind

EXAMPLE = "psycopg2==2.4.1"
"""The question that the demo is made for."""
ANYTHING = (EXAMPLE, "torch")
"""The examples where a cache has none."""


def examples(catalog: Catalog) -> tuple[str, ...]:
    """Return what could be asked of a cache: a version that is not its project's newest, and the biggest project."""
    projects = [(place.project, group) for place, group in catalog.groups if place.rank is GroupKind.PROJECT]
    if not projects:
        return ANYTHING
    biggest, _ = max(projects, key=lambda pair: pair[1].disk)
    others = [pair for pair in projects if pair[0] != biggest] or projects
    name, group = max(others, key=lambda pair: len(pair[1].entries))
    versions = [label for label, _ in group.versions if label]
    return (f"{name}=={versions[-1]}" if versions else name), biggest
