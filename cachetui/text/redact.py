"""Mask credentials and query values in URLs, and quote typed text safely."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_plus, urlsplit

from cachetui.text.escape import escape_control

MASK = "***"
"""Replacement for anything that may be a secret."""


PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?(?:/[^@?#;\[\]\\]*)?").fullmatch
"""Function that matches a URL in which there is nothing to mask; other URLs are examined more closely."""


def masked(url: str) -> str:
    """Return a URL in which `***` replaces user information and the values of parameters and the query.

    Anything that may be a secret is masked, such as parts of a malformed URL.
    """
    url = url.replace("\\", "/")  # as browsers do
    rest = _START.sub("", url, count=1)
    start = url[: len(url) - len(rest)]
    after = _after_user(start, rest)
    where, rest = (f"{MASK}@", rest[after:]) if after is not None else ("", rest)
    address, mark, fragment = rest.partition("#")
    path, question, query = address.partition("?")
    path = _PARAMETER.sub(rf"\1={MASK}", path)
    pairs = [pair.partition("=") for pair in query.split("&")] if query else []
    query = "&".join([f"{quote(unquote_plus(name))}={MASK}" if name and is_ else MASK for name, is_, _ in pairs])
    open_part = fragment.rstrip(_AFTER)  # a quote or a full stop that follows the URL
    fragment = fragment if _OPEN_FRAGMENT(open_part) else f"{MASK}{fragment[len(open_part) :]}"
    found = f"{start}{where}{path}{question and query and question}{query}{mark and fragment and mark + fragment}"
    try:
        urlsplit(found)
    except ValueError:  # Python cannot parse this URL: show nothing but its scheme
        return f"{start.partition(':')[0]}:{MASK}"
    return found


def redact_urls(words: str) -> str:
    """Return words in which the secrets of all URLs are masked, in time proportional to their length."""
    return _WORD.sub(_mask_word, words)


def _mask_word(found: re.Match[str]) -> str:
    """Return a word with its URL masked, from the scheme or, if that is missing, from `://` or `//` onwards."""
    word, at = found[0], found.end(1) - found.start()
    scheme = _SCHEME.search(word, max(0, at - LONGEST_SCHEME), at)
    start = scheme.start() if scheme else at
    before = USER.sub(f"{MASK}@", f"{word[:start]}x")[:-1]
    bare = not scheme and word[start] == ":"
    return before + (masked(f"x{word[start:]}")[1:] if bare else masked(word[start:]))


LONGEST_SCHEME = 64
"""Maximum number of characters of a scheme that are examined."""
_WORD = re.compile(
    r"""(?<!\S)(\S*?)(?:://|(?:(?<=http)|(?<=https)):[/\\]|(?<![^\s"'`=(<\[{,;])//)"""
    r"""(?:=(?:"[^"]*"?|'[^']*'?|`[^`]*`?)|\\\s|\S)+""",
    re.ASCII | re.IGNORECASE,
)
"""Pattern of a word with a URL in it; a quoted value may contain spaces, and an unclosed quote extends to the end."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*\Z", re.IGNORECASE)
_START = re.compile(r"\A(?:(?:[a-z][a-z0-9+.-]*:)?/{2,}|(?:[a-z][a-z0-9+.-]*\+)?https?:/)?", re.IGNORECASE)
_PARAMETER = re.compile(r"(;[^=;/]*)=[^;/]*")
_OPEN_FRAGMENT = re.compile(r"(?:(?:md5|sha\d{1,3})=[0-9a-f]*|egg=[\w.,\[\]-]+|subdirectory=[\w./-]+|&|)*").fullmatch
"""Function that matches a URL fragment with only those parts that pip reads; none of them is a secret."""
_AFTER = "'\"`)>:.;"
"""Characters that may follow a URL in a sentence or a command; at the end of a fragment they are no secret."""
_PLAIN_HOST = re.compile(r"(?:\[[^\]]*\]|[^:]*)(?::\d+)?").fullmatch
"""Function that matches a host, with or without a port, that cannot be a part of a user name and password."""


def _after_user(start: str, rest: str) -> int | None:
    """Return where the user information ends in `rest`, the URL after its `//`; None if there is none.

    A password may contain characters that should have been quoted, even `/` and `?`.
    """
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    path = re.split("[?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        host = authority.rpartition("@")[2]
        if "+" in start and "." in host and _PLAIN_HOST(host):  # a repository URL, with another `@` before its revision
            return authority.rindex("@") + 1
        return path.rindex("@") + 1
    if not _PLAIN_HOST(authority):
        return rest.rfind("@") + 1 or len(authority)
    if start.lower().rpartition("+")[2].startswith("file:") or ("." in authority and ":" not in authority):
        return None
    inside = [found.end() for found in re.finditer("(?<!/)@", path)]  # except the `/@` of an npm scope
    return max(inside, default=None)


LONGEST = 200
"""Maximum length in characters of typed text that is shown again."""
USER = re.compile(r"(?:(?<![\w/:@])|(?<=[:/]/))[^\s:/@]{1,256}:[^\s/@]{0,4096}@(?=\S)", re.ASCII)
"""Pattern of a user name and password in a URL that lacks all or part of its scheme."""


_USER_AFTER_SLASHES = re.compile(r"(?<=[\w.+-])//[^\s:/@]{1,256}:[^\s@]{0,4096}@(?=\S)", re.ASCII)
"""Pattern of a user name and a password, which may contain slashes, in a URL whose scheme lacks its colon."""


def redact_input(words: str) -> str:
    """Return text with the secrets of URLs masked, including URLs that lack `https://` or a part of it."""
    words = redact_urls(words)
    words = _USER_AFTER_SLASHES.sub(f"//{MASK}@", USER.sub(f"{MASK}@", words)) if "@" in words else words
    return _TAIL.sub(_mask_tail, words) if "?" in words or "#" in words else words


def _mask_tail(found: re.Match[str]) -> str:
    """Return the query and fragment of a word, masked if the word may be a URL."""
    tail, at = found[0], found.start()
    before = found.string[max(0, at - LONGEST_BEFORE) : at]
    word = before[max(map(before.rfind, " \t\r\n")) + 1 :]
    if "//" not in word and "@" not in word and not (tail[0] == "?" and "=" in tail):
        return tail
    return masked(f"{_ANYWHERE}{tail}").removeprefix(_ANYWHERE)


_TAIL = re.compile(r"""(?<=[^\s?#])[?#](?:=(?:"[^"]*"?|'[^']*'?|`[^`]*`?)|\\\s|\S)+""", re.ASCII)
"""Pattern of a query and fragment; a quoted value may contain spaces, and an unclosed quote extends to the end."""
_ANYWHERE = "x://h/"
"""Placeholder for the part of a URL before its query."""
LONGEST_BEFORE = 4096
"""Maximum number of characters of a word before its query that are examined."""


def quote_input(typed: str) -> str:
    """Return typed text in a form that is safe to show, shortened if it is long."""
    words = escape_control(redact_input(typed))
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
