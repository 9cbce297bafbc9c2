from __future__ import annotations

from collections.abc import Sequence

from packaging.tags import parse_tag

from cachetui.insight.labelling import dead_weight, facts_of, superseded, usable
from cachetui.interpreters.supported_tags import may_take
from cachetui.labels import Facts
from cachetui.model import Entry, File

WHEEL = "{}-{}-py3-none-any.whl"


def entry(
    path: str,
    version: str | None,
    *,
    kind: str = "wheel",
    filename: str | None = None,
    url: str | None = None,
    days: int = 0,
    size: int = 10,
) -> Entry:
    name = filename or (WHEEL.format("pkg", version) if kind != "sdist" else f"pkg-{version}.tar.gz")
    files = (File(path, 1, days, 100, 100), File(f"{path}.body", 2, days, size, size))
    return Entry(kind, files, path, days, project="pkg", version=version, filename=name, url=url)  # type: ignore[arg-type]


def test_older_versions_for_the_same_pythons_are_superseded() -> None:
    found = [entry("a", "1.0"), entry("b", "2.0"), entry("c", "1.5", kind="sdist"), entry("d", "1.9", kind="built")]
    assert superseded(found) == {"a", "d"}


def test_other_pythons_and_platforms_have_nothing_to_do_with_it() -> None:
    found = [
        entry("a", "1.0", filename="pkg-1.0-cp38-cp38-win_amd64.whl"),
        entry("b", "2.0", filename="pkg-2.0-cp39-cp39-win_amd64.whl"),
    ]
    assert superseded(found) == frozenset()


def test_a_prerelease_makes_no_release_old() -> None:
    assert superseded([entry("a", "1.0"), entry("b", "2.0rc1")]) == frozenset()
    assert superseded([entry("a", "2.0rc1"), entry("b", "2.0")]) == {"a"}
    assert superseded([entry("a", "2.0rc1"), entry("b", "2.0rc2")]) == {"a"}


def test_variants_have_nothing_to_do_with_each_other() -> None:
    found = [entry("a", "2.2+cu118"), entry("b", "2.3+cu121"), entry("c", "2.3"), entry("d", "2.3+cu118")]
    assert superseded(found) == {"a"}


def test_metadata_makes_no_wheel_old_but_grows_old_itself() -> None:
    assert superseded([entry("a", "1.0"), entry("b", "2.0", kind="metadata")]) == frozenset()
    assert superseded([entry("a", "1.0", kind="metadata"), entry("b", "2.0")]) == {"a"}


def test_what_is_no_version_is_not_compared() -> None:
    assert superseded([entry("a", "2004d"), entry("b", None), entry("c", "1.0")]) == frozenset()


def by_length(some: Sequence[Entry]) -> list[list[Entry]]:
    """Take files of one length for the same."""
    groups: dict[int, list[Entry]] = {}
    for one in some:
        groups.setdefault(one.files[-1].size, []).append(one)
    return [*groups.values()]


def test_of_two_copies_the_one_counts_that_is_listed_or_came_last() -> None:
    url = "https://files.example/pkg-1.0-py3-none-any.whl"

    def dead(*entries: Entry) -> frozenset[str]:
        return dead_weight(entries, by_length)

    assert dead(entry("a", "1.0", url=url), entry("b", "1.0", days=9)) == {"b"}
    assert dead(entry("a", "1.0", days=1), entry("b", "1.0", days=9)) == {"a"}
    assert dead(entry("a", "1.0", url=url), entry("b", "1.0", url=f"{url}?other")) == frozenset()
    assert dead(entry("http/a", "1.0", url=url, days=9), entry("http-v2/b", "1.0", url=url)) == {"http/a"}
    assert dead(entry("a", "1.0", size=10), entry("b", "1.0", size=11)) == frozenset()
    assert dead_weight([entry("a", "1.0"), entry("b", "1.0")], lambda _: ()) == frozenset()


def test_what_was_signed_once_is_not_asked_for_again() -> None:
    signed = "https://store.example/pkg-1.0-py3-none-any.whl?X-Amz-Signature=abc&X-Amz-Expires=60"
    assert dead_weight(
        [entry("a", "1.0", url=signed), entry("b", "2.0", url="https://files.example/x?a=1")], by_length
    ) == {"a"}


def test_a_wheel_is_usable_if_some_python_takes_one_of_its_tags() -> None:
    tags = [frozenset(parse_tag("cp311-cp311-linux_x86_64")), frozenset(parse_tag("py3-none-any"))]
    found = [
        entry("a", "1.0"),
        entry("b", "1.0", filename="pkg-1.0-cp38-cp38-linux_x86_64.whl"),
        entry("c", "1", kind="sdist"),
    ]
    assert usable(found, tags) == {"a": True, "b": False}
    assert usable(found, [*tags, may_take((3, 8))]) == {"a": True}
    assert usable(found, [*tags, may_take((3, 7))]) == {"a": True, "b": False}


def test_without_a_python_nothing_is_said_to_be_unusable() -> None:
    assert facts_of([entry("a", "1.0")], ["unusable"], now_ns=0).usable == {}


def test_only_what_is_asked_for_is_found_out_and_what_is_protected_always() -> None:
    found = [entry("http/a", "1.0"), entry("http-v2/b", "2.0")]
    facts = facts_of(found, ["legacy"], now_ns=7, protect=lambda one, _: one.path == "http-v2/b")
    assert facts == Facts(7, legacy=frozenset({"http/a"}), protected=frozenset({"http-v2/b"}))
