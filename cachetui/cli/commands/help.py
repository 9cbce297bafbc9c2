"""`cachetui help`: the overview, the help of a command, or a topic of the reference."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

from cachetui.cli.console import has_colour, printable
from cachetui.cli.exit_codes import DONE
from cachetui.cli.help_format import Command
from cachetui.cli.near_commands import commands_meant
from cachetui.cli.options import global_options
from cachetui.help import TOPICS, read_topic
from cachetui.help.document import Block, HelpRole, lay_out, parse, plain
from cachetui.report.schemas import read_schema, schema_names
from cachetui.text import styled as text_roles
from cachetui.text.excerpt import brief
from cachetui.text.styled import styled
from cachetui.text.suggest import closest

if TYPE_CHECKING:  # only needed for shell completion
    from click.shell_completion import CompletionItem

JSON = "json"
"""Topic after which the name of a schema may follow."""
ROLES: Mapping[HelpRole, text_roles.Role] = {"strong": "heading", "code": "heavy"}
"""For each role of words in the reference: the role with which commands print them."""
PAGER_OPTIONS = "FRX"
"""Options for the pager `less` if the user has set none: leave a short text on the screen, and show styles."""


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return the commands and topics that begin with `incomplete`, with their summaries; after `json`, the schemas."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell that completes asks

    before = context.params.get("names") or ()
    known = {**_commands(context), **TOPICS}
    if before == (JSON,):
        known = dict.fromkeys(schema_names(), "JSON Schema")
    elif before:
        return []
    return [CompletionItem(name, help=known[name]) for name in known if name.startswith(incomplete)]


@click.command(
    "help",
    cls=Command,
    examples=[
        ("cachetui help prune", "The help of a command."),
        ("cachetui help terms", "All terms, with examples."),
        ("cachetui help json list", "The JSON Schema of cachetui list --json."),
    ],
)
@click.argument("names", metavar="[COMMAND|TOPIC]", nargs=-1, shell_complete=_names)
@global_options
@click.pass_context
def command(context: click.Context, names: tuple[str, ...]) -> int:
    """Show help on a command or a topic; without a name, an overview.

    A command that is a topic, too, such as audit, is shown with all that the reference says about it. A name
    after json is that of a JSON Schema, which is printed.
    """
    if len(names) > 1 + (names[0] == JSON if names else 0):
        raise click.UsageError("help takes one name, and after json the name of a schema.")
    width = min(shutil.get_terminal_size().columns, context.max_content_width or 80) - 2
    if names[1:]:
        text = read_schema(_known(names[1], schema_names(), "schema"))
    else:
        lines = _lines(context, names[0] if names else "", width)
        text = "".join([f"{printable(line, sys.stdout)}\n" for line in lines])
    if sys.stdout.isatty():
        os.environ.setdefault("LESS", PAGER_OPTIONS)
        click.echo_via_pager(text, color=None if has_colour(sys.stdout) else False)  # None: if the pager shows them
    else:
        sys.stdout.write(text)
    return DONE


def _commands(context: click.Context) -> dict[str, str]:
    """Return the commands with their summaries."""
    group = context.find_root().command
    assert isinstance(group, click.Group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: one.get_short_help_str() for name, one in found.items() if one is not None}


def _lines(context: click.Context, name: str, width: int) -> Iterator[str]:
    """Yield the lines of the help about a name. Raises click.UsageError if nothing has this name."""
    root, commands = context.find_root(), _commands(context)
    if not name:
        yield from root.get_help().splitlines()
    elif name not in commands:
        _known(name, [*dict.fromkeys([*TOPICS, *commands])], "command or topic")
    if name in commands:
        shown: click.Command = import_module(f"cachetui.cli.commands.{name}").command
        yield from shown.get_help(click.Context(shown, info_name=name, parent=root)).splitlines()
    if name in TOPICS:
        if name in commands:
            yield ""
        for line in lay_out(parse(read_topic(name)), width):
            yield styled(*[(ROLES[role], words) if role in ROLES else words for words, role in line])
    if name == JSON:
        yield ""
        for line in lay_out([Block("paragraph", [(f"The schemas are {', '.join(schema_names())}.", "")])], width):
            yield plain(line)


def _known(name: str, known: Sequence[str], what: str) -> str:
    """Return `name` if it is one of `known`. Otherwise, raise click.UsageError with a suggestion.

    `what` is the common noun for the known names, such as "schema".
    """
    if name in known:
        return name
    close = [one for one in known if name and one.startswith(name.lower())]
    close = close or [one for one in commands_meant(name) if one in known] or closest(name.lower(), known)
    hint = f"Did you mean '{close[0]}'?" if close else f"There are {', '.join(known)}."
    raise click.UsageError(f"No {what} {brief(name)!r}. {hint}")
