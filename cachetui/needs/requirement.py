"""Read a requirement (PEP 508), in the same way with every release of `packaging`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from packaging.requirements import InvalidRequirement, Requirement

DEEPEST = 100
"""Maximum nesting of parentheses: more than anybody writes, but too little to exhaust Python's stack."""


def read_requirement(text: str) -> Requirement:
    """Parse a requirement. Raises ValueError with one line that says what is wrong, without a full stop."""
    if max(accumulate((letter == "(") - (letter == ")") for letter in text), default=0) > DEEPEST:
        raise ValueError("it is nested too deep")
    try:
        requirement = Requirement(text)
        requirement.specifier.contains("0")
    except InvalidRequirement as error:
        raise ValueError(str(error).partition("\n")[0]) from error
    except ValueError as error:  # more digits than int() accepts
        raise ValueError("a number in it is too long") from error
    return requirement


def valid_requirements(texts: Iterable[str]) -> Iterator[Requirement]:
    """Yield the requirements that parse. Texts that do not parse are left out; pip cannot parse them either."""
    for text in texts:
        try:
            requirement = read_requirement(text)
        except ValueError:
            continue
        yield requirement
