"""Tests of the entries that lock files and requirements files need, and of those that `prune` then chooses."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.demo import artifacts
from cachetui.demo.artifacts import DemoFile, sdist_filename, wheel_filename
from cachetui.demo.writer import CacheWriter, page_headers, plain_headers
from cachetui.insight.needed import NeededEntries, needed_by
from cachetui.labels import Facts
from cachetui.model import NS, Entry, Inventory
from cachetui.needs.requirement_files import read_requirement_files
from cachetui.pip.scan.scanner import scan
from cachetui.prune_rules import Rules, choose

AT = 1_700_000_000 * NS
FILES = "https://files.example"


class Shelf:
    """A cache to put files into."""

    def __init__(self, root: Path) -> None:
        self.root, self._cache = root, CacheWriter(root)
        self.listed: dict[str, list[DemoFile]] = {}

    def wheel(self, name: str, version: str, *requires: str, tag: str = "py3-none-any") -> str:
        """Store a wheel with the metadata beside it; return its hash."""
        filename = wheel_filename(name, version, tag)
        self.answer(f"{filename}.metadata", artifacts.core_metadata(name, version, requires))
        return self.put(name, filename, artifacts.wheel(name, version, tag, requires=requires))

    def sdist(self, name: str, version: str, *builds_with: str, pyproject: bool = True) -> str:
        text = f"[build-system]\nrequires = {list(builds_with)}\n".encode()
        more = (("pyproject.toml", text),) if pyproject else ()
        return self.put(name, sdist_filename(name, version), artifacts.sdist(name, version, more=more))

    def built(
        self, name: str, version: str, sha256: str | None = None, url: str = "", tag: str = "py3-none-any"
    ) -> None:
        url, filename = url or f"{FILES}/{sdist_filename(name, version)}", wheel_filename(name, version, tag)
        self._cache.built(url, sha256, filename, artifacts.wheel(name, version, tag), AT)

    def put(self, name: str, filename: str, body: bytes) -> str:
        self.answer(filename, body)
        sha256 = hashlib.sha256(body).hexdigest()
        self.listed.setdefault(name, []).append(DemoFile(filename, f"{FILES}/{filename}", sha256))
        return sha256

    def answer(self, filename: str, body: bytes) -> None:
        named = {"Content-Disposition": f"attachment; filename={filename}"} if not filename.endswith("data") else {}
        headers = plain_headers("application/octet-stream", size=len(body), at_ns=AT, more=named)
        self._cache.answer(f"{FILES}/{filename}", body, headers, AT)

    def page(self, name: str) -> None:
        """Store the index page that lists all files of a project so far."""
        body = artifacts.json_page(name, self.listed.get(name, ()))
        headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(body), at_ns=AT, gzipped=False)
        self._cache.answer(f"https://index.example/simple/{name}/", body, headers, AT)

    def others(self) -> None:
        """Store what belongs to no project."""
        self._cache.selfcheck("/home/ana/.venv", AT)
        self._cache.redirect("https://index.example/simple/Six/", "https://index.example/simple/six/", AT)
        self._cache.put("http-v2/1/2/3/4/5/123.body", b"left", AT)

    def scan(self) -> Inventory:
        return scan(self.root, indexes=("https://index.example/simple",))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "cache")


def need(shelf: Shelf, text: str, *, ci: bool = False) -> NeededEntries:
    (shelf.root.parent / "needs.txt").write_text(text)
    file = read_requirement_files([shelf.root.parent / "needs.txt"])
    (found,) = needed_by([file], shelf.scan(), ci=ci)
    return found


def kept(shelf: Shelf, text: str, *, ci: bool = False) -> list[str]:
    """Return the kinds and versions that stay, without metadata."""
    found = need(shelf, text, ci=ci)
    return said([one for one in shelf.scan().entries if one.path in found.paths and one.kind != "metadata"])


def said(entries: Iterable[Entry]) -> list[str]:
    return sorted(" ".join(filter(None, (one.kind, one.project, one.version))) for one in entries)


def pinned(name: str, version: str, *hashes: str) -> str:
    listed = [f'{{file = "x", hash = "sha256:{one}"}}' for one in hashes]
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\nfiles = [{", ".join(listed)}]\n'


LOCK = '[metadata]\nlock-version = "2.1"\n'


def test_a_lock_keeps_its_releases_with_their_pages_and_nothing_else(shelf: Shelf) -> None:
    for version in ("1.15", "1.16"):
        shelf.wheel("six", version, "dep>=1")
        shelf.sdist("six", version)
        shelf.built("six", version)
    shelf.wheel("dep", "1.0")
    for name in ("six", "dep", "other"):
        shelf.page(name)
    shelf.others()

    assert kept(shelf, LOCK + pinned("Six", "1.16.0")) == [
        "built six 1.16",
        "index six",
        "redirect six",
        "sdist six 1.16",
        "wheel six 1.16",
    ]
    assert kept(shelf, LOCK + pinned("Six", "1.16.0"), ci=True) == ["built six 1.16", "wheel six 1.16"]
    found = need(shelf, LOCK + pinned("six", "1.16"), ci=True)
    metadata = [one for one in shelf.scan().entries if one.path in found.paths and one.kind == "metadata"]
    assert said(metadata) == ["metadata six 1.16"]
    assert found.followed == ()


def test_only_files_with_a_pinned_hash_stay_where_hashes_are_known(shelf: Shelf) -> None:
    right, wrong = shelf.wheel("a", "1.0"), shelf.wheel("a", "1.0", tag="cp312-none-any")
    source = shelf.sdist("a", "1.0")
    shelf.built("a", "1.0", source)
    shelf.built("a", "1.0", wrong, url=f"{FILES}/other.tar.gz", tag="cp39-none-any")
    lock = LOCK + pinned("a", "1.0", right, source)

    assert kept(shelf, lock) == ["built a 1.0", "sdist a 1.0", "wheel a 1.0", "wheel a 1.0"]  # no page says more
    shelf.page("a")
    assert kept(shelf, lock) == ["built a 1.0", "index a", "sdist a 1.0", "wheel a 1.0"]
    lines = f"a==1.0 --hash=sha256:{right}\n"
    assert kept(shelf, lines) == ["index a", "wheel a 1.0"]
    assert kept(shelf, f"a==1.0 --hash=sha512:{right}\n")[-2:] == ["wheel a 1.0"] * 2  # of another kind
    found = need(shelf, lines)
    named = [one.filename for one in shelf.scan().entries if one.path in found.paths and one.kind == "metadata"]
    assert named == ["a-1.0-py3-none-any.whl"]
    assert found.followed == ()


def test_the_addresses_in_a_lock_name_what_nothing_else_names(shelf: Shelf) -> None:
    body = artifacts.wheel("a", "1.0")
    sha256 = shelf.put("a", "some.data", body)
    url = f'{{url = "{FILES}/%s", hash = "sha256:%s"}}'
    text = 'version = 1\n[[package]]\nname = "a"\nversion = "1.0"\nwheels = [%s]\n'
    shelf.wheel("a", "1.0")

    assert len(kept(shelf, text % (url % ("some.data", sha256)))) == 2
    assert len(kept(shelf, text % (url % ("a-1.0-py3-none-any.whl", sha256)))) == 2
    listed = ", ".join([url % ("a-1.0-py3-none-any.whl", "0" * 64), url % ("some.data", sha256)])
    assert len(kept(shelf, text % listed)) == 2  # both addresses are in the lock


def test_ranges_keep_all_they_allow_and_what_that_needs_anywhere(shelf: Shelf) -> None:
    for version in ("1.0", "2.0", "2.1rc1", "3.0"):
        shelf.wheel("a", version, "b>=2; python_version<'3'", "extra; extra=='x'", "c; extra=='y'")
    for version in ("1.0", "2.0"):
        shelf.wheel("b", version, "d")
        shelf.wheel("c", version)
        shelf.wheel("d", version)
    shelf.wheel("extra", "1.0")

    assert kept(shelf, "a[X]>=2,<3\nd<2\n") == [
        "wheel a 2.0",
        "wheel a 2.1rc1",
        "wheel b 2.0",
        "wheel d 1.0",
        "wheel extra 1.0",
    ]
    assert said(need(shelf, "a>=3\n").followed) == ["wheel a 3.0", "wheel b 2.0", "wheel d 1.0", "wheel d 2.0"]


def test_lines_for_some_environments_and_constraints(shelf: Shelf) -> None:
    for version in ("1.0", "2.0", "3.0"):
        shelf.wheel("a", version)
        shelf.wheel("b", version, "a>=2")
    (shelf.root.parent / "limits.txt").write_text("a<3\nb==1.0\n")

    assert kept(shelf, "a==1.0; python_version<'3'\na==2.0; python_version>='3'\n") == ["wheel a 1.0", "wheel a 2.0"]
    assert kept(shelf, "b\n-c limits.txt\n") == ["wheel a 2.0", "wheel b 1.0"]
    assert kept(shelf, "b==1.0\na==1.0; python_version<'3'\n") == [f"wheel a {one}.0" for one in (1, 2, 3)] + [
        "wheel b 1.0"
    ]
    shelf.page("a")
    assert kept(shelf, "other\n-c limits.txt\n") == []  # constraints alone need nothing
    any_file = "--hash=sha256:" + "0" * 64
    (shelf.root.parent / "limits.txt").write_text(f"a==2.0 {any_file}\n")
    assert kept(shelf, f"b==1.0 {any_file}\n-c limits.txt\n") == ["index a", "wheel a 2.0", "wheel b 1.0"]


def test_addresses_and_repositories(shelf: Shelf) -> None:
    shelf.wheel("a", "1.0")
    shelf.wheel("a", "2.0")
    shelf.built("b", "1.0", url="https://git.example/b.git")
    shelf.built("b", "2.0", url=f"{FILES}/b-2.0.zip")
    shelf.wheel("b", "1.0")

    assert kept(shelf, f"{FILES}/a-1.0-py3-none-any.whl\n") == ["wheel a 1.0"]
    assert kept(shelf, f"A @ {FILES}/a-2.0-py3-none-any.whl#sha256=ab\n") == ["wheel a 2.0"]
    assert kept(shelf, f"b @ {FILES}/b-2.0.zip\n") == ["built b 2.0"]
    shelf.wheel("c", "1.0", f"a @ {FILES}/a-1.0-py3-none-any.whl ; extra=='x'", "b")
    assert kept(shelf, f"c[x] @ {FILES}/c-1.0-py3-none-any.whl\n") == [
        "built b 1.0",
        "built b 2.0",
        "wheel a 1.0",
        "wheel b 1.0",
        "wheel c 1.0",
    ]
    assert kept(shelf, "git+https://git.example/b@main#subdirectory=x\n") == ["built b 1.0"]
    assert kept(shelf, "b @ git+ssh://git@git.example/other.git@v1\n") == ["built b 1.0", "built b 2.0"]


def test_addresses_are_compared_as_pip_stores_them(shelf: Shelf) -> None:
    shelf.put("a", "a-1.0%2Bcpu-py3-none-any.whl", artifacts.wheel("a", "1.0+cpu"))
    shelf.built("b", "1.0", url="https://git.example/b.git")
    shelf.built("c", "1.0", url=f"{FILES}/c%201.zip")
    kinds = {
        line: [one.partition(" ")[0] for one in kept(shelf, line)]
        for line in (
            "a @ https://me:secret@files.example/a-1.0+cpu-py3-none-any.whl\n",
            "a @ https://${USER}:${TOKEN}@files.example/a-1.0%2bcpu-py3-none-any.whl\n",
            "six\nHTTPS://Files.Example/a-1.0%2Bcpu-py3-none-any.whl\n",
            "git+https://token@git.example/b\n",
            "c @ https://me@files.example/c%201.zip\n",
        )
    }
    assert [*kinds.values()] == [["wheel"], ["wheel"], ["wheel"], ["built"], ["built"]], kinds
    listed = f'{{url = "https://me:secret@files.example/a-1.0+cpu-py3-none-any.whl", hash = "sha256:{"0" * 64}"}}'
    lock = f'version = 1\n[[package]]\nname = "other"\nversion = "1"\nwheels = [{listed}]\n'
    assert kept(shelf, lock) == ["wheel a 1.0+cpu"]  # by its address


def test_what_an_sdist_is_built_with_stays_until_it_is_built(shelf: Shelf) -> None:
    shelf.sdist("a", "1.0", "backend>=2; python_version>='3'")
    shelf.sdist("old", "1.0", pyproject=False)
    for version in ("1.0", "2.0"):
        shelf.wheel("backend", version, "dep")
    for name in ("dep", "setuptools", "wheel"):
        shelf.wheel(name, "99.0")
    lock = LOCK + pinned("a", "1.0") + pinned("backend", "1.0")

    assert kept(shelf, lock) == ["sdist a 1.0", "wheel backend 1.0", "wheel backend 2.0", "wheel dep 99.0"]
    assert kept(shelf, LOCK + pinned("old", "1.0")) == ["sdist old 1.0", "wheel setuptools 99.0", "wheel wheel 99.0"]
    shelf.built("a", "1.0")
    assert kept(shelf, lock, ci=True) == ["built a 1.0", "wheel backend 1.0"]


def test_versions_that_are_none_are_compared_as_text(shelf: Shelf) -> None:
    shelf.sdist("a", "odd")
    entries = [one._replace(project="a", version="odd") for one in shelf.scan().entries]
    inventory = Inventory(str(shelf.root), entries=tuple(entries))
    for text, number in (("a==1.0\n", 0), ("a>=1\n", 1), ("a===odd\n", 1), ("a\n", 1)):
        (shelf.root.parent / "needs.txt").write_text(text)
        file = read_requirement_files([shelf.root.parent / "needs.txt"])
        assert len(needed_by([file], inventory)[0].paths) == number, text


RELEASES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.sampled_from(["1.0", "1.1", "2.0"]), st.sampled_from(["w", "s", "b", "o"])
    ),
    unique=True,
    max_size=9,
)
PINS = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.tuples(st.sampled_from(["1", "1.1", "2.0"]), st.sampled_from(["none", "right", "wrong"])),
)


@settings(max_examples=25)
@given(RELEASES, PINS, st.sets(st.sampled_from(["a", "b", "c"])), st.booleans(), st.booleans())
def test_what_goes_and_what_is_needed_are_all_there_is(
    releases: list[tuple[str, str, str]], pins: dict[str, tuple[str, str]], pages: set[str], ci: bool, built: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder) / "cache")
        hashes: dict[str, list[str]] = {}
        for name, version, kind in releases:
            if kind == "b":
                shelf.built(name, version)
            else:
                tag = "py3-none-any" if kind == "w" else "cp312-none-any"
                sha256 = shelf.sdist(name, version) if kind == "s" else shelf.wheel(name, version, tag=tag)
                hashes.setdefault(name, []).append(sha256)
        for name in sorted(pages):
            shelf.page(name)
        text = LOCK
        for name, (version, which) in pins.items():
            values = {"none": [], "right": hashes.get(name, []), "wrong": ["0" * 64]}[which]
            text += pinned(name, version, *values)
        needed = need(shelf, text, ci=ci)
        entries = shelf.scan().entries
        facts = Facts(AT, needed=needed.paths, protected=frozenset({one.path for one in entries if one.project == "c"}))
        chosen = {one.path for one in choose(entries, Rules(not_needed_by=("x",), ci=ci, built=built), facts).entries}

    def fits(one: Entry) -> bool:
        version, which = pins.get(one.project or "", ("", ""))
        if one.kind == "index":
            return not ci and bool(version)
        known = which == "wrong" and one.project in pages and one.kind != "built"
        return bool(version) and one.version in (version, f"{version}.0") and not known

    wanted = {one.path for one in entries if fits(one)}
    if ci:
        wheels = {
            (one.project, one.version) for one in entries if one.path in wanted and one.kind in ("wheel", "built")
        }
        wanted -= {one.path for one in entries if one.kind == "sdist" and (one.project, one.version) in wheels}
    exempt = {one.path for one in entries if one.project == "c" or (one.kind == "built" and not built and not ci)}
    assert needed.paths == wanted
    assert chosen == {one.path for one in entries} - wanted - exempt
