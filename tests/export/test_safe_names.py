from __future__ import annotations

import pytest

from cachetui.export.safe_names import agree, named_by
from cachetui.pip.formats.archives import ArchiveName


@pytest.mark.parametrize(
    ("filename", "project", "version"),
    [
        ("torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl", "torch", "2.3.0+cu121"),
        ("Ruamel.YAML_x-0.1-1-py2.py3-none-any.whl", "ruamel-yaml-x", "0.1"),
        ("epochal-1!2.0-py3-none-any.whl", "epochal", "1!2.0"),
        ("Sourced_Thing-3.0.tar.gz", "sourced-thing", "3.0"),
        ("some-project-1.0.zip", "some-project", "1.0"),
        ("old-1.0.tar.bz2", "old", "1.0"),
    ],
)
def test_names_of_wheels_and_sdists(filename: str, project: str, version: str) -> None:
    assert named_by(filename) == ArchiveName(project, version, filename)


@pytest.mark.parametrize(
    "filename",
    [
        None,
        "",
        "../../x-1.0-py3-none-any.whl",
        "..\\x-1.0-py3-none-any.whl",
        "/etc/x-1.0-py3-none-any.whl",
        "C:x-1.0-py3-none-any.whl",
        "x-1.0-py3-none-any.whl:stream",
        ".x-1.0-py3-none-any.whl",
        "-x-1.0-py3-none-any.whl",
        "x-1.0-py3-none-any.whl\0.txt",
        "x-1.0\n-py3-none-any.whl",
        "x\x1b[31m-1.0-py3-none-any.whl",
        "x-1.0-py3-none-any.whl.",
        "x-1.0-py3-none-any.whl ",
        "x-1.0-py3-none-any.whl.metadata",
        "CON",
        "NUL.whl",
        "nul.x-1.0-py3-none-any.whl",
        "com1.x-1.0.tar.gz",
        "aux-1.0",
        "ｘ-1.0-py3-none-any.whl",  # noqa: RUF001 - a letter that looks like another
        "x-1.0\udcff-py3-none-any.whl",
        "x-" + "1" * 5_000 + "-py3-none-any.whl",
        "x" * 250 + "-1.0-py3-none-any.whl",
        "x-nonsense-py3-none-any.whl",
        "x-nonsense.tar.gz",
        "x.whl",
        "setup.py",
    ],
)
def test_names_that_are_given_to_nothing(filename: str | None) -> None:
    assert named_by(filename) is None


@pytest.mark.parametrize(
    ("filename", "project", "version", "name"),
    [
        ("pw_s-0.0.1_1-py3-none-any.whl", "pw-s", "0.0.1.post1", "pw_s-0.0.1.post1-py3-none-any.whl"),
        ("A__b-1.0-2x-py3-none-any.whl", "a-b", "1.0", "a_b-1.0-2x-py3-none-any.whl"),
        ("a.b-1.0_rc1-py2.py3-none-any.whl", "a-b", "1.0rc1", "a.b-1.0_rc1-py2.py3-none-any.whl"),
        ("pw-s-0.0.1-1.tar.gz", "pw-s", "0.0.1.post1", "pw-s-0.0.1-1.tar.gz"),
    ],
)
def test_a_legacy_name_becomes_one_that_every_pip_takes(filename: str, project: str, version: str, name: str) -> None:
    assert named_by(filename, project) == ArchiveName(project, version, name)


def test_a_version_that_no_pip_takes_today_names_nothing() -> None:
    assert named_by("pw-2012_b_x-py3-none-any.whl", "pw") is None
    assert named_by("pw-s-0.0.1_x.tar.gz", "pw-s") is None


def test_versions_agree_as_versions() -> None:
    assert agree(ArchiveName("a", "1.0", None), ArchiveName("a", "1", "a-1.tar.gz"))
    assert not agree(ArchiveName("a", "1.0", None), ArchiveName("a", "1.0.1", None))
    assert not agree(ArchiveName("a", "1.0", None), ArchiveName("b", "1.0", None))
