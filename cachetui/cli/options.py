"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from cachetui.caches.registry import IDS
from cachetui.cli.console import COLOURS, OUTPUT, Colour
from cachetui.services.options import GlobalOptions, variable_of

if TYPE_CHECKING:  # only needed for shell completion
    from click.shell_completion import CompletionItem

Function = TypeVar("Function", bound=Callable[..., Any])


def options_of(context: click.Context) -> GlobalOptions:
    """Return the global options that were given so far, on the command line or by environment variables.

    Of --demo and --cache-dir, which exclude each other, the one on the command line overrides a variable.
    """
    given = dict(context.find_root().ensure_object(dict))
    variables = given.get("variables", frozenset())
    if "demo" in given and "cache_dir" in given and len({"demo", "cache_dir"} & variables) == 1:
        given.pop("demo" if "demo" in variables else "cache_dir")
    return GlobalOptions(**given)


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Store the value of a global option, wherever it was given; the last value applies. Raises click.BadParameter."""
    name = parameter.name or ""
    if value == "" or os.environ.get(variable_of(name), "").isspace():
        raise click.BadParameter("is empty", context, parameter)
    if value in (None, False):
        return
    given = context.find_root().ensure_object(dict)
    variables = {*given.get("variables", ())} - {name}
    if context.get_parameter_source(name) is ParameterSource.ENVIRONMENT:
        variables.add(name)
    given[name], given["variables"] = value, frozenset(variables)


def _set_colour(context: click.Context, parameter: click.Parameter, value: Colour | None) -> None:
    if value is not None:
        OUTPUT.colour = value
        context.find_root().color = context.color = {"always": True, "never": False}.get(value)


def _set_quiet(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    OUTPUT.quiet = OUTPUT.quiet or value


def _set_log(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from cachetui.cli.log import start_log, stop_log  # noqa: PLC0415 - few want a log

        OUTPUT.debug = OUTPUT.debug or parameter.name == "debug"
        start_log(steps=OUTPUT.debug)
        context.find_root().call_on_close(stop_log)


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


def suggest_listed(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return completions of a name or requirement; leave the completion of file names to the shell."""
    from cachetui.cli.complete_terms import release_items  # noqa: PLC0415 - only a shell that completes asks

    return [*release_items(context, incomplete), *_by_the_shell("file", incomplete)]


def global_options(function: Function) -> Function:
    """Add the global options to a command; they may come before or after its name."""
    return _add_global_options(function, with_variables=False)


def global_options_of_group(function: Function) -> Function:
    """Add the global options to the group of all commands, where environment variables can set them as well."""
    return _add_global_options(function, with_variables=True)


def _add_global_options(function: Function, *, with_variables: bool) -> Function:
    for name, arguments in reversed(GLOBAL.items()):
        option = name.lstrip("-")
        variable = variable_of(option.replace("-", "_")) if with_variables else None
        shown = {"expose_value": False, "callback": _keep, "envvar": variable, "show_envvar": with_variables}
        function = click.option(*SHORT.get(name, ()), name, **{**shown, **arguments})(function)
    return function


SHORT = {"--quiet": ("-q",), "--verbose": ("-v",)}
"""Short names of global options."""
GLOBAL: dict[str, dict[str, Any]] = {
    "--cache-dir": {"metavar": "DIR", "help": "Use the cache in DIR.", "shell_complete": _directories},
    "--of": {"type": click.Choice(IDS), "help": "Open this program's cache instead of pip's."},
    "--python": {
        "metavar": "PYTHON",
        "help": "Use this Python's pip settings and tags: a path or command.",
        "shell_complete": _files,
    },
    "--demo": {"is_flag": True, "help": "Use a made-up cache."},
    "--read-only": {"is_flag": True, "help": "Remove nothing, and change no settings."},
    "--no-memory": {"is_flag": True, "help": "Do not read or write the scan memory."},
    "--color": {
        "type": click.Choice(COLOURS),
        "callback": _set_colour,
        "is_eager": True,
        "help": "When to use colours; auto: on terminals, unless NO_COLOR is set.",
    },
    "--quiet": {"is_flag": True, "callback": _set_quiet, "help": "Write results, errors and questions only."},
    "--verbose": {"is_flag": True, "callback": _set_log, "help": "Also show which cache, Pythons and files are used."},
    "--debug": {"is_flag": True, "callback": _set_log, "help": "Also show each step with its duration."},
}
"""The global options, with their arguments for click.option."""


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
