"""Thirty environments of many kinds: each is found, and what it has installed is known from its files alone."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from cachetui.environments.installed import MOST_PATHS
from cachetui.environments.used_by import usage_of
from tests.open_folder import open_folder
from tests.removal.nobody import as_a_nobody
from tests.untouched import state_of
from tests.used_by.laid_out import by_hand, entry, found, holds, install, virtual

PROJECT = "zope-interface"


def make(home: Path) -> tuple[dict[str, str], list[str]]:
    """Make environments; return the version of `PROJECT` that each has by its title, and prefixes that pip knows."""
    work = home / "projects"
    versions: dict[str, str] = {}

    def put(packages: Path, title: str, *, name: str = "zope.interface", info: str = "{0}-{1}.dist-info") -> None:
        version = f"{len(versions) + 1}.0"
        versions[title] = version
        install(packages, name, version, name=info.format(name, version))

    put(virtual(work / "a" / ".venv"), "~/projects/a/.venv")
    put(virtual(work / "a" / "venv"), "~/projects/a/venv", name="Zope_Interface")
    put(virtual(work / "a" / ".tox" / "py311"), "tox py311", name="zope-interface", info="zope_interface-{1}.dist-info")
    put(virtual(work / "a" / ".nox" / "tests"), "nox tests", info="{0}-{1}-py3.8.egg-info")
    put(virtual(work / "a" / "env"), "~/projects/a/env", info="{0}-{1}.egg-info")
    put(virtual(work / "system", system=True), "~/projects/system")
    put(by_hand(work / "lib64", "lib64/python3.11/site-packages", home="/nowhere/bin"), "~/projects/lib64")
    put(by_hand(work / "windows", "Lib/site-packages", home="C:\\Python"), "~/projects/windows")
    put(by_hand(work / "conda", "lib/python3.12/site-packages"), "~/projects/conda")
    (work / "conda" / "conda-meta").mkdir()
    put(by_hand(work / "debian", "lib/python3/dist-packages"), "~/projects/debian")
    put(by_hand(work / "local", "local/lib/python3.12/dist-packages"), "~/projects/local")
    put(by_hand(work / "pypy", "site-packages"), "~/projects/pypy")
    put(by_hand(work / "pypy3", "lib/pypy3.10/site-packages"), "~/projects/pypy3")
    put(by_hand(work / "threads", "lib/python3.13t/site-packages"), "~/projects/threads")
    put(by_hand(work / "dead", home="/removed/bin", version="3.11.1"), "~/projects/dead")
    (work / "dead" / "bin").mkdir()
    (work / "dead" / "bin" / "python").symlink_to("/removed/bin/python")
    put(by_hand(work / "no-config"), "~/projects/no-config")
    put(by_hand(work / "odd name\n[x]"), "~/projects/odd name\n[x]")
    put(by_hand(work / "egg"), "~/projects/egg", info="{0}-{1}-py3.8.egg")
    put(by_hand(work / "read-only", home="/usr/bin"), "~/projects/read-only")
    (work / "read-only").chmod(0o555)
    put(by_hand(home / ".local", "lib/python3.11/site-packages"), "~/.local")
    share = home / ".local" / "share"
    put(by_hand(share / "hatch/env/virtual/web/AbCdEf/web", home="/usr/bin"), "hatch web")
    put(by_hand(share / "hatch/env/virtual/web/AbCdEf/docs", home="/usr/bin"), "hatch web docs")
    put(by_hand(share / "pipx/venvs/black", home="/usr/bin"), "pipx black")
    put(by_hand(home / ".local/pipx/venvs/ruff", home="/usr/bin"), "pipx ruff")
    put(by_hand(home / ".cache/pypoetry/virtualenvs/shop-1-py3.11", home="/usr/bin"), "poetry shop-1-py3.11")
    put(by_hand(share / "uv/tools/httpie", home="/usr/bin"), "uv httpie")
    put(by_hand(share / "pdm/venvs/p-1-3.11", home="/usr/bin"), "pdm p-1-3.11")
    put(by_hand(share / "virtualenvs/site-1", home="/usr/bin"), "virtualenv site-1")
    put(by_hand(home / ".virtualenvs/old", home="/usr/bin"), "virtualenv old")
    put(by_hand(home / ".cache/pre-commit/repo1/py_env-python3", home="/usr/bin"), "pre-commit repo1")
    by_hand(home / ".cache/pre-commit/repo2/py_env-python3.11", home="/usr/bin")
    by_hand(home / ".cache/pre-commit/repo2/py_env-python3.12", home="/usr/bin")
    (home / ".virtualenvs" / "postactivate").write_text("#!/bin/sh\n")
    (home / ".virtualenvs" / "old" / ".project").write_text(f"{work / 'shop'}\n")
    put(by_hand(work / "shop" / ".tox" / "py311", home="/usr/bin"), "tox py311 of shop")
    shutil.copytree(work / "a" / "env", work / "removed")
    shutil.rmtree(work / "removed")
    (work / "reused").mkdir()
    several = [share / "pipx/venvs/black", work / "a" / ".tox" / "py311", home / ".virtualenvs" / "old"]
    return versions, [str(place) for place in (*several, *sorted(work.iterdir()))] + [
        str(work / "removed"),
        str(work / "a" / ".venv"),
    ]


def test_each_environment_has_what_its_files_say(home: Path) -> None:
    versions, prefixes = make(home)
    places = [home, *home.rglob("*")]
    before = [state_of(place) for place in places]
    here = found(home, named=prefixes)
    assert [state_of(place) for place in [home, *home.rglob("*")]] == before
    versions["tox py311 in ~/projects/a"] = versions.pop("tox py311")
    versions["tox py311 in ~/projects/shop"] = versions.pop("tox py311 of shop")
    assert len(versions) >= 30
    own = {title: {version for project, version in holds(one) if project == PROJECT} for title, one in here.items()}
    assert {title: own[title] for title in versions} == {title: {version} for title, version in versions.items()}
    assert [title for title, one in here.items() if one.trouble] == []
    cached = [entry(PROJECT, version) for version in [*versions.values(), "99.0"]]
    usage = usage_of(cached, [*here.values()], str(home))
    assert [one.version for one in cached if usage.used.get(one.path) is not True] == ["99.0"]
    assert usage.used[cached[-1].path] is False
    users = {title: one.version for one in cached[:-1] for title in [user.title for user in usage.users[one.path]]}
    assert users == versions


def test_an_environment_that_sees_the_packages_of_its_python_uses_them(home: Path) -> None:
    base = by_hand(home / "python", "lib/python3.11/site-packages")
    install(base, "one", "1.0")
    install(base, "two", "1.0")
    told = {"home": str(home / "python" / "bin"), "version": "3.11.7"}
    seeing = by_hand(home / "seeing", **told, include_system_site_packages="true")
    install(seeing, "two", "2.0")
    by_hand(home / "apart", **told, include_system_site_packages="false")
    virtualenv = {"home": "/elsewhere", "base_prefix": str(home / "python"), "version_info": "3.11.7.final.0"}
    by_hand(home / "virtualenv", **virtualenv, include_system_site_packages="true")
    here = found(home, named=[str(home / name) for name in ("seeing", "apart", "virtualenv")])
    assert here["~/virtualenv"].releases == {(3, 11)}
    assert holds(here["~/virtualenv"]) == holds(here["~/python"])
    assert holds(here["~/seeing"]) == {("one", "1.0"), ("two", "2.0")}
    assert holds(here["~/apart"]) == set()
    assert holds(here["~/python"]) == {("one", "1.0"), ("two", "1.0")}


def seeing(home: Path) -> set[tuple[str, str]]:
    """Return what an environment of CPython 3.11 has installed that sees the packages below `usr`."""
    told = {"home": str(home / "usr" / "bin"), "version": "3.11.2", "include_system_site_packages": "true"}
    by_hand(home / "v", "lib/python3.11/site-packages", **told)
    return holds(found(home, named=[str(home / "v")])["~/v"])


@pytest.mark.parametrize(
    "folders",
    [
        ("local/lib/python3.11/dist-packages", "lib/python3/dist-packages", "lib/python3.11/dist-packages"),
        ("local/lib/python3.11/dist-packages", "lib/python3/dist-packages", "lib/python3.11/site-packages"),
        ("lib/python3.11/site-packages", "lib/python3.11/dist-packages"),  # of a Python in /usr/local of Debian
        ("lib/python3/dist-packages", "local/lib/python3.11/site-packages"),  # of a Python that is not Debian's
        ("lib/python3/dist-packages", "local/lib/python3.10/dist-packages"),  # of an earlier release of Debian
        ("local/lib64/python3.11/site-packages", "local/lib/python3.11/site-packages"),
        ("local/lib/python3.11/site-packages", "lib64/python3.11/site-packages", "lib/python3.11/site-packages"),
        ("lib/python3.11/site-packages", "lib/python3.10/site-packages", "lib/python3.12/site-packages"),
    ],
    ids=[
        "Debian",
        "Debian, site-packages",
        "Debian, /usr/local",
        "Debian, another Python",
        "Debian, an old folder",
        "Fedora, local",
        "Fedora",
        "several Pythons",
    ],
)
def test_a_python_imports_from_the_first_of_its_folders(home: Path, folders: tuple[str, ...]) -> None:
    for number, folder in enumerate(folders):
        install(home / "usr" / folder, "six", f"{number}.0")
    assert seeing(home) == {("six", "0.0")}


def test_the_folder_of_a_python_may_have_a_link(home: Path) -> None:
    install(home / "usr" / "lib/python3.11/site-packages", "six", "1.0")
    (home / "usr" / "lib" / "python3.1").symlink_to("python3.11")  # as in conda's environments
    assert seeing(home) == {("six", "1.0")}


def test_what_a_path_file_names_comes_before_the_next_folder(home: Path) -> None:
    local, debian = home / "usr/local/lib/python3.11/dist-packages", home / "usr/lib/python3/dist-packages"
    install(debian, "six", "2.0")
    install(home / "one", "six", "1.0")
    install(home / "two", "attrs", "1.0")
    install(home / "three", "attrs", "2.0")
    install(home / "three", "idna", "2.0")
    local.mkdir(parents=True)
    (local / "x.pth").write_text(f"{home / 'one'}\n{debian}\n{home / 'two'}\n")
    (debian / "y.pth").write_text(f"{home / 'three'}\n")
    assert seeing(home) == {("six", "1.0"), ("attrs", "1.0"), ("idna", "2.0")}


def test_path_files_lead_to_more_packages(home: Path) -> None:
    packages = by_hand(home / "v")
    more = home / "more"
    install(more, "shared", "1.0")
    install(more, "own", "1.0")
    install(packages, "own", "2.0")
    (packages / "x.pth").write_text(f"# words\nimport os; os.abort()\n{more}\nmissing\n\n")
    memory_words = found(home, named=[str(home / "v")])
    assert holds(memory_words["~/v"]) == {("own", "2.0"), ("shared", "1.0")}


def test_a_path_file_counts_as_python_reads_it(home: Path) -> None:
    packages = by_hand(home / "v")
    install(home / "more", "six", "1.0")
    (packages / "x.pth").write_text(f"\ufeff{home / 'more'}\n")
    assert holds(found(home, named=[str(home / "v")])["~/v"]) == {("six", "1.0")}
    (home / "loop").symlink_to("loop")
    (packages / "x.pth").write_text(f"{home / 'loop'}\n{'x' * 5000}\n{home / 'more'}\n")
    assert next(iter(found(home, named=[str(home / "v")]).values())).trouble == ""
    (packages / "x.pth").write_text("#\n" * MOST_PATHS + f"{home / 'more'}\n")
    assert found(home, named=[str(home / "v")])["~/v"].trouble.startswith("x.pth has more than 10,000 lines")


def test_pythons_that_share_a_prefix_hide_nothing_of_each_other(home: Path) -> None:
    (home / "more").mkdir()
    for release, version in (("3.10", "1.0"), ("3.11", "2.0"), ("3.12", "3.0")):
        packages = by_hand(home / ".local", f"lib/python{release}/site-packages")
        install(packages, "six", version)
    (packages.parents[1] / "python3.10" / "site-packages" / "x.pth").write_text(f"{home / 'more'}\n")
    install(home / "more", "six", "9.0")
    install(home / "more", "attrs", "9.0")
    by_all = {("six", "1.0"), ("six", "2.0"), ("six", "3.0"), ("attrs", "9.0")}
    assert holds(found(home)["~/.local"]) == by_all


def test_paths_that_no_file_can_have_are_no_environments(home: Path) -> None:
    packages = by_hand(home / "v")
    install(packages, "six", "1.0")
    (home / "v" / "pyvenv.cfg").write_bytes(b"home = /x\0/bin\ninclude-system-site-packages = true\n")
    (home / "v" / ".project").write_bytes(b"/x\0y\n")
    odd = ["/\ud800", "/x\0y", "/\ud800*", "/x\0*"]
    here = found(home, VIRTUAL_ENV=home / "v", named=odd, listed=odd)
    assert {title: (holds(one), one.trouble) for title, one in here.items()} == {"~/v": ({("six", "1.0")}, "")}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_no_pipe_is_waited_for(home: Path) -> None:
    install(by_hand(home / "v"), "six", "1.0")
    for name in ("pyvenv.cfg", ".project"):
        os.mkfifo(home / "v" / name)
    assert holds(found(home, VIRTUAL_ENV=home / "v")["~/v"]) == {("six", "1.0")}


def test_the_preferences_name_prefixes_and_targets_of_installations(home: Path) -> None:
    install(home / "prefix" / "lib" / "python3.11" / "site-packages", "six", "1.0")
    install(home / "target", "six", "2.0")
    here = found(home, listed=["~/prefix", "~/tar*"])
    assert {title: holds(one) for title, one in here.items()} == {
        "~/prefix": {("six", "1.0")},
        "~/target": {("six", "2.0")},
    }


def test_links_that_loop_are_no_environments(home: Path) -> None:
    packages = by_hand(home / "projects" / "v", home="/removed/bin")
    install(packages, "six", "1.0")
    install(packages / "six" / "_vendor", "attrs", "1.0")
    for place in (home / "projects" / "self", home / "projects" / ".venv"):
        place.symlink_to(place)
    (home / "projects" / "v" / "loop").symlink_to(home / "projects" / "v")
    here = found(home, folder=home / "projects", listed=["~/projects/**", "~/projects/self"])
    assert {title: (holds(one), one.trouble) for title, one in here.items()} == {"~/projects/v": ({("six", "1.0")}, "")}


def test_a_pattern_that_matches_too_much_spares_the_rest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cachetui.environments.find.MOST_LISTED", 2)
    for name in ("a", "b", "c"):
        install(by_hand(home / name), "six", "1.0")
    here = found(home, listed=["~/?"])
    assert here["~/?"].trouble == "more than 2 folders match"
    assert "~/?" not in found(home, listed=["~/[ab]"])


@pytest.mark.parametrize(
    ("name", "written", "version"),
    [
        ("torch-2.3.0+cu121.dist-info", "2.3.0+cu121", "2.3.0+cu121"),
        ("torch-2.3.0_cu121.dist-info", "2.3.0+cu121", "2.3.0+cu121"),
        ("torch-1!2.0.dist-info", "1!2.0", "1!2.0"),
        ("torch.egg-info", "1.0.post1", "1.0.post1"),
        ("torch-2004d-py2.7.egg-info", "2004d", "2004d"),
        ("Torch-1.0rc1.dist-info", "1.0rc1", "1.0rc1"),
    ],
)
def test_names_are_read_as_pip_reads_them(home: Path, name: str, written: str, version: str) -> None:
    install(by_hand(home / "v"), "torch", written, name=name)
    assert holds(found(home, VIRTUAL_ENV=home / "v")["~/v"]) == {("torch", version)}


def test_what_pip_leaves_of_an_uninstalled_project_is_not_installed(home: Path) -> None:
    packages = by_hand(home / "v")
    install(packages, "six", "1.0", name="~ix-1.0.dist-info")
    (packages / "six").mkdir()
    (packages / "six.pth").mkdir()
    environment = found(home, VIRTUAL_ENV=home / "v")["~/v"]
    assert holds(environment) == set()


def test_a_version_that_is_a_link_to_an_environment_is_found_once(home: Path) -> None:
    install(virtual(home / "store" / "real"), "six", "1.0")
    (home / ".virtualenvs").mkdir()
    (home / ".virtualenvs" / "linked").symlink_to(home / "store" / "real")
    (home / ".virtualenvs" / "loop").symlink_to(home / ".virtualenvs")
    here = found(home, named=[str(home / "store" / "real" / "..") + "/real"])
    assert [title for title in here if "real" in title or "linked" in title] == ["~/store/real"]


def test_the_preferences_name_environments_projects_and_folders_of_them(home: Path) -> None:
    for place in ("one", "many/two", "many/three", "code/x/.venv", "code/y/.tox/lint", "deep/a/b/c/five"):
        by_hand(home / place, home="/usr/bin")
    listed = [str(home / "one"), "~/many", "~/code/*", "~/deep/**/c", "~/gone", "~/gone/*"]
    titles = {"~/one", "~/many/two", "~/many/three", "~/code/x/.venv", "tox lint", "~/deep/a/b/c/five"}
    assert titles <= found(home, listed=listed).keys()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_an_environment_that_cannot_be_read_says_so() -> None:
    with open_folder() as folder:
        _look_at_closed_ones(folder / "home")


def _look_at_closed_ones(home: Path) -> None:
    for name in ("closed", "site", "many/child", "listed/x", ".virtualenvs/v", "project/.venv", "open"):
        install(by_hand(home / name, home="/usr/bin", version="3.9.1"), "six", "1.0")
    for name in ("closed", "site/lib/python3.11/site-packages", "listed", ".virtualenvs", "project/.venv"):
        (home / name).chmod(0)
    script = """
        import json
        from pathlib import Path
        from tests.used_by.laid_out import found
        home = Path(root)
        prefixes = [str(home / name) for name in ("closed", "site", "open", "closed/inner", "gone")]
        here = found(home, named=prefixes, listed=["~/listed/*"], folder=home / "project")
        own = [one for one in here.values() if home in one.prefix.parents]
        print(json.dumps({str(one.prefix.relative_to(home)): one.trouble for one in own}))
    """
    troubles = json.loads(
        as_a_nobody(home, script, "tests.used_by.laid_out", "findpython.providers", "cachetui.interpreters.locations")
    )
    assert {name for name, trouble in troubles.items() if trouble} == {
        *("closed", "closed/inner", "site", "listed", ".virtualenvs", "project/.venv")
    }
    assert troubles["open"] == ""


def test_a_folder_that_does_not_name_its_project_clearly_makes_the_environment_unknown(home: Path) -> None:
    packages = by_hand(home / "v")
    (packages / "my-project-1.0.dist-info").mkdir()
    environment = found(home, VIRTUAL_ENV=home / "v")["~/v"]
    assert environment.trouble == "my-project-1.0.dist-info does not say what it is"
    (packages / "my-project-1.0.dist-info" / "METADATA").write_text("Name: my-project\nVersion: 1.0\n")
    assert holds(found(home, VIRTUAL_ENV=home / "v")["~/v"]) == {("my-project", "1.0")}


def test_a_broken_environment_is_not_taken_for_an_empty_one(home: Path) -> None:
    by_hand(home / "lost", home="/usr/bin")
    shutil.rmtree(home / "lost" / "lib")
    packages = by_hand(home / "nameless", home="/usr/bin")
    (packages / "x.dist-info").mkdir()
    (home / "empty").mkdir()
    (home / "r" / "conda-meta").mkdir(parents=True)
    here = found(home, named=[str(home / name) for name in ("lost", "nameless", "empty", "r", "absent")])
    assert here["~/lost"].trouble == "it has no folder for packages"
    assert here["~/nameless"].trouble == "x.dist-info does not say what it is"
    assert not {"~/empty", "~/r", "~/absent"} & here.keys()


def test_the_running_environment_is_read_like_pip_reads_it(home: Path) -> None:
    from importlib.metadata import distributions  # noqa: PLC0415 - the judge

    from packaging.utils import canonicalize_name  # noqa: PLC0415 - as above

    here = found(home, named=[sys.prefix])
    (environment,) = [one for one in here.values() if one.prefix == Path(sys.prefix)]
    expected = {canonicalize_name(one.name) for one in distributions(path=[str(Path(pytest.__file__).parents[1])])}
    assert expected <= {project for project, _ in holds(environment)}
