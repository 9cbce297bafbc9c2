"""The `cachetui` command and its subcommands; each subcommand is imported when it is called."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from io import StringIO
from unicodedata import east_asian_width

import click

from cachetui import __version__
from cachetui.cli.console import OUTPUT, say, warn
from cachetui.cli.exit_codes import DONE, FAILED, WRONG_USAGE
from cachetui.cli.help_format import HelpRecord, write_examples, write_records
from cachetui.cli.near_commands import commands_meant
from cachetui.cli.options import global_options_of_group, options_of
from cachetui.errors import CachetuiError, TermError
from cachetui.help import TOPICS
from cachetui.services.options import GlobalOptions
from cachetui.text.escape import escape_control
from cachetui.text.excerpt import excerpt
from cachetui.text.styled import styled
from cachetui.text.suggest import did_you_mean

COMMANDS = {
    "list": "List projects and versions, sizes and ages",
    "info": "Show where the cache is, and if pip uses it",
    "dir": "Print the cache's directory",
    "audit": "Show where the space is and what could go",
    "why": "Explain what pip would do for a requirement",
    "verify": "Look for damage, leftovers and tampering",
    "check": "Look for releases that a warning names",
    "export": "Write cached files under their real names",
    "offline": "Run a command with cached files, no index",
    "remove": "Remove what terms match",
    "prune": "Remove what rules choose",
    "purge": "Remove everything that pip keeps there",
    "preferences": "Show your preferences and problems in them",
    "doctor": "Show versions and settings for a bug report",
    "completion": "Print a script that completes in your shell",
    "help": "Show help on a command or a topic",
}
"""Summaries of the commands by their names; of at most 45 characters, because shells show them beside a completion.

For each name there is a module in `cachetui.cli.commands` that holds the `command`.
"""
COMPLETION = "_CACHETUI_COMPLETE"
"""Environment variable by which a shell requests completions."""
EXAMPLES = (
    ("cachetui", "Open the browser on your own cache."),
    ("cachetui --demo", "Look around in a made-up cache first."),
    ("cachetui list 'age>90d'", "List what was downloaded more than 90 days ago."),
    ("cachetui prune --superseded -n", "Show what has a newer version here; -n removes nothing."),
)
"""Examples in the overview that `cachetui --help` prints: command lines with their meanings."""
WIDEST = 100
"""Maximum width of help texts in columns; on a narrower terminal, they have its width."""


class CommandGroup(click.Group):
    """Command group that finds each subcommand in the module of the same name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a placeholder with a command's summary, so that commands can be listed without importing them."""
        return click.Command(cmd_name, short_help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, the global options, the other options, the topics of `cachetui help`, and examples."""
        self.format_commands(ctx, formatter)
        shared: list[HelpRecord | None] = []
        own: list[HelpRecord | None] = []  # options that print something and exit
        for one in self.get_params(ctx):
            exits = isinstance(one, click.Option) and one.is_flag and one.is_eager
            (own if exits else shared).append(one.get_help_record(ctx))
        write_records(formatter, "Global options, before or after a command", shared)
        write_records(formatter, "Options", own)
        write_records(formatter, "Topics of cachetui help", TOPICS.items())
        write_examples(formatter, EXAMPLES)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find and import the command that is called or completed."""
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}{_suggestion(args[0])}.")
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and import_module(f"cachetui.cli.commands.{name}").command, rest


def _suggestion(name: str) -> str:
    """Return a question that suggests commands for an unknown name; empty if none has a similar meaning or name."""
    meant = " or ".join([f'"{command}"' for command in commands_meant(name)])
    return f" (did you mean {meant}?)" if meant else did_you_mean(name, COMMANDS)


def _show_versions(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from cachetui.services.diagnostics.versions import versions  # noqa: PLC0415 - seldom asked for

        for name, version in versions().items():
            say(f"{name} {version}")
        context.exit()


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)
@global_options_of_group
@click.version_option(__version__, message="%(prog)s %(version)s", help="Show the version and exit.")
@click.option(
    "-V",
    "with_versions",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_versions,
    help="Show the versions of cachetui, Python, the platform and all dependencies, and exit.",
)
@click.pass_context
def group(context: click.Context) -> int:
    """See what is really in pip's cache, and remove exactly what you choose.

    Without a command, the browser opens.
    """
    if context.invoked_subcommand is not None:
        return DONE
    from cachetui.cli.browse import browse  # noqa: PLC0415 - only here a screen is drawn

    return browse(options_of(context))


def call(arguments: Sequence[str]) -> int:
    """Run the command line in `arguments`, or answer a shell that requests completions; return the exit code.

    Errors that users can fix are printed on stderr.
    """
    if asked := os.environ.get(COMPLETION):
        from cachetui.cli.completion_scripts import answer  # noqa: PLC0415 - only a shell asks

        return answer(group, COMPLETION, asked)
    OUTPUT.reset()
    given = GlobalOptions()
    try:
        with group.make_context("cachetui", list(arguments)) as context:
            given = options_of(context)
            code = group.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        words = StringIO()
        error.show(words)
        _complain(*re.sub(r"\s*\n\t", " ", words.getvalue()).splitlines())  # click lists choices on lines with tabs
        return error.exit_code
    except TermError as error:
        _complain(f"Error: {error}.", *_pointed_at(error))
        return WRONG_USAGE
    except CachetuiError as error:
        _complain(f"Error: {error}", *given.sources_of(str(error)))
        return FAILED
    return code if isinstance(code, int) else DONE


def _complain(*lines: str) -> None:
    """Print the lines of an error on stderr."""
    for line in lines:
        before, error, after = line.partition("Error:")
        warn(line if before else styled(("danger", error), after))


def _pointed_at(error: TermError) -> Iterator[str]:
    """Yield a term, or the part of it around the error, and below it a mark that points at the error."""
    before, after = escape_control(error.text[: error.position]), escape_control(error.text[error.position :])
    shown, place = excerpt(before + after, len(before))
    cells = sum([1 + (east_asian_width(sign) in "WF") for sign in shown[:place]])
    yield f"  {shown}"
    yield f"  {' ' * cells}^"
