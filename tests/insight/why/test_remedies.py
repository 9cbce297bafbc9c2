from __future__ import annotations

import pytest

from cachetui.insight.why.explanation import Remedy
from cachetui.insight.why.remedies import drop
from cachetui.model import Entry, Kind
from cachetui.text.quote import quoted


def entry(kind: Kind, filename: str | None, project: str = "torch", version: str | None = None) -> Entry:
    if version is None and filename is not None:
        version = filename.removesuffix(".tar.gz").split("-")[1]
    return Entry(kind, (), f"http-v2/{kind}/{filename}", 0, project=project, version=version, filename=filename)


def built(version: str, tag: str = "cp311-cp311-linux_x86_64") -> Entry:
    return entry("built", f"torch-{version}-{tag}.whl")


def dropped(entry: Entry, *others: Entry) -> Remedy:
    (remedy,) = drop(entry, "drop it", [*others, entry])
    return remedy


def told(entry: Entry, *terms: str) -> Remedy:
    return Remedy(quoted(["cachetui", "remove", *terms]), "drop it", (entry.path,))


def test_a_version_is_dropped_as_it_is_asked_for() -> None:
    wheel = built("2.3.0")
    assert dropped(wheel, built("2.3.1"), entry("sdist", "torch-2.3.0.tar.gz")) == told(
        wheel, "torch==2.3.0", "kind:built"
    )


def test_local_versions_stay_where_they_are_not_meant() -> None:
    plain, local = built("2.3.0"), built("2.3.0+cu121")
    assert dropped(plain, local) == told(plain, "torch===2.3.0", "kind:built")
    assert dropped(local, plain) == told(local, "torch==2.3.0+cu121", "kind:built")


def test_what_goes_with_it_is_named_and_can_be_marked_with_it() -> None:
    one, other, local = built("2.3.0"), built("2.3.0", "cp38-cp38-linux_x86_64"), built("2.3.0+cu121")
    assert dropped(one, other, local) == Remedy(
        quoted(["cachetui", "remove", "torch===2.3.0", "kind:built"]),
        "drop it; torch-2.3.0-cp38-cp38-linux_x86_64.whl goes with it",
        (other.path, one.path),
    )
    pages = [entry("index", None)._replace(path=f"http-v2/{name}") for name in "abc"]
    assert dropped(pages[0], *pages[1:]).words == "drop it; http-v2/b and http-v2/c go with it"


@pytest.mark.parametrize(("spelling", "written"), [("2.3.0.RC1", "2.3.0rc1"), ("2.3.0-1", "2.3.0.post1")])
def test_a_version_may_be_spelt_otherwise(spelling: str, written: str) -> None:
    odd, local = entry("sdist", "torch.tar", version=spelling), entry("sdist", "torch2.tar", version=f"{written}+cpu")
    remedy = dropped(odd, local)
    ways = [told(odd, f"torch==={version}", "kind:sdist") for version in (spelling, written)]
    assert remedy in ways  # releases of packaging differ in which of them === takes


def test_what_has_no_version_that_can_be_compared_is_dropped_by_its_spelling() -> None:
    odd = entry("sdist", None, version="main")
    assert dropped(odd, built("2.3.0")) == told(odd, "torch===main", "kind:sdist")


def test_a_project_may_be_called_like_a_term() -> None:
    size = entry("wheel", "size-1.0-py3-none-any.whl", "size")
    assert dropped(size) == told(size, '"size"==1.0', "kind:wheel")


@pytest.mark.parametrize("odd", [entry("sdist", "x-1.0.tar.gz", "a b"), entry("sdist", None, version="two words")])
def test_what_no_terms_take_has_no_command(odd: Entry) -> None:
    assert drop(odd, "drop it", [odd]) == ()
    unnamed = odd._replace(project=None)
    assert dropped(unnamed) == told(unnamed, "kind:sdist")
    assert drop(unnamed, "drop it", [unnamed, unnamed._replace(path="http-v2/other")]) == ()


def test_the_cache_is_named_where_it_must_be() -> None:
    wheel = built("2.3.0")
    (remedy,) = drop(wheel, "drop it", [wheel], ("--cache-dir", "/mnt/my caches"))
    assert remedy.command == quoted(
        ["cachetui", "remove", "torch==2.3.0", "kind:built", "--cache-dir", "/mnt/my caches"]
    )
