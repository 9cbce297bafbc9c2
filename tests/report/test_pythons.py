from __future__ import annotations

import json
from pathlib import Path

from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python
from cachetui.pip_settings.effective import PipSettings, settings_of
from cachetui.report.pythons import python_json, pythons_text
from tests.interpreters.fakes import posix


def known(**others: object) -> PipSettings:
    python = Python(Path("/opt/env/bin/python"), Path("/opt/env"))
    fields: dict[str, object] = {
        "version": "3.12.1",
        "implementation": "CPython",
        "pip": "24.0",
        "prefix": Path("/opt/env"),
    }
    return settings_of(
        InterpreterInfo(python, **(fields | others)),  # type: ignore[arg-type] # fields of it
        {"HOME": "/home/ann", "PIP_NO_CACHE_DIR": "off", "PIP_CONFIG_FILE": "/dev/null"},
        cwd=Path("/"),
        platform="linux",
    )


@posix
def test_each_python_is_told_with_what_its_pip_does_and_by_what() -> None:
    broken = known(trouble="It is not there.", version="")
    assert [*pythons_text([known(), broken])] == [
        "",
        "/opt/env/bin/python  CPython 3.12.1, pip 24.0",
        "  Cache    /home/ann/.cache/pip  off, by PIP_NO_CACHE_DIR=off",
        "  Named by the platform's default",
        "  Said     cache-dir = /home/ann/.cache/pip, by the platform's default: in effect",
        "  Said     no-cache-dir = off, by PIP_NO_CACHE_DIR: in effect",
        "  !        PIP_NO_CACHE_DIR=off switches the cache off, whatever its value: "
        "remove the setting to switch it on.",
        "",
        "/opt/env/bin/python  It is not there.",
    ]


@posix
def test_the_document_has_the_same_keys_for_those_that_do_not_work() -> None:
    works, broken = python_json(known()), python_json(known(trouble="It is not there."))
    assert works.keys() == broken.keys()
    assert (works["enabled"], works["off_by"], works["trouble"]) == (False, "PIP_NO_CACHE_DIR=off", None)
    assert (broken["root"], broken["sayings"], broken["trouble"]) == (None, [], "It is not there.")
    assert works["sayings"][1] == {
        "option": "no-cache-dir",
        "value": "off",
        "said_by": "PIP_NO_CACHE_DIR",
        "path": None,
        "line": None,
        "role": "counts",
    }


@posix
def test_secrets_are_masked() -> None:
    python = Python(Path("/opt/env/bin/python"), Path("/opt/env"))
    environ = {
        "HOME": "/home/ann",
        "PIP_CACHE_DIR": "https://ann:secret@index.example/",
        "PIP_CONFIG_FILE": "/dev/null",
    }
    found = settings_of(InterpreterInfo(python, version="3.12.1", pip="24.0"), environ, cwd=Path("/"), platform="linux")
    assert "secret" not in "".join([*pythons_text([found]), json.dumps(python_json(found))]).replace(
        "/https:/ann:secret@", ""
    )
