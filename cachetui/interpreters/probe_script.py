"""Script with which an interpreter reports on itself, for Python 2.7 and later."""

from __future__ import annotations

BEGIN, END = "<cachetui>", "</cachetui>"
"""Marks around the report; output of an environment's own start-up files is outside of them."""

TELL = '''
import sys

sys.dont_write_bytecode = True
sys.path[:] = [place for place in sys.path if place]

import json
import os
import platform
import sysconfig
from itertools import groupby


def sources():
    """Return the sources of the tags, the best first: pip, the installed `packaging`, and cachetui's copy of it."""

    def newest():
        from pip._internal.utils.compatibility_tags import get_supported
        return get_supported()

    def before_20_1():
        from pip._internal.pep425tags import get_supported
        return get_supported()

    def before_10():
        from pip.pep425tags import get_supported
        return get_supported()

    def vendored():
        from pip._vendor.packaging.tags import sys_tags
        return sys_tags()

    def packaged():
        from packaging.tags import sys_tags
        return sys_tags()

    def brought():
        sys.path.append(sys.argv[1])
        return packaged()

    return newest, before_20_1, before_10, vendored, packaged, brought


def tags():
    for source in sources():
        try:
            return [
                tag if isinstance(tag, tuple) else (tag.interpreter, tag.abi, tag.platform) for tag in source()
            ]
        except Exception:  # anybody's pip, of any version, may be half installed or too new for it: then the next
            continue
    return []


def grouped(tags):
    """Group tags that differ only in their platforms: there are thousands on macOS."""
    groups, lists = [], []
    for first, some in groupby(tags, key=lambda tag: tag[:2]):
        platforms = [tag[2] for tag in some]
        if platforms not in lists:
            lists.append(platforms)
        groups.append(["-".join(first), lists.index(platforms)])
    return {"groups": groups, "platforms": lists}


def pip():
    try:
        from pip import __version__
        return __version__
    except Exception:  # whatever keeps it from being imported keeps it from being run, too
        return None


def index():
    """Return the URL of the index at which this pip looks if no setting names one; None if it is not known."""
    for name in ("pip._internal.models.index", "pip.models.index"):  # the second is that of pip 6 to 9
        try:
            return __import__(name, fromlist=["PyPI"]).PyPI.simple_url
        except Exception:  # another pip, no pip, or whatever keeps a broken one from being imported
            continue
    return None


def markers():
    """As PEP 508 has it."""
    name, version = "", "0"
    if hasattr(sys, "implementation"):
        info = sys.implementation.version
        name, version = sys.implementation.name, "%d.%d.%d" % tuple(info[:3])
        if info.releaselevel != "final":
            version += info.releaselevel[0] + str(info.serial)
    return {
        "implementation_name": name,
        "implementation_version": version,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


def text(value):
    if isinstance(value, dict):
        return dict((key, text(one)) for key, one in value.items())
    if isinstance(value, list):
        return [text(one) for one in value]
    if isinstance(value, bytes):
        return value.decode(sys.getfilesystemencoding() or "utf-8", "replace")
    return value


told = {
    "version": platform.python_version(),
    "implementation": platform.python_implementation(),
    "platform": sysconfig.get_platform(),
    "executable": sys.executable or "",
    "prefix": sys.prefix,
    "base_prefix": getattr(sys, "base_prefix", getattr(sys, "real_prefix", sys.prefix)),
    "path": [place for place in sys.path],
    "pip": pip(),
    "index": index(),
    "markers": markers(),
    "tags": grouped(tags()),
}
sys.stdout.write("\\n%s%s%s\\n" % (BEGIN, json.dumps(text(told)), END))
'''.replace("BEGIN", repr(BEGIN)).replace("END", repr(END))
"""Source of the script.

Its argument is the folder from which a Python without pip and packaging can import packaging.
"""
