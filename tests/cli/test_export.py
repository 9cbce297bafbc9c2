from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cachetui.cli.signals import ENDINGS
from cachetui.demo.artifacts import sdist, wheel
from cachetui.demo.writer import CacheWriter, file_headers
from cachetui.export import export
from cachetui.model import NS
from cachetui.services import export as services
from tests.cli.conftest import Nobody, Run, made_up_name

if sys.platform != "win32":
    from tests.cli.terminal import Terminal

AT = 1_700_000_000 * NS
TORCH = [
    made_up_name("torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl"),
    made_up_name("torch-2.3.0-cp311-cp311-manylinux1_x86_64.whl"),
]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_the_terms_match_is_written(run: Run, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "wheels"
    said = run("export", "torch==2.3.0", "--to", out, "--cache-dir", cache)
    assert said.code == 0
    assert [line.strip().split("  ") for line in said.out.splitlines()] == [["2.2 MB", name] for name in TORCH]
    passed = "2 more entries are not wheels or sdists: skipped.\n"
    assert said.err == f"{passed}Exported 2 files, 4.4 MB, to {out}.\n"
    assert names(out) == TORCH
    again = run("export", "torch==2.3.0", "kind:wheel", "--to", out, "--cache-dir", cache)
    assert (again.code, again.err) == (0, f"Exported 0 files, 0 B, to {out}; 2 existed already.\n")
    assert again.out.count("  (there already)\n") == 2


def test_json_tells_what_was_proven(run: Run, cache: Path, tmp_path: Path) -> None:
    said = run("export", "torch", "--to", tmp_path / "out", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 0
    assert list(document) == ["schema", "planned", "exported", "skipped", "stopped"]
    assert document["schema"] == 1
    assert [one["filename"] for one in document["exported"]][:2] == TORCH
    for one in document["exported"]:
        content = (tmp_path / "out" / one["filename"]).read_bytes()
        assert (one["size"], one["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert {"archive", "metadata", "RECORD"} <= {*one["verified_by"]}
        assert (cache / one["path"]).is_file()
    assert said.err.splitlines()[0] == "6 more entries are not wheels or sdists: skipped."


def test_a_dry_run_writes_nothing(run: Run, cache: Path, tmp_path: Path) -> None:
    said = run("export", "torch==2.3.0", "--to", tmp_path / "out", "-n", "--cache-dir", cache)
    assert said.code == 0
    assert [line.strip().split("  ")[1] for line in said.out.splitlines()] == TORCH
    document = json.loads(run("export", "torch", "--to", tmp_path / "out", "-n", "--json", "--cache-dir", cache).out)
    assert (len(document["planned"]), document["exported"]) == (5, [])
    assert not (tmp_path / "out").exists()
    refused = run("export", "torch", "--to", cache / "out", "-n", "--cache-dir", cache)
    assert (refused.code, "is in the cache" in refused.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["export", "--to", "out"], 2),
        (["export", "torch"], 2),
        (["export", "torch>", "--to", "out"], 2),
        (["export", "nosuch", "--to", "out"], 3),
        (["export", "kind:index", "--to", "out"], 3),
        (["export", "torch", "--to", "no/such"], 1),
        (["export", "torch", "--to", "cache/wheels"], 1),
        (["export", "-r", "nosuch.txt", "--to", "out"], 1),
        (["export", "torch", "--to", "~nobody-here/out"], 1),
        (["export", "-r", "~nobody-here/r.txt", "--to", "out"], 1),
        (["export", "torch", "--to", "out", "--cache-dir", "~nobody-here/pip"], 1),
    ],
)
def test_what_cannot_be_done_writes_nothing(
    arguments: list[str], code: int, run: Run, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    said = run("--cache-dir", cache, *arguments)
    assert (said.code, said.out) == (code, "")
    assert said.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="modes deny nothing there")
def test_a_folder_that_may_not_be_written_to_is_refused_before_anything_is_read(nobody: Nobody) -> None:
    out = nobody.cache.parent / "out"
    out.mkdir(mode=0o555)
    said = nobody.run("export", "torch", "--to", out, "--cache-dir", nobody.cache)
    assert (said.code, said.out) == (1, "")
    assert f"{out} cannot be written to. Choose another folder." in said.err


def test_what_is_left_out_is_told_and_the_rest_is_done(run: Run, cache: Path, tmp_path: Path) -> None:
    body = wheel("torch", "9.9")[:-30]
    headers = file_headers("torch", "9.9", "bdist_wheel", "py3", size=len(body), at_ns=AT)
    path = CacheWriter(cache).answer("https://files.example/torch", body, headers, AT)
    said = run("export", "torch>=2.3", "--to", tmp_path / "out", "--cache-dir", cache)
    assert said.code == 1
    assert f"Left out: torch 9.9 ({path}): " in said.err
    assert said.err.endswith(f"Exported 2 files, 4.4 MB, to {tmp_path / 'out'}; 1 left out.\n")
    assert names(tmp_path / "out") == TORCH


def test_requirements_are_followed_and_what_lacks_is_told(run: Run, cache: Path, tmp_path: Path) -> None:
    for name, requires in (("mine", ["yours>=1", "nobodys"]), ("yours", [])):
        body = wheel(name, "1.0", requires=requires)
        headers = file_headers(name, "1.0", "bdist_wheel", "py3", size=len(body), at_ns=AT)
        CacheWriter(cache).answer(f"https://files.example/{name}", body, headers, AT)
    (tmp_path / "r.txt").write_text("mine\n-i https://user:secret@index.example/simple\n")
    asked = (
        "export",
        "-r",
        tmp_path / "r.txt",
        "--to",
        tmp_path / "out",
        "--cache-dir",
        cache,
        "--python",
        sys.executable,
    )

    said = run(*asked, "--json")

    document = json.loads(said.out)
    assert said.code == 1
    assert names(tmp_path / "out") == ["mine-1.0-py3-none-any.whl", "yours-1.0-py3-none-any.whl"]
    assert document["lacking"] == [
        {"requirement": "nobodys", "needed_by": "mine-1.0-py3-none-any.whl", "reason": "none of its files is cached"}
    ]
    assert [one["text"] for one in document["not_looked_at"]] == ["-i https://***@index.example/simple"]
    assert "secret" not in said.out + said.err
    assert "The cache lacks nobodys, which mine-1.0-py3-none-any.whl needs: none of its files is cached." in said.err
    (tmp_path / "r.txt").write_text("yours\n")
    assert run(*asked).code == 0
    assert run(*asked, "nosuch").code == 3


def test_requirements_are_read_from_standard_input_and_from_a_pipe(
    run: Run, made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "more.txt").write_text("six\n", encoding="utf-8")
    (tmp_path / "limits.txt").write_text("packaging<1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    content = b"-r more.txt\n-c limits.txt\npackaging\n"
    more = ("--to", "out", "-n", "--json", "--cache-dir", made_up, "--python", sys.executable)
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    for typed in ("-", *([f"/dev/fd/{reading}"] if Path("/dev/fd").exists() else [])):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        document = json.loads(run("export", "-r", typed, *more).out)
        assert {one["filename"].partition("-")[0] for one in document["planned"]} == {"six"}
        assert [one["requirement"] for one in document["lacking"]] == ["packaging"]
    os.close(reading)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"six\n=\n")))
    said = run("export", "-r", "-", *more)
    assert (said.code, said.out) == (1, "")
    assert "standard input, line 2: = is not a requirement" in said.err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("foo @ https://user:secret@files.example/x.whl ;; bad", "foo @ https://***@files.example/x.whl"),
        ("foo @ https://user:secret@files.example/x.whl", "foo @ https://***@files.example/x.whl"),
        ("--proxy user:secret@proxy.example:80", "--proxy ***@proxy.example:80"),
        ("-r https://user:secret@files.example/r.txt", "-r https://***@files.example/r.txt"),
    ],
)
def test_no_line_of_a_file_tells_its_secrets(line: str, told: str, run: Run, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(f"{line}\n")
    file = ("-r", tmp_path / "r.txt", "--to", tmp_path / "out", "--python", sys.executable, "--cache-dir", cache)
    said = run("export", *file, "--json")
    assert told in said.err
    assert "secret" not in said.out + said.err


@pytest.mark.parametrize("name", ["SIGINT", *[number.name for number in ENDINGS]])
def test_a_signal_stops_and_leaves_nothing_half_done(
    name: str, run: Run, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, stop: Callable[[], bool], **_: object) -> export.ExportOutcome:
        written = 0

        def asked() -> bool:
            nonlocal written
            written += 1
            if written == 8:
                signal.raise_signal(getattr(signal, name))
            return stop()

        return whole(*arguments, stop=asked)  # type: ignore[arg-type]

    whole = export.export
    monkeypatch.setattr(services, "export", interrupted)
    said = run("export", "torch", "--to", tmp_path / "out", "--cache-dir", cache)
    assert said.code == 128 + getattr(signal, name)
    assert said.err.splitlines()[-1].startswith("Stopped. Exported ")
    assert not [name for name in names(tmp_path / "out") if not name.endswith(".whl")]
    assert len(names(tmp_path / "out")) < 5


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_terminal_sees_how_far_it_is(cache: Path, tmp_path: Path) -> None:
    with Terminal("export", "torch", "--to", str(tmp_path / "out"), "--cache-dir", str(cache), columns=200) as terminal:
        assert terminal.leave() == 0
    assert "exporting 5 of 5, " in terminal.seen


def test_it_is_plain_where_there_is_no_terminal(
    start: Callable[..., subprocess.Popen[str]], cache: Path, tmp_path: Path
) -> None:
    with start("export", "torch", "--to", tmp_path / "out", "--cache-dir", cache) as process:
        out, err = process.communicate()
    assert process.returncode == 0
    assert not {"\x1b", "\r"} & {*out, *err}


def test_a_good_sdist_takes_the_place_of_a_damaged_build(run: Run, cache: Path, tmp_path: Path) -> None:
    writer, out = CacheWriter(cache), tmp_path / "out"
    body = sdist("mine", "1.0")
    url, digest = "https://files.example/mine-1.0.tar.gz", hashlib.sha256(body).hexdigest()
    writer.answer(url, body, file_headers("mine", "1.0", "sdist", "source", size=len(body), at_ns=AT), AT)
    writer.built(url, digest, "mine-1.0-py3-none-any.whl", wheel("mine", "1.0")[:-30], AT)
    (tmp_path / "r.txt").write_text("mine\n")
    asked = ("export", "-r", tmp_path / "r.txt", "--cache-dir", cache, "--python", sys.executable)

    said = run(*asked, "--to", out)

    assert (said.code, names(out)) == (0, ["mine-1.0.tar.gz"])
    assert "Left out: mine-1.0-py3-none-any.whl: " in said.err
    exported = json.loads(run(*asked, "--to", out, "--json").out)
    assert [one["filename"] for one in exported["exported"]] == ["mine-1.0.tar.gz"]
    damaged = wheel("mine", "2.0")[:-30]
    named = file_headers("mine", "2.0", "bdist_wheel", "py3", size=len(damaged), at_ns=AT)
    disposition = {"Content-Disposition": 'attachment; filename="mine-2.0-py3-none-any.whl"'}
    writer.answer("https://files.example/2.0", damaged, {**named, **disposition}, AT)
    said = run(*asked, "--to", tmp_path / "older")
    assert (said.code, names(tmp_path / "older")) == (1, ["mine-1.0.tar.gz"])  # another version is no replacement
    (tmp_path / "r.txt").write_text("mine>=2\n")
    said = run(*asked, "--to", tmp_path / "none")
    assert (said.code, names(tmp_path / "none")) == (1, [])
    assert "lacks" not in said.err
