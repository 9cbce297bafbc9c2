from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.caches.registry import source_of
from cachetui.caches.source import OtherCache
from cachetui.pip.config.location import Location
from cachetui.services.other_caches import other_caches
from cachetui.services.services import Services
from tests.interpreters.fakes import posix
from tests.inventories import write

UNHURRIED = 600.0
"""Seconds within which any machine has counted a small cache."""


def location(id_: str, cache_dir: str | None = None) -> Location:
    return source_of(id_).locate(cache_dir, python=None, environ=os.environ)


@pytest.fixture
def pipenvs() -> Path:
    """Write a cache of pipenv where it is by default, and return its root."""
    root = location("pipenv").root
    write(root, "http-v2/a/b/c/d/e/abcdef", b"x" * 5000)
    write(root, "depcache3.14.json", b"{}")
    return root


def allocated(root: Path) -> int:
    """Return the allocated bytes of a folder without hard links, as du counts them."""
    return sum(getattr(found := path.lstat(), "st_blocks", found.st_size // 512) * 512 for path in everything(root))


def everything(root: Path) -> list[Path]:
    return [root, *root.rglob("*")]


@posix
def test_the_other_caches_are_measured_as_by_du(pipenvs: Path) -> None:
    found = other_caches(os.environ, location("pip"), seconds=UNHURRIED)
    assert found == (OtherCache("pipenv", "pipenv", pipenvs, allocated(pipenvs), True),)


def test_without_an_open_cache_all_are_told_in_order(pipenvs: Path) -> None:
    write(location("pip").root, "wheels/a/one.whl", b"w")
    assert [one.id for one in other_caches(os.environ)] == ["pip", "pipenv"]


def test_the_open_cache_is_left_out_however_it_was_named(pipenvs: Path, tmp_path: Path) -> None:
    write(location("pip").root, "wheels/a/one.whl", b"w")
    assert [one.id for one in other_caches(os.environ, location("pipenv"))] == ["pip"]
    assert [one.id for one in other_caches(os.environ, location("pip", str(pipenvs)))] == ["pip", "pipenv"]
    assert [one.id for one in other_caches(os.environ, location("pip", str(tmp_path)))] == ["pip", "pipenv"]


def test_nothing_is_told_of_what_is_not_there_or_empty_or_no_directory(tmp_path: Path) -> None:
    root = location("pipenv").root
    assert other_caches(os.environ) == ()
    root.mkdir(parents=True)
    assert other_caches(os.environ) == ()
    root.rmdir()
    root.write_bytes(b"a file")
    assert other_caches(os.environ) == ()
    assert other_caches({**os.environ, "PIPENV_CACHE_DIR": "a\0b"}) == ()


def test_a_root_that_two_share_is_a_cache_of_each(pipenvs: Path) -> None:
    shared = {**os.environ, "PIP_CACHE_DIR": str(pipenvs)}
    assert [(one.id, one.root) for one in other_caches(shared)] == [("pip", pipenvs), ("pipenv", pipenvs)]
    (pipenv,) = other_caches(shared, location("pip", str(pipenvs)))
    assert (pipenv.id, pipenv.root) == ("pipenv", pipenvs)


def test_there_are_none_beside_the_demos(pipenvs: Path) -> None:
    assert other_caches(os.environ, replace(location("pip"), made_up=True)) == ()


@posix
def test_a_file_with_several_names_counts_once(pipenvs: Path) -> None:
    (before,) = other_caches(os.environ, location("pip"), seconds=UNHURRIED)
    os.link(pipenvs / "http-v2/a/b/c/d/e/abcdef", pipenvs / "http-v2/a/b/c/d/e/again")
    (after,) = other_caches(os.environ, location("pip"), seconds=UNHURRIED)
    assert after == before


@posix
def test_poetrys_environments_and_targets_of_links_are_not_counted(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/large", b"x" * 100_000)
    root = location("poetry").root
    write(root, "cache/repositories/lab/one")
    (before,) = other_caches(os.environ, location("pip"), seconds=UNHURRIED)
    write(root, "virtualenvs/one/lib/large", b"x" * 100_000)
    (root / "cache/link").symlink_to(tmp_path / "elsewhere")
    (after,) = other_caches(os.environ, location("pip"), seconds=UNHURRIED)
    assert after.is_whole
    assert 0 <= after.disk_usage - before.disk_usage < 50_000


@posix
def test_a_folder_that_another_program_has_no_use_for_is_counted(pipenvs: Path) -> None:
    (before,) = other_caches(os.environ, location("pip"), seconds=UNHURRIED)
    write(pipenvs, "virtualenvs/one/lib/large", b"x" * 100_000)
    (after,) = other_caches(os.environ, location("pip"), seconds=UNHURRIED)
    assert after.disk_usage - before.disk_usage > 50_000


def test_what_could_not_be_counted_in_time_is_said_to_be_more(pipenvs: Path) -> None:
    (whole,) = other_caches(os.environ, location("pip"), seconds=UNHURRIED)
    (part,) = other_caches(os.environ, location("pip"), seconds=0)
    (stopped,) = other_caches(os.environ, location("pip"), stop=lambda: True)
    assert whole.is_whole
    assert not part.is_whole
    assert part == stopped
    assert part.disk_usage < whole.disk_usage


def test_the_services_of_a_cache_know_the_others(pipenvs: Path) -> None:
    assert [one.id for one in Services(location("pip"), memory=False).other_caches()] == ["pipenv"]
    assert Services(location("pipenv"), memory=False).other_caches() == ()
