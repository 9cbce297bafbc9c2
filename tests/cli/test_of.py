"""The command line in the cache of another program than pip."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from cachetui.caches.folders import cache_folder
from cachetui.demo.artifacts import sdist, wheel
from cachetui.demo.writer import CacheWriter, plain_headers
from cachetui.model import NS
from tests.cli.conftest import Run, Said
from tests.inventories import write

AT = 1_700_000_000 * NS
SIX = "https://files.example/six-1.16.0-py3-none-any.whl"


@pytest.fixture
def pipenvs() -> Path:
    """Write a cache of pipenv where it is by default: a download, a wheel that was built here, and a stray file."""
    root = cache_folder("pipenv", os.environ)
    cache = CacheWriter(root)
    body = wheel("six", "1.16.0", "py3-none-any")
    cache.answer(SIX, body, plain_headers("application/octet-stream", size=len(body), at_ns=AT), AT)
    source = sdist("built", "1.0")
    url = "https://files.example/built-1.0.tar.gz"
    cache.answer(url, source, plain_headers("application/octet-stream", size=len(source), at_ns=AT), AT)
    cache.built(url, None, "built-1.0-py3-none-any.whl", wheel("built", "1.0", "py3-none-any"), AT)
    write(root, "mine.txt")
    return root


def pipenv(run: Run, *arguments: object) -> Said:
    return run(*arguments, "--of", "pipenv", "--no-memory")


def test_info_names_the_owner_and_the_other_caches(run: Run, pipenvs: Path, cache: Path) -> None:
    said = pipenv(run, "info")
    assert re.search(r"^Not pipenv's +1 file, ", said.out, re.MULTILINE)
    assert "Also here" not in said.out
    of_pip = run("info", "--cache-dir", cache, "--no-memory").out
    assert re.search(r"^Not pip's +\d+ files?, ", of_pip, re.MULTILINE)
    (line,) = re.findall("^Also here: .*", of_pip, re.MULTILINE)
    assert re.fullmatch(r"Also here: pipenv (more than )?[\d.]+ kB in ~\S*pipenv\S*; open it with --of pipenv", line)


def test_json_names_the_other_caches(run: Run, pipenvs: Path, cache: Path) -> None:
    for command in ("info", "audit"):
        (other,) = json.loads(run(command, "--json", "--cache-dir", cache, "--no-memory").out)["other_caches"]
        assert (other["id"], other["title"], other["root"]) == ("pipenv", "pipenv", str(pipenvs))
        assert other["disk_usage"] > 0
        assert json.loads(pipenv(run, command, "--json").out)["other_caches"] == []
        assert json.loads(run(command, "--json", "--demo").out)["other_caches"] == []


def test_an_audit_names_the_owner_and_the_other_caches(run: Run, pipenvs: Path, cache: Path) -> None:
    said = pipenv(run, "audit")
    assert "1 file not pipenv's" in said.out
    assert "what pipenv built" in said.out
    assert "Other caches here" not in said.out
    last = run("audit", "--cache-dir", cache, "--no-memory").out.splitlines()[-2:]
    assert last[0].split() == ["Other", "caches", "here", "Disk"]
    assert re.fullmatch(r"pipenv, ~\S+ +[\d.]+ kB( and more)? +--of pipenv", last[1])


def test_what_is_about_pip_alone_is_refused_by_one_sentence(run: Run, pipenvs: Path) -> None:
    for what, arguments in (("cachetui why", ("why", "six")), ("--pythons", ("info", "--pythons"))):
        said = pipenv(run, *arguments)
        assert (said.code, said.out) == (2, "")
        assert said.err.splitlines()[-1] == (
            f"Error: {what} is about pip and its cache alone, and {pipenvs} is pipenv's."
        )
        by_layout = run(*arguments, "--cache-dir", pipenvs)
        assert by_layout.err.endswith("To read it as pip's, add --of pip.\n")


def test_the_demo_is_a_cache_of_pip(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run("list", "--demo", "--of", "pipenv")
    assert said.code == 2
    assert said.err.endswith("Error: --demo makes up a cache of pip: leave out --of pipenv.\n")
    monkeypatch.setenv("CACHETUI_OF", "pipenv")
    assert run("list", "--demo", "--of", "pip").code == 0
    assert run("list", "--demo").code == 0


def test_a_removal_names_who_must_build_again(run: Run, pipenvs: Path) -> None:
    said = pipenv(run, "purge", "-n")
    assert said.code == 0
    assert "! 1 built wheel: pipenv must build it again when needed" in said.out
    assert "pip must" not in said.out
    limited = pipenv(run, "prune", "--max-size", "1B", "-n")
    assert "--built would also remove wheels that pipenv built here." in limited.err
    assert pipenv(run, "purge", "--yes").code == 0
    assert [one for one in pipenvs.rglob("*") if one.is_file()] == [pipenvs / "mine.txt"]
    assert pipenv(run, "purge", "--yes").err == "There is nothing of pipenv's in the cache: nothing was removed.\n"


def test_a_root_without_anything_of_the_program_is_refused_in_its_name(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "photos", "one.jpg")
    said = pipenv(run, "purge", "--cache-dir", tmp_path / "photos", "--yes")
    assert "contains nothing that pipenv writes: it is not a pipenv cache." in said.err


@pytest.mark.parametrize("of", ["pipenv", "poetry", "uv"])
def test_an_absent_cache_is_that_of_its_program(run: Run, of: str) -> None:
    assert re.search(rf"^Not {of}'s +0 files", run("info", "--of", of).out, re.MULTILINE)
    assert f"0 files not {of}'s" in run("audit", "--of", of).out
    purged = run("purge", "--of", of, "--yes").err
    assert "pip's" not in purged
    verified = run("verify", "--of", of)
    assert verified.code == (1 if of == "uv" else 0)
    assert ("uv keeps wheels unpacked" in verified.err) == (of == "uv")


def test_the_current_folder_is_known_by_its_name(run: Run, pipenvs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pipenvs)
    assert "Not pipenv's" in run("info", "--cache-dir", ".").out
    monkeypatch.chdir(pipenvs / "http-v2")
    assert "Not pipenv's" in run("info", "--cache-dir", "..").out


def test_a_finding_says_who_downloads_again(run: Run, pipenvs: Path) -> None:
    (body,) = [one for one in pipenvs.rglob("*.body") if b"six" in one.read_bytes()]
    body.write_bytes(body.read_bytes() + b"more")
    said = pipenv(run, "verify")
    assert said.code == 1
    assert "pipenv downloads it again when it is needed." in " ".join(said.out.split())
    (finding,) = json.loads(pipenv(run, "verify", "--json").out)["findings"]
    assert finding["way_out"] == "Mark and remove it: pipenv downloads it again when it is needed."
    assert finding["command"] == "cachetui remove six==1.16.0 kind:wheel --of pipenv"


def test_terms_check_export_and_offline_work_as_in_pips(run: Run, pipenvs: Path, tmp_path: Path) -> None:
    assert "six" in pipenv(run, "list", "kind:wheel").out
    for form in ((), ("--files",)):
        listed = pipenv(run, "list", *form).out
        assert ("Not pipenv's" in listed, "Not pip's" in listed) == (True, False)
    assert pipenv(run, "check", "six").code == 1
    assert pipenv(run, "export", "six", "--to", tmp_path / "out").code == 0
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["six-1.16.0-py3-none-any.whl"]
    assert "six-1.16.0-py3-none-any.whl" in pipenv(run, "offline", "-n").out


def test_a_bug_report_says_whose_cache_it_is(run: Run, pipenvs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cachetui.services.diagnostics.doctor.find_pythons", lambda *_, **__: [])
    found = json.loads(pipenv(run, "doctor", "--json").out)
    assert found["cache"]["of"] == "pipenv"
    assert found["cache"]["folders"] == ["http-v2", "wheels"]
    write(pipenvs, f"pipenv-manifests/manifests-v1/{'a' * 64}/six.json", b"{}")
    (pipenvs / "selfcheck").mkdir()
    found = json.loads(pipenv(run, "doctor", "--json").out)
    assert found["cache"]["folders"] == ["http-v2", "pipenv-manifests", "selfcheck", "wheels"]
    assert found["options"]["of"] == {"value": "pipenv", "said_by": "--of"}
    assert "of" not in json.loads(run("doctor", "--json").out)["cache"]
