from __future__ import annotations

from cachetui.conduct import Conduct
from cachetui.insight.health.finding import MEANINGS, Finding
from cachetui.report.health_text import VerificationSummary, name_of, proof_words, serious, verdict, words_by_path
from tests.ui.cache import NOW, made
from tests.ui.findings import FAST, SIX, SWAPPED, groups_of


def test_what_is_wrong_is_summed_up_in_sentences() -> None:
    assert verdict(groups_of([])) == []
    writable = Finding("writable", SIX, "everybody may write it", NOW)
    assert verdict(groups_of([writable, SWAPPED, Finding("archive", SIX, "broken", NOW), *FAST])) == [
        (
            "danger",
            "1 file is not what its index lists: damaged, or tampered with. "
            "Install nothing from this cache until you know why.",
        ),
        ("danger", "Others can write 1 entry: they can change what pip installs."),
        ("damage", "pip cannot use 3 entries as it should."),
        ("waste", "1 entry only takes up space."),
    ]
    other = Conduct("other", ("other",))
    assert ("danger", "Others can write 1 entry: they can change what other installs.") in verdict(
        groups_of([writable]), other
    )
    assert serious(groups_of([writable, *FAST])) == 3
    assert {meaning.severity for meaning in MEANINGS.values()} == {"danger", "damage", "rights", "notice", "waste"}


def test_only_dangers_and_damage_are_told_of_an_entry() -> None:
    others = [sort for sort, meaning in MEANINGS.items() if meaning.severity in ("rights", "notice", "waste")]
    findings = [Finding("archive", SIX, "broken", NOW), *[Finding(sort, SIX, "other", NOW) for sort in others]]
    told = words_by_path(found for group in groups_of(findings) for found in group.finding_entries)
    assert told == {SIX: f"{MEANINGS['archive'].title}: broken"}


def test_what_was_proven_is_told() -> None:
    assert proof_words(VerificationSummary(1_200, 1), "v") == (
        "1,200 files match the hash that an index lists; 1 file without a known hash is intact.",
    )
    assert proof_words(VerificationSummary(3, 4, stopped=True, done=9, of=1_200), "v") == (
        "Stopped after 9 of 1,200 files: not everything was read. 3 files match the hash that an index lists; 4 files "
        "without a known hash are intact.",
        "v starts again.",
    )
    assert proof_words(VerificationSummary(2, 0), "v") == ("2 files match the hash that an index lists.",)
    assert proof_words(VerificationSummary(0, 1), "v") == ("1 file without a known hash is intact.",)
    assert proof_words(VerificationSummary(0, 0), "v") == ("No file was found to be intact.",)
    assert proof_words(VerificationSummary(3, 4, later=2), "v")[1:] == (
        "2 files added or changed since: v reads everything again.",
    )
    assert proof_words(None, "F5") == (
        "This check does not read whole files. F5 reads them all and compares them with known hashes.",
    )


def test_names_are_whole_where_nothing_stands_above_them() -> None:
    wheel = made("wheel", "a", project="six", version="1.16.0")
    assert name_of(wheel) == "six 1.16.0"
    assert name_of(wheel._replace(filename="six-1.16.0.whl")) == "six-1.16.0.whl"
    assert name_of(wheel._replace(kind="metadata", filename="six-1.16.0.whl")) == "six-1.16.0.whl (metadata)"
    assert name_of(made("index", "i", project="six")).startswith("six: ")
    assert name_of(made("leftover", "one.tmp")) == "http-v2/one.tmp"
