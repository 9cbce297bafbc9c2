"""The newest pip: it trusts index pages for their max-age, and builds wheels inside the cache."""

from __future__ import annotations

from tests.real_pip.suite import RealPip


class TestNewestPip(RealPip):
    version = "26.3"
    folder = "http-v2"
