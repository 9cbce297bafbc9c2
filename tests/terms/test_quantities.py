from __future__ import annotations

from collections.abc import Callable

import pytest

from cachetui.model import NS
from cachetui.terms.quantities import parse_age, parse_count, parse_size


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_size, "0", 0),
        (parse_size, " 1.5 GiB ", 3 * 2**29),
        (parse_size, "100mb", 100_000_000),
        (parse_age, "2 weeks", 14 * 86_400 * NS),
        (parse_age, "1.5h", 5_400 * NS),
        (parse_count, "30", 30),
    ],
)
def test_a_quantity_is_a_number_with_a_unit(parse: Callable[[str], int], text: str, value: int) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "complaint"),
    [
        (parse_size, "", "it is empty: write a size, such as 100MB"),
        (parse_size, "big", "big is not a size, such as 100MB"),
        (parse_size, "9" * 1_000, r"9+… is not a size, such as 100MB"),
        (parse_size, "5", "5 needs a unit, such as 5MB"),
        (parse_size, "5d", "d is not a unit of size: write kB, MB, GB or KiB, MiB, GiB"),
        (parse_age, "3m", "m could be minutes or months: write min or mo"),
        (parse_age, "3", "3 needs a unit, such as 3d"),
        (parse_age, "3MB", "MB is not a unit of age: write h, d, w, mo or y"),
        (parse_count, "", "it is empty: write a number, such as 2"),
        (parse_count, "-1", "-1 is not a number, such as 2"),
    ],
)
def test_what_is_no_quantity_is_explained(parse: Callable[[str], int], text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        parse(text)
