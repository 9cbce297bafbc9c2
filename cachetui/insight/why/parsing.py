"""Parse versions, names and URLs in what pip reports; invalid text raises no error."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.model import Entry
from cachetui.text.redact import masked


def as_in_url(entry: Entry) -> str:
    """Return an entry's path as it appears in a `file:` URL."""
    return quote(entry.path, errors="surrogateescape")


def parsed(text: str | None) -> Version | None:
    """Parse a version; return None if it is missing or invalid."""
    try:
        return Version(text) if text else None
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        return None


def specifier_of(text: str) -> SpecifierSet:
    """Parse a version specifier; return an empty one if it is invalid or contains too many digits."""
    try:
        found = SpecifierSet(text)
        found.contains("0")
    except ValueError:  # includes InvalidSpecifier
        return SpecifierSet()
    return found


def filename_of(url: str) -> str:
    """Return the file name in a URL."""
    return unquote(_address(url).rstrip("/").rpartition("/")[2])


def place_of(url: str, *, host_only: bool = False) -> str:
    """Return the scheme, host, port and path of a URL, or only its host and port.

    Return "" if it has no host, is invalid, or has an `@` in its path that may follow a password. User, password, query
    and fragment are left out, because they may be secret.
    """
    try:
        parts = urlsplit(_address(url))
        if parts.hostname != urlsplit(url).hostname:
            return ""
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return ""
    return host if host_only or not host else f"{parts.scheme}://{host}{parts.path}".rstrip("/")


def without_secrets(url: str) -> str:
    """Return a URL without user, query and fragment; user and password are masked if the URL is invalid."""
    return place_of(url) or _address(url)


def _address(url: str) -> str:
    """Return a URL without query and fragment, in which user and password are masked, even if the URL is invalid."""
    return masked(url).partition("#")[0].partition("?")[0]


def canonical(name: str) -> str:
    """Return the canonical name of a project, without extras."""
    return canonicalize_name(name.partition("[")[0])
