"""The `cachetui` command and its subcommands; each subcommand is imported when it is called."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from io import StringIO
from unicodedata import east_asian_width

import click

from cachetui import __version__
from cachetui.cli.console import OUTPUT, say, warn
from cachetui.cli.main import DONE, FAILED, WRONG_USAGE
from cachetui.cli.options import global_options_of_group, options_of
from cachetui.errors import CachetuiError, TermError
from cachetui.services.options import GlobalOptions
from cachetui.text.escape import escape_control
from cachetui.text.excerpt import excerpt
from cachetui.text.styled import styled
from cachetui.text.suggest import did_you_mean

COMMANDS = {
    "list": "List projects and versions with sizes and ages.",
    "info": "Show where the cache is, whether pip uses it and why, and sizes by kind and age.",
    "dir": "Print the cache's directory, whether it exists or not.",
    "audit": "Show where the space is: by kind, project, age, Python, platform and index, "
    "and what each rule would free.",
    "why": "Ask pip what it would do for REQUIREMENT, and explain why.",
    "verify": "Look for what is damaged, left behind or not what it should be, "
    "in all of the cache or in what TERMs match.",
    "export": "Write the wheels and sdists that the terms match into a folder, under their true names.",
    "remove": "Remove what the terms match, after showing what that is.",
    "prune": "Remove what rules choose, after showing what that is.",
    "purge": "Remove everything that pip keeps in the cache, after showing what that is.",
    "preferences": "Show the preferences file: its place, the values in force, and the problems in it.",
    "doctor": "Show one page for a bug report, without secrets.",
    "completion": "Print a script that lets a shell complete commands, options and terms.",
}
"""Names of the commands with the first sentence of their help.

Each is a module in `cachetui.cli.commands` that holds a `command`.
"""
COMPLETION = "_CACHETUI_COMPLETE"
"""Environment variable by which a shell requests completions."""


class CommandGroup(click.Group):
    """Command group that finds each subcommand in the module of the same name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a placeholder with a command's help text, so that commands can be listed without importing them."""
        return click.Command(cmd_name, help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Import the command that is called or completed."""
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            ctx.fail(" ".join(filter(None, [f"No such command {args[0]!r}.", did_you_mean(args[0], COMMANDS)])))
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and import_module(f"cachetui.cli.commands.{name}").command, rest


def _show_versions(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from cachetui.services.versions import versions  # noqa: PLC0415 - seldom asked for

        for name, version in versions().items():
            say(f"{name} {version}")
        context.exit()


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Options of the command itself may also follow a subcommand. "
    "Exit codes: 0 done, 1 failed or declined, 2 wrong usage, 3 nothing matched, 130 stopped by Ctrl+C, "
    "143 and 129 by SIGTERM and SIGHUP.",
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

    Without a subcommand, the browser opens.
    """
    if context.invoked_subcommand is not None:
        return DONE
    from cachetui.cli.commands.browse import browse  # noqa: PLC0415 - only here a screen is drawn

    return browse(options_of(context))


def call(arguments: Sequence[str]) -> int:
    """Run the command line in `arguments`; return the exit code.

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
        _complain(*words.getvalue().splitlines())
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
