from __future__ import annotations

from dataclasses import replace

from cachetui.conduct import PIP, Conduct
from cachetui.insight.health.finding import MEANINGS, SORTS, Finding, in_order, meaning_of

SHORT = Finding("length", "http-v2/a", "its headers announce 9 bytes, it has 3", 1)
BROKEN = Finding("archive", "http-v2/a", "it does not unpack: it is cut off", 1)
OLD = Finding("legacy", "http/b", "it is under http/", 1)


def test_every_sort_has_a_meaning_the_gravest_first() -> None:
    severities = [MEANINGS[sort].severity for sort in SORTS]
    assert sorted(severities, key=("danger", "damage", "rights", "notice", "waste").index) == severities
    assert all(meaning.consequence.endswith(".") and meaning.way_out.endswith(".") for meaning in MEANINGS.values())


def test_damage_to_a_file_is_one_finding_and_the_gravest_says_the_rest() -> None:
    both = replace(BROKEN, words=f"{BROKEN.words}; {SHORT.words}")
    assert in_order([SHORT, BROKEN]) == (both,)
    assert in_order([SHORT, replace(SHORT, path="http-v2/b"), BROKEN]) == (both, replace(SHORT, path="http-v2/b"))


def test_what_is_wrong_for_another_reason_stays_a_finding_of_its_own() -> None:
    others = OLD, replace(OLD, sort="writable", words="its mode is 0666"), replace(SHORT, path="http/b")
    assert [(one.sort, one.path) for one in in_order([*others, *others])] == [
        ("writable", "http/b"),
        ("length", "http/b"),
        ("legacy", "http/b"),
    ]


def test_in_another_cache_a_meaning_names_its_program_and_claims_nothing_of_what_is_not_known() -> None:
    pipenv, other = Conduct("pipenv", ("pip", "pipenv")), Conduct("other", ("other",))
    assert BROKEN.meaning_in(PIP) is BROKEN.meaning
    again = "Mark and remove it: {} downloads it again when it is needed."
    assert BROKEN.meaning_in(pipenv) == BROKEN.meaning._replace(way_out=again.format("pipenv"))
    assert BROKEN.meaning_in(other)[2:4] == ("What other does with it is not known.", again.format("other"))
    leftover = replace(BROKEN, sort="leftover")
    assert leftover.meaning_in(other).consequence == "other never reads it."
    fresh = replace(BROKEN, sort="fresh")
    assert fresh.meaning_in(other) == fresh.meaning


def test_only_what_is_known_of_pip_alone_names_pip() -> None:
    for sort in SORTS:
        meaning = MEANINGS[sort]
        assert ("pip" in meaning.consequence.replace("{tool}", "")) == meaning.pip_only
        assert "pip" not in meaning_of(sort, Conduct("other", ("other",))).consequence
