"""Tests of the memory that the browser takes from the system."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

HEAPS_OF_THREADS = """
import ctypes, sys, threading
from cachetui.ui.operations.memory import share_heap

if "shared" in sys.argv:
    share_heap()
ready = threading.Barrier(5)

def work():
    kept = [bytes(1_000) for _ in range(100)]
    ready.wait()
    ready.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
ready.wait()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
ready.wait()
"""
"""Program that prints, as malloc_info(3) does, from which heaps four threads have taken memory."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no heaps of threads")
@pytest.mark.parametrize("shared", [False, True])
def test_threads_share_a_heap(shared: bool) -> None:
    command = [sys.executable, "-c", HEAPS_OF_THREADS, *(["shared"] if shared else [])]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    told = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
    if not shared and told.count("<heap nr=") == 1:
        pytest.skip("threads have no heaps of their own here")
    assert (told.count("<heap nr=") == 1) is shared
