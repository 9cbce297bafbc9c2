"""Write a large cache in pip's own formats: `python -m tests.benchmarks.generate ENTRIES FOLDER [--truth FILE]`.

Deterministic for a number of entries and a seed: same names, bytes and times.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from cachetui.demo import artifacts
from cachetui.demo.artifacts import DemoFile
from cachetui.demo.writer import (
    CacheWriter,
    Format,
    answer_path,
    file_headers,
    page_headers,
    plain_headers,
)
from cachetui.model import NS, Kind, Rung

NOW = 1_793_000_000 * NS
"""Time of the made-up cache's last use: fixed, so that two runs write the same."""
DAY = 86_400 * NS
PROJECTS = 0.045
"""Projects for each entry: 20,000 entries belong to 900."""
CHECKS, LEFTOVERS, RESPONSES, REDIRECTS = 0.002, 0.003, 0.002, 0.004
"""Share of entries of the rarer kinds."""
OLD, OLDEST = 0.1, 0.1
"""Share of answers under `http/`, and among these of those from before pip 10."""
UNLISTED = 0.02
"""Share of versions that their project's page does not list."""
TAGS = (
    "py3-none-any",
    "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "cp311-cp311-musllinux_1_2_x86_64",
    "cp311-cp311-macosx_11_0_arm64",
    "cp311-cp311-win_amd64",
    "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "cp312-cp312-win_amd64",
    "cp310-cp310-manylinux_2_17_aarch64.manylinux2014_aarch64",
)
FIRST = ("async", "django", "data", "fast", "flask", "google-cloud", "jupyter", "ml", "open", "py", "pytest", "zope")
SECOND = ("array", "auth", "cache", "config", "events", "files", "forms", "graph", "json", "mail", "parser", "queue")


class Known(NamedTuple):
    """The facts that a scan must find out about an entry."""

    path: str
    kind: Kind
    project: str | None = None
    version: str | None = None
    filename: str | None = None
    identified_by: Rung | None = None


class Project(NamedTuple):
    """A project as its index knows it."""

    name: str
    plain: bool
    """Whether its index sends no headers that name anything."""
    paged: bool
    """Whether its page is in the cache."""
    tags: tuple[str, ...]
    """The tags for which each version has a wheel."""
    versions: tuple[str, ...]
    """Oldest first."""


class Generator:
    """Writes entries until there are enough, and remembers what they are."""

    def __init__(self, root: Path, seed: int) -> None:
        self.known: list[Known] = []
        self._cache = CacheWriter(root)
        self._random = random.Random(seed)
        self._unlisted: set[str] = set()
        self._hidden = random.Random(seed + 1)  # addresses and digests: a stream of their own

    def fill(self, entries: int) -> None:
        """Write `entries` entries."""
        projects = [self._project(rank) for rank in range(max(3, int(entries * PROJECTS)))]
        for number in range(max(1, int(entries * CHECKS))):
            path = self._cache.selfcheck(f"/home/ana/work-{number}/.venv", self._at())
            self.known.append(Known(path, "selfcheck"))
        for number in range(max(3, int(entries * LEFTOVERS))):
            self._leftover(number)
        for number in range(max(3, int(entries * RESPONSES))):
            self._response(number)
        for number in range(max(1, int(entries * REDIRECTS))):
            self._redirect(projects[number % len(projects)], number)
        cached: list[list[DemoFile]] = [[] for _ in projects]
        pages = sum(project.paged for project in projects)
        left = [list(project.versions) for project in projects]
        weights = list(accumulate(1 / (rank + 8) ** 0.7 for rank in range(len(projects))))
        ranks = range(len(projects))
        while len(self.known) + pages < entries:
            (rank,) = self._random.choices(ranks, cum_weights=weights)
            if left[rank]:
                version = left[rank].pop(-1 - min(int(self._random.expovariate(0.5)), len(left[rank]) - 1))
                room = entries - pages - len(self.known)
                cached[rank] += self._release(projects[rank], version, room)
        for project, files in zip(projects, cached, strict=True):
            if project.paged:
                self._page(project, files)

    def _project(self, rank: int) -> Project:
        pick = self._random
        name = f"{FIRST[rank % len(FIRST)]}-{SECOND[rank // len(FIRST) % len(SECOND)]}"
        if rank >= len(FIRST) * len(SECOND):
            name += f"-{rank // (len(FIRST) * len(SECOND))}"
        releases = min(400, int(30 * pick.paretovariate(1.2)) + int(2_000 / (rank + 8)))
        tags = TAGS[:1] if rank % 3 else tuple(pick.sample(TAGS[1:], pick.randint(3, 7)))
        versions = tuple(f"{number // 40}.{number // 5 % 8}.{number % 5}" for number in range(5, 5 + releases))
        return Project(name, rank % 10 == 7, rank % 20 != 17, tags, versions)

    def _at(self) -> int:
        return NOW - int(min(self._random.expovariate(1 / 150), 1_500) * DAY) - self._random.randrange(DAY)

    def _form(self) -> Format:
        if self._random.random() >= OLD:
            return "v2"
        return "cc=2" if self._random.random() < OLDEST else "cc=4"

    def _address(self, project: Project, filename: str) -> str:
        if project.plain:
            return f"https://plain.example/whl/{filename}"
        secret = f"{self._hidden.getrandbits(256):064x}"
        return f"https://files.example/packages/{secret[:2]}/{secret[2:4]}/{secret[4:]}/{filename}"

    def _release(self, project: Project, version: str, room: int) -> list[DemoFile]:
        """Write the entries of one release, at most `room`; return the files that the page must list."""
        what = self._random.choices(("wheel and metadata", "wheel", "sdist", "sdist and built"), (50, 12, 29, 9))[0]
        if room == 1:
            what = what.partition(" and ")[0]
        listed = project.paged and self._random.random() >= UNLISTED
        size = int(min(self._random.paretovariate(0.9) * 400, 60_000))
        if what.startswith("wheel"):
            tag = self._random.choice(project.tags)
            filename = artifacts.wheel_filename(project.name, version, tag)
            data = artifacts.wheel(project.name, version, tag, size=size)
        else:
            tag = "source"
            filename = artifacts.sdist_filename(project.name, version)
            data = artifacts.sdist(project.name, version, size=size)
        file = DemoFile(
            filename, self._address(project, filename), f"{self._hidden.getrandbits(256):064x}", size=len(data)
        )
        kind: Kind = "sdist" if tag == "source" else "wheel"
        at = self._at()
        rung: Rung = "url" if listed else "archive" if project.plain else "headers"
        path = self._answer(project, version, kind, tag, file.url, data, at)
        self.known.append(Known(path, kind, project.name, version, filename, rung))
        if what == "wheel and metadata":
            text = artifacts.core_metadata(project.name, version, ("requests>=2", "click"))
            found = filename if listed else None
            path = self._answer(project, version, kind, tag, f"{file.url}.metadata", text, at)
            self.known.append(Known(path, "metadata", project.name, version, found, rung))
        elif what == "sdist and built" and self._built(project, version, file, at):
            self.known[-2] = self.known[-2]._replace(identified_by="url")  # its origin tells the sdist's address
        if not listed:
            self._unlisted.add(filename)
        return [file] if listed else []

    def _answer(self, project: Project, version: str, kind: Kind, tag: str, url: str, data: bytes, at: int) -> str:
        if project.plain:
            headers = plain_headers("binary/octet-stream", size=len(data), at_ns=at)
        else:
            package_type = "sdist" if kind == "sdist" else "bdist_wheel"
            headers = file_headers(project.name, version, package_type, tag.partition("-")[0], size=len(data), at_ns=at)
        return self._cache.answer(url, data, headers, at, form=self._form())

    def _built(self, project: Project, version: str, file: DemoFile, at: int) -> bool:
        """Write the wheel built from an sdist; return whether its origin was written."""
        tag = self._random.choice(("py3-none-any", "cp311-cp311-linux_x86_64"))
        filename = artifacts.wheel_filename(project.name, version, tag)
        data = artifacts.wheel(project.name, version, tag)
        origin = self._random.random() < 0.9
        path = self._cache.built(file.url, file.sha256, filename, data, at + DAY // 1_000, origin=origin)
        self.known.append(Known(path, "built", project.name, version, filename, "wheel-name"))
        return origin

    def _page(self, project: Project, cached: list[DemoFile]) -> None:
        names = {file.filename for file in cached}
        files = list(cached)
        for version in project.versions:
            for tag in project.tags:
                filename = artifacts.wheel_filename(project.name, version, tag)
                if filename not in names and filename not in self._unlisted:
                    files.append(
                        DemoFile(filename, self._address(project, filename), f"{self._hidden.getrandbits(256):064x}")
                    )
        files.sort(
            key=lambda file: [int(part) for part in file.filename.removesuffix(".tar.gz").split("-")[1].split(".")]
        )
        at = self._at()
        if project.plain:
            page = artifacts.html_page(f"Links for {project.name}", files)
            url = f"https://plain.example/whl/{project.name}/"
            headers = plain_headers("text/html", size=len(page), at_ns=at)
        else:
            page = gzip.compress(artifacts.json_page(project.name, files), compresslevel=1, mtime=0)
            url = f"https://index.example/simple/{project.name}/"
            headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=at, gzipped=True)
        path = self._cache.answer(url, page, headers, at, checked_ns=at + DAY, form=self._form())
        self.known.append(Known(path, "index", project.name, None, None, "page"))

    def _redirect(self, project: Project, number: int) -> None:
        name = project.name.replace("-", "_").title()
        path = self._cache.redirect(f"https://index.example/simple/{name}/", f"/simple/{project.name}/", self._at())
        self.known.append(Known(path, "redirect", project.name, None, None, "headers"))

    def _response(self, number: int) -> None:
        if number % 2:
            url, data = f"https://code.example/ana/tool/archive/v{number}.zip", b"PK\5\6" + bytes(18)
            headers = plain_headers("application/zip", size=len(data), at_ns=NOW)
        else:
            url, data = f"https://raw.example/constraints-{number}.txt", b"click<9\nrequests>=2\n"
            headers = plain_headers("text/plain; charset=utf-8", size=len(data), at_ns=NOW)
        self.known.append(Known(self._cache.answer(url, data, headers, self._at()), "response"))

    def _leftover(self, number: int) -> None:
        path = answer_path(f"https://files.example/lost/{number}", "http-v2")
        if number % 3 == 0:
            path += ".body"
        elif number % 3 == 1:
            path += "a1b2c3d4.tmp"
        self._cache.put(path, b"cc=4,"[: number % 3 * 5] + artifacts.noise(5_000), self._at())
        self.known.append(Known(path, "leftover"))


def generate(entries: int, root: Path, seed: int = 7) -> list[Known]:
    """Write a cache of `entries` entries into an empty or absent folder; return the facts about each, with its path."""
    generator = Generator(root, seed)
    generator.fill(entries)
    return sorted(generator.known)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a cache as the command line asks."""
    parser = argparse.ArgumentParser(description="Write a large made-up cache in pip's own formats.")
    parser.add_argument("entries", type=int, help="how many entries, such as 20000")
    parser.add_argument("folder", type=Path, help="where: an empty or absent folder")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another cache (default: 7)")
    parser.add_argument("--truth", type=Path, help="a JSON file for what each entry is")
    options = parser.parse_args(arguments)
    known = generate(options.entries, options.folder, options.seed)
    if options.truth:
        options.truth.write_text(json.dumps([entry._asdict() for entry in known], indent=0))


if __name__ == "__main__":
    main()
