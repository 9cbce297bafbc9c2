"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cachetui.services.options import GlobalOptions

if TYPE_CHECKING:  # only needed for shell completion
    from click.shell_completion import CompletionItem

Function = TypeVar("Function", bound=Callable[..., Any])


def options_of(context: click.Context) -> GlobalOptions:
    """Return the global options that were given so far, before or after the command's name."""
    return GlobalOptions(**context.find_root().ensure_object(dict))


def _note(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Store the value of a global option, wherever it was given; the last value counts."""
    if value in (None, False):
        return
    if value == "":
        raise click.BadParameter("is empty", context, parameter)
    context.find_root().ensure_object(dict)[parameter.name] = value


def _directories(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Leave the completion of a directory's name to the shell."""
    return _by_the_shell("dir", incomplete)


def _files(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Leave the completion of a file's name to the shell."""
    return _by_the_shell("file", incomplete)


def _by_the_shell(what: str, incomplete: str) -> list[CompletionItem[str]]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell that completes asks

    return [CompletionItem(incomplete, type=what)]


def suggest_terms(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return completions of a term."""
    from cachetui.cli.complete_terms import term_items  # noqa: PLC0415 - only a shell that completes asks

    return term_items(context, incomplete)


def global_options(function: Function) -> Function:
    """Add the global options to a command; they may stand before or after its name."""
    for option in reversed(
        [
            click.option(
                "--cache-dir", metavar="DIR", help="Look at the cache in DIR.", shell_complete=_directories, **KEPT
            ),
            click.option(
                "--python",
                metavar="PYTHON",
                help="Go by the settings of this Python: path or command.",
                shell_complete=_files,
                **KEPT,
            ),
            click.option("--demo", is_flag=True, help="Look at a made-up cache.", **KEPT),
            click.option("--read-only", is_flag=True, help="Remove nothing.", **KEPT),
            click.option("--no-memory", is_flag=True, help="Neither use nor keep what was learned.", **KEPT),
        ]
    ):
        function = option(function)
    return function


KEPT: dict[str, Any] = {"expose_value": False, "callback": _note}
"""Arguments of click.option that make an option a field of `GlobalOptions`."""


def removal_options(function: Function) -> Function:
    """Add to a command the options that all commands for removal share."""
    for option in reversed(
        [
            click.option("-n", "--dry-run", is_flag=True, help="Only show what would be removed."),
            click.option("-y", "--yes", is_flag=True, help="Do not ask."),
            click.option("--json", "as_json", is_flag=True, help="Write plan and outcome as JSON."),
        ]
    ):
        function = option(function)
    return function
