"""Contents of the made-up cache: the releases in `contents.txt`, their index pages, other responses and leftovers."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import quote

from packaging.utils import canonicalize_name

from cachetui.demo import artifacts
from cachetui.demo.artifacts import DemoFile
from cachetui.demo.target import DemoTarget
from cachetui.demo.writer import (
    CacheWriter,
    Format,
    Pieces,
    answer_path,
    built_folder,
    cut,
    digest,
    file_headers,
    length,
    page_headers,
    plain_headers,
)
from cachetui.model import NS

DAY = 86_400 * NS
"""Nanoseconds in a day."""
KILOBYTE = 1_000
"""Number of bytes in the size unit of `contents.txt`."""
INDEX = "https://index.example/simple"
"""URL of the index that most releases come from."""
CUDA = "https://cuda.index.example/whl/cu121"
"""URL of an index that serves plain files; its response headers name no project."""
COMPANY = "https://files.example/artifactory/api/pypi/company"
"""URL of a company's index, whose response headers contain file names."""
WHEEL = "bdist_wheel"
"""Package type of a wheel, as PyPI names it in the headers of a download."""
NONE: Mapping[str, str] = {}
NEEDS = {"umep-reqs": ("numba==0.59.1",)}
"""For the name of a project: the requirements of its releases. Other projects have none."""
NEIGHBOURS = 24
"""Number of releases that most index pages list in addition to those in the cache."""


class DemoScale(NamedTuple):
    """How long the files are, compared with the sizes in `contents.txt`."""

    factor: int = 1
    """Factor by which the sizes in `contents.txt` are multiplied."""
    solid: int = 1 << 40
    """Length in bytes up to which a file is written in full; a longer one is mostly a hole."""

    def size(self, kilobytes: int, name: str) -> int:
        """Return the length in bytes of a file: `kilobytes` multiplied by the factor.

        If the factor exceeds 1, up to `factor - 1` kilobytes are subtracted; how much depends on `name`.
        """
        whole, unit = kilobytes * KILOBYTE * self.factor, KILOBYTE * (self.factor - 1)
        return max(0, whole - unit * hashlib.sha256(name.encode()).digest()[0] // 256)

    def archive(self, make: Callable[[int], bytes], size: int) -> bytes | Pieces:
        """Return an archive of about `size` bytes; if that is more than `solid`, it has a hole.

        `make` returns an archive with a data file of the given length.
        """
        if size <= self.solid:
            return make(size)
        archive = make(0)
        return artifacts.with_hole(archive, size - len(archive))

    def noise(self, kilobytes: int, name: str) -> bytes | Pieces:
        """Return the content of a file that is not an archive; its length is `size(kilobytes, name)`.

        If it is longer than `solid`, it is mostly a hole.
        """
        size = self.size(kilobytes, name)
        return artifacts.noise(size) if size <= self.solid else (artifacts.noise(KILOBYTE), size - KILOBYTE)


SMALL = DemoScale()
"""Sizes as in `contents.txt`; every file is written in full."""
TRUE = DemoScale(380, 1_000_000)
"""Sizes close to those of the real projects; long files are mostly holes."""


class DemoRelease(NamedTuple):
    """Line of `contents.txt`."""

    project: str
    """Name of the project as its author writes it."""
    version: str
    what: str
    """Kind of file: a wheel's tag, "sdist", "built:" and a tag, or "metadata" (without the wheel)."""
    size: int
    """Approximate size of the archive in bytes."""
    days: int
    """Days since the download."""
    origin: str
    """Origin: "public", "cuda", "company", "old" or "older"; see `contents.txt`."""

    @property
    def tag(self) -> str:
        """Tag of the wheel."""
        return "py3-none-any" if self.what == "metadata" else self.what.removeprefix("built:")

    @property
    def filename(self) -> str:
        """File name of the archive."""
        if self.what == "sdist":
            return artifacts.sdist_filename(self.project, self.version)
        return artifacts.wheel_filename(self.project, self.version, self.tag)

    @property
    def form(self) -> Format:
        """Storage format of the responses from which the release was downloaded."""
        return "cc=4" if self.origin == "old" else "cc=2" if self.origin == "older" else "v2"

    def listed(self, hashes: Mapping[str, str] = NONE) -> DemoFile:
        """Return the release's file as its index lists it.

        Its SHA-256 is looked up in `hashes` by file name, and may be empty there; if it is missing, it is made up.
        """
        sha256 = hashlib.sha256(f"{self.project} {self.filename}".encode()).hexdigest()
        if self.origin == "cuda":
            folder = CUDA
        elif self.origin == "company":
            folder = f"{COMPANY}/{canonicalize_name(self.project)}/{self.version}"
        else:
            folder = f"https://files.example/packages/{sha256[:2]}/{sha256[2:4]}/{sha256[4:]}"
        url = f"{folder}/{quote(self.filename)}"
        return DemoFile(self.filename, url, hashes.get(self.filename, sha256), size=self.size)

    def meant_for(self, target: DemoTarget) -> DemoRelease:
        """Return the release with its wheel tag adapted to a target."""
        before, built, tag = self.what.rpartition("built:")
        return self._replace(what=f"{before}{built}{target.tag(tag)}") if "-" in tag else self


def releases(target: DemoTarget, scale: DemoScale = SMALL) -> Iterator[DemoRelease]:
    """Yield the lines of `contents.txt`, with wheel tags adapted to a target."""
    for line in files(__package__).joinpath("contents.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            project, version, what, kilobytes, days, origin = line.split()
            size = scale.size(1 if origin == "older" and scale.factor > 1 else int(kilobytes), f"{project} {version}")
            yield DemoRelease(project, version, what, size, int(days), origin).meant_for(target)


def write_contents(cache: CacheWriter, now_ns: int, target: DemoTarget, scale: DemoScale = SMALL) -> None:
    """Write the whole cache, with ages relative to `now_ns` and wheels for a target."""
    by_project: dict[str, list[DemoRelease]] = {}
    hashes: dict[str, str] = {}
    for release in releases(target, scale):
        _write_release(cache, release, hashes, now_ns, target.interpreter, scale)
        by_project.setdefault(release.project, []).append(release)
    for project, known in by_project.items():
        _write_pages(cache, project, known, hashes, now_ns)
    _write_redirects(cache, now_ns)
    _write_responses(cache, now_ns, scale)
    _write_checks(cache, now_ns)
    _write_damage(cache, now_ns, target, scale)
    _write_leftovers(cache, now_ns, scale)


def _when(now_ns: int, days: float, name: str) -> int:
    """Return the time `days` before `now_ns`, or up to 5 hours earlier, depending on the name."""
    return now_ns - int(days * DAY) - int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big") * NS // 4


def _archive(release: DemoRelease, scale: DemoScale) -> bytes | Pieces:
    """Return the wheel or sdist of a release."""
    if release.what == "sdist":
        return scale.archive(lambda size: artifacts.sdist(release.project, release.version, size=size), release.size)
    name, version, tag = release.project, release.version, release.tag
    return scale.archive(lambda size: artifacts.wheel(name, version, tag, size=size), release.size)


def _write_release(
    cache: CacheWriter, release: DemoRelease, hashes: dict[str, str], now_ns: int, interpreter: str, scale: DemoScale
) -> None:
    """Write the entries of a release, and add the SHA-256 of its download to `hashes` by file name.

    The hash of an archive with a hole is empty, because it takes a long time to compute. No hash is added for a built
    wheel, or for metadata without the wheel. `interpreter` is the tag of the Python that built the wheels tagged `py3`.
    """
    file, project = release.listed(), canonicalize_name(release.project)
    at = _when(now_ns, release.days, release.filename)
    read = at + (now_ns - at) // 2
    metadata = artifacts.core_metadata(release.project, release.version, NEEDS.get(release.project, ()))
    if release.what.startswith("built:"):
        source = release._replace(what="sdist").listed(hashes)
        python = release.tag.partition("-")[0]
        builder = interpreter if python == "py3" else python
        key, has_origin, data = source.sha256 or None, release.form == "v2", _archive(release, scale)
        cache.built(source.url, key, file.filename, data, at, interpreter=builder, origin=has_origin)
        return
    answers: dict[str, bytes | Pieces] = {}
    if release.what != "metadata":
        answers[file.url] = archive = _archive(release, scale)
        hashes[file.filename] = hashlib.sha256(archive).hexdigest() if isinstance(archive, bytes) else ""
    python, package_type = ("source", "sdist") if release.what == "sdist" else (release.tag.partition("-")[0], WHEEL)
    if package_type == WHEEL and release.form == "v2":
        answers[f"{file.url}.metadata"] = metadata
    for url, data in answers.items():
        headers = plain_headers("binary/octet-stream", size=length(data), at_ns=at)
        if release.origin == "company" and not url.endswith(".metadata"):
            headers["X-Artifactory-Filename"] = file.filename
            headers["Content-Disposition"] = f'attachment; filename="{file.filename}"'
            headers["Cache-Control"] = "max-age=31536000"
        elif release.origin in ("public", "old", "older"):
            headers = file_headers(project, release.version, package_type, python, size=length(data), at_ns=at)
        checked = at + (now_ns - at) // 3 if release.origin == "cuda" else at
        cache.answer(url, data, headers, at, checked_ns=checked, read_ns=read, form=release.form)


def _write_pages(
    cache: CacheWriter, project: str, known: Iterable[DemoRelease], hashes: Mapping[str, str], now_ns: int
) -> None:
    name = canonicalize_name(project)
    public = [release for release in known if release.origin in ("public", "old", "older")]
    company = [release for release in known if release.origin == "company"]
    if public:
        age = min(release.days for release in public)
        first = public[0]
        others = 0 if project in NEEDS else NEIGHBOURS
        more = [first._replace(version=f"0.{number}", what=first.what) for number in range(others)]
        listed = {release.filename: release.listed(hashes) for release in more + public if "built" not in release.what}
        at = _when(now_ns, age, name)
        form: Format = "v2" if first.form == "v2" else "cc=4"
        page = gzip.compress(artifacts.json_page(name, listed.values()), mtime=0)
        headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=at, gzipped=True)
        cache.answer(f"{INDEX}/{name}/", page, headers, at, checked_ns=at + (now_ns - at) // 2, form=form)
    if company:
        at = _when(now_ns, min(release.days for release in company), name)
        relative = [
            file._replace(url=f"../../{name}/{release.version}/{quote(file.filename)}")
            for release in company
            for file in [release.listed(hashes)]
        ]
        page = artifacts.html_page("Simple Index", relative)
        headers = plain_headers("text/html", size=len(page), at_ns=at)
        cache.answer(f"{COMPANY}/simple/{name}/", page, headers, at)


def _write_redirects(cache: CacheWriter, now_ns: int) -> None:
    for days, written in ((4, "Jinja2"), (20, "Django"), (61, "SQLAlchemy"), (74, "Pillow"), (80, "PyYAML")):
        name = canonicalize_name(written)
        cache.redirect(f"{INDEX}/{written}/", f"/simple/{name}/", _when(now_ns, days, written))


def _write_responses(cache: CacheWriter, now_ns: int, scale: DemoScale) -> None:
    """Write responses without a project: a constraints file, a repository's archive and a file with a signed URL."""
    constraints = b"django<5\nrequests>=2.31\nurllib3<3\n"
    at = _when(now_ns, 9, "constraints")
    headers = plain_headers("text/plain; charset=utf-8", size=len(constraints), at_ns=at)
    cache.answer("https://files.example/ana/constraints.txt", constraints, headers, at)

    repository = artifacts.sdist("thesis-tools", "main", size=160_000, metadata=False)
    at = _when(now_ns, 70, "repository")
    headers = plain_headers("application/x-gzip", size=len(repository), at_ns=at)
    cache.answer("https://files.example/ana/thesis-tools/archive/main.tar.gz", repository, headers, at)

    model = scale.noise(420, "model")
    at = _when(now_ns, 350, "model")
    headers = plain_headers("application/octet-stream", size=length(model), at_ns=at)
    cache.answer("https://files.example/models/tiny.bin?signature=5f2a", model, headers, at)


def _write_checks(cache: CacheWriter, now_ns: int) -> None:
    for days, folder in ((3, "shop"), (16, "api"), (40, "thesis"), (700, "old-blog")):
        cache.selfcheck(f"/home/ana/{folder}/.venv", _when(now_ns, days, folder))
    old = b'{"/home/ana/py2/.venv": {"last_check": "2019-01-07T08:12:44Z", "pypi_version": "18.1"}}'
    cache.put("selfcheck.json", old, _when(now_ns, 2_870, "selfcheck.json"))


def _write_damage(cache: CacheWriter, now_ns: int, target: DemoTarget, scale: DemoScale) -> None:
    """Write entries that cannot be read or do not match their records."""
    at = _when(now_ns, 250, "cut short")
    name = digest("cut short")
    folder = "/".join(("http-v2", *name[:5]))
    cache.put(f"{folder}/{name}", b"cc=4,\x82\xa8response\x86\xa4body\xc4", at)
    cache.put(f"{folder}/{name}.body", scale.noise(75, name), at)
    cache.put(answer_path("pip 6.0", "http"), b"cc=1,\x80\x02}q\x00.", _when(now_ns, 2_900, "pip 6.0"))

    tag = target.tag("cp311-cp311-manylinux2014_x86_64")
    half = DemoRelease("llvmlite", "0.42.0", tag, scale.size(108, "llvmlite 0.42.0"), 101, "public")
    whole = _archive(half, scale)
    size = length(whole)
    at = _when(now_ns, half.days, half.filename)
    headers = file_headers(half.project, half.version, WHEEL, target.interpreter, size=size, at_ns=at)
    cache.answer(half.listed().url, cut(whole, size // 3), headers, at)


def _write_leftovers(cache: CacheWriter, now_ns: int, scale: DemoScale) -> None:
    """Write leftovers like those of crashes, old pips and full disks, and a file that a user put there."""
    for days, size, ending in (
        (90, 140, ".body"),
        (130, 95, "k3_x9qzd.tmp"),
        (210, 60, ".bodyw81m2c0a.tmp"),
        (170, 1, ""),
    ):
        path = answer_path(f"lost {days}", "http-v2") + ending
        cache.put(path, scale.noise(size, path), _when(now_ns, days, path))
    cache.put(answer_path("now", "http-v2") + "q0_7ab2c.tmp", scale.noise(30, "now"), now_ns - 300 * NS)
    locked = answer_path("locked", "http")
    for path in (f"{locked}.lock", f"{locked.rpartition('/')[0]}/laptop-7f21a700.44105861239876543210"):
        cache.put(path, b"", _when(now_ns, 1_720, "lock"))
    origin = b'{"archive_info": {}, "url": "https://files.example/gone-1.0.tar.gz"}'
    cache.put(f"{built_folder('gone', None)}/origin.json", origin, _when(now_ns, 410, "origin"))
    build = f"{built_folder('unfinished', None)}/tmp8x_1kq0v"
    cache.put(f"{build}/pyspark-4.0.0-py3-none-any.whl", scale.noise(210, "build"), _when(now_ns, 25, "build"))
    cache.date(build, _when(now_ns, 25, "build"))
    cache.put("wheels/README-from-ops.txt", b"Ask before you delete anything here.\n", _when(now_ns, 800, "ops"))
    cache.make("http-v2/0/0/0/0/0")
    for depth in range(5, 1, -1):
        cache.date("/".join(("http-v2", *"00000"[:depth])), now_ns - 33 * DAY)
