"""Everything that is known about one question, gathered before anything is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from cachetui.insight.why.asker import Asker
from cachetui.insight.why.conduct import Forecast, built_from, foresee, reads, way_of
from cachetui.insight.why.offers import Offer, by_digest, offers_of, trouble_of
from cachetui.insight.why.question import Question
from cachetui.model import Entry, Inventory
from cachetui.pip.evidence import Answer, Evidence, Listing, digest_of
from cachetui.pip.tree import never

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
    sha256: str | None = None
    """The SHA-256 of the download that pip would take, where it was computed."""

    def trouble(self, entry: Entry) -> str | None:
        """Tell why the Python cannot use a file of the project; None where it can."""
        requires = self.requires.get(entry.path)
        return trouble_of(entry.filename or "", requires, self.asker.python)

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
    own = [entry for entry in inventory.entries if entry.project == question.name]
    records = by_digest([entry for entry in inventory.entries if reads(entry, asker.pip)])
    direct = records.get(digest_of(question.url)) if question.url else None
    if direct is not None and direct not in own:
        own.append(direct)
    own += [one for one in inventory.entries if question.url and one.url == question.url and one not in own]
    with Evidence(inventory) as evidence:
        pages = [page for one in own if one.kind == "index" and (page := evidence.listing(one))]
        listings, others = _counted(pages, question, asker)
        offers = offers_of(listings, question, asker.python, records)
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
        if question.url:
            forecast = _of_address(question, direct, own, answers, asker, now)
        else:
            forecast = foresee(question, listings, offers, own, answers, python=asker.python, pip=asker.pip, now=now)
        taken = forecast.entry
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
        sha256,
    )


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


def _counted(pages: Sequence[Listing], question: Question, asker: Asker) -> tuple[list[Listing], list[Listing]]:
    """Part the pages of the indexes that pip asks from those of others.

    Where neither the settings nor the command name an index, all count: any of them may be meant by options. A page of
    PyPI, which is asked unless another index is named in its place, is known by its serial number.
    """
    named = [index for index in (question.index, *question.extras, *asker.indexes) if index]
    standard = asker.standard and question.index is None
    if not named and standard:
        return list(pages), []
    digests = {digest_of(f"{index.rstrip('/')}/{question.name}/") for index in named}
    asked: list[Listing] = []
    others: list[Listing] = []
    for page in pages:
        counts = page.entry.path[-56:] in digests or (standard and page.answer.serial)
        (asked if counts else others).append(page)
    return asked, others
