"""What stands at the top of the tree, under a filter and in every order; no Textual here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, get_args

from cachetui.ui.catalog import Place
from cachetui.ui.holding import Holding
from cachetui.ui.rows import By, Order, Row

if TYPE_CHECKING:  # the first screen does not wait for terms
    from cachetui.ui.matching import Matcher

PLACE: Callable[[Row], Place] = attrgetter("place")


class Tops:
    """Rows of projects by name, and then of groups, all of them closed; orders once asked for are remembered."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        """The rows by name."""
        self.projects = bisect_left(rows, 1, key=lambda row: min(1, row.place.rank))
        """How many of them are projects."""
        self._arranged: dict[tuple[object, ...], list[Row]] = {}

    @classmethod
    def of(cls, shelves: Iterable[tuple[Place, Holding]]) -> Tops:
        """Make rows of projects that come by name, and of the groups that come after them."""
        return cls([Row(place, place, place.title, holding, 0, "", True) for place, holding in shelves])

    @cached_property
    def shelves(self) -> list[tuple[Place, Holding]]:
        """What is shown of every project and group."""
        return [(row.place, row.holding) for row in self.rows]

    @cached_property
    def names(self) -> list[str]:
        """The names of the projects."""
        return [row.name for row in self.rows[: self.projects]]

    def find(self, shelf: Place) -> Row | None:
        """Return the row of a project or group, if it is shown."""
        index = bisect_left(self.rows, shelf, key=PLACE)
        return self.rows[index] if index < len(self.rows) and self.rows[index].place == shelf else None

    def filtered(self, matcher: Matcher | None) -> Tops:
        """Return what a filter shows of these."""
        if matcher is None:
            return self
        rows = []
        for row in self.rows:
            found = matcher(row.name, row.holding)
            if found is row.holding:
                rows.append(row)
            elif found is not None:
                rows.append(Row(row.place, row.place, row.name, found, 0, "", True))
        return Tops(rows)

    def arranged(self, order: Order) -> list[Row]:
        """Return the projects in an order, and the groups after them."""
        compared = (order.apparent,) if order.by == "size" else (order.age,) if order.by == "age" else ()
        key = (order.by, order.reverse, *compared)
        if key not in self._arranged:
            self._arranged[key] = [*order.arrange(self.rows[: self.projects]), *self.rows[self.projects :]]
        return self._arranged[key]

    def foresee(self, order: Order) -> None:
        """Arrange them in this order, and in each that a key leads to from there, so that it is known when it is asked.

        Each of these twice: asked again for the same, the other way round.
        """
        self.arranged(order)
        for by in get_args(By):
            once = order.sorted_by(by)
            self.arranged(once)
            self.arranged(once.sorted_by(by))
