"""Every command still works in a cache with one of each damaged entry."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cachetui.model import KINDS
from tests.cli.conftest import Run, Said
from tests.damaged import GOOD, fill_with_damage

DAMAGE = 1
"""Exit code of `verify` if it found damage."""


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("damaged") / "cache"
    fill_with_damage(root)
    return root


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("list",), 0, GOOD),
        (("list", "--files"), 0, [f"{name}-1.0-py3-none-any.whl" for name in GOOD]),
        (("list", "--json"), 0, GOOD),
        (("info",), 0, ("unknown", "wheel")),
        (("audit",), 0, GOOD),
        (("verify",), DAMAGE, ("a record that crashes pip", "an unreadable record", "a damaged origin.json")),
        (
            ("verify", "--deep"),
            DAMAGE,
            ("a record that crashes pip", "a damaged download", "match the hash"),
        ),
        (("remove", "good*", "-n"), 0, GOOD),
        (("prune", "--keep-latest", "0", "--built", "-n"), 0, GOOD),
        (("prune", "--leftovers", "--legacy", "--superseded", "-n"), 0, ("damagedone",)),
        (("purge", "-n"), 0, GOOD),
        (("why", "goodone", "--python", sys.executable), 0, ["goodone-1.0-py3-none-any.whl"]),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_a_command_names_the_good_entries(
    run: Run, damaged: Path, arguments: tuple[str, ...], code: int, told: tuple[str, ...]
) -> None:
    said: Said = run(*arguments, "--cache-dir", damaged)

    assert [name for name in told if name not in said.out + said.err] == []
    assert (said.code, "Traceback" in said.err, "mistake" in said.out + said.err) == (code, False, False)


def test_every_file_is_listed_once(run: Run, damaged: Path) -> None:
    listed = json.loads(run("list", "--json", "--cache-dir", damaged).out)

    entries = [entry for project in listed["projects"] for entry in project["entries"]] + listed["other"]
    assert {entry["kind"] for entry in entries} <= set(KINDS)
    assert listed["errors"] == []
    assert sorted(path for entry in entries for path in entry["paths"]) == sorted(
        path.relative_to(damaged).as_posix() for path in damaged.rglob("*") if path.is_file()
    )


def test_the_good_entries_are_exported(run: Run, damaged: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    damage = run("export", "damagedone", "--to", out, "--cache-dir", damaged)
    good = run("export", "good*", "--to", out, "--cache-dir", damaged)

    assert (damage.code, good.code) == (1, 0)  # damaged entries are skipped and reported
    assert {path.name for path in out.iterdir()} == {f"{name}-1.0-py3-none-any.whl" for name in GOOD}


def test_what_is_damaged_can_be_removed(run: Run, tmp_path: Path) -> None:
    fill_with_damage(tmp_path / "cache")

    assert run("purge", "--yes", "--cache-dir", tmp_path / "cache").code == 0
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
