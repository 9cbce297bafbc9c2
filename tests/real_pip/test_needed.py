"""Tests that a lock file keeps exactly those entries of a cache from which a real pip installs it."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cachetui.export.export import export
from cachetui.export.plan import plan_export
from cachetui.insight.needed import needed_by
from cachetui.labels import Facts
from cachetui.model import INSTALLABLE, Inventory
from cachetui.needs.requirement_files import read_requirement_files
from cachetui.pip.scan.scanner import scan
from cachetui.prune_rules import Rules, choose
from cachetui.removal.execute import execute
from cachetui.removal.plan import plan_removal
from tests.loaded_pips import LoadedPips
from tests.real_pip.collection import Release, sdist, wheel
from tests.real_pip.driver import Pip
from tests.real_pip.index import Index, serve

VERSIONS = ("1.0", "2.0")
LOCKED = (wheel("top", "2.0", requires="mid"), wheel("mid", "1.0"), sdist("Sourced.Thing", "2.0"))
OTHERS = (wheel("top", "1.0", requires="mid"), wheel("mid", "2.0"), sdist("Sourced.Thing", "1.0"), wheel("else", "1.0"))
PINS = ["top==2.0", "mid==1.0", "sourced-thing==2.0"]


def sha256(release: Release) -> str:
    return hashlib.sha256(release.data).hexdigest()


def requirements(index: Index) -> str:
    pinned = zip(PINS, LOCKED, strict=True)
    return "".join([f"{pin} --hash=sha256:{sha256(release)}\n" for pin, release in pinned])


def pylock(index: Index) -> str:
    lines = ['lock-version = "1.0"', 'created-by = "a test"']
    for one in LOCKED:
        file = f'url = "{index.url}{one.path}", hashes = {{ sha256 = "{sha256(one)}" }}'
        named = f'wheels = [{{ name = "{one.filename}", {file} }}]' if one.is_wheel else f"sdist = {{ {file} }}"
        lines += ["[[packages]]", f'name = "{one.name}"', f'version = "{one.version}"', named]
    return "\n".join(lines)


def uv_lock(index: Index) -> str:
    lines = ["version = 1"]
    for one in LOCKED:
        file = f'{{ url = "{index.url}{one.path}", hash = "sha256:{sha256(one)}" }}'
        named = f"wheels = [{file}]" if one.is_wheel else f"sdist = {file}"
        source = f'source = {{ registry = "{index.url}/simple" }}'
        lines += ["[[package]]", f'name = "{one.name}"', f'version = "{one.version}"', source, named]
    return "\n".join(lines)


def prune(cache: Path, lock: Path, *, ci: bool) -> Inventory:
    """Remove what a lock file does not need; return what is left."""
    inventory = scan(cache)
    (needed,) = needed_by([read_requirement_files([lock])], inventory, ci=ci)
    facts, rules = Facts(needed=needed.paths), Rules(not_needed_by=(str(lock),), ci=ci, built=True)
    chosen = choose(inventory.entries, rules, facts).entries
    outcome = execute(plan_removal(inventory, chosen, now_ns=time.time_ns(), named=True))
    assert outcome.kept == ()
    return scan(cache)


def installed(target: Path) -> set[str]:
    return {path.name.removesuffix(".dist-info").lower() for path in target.glob("*.dist-info")}


def kinds(inventory: Inventory) -> list[str]:
    """Return what there is of each release, without metadata."""
    found = [one for one in inventory.entries if one.kind != "metadata"]
    return sorted({" ".join(filter(None, (one.kind, one.project, one.version))) for one in found})


@pytest.mark.parametrize("version", ["23.2.1", "25.0.1", "26.3"])
def test_what_is_left_is_what_pip_installs(version: str, tmp_path: Path, pips: LoadedPips) -> None:
    pip, full = Pip(version, tmp_path / "pip", pips), tmp_path / "full"
    expected = {"top-2.0", "mid-1.0", "sourced_thing-2.0"}
    with serve((*LOCKED, *OTHERS)) as index:
        pip.install(full, index, *PINS)
        pip.install(full, index, "--no-deps", *[f"{other.project}=={other.version}" for other in OTHERS])
        locks: Sequence[tuple[str, Callable[[Index], str]]] = (
            ("requirements.txt", requirements),
            ("pylock.toml", pylock),
            ("uv.lock", uv_lock),
        )
        for name, text in locks:
            lock, cache, target = tmp_path / name, tmp_path / f"ci-{name}", tmp_path / f"target-{name}"
            lock.write_text(text(index))
            shutil.copytree(full, cache)
            where = ("--index-url", f"{index.url}/simple", "--trusted-host", index.host)
            is_pylock = name == "pylock.toml" and version == "26.3"
            asked = (*where, *(("-r", str(lock)) if is_pylock or name == "requirements.txt" else PINS))
            if is_pylock:  # what pip builds by a pylock.toml, it finds again only by one
                pip.run(cache, "install", "--target", str(tmp_path / f"first-{name}"), *asked)
            left = prune(cache, lock, ci=True)
            assert kinds(left) == ["built sourced-thing 2.0", "wheel mid 1.0", "wheel top 2.0"]
            index.forget()
            pip.run(cache, "install", "--target", str(target), *asked)
            assert installed(target) == expected
            assert {path for path in index.sent if not path.startswith("/simple/")} == set()
    cache, out, target = tmp_path / "plain", tmp_path / "out", tmp_path / "offline"
    shutil.copytree(full, cache)
    left = prune(cache, tmp_path / "uv.lock", ci=False)
    pages = ["index mid", "index sourced-thing", "index top"]
    files = ["built sourced-thing 2.0", *pages, "sdist sourced-thing 2.0", "wheel mid 1.0", "wheel top 2.0"]
    assert [one for one in kinds(left) if not one.startswith("redirect")] == files
    export(left, plan_export([one for one in left.entries if one.kind in INSTALLABLE]), out)
    asked = ("--no-index", "--find-links", str(out), *PINS)
    pip.run(tmp_path / "none", "install", "--target", str(target), *asked)
    assert installed(target) == expected


@pytest.mark.parametrize("version", ["23.2.1", "26.3"])
def test_addresses_with_a_password_are_found_again(version: str, tmp_path: Path, pips: LoadedPips) -> None:
    pip, cache, asked = Pip(version, tmp_path / "pip", pips), tmp_path / "cache", tmp_path / "requirements.txt"
    top, sourced, other = wheel("top", "2.0"), sdist("Sourced.Thing", "2.0"), wheel("else", "1.0")
    with serve((top, sourced, other)) as index:
        base = index.url.replace("://", "://me:secret@")
        asked.write_text(f"top @ {base}{top.path}\n{base}{sourced.path}#egg=sourced-thing\n")
        pip.install(cache, index, "else", "-r", str(asked))
        left = prune(cache, asked, ci=True)
        assert {"wheel top 2.0", "built sourced-thing 2.0"} <= {*kinds(left)}
        assert "wheel else 1.0" not in kinds(left)
        index.forget()
        pip.install(cache, index, "-r", str(asked))
        assert {path for path in index.sent if not path.startswith("/simple/")} == set()
