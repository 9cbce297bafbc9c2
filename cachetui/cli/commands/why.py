"""`cachetui why`: explain what pip would do for a requirement, given the content of the cache."""

from __future__ import annotations

import sys
import time

import click

from cachetui.cli.cache import opened, suggestions
from cachetui.cli.console import Status, note, say
from cachetui.cli.exit_codes import DONE, FAILED
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of
from cachetui.insight.why.pip_command import QuestionError
from cachetui.insight.why.question import read_question
from cachetui.report.why_json import why_json
from cachetui.report.why_text import why_text
from cachetui.services.pythons import named_python
from cachetui.services.why import explain


class WhyCommand(Command):
    """Command that treats an argument that begins with a hyphen and a space as a requirement, not as an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; ignore a hyphen before a requirement, as in a YAML list."""
        return super().parse_args(ctx, [one.lstrip("- ") if one.startswith("- ") else one for one in args])


@click.command(
    "why",
    cls=WhyCommand,
    examples=[
        ("cachetui why 'psycopg2==2.4.1'", "Would pip download it, build it, or take it from the cache?"),
        ("cachetui why 'pip install torch --pre'", "Ask about a whole command."),
        ("cachetui why torch --python ../other/.venv", "Ask the pip of another environment."),
    ],
)
@click.argument("requirement")
@click.option("--index-url", "-i", metavar="URL", help="Index to use, as in pip install.")
@click.option("--extra-index-url", metavar="URL", multiple=True, help="Further index to use, as in pip install.")
@click.option("--pre", is_flag=True, help="Also consider pre-releases, as in pip install.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
@click.pass_context
def command(
    context: click.Context,
    requirement: str,
    index_url: str | None,
    extra_index_url: tuple[str, ...],
    pre: bool,
    as_json: bool,
) -> int:
    """Ask pip what it would do for REQUIREMENT, and explain why.

    REQUIREMENT is a requirement such as 'psycopg2==2.4.1', or a whole command in quotes. The Python's own pip
    answers, on a sealed and read-only view of its cache: nothing is downloaded, built or installed.
    """
    try:
        question = read_question(requirement)
    except QuestionError as error:
        raise click.UsageError(error.redacted()) from error
    given = ["--index-url", index_url] if index_url else []
    given += [word for url in extra_index_url for word in ("--extra-index-url", url)]
    question = question.with_options([*given, *(["--pre"] if pre else [])])
    options = options_of(context)
    with opened(options, only_pips="cachetui why") as (location, inventory):
        python = named_python(options)
        with Status() as status:
            status.show(f"Asking the pip of {options.python or question.python or 'this environment'} …")
            explanation = explain(question, inventory, location, python, now=time.time(), demo=options.demo)
        if as_json:
            sys.stdout.write(why_json(explanation))
        else:
            for line in why_text(explanation):
                say(line)
        name = question.project()
        for sentence in suggestions([name] if name else [], inventory):
            note(sentence)
    return FAILED if inventory.errors else DONE
