#!/usr/bin/env python3
"""Make what is installed beside the package, in `data/`: the man page and completion scripts; and the tables of keys.

The man page comes from the commands and their options, and from the reference in `cachetui/help`. The tables of keys
in `cachetui/help/keys.md` come from the browser's bindings. With `--check`, nothing is written, and the exit code is 1
if a file is out of date.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from importlib import import_module
from inspect import cleandoc
from pathlib import Path

import click

from cachetui import __version__
from cachetui.cli.app import EXAMPLES, group
from cachetui.cli.completion_scripts import SHELLS
from cachetui.cli.help_format import Command, HelpRecord
from cachetui.help import TOPICS, read_topic
from cachetui.help.document import Block, Spans, parse, plain
from cachetui.ui.app import KEY_HOLDERS
from cachetui.ui.bindings import GROUPS, PROGRAM, key_names
from cachetui.ui.keymap import bindings_of

ROOT = Path(__file__).resolve().parents[1]
SHARE = ROOT / ".ci" / "data" / "share"
KEYS = ROOT / "cachetui" / "help" / "keys.md"
MADE = "<!-- made by "
"""Beginning of the line above the tables of keys."""
LONGEST = 80
"""Maximum length of a line of text in the man page."""
COMPLETIONS = {
    "bash": "bash-completion/completions/cachetui",
    "zsh": "zsh/site-functions/_cachetui",
    "fish": "fish/vendor_completions.d/cachetui.fish",
}
"""Path of the completion script for each shell, below `share`."""


def main(arguments: list[str]) -> str | None:
    """Make or check all files; return what is wrong, or None."""
    if arguments not in ([], ["--check"]):
        return "usage: make_data.py [--check]"
    stale = []
    for path, content in made():
        if path.exists() and path.read_bytes() == content.encode():
            continue
        stale.append(str(path.relative_to(ROOT)))
        if not arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode())
    return f"Out of date: {', '.join(stale)}. Run .ci/make_data.py." if stale and arguments else None


def made() -> Iterator[tuple[Path, str]]:
    """Yield each file with its content; the keys come first, because the man page has them, too."""
    keys = keys_topic()
    yield KEYS, keys
    topics = {name: read_topic(name) if name != "keys" else keys for name in TOPICS}
    page = wrapped(man_page(topics))
    yield SHARE / "man" / "man1" / "cachetui.1", "".join([f"{line}\n" for line in page])
    for shell, place in COMPLETIONS.items():
        yield SHARE / place, SHELLS[shell].source_template


def keys_topic() -> str:
    """Return the topic on keys, with a table for each group of bindings."""
    before, _, rest = KEYS.read_text(encoding="utf-8").partition(MADE)
    text = f"{before}{MADE}{rest.splitlines()[0]}\n"
    bindings = {one.id: one for one in reversed(bindings_of(*KEY_HOLDERS)) if one.id}
    for title in GROUPS:
        text += f"\n## {title.description}\n\n| id | keys | action |\n|---|---|---|\n"
        for name, one in sorted(bindings.items()):
            if (one.group or PROGRAM) == title:
                keys = " ".join([f"`{key_names([key], ascii_only=True)}`" for key in one.key.split(",")])
                text += f"| `{name}` | {keys} | {one.tooltip} |\n"
    return text


def man_page(topics: dict[str, str]) -> Iterator[str]:
    """Yield the lines of the man page, in roff."""
    with click.Context(group, info_name="cachetui", **group.context_settings) as context:
        yield r".\" Made by .ci/make_data.py"
        yield f'.TH CACHETUI 1 "" "cachetui {__version__}" "User Commands"'
        yield from heading("Name")
        yield rf"cachetui \- {escaped(cleandoc(group.help or '').splitlines()[0].removesuffix('.'))}"
        yield from heading("Synopsis")
        for usage in ("", "COMMAND [OPTIONS] [ARGUMENTS]", "help [COMMAND|TOPIC]"):
            yield from (".br", rf"\fBcachetui\fR {escaped(usage)}".rstrip())
        yield from heading("Description")
        yield from blocks(parse(cleandoc(group.help or "")))
        yield from heading("Global options")
        yield "These can stand before or after a command."
        yield from options(group.get_params(context), context)
        yield from heading("Commands")
        for name in group.list_commands(context):
            yield from command(name, context)
        yield from heading("Examples")
        yield from examples(EXAMPLES)
        for name, text in topics.items():
            yield from blocks(parse(text), name)


def command(name: str, parent: click.Context) -> Iterator[str]:
    """Yield the lines on a command."""
    shown: Command = import_module(f"cachetui.cli.commands.{name}").command
    context = click.Context(shown, info_name=name, parent=parent)
    yield rf'.SS "cachetui {escaped(" ".join([name, *shown.collect_usage_pieces(context)]))}"'
    yield from blocks(parse(cleandoc(shown.help or "")))
    for title, own in shown.own_options(context).items():
        if own and shown.sections:
            yield from (".PP", escaped(f"{title}:"))
        yield from options([one for one in own if not one.is_eager], context)  # --help is explained once
    yield from (".PP", "Examples:")
    yield from examples(shown.examples)


def options(parameters: Iterable[click.Parameter], context: click.Context) -> Iterator[str]:
    """Yield the lines on options."""
    for one in parameters:
        record = one.get_help_record(context)
        if record:
            yield from (".TP", rf"\fB{escaped(record[0])}\fR", escaped(record[1]))


def examples(shown: Iterable[HelpRecord]) -> Iterator[str]:
    """Yield the lines on examples."""
    for line, meaning in shown:
        yield from (".TP", rf"\fB{escaped(line)}\fR", escaped(meaning))


def heading(words: str) -> Iterator[str]:
    """Yield the line of a main heading."""
    yield rf'.SH "{escaped(words.upper())}"'


def blocks(document: Iterable[Block], topic: str = "") -> Iterator[str]:
    """Yield the lines of a document."""
    for block in document:
        match block.kind:
            case "heading" if block.level == 1:
                yield from heading(plain(block.spans))
                yield rf"(\fBcachetui help {escaped(topic)}\fR)"
            case "heading":
                yield rf'.SS "{escaped(plain(block.spans))}"'
            case "paragraph":
                yield from (".PP", spans(block.spans))
            case "item":
                yield from (r".IP \(bu 2", spans(block.spans))
            case "code":
                yield from (".PP", ".RS 4", ".nf", *map(escaped, block.lines), ".fi", ".RE")
            case "table":
                for row in block.rows[1:]:
                    tags = "  ".join([spans(cell) for cell in row[:-1] if cell])
                    yield from (".TP", tags, spans(row[-1]))


def spans(words: Spans) -> str:
    """Return words with their roles, in roff; code and strong words are bold."""
    return "".join([rf"\fB{escaped(text)}\fR" if role else escaped(text) for text, role in words])


def escaped(text: str) -> str:
    """Return words in roff."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace('"', r"\(dq")
    text = text.replace("`", r"\(ga").replace("^", r"\(ha").replace("~", r"\(ti")
    text = re.sub(r"[^\x00-\x7f]", lambda sign: rf"\[u{ord(sign[0]):04X}]", text)
    return re.sub(r"^\.", r"\\&.", text)


def wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Break long lines of text, but no requests, tags and code; leave out requests that have no effect."""
    before, is_code = "", False
    for line in lines:
        if line in (".PP", ".br") and before.startswith((".SH", ".SS")):
            continue
        is_code = line == ".nf" or (is_code and line != ".fi")
        if len(line) <= LONGEST or line.startswith(".") or is_code or before == ".TP":
            yield line
        else:
            for part in textwrap.wrap(line, LONGEST, break_long_words=False, break_on_hyphens=False):
                yield re.sub(r"^\.", r"\\&.", part)
        before = line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
