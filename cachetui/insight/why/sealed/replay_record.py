"""Record pip's requirements, candidates, messages and decisions."""

from __future__ import print_function, unicode_literals

import logging
import os

from replay_seal import SEALED
from replay_store import STORE

MOST_LISTED = 20000  # maximum number of listed files of a project
MOST_WORDS = 60  # maximum number of pip's last messages
NO_VERSION = "0"  # for a URL without a version
text_type = type("")


class Halt(BaseException):
    """Raised when pip is about to do something that is not done here: a download, a build or a clone."""

    def __init__(self, what, url="", why=""):
        BaseException.__init__(self, what, url)
        self.what, self.url, self.why = what, url, why


class Resolved(BaseException):
    """Raised when pip has decided, because the rest would be the installation."""


class RunRecord(object):
    """Record of one run of pip; `answer` returns it as a dictionary."""

    def __init__(self):
        self.project = None  # project whose page pip is looking for
        self.file = ""  # URL of the file that pip is examining
        self.cache_dir = None
        self.resolved = False
        self.fates = {}  # source of each file, by URL
        self.requests, self.tried, self.roots, self.chosen, self.words = [], [], [], [], []
        self.constraints = []
        self.unseen, self.listed, self.refused = {}, {}, {}
        self.error = self.halt = None
        self.externally_managed = False

    def answer(self, code):
        names = (
            "resolved",
            "cache_dir",
            "requests",
            "unseen",
            "listed",
            "refused",
            "tried",
            "roots",
            "chosen",
            "constraints",
            "externally_managed",
        )
        told = dict((name, getattr(self, name)) for name in names + ("error", "halt"))
        code = code if isinstance(code, int) else None
        return dict(told, code=0 if self.resolved else code, words=self.words[-MOST_WORDS:])

    def note_halt(self, halt):
        self.halt = {"what": halt.what, "url": halt.url, "why": halt.why}

    def note_error(self, error):
        if SEALED in as_text(error):  # pip would have continued
            self.note_halt(Halt("write"))
            return
        link = getattr(getattr(error, "req", None), "link", None)
        url = as_text(link.url_without_fragment) if link else self.file
        self.error = {"type": type(error).__name__, "words": plain(as_text(error)), "url": url}


class State(object):
    """State of the current run: its record, and the folder in which pip may write."""

    record = RunRecord()
    folder = ""  # folder that holds the typed lines as a file


def as_text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, text_type) else text_type(value)


def plain(words):
    """Return a message with "the typed lines" in place of `-r` and the path of the file that holds the lines."""
    return words.replace("-r " + os.path.join(State.folder, "requirements.txt"), "the typed lines")


def canonical(name):
    from pip._vendor.packaging.utils import canonicalize_name

    return as_text(canonicalize_name(name))


class MessageHandler(logging.Handler):
    """Handler that records pip's messages."""

    def emit(self, record):
        try:
            said = as_text(record.getMessage())
        except Exception:  # skip a message that cannot be formatted
            said = ""
        if record.exc_info and isinstance(record.exc_info[1], Exception):
            State.record.note_error(record.exc_info[1])
        if record.levelno >= logging.INFO and said and said != "Exception:" and SEALED not in said:
            State.record.words.append([record.levelname, plain(said)[:2000]])


def name_of(req):
    """Return the name of a requirement's project, or else the one in its file name; "" if neither has one."""
    if req.name:
        return as_text(req.name)
    filename = as_text(req.link.filename)
    if filename.endswith(".whl"):
        return filename.split("-")[0]
    for suffix in (".tar.gz", ".tar.bz2", ".zip", ".tgz", ".tar.xz", ".tar"):
        if filename.endswith(suffix):
            return filename[: -len(suffix)].rpartition("-")[0]
    return ""


def version_of(req):
    """Return the version in the name of a requirement's file; `NO_VERSION` if there is none."""
    from pip._internal.index.package_finder import _extract_version_from_fragment

    filename = as_text(req.link.filename)
    if filename.endswith(".whl"):
        return (filename.split("-") + [NO_VERSION])[1]
    try:
        found = _extract_version_from_fragment(req.link.splitext()[0], canonical(name_of(req)))
    except Exception:  # that function raises various errors
        found = None
    return as_text(found) if found and not req.link.is_vcs else NO_VERSION


def is_built_here(req):
    """Return whether a requirement's file is a wheel that pip built earlier."""
    if getattr(req, "is_wheel_from_cache", False) or getattr(req, "original_link_is_in_wheel_cache", False):
        return True
    cache_dir = State.record.cache_dir
    return bool(
        cache_dir and req.link.is_file and req.link.file_path.startswith(os.path.join(cache_dir, "wheels") + os.sep)
    )


def fate_of(req, requests):
    """Return the source of a requirement's file, according to the requests that were made for it."""
    if is_built_here(req):
        return "built"
    if req.link.is_file:
        return "local"
    hows = [one["how"] for one in requests if not one["is_page"] and not one["url"].endswith(".metadata")]
    return "download" if "download" in hows else "checked" if "checked" in hows else "cache"


def halted(halt, req, requests):
    """Return how pip would have got the file at which the replay stopped, such as `download-build`."""
    came = fate_of(req, requests)
    if halt.what == "clone":
        return "clone"
    if halt.what == "build":
        return {"local": "local-build", "download": "download-build"}.get(came, "build")
    return "download" if req.link.is_wheel else "download-build"


def compare_hashes(halt, req):
    """Raise pip's HashMismatch if pip would download a file whose listed hash is not one that the user allows."""
    from pip._internal.exceptions import HashMismatch

    hashes, link = req.hashes(trust_internet=False), req.link
    allowed = getattr(hashes, "_allowed", {})
    is_listed = halt.what == "download" and link.hash and link.hash_name in allowed
    if is_listed and not hashes.is_hash_allowed(link.hash_name, link.hash):
        error = HashMismatch(allowed, {link.hash_name: Listed(link.hash)})
        error.req = req
        raise error


class Listed(object):
    """A hash that a page lists, with the `hexdigest` method of a hashlib object."""

    def __init__(self, value):
        self.hexdigest = lambda: value


def tried(req, fate, dist, known, why):
    """Record a distribution that pip examined."""
    try:
        if hasattr(dist, "iter_dependencies"):
            needs = [as_text(one) for one in dist.iter_dependencies()]
            python = as_text(dist.requires_python)
        else:
            from pip._internal.utils.packaging import get_requires_python

            needs = [as_text(one) for one in dist.requires()]
            python = as_text(get_requires_python(dist) or "")
    except Exception:  # invalid metadata: pip reports that itself
        needs, python = [], ""
    url = as_text(req.link.url)
    State.record.fates[url] = {"way": fate, "needs_known": known, "why": why}
    version = as_text(getattr(dist, "version", ""))
    told = {"name": canonical(name_of(req)), "version": version, "url": url, "needs": needs, "python": python}
    State.record.tried.append(told)


def asked(reqs):
    """Record the requirements and constraints that pip was given."""
    for req in reqs:
        if req.constraint:
            specifier = as_text(getattr(req.req, "specifier", None) or "")
            told = {"name": canonical(req.name or ""), "specifier": specifier, "source": as_text(req.comes_from or "")}
            State.record.constraints.append(told)
            continue
        try:
            matches = req.match_markers()
        except Exception:  # an invalid marker
            matches = True
        link = getattr(req, "original_link", None) or req.link
        name = name_of(req) if req.name or link else ""
        State.record.roots.append(
            {
                "name": canonical(name) if name else "",
                "specifier": as_text(getattr(req.req, "specifier", None) or ""),
                "marker": as_text(req.markers or ""),
                "matches": bool(matches),
                "url": as_text(link.url) if link else "",
                "text": as_text(req.req) if req.req else as_text(link.url if link else req),
            }
        )


def decided(resolver, requirements):
    """Record the decision of pip's resolver."""
    installs = dict((canonical(req.name), req) for req in requirements.all_requirements if req.name)
    result = getattr(resolver, "_result", None)
    if result is None:  # the old resolver
        for req in requirements.requirements.values():
            installed = req.satisfied_by is not None and not req.should_reinstall
            version = req.satisfied_by.version if installed else NO_VERSION
            for one in State.record.tried:
                if not installed and req.link is not None and one["url"] == as_text(req.link.url):
                    version = one["version"]
            chosen(canonical(req.name), version, None if installed else req.link, None if installed else req)
        return
    for key, candidate in result.mapping.items():
        name = as_text(candidate.project_name)
        if as_text(key) == name and not name.startswith("<"):  # all others are extras, and Python itself
            req = installs.get(name)
            chosen(name, candidate.version, candidate.source_link if req else None, req)


def chosen(name, version, link, req):
    fate = {"way": "installed", "needs_known": True, "why": ""}
    built = ""
    if req is not None and req.link is not None:
        fate = State.record.fates.get(as_text(req.link.url), dict(fate, way="cache"))
        built = as_text(req.link.file_path) if is_built_here(req) else ""
    if fate["way"] == "unknown":  # a stand-in
        version, link = NO_VERSION, None
    yanked = link is not None and link.is_yanked
    told = {"name": name, "version": as_text(version), "built": built, "url": as_text(link.url) if link else ""}
    told["page"] = as_text(link.comes_from or "") if link else ""
    told["yanked"] = as_text(link.yanked_reason or "no reason given") if yanked else ""
    told.update(fate)
    State.record.chosen.append(told)


def note(request, how, why=""):
    """Record a request; return whether it asks for a list of files."""
    accepted = as_text(request.headers.get("Accept", ""))  # only requests for lists of files mention HTML or JSON
    is_page = "text/html" in accepted or "vnd.pypi.simple" in accepted
    url = as_text(request.url).split("#")[0]
    told = {"url": url, "how": how, "why": why, "is_page": is_page, "project": State.record.project}
    State.record.requests.append(told)
    return is_page


def why_not_used(adapter, request, layout, found):
    """Return why pip does not use a cached response; the values are those of `MissReason` in `replay.py`."""
    if "Range" in request.headers:
        return "cut"
    if not hasattr(adapter, "controller"):
        return "off" if State.record.cache_dir is None or request.url.startswith("https:") else "insecure"
    if layout != STORE.layouts[0]:
        return "layout"
    varies = [name for name, value in found[2].items() if name == "*" or request.headers.get(name) != value]
    return "vary" if varies else "stale"
