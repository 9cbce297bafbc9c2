"""Read answers from pip's cache as they lie there, whatever pip thinks of them."""

from __future__ import print_function, unicode_literals

import io
import os
import zipfile
from hashlib import sha224

OLDEST = (20, 3)  # the first pip with the resolver of today
MOST_READ = 64 << 20  # bytes of a record that are read into memory
BODIES_APART = (23, 3)  # the first pip that keeps answers in `http-v2/`


def unread():
    raise IOError("too big to be read")


class Store(object):
    def __init__(self):
        self.cache_dir = None  # also where pip's own cache is off
        self.hidden = frozenset()  # files that are taken for removed
        self.dropped = set()  # records that pip itself would have removed by now
        self.layouts = ("http-v2", "http")  # the one that this pip reads first

    def path(self, url, layout):
        """Return where an answer lies (pip's `_internal/network/cache.py`)."""
        from pip._vendor.cachecontrol.controller import CacheController

        digest = sha224(CacheController.cache_url(url).encode("utf-8")).hexdigest()
        return os.path.join(*([self.cache_dir, layout] + list(digest[:5]) + [digest]))

    def find(self, url):
        """Return the layout in which an answer lies, and the answer; None where there is none."""
        for layout in self.layouts if self.cache_dir else ():
            found = self.read(self.path(url, layout), layout == "http-v2")
            if found:
                return layout, found
        return None

    def read(self, path, is_apart):
        """Return headers, status, vary and a function that opens the body; None where it cannot be read.

        Source: cachecontrol's `serialize.py` (`cc=4`) and pip's `_internal/network/cache.py`.
        """
        from pip._vendor import msgpack

        if path in self.hidden:
            return None
        try:
            if os.path.getsize(path) > MOST_READ:  # with its body inside, in the old layout
                return {}, 200, {}, unread
            with open(path, "rb") as record:
                data = record.read()
            if not data.startswith(b"cc=4,"):
                return None
            found = msgpack.loads(data[5:], raw=False)
            response = found["response"]
            inside, apart = response.get("body"), path + ".body"
            if is_apart and (apart in self.hidden or not os.path.exists(apart)):
                return None
            opened = (lambda: open(apart, "rb")) if is_apart else (lambda: io.BytesIO(inside))
            return dict(response["headers"]), int(response["status"]), dict(found.get("vary") or {}), opened
        except Exception:  # whatever is wrong with a file of the cache: it cannot be read
            return None

    def metadata(self, url, apart=True):
        """Return the metadata of the wheel of a URL (PEP 658); None if the cache does not hold it.

        `apart` says whether those count that lie beside the wheel.
        """
        wheel, apart = self.find(url), self.find(url + ".metadata") if apart else None
        try:
            if wheel:
                with wheel[1][3]() as body, zipfile.ZipFile(body) as archive:
                    names = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
                    if names and archive.getinfo(names[0]).file_size <= MOST_READ:
                        return archive.read(names[0])
            if apart:
                with apart[1][3]() as body:
                    return body.read()
        except Exception:  # a damaged wheel tells nothing
            pass
        return None


STORE = Store()
