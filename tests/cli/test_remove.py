from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cachetui.cli.signals import ENDINGS
from cachetui.removal import execute
from cachetui.removal.plan import Plan
from cachetui.removal.rights import NOT_WRITABLE
from cachetui.services import removal
from tests.cli.conftest import Nobody, Run, made_up_name
from tests.cli.test_preferences import prefer
from tests.inventories import files, write

if sys.platform != "win32":
    from tests.cli.terminal import Terminal

TERMINALS = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk at hand")


def paths_of(run: Run, cache: Path, *terms: str) -> set[str]:
    document = json.loads(run("list", "--json", *terms, "--cache-dir", cache).out)
    return {path for project in document["projects"] for entry in project["entries"] for path in entry["paths"]}


def without_folders(words: str) -> str:
    """Leave out the size of emptied folders, which depends on the hashes of names with the running Python's tag."""
    return re.sub(r"\d+ kB of emptied folders", "", words)


def test_what_the_terms_match_goes_and_nothing_else(run: Run, cache_on_disk: Path) -> None:
    cache = cache_on_disk
    before, wanted = files(cache), paths_of(run, cache, "torch>=2.2,<2.3")
    said = run("remove", "torch>=2.2,<2.3", "--yes", "--cache-dir", cache)
    assert said.code == 0
    assert files(cache) == before - wanted
    assert len(wanted) == 4
    assert without_folders(said.out).startswith("Removed 4 files of 2 entries, freed 2.1 MB and : ")
    assert without_folders(said.err.splitlines()[0]) == "Remove torch 2.2.2+cu121: 4 files, frees 2.1 MB and "
    assert made_up_name("torch-2.2.2+cu121-cp311-cp311-linux_x86_64.whl") in said.err
    assert run("list", "torch>=2.2,<2.3", "--cache-dir", cache).code == 3


def test_json_tells_plan_and_outcome(run: Run, cache_on_disk: Path) -> None:
    cache = cache_on_disk
    listed = json.loads(run("list", "numpy", "--json", "--cache-dir", cache).out)["projects"][0]["entries"]
    said = run("remove", "numpy", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 0
    assert list(document)[:5] == ["schema", "planned", "removed", "kept", "freed"]
    assert document["planned"] == listed
    assert sorted(document["removed"]) == sorted(path for entry in listed for path in entry["paths"])
    assert document["kept"] == document["vanished"] == []
    assert document["freed"] == document["frees"] > document["freed_files"] == document["frees_files"] > 0
    assert document["freed"] == document["freed_files"] + document["freed_directories"]
    assert document["costs"] == ["1 built wheel: pip must build it again when needed"]
    (line,) = said.err.splitlines()
    assert line.startswith("Removed ")


def test_a_dry_run_touches_nothing(run: Run, cache: Path) -> None:
    before = files(cache)
    said = run("remove", "numpy", "-n", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert (said.code, said.err, document["removed"], document["freed"]) == (0, "", [], 0)
    assert len(document["planned"]) == 8
    assert document["costs"] == ["1 built wheel: pip must build it again when needed"]
    assert run("remove", "numpy", "-n", "--read-only", "--cache-dir", cache).code == 0
    assert files(cache) == before


def test_the_plan_is_what_a_dry_run_writes(run: Run, cache: Path) -> None:
    said = run("remove", "numpy", "-n", "--cache-dir", cache)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Would remove 8 entries from 1 project: ")
    assert "! 1 built wheel: pip must build it again when needed\n" in said.out


def test_without_a_terminal_and_without_yes_nothing_goes(
    start: Callable[..., subprocess.Popen[str]], cache: Path
) -> None:
    before = files(cache)
    with start("remove", "numpy", "--cache-dir", cache) as process:
        out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert err.endswith(
        "Nothing was removed: there is no terminal to ask on. With --yes, it is removed without asking.\n"
    )
    assert files(cache) == before


def test_read_only_refuses(run: Run, cache: Path) -> None:
    before = files(cache)
    for arguments in (["--read-only", "remove", "numpy"], ["remove", "numpy", "--read-only"]):
        said = run(*arguments, "--yes", "--cache-dir", cache)
        assert (said.code, said.out) == (1, "")
        assert "Nothing is removed with --read-only" in said.err
    assert files(cache) == before


def test_terms_that_match_nothing_touch_nothing(run: Run, cache: Path) -> None:
    before = files(cache)
    assert run("remove", "nosuchpkg", "--yes", "--cache-dir", cache) == (
        3,
        "",
        "Nothing in the cache matches: nothing was removed.\n",
    )
    said = run("remove", "nosuchpkg", "--yes", "--json", "--cache-dir", cache)
    assert (said.code, json.loads(said.out)["planned"]) == (3, [])
    assert files(cache) == before


@pytest.mark.parametrize("terms", [[], [""], ["torch", "2.3"], ["torch>"], ["kind:buillt"], ["torch=2"]])
def test_terms_that_do_not_parse_touch_nothing(run: Run, cache: Path, terms: list[str]) -> None:
    before = files(cache)
    said = run("remove", *terms, "--yes", "--cache-dir", cache)
    assert (said.code, said.out) == (2, "")
    assert said.err
    assert files(cache) == before


def test_the_plan_says_when_local_versions_go_too(run: Run, cache: Path) -> None:
    said = run("remove", "torch==2.3.0", "-n", "--cache-dir", cache)
    assert "! torch==2.3.0 takes the local version 2.3.0+cu121 too; ===2.3.0 would not\n" in said.out
    assert "local version" not in run("remove", "torch===2.3.0", "-n", "--cache-dir", cache).out
    document = json.loads(run("remove", "torch==2.3.0", "-n", "--json", "--cache-dir", cache).out)
    assert document["costs"] == ["torch==2.3.0 takes the local version 2.3.0+cu121 too; ===2.3.0 would not"]


@pytest.mark.parametrize(
    ("name", "term"),
    [
        *[(name, "torch") for name in ("=2", "2", "2,", "2.*", "2.0rc1", "1.0.post1+cpu")],
        *[(name, "not:size") for name in ("100MB", "=1.5GiB", "90d", "=2y")],
    ],
)
def test_an_output_that_a_shell_made_of_a_term_is_refused(
    start: Callable[..., subprocess.Popen[str]], cache: Path, tmp_path: Path, name: str, term: str
) -> None:
    before = files(cache)
    with (
        (tmp_path / name).open("w") as output,
        start("remove", term, "--yes", "--cache-dir", cache, stdout=output, cwd=tmp_path) as process,
    ):
        _, err = process.communicate()
    assert process.returncode == 2
    assert f"cachetui remove '{term}>{name}'" in err
    assert files(cache) == before


@pytest.mark.parametrize(
    ("name", "command", "meant"),
    [("2", "remove torch", ": cachetui remove 'torch<2'."), ("90d", "prune torch not:age", ", such as 'not:age<90d'.")],
)
def test_an_input_that_a_shell_made_of_a_term_is_refused(
    start: Callable[..., subprocess.Popen[str]], cache: Path, tmp_path: Path, name: str, command: str, meant: str
) -> None:
    before = files(cache)
    (tmp_path / name).touch()
    with (
        (tmp_path / name).open() as given,
        start(*command.split(), "--yes", "--cache-dir", cache, stdin=given, cwd=tmp_path) as process,
    ):
        _, err = process.communicate()
    assert process.returncode == 2
    assert f"Quote what has > or < in it{meant}" in err
    assert files(cache) == before


@pytest.mark.parametrize(("name", "code"), [("=2", 2), ("2", 0), ("errors.txt", 0)])
def test_messages_that_a_shell_sends_into_what_begins_like_a_version_are_refused(
    start: Callable[..., subprocess.Popen[str]], cache: Path, tmp_path: Path, name: str, code: int
) -> None:
    with (
        (tmp_path / name).open("w") as messages,
        start("remove", "torch", "-n", "--cache-dir", cache, stderr=messages, cwd=tmp_path) as process,
    ):
        out, _ = process.communicate()
    assert process.returncode == code
    assert ("cachetui remove 'torch>=2'. Nothing was removed." in out) == (code == 2)
    assert ("torch>=2" in (tmp_path / name).read_text()) == (code == 2)


def test_links_that_lead_nowhere_hide_no_redirection(
    start: Callable[..., subprocess.Popen[str]], cache: Path, tmp_path: Path
) -> None:
    for name in ("=1", "=3", "1", "3"):
        (tmp_path / name).symlink_to("nowhere")
    with (
        (tmp_path / "=2").open("w") as output,
        start("remove", "torch", "--yes", "--cache-dir", cache, stdout=output, cwd=tmp_path) as process,
    ):
        _, err = process.communicate()
    assert process.returncode == 2
    assert "cachetui remove 'torch>=2'" in err


def test_an_output_into_another_file_is_fine(
    start: Callable[..., subprocess.Popen[str]], cache: Path, tmp_path: Path
) -> None:
    with (
        (tmp_path / "report.json").open("w") as output,
        start(
            "remove", "torch==2.3.0", "--yes", "--json", "--cache-dir", cache, stdout=output, cwd=tmp_path
        ) as process,
    ):
        process.communicate()
    assert process.returncode == 0
    assert json.loads((tmp_path / "report.json").read_text())["removed"]


def test_what_could_not_go_is_named_and_told_by_the_exit_code(
    run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, body = sorted(paths_of(run, cache, "torch===2.3.0", "kind:wheel"))

    def change_first(*arguments: Any, **options: Any) -> execute.RemovalOutcome:
        write(cache, body, b"changed")
        return execute.execute(*arguments, **options)

    monkeypatch.setattr(removal, "execute", change_first)
    said = run("remove", "torch===2.3.0", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 1
    assert {kept["path"]: kept["reason"] for kept in document["kept"]} == {
        record: "belongs to something that is kept",
        body: "changed since the cache was read",
    }
    name = made_up_name("torch-2.3.0-cp311-cp311-manylinux1_x86_64.whl")
    assert f"Kept {name}: changed since the cache was read\n" in said.err


@FULL
@pytest.mark.parametrize("more", ["--yes", "--yes --json"])
def test_what_was_removed_is_told_even_where_it_cannot_be_written(
    start: Callable[..., subprocess.Popen[str]], cache: Path, more: str
) -> None:
    before = files(cache)
    with (
        Path("/dev/full").open("w") as full,
        start("remove", "numpy", "kind:wheel", *more.split(), "--cache-dir", cache, stdout=full) as process,
    ):
        _, err = process.communicate()
    assert process.returncode == 1
    assert before - files(cache)
    assert f"Removed {len(before - files(cache))} files of 3 entries, freed " in err
    assert err.endswith(f"Error: {os.strerror(errno.ENOSPC)}.\n")


@FULL
def test_a_plan_that_cannot_be_told_for_want_of_room_keeps_nothing_from_going(
    start: Callable[..., subprocess.Popen[str]], cache: Path
) -> None:
    with (
        Path("/dev/full").open("w") as full,
        start("remove", "numpy", "kind:wheel", "--yes", "--cache-dir", cache, stderr=full) as process,
    ):
        out, _ = process.communicate()
    assert process.returncode == 0
    assert out.startswith("Removed ")


@pytest.mark.parametrize("terms", [["is:unusable"], ["not:is:unusable", "torch"]])
def test_what_is_unusable_goes_unasked_only_for_a_python_that_is_named(run: Run, cache: Path, terms: list[str]) -> None:
    before = files(cache)
    said = run("remove", *terms, "--yes", "--cache-dir", cache)
    assert (said.code, said.out) == (2, "")
    assert "With --yes, what is unusable needs --python" in said.err
    assert files(cache) == before
    python = ["--python", sys.executable]
    assert run("remove", *terms, "--yes", "--dry-run", *python, "--cache-dir", cache).code == 0


def test_a_running_pip_keeps_its_pages(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "running_programs", lambda _: (4121,))
    said = run("remove", "numpy", "--yes", "--cache-dir", cache)
    assert said.code == 0
    assert "Kept 1 built wheel and 1 index page: a pip is running\n" in said.err
    (left,) = json.loads(run("list", "numpy", "--json", "--cache-dir", cache).out)["projects"]
    assert {entry["kind"] for entry in left["entries"]} == {"index", "built"}


def test_a_pip_that_starts_after_the_plan_keeps_its_pages(
    run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([(), (4121,)])
    monkeypatch.setattr(removal, "running_programs", lambda _: next(answers))
    said = run("remove", "numpy", "--yes", "--cache-dir", cache)
    assert said.code == 1
    assert said.err.count("Kept 1 built wheel and 1 index page: a pip is running\n") == 1
    (left,) = json.loads(run("list", "numpy", "--json", "--cache-dir", cache).out)["projects"]
    assert {entry["kind"] for entry in left["entries"]} == {"index", "built"}


def test_terms_match_nothing_where_there_is_no_cache(run: Run) -> None:
    assert run("remove", "numpy", "--yes").code == 3
    assert run("list", "numpy").code == 3
    assert run("list").code == 0


def test_if_all_of_it_stays_that_is_a_failure(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("remove", "numpy>=0", "--yes", "--cache-dir", cache)
    monkeypatch.setattr(removal, "running_programs", lambda _: (4121,))
    said = run("remove", "numpy", "--yes", "--cache-dir", cache)
    assert said.code == 1
    assert said.err.startswith("Nothing here can be removed.\n")


@pytest.mark.parametrize("name", ["SIGINT", *[number.name for number in ENDINGS]])
def test_a_signal_stops_between_two_entries_and_tells_what_was_done(
    name: str, run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(plan: Plan, *, stop: Callable[[], bool], **_: object) -> execute.RemovalOutcome:
        asked = 0

        def press() -> bool:
            nonlocal asked
            asked += 1
            if asked == 3:
                signal.raise_signal(getattr(signal, name))
            return stop()

        return execute.execute(plan, stop=press)

    monkeypatch.setattr(removal, "execute", interrupted)
    before = files(cache)
    said = run("remove", "numpy", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 128 + getattr(signal, name)
    assert document["stopped"]
    assert 2 <= len(document["removed"]) <= 4
    assert files(cache) == before - set(document["removed"])
    assert said.err.splitlines()[-1].startswith("Stopped. Removed ")


@TERMINALS
@pytest.mark.parametrize(
    ("answer", "code", "gone"), [("y\n", 0, True), ("\n", 1, False), ("n\n", 1, False), ("\x04", 1, False)]
)
def test_the_question_is_answered_by_no_unless_it_is_yes(cache: Path, answer: str, code: int, gone: bool) -> None:
    before = files(cache)
    with Terminal("remove", "torch==2.3.0", "--cache-dir", str(cache)) as terminal:
        terminal.wait_for("? [y/N] ")
        terminal.type(answer)
        assert terminal.leave() == code
        assert ("Removed 8 files of 4 entries" if gone else "Nothing was removed.") in terminal.seen
    assert (len(before) - len(files(cache))) == (8 if gone else 0)


@TERMINALS
def test_ctrl_c_at_the_question_removes_nothing(cache: Path) -> None:
    before = files(cache)
    with Terminal("remove", "torch==2.3.0", "--cache-dir", str(cache)) as terminal:
        terminal.wait_for("? [y/N] ")
        terminal.type("\x03")
        assert terminal.leave() == 130
        assert "Traceback" not in terminal.seen
    assert files(cache) == before


def test_a_root_that_is_not_pips_is_refused(run: Run, tmp_path: Path) -> None:
    write(tmp_path, "thesis.txt")
    assert run("remove", "thesis", "--yes", "--cache-dir", tmp_path).code == 1
    assert run("purge", "--yes", "--cache-dir", tmp_path).code == 1
    assert (tmp_path / "thesis.txt").exists()


def test_a_home_directory_is_refused(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(cache))
    before = files(cache)
    said = run("remove", "numpy", "--yes", "--no-memory", "--cache-dir", cache)
    assert said.code == 1
    assert "is the home directory" in said.err
    assert files(cache) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can try")
def test_the_superuser_must_name_a_cache_of_somebody_else(
    run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chown(cache, 65_534, 65_534)
    for variable in ("PIP_CACHE_DIR", "CACHETUI_CACHE_DIR"):
        monkeypatch.setenv(variable, str(cache))
        assert "belongs to another user" in run("remove", "numpy", "--yes").err
    assert run("remove", "numpy", "--yes", "--cache-dir", cache).code == 0


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes deny nothing here")
def test_a_shard_without_permission_keeps_its_files_and_the_rest_goes(nobody: Nobody) -> None:
    before = files(nobody.cache)
    body = next(path for path in sorted(before) if path.endswith(".body"))
    shard = (nobody.cache / body).parent
    shard.chmod(0o500)
    told = nobody.run("purge", "--dry-run", "--cache-dir", nobody.cache)
    said = nobody.run("purge", "--yes", "--json", "--cache-dir", nobody.cache)
    shard.chmod(0o700)
    assert told.code == 1
    assert f"! Kept 1 entry: {NOT_WRITABLE}; chmod -R u+rwX {nobody.cache} allows it" in told.out
    document = json.loads(said.out)
    left = files(nobody.cache)
    assert said.code == 1
    assert before - left == set(document["removed"])
    denied = {kept["path"] for kept in document["kept"] if kept["reason"] == NOT_WRITABLE}
    assert denied
    assert body in left
    assert denied <= left


def test_what_is_protected_stays_and_is_named(run: Run, cache: Path) -> None:
    prefer('protect = ["torch>=2.3"]')
    everything = json.loads(run("list", "torch", "--json", "--cache-dir", cache).out)["projects"][0]["entries"]
    pinned = [one for one in everything if one["version"] and one["version"].startswith("2.3")]
    said = run("remove", "torch", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 0
    assert document["planned"] == [one for one in everything if one not in pinned]
    assert document["kept"] == [{"path": one["paths"][0], "reason": "protected"} for one in pinned]
    left = json.loads(run("list", "torch", "--json", "--cache-dir", cache).out)["projects"][0]["entries"]
    assert sorted(one["paths"] for one in left) == sorted(one["paths"] for one in pinned)

    again = run("remove", "torch", "--yes", "--cache-dir", cache)
    assert (again.code, again.out) == (1, "")
    assert again.err.splitlines()[0] == "Nothing here can be removed."
    assert again.err.count(": protected\n") == 1
    assert len(pinned) == 4
    assert "http-v2" not in again.err


def test_the_plan_names_what_is_protected_and_how_much_that_is(run: Run, cache_on_disk: Path) -> None:
    cache = cache_on_disk
    prefer('protect = ["torch==2.3.0", "numpy kind:index"]')
    plan = run("remove", "torch", "-n", "--cache-dir", cache).out.splitlines()
    assert without_folders(plan[0]) == "Would remove 7 entries from 1 project: 14 files, would free 8.5 MB and ; 4 kept"
    start = plan.index("Kept 2 wheels and 2 metadata files: protected")
    plain = made_up_name("torch-2.3.0-cp311-cp311-manylinux1_x86_64.whl")
    assert sorted(plan[start + 1 :]) == [
        "  metadata of torch 2.3.0+cu121",
        f"  metadata of {plain}",
        f"  {made_up_name('torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl')}",
        f"  {plain}",
    ]
    plan = run("remove", "numpy", "-n", "--cache-dir", cache).out.splitlines()
    assert plan[0].endswith("; 1 kept")
    assert "Kept index page of numpy: protected" in plan
