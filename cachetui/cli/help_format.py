"""Help of commands: options in sections, examples, and one line in place of the global options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

GLOBAL = "Also takes the global options: see cachetui --help."
"""Line in the help of each command, in place of the global options."""
OTHERS = "Options"
"""Title of the section with the options that are in no other section."""
HelpRecord = tuple[str, str]
"""Two columns of a help text: an option, a topic or a command line, and its explanation."""


class Command(click.Command):
    """Command whose help shows its own options in sections, and then examples."""

    def __init__(
        self,
        *arguments: Any,
        examples: Sequence[HelpRecord] = (),
        sections: Mapping[str, Sequence[str]] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*arguments, **more)
        self.examples = examples
        """Command lines, each with its meaning."""
        self.sections = sections or {}
        """For the title of each section: the names of its parameters. Options in no section come last."""

    def own_options(self, context: click.Context) -> dict[str, list[click.Parameter]]:
        """Return the command's options, without the global ones, by the titles of their sections."""
        shared = {parameter.name for parameter in context.find_root().command.params}
        own = [one for one in self.get_params(context) if isinstance(one, click.Option) and one.name not in shared]
        titles = {name: title for title, names in self.sections.items() for name in names}
        found: dict[str, list[click.Parameter]] = {title: [] for title in (*self.sections, OTHERS)}
        for option in own:
            found[titles.get(option.name or "", OTHERS)].append(option)
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by section, the line `GLOBAL`, and the examples."""
        for title, options in self.own_options(ctx).items():
            write_records(formatter, title, [one.get_help_record(ctx) for one in options])
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(GLOBAL)
        write_examples(formatter, self.examples)


def write_records(formatter: click.HelpFormatter, title: str, records: Iterable[HelpRecord | None]) -> None:
    """Write a section of options or names, each with its explanation; nothing if there are none."""
    if rows := [record for record in records if record is not None]:
        with formatter.section(title):
            formatter.write_dl(rows)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[HelpRecord]) -> None:
    """Write command lines, which are never wrapped, each with its meaning on the line below."""
    if examples:
        with formatter.section("Examples"):
            for command, meaning in examples:
                formatter.write(f"{' ' * formatter.current_indent}{command}\n")
                with formatter.indentation(), formatter.indentation():
                    formatter.write_text(meaning)
