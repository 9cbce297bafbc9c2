"""Replace the parts of pip that would change something, and those at which its work can be observed."""

from __future__ import print_function, unicode_literals

import importlib
import io
import logging
import os
import sys

from replay_record import (
    MOST_LISTED,
    Halt,
    MessageHandler,
    Resolved,
    State,
    as_text,
    asked,
    canonical,
    compare_hashes,
    decided,
    fate_of,
    halted,
    name_of,
    note,
    tried,
    version_of,
    why_not_used,
)
from replay_standin import PLACEHOLDER, stand_in, supposing
from replay_store import STORE

LINKED_FROM = 8 << 20  # size in bytes from which a cached body is linked into the folder, not copied


def nothing(*_args, **_options):
    return None


def patch():
    """Put the replacements of this module into pip. Raises ImportError or AttributeError if this pip lacks a part."""
    from pip._internal.cli import base_command
    from pip._internal.distributions import sdist
    from pip._internal.index import package_finder
    from pip._internal.network import auth, cache, session
    from pip._internal.operations import prepare
    from pip._internal.utils import temp_dir
    from pip._vendor.cachecontrol import adapter, serialize
    from pip._vendor.requests import adapters

    adapters.HTTPAdapter.send = send
    for name in ("set", "set_body", "set_body_from_io", "_write", "_write_to_file", "_write_from_io"):
        if hasattr(cache.SafeFileCache, name):
            setattr(cache.SafeFileCache, name, nothing)
    cache.SafeFileCache.delete = lambda self, key: STORE.dropped.add(self._get_cache_path(key))
    for name in ("get", "get_body"):
        if hasattr(cache.SafeFileCache, name):
            setattr(cache.SafeFileCache, name, hiding(getattr(cache.SafeFileCache, name)))
    for name in ("_loads_v0", "_loads_v1"):  # pickles
        if hasattr(serialize.Serializer, name):
            setattr(serialize.Serializer, name, nothing)
    adapter.CacheControlAdapter.send = noting_hits(adapter.CacheControlAdapter.send)
    if hasattr(auth, "get_keyring_provider"):
        auth.get_keyring_provider = lambda provider: auth.KeyRingNullProvider()
    auth.keyring = None
    session.PipSession.__init__ = knowing_cache(session.PipSession.__init__)
    base_command.setup_logging = set_up_logging
    base_command.logger.critical = noting_last_resort(base_command.logger.critical)
    for name in ("download", "wheel"):
        command = importlib.import_module("pip._internal.commands." + name)
        if hasattr(command, "ensure_dir"):
            command.ensure_dir = nothing
    command = importlib.import_module("pip._internal.commands.install")
    if hasattr(command, "check_externally_managed"):
        command.check_externally_managed = noting_manager(command.check_externally_managed)
    preparer = prepare.RequirementPreparer
    preparer.prepare_linked_requirement = preparing(preparer.prepare_linked_requirement)
    preparer.prepare_editable_requirement = preparing(preparer.prepare_editable_requirement)
    preparer.prepare_linked_requirements_more = finish
    prepare.unpack_vcs_link = cloning
    sdist.SourceDistribution.prepare_distribution_metadata = building
    finder = package_finder.PackageFinder
    finder.find_all_candidates = naming_project(finder.find_all_candidates)
    finder.find_best_candidate = supposing(finder.find_best_candidate)
    package_finder.LinkEvaluator.evaluate_link = noting_links(package_finder.LinkEvaluator.evaluate_link)
    temp_dir.TempDirectory.cleanup = nothing  # the whole folder is removed afterwards
    patch_downloader()
    patch_wheel_cache()
    for name in ("resolvelib", "legacy"):
        try:
            found = importlib.import_module("pip._internal.resolution." + name + ".resolver")
        except ImportError:  # a pip of the future has only one
            continue
        found.Resolver.resolve = resolving(found.Resolver.resolve)


# ------------------------------------------------------------------------------------------------ requests


def send(self, request, *_args, **_options):
    """Answer a request that pip's cache has not answered. Raises Halt if pip would download a file."""
    if "If-None-Match" in request.headers or "If-Modified-Since" in request.headers:
        note(request, "checked")
        return respond(self, request, 304)
    url = as_text(request.url).split("#")[0]
    found = STORE.find(url)
    kinds = [value for name, value in found[1][0].items() if name.lower() == "content-type"] if found else []
    if "json" in "".join(kinds) and "json" not in request.headers.get("Accept", "json"):
        found = None  # stored by a newer pip; this one would not request it
    why = why_not_used(self, request, *found) if found else "absent"
    is_page = note(request, "assumed" if found else "unknown", why)
    if request.method == "HEAD" or (is_page and not found):
        if is_page:
            State.record.unseen.setdefault(State.record.project or "", []).append(url)
        return respond(self, request, 404)
    if is_page:
        headers, status, _, opened = found[1]
        dropped = ("etag", "last-modified", "content-length")
        kept = dict((name, value) for name, value in headers.items() if name.lower() not in dropped)
        return respond(self, request, status, kept, opened())
    if url.endswith(".metadata"):
        is_whole = found is not None and why != "cut"
        data = found[1][3]().read() if is_whole else STORE.metadata(url[: -len(".metadata")], apart=why != "cut")
        if data is not None:
            State.record.requests[-1]["how"] = "assumed"
            return respond(self, request, 200, {}, io.BytesIO(data))
    State.record.requests[-1]["how"] = "download"
    raise Halt("download", url, why)


def respond(adapter, request, status, headers=None, body=None):
    from pip._vendor.urllib3 import HTTPResponse

    options = {"headers": headers or {}, "status": status, "preload_content": False, "version": 11}
    return adapter.build_response(request, HTTPResponse(body=body or io.BytesIO(b""), **options))


def noting_hits(original):
    def cached_send(self, request, *args, **options):
        before = len(State.record.requests)
        response = original(self, request, *args, **options)
        if len(State.record.requests) == before:
            note(request, "cache")
        return response

    return cached_send


def hiding(original):
    def get(self, key):
        path = self._get_cache_path(key)
        return None if path in STORE.hidden or path in STORE.dropped else original(self, key)

    return get


def knowing_cache(original):
    def init(self, *args, **options):
        if options.get("cache"):
            State.record.cache_dir = STORE.cache_dir = as_text(os.path.dirname(options["cache"]))
        original(self, *args, **options)

    return init


def patch_downloader():
    """Make pip's downloader create symbolic links to big cached bodies instead of copying them."""
    from pip._internal.network import download

    original = download.Downloader.__call__

    def linked(self, link, location):
        body = None
        if State.record.cache_dir and hasattr(os, "symlink"):
            body = STORE.path(as_text(link.url_without_fragment), STORE.layouts[0]) + ".body"
        if body is None or not os.path.exists(body) or os.path.getsize(body) < LINKED_FROM:
            return original(self, link, location)
        before = len(State.record.requests)
        response = self._session.get(link.url_without_fragment, headers=download.HEADERS, stream=True)
        length = response.headers.get("content-length")
        if getattr(response.raw._fp, "name", None) != body or length not in (None, str(os.path.getsize(body))):
            del State.record.requests[before:]
            return original(self, link, location)
        response.raw._fp.close()
        target = os.path.join(location, link.filename)
        os.symlink(body, target)
        return target, response.headers.get("Content-Type", "")

    download.Downloader.__call__ = linked


def patch_wheel_cache():
    """Hide wheels in `STORE.hidden` from pip's search for wheels that it built."""
    from pip._internal import cache

    original = cache.Cache._get_candidates

    def get_candidates(self, link, name):
        found = original(self, link, name)
        return [one for one in found if os.path.join(as_text(one[1]), as_text(one[0])) not in STORE.hidden]

    cache.Cache._get_candidates = get_candidates


# ------------------------------------------------------------------------------------------------ pip's messages


def set_up_logging(*_args, **_options):
    root = logging.getLogger()
    root.handlers[:] = [MessageHandler()]
    root.setLevel(logging.INFO)
    logging.getLogger("pip._internal.cli.base_command").setLevel(logging.DEBUG)  # this logger reports the error itself
    logging.getLogger("pip._vendor").setLevel(logging.ERROR)
    return logging.INFO


def noting_manager(original):
    """Wrap pip's check for a Python that the system manages (PEP 668): record the refusal, and let pip continue."""
    from pip._internal.exceptions import ExternallyManagedEnvironment

    def check_externally_managed():
        try:
            original()
        except ExternallyManagedEnvironment:
            State.record.externally_managed = True

    return check_externally_managed


def noting_last_resort(original):
    """Wrap `logger.critical`, with which pip logs any exception that it does not expect.

    A Halt is recorded instead of being logged, and Resolved is not logged.
    """

    def critical(message, *args, **options):
        error = sys.exc_info()[1]
        if isinstance(error, Halt) and State.record.halt is None:
            State.record.note_halt(error)
        if not isinstance(error, (Halt, Resolved)):
            original(message, *args, **options)

    return critical


# ------------------------------------------------------------------------------------------------ candidates


def naming_project(original):
    def find_all_candidates(self, project_name):
        outer, State.record.project, State.record.file = State.record.project, canonical(project_name), ""
        try:
            return original(self, project_name)
        finally:
            State.record.project = outer

    return find_all_candidates


def noting_links(original):
    def evaluate_link(self, link):
        kind, detail = result = original(self, link)
        name, page = canonical(self.project_name), as_text(link.comes_from or "")
        kind = as_text(getattr(kind, "name", "candidate" if kind else "refused"))
        is_candidate = kind == "candidate"
        known = (State.record.listed if is_candidate else State.record.refused).setdefault(name, [])
        said = [as_text(detail), bool(link.is_yanked)] if is_candidate else [kind, as_text(detail or "")]
        url = as_text(link.url)
        if "#" not in url and link.hash:  # newer pips keep it separately
            url += "#%s=%s" % (as_text(link.hash_name), as_text(link.hash))
        row = [as_text(link.filename)] + said + [page, url]
        if len(known) < MOST_LISTED and row not in known[-1:]:
            known.append(row)
        return result

    return evaluate_link


def building(self, *_args, **_options):
    """Read the build settings, so that pip can reject a folder that is no project, but build nothing. Raises Halt."""
    self.req.load_pyproject_toml()
    raise Halt("build", as_text(self.req.link.url))


def cloning(link, *_args, **_options):
    raise Halt("clone", as_text(link.url))


def preparing(original):
    """Wrap pip's method that prepares a requirement's file, so that a stand-in replaces an unavailable file."""

    from pip._vendor.packaging.requirements import Requirement

    def prepare(self, req, *args, **options):
        before, link, why = len(State.record.requests), req.link, ""
        State.record.file = as_text(link.url_without_fragment) if link is not None else ""
        if req.editable and link is not None and link.scheme != "file":
            raise Halt("clone", as_text(link.url))
        if link is not None and link.netloc.endswith(PLACEHOLDER):
            dist = stand_in(name_of(req), version_of(req), None)
            tried(req, "unknown", dist, False, why)
            return dist
        try:
            dist, known = original(self, req, *args, **options), True
            later = getattr(req, "needs_more_preparation", False)
            fate = "cache" if later else fate_of(req, State.record.requests[before:])
        except Halt as halt:
            fate, name = halted(halt, req, State.record.requests[before:]), name_of(req)
            why = halt.why
            compare_hashes(halt, req)
            if not name:
                raise
            metadata = STORE.metadata(as_text(link.url_without_fragment)) if link.is_wheel else None
            dist, known = stand_in(name, version_of(req), metadata), metadata is not None
            if req.req is None:  # a URL without a name, which only a build would show
                req.req = Requirement("%s==%s" % (name, version_of(req)))
        tried(req, fate, dist, known, why)
        return dist

    return prepare


def finish(self, reqs, *_args, **_options):
    """Prepare the files of which pip has examined only the metadata, and record the source of each."""
    for req in reqs:
        if not getattr(req, "needs_more_preparation", False):
            continue
        req.needs_more_preparation = False
        State.record.file = as_text(req.link.url_without_fragment)
        before, why = len(State.record.requests), ""
        try:
            self._prepare_linked_requirement(req, False)
            fate = fate_of(req, State.record.requests[before:])
        except Halt as halt:
            compare_hashes(halt, req)
            fate, why = halted(halt, req, State.record.requests[before:]), halt.why
        State.record.fates[as_text(req.link.url)] = {"way": fate, "needs_known": True, "why": why}


def resolving(original):
    def resolve(self, root_reqs, *args, **options):
        asked(root_reqs)
        found = original(self, root_reqs, *args, **options)
        preparer = self.factory.preparer if hasattr(self, "factory") else self.preparer
        finish(preparer, found.all_requirements)  # newer pips do this after the resolver has returned
        decided(self, found)
        State.record.resolved = True
        raise Resolved()

    return resolve
