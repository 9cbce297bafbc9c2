from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.environments.used_by import usage_of
from cachetui.errors import TermError
from cachetui.model import Inventory
from cachetui.services.check import check_list, read_check_list
from tests.services.conftest import AT
from tests.used_by.laid_out import by_hand, found, install


def osv(name: str, project: str) -> str:
    package = {"name": project, "ecosystem": "PyPI"}
    return json.dumps({"id": name, "affected": [{"package": package, "versions": ["1.0"]}]})


def test_one_argument_may_hold_several_terms() -> None:
    read = read_check_list(["six >=1,<2  numpy", "nosuch*"])
    assert [one.title for one in read.items] == ["six >=1,<2", "numpy", "nosuch*"]
    assert {one.place for one in read.items} == {""}
    for wrong in ("", "  ", "six ==", "numpy kind:wheel"):
        with pytest.raises(TermError):
            read_check_list(["six", wrong])


def test_an_item_tells_from_which_file_it_is(tmp_path: Path) -> None:
    lines, listed = tmp_path / "two.jsonl", tmp_path / "list.txt"
    lines.write_text(f"{osv('A-1', 'six')}\n{osv('A-2', 'numpy')}\n")
    listed.write_text("torch==2.2\n")
    read = read_check_list([str(listed), "old", str(lines)])
    assert [one.title for one in read.items] == ["torch==2.2", "old", "A-1", "A-2"]
    places = [one.place for one in read.items]
    assert places[:2] == [str(listed), ""]
    assert all(place.startswith(str(lines)) for place in places[2:])
    assert places[2] != places[3]


def test_of_a_folder_all_records_are_read_but_those_in_hidden_folders(tmp_path: Path) -> None:
    for name in ("b.json", "a/z.ndjson", "a/y.JSON", ".git/c.json", "a/.old/c.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(osv(name, "six"))
    (tmp_path / "list.txt").write_text("torch\n")
    read = read_check_list([str(tmp_path)])
    assert [one.title for one in read.items] == ["b.json", "a/y.JSON", "a/z.ndjson"]
    assert read.unreadable == []


def test_releases_are_found_in_the_cache_on_its_pages_and_where_they_are_installed(
    inventory: Inventory, tmp_path: Path
) -> None:
    install(by_hand(tmp_path / "home/app/.venv", home="/nowhere", version="3.11.4"), "torch", "2.1.0")
    (tmp_path / "home/app/pyproject.toml").touch()
    environments = found(tmp_path / "home", VIRTUAL_ENV=tmp_path / "home/app/.venv")
    usage = usage_of(inventory.entries, environments.values(), inventory.root)
    read = read_check_list(["torch<2.3", "six", "nosuch"])
    result = check_list(read, inventory, usage)
    torch, six, nothing = result.matches
    assert [one.entry.version for one in torch.files] == ["2.2.0"]
    assert [(one.project, one.version) for one in torch.installed] == [("torch", "2.1.0")]
    assert ([one.entry.version for one in six.files], six.installed, six.traces) == (["1.16.0"], (), ())
    assert (nothing.is_found, nothing.traces, result.is_found) == (False, (), True)
    seen = [one for one in inventory.entries if one.kind == "index" or one.version != "1.16.0"]
    without = replace(inventory, entries=tuple(seen))
    (trace,) = check_list(read_check_list(["six"]), without, usage).matches[0].traces
    assert (trace.entry.kind, trace.seen) == ("index", AT)


def test_a_check_that_is_stopped_holds_what_was_found_so_far(inventory: Inventory) -> None:
    answers = iter([False, True])
    usage = usage_of((), (), inventory.root)
    result = check_list(read_check_list(["six", "torch"]), inventory, usage, stop=lambda: next(answers))
    assert [match.item.title for match in result.matches] == ["six"]
