r"""Completion for bash, zsh, fish and PowerShell: what each shell sends, and the response that it gets.

Every shell sends the line up to the cursor as typed, and this module splits it. Shells, and even
versions of bash, differ in how they split a line at a quote, `:`, `=` or `>`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import ClassVar

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from cachetui.cli.exit_codes import DONE, FAILED

BASH = """\
# cachetui's completion for bash
_cachetui_completion() {
    local line kind value IFS=$'\\n'
    COMPREPLY=()
    while read -r line; do
        kind=${line%%,*} value=${line#*,}
        case $kind in
            plain) COMPREPLY+=("$value") ;;
            open) COMPREPLY+=("$value"); compopt -o nospace 2>/dev/null ;;
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
        esac
    done <<< "$(env _CACHETUI_COMPLETE=bash_complete COMP_WORDS="${COMP_LINE:0:COMP_POINT}" \\
        COMP_CWORD="$COMP_CWORD" COMP_WORDBREAKS="$COMP_WORDBREAKS" "${1/#\\~/$HOME}" 2>/dev/null)"
}
complete -o nosort -F _cachetui_completion cachetui 2>/dev/null || complete -F _cachetui_completion cachetui
"""

ZSH = """\
#compdef cachetui
# cachetui's completion for zsh
_cachetui_completion() {
    local -a lines plain plain_shown open open_shown
    local kind value shown
    lines=("${(@f)$(env _CACHETUI_COMPLETE=zsh_complete \\
        COMP_WORDS="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" COMP_CWORD=$((CURRENT-1)) \\
        "${(Q)words[1]/#\\~/$HOME}" 2>/dev/null)}")
    for kind value shown in "${lines[@]}"; do
        [[ $shown == _ ]] && shown=$value || shown="$value  -- $shown"
        case $kind in
            plain) plain+=("$value") plain_shown+=("$shown") ;;
            open) open+=("$value") open_shown+=("$shown") ;;
            dir) compset -P '--*='; _path_files -/ ;;
            file) compset -P '--*='; _path_files ;;
        esac
    done
    (( $#plain )) && compadd -U -V cachetui -d plain_shown -a plain
    (( $#open )) && compadd -U -V cachetui -S '' -d open_shown -a open
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _cachetui_completion "$@"
else
    compdef _cachetui_completion cachetui
fi
"""

FISH = """\
# cachetui's completion for fish
function _cachetui_completion
    set -l command (string replace -r '^~' -- $HOME (commandline -opc)[1])
    set -l token (commandline -ct)
    set -l option (string match -r -- '^--[^=]*=' $token)
    for line in (env _CACHETUI_COMPLETE=fish_complete COMP_WORDS=(commandline -cp | string collect) \\
            COMP_CWORD=$token $command 2>/dev/null)
        set -l parts (string split -m 1 , -- $line)
        switch $parts[1]
            case plain open
                echo $parts[2]
            case dir
                for path in (__fish_complete_directories $parts[2])
                    echo "$option$path"
                end
            case file
                for path in (__fish_complete_path $parts[2])
                    echo "$option$path"
                end
        end
    end
end
complete --no-files --keep-order --command cachetui --arguments '(_cachetui_completion)'
"""

POWERSHELL = """\
# cachetui's completion for PowerShell
Register-ArgumentCompleter -Native -CommandName cachetui, cachetui.exe -ScriptBlock {
    param($word, $command, $cursor)
    $start = $command.CommandElements[0].Extent.StartOffset
    $length = [Math]::Max(0, $cursor - $start)
    $line = $command.Extent.Text.Substring($start - $command.Extent.StartOffset).PadRight($length).Substring(0, $length)
    $before = $env:_CACHETUI_COMPLETE, $env:COMP_WORDS
    try {
        $env:_CACHETUI_COMPLETE, $env:COMP_WORDS = 'powershell_complete', $line
        $found = @(& $command.GetCommandName() 2>$null)
    } catch {
        $found = @()
    } finally {
        $env:_CACHETUI_COMPLETE, $env:COMP_WORDS = $before
    }
    foreach ($one in $found) {
        $kind, $value, $shown, $meaning = $one.Split("`t")
        if ($kind -eq 'dir' -or $kind -eq 'file') {
            foreach ($path in [System.Management.Automation.CompletionCompleters]::CompleteFilename($value)) {
                [System.Management.Automation.CompletionResult]::new(
                    $shown + $path.CompletionText, $path.ListItemText, $path.ResultType, $path.ToolTip)
            }
        } else {
            [System.Management.Automation.CompletionResult]::new($value, $shown, 'ParameterValue', $meaning)
        }
    }
}
"""

BREAKS = " \t\n\"'><=;|&(:"
"""Word breaks of bash without host names, if it passes none; a completion replaces the text after the last of them."""
QUOTES = "\"'"
ESCAPABLE = '"\\$`\n'
"""Characters that a backslash escapes within double quotes."""
SPECIAL = re.compile(r"[^A-Za-z0-9_./:=,+@%^-]")
"""Pattern of characters that need a backslash in a word for bash."""
PLAIN = re.compile(r"[A-Za-z0-9_./\\:=+^%~!-]+")
"""Pattern of a word that PowerShell takes as it is."""
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
OPEN = ":"
"""Ending of a completion after which more text must follow."""


@dataclass(slots=True)
class CommandLine:
    """Command line up to the cursor, split into words as the shell splits it, but without substitutions."""

    words: list[str] = field(default_factory=list)
    """Words before the one at the cursor, without quotes and redirections."""
    last: str = ""
    """Word at the cursor, as far as it was typed."""
    quote: str = ""
    """Quotation mark that is open at the cursor; empty if none is."""
    kept: int = 0
    """Number of characters of `last` that precede the text that bash's readline replaces."""
    redirected: bool = False
    """Whether the word at the cursor is the target of a redirection."""


def take_apart(text: str, breaks: str = BREAKS, escape: str = "\\") -> CommandLine:
    """Split a command line as the shell does.

    `breaks` are the characters after which readline begins a new word. `escape` is the shell's escape character:
    outside single quotes, the character after it has no special meaning.
    """
    line = CommandLine()
    begun = escaped = False
    for sign in text:
        if escaped:
            is_escaped = not line.quote or sign in ESCAPABLE or escape != "\\"
            line.last += sign if is_escaped else f"{escape}{sign}"
            begun, escaped = True, False
        elif sign == escape and line.quote != "'":
            escaped = True
        elif line.quote:
            if sign == line.quote:
                line.quote, line.kept = "", 0
            else:
                line.last += sign
        elif sign in QUOTES:
            line.quote, line.kept, begun = sign, len(line.last), True
        elif sign.isspace() or sign in "<>":
            if begun and not line.redirected and not (sign in "<>" and not line.last.strip("0123456789&")):
                line.words.append(line.last)
            if begun:
                line.last, line.kept, line.redirected, begun = "", 0, False, False
            line.redirected |= sign in "<>"
        else:
            line.last += sign
            begun = True
            if sign in breaks:
                line.kept = len(line.last)
    return line


class _Shell(ShellComplete):
    """Common base of the completion classes."""

    escape: ClassVar[str] = "\\"
    """Escape character: the next character has no special meaning."""
    _line = CommandLine()

    def source(self) -> str:
        """Return the completion script."""
        return self.source_template

    def get_completion_args(self) -> tuple[list[str], str]:
        """Split the line; return the words after the command, and the word being typed."""
        breaks = os.environ.get("COMP_WORDBREAKS", BREAKS)
        self._line = take_apart(os.environ.get("COMP_WORDS", ""), breaks, self.escape)
        return self._line.words[1:], self._line.last

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return the completions at the cursor, as whole words."""
        if self._line.redirected:
            return [CompletionItem(incomplete, type="file")]
        name, equals, _ = incomplete.partition("=")
        option = f"{name}=" if equals and name.startswith("-") and "--" not in args else ""
        return [self._whole(item, option) for item in super().get_completions(args, incomplete)]

    def _whole(self, item: CompletionItem[str], option: str) -> CompletionItem[str]:
        if item.type != "plain":
            return item
        kind = "open" if item.value.endswith(OPEN) else item.type
        return CompletionItem(f"{option}{item.value}", kind, item.help)

    def complete(self) -> str:
        """Return the lines of all completions for the shell, without completions that contain control characters."""
        args, incomplete = self.get_completion_args()
        items = [item for item in self.get_completions(args, incomplete) if not UNSEEN.search(item.value)]
        return "\n".join([self.format_completion(item) for item in items])


class Bash(_Shell):
    """Completion for bash: returns the text that readline inserts, quoted for bash."""

    name = "bash"
    source_template = BASH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return the line for one completion."""
        if item.type not in ("plain", "open"):
            return f"{item.type},{item.value}"
        value = item.value[self._line.kept :]
        return f"{item.type},{value if self._line.quote else SPECIAL.sub(_escape, value)}"


def _escape(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


class Zsh(_Shell):
    """Completion for zsh: returns whole words, which zsh quotes itself, and their descriptions."""

    name = "zsh"
    source_template = ZSH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return the three lines for one completion."""
        return f"{item.type}\n{item.value}\n{_in_a_line(item.help) or '_'}"


class Fish(_Shell):
    """Completion for fish: returns whole words, which fish quotes itself, and their descriptions."""

    name = "fish"
    source_template = FISH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return the line for one completion."""
        return f"{item.type},{item.value}\t{_in_a_line(item.help)}".rstrip()


class PowerShell(_Shell):
    """Completion for PowerShell: returns the word to insert, quoted, with its menu text and its meaning.

    For files and directories, it returns the path as far as it was typed, and the option before it, such as `--to=`.
    """

    name = "powershell"
    source_template = POWERSHELL
    escape = "`"

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return the line for one completion, with fields separated by tabs.

        Only in lines for files and directories may fields be empty.
        """
        if item.type not in ("plain", "open"):
            option = re.match(r"--?[^=]*=", self._line.last)
            return f"{item.type}\t{item.value}\t{option[0] if option else ''}\t"
        value = item.value
        if self._line.quote or not PLAIN.fullmatch(value):
            value = "'{}'".format(value.replace("'", "''"))
        return f"{item.type}\t{value}\t{item.value}\t{_in_a_line(item.help) or item.value}"


def _in_a_line(text: str | None) -> str:
    return " ".join((text or "").split())


SHELLS: dict[str, type[_Shell]] = {shell.name: shell for shell in (Bash, Zsh, Fish, PowerShell)}


def answer(command: click.Command, variable: str, instruction: str) -> int:
    """Write the response to a shell's instruction, such as `bash_complete`; return the exit code."""
    shell, _, what = instruction.partition("_")
    kind = SHELLS.get(shell) or get_completion_class(shell)
    if kind is None or what not in ("source", "complete"):
        return FAILED
    asked = kind(command, {}, "cachetui", variable)
    click.echo((asked.source() if what == "source" else asked.complete()).encode())
    return DONE
