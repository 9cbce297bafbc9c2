"""A small cache that a pip of today might have written, and a list of what was said."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from cachetui.demo.artifacts import DemoFile, json_page, wheel, wheel_filename
from cachetui.demo.writer import CacheWriter, page_headers, plain_headers
from cachetui.interpreters import discovery
from cachetui.model import NS, Entry, Inventory
from cachetui.pip.scan.scanner import scan
from cachetui.services import removal
from tests.interpreters.fakes import answering

AT = 1_700_000_000 * NS
DAY = 86_400 * NS
NOW = AT + 100 * DAY
INDEX = "https://index.example/simple/"


def store(cache: CacheWriter, name: str, version: str, tag: str = "py3-none-any", at_ns: int = AT) -> bytes:
    """Put a wheel into a cache, under an address that tells its name."""
    filename, body = wheel_filename(name, version, tag), wheel(name, version, tag)
    headers = plain_headers("application/octet-stream", size=len(body), at_ns=at_ns)
    cache.answer(f"https://files.example/{filename}", body, headers, at_ns)
    return body


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a cache: two versions of torch, one of six, one wheel for Python 3.8 alone, and an index page."""
    root = tmp_path / "cache"
    cache = CacheWriter(root)
    store(cache, "torch", "2.2.0")
    store(cache, "torch", "2.3.0", at_ns=AT + 90 * DAY)
    store(cache, "six", "1.16.0")
    store(cache, "old", "1.0", "cp38-cp38-linux_x86_64")
    page = json_page("six", [DemoFile("six-1.16.0-py3-none-any.whl", "https://files.example/six.whl", "0" * 64)])
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=AT, gzipped=False)
    cache.answer(f"{INDEX}six/", page, headers, AT)
    return root


@pytest.fixture
def inventory(root: Path) -> Inventory:
    return scan(root)


@pytest.fixture
def notes() -> list[str]:
    """Give a test a list whose `append` is a note."""
    return []


@pytest.fixture(autouse=True)
def no_pips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a pip runs on the machine of the tests does not matter."""
    monkeypatch.setattr(removal, "running_programs", lambda _: ())


def python_312(path: Path, **others: object) -> Path:
    """Put a fake Python 3.12 at a place, old enough for its answers to be remembered."""
    answering(path, **others)  # type: ignore[arg-type] # what it is to say of itself
    os.utime(path, (1, 1))
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a Python 3.12 as the only one of the machine; return its path."""
    folder = tmp_path / "here/bin"
    python_312(folder / "python3")
    monkeypatch.setenv("PATH", str(folder))
    for variable in ("PYENV_ROOT", "ASDF_DATA_DIR", "UV_PYTHON_INSTALL_DIR", "RYE_PY_ROOT", "MAMBA_ROOT_PREFIX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(discovery, "interpreters", partial(discovery.interpreters, machine=False))
    return folder / "python3"


def names(entries: Iterable[Entry]) -> list[str]:
    """Return projects and versions of entries as words, in their order."""
    return [" ".join(filter(None, (one.project, one.version))) for one in entries]
