"""Damage done to caches that real pips wrote is found; caches that are sound raise no alarm."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, file_headers, page_headers
from cachetui.insight.health.checks import check
from cachetui.insight.health.finding import FindingType
from cachetui.insight.health.verification import VerificationProgress, Verified, expectations, verify
from cachetui.model import Entry, Inventory
from cachetui.pip.reader import CacheReader
from cachetui.pip.scan.scanner import scan
from tests.real_caches.test_real_caches import TRUTH, unpack

HOUR = 3_600 * 10**9
KNOWN: dict[str, set[tuple[FindingType, str]]] = {
    "pip-6.0": {("pickle", "a pickle, as pip 6.0 wrote it: not read, for reading it could run code")},
    "selfcheck": {("selfcheck", "of /home/user/project/.venv")},
}
"""Expected findings for the archives that real pips wrote."""


def verified(root: Path) -> tuple[Inventory, Verified]:
    inventory = scan(root)
    return inventory, verify(inventory, inventory.entries)


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_what_a_pip_wrote_raises_no_alarm(name: str, tmp_path: Path) -> None:
    inventory, result = verified(unpack(name, tmp_path))
    filled = [entry for entry in inventory.entries if entry.files]  # unpacking makes the empty folders
    fast = check(inventory, filled, now_ns=0, exists=lambda _: False)
    assert {(one.sort, one.words) for one in fast} == KNOWN.get(name, set())
    assert (result.findings, result.stopped) == ((), False)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sound")
    return {name: unpack(name, folder) for name in ("pip-26.3", "pip-23.2.1", "built-pip-26.2.1")}


@pytest.fixture
def damaged(sound: dict[str, Path], tmp_path: Path) -> Iterator[Path]:
    """Yield a copy of a cache in which one body is in a separate file."""
    yield Path(shutil.copytree(sound["pip-26.3"], tmp_path / "cache"))


def files_of(root: Path, *kinds: str) -> list[Entry]:
    return sorted([entry for entry in scan(root).entries if entry.kind in kinds], key=lambda entry: entry.path)


def body_of(root: Path, entry: Entry) -> Path:
    return root / (entry.files[0] if entry.kind == "built" else entry.files[-1]).path


def test_a_sound_cache_is_proven(damaged: Path) -> None:
    inventory, result = verified(damaged)
    downloads = files_of(damaged, "wheel", "sdist", "built")
    assert result.proven + result.sound >= len(downloads) > 2
    assert result.findings == ()
    assert inventory.errors == ()


def unpacked(body: Path) -> dict[str, bytes] | None:
    """Return the files that an installer gets out of a wheel; None if it gets none."""
    try:
        with zipfile.ZipFile(body) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        return None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_flipped_bit_is_found(
    sound: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["pip-26.3", "built-pip-26.2.1"]))
    root = tmp_path_factory.mktemp("flipped") / "cache"
    shutil.copytree(sound[name], root)
    entry = data.draw(st.sampled_from(files_of(root, "wheel", "sdist", "built")))
    body = body_of(root, entry)
    content, before = bytearray(body.read_bytes()), unpacked(body)
    with CacheReader(scan(root)) as evidence:
        listed = entry.path[-56:] in expectations(scan(root).entries, evidence)
    place = data.draw(st.integers(0 if listed else 4, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    body.write_bytes(content)

    _, result = verified(root)

    found = [one.path for one in result.findings]
    if listed:
        assert found == [entry.path]
    else:  # without a known hash, a changed bit may go unnoticed if it changes nothing that is installed
        assert found == [entry.path] or unpacked(body) == before is not None


def test_a_directory_that_swallows_its_own_end_is_found(sound: dict[str, Path], tmp_path: Path) -> None:
    root = Path(shutil.copytree(sound["built-pip-26.2.1"], tmp_path / "cache"))
    entry = files_of(root, "built")[0]
    body = body_of(root, entry)
    content = bytearray(body.read_bytes())
    content[content.index(b"PK\1\2") + 33] ^= 0x80  # the length of the first member's comment
    body.write_bytes(content)
    assert len(zipfile.ZipFile(body).namelist()) == 1

    _, result = verified(root)

    assert [(one.sort, one.path) for one in result.findings] == [("build", entry.path)]


def test_a_wheel_whose_damage_hides_its_name_is_found(sound: dict[str, Path], tmp_path: Path) -> None:
    root = Path(shutil.copytree(sound["pip-26.3"], tmp_path / "cache"))
    with CacheReader(scan(root)) as evidence:
        listed = expectations(scan(root).entries, evidence)
    entry = next(one for one in files_of(root, "wheel") if one.path[-56:] not in listed)
    body = body_of(root, entry)
    ahead, _, behind = body.read_bytes().rpartition(b"dist-info/WHEEL")  # in the archive's directory
    body.write_bytes(ahead + b"dist-info/wheel" + behind)
    assert entry.path in [one.path for one in files_of(root, "response")]

    _, result = verified(root)

    assert [(one.sort, one.path) for one in result.findings] == [("archive", entry.path)]


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_body_that_was_cut_short_is_found_at_once(damaged: Path, kind: str) -> None:
    entry = files_of(damaged, kind)[0]
    body = body_of(damaged, entry)
    body.write_bytes(body.read_bytes()[:-100])

    inventory, result = verified(damaged)

    found = check(inventory, now_ns=0)
    assert ("length", entry.path) in {(one.sort, one.path) for one in found}
    assert [(one.sort, one.path) for one in result.findings] == [("mismatch", entry.path)]
    assert result.findings[0].words.endswith("; pip 25.2 and later fetch what is missing")


def test_two_bodies_that_changed_places_are_found(damaged: Path) -> None:
    one, other = files_of(damaged, "wheel")[:2]
    paths = body_of(damaged, one), body_of(damaged, other)
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, reversed(contents), strict=True):
        path.write_bytes(content)

    _, result = verified(damaged)

    assert {item.path for item in result.findings} == {one.path, other.path}
    assert {item.sort for item in result.findings} == {"mismatch"}
    assert {item.meaning.severity for item in result.findings} == {"danger"}


def test_another_valid_wheel_in_its_place_is_found(damaged: Path) -> None:
    entry = files_of(damaged, "wheel")[0]
    assert entry.project and entry.version
    body_of(damaged, entry).write_bytes(artifacts.wheel(entry.project, entry.version, size=5_000))

    _, result = verified(damaged)

    (found,) = result.findings
    assert (found.sort, found.path) == ("mismatch", entry.path)
    assert "is listed" in found.words
    assert "unpack" not in found.words  # it is a valid wheel


def test_a_built_wheel_that_is_another_project_s_is_found(sound: dict[str, Path], tmp_path: Path) -> None:
    root = Path(shutil.copytree(sound["built-pip-26.2.1"], tmp_path / "cache"))
    (entry,) = files_of(root, "built")
    body_of(root, entry).write_bytes(artifacts.wheel("evil", "1.0", size=5_000))

    _, result = verified(root)

    (found,) = result.findings
    assert (found.sort, found.path) == ("build", entry.path)
    assert found.words == f"it calls itself evil 1.0, not {entry.project} {entry.version}"


def unrecorded(root: Path, *, listed: bool) -> str:
    """Write a wheel with a file that its RECORD does not list, and with `listed` the page that lists the wheel."""
    cache, name, url = CacheWriter(root), "six-1.0-py3-none-any.whl", "https://files.example/six-1.0-py3-none-any.whl"
    with io.BytesIO(artifacts.wheel("six", "1.0")) as stream:
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr("six/more.py", b"")
        body = stream.getvalue()
    if listed:
        page = artifacts.json_page("six", [artifacts.DemoFile(name, url, sha256(body).hexdigest())])
        headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=HOUR, gzipped=False)
        cache.answer("https://index.example/simple/six/", page, headers, HOUR)
    return cache.answer(url, body, file_headers("six", "1.0", "bdist_wheel", "py3", size=len(body), at_ns=HOUR), HOUR)


def test_what_is_as_its_index_lists_it_is_sound_however_its_publisher_kept_record(tmp_path: Path) -> None:
    unrecorded(tmp_path, listed=True)
    _, result = verified(tmp_path)
    assert (result.findings, result.proven) == ((), 1)


def test_where_no_index_vouches_for_a_wheel_its_own_list_has_to_hold(tmp_path: Path) -> None:
    path = unrecorded(tmp_path, listed=False)
    _, result = verified(tmp_path)
    (found,) = result.findings
    assert (found.sort, found.path) == ("inconsistent", path)
    assert found.words == "it holds six/more.py, which its RECORD does not list"


def test_a_built_wheel_that_is_the_sdist_now_is_found(sound: dict[str, Path], tmp_path: Path) -> None:
    root = Path(shutil.copytree(sound["built-pip-26.2.1"], tmp_path / "cache"))
    (entry,), (source,) = files_of(root, "built"), files_of(root, "sdist")
    body_of(root, entry).write_bytes(body_of(root, source).read_bytes())
    (found,) = verified(root)[1].findings
    assert (found.sort, found.path, found.words) == ("build", entry.path, "it is not a wheel")


def test_bodies_inside_records_are_verified_as_well(sound: dict[str, Path], tmp_path: Path) -> None:
    root = Path(shutil.copytree(sound["pip-23.2.1"], tmp_path / "cache"))
    entry = next(one for one in files_of(root, "wheel", "sdist") if one.path.startswith("http/"))
    record = root / entry.path
    content = bytearray(record.read_bytes())
    content[max(content.find(b"PK\3\4"), content.find(b"\x1f\x8b")) + 40] ^= 1
    record.write_bytes(content)

    _, result = verified(root)

    assert [one.path for one in result.findings] == [entry.path]


def test_it_tells_how_far_it_is_and_can_be_stopped(damaged: Path) -> None:
    inventory = scan(damaged)
    heard: list[VerificationProgress] = []
    whole = verify(inventory, inventory.entries, report=heard.append)
    assert not whole.stopped
    assert [one.entries for one in heard] == list(range(1, len(heard) + 1))
    assert (heard[-1].entries, heard[-1].read) == (heard[-1].of, heard[-1].of_bytes)

    stopped = verify(inventory, inventory.entries, stop=lambda: True)
    assert (stopped.stopped, stopped.proven, stopped.findings) == (True, 0, ())


@pytest.mark.parametrize("gone", [slice(None), slice(1), slice(-1, None)])
def test_what_vanishes_meanwhile_is_no_finding_and_proves_nothing(gone: slice, damaged: Path) -> None:
    inventory, before = verified(damaged)
    assert before.proven
    assert before.sound
    for entry in inventory.entries:
        if entry.kind != "index":  # the pages and their hashes stay
            for file in entry.files[:1] if entry.kind == "built" else entry.files[gone]:
                (damaged / file.path).unlink()
    result = verify(inventory, inventory.entries)
    assert (result.findings, result.proven, result.sound) == ((), 0, 0)
    assert (result.stopped, result.done) == (False, before.done)


def test_a_page_without_its_record_is_no_finding(damaged: Path) -> None:
    inventory = scan(damaged)
    for entry in inventory.entries:
        if entry.kind == "index":
            (damaged / entry.path).unlink()
    assert verify(inventory, inventory.entries).findings == ()


INDEX, WHEEL_URL = "https://index.example/simple/six/", "https://files.example/six-1.0-py3-none-any.whl"
JSON = "application/vnd.pypi.simple.v1+json"
BLOCKED = b"<!DOCTYPE html><html><title>Access denied</title></html>"


def put_page(root: Path, body: bytes, content: str = JSON, encoding: str = "") -> str:
    headers = page_headers(content, size=len(body), at_ns=HOUR, gzipped=False)
    more = {"Content-Encoding": encoding} if encoding else {}
    return CacheWriter(root).answer(INDEX, body, {**headers, **more}, HOUR)


def page_of(data: bytes, metadata: bytes = b"") -> bytes:
    """Return a page that lists a wheel, maybe with its metadata beside it."""
    beside = sha256(metadata).hexdigest() if metadata else ""
    name, digest = "six-1.0-py3-none-any.whl", sha256(data).hexdigest()
    file = {"filename": name, "url": WHEEL_URL, "hashes": {"sha256": digest}}
    listed = {**file, "core-metadata": {"sha256": beside}} if beside else file
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "six", "files": [listed]}).encode()


def flipped(data: bytes, place: int) -> bytes:
    found = bytearray(data)
    found[place] ^= 1
    return bytes(found)


PAGE = page_of(b"x")
PACKED = gzip.compress(PAGE, mtime=0)


@pytest.mark.parametrize(
    ("body", "encoding", "words"),
    [
        (PACKED[: len(PACKED) // 2], "gzip", "it does not unpack: it is cut off"),
        (flipped(PACKED, -6), "gzip", "it does not unpack: Error -3"),
        (PACKED[:-8], "gzip", "it does not unpack: it is cut off"),
        (b"", "gzip", "it does not unpack: it is cut off"),
        (BLOCKED, "gzip", "it does not unpack: Error -3"),
        (zlib.compress(PAGE)[:-5], "deflate", "it does not unpack: it is cut off"),
        (PAGE[:-10], "", "it is not the JSON that it says it is"),
        (b"\0" * 100, "", "it is not the JSON that it says it is"),
        (BLOCKED, "", "it is not the JSON that it says it is"),
        (b"", "", "it is empty"),
        (b'{"files": 5}', "", "it lists no files"),
        (b"[]", "", "it lists no files"),
    ],
)
def test_a_page_that_pip_cannot_read_is_found(tmp_path: Path, body: bytes, encoding: str, words: str) -> None:
    path = put_page(tmp_path, body, encoding=encoding)
    (found,) = verified(tmp_path)[1].findings
    assert (found.sort, found.path, found.meaning.severity) == ("page", path, "damage")
    assert found.words.startswith(words)


@pytest.mark.parametrize(
    ("body", "content", "encoding"),
    [
        (PAGE, JSON, ""),
        (PACKED, JSON, "gzip"),
        (gzip.compress(PAGE[:9], mtime=0) + gzip.compress(PAGE[9:], mtime=0), JSON, "x-gzip"),
        (PACKED + b"more", JSON, "gzip"),
        (zlib.compress(PAGE), JSON, "deflate"),
        (zlib.compress(PAGE)[2:-4], JSON, "deflate"),
        (b"what brotli makes", JSON, "br"),
        (b"<title>Links for six</title>", "text/html; charset=utf-8", ""),
        (BLOCKED, "text/html", ""),
        (b"{", "application/json", ""),
    ],
)
def test_a_page_that_pip_can_read_is_sound(tmp_path: Path, body: bytes, content: str, encoding: str) -> None:
    put_page(tmp_path, body, content, encoding)
    result = verified(tmp_path)[1]
    assert (result.findings, result.done, result.of) == ((), 1, 1)


def put_file(root: Path, url: str, body: bytes, *, package: str = "bdist_wheel") -> str:
    headers = file_headers("six", "1.0", package, "py3", size=len(body), at_ns=HOUR)
    named = {**headers, "Content-Disposition": f'attachment; filename="{url.rpartition("/")[2]}"'}
    return CacheWriter(root).answer(url, body, named, HOUR)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (BLOCKED, "it is not a wheel"),
        (b"\0" * 20_000, "it is not a wheel"),
        (b"upstream connect error\n", "it is not a wheel"),
        (artifacts.sdist("six", "1.0"), "it is not a wheel"),
        (artifacts.wheel("seven", "1.0"), "it calls itself seven 1.0, not six 1.0"),
    ],
)
@pytest.mark.parametrize("is_listed", [True, False])
def test_a_body_that_is_no_wheel_is_found(tmp_path: Path, body: bytes, words: str, is_listed: bool) -> None:
    path = put_file(tmp_path, WHEEL_URL, body)
    if is_listed:
        put_page(tmp_path, page_of(artifacts.wheel("six", "1.0")))
    (found,) = verified(tmp_path)[1].findings
    assert (found.sort, found.path) == ("mismatch" if is_listed else "archive", path)
    assert found.words.endswith(words) or is_listed


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (BLOCKED, "it is not an archive"),
        (b"", "it is not an archive"),
        (b"\0" * 20_000, "it is not an archive"),
        (gzip.compress(BLOCKED, mtime=0), "it is not an archive of files"),
        (artifacts.wheel("six", "1.0"), "it is a wheel, not an sdist"),
        (artifacts.sdist("six", "1.0")[:-40], "it does not unpack: it is cut off"),
    ],
    ids=["page", "empty", "zeros", "compressed page", "wheel", "cut"],
)
def test_a_body_that_is_no_sdist_is_found(tmp_path: Path, body: bytes, words: str) -> None:
    path = put_file(tmp_path, "https://files.example/six-1.0.tar.gz", body, package="sdist")
    (found,) = verified(tmp_path)[1].findings
    assert (found.sort, found.path, found.words) == ("archive", path, words)


def test_sdists_of_all_kinds_are_sound(tmp_path: Path) -> None:
    content = gzip.decompress(artifacts.sdist("six", "1.0"))
    for ending, body in (("tar", content), ("tgz", gzip.compress(content)), ("tar.bz2", bz2.compress(content))):
        put_file(tmp_path, f"https://files.example/six-1.0.{ending}", body, package="sdist")
    old = content[:257] + bytes(8) + content[265:512]  # as before POSIX, with a checksum of its own
    total = sum(old) - sum(old[148:156]) + 8 * 32
    header = old[:148] + f"{total:06o}".encode() + b"\0 " + old[156:]
    put_file(
        tmp_path, "https://files.example/old/six-1.0.tar.gz", gzip.compress(header + content[512:]), package="sdist"
    )
    inventory, result = verified(tmp_path)
    assert [entry.kind for entry in inventory.entries] == ["sdist"] * 4
    assert result.findings == ()


METADATA = artifacts.core_metadata("six", "1.0")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (BLOCKED, "it holds no metadata"),
        (b"\0" * 200, "it holds no metadata"),
        (b"", "it holds no metadata"),
        (artifacts.core_metadata("seven", "1.0"), "it calls itself seven 1.0, not six 1.0"),
        (METADATA, None),
    ],
)
def test_metadata_that_pip_cannot_read_are_found(tmp_path: Path, body: bytes, words: str | None) -> None:
    path = put_file(tmp_path, f"{WHEEL_URL}.metadata", body)
    found = verified(tmp_path)[1].findings
    assert [(one.sort, one.path, one.words) for one in found] == ([("metadata", path, words)] if words else [])


def test_metadata_that_are_not_what_a_page_lists_are_found(tmp_path: Path) -> None:
    put_page(tmp_path, page_of(b"x", METADATA))
    put_file(tmp_path, f"{WHEEL_URL}.metadata", METADATA)
    assert verified(tmp_path)[1].findings == ()
    path = put_file(tmp_path, f"{WHEEL_URL}.metadata", METADATA.replace(b"1.0", b"1.1"))
    (found,) = verified(tmp_path)[1].findings
    assert (found.sort, found.path) == ("mismatch", path)


def test_a_stopped_verification_says_how_far_it_came(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        put_file(tmp_path, f"https://{name}.example/six-1.0.tar.gz", artifacts.sdist("six", "1.0"), package="sdist")
    inventory, done = scan(tmp_path), list[VerificationProgress]()
    stopped = verify(inventory, inventory.entries, stop=lambda: bool(done), report=done.append)
    assert (stopped.stopped, stopped.of) == (True, 3)
    assert stopped.done == len(done) < 3
