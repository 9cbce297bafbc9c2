from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.insight.audit.wheel_tags import NO_WHEEL, ODD, SOURCE, fits, tags
from cachetui.model import Entry, Kind


def made(filename: str | None, kind: Kind = "wheel") -> Entry:
    return Entry(kind, (), "", 0, filename=filename)


@pytest.mark.parametrize(
    ("tag", "python", "platform"),
    [
        ("py3-none-any", "any Python 3", "any"),
        ("py2.py3-none-any", "any Python 2 or 3", "any"),
        ("py38-none-any", "Python 3.8 or newer", "any"),
        ("cp311-cp311-linux_x86_64", "CPython 3.11", "Linux x86_64"),
        ("cp39.cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64", "CPython 3.9, 3.10", "Linux x86_64"),
        ("cp37-abi3-manylinux1_i686", "CPython 3.7 or newer", "Linux i686"),
        ("cp313-cp313t-musllinux_1_2_aarch64", "CPython 3.13, free-threaded", "Linux aarch64 (musl)"),
        ("pp310-pypy310_pp73-win_amd64", "PyPy 3.10", "Windows x86_64"),
        ("cp312-cp312-macosx_11_0_arm64", "CPython 3.12", "macOS arm64"),
        ("cp312-cp312-macosx_10_9_x86_64.macosx_11_0_arm64", "CPython 3.12", "macOS x86_64, macOS arm64"),
        ("cp312-cp312-android_24_arm64_v8a", "CPython 3.12", "Android arm64_v8a"),
        ("cp312-cp312-win32", "CPython 3.12", "Windows 32-bit x86"),
        ("xx1-none-any", "other: xx1", "any"),
        ("py3-none-toaster_9", "any Python 3", "other: toaster_9"),
    ],
)
def test_tags_in_plain_words(tag: str, python: str, platform: str) -> None:
    assert fits(made(f"six-1.0-{tag}.whl")) == (python, platform)
    assert fits(made(f"six-1.0-1-{tag}.whl", "built")) == (python, platform)
    assert tags(made(f"six-1.0-1-{tag}.whl", "built")) == tags(made(f"six-1.0-{tag}.whl", "metadata")) == tag


def test_what_bears_no_tags() -> None:
    assert fits(made("six-1.0.tar.gz", "sdist")) == SOURCE
    assert fits(made(None, "index")) == NO_WHEEL
    assert fits(made("six.whl")) == ODD
    assert {tags(made(name, "wheel")) for name in (None, "six.whl", "six-py3-none-any.whl")} == {None}
    assert tags(made("six-1.0-py3-none-any.whl", "index")) is None
    assert tags(made("six-1.0-CP311-none-Any.whl")) == "CP311-none-Any"


@given(st.text(), st.sampled_from(["wheel", "sdist", "metadata"]))
def test_no_name_is_too_odd(filename: str, kind: Kind) -> None:
    assert all(len(words) < 200 for words in fits(made(filename, kind)))
