"""A user with a Python, one pip, its cache, and an index; compares the answer of `why` with what that pip then does."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from packaging.utils import canonicalize_name

from cachetui.insight.why.environment import TargetEnvironment
from cachetui.insight.why.explain import explain
from cachetui.insight.why.explanation import Explanation, Remedy
from cachetui.insight.why.question import Question, read_question
from cachetui.interpreters.info import interpreter_info
from cachetui.interpreters.lookup import python_of
from cachetui.model import Entry
from cachetui.pip.scan.scanner import scan
from cachetui.removal.execute import execute
from cachetui.removal.plan import plan_removal
from tests.environments import environment
from tests.loaded_pips import CAN_FORK, SECONDS, LoadedPips
from tests.pips import unpacked
from tests.real_pip.collection import Release
from tests.real_pip.index import Index, serve

WAYS = {
    "built": (False, False),
    "cache": (False, False),
    "checked": (False, False),
    "download": (True, False),
    "build": (False, True),
    "download-build": (True, True),
    "local": (False, False),
    "local-build": (False, True),
}
"""Ways in which a file comes to be installed: whether it is sent, and whether a wheel is built."""


@dataclass(frozen=True)
class Done:
    """Actions of a pip."""

    installed: Mapping[str, str]
    """Versions by project; empty if it ended with an error."""
    asked: frozenset[str]
    """Paths of the index pages that it asked for."""
    fetched: frozenset[str]
    """Paths of the files that it asked for."""
    sent: frozenset[str]
    """Paths of the files that were sent."""
    built: tuple[str, ...]
    """Projects of which it built wheels."""
    code: int
    output: str = field(compare=False)
    """Its output."""


@dataclass(frozen=True)
class Lab:
    """The user, the pip, the cache and the index, in one folder."""

    version: str
    """Of its pip."""
    folder: Path
    asker: TargetEnvironment
    """Its Python, as the one that questions are about."""
    index: Index
    cache: Path
    pips: LoadedPips
    """The pips that were run, and asked, so far."""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def simple(self) -> str:
        """The address of the main index."""
        return f"{self.index.url}/simple"

    @property
    def plain(self) -> str:
        """The address of the index of plain files."""
        return f"{self.index.url}/plain"

    @property
    def environ(self) -> dict[str, str]:
        """The user's variables."""
        kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_CACHE_DIR": str(self.cache),
            "PIP_INDEX_URL": self.simple,
            "PIP_TRUSTED_HOST": self.index.host,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONWARNINGS": "ignore",
            "BUILDS": str(self.folder / "builds"),
        }

    def publish(self, *releases: Release) -> None:
        """Put files on the index."""
        self.index.files.update({release.path: release for release in releases})

    def address(self, release: Release) -> str:
        """Return where a file of the index is."""
        return f"{self.index.url}{release.path}"

    def run(self, *arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run pip."""
        environ = self.environ | dict(variables or {})
        if not CAN_FORK:
            return subprocess.run(
                [self.asker.command, "-m", "pip", *arguments],
                env=environ,
                cwd=self.home,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        return self.pips.get(self.asker.command, "pip", environ=self.environ).run(arguments, environ, self.home)

    def keep(self, *requirements: str) -> None:
        """Have pip install something elsewhere, without what it needs, so that its cache holds it."""
        target = self.folder / "kept"
        done = self.run("install", "--no-deps", "--upgrade", "--target", str(target), *requirements)
        shutil.rmtree(target)
        assert done.returncode == 0, done.stdout + done.stderr

    def why(self, question: str | Question) -> Explanation:
        """Ask why, with this pip."""
        question = read_question(question) if isinstance(question, str) else question
        asker = replace(self.asker, environ=self.environ | dict(question.variables))
        inventory = scan(self.cache, indexes=(self.simple, self.plain))
        with pytest.MonkeyPatch.context() as patched:
            if CAN_FORK:
                patched.setattr("cachetui.insight.why.replay.ask", self.pips.ask)
            return explain(question, inventory, asker, now=time.time())

    def does(self, question: str | Question, arguments: tuple[str, ...] = ()) -> Done:
        """Run pip on a question, with other arguments if some are given; return what it did."""
        question = read_question(question) if isinstance(question, str) else question
        words = [*(arguments or question.arguments)]
        if question.lines:
            listed = self.folder / "requirements.txt"
            listed.write_text("\n".join(question.lines), encoding="utf-8")
            words += ["-r", str(listed)]
        target = self.folder / "target"
        builds = self.folder / "builds"
        builds.unlink(missing_ok=True)
        self.index.forget()
        done = self.run(words[0], "--target", str(target), *words[1:], variables=dict(question.variables))
        installed = [path.name.removesuffix(".dist-info").split("-") for path in target.glob("*.dist-info")]
        if target.exists():
            shutil.rmtree(target)
        pages = frozenset(path for path in self.index.asked if path.startswith(("/simple/", "/plain/")))
        files = frozenset(path for path in self.index.asked - pages if not path.endswith(".metadata"))
        made = builds.read_text(encoding="utf-8").split() if builds.exists() else []
        return Done(
            {canonicalize_name(name): version for name, version in installed},
            pages,
            files,
            files & self.index.sent.keys(),
            tuple([canonicalize_name(stem.rpartition("-")[0]) for stem in made]),
            done.returncode,
            done.stdout + done.stderr,
        )

    def foretold(self, typed: str) -> Explanation:
        """Ask why, then run pip; check that both agree."""
        question = read_question(typed)
        explanation = self.why(replace(question, arguments=(*question.arguments, "--target", str(self.folder / "x"))))
        done = self.does(question)
        agree(explanation, done)
        return explanation

    def helps(self, typed: str) -> list[str]:
        """Return the commands that are said to help; check on a copy of the cache that each changes what pip does."""
        question = read_question(typed)
        target = replace(question, arguments=(*question.arguments, "--target", str(self.folder / "target")))
        explanation = self.why(target)
        with self.copied() as copy:
            before = copy.does(target)
        for remedy in explanation.remedies:
            with self.copied() as copy:
                if remedy.arguments is None:
                    copy.remove(remedy)
                after = copy.does(target, remedy.arguments or ())
            assert after != before, (remedy, after.output)
        return [remedy.command for remedy in explanation.remedies]

    @contextmanager
    def copied(self) -> Iterator[Lab]:
        """Make a lab with a copy of the cache."""
        copy = self.folder / "copy"
        shutil.copytree(self.cache, copy)
        try:
            yield replace(self, cache=copy)
        finally:
            shutil.rmtree(copy)

    def remove(self, remedy: Remedy) -> None:
        """Remove the entries of a remedy."""
        inventory = scan(self.cache)
        found = [inventory.by_path[path] for path in remedy.entries]
        outcome = execute(plan_removal(inventory, found, now_ns=time.time_ns(), named=True))
        assert outcome.kept == ()

    def entry(self, kind: str, project: str) -> Entry:
        """Return the one entry of a kind of a project."""
        inventory = scan(self.cache, indexes=(self.simple, self.plain))
        (entry,) = [one for one in inventory.entries if (one.kind, one.project) == (kind, project)]
        return entry


def agree(explanation: Explanation, done: Done) -> None:
    """Check that an explanation agrees with what pip did."""
    assert {one.name: one.version for one in explanation.takes} == done.installed, (explanation.verdict, done.output)
    assert (done.code == 0) == (explanation.tone == "skipped" or bool(explanation.takes)), done.output
    for one in explanation.takes:
        path = unquote_path(one.url)
        sent, built = WAYS[one.way]
        assert (one.name, one.way, path in done.sent, one.name in done.built) == (one.name, one.way, sent, built)
        assert (path in done.fetched) == (sent or one.way == "checked"), (one, done.fetched)
    if explanation.takes:
        assert len(done.sent) == sum(WAYS[one.way][0] for one in explanation.takes)
    name = explanation.takes[0].name if explanation.takes else ""
    if name:
        assert explanation.forecast.asks == any(path.endswith(f"/{name}/") for path in done.asked)


def unquote_path(url: str) -> str:
    """Return the path of an address, as the index logs it."""
    return urlsplit(url).path if url.startswith("http") else unquote(url)


def asker_with(version: str, folder: Path) -> TargetEnvironment:
    """Make an environment with a pip; return its Python."""
    python = python_of(environment(folder, unpacked(version)))
    return TargetEnvironment(str(python.executable), python, interpreter_info(python, os.environ))


@contextmanager
def lab_with(version: str, folder: Path) -> Iterator[Lab]:
    """Make a lab with an empty cache and an index that has nothing yet."""
    (folder / "home").mkdir(parents=True)
    with serve(()) as index, LoadedPips() as pips:
        yield Lab(version, folder, asker_with(version, folder / "env"), index, folder / "cache", pips)
