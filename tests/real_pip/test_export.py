"""Exported files, given back to the pip that filled the cache, with the index shut down."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.demo.artifacts import wheel as demo_wheel
from cachetui.demo.writer import CacheWriter, plain_headers
from cachetui.export.export import export
from cachetui.export.plan import plan_export
from cachetui.model import INSTALLABLE, NS
from cachetui.pip.scan.scanner import scan
from tests.loaded_pips import LoadedPips
from tests.real_pip.collection import sdist, wheel
from tests.real_pip.driver import Pip
from tests.real_pip.index import serve

AT = 1_700_000_000 * NS
FILES = (
    wheel("Top.Thing", "1.0", "Top_Thing-1.0-7-py2.py3-none-any.whl", requires="Sourced.Thing>=3"),
    wheel("torchy", "2.3.0+cu121", plain=True),
    sdist("Sourced.Thing", "3.0"),
)


def test_pip_installs_what_had_a_name_that_only_older_pips_take(tmp_path: Path, pips: LoadedPips) -> None:
    cache, out = CacheWriter(tmp_path / "cache"), tmp_path / "out"
    for filename, body in (
        ("old-0.0.1_1-py3-none-any.whl", demo_wheel("old", "0.0.1.post1")),
        ("a__b-1.0-py3-none-any.whl", demo_wheel("a__b", "1.0")),
    ):
        headers = plain_headers(
            "application/octet-stream", size=len(body), at_ns=AT, more={"Content-Disposition": f"filename={filename}"}
        )
        cache.answer(f"https://files.example/{filename}", body, headers, AT)
    inventory = scan(tmp_path / "cache")

    outcome = export(inventory, plan_export(inventory.entries), out)

    assert outcome.skipped == ()
    for version in ("23.2.1", "26.3"):
        pip, target = Pip(version, tmp_path / version, pips), tmp_path / f"target-{version}"
        given = ("--no-index", "--find-links", str(out), "--target", str(target))
        pip.run(tmp_path / "none", "install", *given, "old==0.0.1.post1", "a-b")
        assert {path.name for path in target.glob("*.dist-info")} == {"old-0.0.1.post1.dist-info", "a__b-1.0.dist-info"}


@pytest.mark.parametrize(
    ("version", "folder", "kinds", "asked", "installed"),
    [
        ("23.2.1", "http", INSTALLABLE, "Top.Thing", {"Top_Thing-1.0", "sourced_thing-3.0"}),
        ("25.0.1", "http-v2", INSTALLABLE, "torchy", {"torchy-2.3.0+cu121"}),
        ("26.3", "http-v2", ("wheel", "sdist"), "Top.Thing", {"Top_Thing-1.0", "sourced_thing-3.0"}),
    ],
)
def test_pip_installs_from_the_folder_without_an_index(
    version: str, folder: str, kinds: tuple[str, ...], asked: str, installed: set[str], tmp_path: Path, pips: LoadedPips
) -> None:
    pip, cache, out = Pip(version, tmp_path / "pip", pips), tmp_path / "cache", tmp_path / "out"
    with serve(FILES) as index:
        pip.install(cache, index, asked)
        sent = {index.files[path].filename: index.files[path].data for path in index.sent if path in index.files}
    inventory = scan(cache)
    assert (cache / folder).is_dir()

    outcome = export(inventory, plan_export([entry for entry in inventory.entries if entry.kind in kinds]), out)

    assert outcome.skipped == ()
    made = {path.name: path.read_bytes() for path in out.iterdir()}
    assert {name: made[name] for name in sent} == sent
    built = {"sourced_thing-3.0-py3-none-any.whl"} if "built" in kinds and asked == "Top.Thing" else set()
    assert made.keys() - sent == built
    target = tmp_path / "target"
    pip.run(tmp_path / "none", "install", "--no-index", "--find-links", str(out), "--target", str(target), asked)
    assert {path.name for path in target.glob("*.dist-info")} == {f"{name}.dist-info" for name in installed}
