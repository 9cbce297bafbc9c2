"""Reasons why a Python cannot use a wheel, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from cachetui.interpreters.info import InterpreterInfo

INTERPRETER = re.compile(r"([a-z]+)(\d)(\d{0,3})(?:_\d+)?")
"""Pattern of the first part of a tag: implementation, major and minor version (PEP 425)."""
THREADED = re.compile(r"cp\d+d?t|abi3t")
"""Pattern of the second part of a tag for a free-threaded Python (PEP 703)."""
MANYLINUX = re.compile(r"manylinux_(\d{1,4})_(\d{1,4})_(.+)")
MUSLLINUX = re.compile(r"musllinux_(\d{1,4})_(\d{1,4})_(.+)")
MACOS = re.compile(r"macosx_(\d{1,4})_(\d{1,4})_(.+)")
OLD_MANYLINUX = {
    "manylinux1_": "manylinux_2_5_",
    "manylinux2010_": "manylinux_2_12_",
    "manylinux2014_": "manylinux_2_17_",
}
"""Prefixes of legacy platform tags, with the current prefixes (PEP 600)."""
IMPLEMENTATIONS = {
    "cp": "CPython",
    "pp": "PyPy",
    "jy": "Jython",
    "ip": "IronPython",
    "graalpy": "GraalPy",
    "py": "Python",
}
"""Names of implementations by their abbreviation in tags (PEP 425)."""
SYSTEMS = (
    (("manylinux", "musllinux", "linux"), "Linux"),
    (("macosx",), "macOS"),
    (("win",), "Windows"),
    (("android",), "Android"),
    (("ios",), "iOS"),
    (("freebsd",), "FreeBSD"),
    (("emscripten", "pyodide", "wasi"), "WebAssembly"),
)
"""Names of systems, each with the prefixes of its platform tags."""
FAT = {
    "universal2": ("x86_64", "arm64"),
    "universal": ("i386", "x86_64", "ppc", "ppc64"),
    "intel": ("i386", "x86_64"),
    "fat64": ("x86_64", "ppc64"),
    "fat32": ("i386", "ppc"),
    "fat3": ("i386", "x86_64", "ppc"),
    "fat": ("i386", "ppc"),
}
"""Processors that a macOS tag for several processors stands for (packaging, `_mac_binary_formats`)."""
WINDOWS_PROCESSORS = {"win32": "32-bit x86", "win_amd64": "x86_64", "win_arm64": "ARM64", "win_arm32": "ARM32"}
MOST_PARTS = 100
"""Maximum number of parts in a compressed tag; no wheel has more."""
QUOTED = 20
"""Maximum number of characters shown of an unknown name."""
SOME = 3
"""Maximum number of things of one kind that a message names."""


class _Taken(NamedTuple):
    """Tags that a Python supports."""

    tags: frozenset[str]
    platforms: frozenset[str]
    pairs: frozenset[str]
    """First two parts of each tag."""


def cannot_use(interpreter: InterpreterInfo, tag_text: str) -> str | None:
    """Return why a Python cannot use a wheel; None if it can, or if the Python's tags are not known.

    `tag_text` is the end of the wheel's file name, such as "cp38.cp39-abi3-macosx_11_0_arm64". The result is the end of
    a sentence, such as "built for CPython 3.8", "for macOS" or "needs glibc 2.28 or newer".
    """
    if not interpreter.tags:
        return None
    parts = [part.split(".") for part in tag_text.lower().split("-")]
    if len(parts) != 3 or not all(all(part) for part in parts) or sum(map(len, parts)) > MOST_PARTS:
        return "named with invalid tags"
    pythons, abis, platforms = parts
    taken = _taken(interpreter.tags)
    pairs = [(python, abi) for python in pythons for abi in abis]
    if any(f"{python}-{abi}-{platform}" in taken.tags for python, abi in pairs for platform in platforms):
        return None
    reasons = []
    if not any(f"{python}-{abi}" in taken.pairs for python, abi in pairs):
        reasons.append(_why_not_this_python(interpreter, pairs))
    if not any(platform in taken.platforms for platform in platforms):
        reasons.append(_why_not_here(interpreter, platforms, taken))
    return ", ".join(reasons) or "built for another combination of Python and machine"


def needs_python(interpreter: InterpreterInfo, requires_python: str) -> str | None:
    """Return which Python is needed instead, such as "needs Python <3.11"; None if this Python will do.

    None is also the result if its version is unknown. A specifier that pip cannot read is ignored. Whether this Python
    is a pre-release is ignored, too (pip's `_check_link_requires_python` in `_internal/index/package_finder.py`).
    """
    found = re.match(r"\d+\.\d+\.\d+", interpreter.version)
    if not found:
        return None
    try:
        specifiers = SpecifierSet(requires_python)
    except InvalidSpecifier:
        return None
    version = Version(found[0])
    unmet = sorted(str(one) for one in specifiers if not one.contains(version, prereleases=True))
    return f"needs Python {','.join(unmet)}" if unmet and ",".join(unmet).isprintable() else None


def incompatibility(interpreter: InterpreterInfo | None, filename: str, requires_python: str | None) -> str | None:
    """Return why a Python cannot use a file; None if it can, or if there is no report of a Python.

    The result may begin with "built", "for" or "needs"; it fits in parentheses or behind a colon, not behind a verb.
    """
    if interpreter is None or interpreter.trouble:
        return None
    if filename.endswith(".whl") and (found := cannot_use(interpreter, "-".join(filename[:-4].split("-")[-3:]))):
        return found
    return needs_python(interpreter, requires_python) if requires_python else None


def best_place(tags: Iterable[str], places: Mapping[str, int]) -> int:
    """Return the best rank of a wheel's tags; the lowest possible rank, 0, is the best.

    `places` holds the rank of each tag that a Python supports. The rank after these is that of an sdist, and the next
    one that of a wheel without such a tag (pip's `_sort_key` in `_internal/index/package_finder.py`).
    """
    return min([places[tag] for tag in tags if tag in places], default=len(places) + 1)


@lru_cache(maxsize=64)
def _taken(tags: tuple[str, ...]) -> _Taken:
    halves = [tag.rpartition("-") for tag in tags]
    return _Taken(
        frozenset(tags),
        frozenset([platform for _, _, platform in halves]),
        frozenset([pair for pair, _, _ in halves]),
    )


def _why_not_this_python(interpreter: InterpreterInfo, pairs: Iterable[tuple[str, str]]) -> str:
    """Return in words for which Pythons a wheel was built; `pairs` are first and second parts of its tags."""
    return _joined(_built_for(interpreter, python, abi) for python, abi in pairs)


def _built_for(interpreter: InterpreterInfo, python: str, abi: str) -> str:
    found = INTERPRETER.fullmatch(python)
    name = IMPLEMENTATIONS.get(found[1]) if found else None
    if not found or name is None:
        return "built for another Python"
    version = f"{found[2]}.{found[3]}" if found[3] else found[2]
    here = interpreter.version.split(".")
    own = (interpreter.implementation, int(here[0]), int(here[1]))
    built = (name, int(found[2]), int(found[3] or 0))
    if name == "Python":
        newer = built[1] == own[1] and built[2] > own[2]
        return f"needs Python {version} or newer" if newer and abi == "none" else f"built for Python {version}"
    if name != "CPython" or abi == "none":
        return f"built for {name} {version}"
    if THREADED.fullmatch(abi) and not _is_threaded(interpreter):
        return f"built for free-threaded CPython {version}"
    if name != own[0] or (built != own and not abi.startswith("abi3")):
        return f"built for {name} {version}"
    if not THREADED.fullmatch(abi) and _is_threaded(interpreter):
        return "not built for free-threaded Python"
    return f"needs CPython {version} or newer" if built[1:] > own[1:] else _odd_abi(abi, version)


def _is_threaded(interpreter: InterpreterInfo) -> bool:
    """Return whether a Python's tags show a free-threaded CPython (PEP 703)."""
    return THREADED.fullmatch(interpreter.tags[0].split("-")[1]) is not None


def _odd_abi(abi: str, version: str) -> str:
    """Return how the CPython that a wheel needs differs from this one of the same version."""
    flags = abi.removeprefix("cp").lstrip("0123456789")
    if "d" in flags:
        return f"built for a debug build of CPython {version}"
    return f"built for another build of CPython {version} ({abi[:QUOTED]})"


def _why_not_here(interpreter: InterpreterInfo, platforms: Iterable[str], taken: _Taken) -> str:
    """Return the system, processor or library that a wheel needs."""
    named = [_unfold(platform) for platform in platforms]
    own = _system(interpreter.platform.replace("-", "_").replace(".", "_"))
    there = [platform for platform in named if _system(platform) == own]
    if not there:
        return _joined(f"for {_system(platform) or 'another system'}" for platform in named)
    if own == "Linux":
        return _why_not_this_linux(there, taken)
    if own == "macOS":
        return _why_not_this_mac(there, taken)
    if own == "Windows":
        return _for_another(WINDOWS_PROCESSORS.get(one, one) for one in there)
    return "for another release of this system"


def _why_not_this_linux(platforms: Iterable[str], taken: _Taken) -> str:
    here = [_unfold(platform) for platform in taken.platforms]
    processors = {_processor(platform) for platform in here} - {""}
    there = [platform for platform in platforms if _processor(platform) in processors]
    if not there:
        return _for_another(map(_processor, platforms))
    musl, glibc = _newest(MUSLLINUX, here), _newest(MANYLINUX, here)
    for pattern, name, own, other in ((MANYLINUX, "glibc", glibc, musl), (MUSLLINUX, "musl", musl, glibc)):
        needed = [(int(found[1]), int(found[2])) for platform in there if (found := pattern.fullmatch(platform))]
        if not needed:
            continue
        if own is None and other is not None:
            return f"for Linux with {name}"
        if own is None or min(needed) > own:
            return _needs_newer(name, min(needed), taken)
    return "for another kind of Linux"


def _needs_newer(library: str, version: tuple[int, int], taken: _Taken) -> str:
    """Return a clause that says that a library or pip is too old.

    Before version 20.3, pip does not know tags such as `manylinux_2_17`.
    """
    perennial = any(MANYLINUX.fullmatch(platform) or MUSLLINUX.fullmatch(platform) for platform in taken.platforms)
    written = ".".join(map(str, version))
    return f"needs {library} {written} or newer" if perennial else f"needs {library} {written} and a newer pip"


def _why_not_this_mac(platforms: Iterable[str], taken: _Taken) -> str:
    here = [found for platform in taken.platforms if (found := MACOS.fullmatch(platform))]
    there = [found for platform in platforms if (found := MACOS.fullmatch(platform))]
    if not (here and there):
        return "for another macOS"
    processors = {found[3] for found in here}
    fitting = [found for found in there if processors & {found[3], *FAT.get(found[3], ())}]
    if not fitting:
        return _for_another(found[3] for found in there)
    major, minor = min((int(found[1]), int(found[2])) for found in fitting)
    return f"needs macOS {major}{f'.{minor}' if minor or major == 10 else ''} or newer"


def _for_another(processors: Iterable[str]) -> str:
    return f"for another processor ({_joined(one[:QUOTED] for one in processors)})"


def _unfold(platform: str) -> str:
    """Return a platform tag with a legacy prefix replaced by the current one."""
    for old, new in OLD_MANYLINUX.items():
        if platform.startswith(old):
            return new + platform.removeprefix(old)
    return platform


def _system(platform: str) -> str | None:
    return next((name for starts, name in SYSTEMS if platform.startswith(starts)), None)


def _processor(platform: str) -> str:
    """Return the processor in a Linux platform tag; empty if there is none."""
    found = MANYLINUX.fullmatch(platform) or MUSLLINUX.fullmatch(platform)
    return found[3] if found else platform.removeprefix("linux_") if platform.startswith("linux_") else ""


def _newest(pattern: re.Pattern[str], platforms: Iterable[str]) -> tuple[int, int] | None:
    found = [(int(one[1]), int(one[2])) for platform in platforms if (one := pattern.fullmatch(platform))]
    return max(found, default=None)


def _joined(reasons: Iterable[str]) -> str:
    """Join reasons without repetitions; reasons with the same first words are merged, as in "for macOS or Windows"."""
    different = list(dict.fromkeys(reasons))
    first, *others = different[:SOME]
    words = first.split(" ")
    for other in others:
        same = next((n for n, (a, b) in enumerate(zip(words, other.split(" "), strict=False)) if a != b), 0)
        first += f" or {' '.join(other.split(' ')[same:])}" if same else f" or {other}"
    return first + (" or others" if len(different) > SOME else "")
