from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cachetui.text.styled import Role, heading, pieces, styled

ROLES: st.SearchStrategy[Role] = st.sampled_from(["heading", "danger", "hint"])
PARTS = st.lists(st.one_of(st.text(max_size=5), st.tuples(ROLES, st.text(max_size=5))), max_size=6)


@given(PARTS, PARTS)
def test_a_line_is_its_text_and_its_pieces_are_its_parts(
    first: list[str | tuple[Role, str]], second: list[str | tuple[Role, str]]
) -> None:
    line = styled(styled(*first), *second)
    parts = [(None, part) if isinstance(part, str) else part for part in [*first, *second]]
    assert line == "".join([text for _, text in parts])
    assert [one for one in pieces(line) if one[0]] == [one for one in parts if one[0]]
    assert "".join([text for _, text in pieces(line)]) == line


def test_everything_but_the_console_sees_plain_text() -> None:
    assert f"{heading('Kind')}  Disk" == "Kind  Disk"
    assert [*pieces("plain")] == [(None, "plain")]
