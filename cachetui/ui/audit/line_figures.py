"""Figures with one choice per line: the kinds, the biggest files, and what each rule would free."""

from __future__ import annotations

from textual.strip import Strip

from cachetui.model import NS
from cachetui.text.format import age, disk_text
from cachetui.ui.audit.figures import Lines
from cachetui.ui.audit.items import FigureChoice
from cachetui.ui.audit.treemap_layout import LEAST_SHARE
from cachetui.ui.widgets.cells import bar, fit, pad, shown, width
from cachetui.ui.widgets.painted import Part, size_parts

NAME, OTHERS, BAR = 12, 17, 6
"""Widths of the parts of a line, in cells; those of the kind's name and of the bar are minimums.

`OTHERS` is the width of everything between the name and the bar, except the number.
"""
NUMBER = 3
"""Minimum width of the number of a kind's entries in cells."""
GAP = 3
"""Blank cells between two kinds in a sentence."""


class KindBars(Lines):
    """Bars by kind or by another property; if only one line fits, a sentence."""

    HELP = """\
Disk usage by kind; **t** groups it by Python, platform, index or use instead. **Space** marks everything that a line
stands for, **b** or Enter shows a kind in Browse.
"""

    def line(self, choice: FigureChoice, room: int) -> tuple[list[Part], list[Part]]:
        """Return a kind's name, number of entries, size, share and bar; a long name shortens or displaces the bar."""
        longest = max([width(shown(one.name)) for one in self.choices], default=0)
        digits = max([NUMBER, *[len(f"{len(one.entries):,}") for one in self.choices]])
        space = room - OTHERS - digits
        named = max(NAME, min(longest + 1, space if space < NAME + BAR else space - BAR))
        share = choice.disk / max(1, self.total)
        biggest = max([one.disk for one in self.choices], default=0)
        percent = f"{100 * share:>5.0f}%  " if share >= LEAST_SHARE else " " * 8
        parts: list[Part] = [
            pad(fit(shown(choice.name), named - 1, dots=self.glyphs.dots), named),
            (f"{len(choice.entries):>{digits},}  ", "muted"),
            *size_parts(choice.disk),
            (percent, "muted"),
        ]
        if (left := space - named) >= BAR:
            parts.append((bar(choice.disk / max(1, biggest), left, self.glyphs), "bar"))
        return parts, []

    def render_line(self, y: int) -> Strip:
        """Draw one line; if the widget has only one line, draw the sentence."""
        return super().render_line(y) if self.size.height > 1 else self._sentence()

    def _places(self) -> list[tuple[int, int]]:
        """Return the kinds that fit into the sentence, the current kind among them.

        Each is given as its index, and the first cell after its words and the gap that follows them.
        """
        room, places, edge = self.size.width - 1 - width(self._count()), list[tuple[int, int]](), 0
        for index, choice in enumerate(self.choices):
            wide = width(f"{shown(choice.name)} {disk_text(choice.disk)}")
            if places and index <= self.cursor and edge + wide > room:
                places, edge = [], 0
            elif edge + wide > room:
                break
            edge += wide + GAP
            places.append((index, edge))
        return places

    def _count(self, places: int | None = None) -> str:
        """Return in words that only `places` of the kinds are in the sentence; empty if all are.

        `places` is a number of kinds. Without it, return words of the greatest possible width.
        """
        return f"{places or self.number} of {self.number} shown" if places is None or places < self.number else ""

    def _sentence(self) -> Strip:
        parts: list[Part] = []
        places = self._places()
        for index, _ in places:
            choice = self.choices[index]
            ground = " cursor" if index == self.cursor and self.has_focus else ""
            parts += [
                (shown(choice.name), f"plain{ground}"),
                (f" {disk_text(choice.disk)}", f"muted{ground}"),
                " " * GAP,
            ]
        return self.sides(parts[:-1], ((self._count(len(places)), "muted"),), self.size.width)

    def index_at(self, x: int, y: int) -> int | None:
        """Return the index of the kind at a cell; None if there is none."""
        if self.size.height > 1:
            return super().index_at(x, y)
        return next((index for index, edge in self._places() if x < edge), None)


class Biggest(Lines):
    """The biggest files."""

    has_box = True
    HELP = "The biggest files: **Space** marks one, **b** or Enter goes to it in Browse."
    now_ns = 0

    def show_marks(self) -> None:
        """Redraw the marks."""
        self.refresh()

    def line(self, choice: FigureChoice, room: int) -> tuple[list[Part], list[Part]]:
        """Return a file's mark, name and version or kind for the left end, and its age and size for the right end."""
        entry = choice.entries[0]
        number, unit = age(max(0, self.now_ns - entry.downloaded) / NS)
        sign = self.sign(choice).strip()
        left = fit(shown(choice.name), max(4, room - 32), dots=self.glyphs.dots)
        more = fit(shown(entry.version or entry.kind), max(0, room - 28 - width(left)), dots=self.glyphs.dots)
        mark: list[Part] = [(f"[{sign or ' '}] ", "mark" if sign else "hint")]
        return [*mark, f"{left} ", (more, "muted")], [(f"{number:>2} {unit:<8}  ", "muted"), *size_parts(choice.disk)]


class ReclaimableLines(Lines):
    """The rules and what each would free."""

    has_box = True
    HELP = """\
The space that each rule of `cachetui prune` would free today. What is protected, what may be in use and what was built
here is kept. Rules overlap. An entry is superseded if there is a newer version for the same Python and platform.
**Space** marks everything that a rule chooses, **b** or Enter shows it in Browse.
"""

    def show_marks(self) -> None:
        """Redraw the marks."""
        self.refresh()

    def line(self, choice: FigureChoice, room: int) -> tuple[list[Part], list[Part]]:
        """Return a rule with its mark, the number of its entries, and the bytes that it frees."""
        sign = self.sign(choice).strip() if choice.entries else ""
        mark: Part = (f"[{sign or ' '}] ", "mark" if sign else "hint")
        name = fit(choice.name, max(4, room - 18), dots=self.glyphs.dots)
        if not choice.known:
            return [mark, (name, "muted")], [("not known", "muted")]
        left = room - 18 - len(name) - 2
        words = choice.explanations
        if choice.kept:
            words = f"keeps {choice.kept:,} that must stay", f"keeps {choice.kept:,}"
        more = next((f"  {one}" for one in words if len(one) <= left), "")
        return [mark, name, (more, "muted")], [(f"{len(choice.entries):>5,}  ", "muted"), *size_parts(choice.disk)]
