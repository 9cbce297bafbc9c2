"""A pip that keeps records and bodies apart, and asks for index pages each time."""

from __future__ import annotations

from tests.real_pip.suite import RealPip


class TestPipWithBodiesApart(RealPip):
    version = "25.0.1"
    folder = "http-v2"
