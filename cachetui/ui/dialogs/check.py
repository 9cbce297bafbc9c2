"""The dialog that asks for a list of releases to look for."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from cachetui.errors import CachetuiError, TermError
from cachetui.insight.check.check_list import CheckList
from cachetui.insight.check.matches import CheckResult
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.dialogs.input_dialog import InputDialog, SheetBox
from cachetui.ui.workers import run_in_thread


class ListBox(SheetBox):
    """The input for the list of releases."""

    HELP = "Type a file, a folder of OSV records, or names and requirements, and press Enter. Esc marks nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "check", "check.start", PROGRAM, "Mark what is here of this list", show=True),
    ]


class CheckDialog(InputDialog[tuple[CheckList, CheckResult]]):
    """Dialog that asks for a list of releases; its result is the list, and which of these releases were found."""

    HELP = ListBox.HELP

    def __init__(self, look: Callable[[str], tuple[CheckList, CheckResult]]) -> None:
        """Make the dialog.

        `look` reads the typed list, and looks for its releases in the cache. It is called in a thread, and may raise
        CachetuiError and OSError.
        """
        super().__init__(
            "Check the cache for which releases?",
            "Type the path of a requirements file, of OSV records or of a folder, or names such as left-pad==1.0.1. "
            "Whatever is found is marked; nothing is removed, and the network is not used.",
            box=ListBox(id="list"),
            label="List",
            does="Check",
        )
        self._look = look

    async def accept(self, typed: str) -> tuple[CheckList, CheckResult] | None:
        """Return the typed list and which of its releases were found.

        If nothing was typed, or nothing of it can be read, the dialog says so, and None is returned.
        """
        if not typed:
            self.show_error("Type a file, a folder, or a name.")
            return None
        try:
            found, result = await run_in_thread(self._look, typed)
        except TermError as error:
            raise CachetuiError(f"{error}.") from error
        if found.unreadable and not found.items:
            self.show_error(*found.unreadable)
            return None
        return found, result
