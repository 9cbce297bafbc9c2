"""`cachetui help`: the overview, the help of a command, or a topic of the reference."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

import click

from cachetui.cli.console import for_stream
from cachetui.cli.help_format import Command
from cachetui.cli.main import DONE
from cachetui.cli.options import global_options
from cachetui.help import TOPICS, read_topic
from cachetui.help.document import Role, Spans, lay_out, parse
from cachetui.text.excerpt import brief

if TYPE_CHECKING:  # only needed for shell completion
    from click.shell_completion import CompletionItem

STYLES: dict[Role, str] = {"strong": "1", "code": "36"}
"""Parameters of the escape sequences that begin a role on a terminal (ECMA-48, SGR)."""
PAGER_OPTIONS = "FRX"
"""Options of less if the user has set none: leave a short text on the screen, and show styles."""


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return the commands and topics that begin with `incomplete`, with their summaries."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell that completes asks

    if context.params.get("names"):
        return []
    known = {**_commands(context), **TOPICS}
    return [CompletionItem(name, help=known[name]) for name in known if name.startswith(incomplete)]


@click.command(
    "help",
    cls=Command,
    examples=[
        ("cachetui help prune", "The help of a command."),
        ("cachetui help terms", "All terms, with examples."),
        ("cachetui help keys", "The keys of the browser."),
    ],
)
@click.argument("names", metavar="[COMMAND|TOPIC]", nargs=-1, shell_complete=_names)
@global_options
@click.pass_context
def command(context: click.Context, names: tuple[str, ...]) -> int:
    """Show help on a command or a topic; without a name, an overview.

    A command that is a topic, too, such as audit, is shown with all that the reference says about it.
    """
    if len(names) > 1:
        raise click.UsageError("help takes one name.")
    width = min(shutil.get_terminal_size().columns, context.max_content_width or 80) - 2
    is_terminal = sys.stdout.isatty()
    styled = is_terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    text = "".join([f"{line}\n" for line in _lines(context, names[0] if names else "", width, styled)])
    if is_terminal:
        os.environ.setdefault("LESS", PAGER_OPTIONS)
        click.echo_via_pager(text, color=styled)
    else:
        sys.stdout.write(for_stream(text, sys.stdout))
    return DONE


def _commands(context: click.Context) -> dict[str, str]:
    """Return the commands with their summaries."""
    group = context.find_root().command
    assert isinstance(group, click.Group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: one.get_short_help_str() for name, one in found.items() if one is not None}


def _lines(context: click.Context, name: str, width: int, styled: bool) -> Iterator[str]:
    """Yield the lines of the help on a name. Raises UsageError if nothing has this name."""
    root, commands = context.find_root(), _commands(context)
    if not name:
        yield root.get_help()
    elif name not in commands and name not in TOPICS:
        known, typed = [*commands, *TOPICS], name.lower()
        close = [one for one in known if typed and one.startswith(typed)] or get_close_matches(typed, known, 1)
        hint = f"Did you mean {close[0]}?" if close else f"The topics are {', '.join(TOPICS)}."
        raise click.UsageError(f"No command or topic {brief(name)!r}. {hint}")
    if name in commands:
        shown: click.Command = import_module(f"cachetui.cli.commands.{name}").command
        yield shown.get_help(click.Context(shown, info_name=name, parent=root))
    if name in TOPICS:
        if name in commands:
            yield ""
        for line in lay_out(parse(read_topic(name)), width):
            yield _styled(line) if styled else "".join([words for words, _ in line])


def _styled(line: Spans) -> str:
    """Return a line with escape sequences for its roles."""
    return "".join([f"\x1b[{STYLES[role]}m{words}\x1b[0m" if role in STYLES else words for words, role in line])
