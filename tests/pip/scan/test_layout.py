from __future__ import annotations

import os
from pathlib import Path

import pytest

from cachetui.pip.scan.scanner import scan

DIGEST = "0123abcd" * 7
HERE = "/".join(DIGEST[:5])
WHEELS = f"wheels/ab/cd/ef/{'0' * 50}"


def lay(root: Path, *paths: str) -> None:
    for path in paths:
        whole = root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(b"x")


def kinds(root: Path) -> dict[str, str]:
    inventory = scan(root)
    found = {file.path: entry.kind for entry in inventory.entries for file in entry.files}
    return {**found, **{file.path: "foreign" for file in inventory.foreign}}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"http/{HERE}/{DIGEST}", "unknown"),
        (f"http-v2/{HERE}/{DIGEST}", "leftover"),
        (f"http-v2/{HERE}/{DIGEST}.body", "leftover"),
        (f"http-v2/{HERE}/{DIGEST}k2_x9abc.tmp", "leftover"),
        (f"http-v2/{HERE}/{DIGEST}.bodyk2_x9abc.tmp", "leftover"),
        (f"http/{HERE}/{DIGEST}k2_x9abc.tmp", "leftover"),
        (f"http/{HERE}/{DIGEST}.lock", "leftover"),
        (f"http/{HERE}/{DIGEST}.lock/my-host.local-7f3a.1234-567", "leftover"),
        (f"{WHEELS}/origin.json", "leftover"),
        (f"{WHEELS}/pkg-1.0-py3-none-any.whl", "built"),
        (f"{WHEELS}/odd name.whl", "built"),
        (f"{WHEELS}/tmpk2_x9abc/deep/er/file.c", "leftover"),
        (f"selfcheck/{DIGEST}", "selfcheck"),
        (f"selfcheck/{DIGEST}k2_x9abc.tmp", "leftover"),
        ("selfcheck.json", "selfcheck"),
        ("selfcheck.json.lock", "leftover"),
        # what no pip writes, wherever it lies
        ("README", "foreign"),
        ("CACHEDIR.TAG", "foreign"),
        (f"http/{HERE}/{DIGEST}.body", "foreign"),
        (f"http-v2/{HERE}/f{DIGEST[1:]}", "foreign"),
        (f"http-v2/{HERE}/{DIGEST.upper()}", "foreign"),
        (f"http-v2/{HERE}/{DIGEST[:-1]}", "foreign"),
        (f"http-v2/{HERE}/{DIGEST}\n", "foreign"),
        (f"http-v2/{HERE}/notes.txt", "foreign"),
        (f"http-v2/{HERE}/{DIGEST}.lock", "foreign"),
        (f"http-v2/{HERE}/backup-1.20240101", "foreign"),
        (f"http/{HERE}/my-host.local-7f3a.1234-567", "foreign"),
        (f"http/{HERE}/{'f' * 56}.lock", "foreign"),
        (f"http/{HERE}/{'f' * 56}.lock/my-host-7f3a.1234-567", "foreign"),
        (f"http-v2/{HERE}/{DIGEST}.lock/my-host-7f3a.1234-567", "foreign"),
        (f"project/{DIGEST}.lock/my-host-7f3a.1234-567", "foreign"),
        (f"http-v2/{HERE[:-2]}/{DIGEST}", "foreign"),
        (f"http-v2/{HERE}/more/{DIGEST}", "foreign"),
        (f"http-v2/{DIGEST}", "foreign"),
        (f"wheels/{DIGEST}/pkg-1.0-py3-none-any.whl", "foreign"),
        ("wheels/pkg-1.0-py3-none-any.whl", "foreign"),
        (f"{WHEELS}/notes.txt", "foreign"),
        (f"{WHEELS}/mine/pkg-1.0-py3-none-any.whl", "foreign"),
        (f"selfcheck/deeper/{DIGEST}", "foreign"),
        (f"other/http-v2/{HERE}/{DIGEST}", "foreign"),
    ],
)
def test_a_path_says_what_a_file_is(path: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    lay(tmp_path, path)

    assert kinds(tmp_path) == {path: kind}


def test_a_record_owns_its_body_and_the_record_goes_first(tmp_path: Path) -> None:
    lay(tmp_path, f"http-v2/{HERE}/{DIGEST}", f"http-v2/{HERE}/{DIGEST}.body")

    (entry,) = scan(tmp_path).entries

    assert [file.path.rpartition("/")[2] for file in entry.files] == [DIGEST, f"{DIGEST}.body"]


def test_a_build_folder_is_one_leftover(tmp_path: Path) -> None:
    lay(tmp_path, f"{WHEELS}/tmpk2_x9abc/b", f"{WHEELS}/tmpk2_x9abc/a/c", f"{WHEELS}/pkg-1.0-py3-none-any.whl")

    leftover = next(entry for entry in scan(tmp_path).entries if entry.kind == "leftover")

    assert [file.path.removeprefix(f"{WHEELS}/tmpk2_x9abc/") for file in leftover.files] == ["a/c", "b"]


def test_wheels_of_one_folder_share_their_origin(tmp_path: Path) -> None:
    lay(tmp_path, f"{WHEELS}/a-1-py3-none-any.whl", f"{WHEELS}/b-1-py3-none-any.whl", f"{WHEELS}/origin.json")

    inventory = scan(tmp_path)

    assert [len(entry.files) for entry in inventory.entries] == [1, 2]
    assert inventory.companions == {
        f"{WHEELS}/origin.json": (f"{WHEELS}/a-1-py3-none-any.whl", f"{WHEELS}/b-1-py3-none-any.whl")
    }


def test_the_origin_of_a_single_wheel_is_nobody_elses(tmp_path: Path) -> None:
    lay(tmp_path, f"{WHEELS}/a-1-py3-none-any.whl", f"{WHEELS}/origin.json")

    inventory = scan(tmp_path)

    assert inventory.companions == {}
    assert [file.path for file in inventory.entries[0].files] == [
        f"{WHEELS}/a-1-py3-none-any.whl",
        f"{WHEELS}/origin.json",
    ]


def test_who_holds_a_lock_is_known_beside_it(tmp_path: Path) -> None:
    lock, holder = f"http/{HERE}/{DIGEST}.lock", f"http/{HERE}/my-host.local-7f3a.1234-567"
    lay(tmp_path, lock, holder)

    assert kinds(tmp_path) == {lock: "leftover", holder: "leftover"}


@pytest.mark.parametrize(
    "path", [f"other/{DIGEST}.lock", f"http-v2/{HERE}/{DIGEST}.lock", f"http/{HERE}/{'f' * 56}.lock"]
)
def test_an_empty_folder_that_only_looks_like_a_lock_is_none(path: str, tmp_path: Path) -> None:
    (tmp_path / path).mkdir(parents=True)
    (tmp_path / "wheels").mkdir()
    for folder in tmp_path.rglob("*"):
        os.utime(folder, (0, 0))

    assert scan(tmp_path).entries == ()
