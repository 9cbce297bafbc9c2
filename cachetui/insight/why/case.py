"""Everything that is known about one question, gathered before anything is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.version import Version

from cachetui.insight.why.asker import Asker
from cachetui.insight.why.conduct import Forecast, built_from, foresee, is_reused, reads, takes_built, way_of
from cachetui.insight.why.offers import Offer, barred, by_digest, offers_of, place_of, trouble_of
from cachetui.insight.why.question import Question
from cachetui.interpreters.portrait import Portrait
from cachetui.model import Entry, Inventory
from cachetui.pip.configuration import without_credentials
from cachetui.pip.evidence import Answer, Evidence, Listing, digest_of
from cachetui.pip.tree import never

PYPI = "PyPI"
"""How the index is called that is asked where no other is named in its place."""
HASHED_AT_MOST = 256 << 20
"""Bytes up to which a download is hashed to see whether it is what its index says: more takes over a second."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known."""

    question: Question
    asker: Asker
    now: float
    """When it was asked, in seconds since the epoch."""
    own: tuple[Entry, ...]
    """All entries of the project, in the inventory's order."""
    listings: tuple[Listing, ...]
    """Index pages of it that count: those of the indexes that this pip asks, as far as that can be told."""
    others: tuple[Listing, ...]
    """Its pages of other indexes."""
    offers: tuple[Offer, ...]
    """What the pages that count list, those that pip prefers first."""
    answers: Mapping[str, Answer]
    """What the headers of its downloads and pages say, by path."""
    requires: Mapping[str, str]
    """The Pythons that its files need, by path, where no page says so."""
    forecast: Forecast
    """What pip would do."""
    root: str
    """Where the cache is, resolved."""
    sha256: str | None = None
    """The SHA-256 of the download that pip would take, where it was computed."""
    alike: tuple[Entry, ...] = ()
    """All entries of the projects that `own` are of: what terms with a name of these can take."""
    unseen: tuple[str, ...] = ()
    """The indexes that this pip asks and whose page of it is not in the cache, without what may be secret."""

    @property
    def stops(self) -> str | None:
        """Why pip refuses to run, as a sentence; None where it runs."""
        wrong = self.question.given.wrong
        return f"pip refuses to run because of {wrong}, which is neither yes nor no." if wrong else self.asker.stops

    @property
    def off_by(self) -> str | None:
        """Who or what switched the cache off for this command; None where it is on."""
        return self.question.given.off_by or self.asker.off_by

    def trouble(self, entry: Entry) -> str | None:
        """Tell why a file of the project cannot be used by the Python, or may not be taken; None where it can."""
        requires, name = self.requires.get(entry.path), entry.filename or ""
        out = None
        if self.question.url is None and (entry.kind != "built" or not takes_built(self.question, self.asker.pip)):
            out = barred(name, self.question.given.bar(self.question.name))
        return out or trouble_of(name, requires, self.asker.python)

    def reuses(self, page: Listing) -> bool:
        """Tell whether pip goes by an index page without asking for it."""
        return not asks_anew(self.question, self.asker) and is_reused(page, self.asker.pip, self.now)

    def admits(self, entry: Entry) -> bool:
        """Tell whether the version of a file satisfies what was asked."""
        version = version_of(entry)
        return version is not None and self.question.admits(version)


def version_of(entry: Entry) -> Version | None:
    """Return the version of an entry, by its file name where that tells more; None for none."""
    for text in (
        entry.filename.split("-")[1] if entry.filename and entry.filename.endswith(".whl") else None,
        entry.version,
    ):
        try:
            if text:
                return Version(text)
        except (ValueError, IndexError):  # no version, or more digits than Python takes for a number
            continue
    return None


def gather(
    question: Question,
    inventory: Inventory,
    asker: Asker,
    *,
    now: float,
    stop: Callable[[], bool] = never,
) -> Case:
    """Look at everything in the cache that bears on a question. Raises RootError."""
    given = question.given.after(asker.told)
    question = replace(question, given=given, pre=question.pre or bool(given.values("--pre")))
    off = bool(given.off_by or asker.off_by)
    own = [entry for entry in inventory.entries if entry.project == question.name]
    records = by_digest([entry for entry in inventory.entries if reads(entry, asker.pip)])
    used = {} if off else records
    direct = used.get(digest_of(question.url)) if question.url else None
    if direct is not None and direct not in own:
        own.append(direct)
    own += [one for one in inventory.entries if question.url and one.url == question.url and one not in own]
    with Evidence(inventory) as evidence:
        pages = [page for one in own if one.kind == "index" and (page := evidence.listing(one))]
        listings, others, unseen = _counted(pages, question, asker, records, evidence)
        offers = offers_of(listings, question, asker.python, used)
        listed = {offer.entry.path for offer in offers if offer.entry}
        files = [one for one in own if one.kind in ("wheel", "sdist", "built")]
        answers = {one.path: found for one in files if (found := evidence.answer(one))}
        answers |= {page.entry.path: page.answer for page in pages}
        requires = {
            one.path: text for one in files if one.path not in listed and (text := evidence.requires_python(one))
        }
        requires |= {
            offer.entry.path: offer.listed.requires_python
            for offer in offers
            if offer.entry and offer.listed.requires_python
        }
        built = () if off or not takes_built(question, asker.pip) else own
        if skips(question, asker.python):
            forecast = Forecast(False, "skipped")
        elif question.url:
            forecast = _of_address(question, direct, built, answers, asker, now)
        else:
            anew = asks_anew(question, asker)
            forecast = foresee(
                question, listings, offers, built, answers, python=asker.python, pip=asker.pip, now=now, anew=anew
            )
            forecast = _with_unseen(forecast, unseen)
        taken = forecast.entry
        projects = {one.project for one in own}
        sha256 = evidence.sha256(taken, stop) if taken and taken.apparent_size <= HASHED_AT_MOST else None
    return Case(
        question,
        asker,
        now,
        tuple(own),
        tuple(listings),
        tuple(others),
        tuple(offers),
        answers,
        requires,
        forecast,
        inventory.root,
        sha256,
        tuple([one for one in inventory.entries if one.project and one.project in projects]),
        unseen,
    )


def asks_anew(question: Question, asker: Asker) -> bool:
    """Tell whether pip asks indexes whatever is in the cache."""
    return bool(question.given.off_by or asker.off_by) or question.given.refreshes(question.name)


def skips(question: Question, python: Portrait | None) -> bool | None:
    """Tell whether pip passes a requirement over, as its marker is not true; None where that cannot be told.

    Source: pip's `_internal/req/req_install.py`, `match_markers`.
    """
    if question.marker is None:
        return False
    if python is None or not python.markers:
        return None
    try:
        return not question.marker.evaluate({**python.markers, "extra": ""})
    except (ValueError, KeyError):  # a comparison that makes no sense, a marker that is not known
        return None


def _of_address(
    question: Question,
    direct: Entry | None,
    own: Sequence[Entry],
    answers: Mapping[str, Answer],
    asker: Asker,
    now: float,
) -> Forecast:
    """Tell what pip does for `name @ address`: it asks no index."""
    assert question.url is not None
    is_wheel = question.url.endswith(".whl")
    built = built_from(question.url, question.digest, own, python=asker.python, pip=asker.pip)
    if built is not None and not is_wheel and not question.text.startswith(question.url[:8]):
        return Forecast(False, "built", built=built)  # for an address without a name pip builds each time
    return Forecast(False, way_of(direct, answers, now, is_wheel=is_wheel), entry=direct)


def _with_unseen(forecast: Forecast, unseen: Sequence[str]) -> Forecast:
    """Return what pip does where it also asks indexes whose pages are not in the cache."""
    if not unseen:
        return forecast
    return replace(forecast, asks=True, way="unknown" if forecast.way == "nothing" else forecast.way)


def _counted(
    pages: Sequence[Listing], question: Question, asker: Asker, records: Mapping[str, Entry], evidence: Evidence
) -> tuple[list[Listing], list[Listing], tuple[str, ...]]:
    """Part the pages of the indexes that pip asks from those of others; name the indexes that have none here.

    A page of PyPI, which is asked unless another index is named in its place, is known by its serial number. `records`
    tell where redirects lead to. For an address no index is asked.
    """
    if question.given.no_index or question.url:
        return [], list(pages), ()
    named = [index for index in (question.index, *question.extras, *asker.indexes) if index]
    places = {
        digest_of(url): (place_of(index) or index, url) for index in named for url in [page_url(index, question.name)]
    }
    standard = asker.standard and question.index is None
    asked: list[Listing] = []
    others: list[Listing] = []
    seen: set[str] = set()
    ends = {digest: place for digest, (place, _) in places.items()}
    ends |= {records[digest].path[-56:]: place for digest, place in ends.items() if digest in records}
    for page in pages:
        digest, found = page.entry.path[-56:], page
        if digest in ends:
            seen.add(ends[digest])
        if digest in places and page.entry.url is None:  # only the command tells what its links are relative to
            found = evidence.listing(page.entry._replace(url=places[digest][1])) or page
        is_standard = standard and page.answer.serial and digest not in ends
        seen |= {PYPI} if is_standard else set()
        (asked if digest in ends or is_standard else others).append(found)
    wanted = [place for place, _ in places.values()] + ([PYPI] if standard else [])
    return asked, others, tuple(dict.fromkeys([place for place in wanted if place not in seen]))


def page_url(index: str, project: str) -> str:
    """Return the address of an index's page of a project as pip asks for it: without credentials."""
    return f"{(without_credentials(index) or index).rstrip('/')}/{project}/"
