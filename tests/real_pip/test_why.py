"""What cachetui says pip would do, beside what that pip then does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
from packaging.version import Version

from cachetui.insight.why.answer import Explanation
from cachetui.insight.why.asker import Asker
from cachetui.insight.why.case import gather
from cachetui.insight.why.explaining import explain
from cachetui.insight.why.question import read_question
from cachetui.interpreters.named import python_at
from cachetui.interpreters.portrait import Portrait, portrait_of
from cachetui.model import Entry
from cachetui.pip.scan import scan
from cachetui.removal.execution import carry_out
from cachetui.removal.plan import plan_removal
from tests.real_pip.collection import Release, sdist, wheel
from tests.real_pip.driver import Pip
from tests.real_pip.index import Index, serve

HERE = f"cp{sys.version_info.major}{sys.version_info.minor}"


@pytest.fixture(scope="module")
def python() -> Portrait:
    """Ask this Python what it can use."""
    found = portrait_of(python_at(sys.executable), {})
    assert found.trouble is None
    return found


@dataclass
class Lab:
    """A pip with a cache, and an index that its owner may change."""

    pip: Pip
    index: Index
    cache: Path
    python: Portrait
    folder: Path
    more: Sequence[str] = field(default=())
    """Further indexes."""

    def publish(self, *releases: Release) -> None:
        self.index.files.update({release.path: release for release in releases})

    def why(self, requirement: str) -> Explanation:
        indexes = tuple(f"{self.index.url}/{name}" for name in ("simple", *self.more))
        asker = Asker("python3", self.python, Version(self.pip.version), indexes=indexes, standard=False)
        inventory = scan(self.cache, indexes=indexes)
        return explain(gather(read_question(requirement), inventory, asker, now=time.time()))

    def install(self, requirement: str, *options: str) -> Done:
        """Let pip do it, and tell what came of it."""
        self.index.forget()
        target = self.folder / f"target-{len(list(self.folder.iterdir()))}"
        more = [word for name in self.more for word in ("--extra-index-url", f"{self.index.url}/{name}")]
        where = ("--index-url", f"{self.index.url}/simple", "--trusted-host", self.index.host, *more)
        done = self.pip.attempt(
            self.cache, "install", "--no-deps", "--target", str(target), *where, *options, requirement
        )
        installed = [path.name.removesuffix(".dist-info").partition("-")[2] for path in target.glob("*.dist-info")]
        pages = {path for path in self.index.asked if path.startswith(("/simple/", "/plain/"))}
        files = self.index.asked - pages
        sent = {path for path in files if self.index.sent[path] and not path.endswith(".metadata")}
        built = "Building wheel" in done.stdout
        return Done(installed[0] if installed else None, bool(pages), bool(files), bool(sent), built, done.stderr)

    def foretold(self, requirement: str) -> Explanation:
        """Explain first, then let pip do it: both must agree."""
        explanation = self.why(requirement)
        forecast, done = explanation.forecast, self.install(requirement)
        assert forecast.asks == done.asked, done.error
        assert forecast.version == done.version, done.error
        files = {
            "built": (False, False, False),
            "cache": (False, False, False),
            "checked": (True, False, False),
            "download": (True, True, False),
            "build": (False, False, True),
            "download-build": (True, True, True),
            "nothing": (False, False, False),
        }[forecast.way]
        assert (done.fetched, done.sent, done.built) == files
        return explanation

    def entries(self, kind: str) -> list[Entry]:
        return [one for one in scan(self.cache).entries if one.kind == kind]

    def remove(self, entries: Sequence[Entry]) -> None:
        inventory = scan(self.cache)
        found = [inventory.by_path[entry.path] for entry in entries]
        outcome = carry_out(plan_removal(inventory, found, now_ns=time.time_ns(), named=True))
        assert outcome.kept == ()


@dataclass(frozen=True)
class Done:
    """What a pip did."""

    version: str | None
    """What is installed now."""
    asked: bool
    """Whether it asked for an index page."""
    fetched: bool
    """Whether it asked for a file."""
    sent: bool
    """Whether a file was sent."""
    built: bool
    """Whether it built a wheel."""
    error: str


def tagged(project: str, version: str, tag: str) -> Release:
    """Return a wheel with another tag than its content has: pip goes by the name."""
    return wheel(project, version, f"{project.replace('-', '_')}-{version}-{tag}.whl")


class WhyPipDidThat:
    """Tests for one pip; `version` says which."""

    version: ClassVar[str]
    goes_by_pages: ClassVar[bool]
    """Whether it uses index pages unasked, as long as their server allows."""

    @pytest.fixture
    def lab(self, tmp_path: Path, python: Portrait) -> Iterator[Lab]:
        with serve(()) as index:
            folder = tmp_path / "pip"
            folder.mkdir()
            yield Lab(Pip(self.version, folder), index, tmp_path / "cache", python, folder)

    def test_another_cached_version_is_never_the_reason(self, lab: Lab) -> None:
        lab.publish(wheel("psycopg2", "2.4.1"), wheel("psycopg2", "2.4.4"))
        lab.install("psycopg2==2.4.4")

        explanation = lab.foretold("psycopg2==2.4.1")

        assert explanation.forecast.asks is not self.goes_by_pages
        assert explanation.forecast.version == "2.4.1"
        assert any("The cached 2.4.4 cannot be the reason" in reason.words for reason in explanation.reasons)
        assert [(held.sign, held.filename) for held in explanation.held] == [
            ("other", "psycopg2-2.4.4-py3-none-any.whl")
        ]

    def test_a_cached_file_is_taken_again(self, lab: Lab) -> None:
        lab.publish(wheel("psycopg2", "2.4.1"), wheel("psycopg2", "2.4.4"))
        lab.install("psycopg2==2.4.1")

        explanation = lab.foretold("psycopg2==2.4.1")

        assert (explanation.tone, explanation.forecast.way) == ("cached", "cache")
        assert [held.sign for held in explanation.held] == ["yes"]

    def test_what_was_published_since_is_not_on_the_page(self, lab: Lab) -> None:
        lab.publish(wheel("psycopg2", "2.4.1"))
        lab.install("psycopg2")
        lab.publish(wheel("psycopg2", "2.4.4"))

        explanation = lab.why("psycopg2==2.4.4")
        done = lab.install("psycopg2==2.4.4")

        assert explanation.forecast.way == "nothing"
        assert explanation.forecast.asks == done.asked is not self.goes_by_pages
        if self.goes_by_pages:
            assert (explanation.tone, done.version) == ("stale", None)
            (remedy,) = [one for one in explanation.remedies if "--refresh-package" in one.command]
            assert remedy.command == "python3 -m pip install --refresh-package psycopg2 psycopg2==2.4.4"
            done = lab.install("psycopg2==2.4.4", "--refresh-package", "psycopg2")
        assert done.version == "2.4.4"


class WithBodiesApart(WhyPipDidThat):
    """Tests for pips that keep records and bodies in files of their own, which may part."""

    def test_a_page_whose_body_is_of_another_answer_is_named(self, lab: Lab) -> None:
        lab.publish(wheel("psycopg2", "2.4.1"))
        lab.install("psycopg2")
        (page,) = lab.entries("index")
        body = lab.cache / page.files[-1].path
        old = body.read_bytes()
        lab.publish(wheel("psycopg2", "2.4.4"))
        if self.goes_by_pages:
            lab.install("psycopg2", "--refresh-package", "psycopg2")
        else:
            lab.install("psycopg2")
        body.write_bytes(old)

        explanation = lab.foretold("psycopg2==2.4.4")

        assert explanation.tone == "damaged"
        assert "does not belong to its headers" in explanation.reasons[0].words
        (remedy, *_) = explanation.remedies
        assert remedy.command == "cachetui remove psycopg2 kind:index"
        lab.remove([page])
        assert lab.install("psycopg2==2.4.4").version == "2.4.4"

    def test_builds_of_two_indexes_are_ranked_together(self, lab: Lab) -> None:
        lab.more = ("plain",)
        lab.publish(wheel("torch", "1.12.0"), wheel("torch", "1.12.0+cu113", plain=True))
        lab.install("torch==1.12.0")

        explanation = lab.foretold("torch==1.12.0")

        assert explanation.forecast.version == "1.12.0+cu113"
        words = " ".join(reason.words for reason in explanation.reasons)
        assert "torch==1.12.0 admits 1.12.0+cu113 and 1.12.0" in words
        assert "no index comes first" in words
        commands = [remedy.command for remedy in explanation.remedies]
        assert "python3 -m pip install torch===1.12.0" in commands
        assert f"python3 -m pip install --index-url {lab.index.url}/simple torch==1.12.0" in commands

    def test_pre_releases_wait_for_their_option(self, lab: Lab) -> None:
        lab.publish(wheel("early", "2.0rc1"), wheel("early", "1.9"))
        lab.install("early==1.9")

        assert lab.foretold("early").forecast.version == "1.9"
        assert lab.foretold("early>=2.0rc1").forecast.version == "2.0rc1"
        only = lab.foretold("early>1.9")
        assert only.forecast.version == ("2.0rc1" if self.goes_by_pages else None)
        if not only.forecast.version:
            assert only.reasons[0].words == "Only pre-releases satisfy this: 2.0rc1."


class TestNewestPip(WithBodiesApart):
    version = "26.3"
    goes_by_pages = True

    def test_nothing_of_it_in_the_cache(self, lab: Lab) -> None:
        lab.publish(wheel("psycopg2", "2.4.1"), wheel("other", "1.0"))
        lab.install("other")

        explanation = lab.why("psycopg2")

        assert explanation.verdict == "Nothing in this cache explains it: nothing of psycopg2 is in it."
        assert (explanation.forecast.asks, explanation.forecast.way) == (True, "unknown")

    def test_a_wheel_at_an_address_is_taken_unasked(self, lab: Lab) -> None:
        release = wheel("psycopg2", "2.4.4")
        lab.publish(release)
        address = f"psycopg2 @ {lab.index.url}{release.path}"
        lab.install(address)

        assert lab.foretold(address).forecast.way == "cache"

    def test_one_index_alone_knows_no_cuda_build(self, lab: Lab) -> None:
        lab.publish(wheel("torch", "1.12.0"), wheel("torch", "1.12.0+cu113", plain=True))
        lab.more = ("plain",)
        lab.install("torch==1.12.0+cu113")
        lab.more = ()

        plain = lab.foretold("torch==1.12.0")
        asked = lab.foretold("torch==1.12.0+cu113")

        assert plain.forecast.version == "1.12.0"
        assert asked.forecast.way == "nothing"
        words = "torch-1.12.0+cu113-py3-none-any.whl would do, but no index page that counts here lists it"
        assert any(words in reason.words for reason in asked.reasons)
        commands = [remedy.command for remedy in asked.remedies]
        assert "python3 -m pip install --index-url URL torch==1.12.0+cu113" in commands

    def test_every_wheel_is_for_another_python(self, lab: Lab) -> None:
        releases = [tagged("numba", version, "cp38-cp38-manylinux2014_x86_64") for version in ("0.53.0", "0.53.1")]
        lab.publish(*releases)
        for release in releases:
            lab.install(f"numba @ {lab.index.url}{release.path}", "--ignore-requires-python")
        lab.install("numba")

        explanation = lab.foretold("numba")

        assert explanation.forecast.way == "nothing"
        assert any("built for CPython 3.8" in reason.words for reason in explanation.reasons)

    def test_an_older_version_is_taken_where_only_it_fits(self, lab: Lab) -> None:
        lab.publish(
            wheel("numba", "0.53.1"),
            tagged("numba", "0.60.0", "cp38-cp38-win_amd64"),
            tagged("numba", "0.59.0", "py3-none-any"),
        )
        lab.install("numba==0.53.1")

        explanation = lab.foretold("numba")

        assert explanation.forecast.version == "0.59.0"
        assert any("0.60.0 is newer, but not for" in reason.words for reason in explanation.reasons)

    def test_an_address_published_anew_is_not_noticed(self, lab: Lab) -> None:
        first, second = sdist("psycopg2", "2.4.1"), sdist("psycopg2", "2.4.4")
        lab.publish(first)
        address = f"psycopg2 @ {lab.index.url}{first.path}"
        assert lab.install(address).built
        lab.index.files[first.path] = second._replace(filename=first.filename)

        explanation = lab.foretold(address)

        assert (explanation.forecast.way, explanation.forecast.version) == ("built", "2.4.1")
        assert "without a single request" in explanation.reasons[0].words
        built = lab.entries("built")
        assert explanation.reasons[0].entries == (built[0].path,)

    def test_a_wheel_built_here_replaces_its_sdist(self, lab: Lab) -> None:
        lab.publish(sdist("psycopg2", "2.4.1"), sdist("psycopg2", "2.4.4"))
        lab.install("psycopg2==2.4.1")

        explanation = lab.foretold("psycopg2==2.4.1")

        assert explanation.forecast.way == "built"
        assert any(remedy.command == "cachetui remove psycopg2==2.4.1 kind:built" for remedy in explanation.remedies)
        lab.remove(lab.entries("built"))
        assert lab.foretold("psycopg2==2.4.1").forecast.way == "build"


class TestPipThatAlwaysAsks(WithBodiesApart):
    version = "25.0.1"
    goes_by_pages = False


class TestPipWithOneFileEach(WhyPipDidThat):
    version = "23.2.1"
    goes_by_pages = False
