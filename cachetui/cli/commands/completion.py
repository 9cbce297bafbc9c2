"""`cachetui completion`: print a script for shell completion of commands, options and terms."""

from __future__ import annotations

import sys

import click

from cachetui.cli.completion_scripts import SHELLS
from cachetui.cli.exit_codes import DONE
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options


@click.command(
    "completion",
    cls=Command,
    examples=[
        ("""echo 'eval "$(cachetui completion bash)"' >> ~/.bashrc""", "bash: in each new shell."),
        ("""echo 'eval "$(cachetui completion zsh)"' >> ~/.zshrc""", "zsh: in each new shell; below compinit."),
        ("cachetui completion fish > ~/.config/fish/completions/cachetui.fish", "fish: in each new shell."),
        ("cachetui completion powershell | Out-String | Invoke-Expression", "PowerShell: a line for its $PROFILE."),
    ],
)
@click.argument("shell", type=click.Choice([*SHELLS]))
@global_options
def command(shell: str) -> int:
    """Print a script that lets a shell complete commands, options and terms.

    Project names come from the memory of earlier runs; the cache itself is not read.
    """
    sys.stdout.write(SHELLS[shell].source_template)
    return DONE
