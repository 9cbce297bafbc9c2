"""An entry is used if an environment has the same version from the same source; what is not known is not unused."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, file_headers
from cachetui.environments.installed import DirectUrl, Environment, Installed
from cachetui.environments.store import SiteMemory
from cachetui.environments.used_by import Usage, usage_of
from cachetui.labels import Facts
from cachetui.model import NS, Entry, Kind, version_order
from cachetui.pip.scan.scanner import scan
from cachetui.preferences.validate import validate
from cachetui.prune_rules import CHOOSERS, Rules, choose
from cachetui.services.facts.environments import prefixes_in, usage_here, usage_words
from cachetui.system.remembered import read_remembered, write_remembered
from cachetui.terms import parse_terms
from tests.used_by.laid_out import by_hand, entry, found, holds, install

AT = 1_700_000_000 * NS
URL = "https://files.example/packages/six-1.0-py3-none-any.whl"


def environment(
    *installed: Installed, trouble: str = "", releases: frozenset[tuple[int, int | None]] = frozenset()
) -> Environment:
    return Environment(Path("/home/ana/v"), "~/v", installed, releases, trouble)


def use(one: Entry, *environments: Environment, root: Path = Path("/")) -> bool | None:
    return usage_of([one], environments, str(root)).used.get(one.path)


@pytest.mark.parametrize(
    ("kind", "version", "installed", "used"),
    [
        ("wheel", "1.0", "1.0", True),
        ("wheel", "1.0", "1", True),
        ("wheel", "1.0.0", "1.0", True),
        ("sdist", "1.0", "1.0", True),
        ("built", "1.0", "1.0", True),
        ("metadata", "1.0", "1.0", True),
        ("wheel", "1.0", "1.0.post1", False),
        ("wheel", "2.0", "1.0", False),
        ("wheel", "1.0+cu121", "1.0", False),
        ("wheel", "1.0", "1.0+cu121", False),
        ("wheel", "1.0+cu.121", "1.0+cu-121", True),
        ("wheel", "2004d", "2004d", True),
        ("wheel", "2004d", "2004e", None),
        ("wheel", "1.0_cu121", "1.0+cu121", None),
        ("index", "1.0", "1.0", None),
        ("redirect", "1.0", "2.0", None),
        ("selfcheck", "1.0", "2.0", None),
        ("leftover", "1.0", "2.0", None),
        ("unknown", "1.0", "2.0", None),
    ],
)
def test_the_same_version_is_used(kind: Kind, version: str, installed: str, used: bool | None) -> None:
    assert use(entry("six", version, kind), environment(Installed("six", installed))) is used


def test_without_an_environment_that_was_read_nothing_is_unused() -> None:
    assert use(entry("six", "1.0")) is None
    assert use(entry("six", "1.0"), environment(trouble="Permission denied", releases=frozenset({(2, 7)}))) is None
    assert use(entry("six", "1.0")._replace(version=None), environment()) is None
    assert use(entry("six", "1.0")._replace(project=None), environment()) is None
    assert use(entry("six", "1.0"), environment()) is False


@pytest.mark.parametrize(
    ("releases", "tags", "kind", "used"),
    [
        ({(3, 9)}, "cp39-cp39-linux_x86_64", "wheel", None),
        ({(3, 9)}, "cp311-cp311-linux_x86_64", "wheel", False),
        ({(3, 9)}, "cp38-abi3-linux_x86_64", "wheel", None),
        ({(3, 9)}, "py2.py3-none-any", "wheel", None),
        ({(3, 9)}, "py27-none-any", "wheel", False),
        ({(3, 9)}, "cp311-cp311-win_amd64", "built", False),
        ({(3, 9)}, "cp311-cp311-win_amd64", "metadata", False),
        ({(3, 9)}, "", "sdist", None),
        ({(3, 9), (3, 11)}, "cp311-cp311-linux_x86_64", "wheel", None),
        ({(3, None)}, "cp311-cp311-linux_x86_64", "wheel", None),
        (set(), "cp311-cp311-linux_x86_64", "wheel", None),
    ],
)
def test_an_environment_that_cannot_be_read_spares_what_it_may_use(
    releases: set[tuple[int, int | None]], tags: str, kind: Kind, used: bool | None
) -> None:
    unread = environment(Installed("attrs", "1.0"), trouble="Permission denied", releases=frozenset(releases))
    assert use(entry("six", "1.0", kind, tags or "x"), environment(), unread) is used
    assert use(entry("attrs", "1.0", kind, tags or "x"), environment(), unread) is True


def test_what_came_from_elsewhere_does_not_use_the_cache(tmp_path: Path) -> None:
    body = artifacts.wheel("six", "1.0", size=5_000)
    headers = file_headers("six", "1.0", "bdist_wheel", "py3", size=len(body), at_ns=AT)
    writer = CacheWriter(tmp_path)
    writer.answer(URL, body, {**headers, "Content-Disposition": 'attachment; filename="six-1.0-py3-none-any.whl"'}, AT)
    sdist = "https://files.example/packages/six-1.0.tar.gz"
    writer.built(sdist, "ab" * 32, "six-1.0-py3-none-any.whl", body, AT)
    repository = "https://code.example/six.git"
    entries = scan(tmp_path).entries
    wheel = next(one for one in entries if one.kind == "wheel")._replace(url=URL)
    built = next(one for one in entries if one.kind == "built")
    digest = hashlib.sha256(body).hexdigest()
    other = "https://elsewhere.example/six-1.0-py3-none-any.whl"
    for one, source, used in (
        (wheel, DirectUrl(URL), True),
        (wheel, DirectUrl(f"{URL}#egg=six"), True),
        (wheel, DirectUrl(URL.replace("https://", "https://ana:pw@"), {"sha256": "00"}), True),
        (wheel, DirectUrl(other, {"sha256": digest}), True),
        (wheel, DirectUrl(other, {"sha256": "00" * 32}), False),
        (wheel, DirectUrl(other, {"sha512": "00" * 64, "sha256": digest}), False),
        (wheel, DirectUrl(other, {"blake9": "00"}), None),
        (wheel, DirectUrl(other), None),
        (wheel, DirectUrl("file:///home/ana/six", is_archive=False), False),
        (wheel, DirectUrl(repository, is_archive=False), False),
        (built, DirectUrl(sdist), True),
        (built, DirectUrl(other, {"sha256": "ab" * 32}), True),
        (built, DirectUrl(other, {"sha256": "cd" * 32}), False),
        (built, DirectUrl(other), None),
        (built, DirectUrl(repository, is_archive=False), False),
        (built._replace(url=repository), DirectUrl(repository, is_archive=False), True),
        (built._replace(url=None, files=built.files[:1]), DirectUrl(repository, is_archive=False), None),
    ):
        answer = use(one, environment(Installed("six", "1.0", source)), root=tmp_path)
        assert (one.kind, source, answer) == (one.kind, source, used)
    both = (
        environment(Installed("six", "1.0", DirectUrl(repository, is_archive=False))),
        environment(Installed("six", "1.0")),
    )
    assert use(wheel, *both, root=tmp_path) is True


def test_sources_are_read_from_direct_url(home: Path) -> None:
    packages = by_hand(home / "v")
    install(packages, "a", "1.0", source={"url": URL, "archive_info": {"hash": "sha256=AB"}})
    install(packages, "b", "1.0", source={"url": URL, "archive_info": {"hash": "md5=1", "hashes": {"sha256": "cd"}}})
    install(packages, "c", "1.0", source={"url": "file:///c", "dir_info": {"editable": True}})
    install(packages, "d", "1.0", source={"vcs_info": {}})
    (install(packages, "e", "1.0") / "direct_url.json").write_text("{" * 9)
    sources = {one.project: one.source for one in found(home, VIRTUAL_ENV=home / "v")["~/v"].installed}
    assert sources == {
        "a": DirectUrl(URL, {"sha256": "ab"}),
        "b": DirectUrl(URL, {"md5": "1", "sha256": "cd"}),
        "c": DirectUrl("file:///c", {}, is_archive=False),
        "d": None,
        "e": None,
    }


def test_environments_are_remembered_until_they_change(home: Path) -> None:
    packages = by_hand(home / "v")
    install(packages, "six", "1.0", source={"url": URL, "archive_info": {"hash": "sha256=ab"}})
    (packages / "more.pth").write_text(f"{home / 'more'}\n")
    os.utime(packages, ns=(AT, AT))
    place = home / "cache" / "environments.json"
    first = found(home, SiteMemory(place), VIRTUAL_ENV=home / "v")["~/v"]
    assert place.stat().st_mode & 0o777 == 0o600
    (packages / "six-1.0.dist-info" / "METADATA").unlink()
    (packages / "six-1.0.dist-info" / "direct_url.json").unlink()
    again = found(home, SiteMemory(place), VIRTUAL_ENV=home / "v")["~/v"]
    assert again.installed == first.installed != ()
    install(home / "more", "attrs", "2.0")
    more = found(home, SiteMemory(place), VIRTUAL_ENV=home / "v")["~/v"]
    assert holds(more) == {("six", "1.0"), ("attrs", "2.0")}
    install(packages, "iniconfig", "3.0")
    changed = found(home, SiteMemory(place), VIRTUAL_ENV=home / "v")["~/v"]
    assert ("iniconfig", "3.0") in holds(changed)
    known = read_remembered(place)
    write_remembered(place, {**known, "form": {"form": 0}})
    assert SiteMemory(place).read(packages) == SiteMemory(used=False).read(packages)
    for content in (b"", b"x" * 99, place.read_bytes()[:-4], b'00000000\n{"a": {}}'):
        place.write_bytes(content)
        assert holds(found(home, SiteMemory(place), VIRTUAL_ENV=home / "v")["~/v"]) == holds(changed)


def test_pips_own_checks_name_environments(home: Path) -> None:
    root = home / "pip"
    writer = CacheWriter(root)
    writer.selfcheck(str(home / "one"), AT)
    writer.selfcheck(str(home / "removed"), AT)
    old = f'{{"{home / "two"}": {{"last_check": "2018-01-01T00:00:00Z", "pypi_version": "18.0"}}}}'
    writer.put("selfcheck.json", old.encode(), AT)
    for name in ("one", "two"):
        install(by_hand(home / name), "six", "1.0")
    entries = scan(root).entries
    assert sorted(prefixes_in(entries, str(root))) == [str(home / name) for name in ("one", "removed", "two")]
    assert prefixes_in(entries, str(home / "gone")) == []
    environ = {"HOME": str(home), "PATH": ""}
    usage = usage_here(entries, str(root), validate(b""), memory=False, machine=False, environ=environ)
    assert {one.title for one in usage.environments} >= {"~/one", "~/two"}
    assert "~/removed" not in {one.title for one in usage.environments}
    broken = usage_here(entries, str(root), validate(b"enviroments = ['/x']"), memory=False)
    assert broken.used == {}
    assert "enviroments" in usage_words(broken)
    assert usage_here(entries, str(root), validate(b""), memory=False, stop=lambda: True) == Usage()


def test_prefixes_are_remembered_until_they_are_gone(home: Path) -> None:
    place, one, two = home / "remembered" / "environments.json", home / "one", home / "two"
    for folder in (one, two):
        install(by_hand(folder), "six", "1.0")
    first = SiteMemory(place)
    assert first.prefixes([str(one), str(two), str(home / "never")]) == [str(one), str(two)]
    first.save()
    two.rename(home / "elsewhere")
    again = SiteMemory(place)
    named = again.prefixes([])  # their self-checks were removed
    assert named == [str(one)]
    assert holds(found(home, again, named=named)["~/one"]) == {("six", "1.0")}
    assert SiteMemory(used=False).prefixes([]) == []


def test_prefixes_are_remembered_beside_many_folders(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cachetui.environments.store.MOST", 2)
    place = home / "memory.json"
    first = SiteMemory(place)
    assert first.prefixes([str(home)]) == [str(home)]
    folders = [by_hand(home / name) for name in ("a", "b", "c")]
    for folder in folders:
        os.utime(folder, ns=(AT, AT))
        first.read(folder)
    first.save()
    assert SiteMemory(place).prefixes([]) == [str(home)]
    assert [key for key in read_remembered(place) if key.startswith(str(home))] == [str(one) for one in folders[1:]]


def test_the_words_say_how_many_were_looked_at() -> None:
    good, closed = environment(), environment(trouble="Permission denied")
    assert usage_words(Usage((good, good))) == "Looked at 2 environments."
    assert usage_words(Usage((good, closed))) == (
        "Looked at 2 environments; 1 could not be read, so what it may use does not count as unused: "
        "~/v (Permission denied)."
    )
    assert "so what they may use" in usage_words(Usage((good, *[closed] * 5)))
    assert "and 2 more" in usage_words(Usage((good, *[closed] * 5)))
    assert "so nothing counts as unused" in usage_words(Usage((closed,)))
    assert usage_words(Usage()).startswith("No environment was found, so nothing counts as unused")


NAMES = st.sampled_from(("six", "attrs", "torch"))
VERSIONS = st.sampled_from(("1.0", "1", "2.0", "2.0+cpu", "2004d"))
TAGS = st.sampled_from(("py3-none-any", "cp39-cp39-linux_x86_64", "cp311-abi3-win_amd64"))
KINDS: st.SearchStrategy[Kind] = st.sampled_from(("wheel", "sdist", "built", "metadata", "index", "leftover"))
ENTRIES = st.lists(st.builds(entry, NAMES, VERSIONS, KINDS, TAGS), max_size=12, unique_by=lambda one: one.path)
ENVIRONMENTS = st.lists(
    st.builds(
        Environment,
        st.just(Path("/v")),
        st.just("v"),
        st.lists(st.builds(Installed, NAMES, VERSIONS, st.none()), max_size=4).map(tuple),
        st.frozensets(st.sampled_from(((3, 9), (3, 11))), max_size=1),
        st.sampled_from(("", "", "Permission denied")),
    ),
    max_size=4,
)


@given(ENTRIES, ENVIRONMENTS)
def test_what_any_environment_uses_is_never_chosen_as_unused(
    entries: list[Entry], environments: list[Environment]
) -> None:
    usage = usage_of(entries, environments, "/")
    facts = Facts(1, used=usage.used)
    assert "unused" in CHOOSERS
    chosen = choose(entries, Rules(frozenset({"unused"}), built=True), facts).entries
    held = {(project, version_order(version)) for one in environments for project, version, _ in one.installed}
    assert not [one for one in chosen if one.project and (one.project, version_order(one.version)) in held]
    assert not [one for one in chosen if one.kind in ("index", "leftover")]
    used, unused = parse_terms(["is:used"]), parse_terms(["is:unused"])
    assert [one for one in entries if unused(one, facts)] == list(chosen)
    neither = [one for one in entries if one.path not in usage.used]
    for term in ("is:used", "is:unused", "not:is:used", "not:is:unused"):
        assert not [one for one in neither if parse_terms([term])(one, facts)]
    assert {one.path for one in entries if used(one, facts)} == usage.users.keys()
