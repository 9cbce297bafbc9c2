"""The fast reader against the plain one: with an empty memory, and from memory after the cache was changed."""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.cli import main
from cachetui.cli.exit_codes import DONE
from cachetui.demo import artifacts, demo_cache
from cachetui.demo.artifacts import DemoFile
from cachetui.demo.writer import (
    CacheWriter,
    Format,
    Pieces,
    answer_path,
    built_folder,
    digest,
    file_headers,
    page_headers,
    plain_headers,
)
from cachetui.model import NS, Entry
from cachetui.pip.memory import Memory
from cachetui.pip.scan import reuse
from cachetui.pip.scan.scanner import scan
from cachetui.report.entries_json import list_json
from tests.benchmarks.generate import generate
from tests.pip.plain import read_plainly
from tests.pip.plain_names import Seen
from tests.real_caches.test_real_caches import TRUTH, unpack

AT = 1_700_000_000 * NS
DAY = 86_400 * NS
RACY_NS = 20_000_000
"""How long a directory must have been left alone to be recalled in these tests: more than a tick of any clock here."""
EXAMPLES = 30
"""Series of changes to a cache: as many as a few seconds allow."""
INDEXES = ("https://plain.example/simple",)
SHOWN = 5
"""Differences that a failure shows."""

Document = dict[str, Any]
Change = Callable[[Path, int], None]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the plain reader knows POSIX file systems only")


class Watch:
    """Counts what this process does."""

    def __init__(self) -> None:
        self.listed = 0
        """Directories listed."""
        self.started = 0
        """Processes started."""
        sys.addaudithook(self._see)

    def _see(self, event: str, _: object) -> None:
        self.listed += event in ("os.scandir", "os.listdir")
        self.started += event == "subprocess.Popen"


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


KNOWN: dict[Path, Mapping[str, Entry]] = {}
"""Entries of the last reading of each root, by path."""


def read_fast(root: Path, memory: Path | None = None, indexes: Sequence[str] = ()) -> Document:
    """Return the document of `list --json`, read with or without a memory file.

    The entries of the last reading of the same root are passed in, as a browser does that reads again.
    """
    known = KNOWN.get(root, {})
    if memory is None:
        inventory = scan(root, indexes=indexes, known=known)
    else:
        with Memory(memory) as opened:
            inventory = scan(root, memory=opened, indexes=indexes, known=known)
    KNOWN[root] = inventory.by_path
    document: Document = json.loads("".join(list_json(inventory, inventory.entries)))
    return document


def entries_of(document: Document) -> dict[str, Document]:
    """Return entries by their path, without times of access where these cannot be left alone."""
    entries = [entry for project in document["projects"] for entry in project["entries"]] + document["other"]
    if not hasattr(os, "O_NOATIME"):
        for entry in entries:
            entry["read"] = None
    return {entry["paths"][0]: entry for entry in entries}


def assert_same(found: Document, expected: Document) -> None:
    """Compare whole documents, and show the first entries that differ."""
    one, other = entries_of(found), entries_of(expected)
    differing = [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)]
    for path in differing[:SHOWN]:
        assert (path, one.get(path)) == (path, other.get(path)), f"{len(differing)} entries differ: {differing[:SHOWN]}"
    assert {**found, "projects": [], "other": []} == {**expected, "projects": [], "other": []}
    assert found == expected  # the order, too


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_caches_of_real_pips(name: str, tmp_path: Path) -> None:
    root = unpack(name, tmp_path)
    indexes = ("https://localhost:8443/plain", "https://localhost:8443/simple/")

    assert_same(read_fast(root), read_plainly(root))
    assert_same(read_fast(root, indexes=indexes), read_plainly(root, indexes))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_generated_cache(seed: int, tmp_path: Path) -> None:
    generate(400, tmp_path / "cache", seed)

    expected = read_plainly(tmp_path / "cache")

    assert len(entries_of(expected)) == 400
    assert_same(read_fast(tmp_path / "cache"), expected)
    for _ in range(2):
        assert_same(read_fast(tmp_path / "cache", tmp_path / "memory"), expected)


def test_the_made_up_cache_on_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", INDEXES[0])
    with demo_cache() as root:
        expected = read_plainly(root, INDEXES)
        for more in ([], ["--no-memory"], []):
            code = main.run(["list", "--files", "--json", "--cache-dir", str(root), *more])

            assert code == DONE
            assert_same(json.loads(capsys.readouterr().out), expected)


def test_a_large_cache_is_read_in_one_process(watch: Watch, tmp_path: Path) -> None:
    root = tmp_path / "cache"
    generate(600, root, 3)
    expected = read_plainly(root)
    before = watch.started

    assert_same(read_fast(root), expected)
    for _ in range(2):
        assert_same(read_fast(root, tmp_path / "memory"), expected)
    assert watch.started == before


# Changes by pip, its user and time to a cache: functions of a root, a time later than any before, and drawn values

PROJECTS = ("alpha", "beta-tools", "gamma.ray")
VERSIONS = ("1.0", "1.1", "2.0rc1", "0.9.post1")
NAMED = "https://files.example/packages"
"""A server that says in its headers what it sends."""
PLAIN = "https://plain.example/files"
"""One that does not."""
FORMS: tuple[Format, ...] = ("v2", "cc=4", "cc=2")
SDISTS = {(project, version): artifacts.sdist(project, version) for project in PROJECTS for version in VERSIONS}
WHEELS = {(project, version): artifacts.wheel(project, version) for project in PROJECTS for version in VERSIONS}
WHATS = ("wheel", "sdist", "metadata")
TAGS = ("py3-none-any", "cp311-none-any")
ZIP = b"PK\3\4"
"""How wheels begin."""
LOST = [digest(f"https://files.example/lost/{number}") for number in range(5)]
ODDS = (
    "notes.txt",
    "http-v2/README",
    "selfcheck.json",
    f"selfcheck/{LOST[0]}",
    f"selfcheck/{LOST[0]}a1b2c3d4.tmp",
    *[f"http-v2/{'/'.join(LOST[0][:5])}/{LOST[0]}{ending}" for ending in ("a1b2c3d4.tmp", ".bodya1b2c3d4.tmp")],
    f"http-v2/{'/'.join(LOST[1][:5])}/{LOST[1]}",
    f"http-v2/{'/'.join(LOST[2][:5])}/{LOST[2]}.body",
    f"http/{'/'.join(LOST[3][:5])}/{LOST[3]}.lock",
    f"http/{'/'.join(LOST[3][:5])}/host-7f00.12-345",
    f"http/{'/'.join(LOST[4][:5])}/{LOST[4]}",
    f"{built_folder(LOST[0], None)}/tmpa1b2c3d4/build/x.o",
    f"{built_folder(LOST[0], None)}/tmpa1b2c3d4/x-1.0.whl",
    f"{built_folder(LOST[1], None)}/origin.json",
    f"{built_folder(LOST[2], None)}/no wheel's name.whl",
)
"""Leftovers, invalid records, and files that no pip writes."""


class PipsWriter(CacheWriter):
    """Writes as pip does: to a temporary file in the same folder, which it then renames."""

    def put(self, path: str, data: bytes | Pieces, at_ns: int, *, read_ns: int | None = None) -> str:
        super().put(f"{path}.new", data, at_ns, read_ns=read_ns)
        os.replace(f"{self._root}/{path}.new", f"{self._root}/{path}")  # noqa: PTH105 - as it does
        return path


def address(server: str, project: str, version: str, what: str) -> str:
    name = artifacts.sdist_filename if what == "sdist" else artifacts.wheel_filename
    return f"{server}/{name(project, version)}" + (".metadata" if what == "metadata" else "")


def page_url(server: str, project: str) -> str:
    index = INDEXES[0] if server == PLAIN else "https://index.example/simple"
    return f"{index}/{project.replace('.', '-')}/"


def answer(
    root: Path, at: int, *, server: str, project: str, version: str, what: str, form: Format, content: str
) -> None:
    """Add a file, or replace it by one that may be of another version, mostly of the same length, or damaged."""
    inside = VERSIONS[VERSIONS.index(version) ^ 1] if content == "another" else version
    if what == "metadata":
        data = artifacts.core_metadata(project, inside)
    elif content == "damaged":
        data = ZIP + bytes(300)
    else:
        data = (SDISTS if what == "sdist" else WHEELS)[project, inside]
    if server == NAMED:
        kind = "sdist" if what == "sdist" else "bdist_wheel"
        headers = file_headers(project, version, kind, "py3", size=len(data), at_ns=at)
    else:
        headers = plain_headers("application/octet-stream", size=len(data), at_ns=at)
    url = address(server, project, version, what)
    PipsWriter(root).answer(url, data, headers, at, checked_ns=at + NS, read_ns=at + 2 * NS, form=form)


def page(root: Path, at: int, *, server: str, project: str, versions: set[str], form: Format, packed: bool) -> None:
    """Add or replace an index page: JSON with absolute addresses, or HTML with relative ones."""
    folder = "../../files" if server == PLAIN else server
    urls = [address(folder, project, version, what) for version in sorted(versions) for what in ("sdist", "wheel")]
    files = [DemoFile(url.rpartition("/")[2], url, "0" * 64) for url in urls]
    if server == PLAIN:
        kind, data = "text/html", artifacts.html_page(f"Links for {project}", files)
    else:
        kind, data = "application/vnd.pypi.simple.v1+json", artifacts.json_page(project.replace(".", "-"), files)
    data = gzip.compress(data, mtime=0) if packed else data
    headers = page_headers(kind, size=len(data), at_ns=at, gzipped=packed)
    PipsWriter(root).answer(page_url(server, project), data, headers, at, checked_ns=at + NS, form=form)


def page_goes(root: Path, at: int, *, server: str, project: str) -> None:
    for folder in ("http", "http-v2"):
        path = root / answer_path(page_url(server, project), folder)
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.body").unlink(missing_ok=True)


def build(root: Path, at: int, *, project: str, version: str, tag: str, origin: bool) -> None:
    """Build a wheel of an sdist, perhaps beside another one."""
    url, filename = address(NAMED, project, version, "sdist"), artifacts.wheel_filename(project, version, tag)
    data = artifacts.wheel(project, version, tag)
    PipsWriter(root).built(url, None, filename, data, at, origin=origin)


def redirect(root: Path, at: int, *, project: str, status: int) -> None:
    url = f"https://index.example/simple/{project.title()}/"
    PipsWriter(root).redirect(url, f"/simple/{project}/", at, status=status)


def odds(root: Path, at: int, *, path: str) -> None:
    """Write a file that is neither an answer nor a wheel."""
    PipsWriter(root).put(path, path.encode(), at)


def files_of(root: Path) -> list[Path]:
    """Return files that are not links and not behind one."""
    found = [Path(here, name) for here, _, names in os.walk(root) for name in names]
    return sorted(path for path in found if not path.is_symlink())


def folders_of(root: Path) -> list[Path]:
    """Return the directories at which pip's caches branch, except the topmost."""
    found = [path for pattern in ("http*/*", "http*/*/*", "wheels/*") for path in root.glob(pattern)]
    return sorted(path for path in found if path.is_dir() and not any(one.is_symlink() for one in (path, path.parent)))


def file_goes(root: Path, at: int, *, number: int, whole: bool) -> None:
    """Remove one file, or one with its body."""
    if files := files_of(root):
        path = files[number % len(files)]
        path.unlink()
        if whole:
            path.with_name(f"{path.name}.body").unlink(missing_ok=True)


def folder_goes(root: Path, at: int, *, number: int, linked: bool) -> None:
    """Remove a shard or more, or move it elsewhere and leave a link."""
    if folders := folders_of(root):
        path = folders[number % len(folders)]
        elsewhere = root.parent / f"elsewhere-{at}"
        path.rename(elsewhere)
        if linked:
            path.symlink_to(elsewhere)


def is_page(data: bytes) -> bool:
    """Return whether a body is that of an index page, which may be compressed."""
    if data.startswith(b"\x1f\x8b"):
        with suppress(zlib.error):
            data = zlib.decompressobj(31).decompress(data, 2)
    return data[:2] in (b'{"', b"<!")


def file_grows(root: Path, at: int, *, number: int) -> None:
    """Append to a file in place; not to a page: the reading of damaged pages is not tested here."""
    files = [path for path in files_of(root) if path.suffix != ".body" or not is_page(path.read_bytes())]
    if files:
        path = files[number % len(files)]
        with path.open("ab") as file:
            file.write(b"x")
        os.utime(path, ns=(at, at))


def file_ages(root: Path, at: int, *, number: int, read: bool) -> None:
    """Change a file's time of access only, or of modification only."""
    if files := files_of(root):
        path = files[number % len(files)]
        found = path.stat()
        os.utime(path, ns=(at, found.st_mtime_ns) if read else (found.st_atime_ns, at))


def file_is_linked(root: Path, at: int, *, number: int) -> None:
    """Put a hard link to a file in the place of another one with the same content, or beside it."""
    if files := files_of(root):
        path = files[number % len(files)]
        same = [one for one in files if one != path and one.read_bytes() == path.read_bytes()]
        place = same[0] if same else path.with_name(f"{at}.whl")
        place.unlink(missing_ok=True)
        place.hardlink_to(path)


def folders_age(root: Path, at: int) -> None:
    """Set the times of all directories long ago, so that empty ones count as left over."""
    for here, _, _ in os.walk(root):
        os.utime(here, ns=(at, at))


def changes() -> st.SearchStrategy[Change]:
    """Draw one change."""
    server, project, version = st.sampled_from((NAMED, PLAIN)), st.sampled_from(PROJECTS), st.sampled_from(VERSIONS)
    form, flag, number = st.sampled_from(FORMS), st.booleans(), st.integers(0, 500)
    drawn: tuple[tuple[Callable[..., None], dict[str, Any]], ...] = (
        (
            answer,
            {
                "server": server,
                "project": project,
                "version": version,
                "form": form,
                "what": st.sampled_from(WHATS),
                "content": st.sampled_from(("own", "own", "another", "damaged")),
            },
        ),
        (page, {"server": server, "project": project, "form": form, "packed": flag, "versions": st.sets(version)}),
        (page_goes, {"server": server, "project": project}),
        (build, {"project": project, "version": version, "tag": st.sampled_from(TAGS), "origin": flag}),
        (redirect, {"project": project, "status": st.sampled_from((301, 308))}),
        (odds, {"path": st.sampled_from(ODDS)}),
        (file_goes, {"number": number, "whole": flag}),
        (folder_goes, {"number": number, "linked": flag}),
        (file_grows, {"number": number}),
        (file_ages, {"number": number, "read": flag}),
        (file_is_linked, {"number": number}),
        (folders_age, {}),
    )
    return st.one_of([st.builds(partial, st.just(function), **arguments) for function, arguments in drawn])


def begin(root: Path) -> None:
    """Write a cache with something of everything."""
    at = AT
    for number, (server, project, version, what) in enumerate(product((NAMED, PLAIN), PROJECTS, VERSIONS[:2], WHATS)):
        form = FORMS[number % 5 % 3]
        at += NS
        answer(root, at, server=server, project=project, version=version, what=what, form=form, content="own")
    for server, project in product((NAMED, PLAIN), PROJECTS[:2]):
        page(root, at, server=server, project=project, versions={*VERSIONS}, form="v2", packed=server == NAMED)
    built_of = address(NAMED, PROJECTS[0], "1.0", "sdist")
    PipsWriter(root).built(built_of, None, "alpha-1.0-py3-none-any.whl", WHEELS[PROJECTS[0], "1.0"], at)
    for path in ODDS:
        odds(root, at, path=path)


def settled(root: Path, seen: Seen) -> Document:
    """Read plainly until every change is old enough for its directory to be recalled later; return the document."""
    document = read_plainly(root, INDEXES, seen)
    while any(here.lstat().st_ctime_ns >= time.time_ns() - RACY_NS for here in [root, *root.glob("**/")]):
        document = read_plainly(root, INDEXES, seen)
    return document


@pytest.fixture(scope="module")
def impatient() -> Iterator[None]:
    """Allow recalling directories that were changed a moment before they were listed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reuse, "RACY_NS", RACY_NS)
        yield


@pytest.mark.usefixtures("impatient")
@settings(deadline=None, max_examples=EXAMPLES)
@given(rounds=st.lists(st.lists(changes(), min_size=1, max_size=5), min_size=1, max_size=3))
def test_from_memory_after_changes(watch: Watch, rounds: list[list[Change]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, memory, seen, at = Path(folder, "cache"), Path(folder, "memory"), Seen(), AT + DAY
        begin(root)
        for some in ([], *rounds):
            for change in some:
                at += 10 * NS
                change(root, at)
            expected = settled(root, seen)
            assert_same(read_fast(root, memory, INDEXES), expected)
        before = watch.listed
        assert_same(read_fast(root, memory, INDEXES), expected)
        assert watch.listed - before <= len([*root.glob("*"), *root.glob("*/*")]) + 1  # and no shard
