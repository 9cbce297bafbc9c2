"""Words around the figures: their titles, the open levels of the treemap, and the current choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cachetui.model import AGE_FIELDS, AgeField
from cachetui.text.format import DAY, age, count, disk_text
from cachetui.ui.audit.figures import FigureWidget
from cachetui.ui.audit.histogram import Ages
from cachetui.ui.audit.items import MONTHS, Group
from cachetui.ui.audit.line_figures import Biggest, KindBars, ReclaimableLines
from cachetui.ui.audit.treemap import Treemap
from cachetui.ui.audit.treemap_layout import share_text
from cachetui.ui.widgets.cells import shown, width
from cachetui.ui.widgets.painted import Part, parts_width

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.audit.audit import Audit


def titles(audit: Audit | None, group: Group, by: AgeField) -> tuple[tuple[type[FigureWidget], str, str], ...]:
    """Return the class and the title of each figure except the treemap, and the words on the right of its title."""
    overhead = f"directories {disk_text(audit.directories_disk_usage)}" if audit is not None else ""
    by_age = "By age" if by == AGE_FIELDS[0] else f"By age, {by}"
    return (
        (KindBars, f"By {group}", overhead),
        (Ages, by_age, f"{MONTHS} months a column"),
        (Biggest, "Biggest files", "downloaded      disk"),
        (ReclaimableLines, "Free up space", "entries    frees"),
    )


def level_parts(treemap: Treemap) -> tuple[list[Part], list[Part]]:
    """Return the parts of the line above the treemap: on the left the open levels, on the right what areas mean."""
    path = f" {treemap.glyphs.prompt} ".join(
        ["Where the space is", *[shown(name) for name, _, _ in treemap.levels[1:]]]
    )
    shade = "" if treemap.plain else ", faded: old"
    return [(path, "strong"), (f"  {treemap.share_shown}".rstrip(), "muted")], [(f"area: disk{shade}", "muted")]


def choice_parts(figure: FigureWidget, group: Group, *, total: int, room: int) -> list[Part]:
    """Return the current choice of a figure in words: at most `room` cells, if its name and figures fit.

    `total` is the disk usage of the cache in bytes; `group` is the property by which `KindBars` groups the entries.
    """
    choice = figure.choice
    if choice is None:
        return []
    share = share_text(choice.disk, total)
    entries = count(len(choice.entries), "entry")
    facts = f"  {disk_text(choice.disk)}{share}  {entries}"
    if isinstance(figure, ReclaimableLines):
        facts = f"  frees {disk_text(choice.disk)}, removes {entries}" if choice.known else "  not known"
        facts += f", keeps {choice.kept:,} that must stay" if choice.kept else ""
    more: Sequence[str] = choice.explanations
    if isinstance(figure, Treemap):
        old = " ".join(age(figure.days * DAY)).strip()
        moment = old if old == "today" else f"{old} ago"
        more = f"downloaded {moment}", moment
    sign = figure.sign(choice)
    parts: list[Part] = [(f"[{sign}] ", "mark")] if sign.strip() else []
    if isinstance(figure, KindBars):  # kinds do not always have a heading
        parts.append((f"{group} ", "muted"))
    parts += [(shown(choice.name), "strong"), (facts, "muted")]
    left = room - parts_width(parts)
    parts.append((next((f"  {words}" for words in more if width(words) + 2 <= left), ""), "muted"))
    return parts
