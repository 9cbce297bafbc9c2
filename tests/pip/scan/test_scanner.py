from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.demo.artifacts import DemoFile, core_metadata, json_page, sdist, wheel
from cachetui.demo.writer import CacheWriter, Format, file_headers, page_headers, plain_headers
from cachetui.errors import RootError
from cachetui.model import NS, Batch, DirectoryLink, Entry, Inventory
from cachetui.pip.formats import index_page
from cachetui.pip.memory import Memory
from cachetui.pip.scan import reuse
from cachetui.pip.scan.scanner import scan
from tests.open_folder import open_folder

AT = 1_700_000_000 * NS
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX file systems")


def fill(root: Path, count: int = 30, form: Format = "v2", first: int = 0) -> None:
    """Write an index page and wheels with their metadata, of which every third is named by no page."""
    cache = CacheWriter(root)
    listed = []
    for number in range(first, first + count):
        name = f"pkg-{number}.0-py3-none-any.whl"
        url = f"https://files.example/{number}/{name}"
        data = wheel("pkg", f"{number}.0")
        headers = file_headers("pkg", f"{number}.0", "bdist_wheel", "py3", size=len(data), at_ns=AT)
        cache.answer(url, data, headers, AT, checked_ns=AT + NS, form=form)
        cache.answer(f"{url}.metadata", core_metadata("pkg", f"{number}.0"), headers, AT, form=form)
        if number % 3:
            listed.append(DemoFile(name, url, "0" * 64))
    page = json_page("pkg", listed)
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=AT, gzipped=False)
    cache.answer("https://index.example/simple/pkg/", page, headers, AT, form=form)
    cache.built("https://files.example/lab-1.0.tar.gz", None, "lab-1.0-cp311-none-any.whl", wheel("lab", "1.0"), AT)
    cache.selfcheck("/home/me/.venv", AT)
    cache.put("notes.txt", b"mine", AT)


def du(root: Path, inventory: Inventory) -> int:
    """Return what `du` counts for the files under a root."""
    paths = [str(root / file.path) for entry in inventory.entries for file in entry.files]
    paths += [str(root / file.path) for file in inventory.foreign]
    done = subprocess.run(
        ["du", "--block-size=1", "--total", "--files0-from=-"],
        input="\0".join(paths),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.splitlines()[-1].split()[0])


def files_of(inventory: Inventory) -> list[str]:
    found = [file.path for entry in inventory.entries for file in entry.files]
    return found + [file.path for file in inventory.foreign]


def on_disk(root: Path) -> list[str]:
    return [
        str(path.relative_to(root).as_posix()) for path in root.rglob("*") if path.is_symlink() or not path.is_dir()
    ]


def known(inventory: Inventory) -> list[Entry]:
    return [entry._replace(read=None) for entry in inventory.entries]


@pytest.mark.parametrize("form", ["v2", "cc=4", "cc=2"])
def test_every_file_is_in_exactly_one_entry_or_foreign(form: Format, tmp_path: Path) -> None:
    fill(tmp_path, form=form)

    inventory = scan(tmp_path)

    assert sorted(files_of(inventory)) == sorted(on_disk(tmp_path))
    assert [file.path for file in inventory.foreign] == ["notes.txt"]
    assert {project.name: len(project.versions) for project in inventory.projects} == {"lab": 1, "pkg": 31}


@pytest.mark.skipif(sys.platform != "linux", reason="takes GNU du as the judge")
def test_disk_usage_is_what_du_says(tmp_path: Path) -> None:
    fill(tmp_path)
    record = next(tmp_path.glob("http-v2/*/*/*/*/*/*.body"))
    os.link(record, tmp_path / "another-name")
    os.link(record, tmp_path / "a-third-name")
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 30)

    inventory = scan(tmp_path)

    foreign = sum(file.disk_usage for file in inventory.foreign)
    assert inventory.disk_usage + foreign == du(tmp_path, inventory)
    whole = subprocess.run(["du", "-s", "--block-size=1", tmp_path], capture_output=True, text=True, check=True)
    assert inventory.disk_usage + foreign + sum(inventory.directories.values()) == int(whole.stdout.split()[0])


def test_batches_end_with_what_the_inventory_holds(tmp_path: Path) -> None:
    fill(tmp_path)
    batches: list[Batch] = []

    inventory = scan(tmp_path, report=batches.append)

    last = {entry.path: entry for batch in batches for entry in batch.entries}
    assert sorted(last.values()) == sorted(inventory.entries)
    assert batches[-1].listed
    assert batches[-1].named == batches[-1].entries_found == len(inventory.entries)
    assert batches[-1].files == len(on_disk(tmp_path))


def test_a_scan_stops_when_it_is_told_to(tmp_path: Path) -> None:
    fill(tmp_path)
    calls = iter(range(1_000_000))

    inventory = scan(tmp_path, stop=lambda: next(calls) > 3)

    assert not inventory.complete
    assert next(calls) < 40


def test_ages(tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path)
    headers = plain_headers("text/plain", size=1, at_ns=AT)
    cache.answer("https://h.example/a", b"a", headers, AT, checked_ns=AT + NS, read_ns=AT + 2 * NS)
    cache.answer("https://h.example/b", b"b", headers, AT, checked_ns=AT + 3 * NS, form="cc=4")
    cache.built("https://h.example/c", None, "lab-1.0-py3-none-any.whl", b"", AT + 4 * NS)

    found = {entry.path.partition("/")[0]: entry for entry in scan(tmp_path).entries}

    assert (found["http-v2"].downloaded, found["http-v2"].checked) == (AT, AT + NS)
    assert (found["http"].downloaded, found["http"].checked) == (AT + 3 * NS, AT + 3 * NS)
    assert (found["wheels"].downloaded, found["wheels"].checked) == (AT + 4 * NS, None)
    assert found["http-v2"].read in (None, AT + 2 * NS)


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="the system cannot leave times of access alone")
def test_reading_leaves_times_of_access_alone(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    long_ago = AT - 10 * 86_400 * NS
    files = [tmp_path / path for path in on_disk(tmp_path)]
    for file in files:
        os.utime(file, ns=(long_ago, AT))

    scan(tmp_path)

    assert {file.stat().st_atime_ns for file in files} == {long_ago}


# Roots


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_text("x"), "is a file"),
        pytest.param(
            lambda path: path.symlink_to("nowhere"), "link to nowhere, which does not exist", marks=posix_only
        ),
        pytest.param(lambda path: path.symlink_to(path), "cannot be opened", marks=posix_only),
    ],
)
def test_what_is_no_root_is_said_in_a_sentence(make: object, words: str, tmp_path: Path) -> None:
    assert callable(make)
    root = tmp_path / "root"
    make(root)

    with pytest.raises(RootError, match=words) as raised:
        scan(root)

    assert str(raised.value).endswith(".")


def test_a_name_with_a_nul_is_no_root() -> None:
    with pytest.raises(RootError):
        scan(Path("a\0b"))


@posix_only
def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    fill(tmp_path / "elsewhere")
    (tmp_path / "link").symlink_to("elsewhere")

    assert scan(tmp_path / "link") == scan(tmp_path / "elsewhere")


@posix_only
def test_links_inside_are_shown_and_not_entered(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    fill(root, 1)
    fill(other, 5)
    records = [path.with_suffix("") for path in other.glob("http-v2/*/*/*/*/*/*.body")]
    record = next(path for path in records if not (root / path.relative_to(other)).exists())
    place = root / record.relative_to(other)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(record)
    (root / "http").symlink_to(other / "http-v2")
    os.mkfifo(root / "selfcheck" / ("0" * 56))

    inventory = scan(root)

    links = {"http", place.relative_to(root).as_posix(), f"selfcheck/{'0' * 56}", "notes.txt"}
    assert {file.path for file in inventory.foreign} == links
    assert inventory.errors == ()
    assert len(inventory.entries) == 5


@pytest.mark.parametrize("path", ["http-v2/0", "wheels", "selfcheck", "http"])
def test_a_single_folder_of_pips_makes_a_root_recognised(path: str, tmp_path: Path) -> None:
    (tmp_path / path).mkdir(parents=True)

    assert scan(tmp_path).recognised


@posix_only
def test_a_link_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    root, disk = tmp_path / "cache", tmp_path / "disk"
    fill(root, 3)
    disk.mkdir()
    for name in ("http-v2", "wheels"):
        (root / name).rename(disk / name)
        (root / name).symlink_to(disk / name)
    (root / "http").symlink_to(tmp_path / "gone")
    (root / "mine").symlink_to(disk)

    found = scan(root)

    assert found.recognised
    assert found.links == (
        DirectoryLink("http", str(tmp_path / "gone"), False),
        DirectoryLink("http-v2", str(disk / "http-v2"), True),
        DirectoryLink("wheels", str(disk / "wheels"), True),
    )
    assert not found.by_length
    assert {entry.kind for entry in found.entries} == {"selfcheck"}
    (root / "http").unlink()
    (root / "http").symlink_to("x" * 300)  # a name that the system does not take
    assert not scan(root).links[0].exists
    deep = next((disk / "http-v2").glob("*/*/*"))
    deep.rename(tmp_path / "moved")
    deep.symlink_to(tmp_path / "moved")
    with Memory(tmp_path / "memory") as memory:
        found, again = scan(disk, memory=memory), scan(disk, memory=memory)
    assert found.links == again.links == (DirectoryLink(str(deep.relative_to(disk)), str(tmp_path / "moved"), True),)


@posix_only
def test_lengths_count_where_no_blocks_are_reported(tmp_path: Path) -> None:
    wheels = [tmp_path / "wheels/ab/cd/ef" / (digit * 50) / "lab-1.0-py3-none-any.whl" for digit in "ab"]
    for place in wheels:
        place.parent.mkdir(parents=True)
        with place.open("wb") as file:
            file.truncate(5000)  # has no blocks
    if wheels[0].stat().st_blocks:
        pytest.skip("this file system keeps no holes")

    found = scan(tmp_path)
    assert (found.by_length, found.disk_usage, found.apparent_size) == (True, 10_000, 10_000)
    wheels[0].write_bytes(b"x" * 9_000)
    found = scan(tmp_path)
    assert (found.by_length, found.disk_usage) == (False, wheels[0].stat().st_blocks * 512)


def test_what_cannot_be_read_is_not_called_something_else(tmp_path: Path) -> None:
    (tmp_path / "http-v2").mkdir(mode=0o000)
    (tmp_path / "mine").write_bytes(b"")
    try:
        assert scan(tmp_path).recognised
    finally:
        (tmp_path / "http-v2").chmod(0o700)


def test_any_other_folder_is_not_recognised_and_not_walked(tmp_path: Path) -> None:
    (tmp_path / "src" / "http-v2").mkdir(parents=True)
    (tmp_path / "src" / "main.py").write_text("x")
    (tmp_path / "notes.txt").write_text("x")

    inventory = scan(tmp_path)

    assert not inventory.recognised
    assert [file.path for file in inventory.foreign] == ["notes.txt"]
    assert list(inventory.directories) == [""]
    assert (len(inventory.directories), "" in inventory.directories) == (1, True)
    assert dict(inventory.directories.items()) == {"": inventory.directories[""]}


def test_empty_folders_of_pips_are_leftovers_after_an_hour(tmp_path: Path) -> None:
    old, young, strange = tmp_path / "http-v2/a/b/c", tmp_path / "http-v2/d/e", tmp_path / "http-v2/f/strange"
    for folder in (old, young, strange, tmp_path / "wheels"):
        folder.mkdir(parents=True)
    then = time.time() - 7_200
    for folder in (old, old.parent, old.parent.parent, young.parent, strange, strange.parent):
        os.utime(folder, (then, then))

    found = [(entry.kind, entry.path, entry.files) for entry in scan(tmp_path).entries]

    assert found == [("leftover", "http-v2/a", ())]


# Hostile and broken content


def as_user(program: str, *arguments: str) -> str:
    """Run a program without the right to read everything, also when the tests run as root.

    The right is dropped once all is imported: the interpreter may lie where nobody else can read.
    """
    start = "import os, sys, pathlib\nfrom cachetui.pip.scan import inspector, url_index\n"
    start += "from cachetui.pip.scan.scanner import scan\n"
    start += "if os.geteuid() == 0:\n    os.setgroups([])\n    os.setgid(65534)\n    os.setuid(65534)\n"
    done = subprocess.run(
        [sys.executable, "-c", start + program, *arguments], capture_output=True, text=True, check=True, cwd="/"
    )
    return done.stdout


@posix_only
def test_what_cannot_be_read_is_named_and_the_rest_is_read() -> None:
    with open_folder() as root:
        fill(root, 4)
        shut = next(root.glob("http-v2/*/*"))
        bodies = list(root.glob("http-v2/*/*/*/*/*/*.body"))
        record = next(path for path in bodies if shut not in path.parents).with_suffix("")
        for path in (root, *root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        shut.chmod(0)
        record.chmod(0)
        program = (
            "inventory = scan(pathlib.Path(sys.argv[1]))\n"
            "print(*[error.path for error in inventory.errors])\n"
            "print(*[entry.path for entry in inventory.entries if entry.kind == 'unknown'])\n"
        )
        try:
            errors, unknown = as_user(program, str(root)).splitlines()
        finally:
            shut.chmod(0o755)

    blocked = record.relative_to(root).as_posix()
    assert sorted(errors.split()) == sorted([shut.relative_to(root).as_posix(), blocked])
    assert unknown == blocked


def test_entries_may_vanish_while_they_are_read(tmp_path: Path) -> None:
    fill(tmp_path, 40)
    seen = []

    def vanish(batch: Batch) -> None:
        seen.append(batch)
        for path in list(tmp_path.glob("http-v2/[0-9]/*/*/*/*/*")):
            path.unlink(missing_ok=True)

    scan(tmp_path, report=vanish)
    inventory = scan(tmp_path, report=vanish)

    assert seen
    assert all((tmp_path / path).exists() for path in files_of(inventory))


HOSTILE = "a\x1b[31m[b]\u202e" + "n" * 50


@pytest.mark.parametrize(
    "headers",
    [
        {"x-pypi-file-project": HOSTILE, "x-pypi-file-version": "1.0"},
        {"x-pypi-file-project": "pkg", "x-pypi-file-version": HOSTILE},
        {"Content-Disposition": f'attachment; filename="{HOSTILE}.whl"'},
        {"Content-Type": "text/html" + HOSTILE},
        {"Content-Type": "x" * (1 << 20)},
        {"x-pypi-file-project": "p" * (3 << 20), "x-pypi-file-version": "1" * (1 << 19)},
    ],
)
def test_hostile_headers_are_data(headers: dict[str, str], tmp_path: Path) -> None:
    CacheWriter(tmp_path).answer("https://h.example/x", b"body", headers, AT)

    (entry,) = scan(tmp_path).entries

    assert entry.kind in ("response", "unknown")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_damage_anywhere_costs_at_most_a_name(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    root = tmp_path_factory.mktemp("cache")
    cache = CacheWriter(root)
    form: Format = data.draw(st.sampled_from(["v2", "cc=4", "cc=2"]))
    body = data.draw(st.sampled_from([wheel("pkg", "1.0"), sdist("pkg", "1.0"), json_page("pkg", []), b""]))
    content = data.draw(st.sampled_from(["application/octet-stream", "text/html", "application/json"]))
    cache.answer("https://h.example/x", body, plain_headers(content, size=len(body), at_ns=AT), AT, form=form)
    paths = [root / path for path in on_disk(root)]
    for path in paths:
        whole = path.read_bytes()
        at = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:at] + data.draw(st.binary(max_size=9)) + whole[at + data.draw(st.integers(0, 30)) :])

    inventory = scan(root)

    assert sorted(files_of(inventory)) == sorted(on_disk(root))
    assert len(inventory.entries) == 1
    assert inventory.entries[0].project in (None, "pkg")


@pytest.mark.parametrize(
    "listed",
    [
        "https://files.example/1/foo-1.0.0-py3-none-any.whl",
        "https://files.example/1/foo-1.0-py3-none-any%2Ewhl",
        "https://files.example/1/foo-1.0-py3-none-any.whl/",
        "https://files.example/1/foo-1.0-py3-none-any.whl;x=1",
        "https://files.example/1/foo-1%2e0-py3-none-any.whl",
    ],
)
@pytest.mark.parametrize("told", [False, True])
def test_an_address_that_spells_a_files_name_otherwise_is_found(listed: str, told: bool, tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path)
    more = {"Content-Disposition": 'attachment; filename="foo-1.0-py3-none-any.whl"'} if told else {}
    data = wheel("foo", "1.0")
    headers = plain_headers("application/octet-stream", size=len(data), at_ns=AT, more=more)
    asked = index_page.as_asked(listed)
    cache.answer(asked, data, headers, AT)
    other = "https://files.example/2/foo-2.0-py3-none-any.whl"
    page = json_page("foo", [DemoFile(address.rpartition("/")[2], address, "0" * 64) for address in (other, listed)])
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=AT, gzipped=False)
    cache.answer("https://index.example/simple/foo/", page, headers, AT)

    (found,) = [entry.url for entry in scan(tmp_path).entries if entry.kind != "index"]

    assert found == asked


# An earlier reading


@pytest.mark.parametrize("remember", [False, True])
def test_what_did_not_change_is_taken_over(remember: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reuse, "RACY_NS", -(10**10))
    root = tmp_path / "cache"
    fill(root, 20)
    with Memory(tmp_path / "memory") as opened:
        memory = opened if remember else None
        first = scan(root, memory=memory)
        replaced, changed, gone = first.entries[0], first.entries[1], first.entries[2]
        file = root / replaced.path
        file.write_bytes(file.read_bytes())
        os.utime(root / changed.files[-1].path, ns=(AT, AT + NS))
        (root / gone.path).unlink()
        again = scan(root, memory=memory, known=first.by_path)
        fresh = scan(root)

    assert again == fresh
    taken = {entry.path for entry in again.entries if entry is first.by_path.get(entry.path)}
    same = {entry.path for entry in again.entries if entry == first.by_path.get(entry.path)}
    assert taken == same
    assert len(taken) > 10
    assert not {changed.path, gone.path} & taken


def test_urls_of_unchanged_files_outlive_the_page_that_lists_them(tmp_path: Path) -> None:
    fill(tmp_path, 9)
    first = scan(tmp_path)
    named = [entry for entry in first.entries if entry.kind == "wheel" and entry.url]
    kept, changed = named[0], named[1]
    page = next(entry for entry in first.entries if entry.kind == "index")
    for file in page.files:
        (tmp_path / file.path).unlink()
    os.utime(tmp_path / changed.files[-1].path, ns=(AT, AT + NS))

    again, fresh = scan(tmp_path, known=first.by_path).by_path, scan(tmp_path).by_path
    assert again[kept.path] is kept
    assert fresh[kept.path].url is None
    assert again[changed.path] == fresh[changed.path]


# Memory


def test_the_second_scan_says_the_same_from_memory(tmp_path: Path) -> None:
    fill(tmp_path / "cache")
    with Memory(tmp_path / "memory") as memory:
        first = scan(tmp_path / "cache", memory=memory)

    with Memory(tmp_path / "memory") as memory:
        again = scan(tmp_path / "cache", memory=memory)

    assert again == first


@pytest.mark.parametrize("old", [False, True])
def test_what_changed_since_is_read_anew(old: bool, tmp_path: Path) -> None:
    root = tmp_path / "cache"
    fill(root, 20)
    if old:
        make_old(root)
    with Memory(tmp_path / "memory") as memory:
        scan(root, memory=memory)
    fill(root, 8, first=17)
    gone = next(root.glob("wheels/*/*/*/*/*.whl"))
    gone.unlink()
    (root / "more.txt").write_text("x")

    with Memory(tmp_path / "memory") as memory:
        again = scan(root, memory=memory)

    assert {entry.path: entry.project for entry in again.entries} == {
        entry.path: entry.project for entry in scan(root).entries
    }
    assert sorted(files_of(again)) == sorted(on_disk(root))


def make_old(root: Path) -> None:
    """Set the times of all directories long ago, as far as a program can."""
    for path in root.rglob("*"):
        if path.is_dir():
            os.utime(path, ns=(AT, AT))


def test_a_file_rewritten_in_place_is_read_anew(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    cache = CacheWriter(root)
    headers = plain_headers("application/octet-stream", size=1, at_ns=AT)
    cache.answer("https://h.example/x", wheel("one", "1.0"), headers, AT)
    make_old(root)
    with Memory(tmp_path / "memory") as memory:
        assert [entry.project for entry in scan(root, memory=memory).entries] == ["one"]
    cache.answer("https://h.example/x", wheel("another", "1.0"), headers, AT + NS)

    with Memory(tmp_path / "memory") as memory:
        assert [entry.project for entry in scan(root, memory=memory).entries] == ["another"]


def test_a_page_that_comes_later_names_what_was_there_before(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    cache = CacheWriter(root)
    url = "https://files.example/1/pkg-1.0-py3-none-any.whl"
    cache.answer(url, b"PK\3\4?", plain_headers("application/octet-stream", size=5, at_ns=AT), AT)
    with Memory(tmp_path / "memory") as memory:
        assert [entry.project for entry in scan(root, memory=memory).entries] == [None]
    page = json_page("pkg", [DemoFile("pkg-1.0-py3-none-any.whl", url, "0" * 64)])
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=AT, gzipped=False)
    cache.answer("https://index.example/simple/pkg/", page, headers, AT)

    with Memory(tmp_path / "memory") as memory:
        found = {entry.kind: entry for entry in scan(root, memory=memory).entries}

    assert (found["wheel"].project, found["wheel"].url, found["wheel"].identified_by) == ("pkg", url, "url")


def test_what_comes_later_is_named_by_a_page_that_is_remembered(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    cache = CacheWriter(root)
    url = "https://files.example/1/pkg-1.0-py3-none-any.whl"
    page = json_page("pkg", [DemoFile("pkg-1.0-py3-none-any.whl", url, "0" * 64)])
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=AT, gzipped=False)
    cache.answer("https://index.example/simple/pkg/", page, headers, AT)
    make_old(root)
    with Memory(tmp_path / "memory") as memory:
        scan(root, memory=memory)
    cache.answer(url, b"PK\3\4?", plain_headers("application/octet-stream", size=5, at_ns=AT), AT)

    with Memory(tmp_path / "memory") as memory:
        found = {entry.kind: entry for entry in scan(root, memory=memory).entries}

    assert (found["wheel"].project, found["wheel"].url) == ("pkg", url)
