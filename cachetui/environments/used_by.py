"""Find which environments use an entry, and which entries are used by none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from packaging.tags import Tag, parse_tag

from cachetui.environments.installed import DirectUrl, Environment
from cachetui.errors import RootError
from cachetui.interpreters.supported_tags import may_support, may_take
from cachetui.model import INSTALLABLE, Entry, Inventory, VersionOrder, version_order
from cachetui.pip.formats.index_files import HASHES
from cachetui.pip.reader import CacheReader

Holders = Mapping[str, Mapping[VersionOrder, list[tuple[Environment, DirectUrl | None]]]]
"""Environments by installed project and version, each with the source of what is installed."""


@dataclass(frozen=True)
class Usage:
    """Uses of a cache's entries by the environments on this machine."""

    environments: tuple[Environment, ...] = ()
    """Environments that were found."""
    users: Mapping[str, tuple[Environment, ...]] = field(default_factory=dict)
    """Environments that use each entry, by its path."""
    used: Mapping[str, bool] = field(default_factory=dict)
    """Whether an environment uses each entry, by its path; entries for which this is not known are left out."""
    trouble: str = ""
    """Reason why nothing is known (a sentence); untrusted text, empty if the environments were read."""

    @property
    def unread(self) -> tuple[Environment, ...]:
        """Environments that could not be read completely."""
        return tuple([environment for environment in self.environments if environment.trouble])


def usage_of(entries: Iterable[Entry], environments: Collection[Environment], root: str) -> Usage:
    """Return which environments use the entries of the cache at `root`.

    An environment uses a wheel, sdist or metadata if the same version of the project is installed in it, unless that
    was installed from elsewhere. If an environment could not be read completely, entries that it may use do not count
    as unused. If no environment could be read completely, no entry counts as unused.
    """
    holders = _holders(environments)
    spared = _Spared(environments)
    is_known = any(not environment.trouble for environment in environments)
    users: dict[str, tuple[Environment, ...]] = {}
    used: dict[str, bool] = {}
    with ExitStack() as opened:
        reader: CacheReader | None = None
        for entry in entries:
            if entry.project is None or entry.version is None or entry.kind not in (*INSTALLABLE, "metadata"):
                continue
            versions, order = holders.get(entry.project, {}), version_order(entry.version)
            some = versions.get(order, ())
            if reader is None and any(source for _, source in some):
                try:
                    reader = opened.enter_context(CacheReader(Inventory(root)))
                except RootError:  # the cache is gone
                    return Usage(tuple(environments))
            answers = [
                (environment, True if source is None or reader is None else comes_from(entry, source, reader))
                for environment, source in some
            ]
            is_doubtful = any(answer is None for _, answer in answers) or _may_be_among(order, versions)
            if own := tuple(dict.fromkeys([environment for environment, answer in answers if answer])):
                users[entry.path], used[entry.path] = own, True
            elif is_known and not is_doubtful and not spared.may_use(entry):
                used[entry.path] = False
    return Usage(tuple(environments), users, used)


def _holders(environments: Iterable[Environment]) -> Holders:
    found: dict[str, dict[VersionOrder, list[tuple[Environment, DirectUrl | None]]]] = {}
    for environment in environments:
        for project, version, source in environment.installed:
            versions = found.setdefault(project, {})
            versions.setdefault(version_order(version), []).append((environment, source))
    return found


class _Spared:
    """Entries that may be used by environments that could not be read completely."""

    def __init__(self, environments: Iterable[Environment]) -> None:
        unread = [environment for environment in environments if environment.trouble]
        self._any = bool(unread)
        self._all = any(not environment.releases for environment in unread)
        self._taken = frozenset[Tag]().union(*[may_take(one) for some in unread for one in some.releases])
        self._known: dict[str, bool] = {}

    def may_use(self, entry: Entry) -> bool:
        """Return whether an environment that could not be read completely may use an entry, by the tags of its wheel.

        An entry without tags may be used by every such environment, and any entry by one whose Python is not known.
        """
        if self._all or not self._any or entry.kind == "sdist" or not entry.filename:
            return self._any
        tags = "-".join(entry.filename.removesuffix(".whl").rsplit("-", 3)[-3:])
        if tags not in self._known:
            self._known[tags] = may_support(parse_tag(tags), self._taken) if tags.count("-") == 2 else True
        return self._known[tags]


def _may_be_among(order: VersionOrder, versions: Iterable[VersionOrder]) -> bool:
    """Return whether a version may equal one of `versions` that is spelled differently: one of the two is invalid.

    Old wheels spell local versions in a way that PEP 440 does not allow.
    """
    return any(order.newest_first is None or other.newest_first is None for other in versions if other != order)


def comes_from(entry: Entry, source: DirectUrl, reader: CacheReader) -> bool | None:
    """Return whether an installed project with a source came from an entry; None if that is not known.

    It did if the source and the entry have the same URL. Otherwise, their hashes decide if both are known. If they are
    not, a download never comes from a repository or folder, and a built wheel with a known URL does not either.
    """
    if entry.url and _plain(entry.url) == _plain(source.url):
        return True
    if entry.kind == "built":
        origin = reader.origin(entry)
        if origin is not None and source.hashes:
            value = source.hashes.get(origin.hash_name)
            return None if value is None else value == origin.hash_value.lower()
        return None if entry.url is None or source.is_archive else False
    if not source.is_archive:
        return False
    if entry.kind == "metadata" or not source.hashes:
        return None
    names = [name for name in HASHES if name in source.hashes][:1]
    hashes = reader.hashes(entry, names) if names else {}
    return hashes[names[0]] == source.hashes[names[0]] if hashes else None


def _plain(url: str) -> str:
    """Return a URL without user, password and fragment, which `direct_url.json` leaves out."""
    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    except ValueError:
        return url
