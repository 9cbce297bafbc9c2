from __future__ import annotations

import sys

from cachetui.demo.contents import INDEX
from cachetui.insight.why.question import read_question
from cachetui.interpreters.lookup import python_at
from cachetui.model import NS
from cachetui.services.cache import located, open_cache
from cachetui.services.options import GlobalOptions
from cachetui.services.why import explain
from tests.services.conftest import NOW


def test_the_pip_of_a_python_is_asked(notes: list[str]) -> None:
    with located(GlobalOptions(demo=True), note=notes.append) as location:
        inventory = open_cache(location, memory=False, note=notes.append)
        question = read_question("psycopg2==2.4.1").with_options(["--index-url", INDEX])
        found = explain(question, inventory, location, python_at(sys.executable), now=NOW / NS, demo=True)
    assert found.tone in ("partly", "not cached")
    assert f"--index-url {INDEX}" in found.command
    assert "psycopg2-2.4.1.tar.gz" in [one.filename for one in found.held]
    assert notes == []
