"""`cachetui check`: a poisoned release, like that of March 2026, is found with all that the machine knows of it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, file_headers, http_date, page_headers
from cachetui.services.facts.environments import usage_here
from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer
from tests.report.schemas import check as check_schema
from tests.used_by.laid_out import by_hand, install

UNSHARE = shutil.which("unshare") or ""
HOUR = 3_600 * 10**9
UPLOADED = int(datetime(2026, 3, 24, 10, 39, tzinfo=UTC).timestamp()) * 10**9
FILES = "https://me:secret@files.example/llm-kit"
INDEX = "https://index.example/simple/llm-kit/"


class Incident:
    """A cache with two poisoned releases of llm-kit, one of them with a `.pth`, and one that is sound."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._writer = CacheWriter(root)
        self.put("llm_kit-1.82.6-py3-none-any.whl", hours=600.0)
        self.put("llm_kit-1.82.7-py3-none-any.whl", hours=1.5)
        self.put("llm_kit-1.82.8-py3-none-any.whl", "llm_kit_init.pth", hours=0.75)
        self.sdist = "https://files.example/llm-kit/llm_kit-1.82.8.tar.gz"
        source = artifacts.sdist("llm-kit", "1.82.8", size=3_000)
        self._answer(self.sdist, source, "sdist", hours=1.0)
        wheel = artifacts.wheel("llm-kit", "1.82.8", size=2_000)
        self._writer.built(self.sdist, None, "llm_kit-1.82.8-cp311-cp311-linux_x86_64.whl", wheel, UPLOADED + 2 * HOUR)
        self.put_page("llm-kit", ["1.82.6", "1.82.7", "1.82.8", "1.82.9"])
        self.put_page("calm", ["1.0"])

    def put(self, filename: str, *names: str, hours: float) -> None:
        """Write a wheel with more files in it, downloaded some hours after its upload."""
        buffer = io.BytesIO(artifacts.wheel("llm-kit", filename.split("-")[1], size=2_000))
        with zipfile.ZipFile(buffer, "a") as archive:
            for name in names:
                archive.writestr(name, "import os\n")
        self._answer(f"{FILES}/{filename}", buffer.getvalue(), "bdist_wheel", hours=hours)

    def _answer(self, url: str, body: bytes, package_type: str, *, hours: float) -> None:
        at, version = UPLOADED + int(hours * HOUR), url.rpartition("-1.")[2].removesuffix(".tar.gz").partition("-")[0]
        headers = file_headers("llm-kit", f"1.{version}", package_type, "py3", size=len(body), at_ns=at)
        self._writer.answer(url, body, headers | {"Last-Modified": http_date(UPLOADED)}, at)

    def put_page(self, project: str, versions: list[str]) -> None:
        """Write the project's index page."""
        names = [f"{project.replace('-', '_')}-{version}-py3-none-any.whl" for version in versions]
        files = [{"filename": name, "url": f"{FILES}/{name}", "hashes": {}} for name in names]
        if project == "llm-kit":
            files.append({"filename": "llm_kit-1.82.8.tar.gz", "url": self.sdist, "hashes": {}})
        text = json.dumps({"name": project, "files": files}).encode()
        at = UPLOADED + 3 * HOUR
        headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(text), at_ns=at, gzipped=False)
        self._writer.answer(INDEX.replace("llm-kit", project), text, headers, at)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Incident(tmp_path_factory.mktemp("incident") / "cache").root


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make one environment with a poisoned release the only one here, and refuse each use of the network."""
    environment = tmp_path / "app" / ".venv"
    install(by_hand(environment, home="/nowhere", version="3.11.4"), "llm_kit", "1.82.7")
    monkeypatch.setenv("VIRTUAL_ENV", str(environment))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr("cachetui.cli.commands.check.usage_here", partial(usage_here, machine=False))

    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("the network was used")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.chdir(tmp_path)
    return environment


def advisory(**more: Any) -> dict[str, Any]:
    package = {"name": "llm-kit", "ecosystem": "PyPI"}
    affected = [{"package": package, "versions": ["1.82.7", "1.82.8"]}]
    return {"id": "MAL-2026-1", "aliases": ["XYZ-1"], "summary": "Steals tokens", "affected": affected, **more}


def test_a_poisoned_release_is_found_with_all_that_is_known(run: Run, root: Path, alone: Path, tmp_path: Path) -> None:
    (tmp_path / "mal.json").write_text(json.dumps(advisory()), encoding="utf-8")
    said = run("check", "mal.json", "--json", "--cache-dir", root)
    assert said.code == 1
    (item,) = json.loads(said.out)["items"]
    assert (item["item"], item["state"], item["aliases"]) == ("MAL-2026-1", "found", ["XYZ-1"])
    files = {(one["kind"], one["version"]): one for one in item["files"]}
    assert {*files} == {("wheel", "1.82.7"), ("wheel", "1.82.8"), ("sdist", "1.82.8"), ("built", "1.82.8")}
    first = files["wheel", "1.82.7"]
    assert (first["uploaded"], first["downloaded"]) == ("2026-03-24T10:39:00Z", "2026-03-24T12:09:00Z")
    assert (first["hours_after_upload"], files["wheel", "1.82.8"]["hours_after_upload"]) == (1.5, 0.75)
    assert (first["url"], first["from"]) == (
        "https://***@files.example/llm-kit/llm_kit-1.82.7-py3-none-any.whl",
        "files.example",
    )
    assert (first["startup_files"], files["wheel", "1.82.8"]["startup_files"]) == ([], ["llm_kit_init.pth"])
    assert files["sdist", "1.82.8"]["built"] == [files["built", "1.82.8"]["paths"][0]]
    (user,) = first["used_by"]
    assert user.endswith("app/.venv")
    assert files["wheel", "1.82.8"]["used_by"] == []
    assert item["installed"] == [{"environment": user, "project": "llm-kit", "version": "1.82.7"}]
    assert item["traces"] == []


def test_the_same_as_text(run: Run, root: Path, tmp_path: Path) -> None:
    said = run("check", "llm-kit==1.82.7,<2", "llm-kit==1.82.9", "calm", "nosuch", "no*", "-q", "--cache-dir", root)
    lines = said.out.splitlines()
    assert (said.code, said.err) == (1, "")
    assert lines[0].startswith("FOUND: llm-kit==1.82.7,<2: 1 file, ")
    assert lines[1].startswith("  - llm_kit-1.82.7-py3-none-any.whl (wheel), ")
    assert lines[2:5] == [
        "    downloaded 2026-03-24 12:09, 1.5 hours after its upload",
        "    uploaded 2026-03-24 10:39, by the time of the file at its server",
        "    from https://***@files.example/llm-kit/llm_kit-1.82.7-py3-none-any.whl",
    ]
    assert lines[5].startswith("    used by ") and lines[5].endswith("app/.venv")
    assert lines[7] == f"    $ cachetui remove llm-kit==1.82.7 --cache-dir {root}"
    assert lines[9:] == [
        "TRACES ONLY: llm-kit==1.82.9",
        "  - index page of llm-kit, seen 2026-03-24 13:39, lists llm_kit-1.82.9-py3-none-any.whl",
        "",
        "TRACES ONLY: calm",
        "  - index page of calm, seen 2026-03-24 13:39, lists calm-1.0-py3-none-any.whl",
        "",
        "Not here: 2 of 5: nosuch, no*",
    ]
    said = run("check", "llm-kit==1.82.7,<2", "--cache-dir", root)
    assert re.fullmatch(r"Looked for 1 item\.\nLooked at \d+ environments? for who uses it\.\n", said.err)


def test_health_names_it(run: Run, root: Path) -> None:
    prefer("fresh-hours = 24\n")
    said = run("verify", "--json", "--cache-dir", root)
    found = {(one["sort"], one["version"], one["kind"]) for one in json.loads(said.out)["findings"]}
    assert found == {
        ("startup", "1.82.8", "wheel"),
        *[
            ("fresh", version, kind)
            for version, kind in (("1.82.7", "wheel"), ("1.82.8", "wheel"), ("1.82.8", "sdist"))
        ],
    }
    assert said.code == 0
    assert "llm_kit_init.pth" in run("verify", "--cache-dir", root).out


def test_installed_though_the_cache_is_empty(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = run("check", "llm-kit==1.82.7", "-q", "--cache-dir", tmp_path / "empty")
    assert said.code == 1
    assert said.out.splitlines()[0] == "FOUND: llm-kit==1.82.7: installed"
    assert "llm-kit 1.82.7 is installed in " in said.out
    assert run("check", "llm-kit==1.82.8", "-q", "--cache-dir", tmp_path / "empty").code == 0


def test_every_kind_of_list(run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "osv"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "a.json").write_text(json.dumps(advisory()), encoding="utf-8")
    (folder / "b.jsonl").write_text(f"{json.dumps(advisory(withdrawn='2026-04-01T00:00:00Z'))}\n", encoding="utf-8")
    (folder / "notes.txt").write_text("nothing", encoding="utf-8")
    (tmp_path / "more.txt").write_text("llm-kit<1.82.7", encoding="utf-8")
    (tmp_path / "list.txt").write_text(
        "# incident\nllm-kit==1.82.8 ; python_version < '3' \\\n  --hash=sha256:00\n-r more.txt\n-i https://a:b@c.example/\n",
        encoding="utf-8",
    )
    said = run("check", "osv/", "list.txt", "--json", "--cache-dir", root)
    told = json.loads(said.out)
    assert said.code == 1
    assert [(one["item"], one["state"]) for one in told["items"]] == [
        ("MAL-2026-1", "found"),
        ("llm-kit==1.82.8", "found"),
        ("llm-kit<1.82.7", "found"),
    ]
    assert (told["withdrawn"], told["unreadable"]) == (1, [])
    assert told["not_looked_at"] == ["Not looked at: list.txt, line 5: -i https://***@c.example/"]
    for content, title in (("llm-kit==1.82.8\n", "llm-kit==1.82.8"), (json.dumps([advisory()]), "MAL-2026-1")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
        said = run("check", "-", "--json", "--cache-dir", root)
        assert (said.code, json.loads(said.out)["items"][0]["item"]) == (1, title)


def test_lists_that_cannot_be_read(run: Run, root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "osv"
    folder.mkdir()
    said = run("check", "osv/", "--cache-dir", root)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Error: osv holds no .json, no .jsonl, no .ndjson")
    (folder / "a.json").write_text('{"id": "A",', encoding="utf-8")
    (folder / "b.json").write_text(json.dumps(advisory()), encoding="utf-8")
    said = run("check", "osv/", "--cache-dir", root)
    assert said.code == 2
    assert said.err.splitlines()[0].startswith(f"Error: {Path('osv', 'a.json')}, line 1: this is no valid JSON: ")
    assert said.out.startswith("FOUND: MAL-2026-1 (XYZ-1), Steals tokens: 4 files, ")  # the others are checked
    for name, content, words in (
        ("gone.txt", None, "gone.txt cannot be read: "),
        ("bad.txt", b"???\n", "bad.txt, line 1: ??? is not a requirement: "),
        ("all.json", b"PK\3\4", "all.json is a zip: unpack it"),
        ("odd.json", b"six", "odd.json, line 1: this is no valid JSON: "),
        ("empty.txt", b"# nothing\n", "empty.txt names no release: "),
        ("~nobody-is-called-so/x.txt", None, "~nobody-is-called-so stands for no home directory: "),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        said = run("check", name, "--cache-dir", root)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith(f"Error: {words}")
        assert said.err.count("Error: ") == 1


def test_an_unknown_home_directory_leaves_out_nothing_else(run: Run, root: Path) -> None:
    said = run("check", "~nobody-is-called-so/x", "llm-kit==1.82.7", "--cache-dir", root)
    assert said.code == 2
    assert said.err.startswith("Error: ~nobody-is-called-so stands for no home directory: there is no user named ")
    assert "FOUND: llm-kit==1.82.7" in said.out


def test_a_line_that_is_no_requirement_is_named_and_all_others_are_checked(
    run: Run, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("gone==1\n???\nllm-kit==1.82.7\n-r more.txt\n", encoding="utf-8")
    (tmp_path / "more.txt").write_text("llm-kit==\nllm-kit==1.82.8\n", encoding="utf-8")
    said = run("check", "list.txt", "--cache-dir", root)
    assert said.code == 2
    assert [line.partition(" is not")[0] for line in said.err.splitlines() if line.startswith("Error: ")] == [
        "Error: list.txt, line 2: ???",
        "Error: more.txt, line 1: llm-kit==",
    ]
    assert all(words in said.out for words in ("gone==1", "FOUND: llm-kit==1.82.7", "FOUND: llm-kit==1.82.8"))


def test_what_cannot_be_read_in_a_folder_leaves_out_nothing_else(run: Run, root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "a.json").symlink_to("gone")
    (folder / "b.json").write_bytes(b"PK\3\4")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "c.json")
    (folder / "loop").symlink_to(folder)
    (folder / "z.json").write_text(json.dumps(advisory()))
    code, out, err = run("check", str(folder), "--cache-dir", str(root))
    assert code == 2
    assert "FOUND" in out
    assert "a.json cannot be read" in err and "b.json is a zip" in err and "c.json" not in err
    code, _, err = run("check", f"./{'x' * 5000}", "--cache-dir", str(root))
    assert code == 2 and "cannot be read: " in err


def test_names_and_files_are_not_mixed_up(run: Run, root: Path, tmp_path: Path) -> None:
    (tmp_path / "llm-kit").mkdir()
    said = run("check", "llm-kit", "--cache-dir", root)
    assert said.code == 2
    assert "write ./llm-kit for the folder, or '\"llm-kit\"' for the project" in said.err.replace(os.sep, "/")
    assert run("check", '"llm-kit"', "-q", "--cache-dir", root).out.startswith('FOUND: "llm-kit": ')
    for wrong in ("kind:wheel", "llm-kit=1", "llm-kit @ https://x.example/"):
        said = run("check", wrong, "--cache-dir", root)
        assert (said.code, said.out) == (2, "")
    assert run("check", "--cache-dir", root).code == 2


def test_the_schema(run: Run, root: Path, tmp_path: Path) -> None:
    (tmp_path / "mal.json").write_text(json.dumps([advisory(), 3]), encoding="utf-8")
    (tmp_path / "list.txt").write_text("llm-kit\n./x\n", encoding="utf-8")
    documents = [
        run("check", *more, "--json", "--cache-dir", root).out for more in (("mal.json", "calm"), ("list.txt",))
    ]
    check_schema("check", [*documents, run("check", "torch", "nosuch", "--json", "--demo").out])


@pytest.mark.skipif(sys.platform != "linux" or not UNSHARE, reason="a namespace without a network needs unshare")
def test_without_any_network(root: Path, alone: Path, tmp_path: Path) -> None:
    (tmp_path / "mal.json").write_text(json.dumps(advisory()), encoding="utf-8")
    sealed = [UNSHARE, "--map-root-user", "--net"]
    if subprocess.run([*sealed, sys.executable, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip("no namespaces can be made here")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "tests.cli.alone", "check", "mal.json", "-q", "--cache-dir", str(root)]
    said = subprocess.run([*sealed, *command], capture_output=True, text=True, env=environment, check=False)
    assert (said.returncode, said.stderr) == (1, "")
    assert said.stdout.startswith("FOUND: MAL-2026-1")
