"""Features of the terminal outside the app's screen: its title, and notifications while another window has the focus.

Sources of the sequences: xterm's "Control Sequences" (OSC 2, and CSI 22 and 23, which save and restore the title),
iTerm2's documentation (OSC 9), rxvt-unicode's notify extension (OSC 777), tmux(1) (`allow-passthrough`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from textual.app import App

from cachetui.preferences.model import Notify
from cachetui.text.escape import escape_control

WITHOUT_TITLES = ("", "dumb", "linux")
"""Values of `$TERM` of the terminals to which no sequence is written."""
OF_RXVT = ("rxvt", "foot")
"""Prefixes of `$TERM` for terminals that notify by OSC 777 and not by OSC 9."""
SAVE, RESTORE = "\x1b[22;2t", "\x1b[23;2t"
BELL = "\a"


@contextmanager
def titled(title: str) -> Iterator[None]:
    """Show a title in the terminal's window during the block; then restore the previous title."""
    show_title(title)
    try:
        yield
    finally:
        restore_title()


def show_title(title: str) -> None:
    """Save the title of the terminal's window, and show another one."""
    _write(f"{SAVE}\x1b]2;{escape_control(title)}{BELL}")


def restore_title() -> None:
    """Restore the title that was saved last."""
    _write(RESTORE)


def notify_outside(app: App[None], notify: Notify, words: str) -> None:
    """Notify the user in the preferred way if another window has the focus."""
    if app.app_focus or notify == "never":
        return
    if notify == "bell":
        app.bell()
    else:
        notify_desktop(words)


def notify_desktop(words: str) -> None:
    """Ask the terminal for a notification on the desktop; terminals without notifications ignore it."""
    words = escape_control(words)
    is_of_rxvt = os.environ.get("TERM", "").startswith(OF_RXVT)
    sequence = f"\x1b]777;notify;cachetui;{words}{BELL}" if is_of_rxvt else f"\x1b]9;{words}{BELL}"
    if os.environ.get("TMUX"):
        sequence = "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    _write(sequence)


def _write(sequence: str) -> None:
    """Write to the terminal that Textual draws on; write nothing without one, or if `$TERM` is in `WITHOUT_TITLES`."""
    stream = sys.__stderr__
    if stream is None or os.environ.get("TEXTUAL_DRIVER") or os.environ.get("TERM", "") in WITHOUT_TITLES:
        return
    with suppress(OSError, ValueError):  # the terminal is gone
        if stream.isatty():
            stream.write(sequence)
            stream.flush()
