"""Read responses from pip's cache, whether or not pip itself would use them."""

from __future__ import print_function, unicode_literals

import io
import os
import zipfile
from hashlib import sha224

OLDEST = (20, 3)  # first pip with the current resolver
MOST_READ = 64 << 20  # maximum number of bytes of a record that are read
BODIES_APART = (23, 3)  # first pip that keeps responses in `http-v2/`


def unread():
    raise IOError("too big to be read")


class Store(object):
    def __init__(self):
        self.cache_dir = None  # set even if pip's own cache is off
        self.hidden = frozenset()  # files that are treated as removed
        self.dropped = set()  # records that pip itself would have removed
        self.layouts = ("http-v2", "http")  # this pip's own layout comes first

    def path(self, url, layout):
        """Return the path at which a layout stores the response of a URL (pip's `_internal/network/cache.py`)."""
        from pip._vendor.cachecontrol.controller import CacheController

        digest = sha224(CacheController.cache_url(url).encode("utf-8")).hexdigest()
        return os.path.join(*([self.cache_dir, layout] + list(digest[:5]) + [digest]))

    def find(self, url):
        """Return the layout in which a response is stored, and the response; None if there is none."""
        for layout in self.layouts if self.cache_dir else ():
            found = self.read(self.path(url, layout), layout == "http-v2")
            if found:
                return layout, found
        return None

    def read(self, path, is_apart):
        """Return headers, status, vary and a function that opens the body; None if they cannot be read.

        `vary` holds the request headers on which the response depends. For a record longer than `MOST_READ`, headers
        and `vary` are empty, the status is 200, and the function raises IOError.

        Source: cachecontrol's `serialize.py` (`cc=4`) and pip's `_internal/network/cache.py`.
        """
        from pip._vendor import msgpack

        if path in self.hidden:
            return None
        try:
            if os.path.getsize(path) > MOST_READ:  # with the body inside, in the old layout
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
        except Exception:  # any fault in a file of the cache makes it unreadable
            return None

    def metadata(self, url, apart=True):
        """Return the metadata of the wheel at a URL (PEP 658); None if the cache does not hold it.

        Return None, too, if the cached wheel is damaged. `apart` says whether metadata that is stored apart from the
        wheel is used, too.
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
        except Exception:  # a damaged wheel gives no metadata
            pass
        return None


STORE = Store()
