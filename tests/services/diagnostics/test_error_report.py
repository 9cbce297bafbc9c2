from __future__ import annotations

import os
import stat
from pathlib import Path

from cachetui.services.diagnostics.error_report import LONGEST, MOST_FILES, error_folder, save_error


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def test_the_details_are_in_a_private_file_without_secrets() -> None:
    place = save_error(raised(ValueError("https://me:secret@index.example/simple \x1b[31m")))
    assert place is not None
    path = Path(place).expanduser()
    words = path.read_text()
    assert path.parent == error_folder()
    assert "cachetui " in words.splitlines()[0]
    assert "ValueError: https://***@index.example/simple" in words
    assert "raise error" in words
    assert "secret" not in words
    assert "\x1b" not in words
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_oldest_file_is_replaced_and_none_is_long() -> None:
    places = []
    for number in range(MOST_FILES + 2):
        place = save_error(raised(ValueError(f"{number} {'x' * 3 * LONGEST}")))
        assert place is not None
        path = Path(place).expanduser()
        os.utime(path, (number, number))
        places.append(path.name)
        assert path.stat().st_size < 2 * LONGEST
    assert len(list(error_folder().iterdir())) == MOST_FILES
    assert places[MOST_FILES:] == places[:2]


def test_where_nothing_can_be_written_there_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert save_error(raised(ValueError()), tmp_path / "file" / "errors") is None
