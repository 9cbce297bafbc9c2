"""Everything that is known about a question: pip's own answer, and the evidence in the cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urldefrag

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from cachetui.insight.remove_terms import version_of
from cachetui.insight.why.broken import find_broken
from cachetui.insight.why.environment import TargetEnvironment
from cachetui.insight.why.parsing import (
    as_in_url,
    canonical,
    filename_of,
    parsed,
    place_of,
    specifier_of,
    without_secrets,
)
from cachetui.insight.why.question import Question
from cachetui.insight.why.replay import ChosenDistribution, RefusedFile, Replay, Request, RequestedRequirement, Run
from cachetui.interpreters.compatibility import incompatibility
from cachetui.model import INSTALLABLE, Entry, Inventory
from cachetui.pip.formats.index_page import as_asked
from cachetui.pip.reader import CachedResponse, CacheReader, digest_of
from cachetui.pip.versions import HTTP_V2_SINCE
from cachetui.system.tree import never

PYPI = "PyPI"


@dataclass(frozen=True)
class Evidence:
    """Everything that is known about a question."""

    question: Question
    asker: TargetEnvironment
    replay: Replay
    run: Run
    """Record of pip's run; empty if pip could not be asked."""
    inventory: Inventory
    answers: Mapping[str, CachedResponse]
    """Headers of the project's cached files and index pages, and of all cached pages that pip requested, by path."""
    requires: Mapping[str, str]
    """Requires-Python in the metadata of the project's files, by path."""
    now: float
    """Time of the question, in seconds since the epoch."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Faults of the page at which pip stops, of the project's wheels built here, and of files that pip chose, by path.

    pip finds some faults in wheels and sdists only when it installs them, which the replay does not do.
    """

    @cached_property
    def pip(self) -> Version | None:
        """Version of the pip that was asked; None if unknown or invalid."""
        try:
            return Version(self.replay.pip) if self.replay.pip else None
        except InvalidVersion:
            return None

    @cached_property
    def root(self) -> RequestedRequirement | None:
        """Requirement that the answer is about: the first one that applies to this Python; None if there is none."""
        return next((one for one in self.run.roots if one.matches), None)

    @cached_property
    def name(self) -> str:
        """Canonical name of the first requested project that is for this Python, else of the first; "" if unknown."""
        if self.run.roots:
            return (self.root or self.run.roots[0]).name
        return self.question.project()

    @cached_property
    def specifier(self) -> SpecifierSet:
        """Limits on the project's version, from the requirements and constraints that pip read.

        If pip read no requirement, those of the first requirement in the question.
        """
        roots = [one for one in self.run.roots if one.matches] or self.run.roots
        limits = [one.specifier for one in (*roots, *self.run.constraints) if one.name == self.name and one.specifier]
        text = ",".join(dict.fromkeys(limits))
        if not self.run.roots:
            for word in self.question.asked_for():
                found = word.partition(";")[0]
                at = min([found.find(sign) for sign in "=<>!~" if sign in found], default=-1)
                text = found[at:].partition("--")[0].strip() if at > 0 else ""
                break
        return specifier_of(text)

    @property
    def asked(self) -> str:
        """Text that names the requirement in a sentence."""
        if self.root is None:
            return self.name or self.question.text
        if self.root.url:
            return self.root.name or without_secrets(self.root.url)
        text = f"{self.root.name}{self.root.specifier}"
        return text if len(text) < 100 else self.root.name

    @cached_property
    def is_pinned(self) -> bool:
        """Whether a requirement or constraint allows only one exact version of the project, or a URL is asked for."""
        pins = [one for one in self.specifier if one.operator == "===" or not one.version.endswith(".*")]
        return bool(self.root and self.root.url) or any(one.operator in ("==", "===") for one in pins)

    @cached_property
    def chosen(self) -> ChosenDistribution | None:
        """Distribution that pip chose for the project; None if it chose none."""
        return self.run.choice(self.name) if self.run.resolved else None

    @cached_property
    def fails_at(self) -> tuple[ChosenDistribution, Entry] | None:
        """The first of pip's choices whose cached file is damaged, and that file's entry; None if there is none."""
        for chosen in self.run.chosen if self.run.resolved and self.broken else ():
            if (entry := self.entry_of(chosen)) and entry.path in self.broken:
                return chosen, entry
        return None

    @cached_property
    def stopped_at(self) -> Entry | None:
        """Cached file or response that was damaged or had a wrong hash, so that pip ended with an error.

        None if it is not known, or if pip ended without an error or with one of another type.
        """
        error, last = self.run.error, self.last_read
        if error is None or not (self.is_broken or error.type.startswith("Hash")):
            return None
        words = f"{error.url} {error.words}".replace("\\", "/")
        built = [
            one
            for one in self.inventory.entries
            if one.kind == "built" and (f"/{one.path}" in words or f"/{as_in_url(one)}" in words)
        ]
        if built:
            return built[0]
        is_metadata = last is not None and bool(error.url) and last.url == f"{error.url}.metadata"
        if error.url and not is_metadata and (entry := self.entry_at(error.url)):
            return entry
        return self.entry_at(last.url) if last else None

    def is_sound(self, entry: Entry) -> bool:
        """Return whether no damage to an entry is known."""
        answer = self.answers.get(entry.path)
        return entry.path not in self.broken and entry != self.stopped_at and (answer is None or answer.is_whole)

    @property
    def is_broken(self) -> bool:
        """Whether pip ended with an error because a file or response is damaged, or cannot be read by this pip."""
        error, last = self.run.error, self.last_read
        entry = self.entry_at(last.url) if last is not None and last.is_page else None
        return error is not None and (error.is_broken or (entry is not None and entry.path in self.broken))

    @property
    def stops_at_a_build(self) -> bool:
        """Whether pip ended with an error at a wheel that it built here."""
        return self.stopped_at is not None and self.stopped_at.kind == "built"

    @cached_property
    def last_read(self) -> Request | None:
        """The last request that was answered from the cache; None if there was none."""
        return next((one for one in reversed(self.run.requests) if one.how in ("cache", "checked", "assumed")), None)

    @cached_property
    def own(self) -> tuple[Entry, ...]:
        """All entries of the project, and the entry of the URL that was asked for, if there is one."""
        found = [entry for entry in self.inventory.entries if entry.project and entry.project == self.name]
        if self.root and self.root.url and (direct := self.entry_at(self.root.url)) and direct not in found:
            found.append(direct)
        return tuple(found)

    @cached_property
    def by_digest(self) -> Mapping[str, Entry]:
        """HTTP entries that this pip reads, by the names of their records."""
        return {
            entry.path[-56:]: entry
            for entry in self.inventory.entries
            if entry.path.startswith("http") and self.reads(entry)
        }

    def entry_at(self, url: str) -> Entry | None:
        """Return the entry in which this pip finds the response of a URL; None if there is none."""
        try:
            return self.by_digest.get(digest_of(as_asked(urldefrag(url)[0])))
        except ValueError:
            return None

    def answer_to(self, request: Request) -> CachedResponse | None:
        """Return the cached response to a request for an index or find-links page; None if pip reads none."""
        entry = self.entry_at(request.url)
        return self.answers.get(entry.path) if entry else None

    def entry_of(self, chosen: ChosenDistribution) -> Entry | None:
        """Return the entry from which pip takes a distribution that it chose; None if it takes none from the cache."""
        if chosen.built:
            built = chosen.built.replace("\\", "/")
            return next((one for one in self.inventory.entries if built.endswith(f"/{one.path}")), None)
        if chosen.way not in ("cache", "checked", "build"):
            return None
        if (found := self.entry_at(chosen.url)) and found.kind != "redirect":
            return found
        return next((one for one in self.downloads(filename_of(chosen.url)) if self.reads(one)), None)

    def downloads(self, name: str) -> list[Entry]:
        """Return the project's downloads with a file name, whether or not this pip reads their layouts."""
        return [one for one in self.own if one.filename == name and one.kind in ("wheel", "sdist")]

    def reads(self, entry: Entry) -> bool:
        """Return whether this pip reads the layout of an entry.

        A pip of unknown version is assumed to read every layout, and one with an invalid version only the newest layout
        of HTTP responses. Every pip reads built wheels.
        """
        if not entry.path.startswith("http") or self.replay.pip is None:
            return True
        newer = self.pip is None or self.pip.release[:2] >= HTTP_V2_SINCE
        return entry.path.startswith("http-v2/") == newer

    def admits(self, version: Version | None) -> bool:
        """Return whether a version satisfies the requirement. Pre-releases are allowed."""
        return version is not None and self.specifier.contains(version, prereleases=True)

    @cached_property
    def listed(self) -> frozenset[str]:
        """Names of the project's files that pages list and that pip may take."""
        return frozenset([one.filename for one in self.run.listed.get(self.name, ())])

    @cached_property
    def refused(self) -> Mapping[str, RefusedFile]:
        """Files of the project that pip may not take, by file name."""
        return {one.filename: one for one in self.run.refused.get(self.name, ())}

    @cached_property
    def unlisted(self) -> tuple[Entry, ...]:
        """Usable downloads that satisfy the requirement, but that are listed on no page that pip read.

        Empty if pip looked for no page of the project, or if the requirement is a URL.
        """
        if not self.run.pages(self.name) or (self.root and self.root.url):
            return ()
        return tuple(
            [
                entry
                for entry in self.own
                if entry.kind in ("wheel", "sdist")
                and entry.filename not in self.listed
                and entry.filename not in self.refused
                and self.reads(entry)
                and self.admits(version_of(entry))
                and not self.why_unusable(entry)
            ]
        )

    @cached_property
    def twin(self) -> Entry | None:
        """Cached file that has the name of the file that pip would download, but another URL; None if there is none."""
        if self.chosen is None or self.chosen.why != "absent":
            return None
        return next((one for one in self.downloads(filename_of(self.chosen.url)) if self.reads(one)), None)

    @cached_property
    def rival(self) -> Entry | None:
        """Newest cached file that pip would prefer to its choice if an index listed that file; None if there is none.

        None, too, if every page of the project that pip requests is in the cache.
        """
        taken = parsed(self.chosen.version) if self.chosen else None
        if taken is None or not self.run.unseen.get(self.name):
            return None
        better = [one for one in self.unlisted if (version := version_of(one)) and version > taken]
        return max(better, key=lambda one: version_of(one) or taken, default=None)

    def why_unusable(self, entry: Entry) -> str | None:
        """Return why a file cannot be used, or that this is unknown, as the end of a sentence; None if it can be."""
        name = entry.filename or ""
        if (row := self.refused.get(name)) and entry.kind != "built":
            return self.refusal(row)
        if self.is_aimed:
            return None if (entry.filename in self.listed) else "whether it is for that target is not known here"
        return incompatibility(self.asker.interpreter, name, self.requires.get(entry.path))

    @property
    def is_aimed(self) -> bool:
        """Whether the command names a Python or platform other than the one that runs pip."""
        aims = ("--python-version", "--platform", "--abi", "--implementation")
        return any(word.partition("=")[0] in aims for word in self.question.arguments)

    def refusal(self, row: RefusedFile) -> str:
        """Return the reason why pip may not take a file, in plain words."""
        if row.detail.startswith("No binaries permitted"):
            return "--no-binary rules it out"
        if row.detail.startswith("No sources permitted"):
            return "--only-binary rules it out"
        interpreter = None if self.is_aimed else self.asker.interpreter
        is_other = row.kind in ("platform_mismatch", "refused")
        if is_other and (found := incompatibility(interpreter, row.filename, None)):
            return found
        if "Requires-Python" in row.detail or (row.kind == "refused" and not row.detail):
            needs = row.detail.partition("Requires-Python")[2].strip()
            return f"needs Python {needs}" if needs else "is not for this Python"
        return (row.detail or row.kind).partition(" (run pip debug")[0].rstrip(".")

    def index_name(self, page: str) -> str:
        """Return the name of the index that a page belongs to: "PyPI", or the page's URL without the project.

        For a find-links page, it is the page's URL; for an empty `page`, "".
        """
        if not page:
            return ""
        if self.replay.pypi and page.startswith(self.replay.pypi):
            return PYPI
        if self.is_of_links(page):
            return place_of(page)
        return place_of(page.rstrip("/").rpartition("/")[0]) or place_of(page)

    def is_of_links(self, page: str) -> bool:
        """Return whether a page is a find-links page.

        It is one if the question names it, or if its URL, unlike that of an index page, does not end in the name of a
        project that pip looked for.
        """
        projects = {self.name, *[one.project for one in self.run.requests if one.project]}
        return page in self.question.links() or not page.endswith(tuple([f"/{project}/" for project in projects]))

    def kind_of_pages(self, name: str) -> str:
        """Return "index page", or "find-links page" if pip looks for a project on such pages only."""
        pages = self.pages(name)
        return "find-links page" if pages and all(self.is_of_links(one.url) for one in pages) else "index page"

    def page_name(self, request: Request, name: str) -> str:
        """Return a phrase for a page and its source, such as "six page from PyPI" for the page of the project `six`."""
        where = self.index_name(request.url) or "the index"
        return f"find-links page {where}" if self.is_of_links(request.url) else f"{name} page from {where}"

    def metadata(self, name: str) -> tuple[Request, ...]:
        """Return pip's requests for a project's metadata (PEP 658) that the cache alone did not answer.

        Each URL occurs once.
        """
        once: dict[str, Request] = {}
        for one in self.run.requests:
            file = filename_of(one.url)
            if file.endswith(".metadata") and one.how != "cache" and canonical(file.partition("-")[0]) == name:
                once.setdefault(one.url, one)
        return tuple(once.values())

    def knows_pages(self, name: str) -> bool:
        """Return whether pip requests index or find-links pages of a project, and the cache holds all of them."""
        pages = self.pages(name)
        return bool(pages) and all(one.how != "unknown" for one in pages)

    def without_page(self, name: str) -> str:
        """Return a clause that says that no page of a project is in the cache, or none that this pip reads."""
        has_one = any(one.kind == "index" and one.project == name for one in self.inventory.entries)
        reader = f" that pip {self.replay.pip} reads" if has_one else ""
        return f"no page of it{reader} is in this cache"

    def pages(self, name: str) -> tuple[Request, ...]:
        """Return pip's requests for the index and find-links pages of a project, each once."""
        once: dict[str, Request] = {}
        for one in self.run.pages(name):
            once.setdefault(one.url, one)
        return tuple(once.values())


def gather(
    question: Question,
    inventory: Inventory,
    asker: TargetEnvironment,
    replay: Replay,
    *,
    now: float,
    stop: Callable[[], bool] = never,
) -> Evidence:
    """Return pip's answer to a question together with what the cache holds about it. Raises RootError."""
    bare = Evidence(question, asker, replay, replay.runs[0] if replay.runs else Run(), inventory, {}, {}, now)
    pages = [entry for one in bare.run.requests if one.is_page and (entry := bare.entry_at(one.url))]
    files = [*dict.fromkeys([*[one for one in bare.own if one.kind in (*INSTALLABLE, "index")], *pages])]
    if not files:
        return bare
    with CacheReader(inventory) as evidence:
        answers = {one.path: found for one in files if (found := evidence.answer(one))}
        requires = {one.path: text for one in files if one.kind != "index" and (text := evidence.requires_python(one))}
        case = replace(bare, answers=answers, requires=requires)
        return replace(case, broken=find_broken(case, evidence, stop))
