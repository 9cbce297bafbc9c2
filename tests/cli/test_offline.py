from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cachetui.demo.artifacts import sdist, wheel
from cachetui.demo.writer import CacheWriter, file_headers
from cachetui.model import NS
from tests.cli.conftest import Run, made_up_name
from tests.inventories import files
from tests.report.schemas import check
from tests.untouched import state_of

if sys.platform != "win32":
    from tests.cli.terminal import Terminal

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals, modes and terminals are others there")
Start = Callable[..., subprocess.Popen[str]]
LISTENS = """
import os, signal, sys
signal.signal({number}, lambda *_: os.write(1, b"got\\n"))
os.write(1, b"ready\\n")
sys.stdin.readline()
sys.exit({code})
"""
"""A command that says when a signal reaches it, also while it writes, and ends after a line of input."""
AT = 1_700_000_000 * NS


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the user's runtime files, in which link folders are made."""
    runtime = tmp_path / "runtime dir"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return runtime


def content(cache: Path) -> dict[str, tuple[bytes, object]]:
    """Return the bytes of each file with its state."""
    return {path: ((cache / path).read_bytes(), state_of(cache / path)) for path in files(cache)}


def test_a_dry_run_lists_what_is_at_hand(run: Run, cache: Path) -> None:
    said = run("offline", "-n", "--only", "torch==2.3.0", "numpy<2", "--cache-dir", cache, "--", "pip")
    names = [line.strip().split("  ")[1] for line in said.out.splitlines()]
    assert (said.code, said.err) == (0, f"{len(names)} files at hand, 4.5 MB.\nNot run: pip\n")
    assert made_up_name("torch-2.3.0-cp311-cp311-manylinux1_x86_64.whl") in names
    assert {name.partition("-")[0] for name in names} == {"torch", "numpy"}
    assert run("offline", "--demo", "-n", "--only", "torch").code == 0
    command = ("pip", "install", "--index-url", "https://me:secret@index.example/?token=secret")
    assert "secret" not in run("offline", "-n", "--cache-dir", cache, "--", *command).err
    document = json.loads(run("offline", "-n", "--json", "--cache-dir", cache).out)
    assert {one["filename"] for one in document["files"]} > set(names)
    assert ([one["filename"] for one in document["damaged"]], document["nameless"]) == ([None], 0)


@POSIX
def test_a_command_finds_the_files_and_the_cache_stays_as_it_is(
    start: Start, cache: Path, runtime: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONSTRAINT", "mine.txt")
    before = content(cache)
    look = (
        "import json, os, pathlib, sys, urllib.request\n"
        "place = pathlib.Path(urllib.request.url2pathname(os.environ['PIP_FIND_LINKS'].removeprefix('file://')))\n"
        "found = {path.name: [path.stat().st_size, path.open('rb').read(2) == b'PK'] for path in place.iterdir()}\n"
        "mine = {name: value for name, value in os.environ.items() if name.startswith(('PIP_', 'UV_'))}\n"
        "print(json.dumps([found, mine, sys.stdin.read()]))\n"
        "print('words', file=sys.stderr)\n"
        "sys.exit(9)"
    )
    command = ["offline", "--quiet", "--read-only", "--cache-dir", cache, "--only", "torch", "--", sys.executable]
    with start(*command, "-c", look, stdin=subprocess.PIPE) as process:
        out, err = process.communicate("typed")
    assert process.returncode == 9, err
    dry = json.loads(run_dry(start, cache, "torch"))
    found, mine, typed = json.loads(out)
    assert (err, typed) == ("words\n", "typed")
    assert found == {one["filename"]: [one["size"], True] for one in dry["files"]}
    place = mine["PIP_FIND_LINKS"]
    assert place == mine["UV_FIND_LINKS"]
    assert place.startswith("file://")
    assert not {" ", ","} & {*place}  # pip splits it at blanks, uv at commas
    switches = ("PIP_NO_INDEX", "PIP_NO_CACHE_DIR", "UV_OFFLINE", "UV_NO_INDEX")
    assert {name: mine.get(name) for name in (*switches, "PIP_CONSTRAINT", "PIP_CONFIG_FILE")} == {
        **dict.fromkeys(switches, "1"),
        "PIP_CONSTRAINT": "mine.txt",
        "PIP_CONFIG_FILE": os.devnull,
    }
    assert content(cache) == before
    assert [*runtime.iterdir()] == []


def run_dry(start: Start, cache: Path, *terms: str) -> str:
    """Return the JSON of a dry run."""
    only = [word for term in terms for word in ("--only", term)]
    with start("offline", "-n", "--json", "--cache-dir", cache, *only) as process:
        return process.communicate()[0]


@POSIX
@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (["sh", "-c", "exit 3"], 3, ""),
        (["--", "sh", "-c", "kill -9 $$"], 128 + 9, ""),
        (["--", "sh", "-c", "kill -TERM $$"], 128 + 15, ""),
        (["--", "no-such-command"], 127, "Error: no-such-command cannot be run: No such file or directory.\n"),
        (["--", "no://me:secret@x"], 127, "Error: no://***@x cannot be run: No such file or directory.\n"),
        (["--", "/"], 126, "Error: / cannot be run: Permission denied.\n"),
    ],
)
def test_the_exit_code_is_that_of_the_command(
    command: list[str], code: int, words: str, run: Run, cache: Path, runtime: Path
) -> None:
    said = run("-q", "offline", "--cache-dir", cache, "--only", "torch", *command)
    assert (said.code, said.err) == (code, words)
    nothing = run("offline", "--cache-dir", cache, "--only", "no-such-project", *command)
    assert (nothing.code, nothing.err) == (3, "Nothing in the cache matches.\n")
    assert [*runtime.iterdir()] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Say which command to run"),
        (["--only", "numpy"], "Say which command to run"),
        (["--json", "--", "pip"], "--json needs --dry-run"),
        (["--demo", "--", "pip"], "The demo's files are made up"),
        (["--only", "torch>", "--", "pip"], "Error"),
    ],
)
def test_what_cannot_be_meant_runs_nothing(arguments: list[str], words: str, run: Run, cache: Path) -> None:
    options = () if "--demo" in arguments else ("--only", "torch", "--cache-dir", cache)
    said = run("offline", *options, *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_damaged_files_are_left_out_and_named_and_a_better_copy_takes_their_place(run: Run, tmp_path: Path) -> None:
    writer = CacheWriter(tmp_path / "cache")

    def add(name: str, data: bytes, url: str = "a", at: int = AT, form: str = "v2", size: int | None = None) -> str:
        kind = "bdist_wheel" if name.endswith(".whl") else "sdist"
        project, version, *_ = name.split("-")
        headers = file_headers(project, version, kind, "py3", size=size or len(data), at_ns=at)
        headers["content-disposition"] = f"attachment; filename={name}"
        return writer.answer(f"https://files.example/{url}/{name}", data, headers, at, form=form)  # type: ignore[arg-type]

    names = [f"{name}-1.0-py3-none-any.whl" for name in ("cut", "empty", "page", "short", "twice", "thrice")]
    cut, empty, page, short, twice, thrice = names
    whole = {name: wheel(name.partition("-")[0], "1.0") for name in names}
    add(cut, whole[cut][:-30])
    add(empty, b"")
    add(page, b"<html>")
    unnamed = CacheWriter(tmp_path / "cache").answer(
        "https://files.example/x", whole[cut][:-30], file_headers("un", "1", "bdist_wheel", "py3", size=1, at_ns=AT), AT
    )
    add(short, whole[short][:-500], size=len(whole[short]))
    add(twice, whole[twice][:-30], at=AT + NS)
    copy = add(twice, whole[twice], "b")
    add(thrice, whole[thrice], form="cc=4", at=AT + NS)
    add(thrice, whole[thrice], "b")
    newest = add(thrice, whole[thrice], "c", at=AT + NS)
    source = add("source-1.0.tar.gz", sdist("source", "1.0"))
    said = run("offline", "-n", "--json", "--cache-dir", tmp_path / "cache")
    document = json.loads(said.out)
    assert said.code == 0
    assert {one["filename"]: one["path"] for one in document["files"]} == {
        twice: copy,
        thrice: newest,
        "source-1.0.tar.gz": source,
    }
    reasons = {one["filename"] or f"un 1 ({one['path']})": one["reason"] for one in document["damaged"]}
    assert reasons.keys() == {cut, empty, page, short, twice, f"un 1 ({unnamed})"}
    assert all(f"Left out: {name}: {reason}.\n" in said.err for name, reason in reasons.items())
    check("offline", [said.out])


@POSIX
@pytest.mark.parametrize("form", ["cc=4", "cc=2"])
def test_files_inside_records_are_written_out_on_the_disk(
    form: str, run: Run, tmp_path: Path, home: Path, runtime: Path
) -> None:
    data = wheel("six", "1.0", size=300_000)
    headers = file_headers("six", "1.0", "bdist_wheel", "py3", size=len(data), at_ns=AT)
    url = "https://files.example/six-1.0-py3-none-any.whl"
    CacheWriter(tmp_path / "cache").answer(url, data, headers, AT, form=form)  # type: ignore[arg-type]
    before, out = content(tmp_path / "cache"), tmp_path / "out"
    copy = f"cp $PIP_FIND_LINKS/six-1.0-py3-none-any.whl {out}; echo $PIP_FIND_LINKS > {out}.place"
    assert run("offline", "--cache-dir", tmp_path / "cache", "--", "sh", "-c", copy).code == 0
    assert out.read_bytes() == data
    assert Path(f"{out}.place").read_text().startswith(f"{home / '.cache/cachetui/offline'}/")
    assert content(tmp_path / "cache") == before
    assert not (home / ".cache/cachetui/offline").exists()


@POSIX
def test_a_command_that_writes_to_a_link_is_reported(
    run: Run, cache: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = made_up_name("torch-2.3.0-cp311-cp311-manylinux1_x86_64.whl")
    runtime.rename(runtime.with_name("runtime"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime.with_name("runtime")))  # without a blank: a path, no address
    write = f"chmod u+w $PIP_FIND_LINKS/{name} && echo more >> $PIP_FIND_LINKS/{name}"
    said = run("offline", "--cache-dir", cache, "--only", "torch==2.3.0", "--", "sh", "-c", write)
    words = f"The command changed {name} in the cache. Check it: cachetui verify --deep\n"
    assert (said.code, said.err) == (0, words)


@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_is_passed_on_and_the_command_decides(
    number: signal.Signals, start: Start, cache: Path, runtime: Path
) -> None:
    script = LISTENS.format(number=number.value, code=5)
    alone: dict[str, Any] = {"stdin": subprocess.PIPE, "start_new_session": True}  # no terminal sends the signal, too
    command = ["offline", "--cache-dir", cache, "--", sys.executable, "-c", script]
    before = signal.signal(number, signal.SIG_DFL)  # nohup and background jobs ignore some, and what they start does
    try:
        process = start(*command, **alone)
    finally:
        signal.signal(number, before)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out = process.stdout.readline()
        process.communicate("\n")
    assert (process.returncode, out) == (5, "got\n")
    assert [*runtime.iterdir()] == []


@POSIX
def test_ctrl_c_reaches_the_command_once_and_ends_both(cache: Path, runtime: Path) -> None:
    script = LISTENS.format(number=signal.SIGINT.value, code=7)
    command = ["offline", "--quiet", "--cache-dir", str(cache), "--", sys.executable, "-c", script]
    with Terminal(*command) as terminal:
        terminal.wait_for("ready")
        terminal.type("\x03")
        terminal.wait_for("got")
        terminal.type("\r")
        assert terminal.leave() == 7
    assert terminal.seen.count("got") == 1
    assert [*runtime.iterdir()] == []
