from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from cachetui.demo.artifacts import DemoFile, html_page, json_page, sdist, wheel, with_hole
from cachetui.demo.writer import CacheWriter, Format, file_headers, length, page_headers, plain_headers
from cachetui.export.archive import LEGACY_FOLDER
from cachetui.export.export import ExportOutcome, ExportProgress, export
from cachetui.export.plan import NoRoomError, check_room, plan_export
from cachetui.file_status import allocated
from cachetui.model import NS
from cachetui.pip.scan.scanner import scan
from tests.untouched import state_of

AT = 1_700_000_000 * NS
FILES = "https://files.example/"
INDEX = "https://index.example/simple/"
NAME = "pkg-1.0-py3-none-any.whl"
WHEEL = wheel("pkg", "1.0", size=5_000)


def exported(root: Path, to: Path) -> ExportOutcome:
    inventory = scan(root, indexes=(INDEX,))
    return export(inventory, plan_export(inventory.entries), to)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def reasons(outcome: ExportOutcome) -> list[str]:
    return [skipped.reason for skipped in outcome.skipped]


def download(cache: CacheWriter, filename: str, body: bytes, form: Format = "v2", listed: bytes | None = None) -> str:
    """Store a file of an index, and the index page that lists what it should be; return the record's path."""
    project = filename.partition("-")[0]
    sha256 = hashlib.sha256(body if listed is None else listed).hexdigest()
    url = FILES + quote(filename, safe="")
    page = json_page(project, [DemoFile(filename, url, sha256)])
    page_type = "application/vnd.pypi.simple.v1+json"
    cache.answer(
        f"{INDEX}{project}/", page, page_headers(page_type, size=len(page), at_ns=AT, gzipped=False), AT, form=form
    )
    headers = plain_headers("application/octet-stream", size=len(body), at_ns=AT)
    return cache.answer(url, body, headers, AT, form=form)


def test_a_hole_stays_a_hole(tmp_path: Path) -> None:
    cache, hole = CacheWriter(tmp_path / "cache"), 20_000_000
    first, second = (wheel("pkg", version, size=70_000) for version in ("1.0", "2.0"))
    source = sdist("pkg", "3.0")
    stored: tuple[tuple[str, Format, bytes], ...] = (
        ("1.0", "v2", first),
        ("2.0", "cc=4", second),
        ("3.0", "v2", source),
    )
    for version, form, body in stored:
        pieces = with_hole(body, hole)
        kind = "sdist" if body is source else "bdist_wheel"
        headers = file_headers("pkg", version, kind, "py3", size=length(pieces), at_ns=AT)
        cache.answer(f"https://files.example/{version}", pieces, headers, AT, form=form)
    outcome = exported(tmp_path / "cache", tmp_path / "out")
    assert outcome.skipped == ()
    assert {one.filename: one.size for one in outcome.exported} == {
        NAME: len(first) + hole,
        "pkg-2.0-py3-none-any.whl": len(second) + hole,
        "pkg-3.0.tar.gz": len(source) + hole,
    }
    for path, sound in (*zip(sorted((tmp_path / "out").iterdir()), (first, second), strict=False),):
        with zipfile.ZipFile(path) as made, zipfile.ZipFile(io.BytesIO(sound)) as whole:
            assert [made.read(name) for name in whole.namelist()] == [whole.read(name) for name in whole.namelist()]
    assert (tmp_path / "out/pkg-3.0.tar.gz").read_bytes() == source + bytes(hole)
    if allocated(next((tmp_path / "cache").rglob("*.body")).stat()) < hole:  # the file system makes holes
        assert sum([allocated(path.stat()) for path in (tmp_path / "out").iterdir()]) < hole


def by_headers(cache: CacheWriter, body: bytes, kind: str = "bdist_wheel", url: str = "https://files.example/x") -> str:
    """Store a file that headers name, and no page lists."""
    return cache.answer(url, body, file_headers("pkg", "1.0", kind, "py3", size=len(body), at_ns=AT), AT)


def rewritten(replaced: dict[str, bytes | None], data: bytes = WHEEL) -> bytes:
    """Return a wheel with other members, whose checksums are right."""
    with io.BytesIO() as stream, zipfile.ZipFile(io.BytesIO(data)) as before:
        with zipfile.ZipFile(stream, "w") as after:
            for name in dict.fromkeys((*before.namelist(), *replaced)):
                content = replaced.get(name, before.read(name) if name in before.namelist() else None)
                if content is not None:
                    after.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content)
        return stream.getvalue()


OLD = wheel("pkg", "0.0.1-1")
"""A wheel whose own folder bears a version that pip since 24.1 does not take."""


@pytest.mark.parametrize(
    ("filename", "body", "name"),
    [
        ("pkg-0.0.1_1-py3-none-any.whl", wheel("pkg", "0.0.1.post1"), "pkg-0.0.1.post1-py3-none-any.whl"),
        ("pkg-0.0.1-1.tar.gz", sdist("pkg", "0.0.1-1"), "pkg-0.0.1-1.tar.gz"),
        ("pkg-0.0.1_1-py3-none-any.whl", OLD, None),
    ],
    ids=["wheel", "sdist", "folder"],
)
def test_a_name_that_only_older_pips_take_is_replaced(
    filename: str, body: bytes, name: str | None, tmp_path: Path
) -> None:
    download(CacheWriter(tmp_path / "cache"), filename, body)
    outcome = exported(tmp_path / "cache", tmp_path / "out")
    assert contents(tmp_path / "out") == ({name: body} if name else {})
    assert reasons(outcome) == ([] if name else [LEGACY_FOLDER])


@pytest.mark.parametrize("form", ["v2", "cc=4", "cc=2"])
@pytest.mark.parametrize(
    ("filename", "body"),
    [
        (NAME, WHEEL),
        ("pkg-1.0-7-py2.py3-none-any.whl", wheel("pkg", "1.0", "py2.py3-none-any")),
        ("pkg-1.0+cu121-cp311-cp311-linux_x86_64.whl", wheel("pkg", "1.0+cu121", "cp311-cp311-linux_x86_64")),
        ("pkg-1.0.tar.gz", sdist("pkg", "1.0", size=3_000)),
        ("pkg-1.0.tar.gz", sdist("pkg", "1.0", metadata=False)),
    ],
    ids=["wheel", "build", "local", "sdist", "bare sdist"],
)
def test_what_an_index_lists_bears_its_name(form: Format, filename: str, body: bytes, tmp_path: Path) -> None:
    path = download(CacheWriter(tmp_path / "cache"), filename, body, form)

    outcome = exported(tmp_path / "cache", tmp_path / "out")

    assert contents(tmp_path / "out") == {filename: body}
    (made,) = outcome.exported
    assert (made.filename, made.entry.path, made.size) == (filename, path, len(body))
    assert made.sha256 == hashlib.sha256(body).hexdigest()
    assert made.verified_by[0] == "archive"
    assert made.verified_by[-1] == "index"
    assert outcome.skipped == ()


def test_names_are_rebuilt_from_what_is_inside(tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path / "cache")
    tagged = rewritten({"pkg-1.0.dist-info/WHEEL": b"Tag: py2-none-any\nTag: py3-none-any\nBuild: 3\n"})
    info = b"".join(zipfile.ZipFile(io.BytesIO(tagged)).read("pkg-1.0.dist-info/RECORD").splitlines(True)[:-2])
    tagged = rewritten({"pkg-1.0.dist-info/RECORD": info + b"pkg-1.0.dist-info/WHEEL,,\n"}, tagged)
    by_headers(cache, tagged, url="https://files.example/a")
    by_headers(cache, sdist("pkg", "1.0"), "sdist", url="https://files.example/b")

    outcome = exported(tmp_path / "cache", tmp_path / "out")

    assert contents(tmp_path / "out") == {
        "pkg-1.0-3-py2.py3-none-any.whl": tagged,
        "pkg-1.0.tar.gz": sdist("pkg", "1.0"),
    }
    assert {one.verified_by for one in outcome.exported} == {
        ("archive", "metadata", "RECORD"),
        ("archive", "metadata"),
    }


def test_an_index_knows_a_name_better_than_the_archive(tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path / "cache")
    body = wheel("pkg", "1.0", "py2.py3-none-any")
    by_headers(cache, body)
    page = html_page(
        "Links for pkg", [DemoFile("elsewhere", "https://mirror.example/pkg-1.0-py3.py2-none-any.whl", _sha256(body))]
    )
    cache.answer(f"{INDEX}pkg/", page, page_headers("text/html", size=len(page), at_ns=AT, gzipped=False), AT)

    exported(tmp_path / "cache", tmp_path / "out")

    assert list(contents(tmp_path / "out")) == ["pkg-1.0-py3.py2-none-any.whl"]


def test_what_was_built_is_handed_back_too(tmp_path: Path) -> None:
    CacheWriter(tmp_path / "cache").built(FILES + "pkg-1.0.tar.gz", None, NAME, WHEEL, AT)
    exported(tmp_path / "cache", tmp_path / "out")
    assert contents(tmp_path / "out") == {NAME: WHEEL}


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


OTHER = wheel("pkg", "1.0", size=5_000, code="import evil")
RECORD_LINE = b"pkg/__init__.py,sha256=" + base64.urlsafe_b64encode(bytes(32)).rstrip(b"=") + b",1\n"


@pytest.mark.parametrize("known", [True, False], ids=["listed", "by headers"])
@pytest.mark.parametrize(
    "body",
    [
        WHEEL[:-1],
        WHEEL[: len(WHEEL) // 2],
        WHEEL[:2_000] + b"?" + WHEEL[2_001:],
        wheel("other", "1.0"),
        wheel("pkg", "1.1"),
        rewritten({"pkg/__init__.py": b"import evil\n"}),
        rewritten({"pkg/more.py": b"import evil\n"}),
        rewritten({"pkg/__init__.py": None}),
        rewritten({"pkg-1.0.dist-info/RECORD": None}),
        rewritten({"pkg-1.0.dist-info/RECORD": RECORD_LINE}),
        rewritten({"pkg-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"}),
        sdist("other", "1.0"),
        b"PK\3\4" + bytes(100),
        b"",
    ],
    ids=[
        *("last byte", "half", "flipped", "other project", "other version", "changed", "added", "taken", "no RECORD"),
        *("bad RECORD", "other metadata", "sdist", "zeros", "empty"),
    ],
)
def test_what_is_not_what_it_should_be_gets_no_name(body: bytes, known: bool, tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path / "cache")
    if known:
        download(cache, NAME, body, listed=WHEEL)
    else:
        by_headers(cache, body)
    (tmp_path / "out").mkdir()

    outcome = exported(tmp_path / "cache", tmp_path / "out")

    assert outcome.exported == ()
    assert contents(tmp_path / "out") == {}
    assert len(outcome.skipped) == len(plan_export(scan(tmp_path / "cache", indexes=(INDEX,)).entries))


@pytest.mark.parametrize(
    "body",
    [
        rewritten({"pkg/more.py": b"left out of RECORD\n"}),
        rewritten({"pkg/__init__.py": b"changed after RECORD was written\n"}),
        rewritten({"pkg-1.0.dist-info/RECORD": None}),
    ],
    ids=["added", "changed", "no RECORD"],
)
def test_what_is_as_its_index_lists_it_is_exported_however_its_publisher_kept_record(
    body: bytes, tmp_path: Path
) -> None:
    download(CacheWriter(tmp_path / "cache"), NAME, body)
    (made,) = exported(tmp_path / "cache", tmp_path / "out").exported
    assert contents(tmp_path / "out") == {NAME: body}
    assert made.verified_by == ("archive", "metadata", "index")


def test_another_valid_wheel_is_told_by_the_hash_of_the_index(tmp_path: Path) -> None:
    download(CacheWriter(tmp_path / "cache"), NAME, OTHER, listed=WHEEL)
    outcome = exported(tmp_path / "cache", tmp_path / "out")
    assert reasons(outcome) == ["damaged or tampered with: its sha256 is not the one that the cached index page gives"]
    assert contents(tmp_path / "out") == {}


def test_an_sdist_must_be_the_one_that_a_wheel_was_built_from(tmp_path: Path) -> None:
    cache, url = CacheWriter(tmp_path / "cache"), FILES + "pkg-1.0.tar.gz"
    cache.built(url, _sha256(sdist("pkg", "1.0", size=9)), NAME, WHEEL, AT)
    by_headers(cache, sdist("pkg", "1.0"), "sdist", url=url)
    outcome = exported(tmp_path / "cache", tmp_path / "out")
    assert reasons(outcome) == ["damaged or tampered with: its sha256 is not the one that an origin.json gives"]
    assert list(contents(tmp_path / "out")) == [NAME]


def test_swapped_bodies_are_both_left_out(tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path / "cache")
    one, two = download(cache, NAME, WHEEL), download(cache, "six-1.0-py3-none-any.whl", wheel("six", "1.0"))
    first, second = tmp_path / "cache" / f"{one}.body", tmp_path / "cache" / f"{two}.body"
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    assert len(exported(tmp_path / "cache", tmp_path / "out").skipped) == 2
    assert contents(tmp_path / "out") == {}


@pytest.mark.parametrize(
    "name",
    [
        *("../../x-1.0-py3-none-any.whl", "/tmp/x-1.0-py3-none-any.whl", "..\\x-1.0.tar.gz", "CON", "NUL.whl"),
        *(
            "nul.x-1.0-py3-none-any.whl",
            ".x-1.0-py3-none-any.whl",
            "a" * 240 + "-1.0-py3-none-any.whl",
            "a\x1b[31m.whl",
        ),
    ],
)
def test_a_hostile_name_leads_nowhere(name: str, tmp_path: Path) -> None:
    out = tmp_path / "a" / "b" / "out"
    out.parent.mkdir(parents=True)
    headers = plain_headers(
        "?", size=len(WHEEL), at_ns=AT, more={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    cache = CacheWriter(tmp_path / "cache")
    cache.answer(FILES + "x", WHEEL, headers, AT)
    cache.answer(
        FILES + "y", WHEEL, plain_headers("?", size=len(WHEEL), at_ns=AT, more={"X-Artifactory-Filename": name}), AT
    )
    before = {path for path in tmp_path.rglob("*") if out not in path.parents} | {out}

    exported(tmp_path / "cache", out)

    assert set(contents(out)) <= {NAME}
    assert {path for path in tmp_path.rglob("*") if out not in path.parents} == before


def test_a_hostile_name_inside_a_wheel_leads_nowhere(tmp_path: Path) -> None:
    tags = b"Tag: py3-none-../../../x\n"
    body = rewritten({"pkg-1.0.dist-info/WHEEL": tags, "../../evil": b"x", "/etc/evil": b"x"})
    by_headers(CacheWriter(tmp_path / "cache"), body)
    assert len(exported(tmp_path / "cache", tmp_path / "out").skipped) == 1
    assert contents(tmp_path / "out") == {}


def test_the_same_twice_is_written_once_and_another_is_left_out(tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path / "cache")
    for number, body in enumerate((WHEEL, WHEEL, OTHER)):
        by_headers(cache, body, url=f"https://files.example/{number}")
    outcome = exported(tmp_path / "cache", tmp_path / "out")
    assert len(outcome.exported) == 1
    assert list(contents(tmp_path / "out")) == [NAME]
    assert 1 <= len(outcome.skipped) <= 2
    assert all(reason.startswith("it has the same name as http-v2/") for reason in reasons(outcome))


def test_what_is_there_stays(tmp_path: Path) -> None:
    cache, out = CacheWriter(tmp_path / "cache"), tmp_path / "out"
    download(cache, NAME, WHEEL)
    out.mkdir()
    (out / NAME).write_bytes(OTHER)
    assert reasons(exported(tmp_path / "cache", out)) == ["another file of this name already exists"]
    assert contents(out) == {NAME: OTHER}
    (out / NAME).write_bytes(WHEEL)
    before = state_of(out / NAME)
    (made,) = exported(tmp_path / "cache", out).exported
    assert not made.written
    assert state_of(out / NAME) == before


def test_a_damaged_file_is_not_taken_for_one_that_is_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / NAME).write_bytes(OTHER)
    download(CacheWriter(tmp_path / "cache"), NAME, OTHER, listed=WHEEL)
    assert exported(tmp_path / "cache", out).exported == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_links_in_the_folder_are_not_followed(tmp_path: Path) -> None:
    out, victim = tmp_path / "out", tmp_path / "victim"
    out.mkdir()
    (out / NAME).symlink_to(victim)
    download(CacheWriter(tmp_path / "cache"), NAME, WHEEL)
    assert reasons(exported(tmp_path / "cache", out)) == ["another file of this name already exists"]
    victim.write_bytes(WHEEL)
    assert reasons(exported(tmp_path / "cache", out)) == ["another file of this name already exists"]
    assert [path.name for path in out.iterdir()] == [NAME]


def test_the_cache_stays_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    cache = CacheWriter(root)
    download(cache, NAME, WHEEL)
    cache.built(FILES + "six-1.0.tar.gz", None, "six-1.0-py3-none-any.whl", wheel("six", "1.0"), AT)
    inventory = scan(root, indexes=(INDEX,))
    before = looks(root)
    export(inventory, plan_export(inventory.entries), tmp_path / "out")
    assert looks(root) == before


def looks(root: Path) -> dict[Path, tuple[int, int, int]]:
    """Return when each file was read and written, and its number."""
    found = {path: path.stat() for path in root.rglob("*") if path.is_file()}
    return {path: (each.st_atime_ns, each.st_mtime_ns, each.st_ino) for path, each in found.items()}


def test_it_stops_between_pieces_and_leaves_only_what_is_complete(tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path / "cache")
    for name in ("a", "b", "c"):
        download(cache, f"{name}-1.0-py3-none-any.whl", wheel(name, "1.0", size=2_500_000))
    inventory, told = scan(tmp_path / "cache", indexes=(INDEX,)), list[ExportProgress]()

    outcome = export(
        inventory,
        plan_export(inventory.entries),
        tmp_path / "out",
        stop=lambda: len(told) == 5,
        report=told.append,
    )

    assert outcome.stopped
    assert [one.filename for one in outcome.exported] == ["a-1.0-py3-none-any.whl"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a-1.0-py3-none-any.whl"]
    assert told[-1].done == 1
    assert told[-1].of == 3
    assert told[-1].written > 2_500_000


def test_what_has_no_room_is_not_begun(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    download(CacheWriter(root), NAME, WHEEL)
    (one,) = plan_export(scan(root).entries)
    check_room([one], tmp_path / "out", root)
    with pytest.raises(NoRoomError, match=r" has room for .*, and 4\.6 EB are needed: nothing was written"):
        check_room([one._replace(size=1 << 62)], tmp_path / "out", root)
    assert not (tmp_path / "out").exists()


FULL = """
import resource, sys
from pathlib import Path
from cachetui.export.export import export
from cachetui.export.plan import plan_export
from cachetui.pip.scan.scanner import scan

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
inventory = scan(Path(sys.argv[1]))
outcome = export(inventory, plan_export(inventory.entries), Path(sys.argv[2]))
print([one.filename for one in outcome.exported], [(one.filename, one.reason) for one in outcome.skipped])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
def test_a_file_that_cannot_be_written_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    cache = CacheWriter(tmp_path / "cache")
    by_headers(cache, wheel("pkg", "1.0", size=3_000_000))
    download(cache, "six-1.0-py3-none-any.whl", wheel("six", "1.0"))
    found = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path / "cache", tmp_path / "out"], capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith(f"['six-1.0-py3-none-any.whl'] [('{NAME}', 'it cannot be written: ")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["six-1.0-py3-none-any.whl"]
