from __future__ import annotations

from pathlib import Path

from cachetui.pip.config.location import locate
from cachetui.preferences.names import IDS, THEMES
from cachetui.services.services import Services
from cachetui.ui.app import KEY_HOLDERS, CachetuiApp
from cachetui.ui.keymap import ids_of


def test_the_themes_are_those_that_the_browser_offers(tmp_path: Path) -> None:
    assert set(THEMES) == set(CachetuiApp(Services(locate(str(tmp_path)))).available_themes)


def test_the_ids_are_those_that_the_browser_binds() -> None:
    assert set(IDS) == ids_of(*KEY_HOLDERS)
