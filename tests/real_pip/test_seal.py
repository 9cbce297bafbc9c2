"""Asking a pip why changes nothing and reaches nobody, whatever the command says."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, NamedTuple

import pytest

from cachetui.demo import artifacts
from cachetui.insight.why.question import read_question
from cachetui.insight.why.replay import Run, Scenario, replay
from tests.pips import unpacked
from tests.real_pip.collection import PYPROJECT, sdist, wheel
from tests.real_pip.lab import Lab

TRAP = """\
import os
open(os.path.join({folder!r}, "trap-" + os.path.basename(__file__)), "w").close()
raise SystemExit("run")
"""
"""Code that an sdist runs when it is built."""
QUESTIONS = (
    "kept",
    "big",
    "fresh",
    "trap",
    "trap --no-binary :all:",
    "pip install kept fresh trap unheard",
    "pip download fresh -d {home}/dest",
    "pip wheel trap -w {home}/wheels",
    "pip install fresh --target {home}/target --report {home}/report.json --log {home}/log.txt",
    "pip install fresh --prefix {home}/prefix --root {home}/root",
    "pip install fresh --user --force-reinstall --upgrade",
    "PIP_LOG={home}/log.txt PIP_REPORT={home}/report.json pip install kept -vvv",
    "PIP_CACHE_DIR={home}/another-cache pip install fresh",
    "pip install git+{url}/repository.git",
    "pip install 'trap @ git+ssh://git@127.0.0.1/repository.git@main'",
    "pip install -e git+{url}/repository.git@main#egg=trap",
    "pip install hg+{url}/repository svn+{url}/repository",
    "pip install {home}/trap-1.0.tar.gz",
    "pip install 'trap @ file://{home}/trap-1.0.tar.gz'",
    "pip install {home}/project",
    "pip install -e {home}/project",
    "-e .",
    "pip install -r {url}/requirements.txt -c {url}/constraints.txt",
    "pip install -r {home}/lines.txt",
    "PIP_KEYRING_PROVIDER=subprocess pip install fresh -i http://me@{host}/simple",
    "PIP_KEYRING_PROVIDER=import pip install fresh -i http://me@{host}/simple",
    "PIP_PROXY=http://{host} pip install fresh",
    "pip install fresh --proxy http://{host} --index-url https://index.example/simple",
    "pip install fresh --client-cert {home}/missing.pem --index-url https://index.example/simple",
    "pip install fresh --cert {home}/missing.pem",
    "pip install fresh -f {url}/links.html -f {home}",
    "pip install fresh --no-such-option",
    "pip install fresh==1.0 --hash=sha256:ab",
    "pip install --dry-run --no-clean --src {home}/src --build-option x --config-settings a=b trap",
    "pip install --python-version 3.6 --only-binary :all: --platform any --target {home}/target fresh",
)
"""Questions; `{home}` is the user's, `{url}` and `{host}` the index's."""


class Recorded(NamedTuple):
    """The facts about a file or folder."""

    kind: int
    size: int
    mtime_ns: int
    sha256: str


def recorded(*folders: Path) -> Mapping[str, Recorded]:
    """Return the facts about everything in some folders, themselves included; folders have size 0."""
    found = {}
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            seen = path.lstat()
            is_file = stat.S_ISREG(seen.st_mode)
            content = path.read_bytes() if is_file else os.fsencode(path.readlink()) if path.is_symlink() else b""
            found[str(path)] = Recorded(
                seen.st_mode, seen.st_size if is_file else 0, seen.st_mtime_ns, hashlib.sha256(content).hexdigest()
            )
    return found


class SealedPip:
    """Tests for one pip; `version` says which."""

    version: ClassVar[str]

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def stocked(cls, lab: Lab) -> None:
        """Put files into the cache, with a page that lists one more; and into the home a project and an archive."""
        files = (("pyproject.toml", PYPROJECT), *((name, trap(lab)) for name in ("setup.py", "backend.py")))
        source = sdist("trap", "1.0")._replace(data=artifacts.sdist("trap", "1.0", more=files))
        big = wheel("big", "1.0")._replace(data=artifacts.wheel("big", "1.0", size=9 << 20))
        lab.publish(wheel("kept", "1.0"), wheel("fresh", "0.9"), wheel("fresh", "1.0"), big, source)
        lab.keep("kept", "fresh==0.9", "big")
        assert lab.run("download", "--no-deps", "trap").returncode != 0
        (lab.home / "trap-backend.py").unlink()  # the code ran: the trap works
        (lab.home / "trap-1.0.tar.gz").write_bytes(source.data)
        (lab.home / "lines.txt").write_text("fresh\n--index-url https://index.example/simple\n", encoding="utf-8")
        (lab.home / "project").mkdir()
        for name, data in (*files, ("setup.cfg", b"[metadata]\nname = trap\nversion = 1.0\n")):
            (lab.home / "project" / name).write_bytes(data)

    @pytest.fixture(scope="class")
    @classmethod
    def before(cls, lab: Lab, stocked: None) -> Mapping[str, Recorded]:
        """Return the facts about the home, the cache, the environment and its pip before all questions."""
        return recorded(lab.folder, unpacked(cls.version))

    def test_nothing_is_changed_by_many_questions_in_a_row(self, lab: Lab, before: Mapping[str, Recorded]) -> None:
        questions = [read_question(filled_in(text, lab)) for text in QUESTIONS]
        scenarios = [Scenario(one.arguments, one.lines, str(lab.cache)) for one in questions]
        variables = {name: value for one in questions for name, value in one.variables if name != "PIP_CACHE_DIR"}
        assert lab.asker.python is not None

        with sealed(self, lab, before):
            told = replay(lab.asker.python, scenarios, lab.environ | variables)

        assert (told.pip, told.trouble, len(told.runs)) == (self.version, "", len(QUESTIONS))
        silent = [text for text, run in zip(QUESTIONS, told.runs, strict=True) if not has_answer(run)]
        assert silent == []


class TestNewestPip(SealedPip):
    version = "26.3"

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_nothing_is_changed_and_nobody_is_asked(
        self, lab: Lab, before: Mapping[str, Recorded], question: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(lab.home / "project")

        with sealed(self, lab, before):
            explanation = lab.why(filled_in(question, lab))

        assert explanation.verdict.endswith(".")
        assert explanation.tone != "facts only"
        assert not [words for words in (explanation.verdict, *explanation.pip_says) if "Traceback" in words]


class TestPipThatAlwaysAsks(SealedPip):
    version = "25.0.1"


class TestPipWithOneFileEach(SealedPip):
    version = "23.2.1"


@contextmanager
def sealed(tests: SealedPip, lab: Lab, before: Mapping[str, Recorded]) -> Iterator[None]:
    """Check that nothing is changed and no connection is made."""
    lab.index.forget()
    yield
    assert recorded(lab.folder, unpacked(tests.version)) == before
    assert lab.index.connections == 0


def has_answer(run: Run) -> bool:
    """Return whether a pip decided, or told why not, without a mistake of the seal's."""
    told = [words for _, words in run.words] + ([run.error.words] if run.error else [])
    return (run.resolved or run.halt is not None or bool(told)) and not any("Traceback" in words for words in told)


def filled_in(question: str, lab: Lab) -> str:
    """Return a question with the places of a lab."""
    return question.format(home=lab.home, url=lab.index.url, host=lab.index.host)


def trap(lab: Lab) -> bytes:
    """Return the code of the trap."""
    return TRAP.format(folder=str(lab.home)).encode()
