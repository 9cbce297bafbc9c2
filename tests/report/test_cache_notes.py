from __future__ import annotations

from cachetui.model import DirectoryLink, Inventory
from cachetui.report.cache_notes import BY_LENGTH, cache_notes
from cachetui.text.format import freed_text, removed


def test_a_link_is_told_with_the_way_to_look_there() -> None:
    links = (
        DirectoryLink("http-v2/a", "/big disk/http-v2/a", True),
        DirectoryLink("http", "/gone/http", False),
        DirectoryLink("wheels", "/big/whl", True),
    )

    inside, gone, other, lengths = cache_notes(Inventory("/cache", links=links, by_length=True))

    assert "http-v2/a is a link to /big disk/http-v2/a" in inside
    assert inside.endswith("cachetui --cache-dir '/big disk'.")
    assert "does not exist" in gone
    assert "--cache-dir" not in gone
    assert "NEW/wheels" in other
    assert lengths == BY_LENGTH
    assert list(cache_notes(Inventory("/cache"))) == []


def test_what_layers_keep_is_not_called_freed() -> None:
    assert freed_text(2048) == "freed 2.0 kB"
    assert freed_text(2048, layered=True) == "freed at most 2.0 kB"
    assert removed(1, 1, 2048, 0, before=4096, left=2048, layered=True).endswith("image")
    assert not removed(1, 1, 2048, 0, before=4096, left=2048).endswith("image")
