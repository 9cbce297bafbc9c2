"""The command with its subcommands, each imported when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from cachetui import __version__
from cachetui.cli.main import DONE, FAILED, WRONG_USAGE
from cachetui.cli.options import Settings, global_options
from cachetui.errors import CachetuiError, TermError

COMMANDS = (
    "list",
    "info",
    "dir",
    "audit",
    "why",
    "verify",
    "export",
    "remove",
    "prune",
    "purge",
    "preferences",
    "completion",
)
"""Names of the commands; each is a module here with a `command` in it."""
COMPLETION = "_CACHETUI_COMPLETE"
"""The variable by which a shell asks for completions."""


class Group(click.Group):
    """Finds a command in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"cachetui.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Options of the command itself may also follow a subcommand. "
    "Exit codes: 0 done, 1 failed or declined, 2 wrong usage, 3 nothing matched, 130 stopped by Ctrl+C.",
)
@global_options
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def group(context: click.Context) -> int:
    """See what is really in pip's cache, and remove exactly what you choose.

    Without a subcommand the browser opens.
    """
    if context.invoked_subcommand is not None:
        return DONE
    from cachetui.cli.browse import browse  # noqa: PLC0415 - only here a screen is drawn

    return browse(Settings.of(context))


def call(arguments: Sequence[str]) -> int:
    """Run what `arguments` ask for; return the exit code. Errors that users can mend are told on stderr."""
    if asked := os.environ.get(COMPLETION):
        from cachetui.cli.shells import answer  # noqa: PLC0415 - only a shell asks

        return answer(group, COMPLETION, asked)
    try:
        with group.make_context("cachetui", list(arguments)) as context:
            code = group.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TermError as error:
        sys.stderr.write(point_at(error))
        return WRONG_USAGE
    except CachetuiError as error:
        from cachetui.ui.text import printable  # noqa: PLC0415 - its imports cost time

        sys.stderr.write(f"Error: {printable(str(error))}\n")
        return FAILED
    return code if isinstance(code, int) else DONE


def point_at(error: TermError) -> str:
    """Tell what is wrong with a term, and show where."""
    from cachetui.ui.text import printable  # noqa: PLC0415 - its imports cost time

    before = printable(error.text[: error.position])
    return f"Error: {printable(str(error))}.\n  {printable(error.text)}\n  {' ' * len(before)}^\n"
