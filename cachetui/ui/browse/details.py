"""Details of the row under the cursor; they are below the rows, or beside them if there is room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from textual.reactive import reactive
from textual.strip import Strip

from cachetui.browsing.catalog import GroupKind
from cachetui.browsing.group import EntryGroup
from cachetui.browsing.rows import Row
from cachetui.conduct import PIP
from cachetui.model import AGE_FIELDS, INSTALLABLE, NS, Entry, File, Inventory
from cachetui.removal.freed_bytes import Freeing
from cachetui.text.format import age, ago, count, date, disk_text
from cachetui.text.names import entry_name, kind_of, metadata_name
from cachetui.text.redact import masked, redact_urls
from cachetui.ui.browse.choice import foreign_words
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.widgets.cells import FILE_TAIL, fit, fit_file, pad, shown, width
from cachetui.ui.widgets.painted import PaintedLines, Part, size_parts

if TYPE_CHECKING:  # for type checking only
    from cachetui.environments.used_by import Usage
    from cachetui.interpreters.info import InterpreterInfo

BESIDE = 160
"""Minimum width of the screen in cells at which the details are beside the rows."""
LABEL = 12
"""Width of a fact's label in cells."""
HALF = 64
"""Maximum cell at which the second of two facts on a line begins."""
MOST_PARTS = 200
"""Maximum number of versions or entries that are listed for a row, which is more than any screen has lines."""
RUNGS = {
    "url": "the index page that lists it",
    "disposition": "the name its server gave it",
    "headers": "its server's headers",
    "archive": "a look inside",
    "page": "the page itself",
    "wheel-name": "its file name",
    "file-name": "its file name",
}
"""Sources of an entry's name in words, by the value of `Entry.identified_by`."""
MOST_USERS = 3
"""Maximum number of environments that are named as users of a row's entries."""
NOT_KNOWN = "not known"
"""Value of a fact that the search for Pythons or for environments did not find."""
INSTALLED = (*INSTALLABLE, "metadata")
"""Kinds of entries that environments can use."""
WHEELS = ("wheel", "built", "metadata")
"""Kinds of entries for which the details show whether a Python can use them."""
NOUNS = {"built": "built wheel", "metadata": "metadata file", "index": "index page"}
"""Nouns for counting entries of a kind; a kind without a noun is counted by its own name."""


NO_FINDINGS: Mapping[str, str] = MappingProxyType({})
NO_COPIES: Mapping[str, Collection[str]] = MappingProxyType({})


class Fact(NamedTuple):
    """A label and a value in the details."""

    label: str
    """Label of the fact."""
    value: str
    """Value of the fact, in which untrusted text is made printable."""


def when(time: int, now: int) -> str:
    """Format a time as an age and a date; `time` and `now` are in nanoseconds since the epoch."""
    number, unit = age((now - time) / NS)
    return f"{f'{number} {unit} ago' if number else unit}, {date(time)}"


def entry_facts(
    entry: Entry,
    now: int,
    pythons: Sequence[InterpreterInfo] = (),
    findings: Mapping[str, str] = NO_FINDINGS,
    copies: Mapping[str, Collection[str]] = NO_COPIES,
) -> list[Fact]:
    """Return the facts about one entry, the most useful first.

    For a wheel or its metadata, they include whether any of `pythons` can use it.

    `findings` describe what is wrong with entries, by their paths. `copies` are the paths of the other entries that
    hold the same file as an entry, by that entry's path.
    """
    facts = []
    if wrong := findings.get(entry.path):
        facts.append(Fact("damage", shown(redact_urls(wrong))))
    if pythons and (usable := _usable(entry, pythons)):
        facts.append(Fact("usable", shown(usable)))
    for which in AGE_FIELDS:
        if (time := getattr(entry, which)) is not None:
            latest = " at latest" if which == "downloaded" and entry.path.startswith("http/") else ""
            label = "built" if which == "downloaded" and entry.kind == "built" else which
            facts.append(Fact(label, f"{when(time, now)}{latest}{', roughly' if which == 'read' else ''}"))
    if entry.identified_by is not None:
        facts.append(Fact("named by", RUNGS[entry.identified_by]))
    facts.append(Fact("file size", disk_text(entry.apparent_size)))
    if entry.note:
        facts.append(Fact("note", shown(entry.note)))
    if entry.url:
        facts.append(Fact("from", shown(masked(entry.url))))
    body = " and its .body" if len(entry.files) == 2 and entry.files[1].path == f"{entry.path}.body" else ""
    more = f" and {count(len(entry.files) - 1, 'file')} more" if len(entry.files) > 1 and not body else ""
    facts.append(Fact("on disk", f"{shown(entry.path)}{body or more}"))
    if others := copies.get(entry.path):
        facts.append(Fact("stored", f"{count(len(others) + 1, 'time')}: also as {', '.join(map(shown, others))}"))
    return facts


def _usable(entry: Entry, pythons: Sequence[InterpreterInfo]) -> str | None:
    """Return the result of `used_by` for a wheel or its metadata; None for other entries, or if it is not known."""
    from cachetui.services.pythons import used_by  # noqa: PLC0415 - the first screen does without

    parts = (entry.filename or "").removesuffix(".whl").rsplit("-", 3)
    if entry.kind not in WHEELS or len(parts) < 4:
        return None
    return used_by(pythons, "-".join(parts[1:]))


def gives_back(group: EntryGroup, inventory: Inventory) -> str:
    """Return in words how much space removing a group's entries frees; empty if it certainly frees all of it."""
    freeing = Freeing()
    freeing.count(group.entries, disk=group.disk, linked=group.linked)
    freed, limit = freeing.disk, "at most " if inventory.may_share else ""
    rest = ": other files have names for the rest" if freed < group.disk else ""
    return f"{limit}{disk_text(freed)}{rest}" if limit or rest else ""


def _may_be_used(row: Row) -> bool:
    """Return whether environments may use a row's entries."""
    if row.foreign or row.place.rank is not GroupKind.PROJECT:
        return False
    return any(entry.kind in INSTALLED and entry.version is not None for entry in row.group.entries)


def _users(row: Row, usage: Usage, room: int) -> str:
    """Return in words which environments use a row's entries, or that none does.

    The words are empty if no environment could use them, or if it is not known whether one does.

    As many environments are named as fit into `room` cells, but at least one and at most `MOST_USERS`.
    """
    if row.foreign or row.place.rank is not GroupKind.PROJECT:
        return ""
    entries = row.group.entries
    users = dict.fromkeys([user for entry in entries for user in usage.users.get(entry.path, ())])
    if users:
        names = [shown(user.title) for user in users]
        words = [
            f"{', '.join(names[:number])}{f' and {len(names) - number} more' if len(names) > number else ''}"
            for number in range(min(MOST_USERS, len(names)), 0, -1)
        ]
        return next((one for one in words if width(one) <= room), words[-1])
    known = [usage.used[entry.path] for entry in entries if entry.path in usage.used]
    could = [entry for entry in entries if entry.kind in INSTALLED and entry.version is not None]
    return "no environment here" if could and len(known) == len(could) else ""


def holding_facts(row: Row, now: int, findings: Mapping[str, str] = NO_FINDINGS) -> list[Fact]:
    """Return the facts about all entries of a row together; `findings` describe what is wrong with entries, by path."""
    facts = []
    if findings and (wrong := sum([entry.path in findings for entry in row.group.entries])):
        facts.append(Fact("damage", f"in {count(wrong, 'entry')}: see Health"))
    for which in AGE_FIELDS:
        if (span := row.group.span(which)) is not None:
            facts.append(Fact(which, ago((now - span[0]) / NS, (now - span[1]) / NS)))
    kinds = Counter(entry.kind for entry in row.group.entries)
    facts.append(Fact("holds", ", ".join(count(number, NOUNS.get(kind, kind)) for kind, number in kinds.items())))
    facts.append(Fact("file size", disk_text(row.group.apparent)))
    return facts


def foreign_facts(file: File | None, now: int, tool: str) -> list[Fact]:
    """Return the facts about a file that `tool` did not write; None stands for all such files.

    `tool` is the name of the program that fills the cache.
    """
    facts = [Fact("", foreign_words(tool))]
    if file is not None:
        facts += [Fact("changed", when(file.mtime_ns, now)), Fact("file size", disk_text(file.size))]
        facts.append(Fact("on disk", shown(file.path)))
    return facts


def facts_of(
    row: Row,
    now: int,
    pythons: Sequence[InterpreterInfo] = (),
    findings: Mapping[str, str] = NO_FINDINGS,
    copies: Mapping[str, Collection[str]] = NO_COPIES,
    tool: str = PIP.tool,
) -> list[Fact]:
    """Return the facts about a row.

    `tool` is the name of the program that fills the cache; the other arguments are those of `entry_facts`.
    """
    if row.foreign:
        return foreign_facts(row.file, now, tool)
    if row.entry is None:
        return holding_facts(row, now, findings)
    return entry_facts(row.entry, now, pythons, findings, copies)


def title_of(row: Row) -> str:
    """Return a row's full name, made printable, for places that do not show the row's parents."""
    entry = row.entry
    if row.depth and row.place.rank is GroupKind.PROJECT and (entry is None or entry.filename is None):
        return shown(f"{row.place.project} {row.name}")
    if entry is not None and entry.kind == "metadata":
        return shown(metadata_name(entry))
    return shown(row.name)


def parts_of(row: Row) -> tuple[str, list[tuple[str, int]]]:
    """Return a heading, and names with allocated bytes: the versions of a project's row, or the entries of another row.

    At most `MOST_PARTS` are returned; none, with an empty heading, for a row that cannot be opened or is foreign.
    """
    if not row.folds or row.foreign:
        return "", []
    group = row.group
    if row.depth == 0 and row.place.rank is GroupKind.PROJECT:
        versions = group.versions[:MOST_PARTS]
        return "Versions", [(label or kind_of(version.entries), version.disk) for label, version in versions]
    biggest = sorted(group.entries, key=lambda entry: -entry.disk_usage)
    return "Holds", [(entry_name(entry), entry.disk_usage) for entry in biggest[:MOST_PARTS]]


class Details(PaintedLines):
    """Facts about one row."""

    DEFAULT_CSS = """
    Details {
        display: none;
        background: $surface;
        padding: 0 1;
        &:ansi { border-top: solid ansi_bright_black; }
    }
    """

    row: reactive[Row | None] = reactive(None)
    now: reactive[int] = reactive(0)
    """The current time, in nanoseconds since the epoch."""
    usage: reactive[Usage | None] = reactive(None)
    """Uses of the entries by environments; None before they are known."""
    pythons: reactive[Sequence[InterpreterInfo] | None] = reactive(None)
    """The working Pythons on this system; None before all of them are known."""
    searches: reactive[bool] = reactive(False)
    """Whether this system is searched for Pythons and environments, so that the details keep room for what is found."""
    findings: reactive[Mapping[str, str]] = reactive(NO_FINDINGS)
    """Dangers and damage of entries in words, by the entries' paths."""
    copies: reactive[Mapping[str, Collection[str]]] = reactive(NO_COPIES)
    """Paths of the other entries that hold the same file as an entry, by the entry's path."""
    tool = PIP.tool
    """Name of the program that fills the cache."""
    _given: tuple[EntryGroup, Inventory, str] | None = None
    protection: Callable[[Row], str] = lambda _: ""
    """Function that returns how much of a row is protected: x for all, - for a part; empty for nothing."""

    def _facts(self, row: Row, room: int) -> list[Fact]:
        """Return a row's facts.

        Facts that a search finds are cut to `room` cells; before they are found, each of them already has a line.
        """
        facts = facts_of(row, self.now, self.pythons or (), self.findings, self.copies, self.tool)
        if back := self._gives_back(row):
            labels = [fact.label for fact in facts]
            facts.insert(labels.index("file size") + 1, Fact("gives back", back))
        usable = next((fact for fact in facts if fact.label == "usable"), None)
        if usable is not None:
            facts.remove(usable)
        elif self.searches and row.entry is not None and row.entry.kind in WHEELS:
            usable = Fact("usable", self.glyphs.dots if self.pythons is None else NOT_KNOWN)
        users = _users(row, self.usage, room) if self.usage is not None else ""
        if not users and self.searches and _may_be_used(row):
            users = self.glyphs.dots if self.usage is None else NOT_KNOWN
        found = [*([usable] if usable else []), *([Fact("used by", users)] if users else [])]
        start = sum([fact.label == "damage" for fact in facts])
        facts[start:start] = [Fact(label, fit(value, room, dots=self.glyphs.dots)) for label, value in found]
        words = {"x": "yes, never removed", "-": "in part: some of it is never removed"}.get(self.protection(row))
        return facts if words is None else [Fact("protected", words), *facts]

    def _gives_back(self, row: Row) -> str:
        """Return `gives_back` for a row, computed again only for another row or inventory; empty for foreign files."""
        inventory = self.screen.inventory if isinstance(self.screen, CacheScreen) else None
        if row.foreign or inventory is None:
            return ""
        if self._given is None or self._given[0] is not row.group or self._given[1] is not inventory:
            self._given = row.group, inventory, gives_back(row.group, inventory)
        return self._given[2]

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the facts: up to two on a line if the details are below the rows, one on a line if beside them."""
        if self.row is None:
            return []
        return self._column(self.row, room) if self.app.size.width >= BESIDE else self._wide(self.row, room, height)

    def _figures(self, row: Row) -> str:
        return f"{disk_text(row.group.disk)}  {count(row.group.files, 'file')}"

    def _fact(self, fact: Fact, room: int) -> list[Part]:
        label = pad(fact.label, LABEL) if fact.label else ""
        return [(label, "muted"), fit(fact.value, room - len(label), FILE_TAIL, self.glyphs.dots)]

    def _wide(self, row: Row, room: int, height: int) -> list[Strip]:
        half = min(HALF, room // 2)
        facts = self._facts(row, half - LABEL - 2)
        short = [fact for fact in facts if width(fact.value) <= half - LABEL - 2 and fact.label]
        long = [fact for fact in facts if fact not in short]
        figures: Part = (self._figures(row), "muted")
        title = fit_file(title_of(row), room - width(figures[0]) - 2, self.glyphs.dots)
        drawn = [self.sides(((title, "strong"),), (figures,), room)]
        pairs = [short[index : index + 2] for index in range(0, len(short), 2)]
        while pairs and 1 + len(pairs) + len(long) > height and len(pairs) > 1:
            pairs.pop()  # long facts cannot be guessed: URLs and paths are kept, lengths are not
        for pair in pairs:
            parts = [part for fact in pair for part in self._fact(fact, half)]
            if len(pair) > 1:
                parts[1] = pad(str(parts[1]), half - LABEL)
            drawn.append(self.strip(*parts, room=room))
        return drawn + [self.strip(*self._fact(fact, room), room=room) for fact in long]

    def _column(self, row: Row, room: int) -> list[Strip]:
        title = fit_file(title_of(row), room, self.glyphs.dots)
        drawn = [
            self.strip((title, "strong"), room=room),
            self.strip((self._figures(row), "muted"), room=room),
            self.strip(room=room),
        ]
        facts = self._facts(row, room - LABEL)
        drawn += [self.strip(*self._fact(fact, room), room=room) for fact in facts]
        heading, parts = parts_of(row)
        if parts:
            drawn += [self.strip(room=room), self.strip((heading, "strong"), room=room)]
        for name, size in parts:
            right = size_parts(size)
            drawn.append(self.sides((fit_file(shown(name), room - 10, self.glyphs.dots),), right, room))
        return drawn
