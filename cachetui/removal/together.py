"""Entries that a removal takes together or not at all: files that a program stores several times."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def groups(paths: Collection[str], twins: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return the paths of entries that are removed together, as groups, each in the order of `paths`.

    `twins` is `Inventory.twins`. Groups with a common entry become one group. Entries that are removed
    alone are left out.
    """
    together: dict[str, dict[str, None]] = {}
    for path in paths if twins else ():
        for twin in twins.get(path, ()):
            if twin in paths and together.get(path) is not (joined := together.setdefault(twin, {twin: None})):
                joined |= together.get(path, {path: None})
                together.update(dict.fromkeys(joined, joined))
    order = {path: place for place, path in enumerate(paths)} if together else {}
    distinct = {id(joined): joined for joined in together.values()}
    return [sorted(joined, key=order.__getitem__) for joined in distinct.values()]
