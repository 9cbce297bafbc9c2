from __future__ import annotations

from cachetui.caches.registry import IDS, source_of
from cachetui.conduct import PIP, Conduct
from cachetui.model import Inventory
from cachetui.removal.in_use import running_words


def test_pips_conduct_is_the_default() -> None:
    assert Conduct() == PIP == Inventory("/nowhere").conduct
    assert (PIP.tool, PIP.programs, PIP.lock_suffix, PIP.removes) == ("pip", ("pip",), "", True)


def test_a_program_that_runs_pip_is_one_whose_caches_pip_reads() -> None:
    assert PIP.runs_pip
    assert Conduct("pipenv", ("pip", "pipenv")).runs_pip
    assert not Conduct("poetry", ("poetry",)).runs_pip


def test_a_reason_to_stay_names_the_programs_of_which_one_is_running() -> None:
    assert running_words() == "a pip is running"
    assert running_words(Conduct("pipenv", ("pip", "pipenv"))) == "a pip or pipenv is running"
    assert running_words(Conduct("poetry", ("poetry",))) == "poetry is running"


def test_ids_are_in_the_order_of_the_option_and_name_no_source_twice() -> None:
    assert len({source_of(id_).title for id_ in IDS}) == len(IDS)
