from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from cachetui.pip_settings.destination import DestinationError, destination, is_empty

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="made of links and of POSIX paths")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A home with a cache, a file and links in it."""
    own = tmp_path / "own"
    (own / ".cache/pip/http-v2").mkdir(parents=True)
    (own / "folder").mkdir()
    (own / "file").touch()
    (own / "dangling").symlink_to("nowhere")
    (own / "link").symlink_to(".cache")
    return own


def taken(typed: str, own: Path) -> Path:
    return destination(typed, own / ".cache/pip", {"HOME": str(own)})


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("~/new", "new"),
        ("~/a/../b/", "b"),
        ("~/folder", "folder"),
        ("~/folder/below/that", "folder/below/that"),
        ("~/.cache/pip-other", ".cache/pip-other"),
        ("~/with blanks [and] :signs: %s", "with blanks [and] :signs: %s"),
        ("~/größe", "größe"),
    ],
)
def test_what_is_meant(typed: str, expected: str, own: Path) -> None:
    assert taken(typed, own) == own / expected
    assert taken(typed.replace("~", str(own), 1), own) == own / expected


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type a folder."),
        ("~/a\nb", "A folder's name must not contain line breaks or other control characters."),
        ("~nobody-at-all/x", "~nobody-at-all/x is not a folder: there is no user named nobody-at-all."),
        ("new", "new is relative: begin with / or ~."),
        ("../new", "../new is relative: begin with / or ~."),
        ("false", "false is relative: begin with / or ~."),
        ("~/file", "{}/file is not a folder."),
        ("~/file/below", "{}/file is not a folder."),
        ("~/dangling", "{}/dangling is a link to something that does not exist."),
        ("~/dangling/below", "{}/dangling is a link to something that does not exist."),
        ("~/.cache/pip", "The cache is in {}/.cache/pip already."),
        ("~/link/pip/", "The cache is in {}/link/pip already."),
        (
            "~/.cache/pip/new",
            "{}/.cache/pip/new is inside the present cache, {}/.cache/pip: choose a folder outside of it.",
        ),
        (
            "~/link/pip/new",
            "{}/link/pip/new is inside the present cache, {}/.cache/pip: choose a folder outside of it.",
        ),
        ("~", "{} is your home directory or contains it: choose a folder for the cache alone."),
        ("/", "/ is your home directory or contains it: choose a folder for the cache alone."),
        ("~/" + "x" * 5000, "{}/" + "x" * 5000 + f" cannot be checked: {os.strerror(errno.ENAMETOOLONG)}."),
    ],
    ids=lambda words: words[:30],
)
def test_what_is_refused_and_why(typed: str, sentence: str, own: Path) -> None:
    with pytest.raises(DestinationError) as refused:
        taken(typed, own)
    assert str(refused.value) == sentence.replace("{}", str(own))


def test_where_pip_would_keep_nothing_is_refused(own: Path) -> None:
    if os.geteuid() == 0:
        os.chown(own / "folder", 12_345, 12_345)
    else:
        (own / "folder").chmod(0o500)
    with pytest.raises(DestinationError, match=f"{own}/folder (belongs|is not writable).*: pip would not use it"):
        taken("~/folder/x", own)


def test_a_home_that_is_not_there_is_not_made(own: Path) -> None:
    with pytest.raises(DestinationError, match=f"~ stands for {own}/gone, which does not exist: type the whole"):
        destination("~/x", own, {"HOME": str(own / "gone")})


def test_out_of_the_home_that_became_a_cache_one_can_move(own: Path) -> None:
    assert destination("~/new", own, {"HOME": str(own)}) == own / "new"


def test_what_holds_no_file_is_empty(own: Path) -> None:
    assert is_empty(own / ".cache/pip")
    assert is_empty(own / "nowhere")
    assert not is_empty(own)
