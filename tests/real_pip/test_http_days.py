"""A pip of the days when a record held its body."""

from __future__ import annotations

from tests.real_pip.suite import RealPip


class TestPipOfTheHttpDays(RealPip):
    version = "23.2.1"
    folder = "http"
