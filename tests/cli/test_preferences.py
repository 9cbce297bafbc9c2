from __future__ import annotations

import json
from pathlib import Path

import pytest

from cachetui.preferences.browser_choices import protected_path, save_protected, save_theme
from cachetui.preferences.file import preferences_path, read_preferences
from tests.cli.conftest import Run

WRONG = """\
theme = "nord"
colums = ["bar"]
protect = ["torch", "kind:whel"]
[keys]
"marks.review" = "x"
[prune]
superseded = true
older-than = "90d"
"""


def prefer(text: str) -> Path:
    """Write the user's preferences."""
    path = preferences_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_all_is_at_its_default(run: Run) -> None:
    said = run("preferences")
    assert (said.code, said.err) == (0, "")
    assert str(preferences_path()) in said.out
    assert "does not exist" in said.out
    assert said.out.count("(default)") == 11
    assert not preferences_path().parent.exists()


def test_the_file_what_counts_and_what_is_wrong_are_shown(run: Run) -> None:
    path = prefer(WRONG)
    said = run("preferences")
    assert (said.code, said.err) == (1, "")
    assert said.out.splitlines()[0].endswith(str(path))
    assert said.out.splitlines()[1:] == [
        "              exists",
        "theme         nord",
        "columns       share, bar, files, age, kind (default)",
        "sort          size (default)",
        "age           downloaded (default)",
        "notify        desktop (default)",
        "fresh-hours   off (default)",
        "keys          marks.review = x",
        "environments  those that are found (default)",
        "protect       torch",
        "read-only     false (default)",
        "prune         --superseded --older-than 90d",
        'problem       colums: unknown key (did you mean "columns"?).',
        'problem       protect: unknown kind whel (did you mean "wheel"?), at character 6',
        '              of "kind:whel".',
        "Nothing is removed until this is fixed: what is protected is not clear.",
    ]


def test_the_same_as_json(run: Run) -> None:
    path = prefer(WRONG)
    said = run("preferences", "--json")
    assert (said.code, said.err) == (1, "")
    assert json.loads(said.out) == {
        "schema": 1,
        "path": str(path),
        "exists": True,
        "theme": "nord",
        "columns": ["share", "bar", "files", "age", "kind"],
        "sort": {"by": "size", "reverse": False},
        "age": "downloaded",
        "notify": "desktop",
        "fresh_hours": None,
        "keys": {"marks.review": "x"},
        "environments": [],
        "protect": ["torch"],
        "protected_projects": [],
        "prune": {"superseded": True, "older-than": "90d"},
        "read_only": False,
        "read_only_by": None,
        "defaults": ["columns", "sort", "age", "notify", "fresh-hours", "read-only", "environments"],
        "problems": [
            {"key": "colums", "sentence": 'unknown key (did you mean "columns"?)', "blocks": None},
            {
                "key": "protect",
                "sentence": 'unknown kind whel (did you mean "wheel"?), at character 6 of "kind:whel"',
                "blocks": "removal",
            },
        ],
    }


def test_names_that_the_browser_does_not_know_are_told(run: Run) -> None:
    prefer("theme = 'norf'\n[keys]\n'marks.reviw' = 'x'\n")
    said = run("preferences")
    assert said.code == 1
    assert said.out.splitlines()[-3:] == [
        'problem       theme: unknown theme "norf" (did you mean "nord"?).',
        'problem       keys."marks.reviw": unknown key binding id "marks.reviw" (did you',
        '              mean "marks.review" or "marks.range" or "marks.none"?).',
    ]
    assert json.loads(run("preferences", "--json").out)["theme"] is None


def test_a_theme_chosen_in_the_browser_is_shown_as_such(run: Run) -> None:
    save_theme("nord", read_preferences())
    assert run("preferences").out.splitlines()[2] == "theme         nord (chosen in the browser)"
    shown = json.loads(run("preferences", "--json").out)
    assert (shown["theme"], "theme" in shown["defaults"]) == ("nord", True)
    prefer("theme = 'dracula'\n[prune]\nsuperseded = 1")
    assert run("preferences").out.splitlines()[-1] == "`cachetui prune` does not run the policy until this is fixed."
    assert run("preferences").out.splitlines()[2] == "theme         dracula"


def test_its_text_fits_and_steers_no_terminal(run: Run) -> None:
    terms = ", ".join(f'"lib-{number} size>{number}MB"' for number in range(30))
    prefer(f'theme = "\\u001b[31m{"x" * 200}"\nprotect = [{terms}]\n[prune]\nterms = [{terms[:60]}"]\n')
    said = run("preferences")
    assert "\x1b" not in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines()[1:])


@pytest.mark.parametrize("command", ["remove six", "prune six", "purge", "remove six -n", "prune"])
def test_nothing_is_removed_while_what_is_protected_cannot_be_told(command: str, run: Run, cache: Path) -> None:
    path = prefer(WRONG)
    before = sorted(cache.rglob("*"))
    said = run(*command.split(), *([] if "-n" in command else ["--yes"]), "--cache-dir", cache)
    assert (said.code, said.out) == (1, "")
    assert f"{path}: protect: unknown kind whel" in said.err
    assert sorted(cache.rglob("*")) == before


@pytest.mark.parametrize("text", ["protect = [", "Protect = ['torch']", "[prune]\nprotect = ['torch']"])
def test_nor_where_pins_may_be_meant(text: str, run: Run, cache: Path) -> None:
    prefer(text)
    said = run("remove", "six", "--yes", "--cache-dir", cache)
    assert (said.code, said.out) == (1, "")
    assert "What is protected is not clear" in said.err


def test_what_is_wrong_elsewhere_is_told_and_stops_nothing(run: Run, cache: Path) -> None:
    path = prefer("colums = 1\n[prune]\nolder-than = 90\n")
    said = run("remove", "six", "--dry-run", "--cache-dir", cache)
    assert said.code == 0
    assert f'{path}, colums: unknown key (did you mean "columns"?).\n' in said.err


def test_lists_know_what_is_protected(run: Run, cache: Path) -> None:
    prefer('protect = ["torch"]')
    listed = json.loads(run("list", "is:protected", "--json", "--cache-dir", cache).out)
    assert [project["project"] for project in listed["projects"]] == ["torch"]
    others = json.loads(run("list", "not:is:protected", "--json", "--cache-dir", cache).out)
    everything = json.loads(run("list", "--json", "--cache-dir", cache).out)
    assert listed["projects"][0]["entries"] == next(
        project["entries"] for project in everything["projects"] if project["project"] == "torch"
    )
    assert len(others["projects"]) == len(everything["projects"]) - 1


def test_projects_protected_in_the_browser_are_shown_with_where_they_come_from(run: Run) -> None:
    save_protected("torch", True)
    said = run("preferences")
    assert "protect       torch (p in the browser)" in said.out.splitlines()
    assert f"              {protected_path()}" in said.out.splitlines()
    assert json.loads(run("preferences", "--json").out)["protected_projects"] == ["torch"]
    assert read_preferences().protection.chosen == ("torch",)
