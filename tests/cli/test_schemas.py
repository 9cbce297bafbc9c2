from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cachetui.caches.folders import cache_folder
from cachetui.insight.audit.audit import LABELS, audit_of
from cachetui.insight.labelling import facts_of
from cachetui.model import Unreadable
from cachetui.preferences.browser_choices import save_protected
from cachetui.report.audit.audit_json import audit_json
from cachetui.report.entries_json import info_json, list_json
from tests.caches.poetry_writer import FILES, PoetryWriter
from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer
from tests.damaged import fill_with_damage
from tests.inventories import inventory_of, write
from tests.report.schemas import check

Caches = list[tuple[object, ...]]
"""Options that name caches."""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Caches:
    """Return options for a damaged cache, one with a file that is not pip's, an empty one, and a missing one."""
    folder = tmp_path_factory.mktemp("odd")
    fill_with_damage(folder / "damaged")
    write(folder / "foreign", "mine.txt")
    write(folder / "foreign", "http-v2/a/a/a/a/a/odd")
    (folder / "empty").mkdir()
    return [*(("--cache-dir", folder / name) for name in ("damaged", "foreign", "empty")), ()]


@pytest.fixture
def unreadable(tmp_path: Path) -> Any:
    """Return the inventory of a cache of which something could not be read."""
    write(tmp_path / "unreadable", "selfcheck.json", b"{}")
    return replace(
        inventory_of(tmp_path / "unreadable"), errors=(Unreadable("http-v2/\udc80", "Permission denied", True),)
    )


def test_list(run: Run, made_up: Path, odd: Caches, unreadable: Any, tmp_path: Path) -> None:
    documents = [run("list", "--json", *more, "--cache-dir", made_up).out for more in ((), ("--files",), ("nosuch",))]
    documents += [run("list", "--json", *cache).out for cache in odd]
    poetrys = PoetryWriter(tmp_path / "pypoetry")
    poetrys.store(f"{FILES}/six-1.0-py3-none-any.whl", b"wheel")
    documents.append(run("list", "--json", "--cache-dir", poetrys.root).out)
    check("list", [*documents, "".join(list_json(unreadable, unreadable.entries))])


def test_info(run: Run, made_up: Path, odd: Caches, unreadable: Any) -> None:
    write(cache_folder("pipenv", os.environ), "http-v2/a/a/a/a/a/odd")
    documents = [run("info", "--json", *cache).out for cache in (("--cache-dir", made_up), *odd)]
    documents.append(run("info", "--json", "--pythons", "--demo").out)
    check("info", [*documents, json.dumps(json.loads(documents[0]) | json.loads(info_json({}, unreadable)))])


def test_audit(run: Run, made_up: Path, odd: Caches, unreadable: Any) -> None:
    write(cache_folder("pipenv", os.environ), "http-v2/a/a/a/a/a/odd")
    prefer('protect = ["torch"]\n[prune]\nsuperseded = true\nunusable = true\n')
    made = [run("audit", "--json", *more, "--no-memory", "--cache-dir", made_up) for more in ((), ("nosuch",))]
    documents = [said.out for said in made]
    documents += [run("audit", "--json", "--no-memory", *cache).out for cache in odd]
    facts = facts_of(unreadable.entries, LABELS, now_ns=0)
    check("audit", [*documents, "".join(audit_json(audit_of(unreadable, facts)))])


def test_comparison(run: Run, cache: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(run("audit", "--json", "--cache-dir", cache).out, encoding="utf-8")
    documents = [run("audit", "--json", "--since", report, "--cache-dir", cache).out]
    run("remove", "six", "--yes", "--cache-dir", cache)
    write(cache, f"http-v2/a/a/a/a/a/{'a' * 56}.body", b"x" * 10)
    write(cache, "selfcheck.json", b"x" * 100_000)
    check("comparison", [*documents, run("audit", "--json", "--since", report, "--cache-dir", cache).out])


def test_verify(run: Run, made_up: Path, odd: Caches) -> None:
    documents = [run("verify", "--json", *more, "--cache-dir", made_up).out for more in ((), ("nosuch",))]
    for cache in odd:
        documents += [run("verify", "--json", *more, *cache).out for more in ((), ("--deep",))]
    check("verify", documents)


def test_removals(run: Run, cache: Path, odd: Caches) -> None:
    prefer('protect = ["torch"]\n')
    documents: list[str] = []
    for name in ("remove", "prune"):
        documents += [
            run(name, *more, "--json", "--cache-dir", cache).out
            for more in (
                ("nosuch", "-n"),
                ("torch", "-n"),
                ("psycopg2", "kind:built", "-n"),
                ("six",),
                ("numpy", "not:kind:index", "--yes"),
            )
        ]
        documents += [run(name, "size>1kB", "-n", "--json", *place).out for place in odd]
    check("remove", documents)
    check("purge", [run("purge", "-n", "--json", *place).out for place in (("--cache-dir", cache), *odd)])
    assert all(json.loads(text)["removed"] == [] for text in documents[:4])
    assert json.loads(documents[1])["kept"] != []


def test_export(run: Run, made_up: Path, odd: Caches, tmp_path: Path) -> None:
    needs = tmp_path / "needs.txt"
    needs.write_text("six\nnosuch\n-i https://user:secret@index.example/simple\n", encoding="utf-8")
    to = ("--to", tmp_path / "out", "--json")
    documents = [
        run("export", *more, *to, "--cache-dir", made_up).out
        for more in (
            ("six", "-n"),
            ("nosuch",),
            ("-r", needs, "--python", sys.executable),
            ("llvmlite==0.42.0",),
        )
    ]
    check("export", [*documents, *[run("export", "size>1kB", "-n", *to, *place).out for place in odd]])


PREFERENCES = """
theme = "nord"
columns = ["bar"]
sort = "age reverse"
age = "read"
notify = "bell"
environments = ["~/projects"]
protect = ["torch"]
[keys]
"marks.review" = "x"
[prune]
superseded = true
unusable = false
unused = false
legacy = true
leftovers = true
dead-weight = true
older-than = "90d"
by = "checked"
larger-than = "1MB"
keep-latest = 2
max-size = "5GB"
min-free = "20GB"
free = "5GB"
built = false
not-needed-by = ["~/uv.lock"]
ci = true
terms = "kind:wheel"
"""


def test_preferences(run: Run) -> None:
    documents = [run("preferences", "--json").out]
    for text in (PREFERENCES, "colums = 1\nprotect = 7\n[prune]\nby = 'x'\n", "="):
        prefer(text)
        documents.append(run("preferences", "--json").out)
    save_protected("six", True)
    documents.append(run("preferences", "--json").out)
    check("preferences", documents)
