from __future__ import annotations

import pytest

from cachetui.needs.requirement import DEEPEST, read_requirement

MARKER = "os_name == 'posix'"


def nested(depth: int) -> str:
    return f"six; {'(' * depth}{MARKER}{')' * depth}"


def test_a_requirement_is_read_however_wide_and_as_deep_as_anybody_would_write_it() -> None:
    assert read_requirement("Six[a] >=1,<2").name == "Six"
    assert read_requirement(nested(DEEPEST)).marker is not None
    assert read_requirement(f"six; {' or '.join([f'({MARKER})'] * 300)}").marker is not None


@pytest.mark.parametrize("text", [nested(DEEPEST + 1), nested(3_000), f"six; {'(' * 3_000}", f"six {'(' * 200}"])
def test_what_is_nested_too_deep_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it is nested too deep$"):
        read_requirement(text)


@pytest.mark.parametrize("text", [f"six=={'9' * 5_000}", f"six>=1.{'9' * 5_000}", f"six~=1.0.post{'9' * 5_000}"])
def test_a_number_without_end_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a number in it is too long$"):
        read_requirement(text)


@pytest.mark.parametrize("text", ["", "six=1", "==1", "six>", "six\n\n=1", "six; os_name", "six @ ", "six[", "\0"])
def test_what_is_wrong_is_told_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"\A.+\Z"):
        read_requirement(text)
