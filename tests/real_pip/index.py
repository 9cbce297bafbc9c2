"""An index on 127.0.0.1 that answers as PyPI does, and counts what it was asked for.

`/simple/` has JSON and HTML pages and headers that name projects, `/plain/` HTML pages with relative links and headers
that name nothing, `/moved/` only permanent redirects to `/simple/`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from cachetui.demo import artifacts
from tests.real_pip.collection import COLLECTION, Release

JSON = "application/vnd.pypi.simple.v1+json"
"""The media type of a JSON page (PEP 691)."""


class Answer(NamedTuple):
    """The server's response to one request."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


class Index:
    """The server's knowledge and its log."""

    def __init__(self, port: int, releases: Iterable[Release] = COLLECTION) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.host = f"127.0.0.1:{port}"
        self.files = {release.path: release for release in releases}
        self.connections = 0
        """Number of connections since the log was emptied, whatever their outcome."""
        self._log: list[tuple[str, int]] = []
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()
            self.connections = 0

    def connect(self) -> None:
        """Count a connection."""
        with self._lock:
            self.connections += 1

    def note(self, path: str, status: int) -> None:
        """Add a request to the log."""
        with self._lock:
            self._log.append((path, status))

    @property
    def sent(self) -> Counter[str]:
        """How often each path was sent in full, or as a redirect."""
        with self._lock:
            return Counter(path for path, status in self._log if status in (200, 301, 308))

    @property
    def asked(self) -> set[str]:
        """Paths that were requested, whatever the response."""
        with self._lock:
            return {path for path, _ in self._log}

    def names(self, plain: bool) -> set[str]:
        """Return the canonical names of the projects of one index."""
        return {release.name for release in self.files.values() if release.plain == plain}

    def answer(self, path: str, accept: str) -> Answer:
        """Return the response for a path."""
        file = path.removesuffix(".metadata")
        if file in self.files:
            return self._file(self.files[file], path != file)
        top, _, name = path.strip("/").partition("/")
        if top == "moved" and name in self.names(plain=False):
            return Answer(308 if name == "epochal" else 301, headers={"Location": f"/simple/{name}/"})
        if top in ("simple", "plain") and name in self.names(plain=top == "plain"):
            return self._page(name, top == "plain", accept)
        return Answer(404, b"no such thing")

    def _page(self, name: str, plain: bool, accept: str) -> Answer:
        releases = [release for release in self.files.values() if release.name == name and release.plain == plain]
        where = "../.." if plain else self.url
        listed = [release.listed(where + release.path) for release in releases]
        if JSON in accept and not plain:
            page = json.loads(artifacts.json_page(name, listed))
            for row, release in zip(page["files"], releases, strict=True):
                row["yanked"] = release.yanked or False
            body, media = json.dumps(page).encode(), JSON
        else:
            body, media = artifacts.html_page(f"Links for {name}", listed), "text/html; charset=UTF-8"
        headers = {"Content-Type": media, "Cache-Control": "max-age=600, public", "Vary": "Accept, Accept-Encoding"}
        return Answer(200, gzip.compress(body, mtime=0), headers | {"Content-Encoding": "gzip"})

    def _file(self, release: Release, metadata: bool) -> Answer:
        body = release.metadata if metadata else release.data
        if release.plain:
            return Answer(404) if metadata else Answer(200, body, {"Content-Type": "binary/octet-stream"})
        headers = {
            "Content-Type": "application/octet-stream",
            "Cache-Control": "max-age=365000000, immutable, public",
            "x-pypi-file-project": release.name,
            "x-pypi-file-version": release.version,
            "x-pypi-file-package-type": "bdist_wheel" if release.is_wheel else "sdist",
            "x-pypi-file-python-version": "py3" if release.is_wheel else "source",
        }
        return Answer(200, body, headers)


@contextmanager
def serve(releases: Iterable[Release] = COLLECTION) -> Iterator[Index]:
    """Run the index while the context lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        index = Index(server.server_port, releases)
        server.RequestHandlerClass = _handler(index)  # made for each connection
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()


def _handler(index: Index) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            index.connect()
            super().setup()

        def do_GET(self) -> None:
            answer = index.answer(self.path, self.headers.get("Accept", ""))
            etag = f'"{hashlib.md5(answer.body, usedforsecurity=False).hexdigest()}"'
            same = answer.status == 200 and self.headers.get("If-None-Match") == etag
            status = 304 if same else answer.status
            index.note(self.path, status)
            self.send_response(status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status == 200:
                self.send_header("ETag", etag)
            if not same:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not same:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
