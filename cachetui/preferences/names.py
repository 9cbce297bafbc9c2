"""Names of the browser's themes and key bindings, for validating preferences without Textual."""

from __future__ import annotations

THEMES = (
    *("textual-dark", "textual-light", "nord", "gruvbox", "dracula", "tokyo-night", "monokai", "flexoki"),
    *("catppuccin-mocha", "catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato"),
    *("solarized-light", "solarized-dark", "rose-pine", "rose-pine-moon", "rose-pine-dawn"),
    *("atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light"),
)
"""Textual's themes."""
IDS = (
    *("app.help", "app.palette", "app.quit", "app.stop", "app.suspend"),
    *(
        "audit.browse",
        "audit.compare",
        "audit.group",
        "audit.leave",
        "audit.left",
        "audit.next",
        "audit.open",
        "audit.previous",
        "audit.right",
    ),
    *("audit.save", "cache.back", "cache.open", "cache.purge", "cache.rescan"),
    *("filter.back", "filter.clear", "filter.complete", "filter.keep", "filter.open"),
    *("health.browse", "health.stop", "health.verify"),
    *("marks.all", "marks.export", "marks.extend-down", "marks.extend-up", "marks.invert", "marks.none"),
    *("marks.range", "marks.review", "marks.toggle", "marks.undo"),
    *("rows.close", "rows.copy", "rows.down", "rows.first", "rows.last", "rows.open", "rows.page-down"),
    *("rows.page-up", "rows.protect", "rows.turn", "rows.up", "rules.open"),
    *("settings.again", "settings.move", "settings.next", "settings.switch"),
    *("show.age", "show.apparent", "show.details", "sort.age", "sort.count", "sort.name", "sort.size"),
    *("view.audit", "view.browse", "view.health", "view.settings", "view.why"),
    *("why.answer", "why.ask", "why.browse", "why.copy", "why.example", "why.leave", "why.open", "why.question"),
)
"""Ids of the key bindings that can be changed."""
