"""Read uv's cache: first the buckets without archives, then the archives that they lead to, then everything else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from packaging.utils import canonicalize_name

from cachetui.caches.uv_layout import CONDUCT, OTHERS, Bucket, buckets_of, is_uvs
from cachetui.caches.uv_listing import ListedFolder, Lister
from cachetui.caches.uv_records import address_in, pointed_at, released_name, strings_of
from cachetui.errors import unexpected_reason
from cachetui.model import Batch, Entry, File, Inventory, Kind, Rung, Unreadable, in_order
from cachetui.pip.scan.assemble import count_disk_usage
from cachetui.system.extents import NEVER_SHARED
from cachetui.system.tree import Tree, unreadable

RECORDS = re.compile(r"(?s:(.+))\.(?:http|rev|msgpack|lock|rkyv)").fullmatch
"""Matches the name of a file beside a pointer; the group is the pointer's name."""
OWNERS = re.compile(r"(?:revision|manifest)\..+|metadata\.msgpack|\.lock|.+\.whl").fullmatch
"""Matches the names of files that lie only in the folder of one source distribution, or of one of its revisions."""
LONGEST_POINTER = 4_096
"""Maximum length in bytes of a file that stands for a link (on Windows)."""
REPORT_SECONDS = 0.05
"""Minimum time between two reports of progress, in seconds."""
ORPHAN = "orphan: nothing in this cache leads to it"
UNSURE = "something that could not be read may lead to it"
LOST = "its unpacked archive is missing"
UNREAD = "what it leads to could not be read"
ASTRAY = "its link leads to no archive of uv"
ALONE = "what it belonged to is gone"
UNREACHED = "the bucket could not be read to its end"


@dataclass(slots=True, eq=False)
class UvDraft:
    """An entry before its archives are read."""

    kind: Kind
    path: str
    files: list[File]
    bucket: Bucket
    archives: list[str] = field(default_factory=list)
    """Paths of the archives that the entry leads to."""
    lost: bool = False
    """Whether the entry leads to an archive that is missing."""
    project: str | None = None
    version: str | None = None
    filename: str | None = None
    url: str | None = None
    note: str | None = None
    named_by: Rung | None = None
    dated_by: File | None = None
    """File whose time is that of the download or build; if it is None, the first file of the entry is used."""


class UvScanner:
    """One scan of a cache."""

    def __init__(self, tree: Tree, stop: Callable[[], bool], report: Callable[[Batch], None] | None) -> None:
        self._tree, self._stop, self._report = tree, stop, report
        self._lister = Lister(tree, stop, self._tell)
        self._foreign: list[File] = []
        self._entries: list[Entry] = []
        self._archives: dict[str, int] = {}  # by path: inode numbers of archives that no entry has yet
        self._told_entries = 0
        self._told = 0.0

    def inventory(self) -> Inventory:
        """Read the cache and return its inventory. Raises OSError if the root cannot be listed."""
        root = self._lister.list("", self._tree.inode)
        self._foreign += root.files.values()
        buckets = buckets_of([name for name, _ in root.below])
        inodes = dict(root.below)
        drafts: list[UvDraft] = []
        for bucket in buckets.values():
            if bucket.content == "archive" and (listed := self._lister.folder(bucket.name, inodes[bucket.name])):
                self._foreign += listed.files.values()
                self._archives.update({f"{bucket.name}/{name}": inode for name, inode in listed.below})
        for bucket in buckets.values():
            if bucket.content != "archive":
                drafts += self._bounded(bucket, inodes[bucket.name])
        unread = {error.path.partition("/")[0] for error in self._lister.errors}
        is_sure = all(buckets[name].content == "archive" for name in unread)
        for draft in drafts:
            if self._stop():
                break
            self._finish(draft)
        for path in list(self._archives):
            if self._stop():
                break
            kind: Kind = "leftover" if is_sure else "unknown"
            note = ORPHAN if is_sure else UNSURE
            self._finish(UvDraft(kind, path, [], buckets[path.partition("/")[0]], [path], note=note))
        for name, inode in root.below:
            if name not in buckets:
                self._foreign += self._lister.subtree(name, inode)
        complete = not self._stop()
        self._tell(listed=True)
        by_length = count_disk_usage(self._entries, self._foreign, by_path=False)
        return Inventory(
            self._tree.path,
            self._tree.device,
            self._tree.inode,
            entries=tuple(in_order(self._entries)),
            foreign=tuple(sorted(self._foreign)),
            directories=self._lister.directories,
            errors=tuple(dict.fromkeys(self._lister.errors)),
            recognised=is_uvs({*root.files, *[name for name, _ in root.below]}),
            complete=complete,
            by_length=by_length,
            layered=self._tree.is_layered(),
            may_share=self._tree.file_system() not in NEVER_SHARED,
            conduct=CONDUCT,
        )

    # What leads to archives

    def _bounded(self, bucket: Bucket, inode: int) -> list[UvDraft]:
        """Return the drafts of a bucket; after an unexpected error, the bucket's remaining files form one draft."""
        read: Mapping[str, Callable[[Bucket, int], Iterator[UvDraft]]] = {
            "wheels": self._wheels,
            "simple": self._pages,
            "flat-index": self._pages,
            "sdists": self._sdists,
            "environments": self._environments,
        }
        drafts: list[UvDraft] = []
        try:
            drafts.extend(read.get(bucket.content, self._others)(bucket, inode))
        except Exception as error:  # one strange file must not end the reading
            self._lister.errors.append(Unreadable(bucket.name, unexpected_reason(error)))
            done = {file.path for file in chain(self._foreign, *[draft.files for draft in drafts])}
            if files := [file for file in self._lister.subtree(bucket.name, inode) if file.path not in done]:
                drafts.append(UvDraft("unknown", bucket.name, files, bucket, note=UNREACHED))
        return drafts

    def _groups(self, folder: ListedFolder) -> Iterator[tuple[str, list[File]]]:
        """Group the files of a folder by pointer; yield the pointer's name with each group.

        The pointer, if it exists, comes first. Files whose names begin with a dot become foreign.
        """
        groups: dict[str, list[str]] = {}
        for name in sorted(folder.files):
            match = RECORDS(name)
            groups.setdefault(match[1] if match and name not in folder.links else name, []).append(name)
        for stem, names in groups.items():
            if stem.startswith("."):
                self._foreign += [folder.files[name] for name in names]
            else:
                yield stem, [folder.files[name] for name in names]

    def _wheels(self, bucket: Bucket, inode: int) -> Iterator[UvDraft]:
        for folder in self._lister.folders(bucket.name, inode):
            for stem, files in self._groups(folder):
                draft = UvDraft("wheel", f"{folder.path}/{stem}", files, bucket)
                records = {file.path.rpartition(".")[2]: file for file in files if file.path != draft.path}
                heads = {ending: self._lister.head(file) for ending, file in records.items() if ending != "lock"}
                strings = strings_of(heads.get("http") or heads.get("rev") or b"")
                draft.url = address_in(heads.get("http", b""))
                draft.filename = released_name(draft.url)
                if draft.filename is None or not draft.filename.endswith(".whl"):
                    whole = [*strings, f"{stem}.whl", f"{folder.path.rpartition('/')[2].replace('-', '_')}-{stem}.whl"]
                    draft.filename = next((name for name in whole if _is_wheel_name(name)), None)
                if stem in folder.files:
                    if not self._lead(draft, folder, stem) and stem in folder.links:
                        draft.note = draft.note or ASTRAY
                elif strings and (path := self._archive_of("archive-v0", strings[0])):
                    draft.archives.append(path)
                elif "msgpack" in records:
                    draft.kind, draft.path = "metadata", records["msgpack"].path
                    draft.files.sort(key=lambda file: file is not records["msgpack"])
                else:
                    draft.kind, draft.path = "unknown", files[0].path
                    draft.note = LOST if strings else UNREAD if records.keys() & {"http", "rev"} else ALONE
                self._name(draft, strings_of(heads.get("msgpack", b""))[:2])
                if draft.project is None and _is_in_project(folder.path):
                    draft.project = canonicalize_name(folder.path.rpartition("/")[2])
                yield draft

    def _pages(self, bucket: Bucket, inode: int) -> Iterator[UvDraft]:
        for folder in self._lister.folders(bucket.name, inode):
            for stem, files in self._groups(folder):
                page = next((file for file in files if file.path.endswith((".rkyv", ".msgpack"))), files[0])
                draft = UvDraft("index", page.path, [page, *[file for file in files if file is not page]], bucket)
                if bucket.content == "simple":
                    draft.project, draft.named_by = canonicalize_name(stem), "wheel-name"
                yield draft

    def _sdists(self, bucket: Bucket, inode: int) -> Iterator[UvDraft]:
        for folder in self._lister.folders(bucket.name, inode):
            if folder.path == bucket.name or not (folder.links or any(map(OWNERS, folder.files))):
                self._foreign += folder.files.values()
                continue
            draft = UvDraft("sdist", folder.path, [], bucket)
            below, folder.below = folder.below, []
            deeper = [self._lister.folders(f"{folder.path}/{name}", number) for name, number in below]
            metadata: list[str] = []
            built: list[File] = []
            for one in chain([folder], *deeper):
                wheels = [name for name in one.files if name.endswith(".whl")]
                built += [one.files[name] for name in wheels]
                draft.files += [file for name, file in one.files.items() if name not in wheels]
                pointers = {*one.links, *[name.removesuffix(".whl") for name in wheels]}
                for name in sorted(pointers & set(one.files)):
                    if self._lead(draft, one, name) and draft.kind == "sdist":
                        draft.kind, draft.filename, draft.dated_by = "built", f"{name}.whl", one.files[name]
                if wheels and draft.kind == "sdist":
                    draft.kind, draft.filename = "built", min(wheels)
                if "metadata.msgpack" in one.files and not metadata:
                    metadata = strings_of(self._lister.head(one.files["metadata.msgpack"]))[:2]
            built.sort(key=lambda file: not file.path.endswith(f"/{draft.filename}"))
            draft.files[:0] = built
            if "revision.http" in folder.files:
                draft.url = address_in(self._lister.head(folder.files["revision.http"]))
            if draft.kind == "sdist":
                draft.filename = released_name(draft.url)
            self._name(draft, metadata)
            parts = folder.path.split("/")
            if draft.project is None and _is_in_project(folder.path.rpartition("/")[0]):
                draft.project, draft.version = canonicalize_name(parts[-2]), parts[-1]
            yield draft

    def _environments(self, bucket: Bucket, inode: int) -> Iterator[UvDraft]:
        for folder in self._lister.folders(bucket.name, inode):
            if "pyvenv.cfg" in folder.files:
                below, folder.below = folder.below, []
                config = folder.files.pop("pyvenv.cfg")
                files = [config, *folder.files.values()]
                for name, number in below:
                    files += self._lister.subtree(f"{folder.path}/{name}", number)
                yield UvDraft("environment", folder.path, files, bucket)
                continue
            for stem, files in self._groups(folder):
                draft = UvDraft("environment", f"{folder.path}/{stem}", files, bucket)
                if stem in folder.files and self._lead(draft, folder, stem):
                    yield draft
                else:
                    self._foreign += files

    def _others(self, bucket: Bucket, inode: int) -> Iterator[UvDraft]:
        """Yield a draft for each file and non-empty folder in a bucket whose content is in `OTHERS`, or unknown."""
        words = OTHERS.get(bucket.content, f"from a bucket that cachetui does not know, {bucket.content}")
        if (listed := self._lister.folder(bucket.name, inode)) is None:
            return
        for file in listed.files.values():
            yield UvDraft("unknown", file.path, [file], bucket, note=words)
        for name, number in listed.below:
            if files := self._lister.subtree(f"{bucket.name}/{name}", number):
                yield UvDraft("unknown", f"{bucket.name}/{name}", files, bucket, note=words)

    def _lead(self, draft: UvDraft, folder: ListedFolder, name: str) -> bool:
        """Give a draft the archive that a pointer leads to, or set `lost` if that is missing.

        Returns whether the pointer leads to an archive, be it missing or not.
        """
        file = folder.files[name]
        target = ""
        if name in folder.links:
            try:
                target = str(Path(self._tree.path, file.path).readlink())
            except OSError as error:
                self._lister.errors.append(unreadable(file.path, error))
                draft.note = UNREAD
        elif file.size <= LONGEST_POINTER:
            target = self._lister.head(file).decode("utf-8", "replace")
        if (place := pointed_at(target)) is None:
            return False
        if path := self._archive_of(*place):
            draft.archives.append(path)
        else:
            draft.lost = True
        return True

    def _archive_of(self, bucket: str, name: str) -> str | None:
        """Return the path of the archive with the id `name` in a bucket; None if there is none."""
        path = f"{bucket}/{name}"
        return path if path in self._archives else None

    def _name(self, draft: UvDraft, said: list[str]) -> None:
        """Set the project and version of a draft from its metadata, or else from its wheel's name.

        `said` holds the first two strings of the metadata. If neither helps, the draft stays as it is.
        """
        if len(said) == 2:
            draft.project, draft.version, draft.named_by = canonicalize_name(said[0]), said[1], "archive"
        elif draft.filename and (parts := draft.filename.split("-"))[1:] and draft.filename.endswith(".whl"):
            draft.project, draft.version, draft.named_by = canonicalize_name(parts[0]), parts[1], "wheel-name"

    # Archives, and the finished entry

    def _finish(self, draft: UvDraft) -> None:
        """Read the archives of a draft and add its entry; after an unexpected error, its kind is `unknown`."""
        found: list[File] = []
        try:
            for path in dict.fromkeys(draft.archives):
                self._read_archive(draft, path, found)
            entry = self._entry(draft, found)
        except Exception as error:  # one strange file must not end the reading
            self._lister.errors.append(Unreadable(draft.path, unexpected_reason(error)))
            files = (*draft.files, *found)
            time_ns = max([file.mtime_ns for file in files], default=0)
            entry = Entry("unknown", files, draft.path, time_ns, note="it could not be read")
        self._entries.append(entry)

    def _read_archive(self, draft: UvDraft, path: str, files: list[File]) -> None:
        """Add the files of an archive to `files`, and identify the draft by the archive's content.

        Does nothing if another entry already has the archive.
        """
        inode = self._archives.pop(path, None)
        if inode is None:  # another entry leads to it, too
            return
        top = None
        for folder in self._lister.folders(path, inode):
            files += folder.files.values()
            top = top or folder
        if top:
            self._look_inside(draft, top)

    def _look_inside(self, draft: UvDraft, archive: ListedFolder) -> None:
        stems = [name.removesuffix(".dist-info") for name, _ in archive.below if name.endswith(".dist-info")]
        if "pyvenv.cfg" in archive.files and draft.kind == "leftover":
            draft.note = f"{draft.note}; it was an environment"
        elif len(stems) == 1 and "-" in stems[0] and draft.kind != "environment":
            project, _, version = stems[0].partition("-")
            draft.project, draft.version, draft.named_by = canonicalize_name(project), version, "archive"

    def _entry(self, draft: UvDraft, found: list[File]) -> Entry:
        remarks = [draft.note, draft.bucket.note, LOST if draft.lost and draft.note != LOST else None]
        files = (*draft.files, *found)
        has_wheel = bool(files) and _is_wheel_name(files[0].path.rpartition("/")[2])
        dated = draft.dated_by or next(iter(files), None)
        return Entry(
            draft.kind,
            files,
            draft.path,
            dated.mtime_ns if dated else 0,
            project=draft.project,
            version=draft.version,
            filename=draft.filename,
            url=draft.url,
            identified_by=draft.named_by,
            note="; ".join(filter(None, remarks)) or None,
            unpacked=draft.kind in ("wheel", "sdist") or (draft.kind == "built" and not has_wheel),
        )

    def _tell(self, *, listed: bool = False) -> None:
        """Report new entries if the last report was long enough ago, or if every file has been seen (`listed`)."""
        if self._report is None or not (listed or time.monotonic() - self._told >= REPORT_SECONDS):
            return
        news, self._told_entries = tuple(self._entries[self._told_entries :]), len(self._entries)
        files, disk, found = self._lister.files, self._lister.disk_usage, len(self._entries)
        self._report(Batch(news, files, disk, found, found, listed))
        self._told = time.monotonic()


def _is_wheel_name(name: str) -> bool:
    return name.endswith(".whl") and name.count("-") in (4, 5)


def _is_in_project(path: str) -> bool:
    """Return whether the last part of a folder's path is the name of a project.

    Below its bucket, such a path is `pypi/NAME`, `index/HASH/NAME` or the like.
    """
    match path.split("/")[1:]:
        case ["pypi", _] | ["index" | "url" | "path" | "editable", _, _]:
            return True
    return False
