"""`cachetui completion`: print a script for shell completion of commands, options and terms."""

from __future__ import annotations

import sys

import click

from cachetui.cli.completion_scripts import SHELLS
from cachetui.cli.main import DONE
from cachetui.cli.options import global_options

INSTALL = """\
\b
To have it in each new shell:
  bash  echo 'eval "$(cachetui completion bash)"' >> ~/.bashrc
  zsh   echo 'eval "$(cachetui completion zsh)"' >> ~/.zshrc    (below compinit)
  fish  cachetui completion fish > ~/.config/fish/completions/cachetui.fish
"""


@click.command("completion", epilog=INSTALL)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@global_options
def command(shell: str) -> int:
    """Print a script that lets a shell complete commands, options and terms.

    Project names come from the memory of earlier runs; the cache itself is not read.
    """
    sys.stdout.write(SHELLS[shell].source_template)
    return DONE
