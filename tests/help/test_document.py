from __future__ import annotations

from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cachetui.help import TOPICS, read_topic
from cachetui.help.document import Block, inline, lay_out, parse, plain, wrap


def words(token: Token) -> str:
    """Return the words of a line as Markdown shows them."""
    parts = [" " if part.type == "softbreak" else part.content for part in token.children or ()]
    return "".join(parts)


def shown_by_markdown(text: str) -> list[tuple[str, list[str]]]:
    """Return the kinds of blocks in a document, with their words, as a complete parser of Markdown sees them."""
    found: list[tuple[str, list[str]]] = []
    kind = ""
    for token in MarkdownIt().enable("table").parse(text):
        if token.type == "heading_open":
            kind = token.tag
        elif token.type == "list_item_open":
            kind = "item"
        elif token.type == "paragraph_open":
            kind = kind if kind == "item" else "paragraph"
        elif token.type == "table_open":
            kind = "table"
            found.append((kind, []))
        elif token.type == "inline" and kind == "table":
            found[-1][1].append(words(token))
        elif token.type == "inline":
            found.append((kind, [words(token)]))
            kind = ""
        elif token.type == "table_close":
            kind = ""
        elif token.type == "fence":
            found.append(("code", token.content.splitlines()))
    return found


def shown_here(blocks: list[Block]) -> list[tuple[str, list[str]]]:
    """Return the same as this package parses it."""
    found = []
    for block in blocks:
        kind = f"h{block.level}" if block.kind == "heading" else block.kind
        if block.kind == "table":
            texts = [plain(cell) for row in block.rows for cell in row]
        else:
            texts = block.lines if block.kind == "code" else [plain(block.spans)]
        found.append((kind, texts))
    return found


@pytest.mark.parametrize("topic", TOPICS)
def test_the_reference_is_parsed_as_markdown_is(topic: str) -> None:
    text = read_topic(topic)
    assert shown_here(parse(text)) == shown_by_markdown(text)


@pytest.mark.parametrize("width", [24, 56, 78])
@pytest.mark.parametrize("topic", TOPICS)
def test_every_word_is_laid_out_within_the_width(topic: str, width: int) -> None:
    blocks = parse(read_topic(topic))
    lines = [*lay_out(blocks, width)]
    said = "".join(plain(line) for line in lines)
    for block in blocks:
        rows = block.rows[1:] if block.kind == "table" else []
        for text in [plain(block.spans), *block.lines, *[plain(cell) for row in rows for cell in row]]:
            for word in text.split():
                assert word in said
    for line in lines:
        text = plain(line)
        is_code = text.startswith("  ") and line[0][1] == "code"
        assert is_code or len(text) <= width or len(text.strip(" -").split()) == 1
    assert not any(not before and not after for before, after in pairwise(lines))


def test_words_keep_their_roles() -> None:
    assert inline("a `b c`, **d** and [e](f.md)") == [
        ("a ", ""),
        ("b c", "code"),
        (", ", ""),
        ("d", "strong"),
        (" and ", ""),
        ("e", ""),
    ]
    assert [plain(line) for line in wrap(inline("one `two three`, four"), 9)] == ["one two", "three,", "four"]


def test_a_table_that_is_too_wide_has_several_lines_for_a_row() -> None:
    table = parse("| key | default | meaning |\n|---|---|---|\n| `sort` | `size` | the order of the rows |\n")
    assert [plain(line) for line in lay_out(table, 40)] == [
        "key   default  meaning",
        "sort  size     the order of the rows",
    ]
    assert [plain(line) for line in lay_out(table, 20)] == ["sort size", "    the order of the", "    rows"]
