from __future__ import annotations

import io
from pathlib import Path

import pytest

from cachetui.needs.requirement_files import LONGEST_FILE, read_requirement_files
from cachetui.needs.values import RequirementFile, RequirementFileError


def read(folder: Path, text: str | bytes, **others: str) -> RequirementFile:
    for name, other in others.items():
        (folder / f"{name}.txt").write_text(other, encoding="utf-8")
    content = text if isinstance(text, bytes) else text.encode()
    (folder / "first.txt").write_bytes(content)
    return read_requirement_files([folder / "first.txt"])


def asked(found: RequirementFile) -> list[str]:
    return [str(one.requirement) for one in found.asked]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# nothing\n\n   # at all\n", []),
        ("six\ntorch>=2,<3  # why\n", ["six", "torch<3,>=2"]),
        ("six#1\n", None),
        ("six \\\n  >=1 \\\n  ,<2\n", ["six<2,>=1"]),
        ("six\\\n", ["six"]),
        ("six[a,b]>=1; python_version < '3'", ['six[a,b]>=1; python_version < "3"']),
        ("six\r\ntoml\r\n", ["six", "toml"]),
        ("\ufeffsix\n", ["six"]),
        ("six\n".encode("utf-16"), ["six"]),
        ("six --config-settings x=y --hash=sha256:AB\n", ["six"]),
        ("six>=1 -C x\n", ["six>=1"]),
    ],
)
def test_what_is_asked_for(text: str | bytes, expected: list[str] | None, tmp_path: Path) -> None:
    if expected is None:
        with pytest.raises(RequirementFileError, match=r"first\.txt, line 1: six#1 is not a requirement"):
            read(tmp_path, text)
    else:
        found = read(tmp_path, text)
        assert asked(found) == expected
        assert found.ignored == ()


def test_an_invalid_url_is_no_reason_to_fail(tmp_path: Path) -> None:
    found = read(tmp_path, "foo @ http://[bad/x#y\nhttp://[bad/z#egg=bar\nsix\n")
    assert asked(found) == ["six"]
    assert [(one.project, one.url) for one in found.direct] == [("foo", "http://[bad/x"), ("bar", "http://[bad/z")]


def test_what_is_quoted_of_a_line_stands_apart_for_it_may_hold_secrets(tmp_path: Path) -> None:
    with pytest.raises(RequirementFileError) as caught:
        read(tmp_path, "\nfoo @ https://user:secret@files.example/x.whl ;; bad\n")
    error = caught.value
    assert error.place == f"{tmp_path / 'first.txt'}, line 2"
    assert error.quoted == "foo @ https://user:secret@files.example/x.whl ;; bad"
    assert "secret" not in error.place + error.complaint


def test_a_line_that_is_nested_too_deep_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RequirementFileError, match="nested too deep"):
        read(tmp_path, f"six; {'(' * 3_000}os_name == 'posix'{')' * 3_000}\n")


def test_hashes_belong_to_their_line(tmp_path: Path) -> None:
    found = read(tmp_path, "six==1 \\\n  --hash=sha256:AB \\\n  --hash=sha512:cd\ntoml==2 --hash=md5:ef\n")
    assert [one.hashes for one in found.asked] == [{("sha256", "ab"), ("sha512", "cd")}, frozenset()]


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://index.example/simple",
        "-i https://index.example/simple",
        "--find-links=there",
        "--no-binary :all:",
        "-e .",
        "--editable=git+https://code.example/x",
        "https://files.example/x-1.0.tar.gz",
        "git+https://code.example/x",
        "six @ https://files.example/six-1.0.tar.gz",
        "./here",
        "../there[extra]",
        "C:\\there\\x-1.0.tar.gz",
        "x-1.0-py3-none-any.whl",
        "-r https://files.example/requirements.txt",
    ],
)
def test_what_a_cache_has_no_answer_to_is_named(line: str, tmp_path: Path) -> None:
    found = read(tmp_path, f"\n{line}  # why\nsix\n")
    assert asked(found) == ["six"]
    assert [(one.place, one.text) for one in found.ignored] == [(f"{tmp_path / 'first.txt'}, line 2", line)]


@pytest.mark.parametrize("how", ["-r {}", "-r{}", "--requirement {}", "--requirement={}", "-r '{}'"])
def test_files_within_files_are_relative_to_them(how: str, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "more.txt").write_text("toml\n-r ../first.txt\n-c ../pins.txt\n")
    found = read(tmp_path, f"six\n{how.format('below/more.txt')}\n--pre\n", pins="six<2\n")
    assert asked(found) == ["six", "toml", "six<2"]
    assert [one.constraint for one in found.asked] == [False, False, True]
    assert found.pre


@pytest.mark.parametrize(
    "text", ["six>\n", "six==1==2 3\n", "==1\n", "-r nowhere.txt\n", b"\xff\xff\xff", "-r nul\0\n", "six=1"]
)
def test_what_cannot_be_read_is_an_error(text: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(RequirementFileError, match=r"\.txt|nul"):
        read(tmp_path, text)


def test_a_long_chain_of_files_is_an_error_that_says_so(tmp_path: Path) -> None:
    for number in range(600):
        (tmp_path / f"{number}.txt").write_text(f"-r {number + 1}.txt\n")
    (tmp_path / "600.txt").write_text("six\n")
    with pytest.raises(RequirementFileError, match="a chain of more than 100 files"):
        read_requirement_files([tmp_path / "0.txt"])
    assert len(read_requirement_files([tmp_path / "550.txt"]).asked) == 1


def test_input_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "first.txt").write_bytes(b"#" * (LONGEST_FILE + 1))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"#" * (LONGEST_FILE + 1))))
    for path, name in ((tmp_path / "first.txt", "first.txt"), (None, "standard input")):
        with pytest.raises(RequirementFileError, match=rf"{name} cannot be read: it is longer than 16,777,216 bytes"):
            read_requirement_files([path])


def test_a_file_named_as_a_dash_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-").write_text("six\n", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"-r -\ntoml\n")))
    assert asked(read_requirement_files([None])) == ["six", "toml"]


def test_many_blanks_and_blank_lines_take_no_time(tmp_path: Path) -> None:
    text = f"six{' ' * 200_000}# a comment\n{'  ' * 200_000}\n{chr(10) * 200_000}a{chr(9) * 200_000}==1"
    assert asked(read(tmp_path, text)) == ["six", "a==1"]
