"""Parse stylesheets once for all apps of a process: parsing takes an eighth of the start of an app."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

PARSED: dict[Hashable, list[RuleSet]] = {}
"""The rules, which nobody changes, by all that they depend on."""


def parses_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make stylesheets with the same sources and variables share the rules that the first of them has parsed."""
    parse = Stylesheet.parse

    def parse_once(self: Stylesheet) -> None:
        key = frozenset(self._variables.items()), tuple(self.source.items())
        if key not in PARSED:
            parse(self)
            PARSED[key] = self._rules
        self._rules, self._rules_map, self._require_parse = PARSED[key], None, False

    monkeypatch.setattr(Stylesheet, "parse", parse_once)
