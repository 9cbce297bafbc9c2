"""What a pip would do for a requirement, by what the cache holds: which index it asks, which file it takes, from where.

Sources: pip's `_internal/index/collector.py` (how index pages are asked for), `_internal/network/cache.py`,
`_internal/cache.py` (wheels built here); their changes from version to version were observed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha224
from typing import Literal

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from cachetui.insight.why.offers import Offer, choose, trouble_of
from cachetui.insight.why.question import Question
from cachetui.interpreters.fitting import best_place
from cachetui.interpreters.portrait import Portrait
from cachetui.model import Entry
from cachetui.pip.evidence import Answer, Listing

Way = Literal["built", "cache", "checked", "download", "build", "download-build", "nothing", "unknown", "skipped"]
"""Where a file comes from: a wheel `built` here, the `cache` unasked, the cache after its server was asked whether it
is still the same (`checked`), a `download`; a wheel that must be built first, from an sdist in the cache (`build`) or
from a downloaded one. `nothing`: no file may be taken. `unknown`: no page in the cache tells. `skipped`: what was asked
for is not for this Python."""

ALWAYS_ASKED = ((18, 1), (26, 2))
"""From which pip on index pages were asked for each time (pypa/pip #5670), and from which on no more (#13680)."""
BODIES_APART = (23, 3)
"""From which pip on answers lie in `http-v2/`, and what is in `http/` is not read."""
BUILT_IN_ANY_CASE = (23, 1)
"""From which pip on `--no-binary` does not keep it from wheels that were built here (pypa/pip #11453)."""
PYTHON_IN_KEY = (20, 0)
"""From which pip on wheels that were built lie apart by interpreter."""


def reuses_pages(pip: Version | None) -> bool:
    """Tell whether a pip goes by a cached index page as long as its server allows, the newest where it is not known."""
    return pip is None or not ALWAYS_ASKED[0] <= pip.release[:2] < ALWAYS_ASKED[1]


def reads(entry: Entry, pip: Version | None) -> bool:
    """Tell whether a pip looks where an HTTP entry lies."""
    newer = pip is None or pip.release[:2] >= BODIES_APART
    return entry.path.startswith("http-v2/") == newer


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a pip would do."""

    asks: bool
    """Whether it asks an index for its page of the project."""
    way: Way
    """Where the file comes from."""
    offer: Offer | None = None
    """What it takes; None where nothing, where that is unknown, and for an address that was named."""
    built: Entry | None = None
    """The wheel that was built here and that it takes instead."""
    entry: Entry | None = None
    """The download in the cache that it takes."""

    @property
    def filename(self) -> str | None:
        """The name of the file that is installed, where it is known."""
        taken = self.built or self.entry
        return self.offer.listed.filename if self.offer and not self.built else taken.filename if taken else None

    @property
    def version(self) -> str | None:
        """The version that is installed, where it is known."""
        taken = self.built or self.entry
        return str(self.offer.version) if self.offer else taken.version if taken else None


def foresee(
    question: Question,
    listings: Sequence[Listing],
    offers: Sequence[Offer],
    entries: Iterable[Entry],
    answers: Mapping[str, Answer],
    *,
    python: Portrait | None,
    pip: Version | None,
    now: float,
    anew: bool = False,
) -> Forecast:
    """Tell what pip would do.

    `listings` are the pages of the indexes that it asks, `entries` those of the project, `answers` what the headers of
    downloads say, by path; `now` is in seconds since the epoch. With `anew` it asks indexes whatever is in the cache.
    """
    if question.given.no_index:
        return Forecast(False, "unknown" if question.given.find_links else "nothing")
    asks = anew or not listings or not all(is_reused(listing, pip, now) for listing in listings)
    offer = choose(offers, question, pip)
    if offer is None:
        return Forecast(asks, "nothing" if listings else "unknown")
    built = built_from(
        offer.listed.url, (offer.listed.hash_name, offer.listed.hash_value), entries, python=python, pip=pip
    )
    if built is not None and not offer.listed.is_wheel:
        return Forecast(asks, "built", offer, built)
    entry = offer.entry if offer.entry is not None and reads(offer.entry, pip) else None
    way = way_of(entry, answers, now, is_wheel=offer.listed.is_wheel)
    return Forecast(asks, way, offer, entry=entry)


def is_reused(listing: Listing, pip: Version | None, now: float) -> bool:
    """Tell whether a pip goes by an index page without asking for it."""
    return reuses_pages(pip) and reads(listing.entry, pip) and listing.answer.is_fresh(now)


def takes_built(question: Question, pip: Version | None) -> bool:
    """Tell whether a pip takes wheels built here of what was asked: before 23.1 `--no-binary` forbids it."""
    return pip is None or pip.release[:2] >= BUILT_IN_ANY_CASE or not question.given.bar(question.name)[0]


def way_of(entry: Entry | None, answers: Mapping[str, Answer], now: float, *, is_wheel: bool) -> Way:
    """Tell where a file comes from of which the cache holds a download, or none."""
    answer = answers.get(entry.path) if entry else None
    if answer is None:
        return "download" if is_wheel else "download-build"
    if not is_wheel:
        return "build"
    return "cache" if answer.is_fresh(now) else "checked"


def built_from(
    url: str, digest: tuple[str, str], entries: Iterable[Entry], *, python: Portrait | None, pip: Version | None
) -> Entry | None:
    """Return the wheel that pip takes instead of building one from an address.

    It lies in the folder made for the address and fits the Python; of several it is the one that fits best.
    """
    folder = folder_of_builds(url, digest, interpreter_of(python), pip) if python and not python.trouble else None
    places = {tag: place for place, tag in enumerate(python.tags)} if python else {}
    fitting = []
    for entry in entries:
        if entry.kind != "built" or entry.filename is None or trouble_of(entry.filename, None, python):
            continue
        if entry.path.rpartition("/")[0] == folder or (folder is None and entry.url == url):
            fitting.append((_place(entry.filename, places), entry.filename, entry))
    return min(fitting)[2] if fitting else None


def _place(filename: str, places: Mapping[str, int]) -> int:
    try:
        return best_place(map(str, parse_wheel_filename(filename)[3]), places)
    except InvalidWheelFilename:
        return best_place((), places)


def interpreter_of(python: Portrait) -> tuple[str, str]:
    """Return name and version of an interpreter as its tags write them, such as "cp" and "311"."""
    found = re.match(r"([a-z]+)(\d+)", python.tags[0]) if python.tags else None
    return (found[1], found[2]) if found else ("", "")


def folder_of_builds(url: str, digest: tuple[str, str], interpreter: tuple[str, str], pip: Version | None) -> str:
    """Return where a pip looks for wheels built from an address (`_internal/cache.py`, `_get_cache_path_parts`)."""
    name, value = digest
    if pip is not None and pip.release[:2] < PYTHON_IN_KEY:
        key = f"{url}#{name}={value}" if name else url
    else:
        parts = {"url": url, "interpreter_name": interpreter[0], "interpreter_version": interpreter[1]}
        if name:
            parts[name] = value
        key = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    hashed = sha224(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"wheels/{hashed[:2]}/{hashed[2:4]}/{hashed[4:6]}/{hashed[6:]}"
