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

from cachetui.cli import removing
from cachetui.removal import execution
from cachetui.removal.plan import Plan
from tests.cli.conftest import Nobody, Run
from tests.cli.test_preferences import prefer
from tests.inventories import write

if sys.platform != "win32":
    from tests.cli.terminal import Terminal

TERMINALS = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def paths_of(run: Run, cache: Path, *terms: str) -> set[str]:
    document = json.loads(run("list", "--json", *terms, "--cache-dir", cache).out)
    return {path for project in document["projects"] for entry in project["entries"] for path in entry["paths"]}


def test_what_the_terms_match_goes_and_nothing_else(run: Run, cache: Path) -> None:
    before, wanted = files(cache), paths_of(run, cache, "torch>=2.2,<2.3")
    said = run("remove", "torch>=2.2,<2.3", "--yes", "--cache-dir", cache)
    assert said.code == 0
    assert files(cache) == before - wanted
    assert len(wanted) == 4
    assert said.out.startswith("Removed 4 files of 2 entries, freed 2.1 MB: ")
    assert said.err.splitlines()[0] == "Remove 2 entries of 1 project? 4 files, frees 2.1 MB"
    assert "torch-2.2.2+cu121-cp311-cp311-linux_x86_64.whl" in said.err
    assert run("list", "torch>=2.2,<2.3", "--cache-dir", cache).code == 3


def test_json_tells_plan_and_outcome(run: Run, cache: Path) -> None:
    listed = json.loads(run("list", "numpy", "--json", "--cache-dir", cache).out)["projects"][0]["entries"]
    said = run("remove", "numpy", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 0
    assert list(document)[:5] == ["schema", "planned", "removed", "kept", "freed"]
    assert document["planned"] == listed
    assert sorted(document["removed"]) == sorted(path for entry in listed for path in entry["paths"])
    assert document["kept"] == document["vanished"] == []
    assert document["freed"] == document["frees"] > 0
    assert said.err.splitlines()[-1].startswith("Removed ")


def test_a_dry_run_touches_nothing(run: Run, cache: Path) -> None:
    before = files(cache)
    said = run("remove", "numpy", "-n", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert (said.code, document["removed"], document["freed"]) == (0, [], 0)
    assert len(document["planned"]) == 8
    assert "1 built wheel: pip must build it again when needed" in said.err
    assert run("remove", "numpy", "-n", "--read-only", "--cache-dir", cache).code == 0
    assert files(cache) == before


def test_without_a_terminal_and_without_yes_nothing_goes(
    start: Callable[..., subprocess.Popen[str]], cache: Path
) -> None:
    before = files(cache)
    with start("remove", "numpy", "--cache-dir", cache) as process:
        out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert err.endswith(
        "Nothing was removed: there is no terminal to ask on. With --yes it is removed without a question.\n"
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


@pytest.mark.parametrize("terms", [[], [""], ["torch", "numpy"], ["torch>"], ["kind:buillt"], ["torch=2"]])
def test_terms_that_do_not_parse_touch_nothing(run: Run, cache: Path, terms: list[str]) -> None:
    before = files(cache)
    said = run("remove", *terms, "--yes", "--cache-dir", cache)
    assert (said.code, said.out) == (2, "")
    assert said.err
    assert files(cache) == before


def test_the_plan_says_when_local_versions_go_too(run: Run, cache: Path) -> None:
    said = run("remove", "torch==2.3.0", "-n", "--cache-dir", cache)
    assert "! torch==2.3.0 takes the local version 2.3.0+cu121 too; ===2.3.0 would not\n" in said.err
    assert "local version" not in run("remove", "torch===2.3.0", "-n", "--cache-dir", cache).err


@pytest.mark.parametrize(("name", "term"), [("=2", "torch"), ("2", "torch"), ("2,", "torch")])
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
    assert f"cachetui remove 'torch>{name}'" in err
    assert files(cache) == before


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
    record, body, *_ = sorted(paths_of(run, cache, "torch===2.3.0"))

    def change_first(*arguments: Any, **options: Any) -> execution.Outcome:
        write(cache, body, b"changed")
        return execution.carry_out(*arguments, **options)

    monkeypatch.setattr(removing, "carry_out", change_first)
    said = run("remove", "torch===2.3.0", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 1
    assert {kept["path"]: kept["reason"] for kept in document["kept"]} == {
        record: "belongs to what stays",
        body: "changed since the cache was read",
    }
    assert f"Stays: {body}: changed since the cache was read.\n" in said.err


def test_a_running_pip_keeps_its_pages(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "running_pips", lambda: (4121,))
    said = run("remove", "numpy", "--yes", "--cache-dir", cache)
    assert said.code == 0
    assert "! a pip is running (4121): 1 index page stays\n" in said.err
    assert run("list", "numpy", "--cache-dir", cache).err.startswith("1 project, 1 entry")


def test_a_pip_that_starts_after_the_plan_keeps_its_pages(
    run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([(), (4121,)])
    monkeypatch.setattr(removing, "running_pips", lambda: next(answers))
    said = run("remove", "numpy", "--yes", "--cache-dir", cache)
    assert said.code == 1
    assert "index page stays" not in said.err
    assert "a pip is running (4121) and may be waiting for this page.\n" in said.err
    assert run("list", "numpy", "--cache-dir", cache).err.startswith("1 project, 1 entry")


def test_terms_match_nothing_where_there_is_no_cache(run: Run) -> None:
    assert run("remove", "numpy", "--yes").code == 3
    assert run("list", "numpy").code == 3
    assert run("list").code == 0


def test_if_all_of_it_stays_that_is_a_failure(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("remove", "numpy>=0", "--yes", "--cache-dir", cache)
    monkeypatch.setattr(removing, "running_pips", lambda: (4121,))
    said = run("remove", "numpy", "--yes", "--cache-dir", cache)
    assert said.code == 1
    assert said.err.startswith("Nothing of this can be removed.\n")


def test_ctrl_c_stops_between_two_entries_and_tells_what_was_done(
    run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(plan: Plan, *, stop: Callable[[], bool], **_: object) -> execution.Outcome:
        asked = 0

        def press() -> bool:
            nonlocal asked
            asked += 1
            if asked == 3:
                signal.raise_signal(signal.SIGINT)
            return stop()

        return execution.carry_out(plan, stop=press)

    monkeypatch.setattr(removing, "carry_out", interrupted)
    before = files(cache)
    said = run("remove", "numpy", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 130
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
    monkeypatch.setenv("PIP_CACHE_DIR", str(cache))
    assert "belongs to another user" in run("remove", "numpy", "--yes").err
    assert run("remove", "numpy", "--yes", "--cache-dir", cache).code == 0


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes deny nothing here")
def test_a_shard_without_permission_keeps_its_files_and_the_rest_goes(nobody: Nobody) -> None:
    before = files(nobody.cache)
    body = next(path for path in sorted(before) if path.endswith(".body"))
    shard = (nobody.cache / body).parent
    shard.chmod(0o500)
    said = nobody.run("purge", "--yes", "--json", "--cache-dir", nobody.cache)
    shard.chmod(0o700)
    document = json.loads(said.out)
    left = files(nobody.cache)
    assert said.code == 1
    assert before - left == set(document["removed"])
    denied = {kept["path"] for kept in document["kept"] if kept["reason"] == "Permission denied"}
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
    assert document["kept"] == [{"path": one["paths"][0], "reason": "protected by the preferences"} for one in pinned]
    left = json.loads(run("list", "torch", "--json", "--cache-dir", cache).out)["projects"][0]["entries"]
    assert sorted(one["paths"] for one in left) == sorted(one["paths"] for one in pinned)

    again = run("remove", "torch", "--yes", "--cache-dir", cache)
    assert (again.code, again.out) == (1, "")
    assert again.err.count("protected by the preferences") == len(pinned)
