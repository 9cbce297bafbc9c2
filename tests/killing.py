"""Kill cachetui after its first change and compare what is left with what may be: `python -m tests.killing MINUTES`."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cachetui.cli.exit_codes import DONE, FAILED, NO_MATCH
from cachetui.demo.contents import write_contents
from cachetui.demo.target import DemoTarget
from cachetui.demo.writer import CacheWriter
from cachetui.interpreters.store import StateFile

LONGEST = 60
"""Seconds within which the first change must come."""
POLL = 0.002
"""Seconds between two looks for it."""


class World:
    """A user with a cache, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache, self.home = folder, folder / "cache", folder / "home"
        self.home.mkdir(parents=True)
        write_contents(CacheWriter(self.cache), time.time_ns(), DemoTarget.running())
        (self.cache / "notes.txt").write_text("not pip's")

    def command(self, *words: str) -> subprocess.Popen[bytes]:
        """Start cachetui."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "PYTHONPATH") if name in os.environ}
        environ = kept | {"HOME": str(self.home), "PIP_CONFIG_FILE": os.devnull}
        environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), environ.get("PYTHONPATH", "")])
        return subprocess.Popen(
            [sys.executable, "-m", "tests.cli.alone", "--cache-dir", str(self.cache), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=environ,
        )

    def run(self, *words: str) -> bytes:
        """Run cachetui to its end; return what it prints."""
        with self.command(*words) as process:
            out, error = process.communicate()
        assert b"Traceback" not in error, error.decode(errors="replace")
        assert b"bug in cachetui" not in error, error.decode(errors="replace")
        return out

    def kill(self, changed: Callable[[], bool], seconds: float, *words: str, ends: int = DONE) -> None:
        """Run cachetui, and kill it some seconds after its first change, unless it has ended with the code `ends`."""
        with self.command(*words) as process:
            try:
                end, running, found = time.monotonic() + LONGEST, True, False
                while running and not found and time.monotonic() < end:
                    running = _runs(process, POLL)
                    found = changed()
                _runs(process, seconds)
            finally:
                process.kill()
                _, error = process.communicate()
        assert found, f"nothing was changed: {error.decode(errors='replace')}"
        assert process.returncode in {-signal.SIGKILL, DONE, ends}, error.decode(errors="replace")

    def files(self) -> dict[str, bytes]:
        """Return what is in the cache."""
        return {
            str(path.relative_to(self.cache)): path.read_bytes() for path in self.cache.rglob("*") if path.is_file()
        }


def _runs(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Return whether a process still runs after some seconds, or when it ends before."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def removal(world: World, seconds: float) -> None:
    """Kill a removal: no record stands without its body that had one, and all that is left is as it was."""
    before = world.files()
    world.kill(lambda: any(not (world.cache / path).exists() for path in before), seconds, "purge", "--yes")
    after = world.files()
    assert after.items() <= before.items()
    assert "notes.txt" in after
    for path in after:
        if f"{path}.body" in before:
            assert f"{path}.body" in after, path
    world.run("purge", "--yes")
    assert "notes.txt" in world.files()


def export(world: World, seconds: float) -> None:
    """Kill an export: what has its name is whole, the cache is as it was, and the same export can be repeated."""
    before, target, whole = world.files(), world.folder / "out", world.folder / "whole"
    world.run("export", "*", "--to", str(whole))
    expected = {path.name: path.read_bytes() for path in whole.iterdir()}
    words = ("export", "*", "--to", str(target))  # it fails if it ends, because a file of the demo is damaged
    world.kill(lambda: target.exists() and any(target.iterdir()), seconds, *words, ends=FAILED)
    found = {path.name: path.read_bytes() for path in target.iterdir()} if target.exists() else {}
    assert {name: data for name, data in found.items() if not name.endswith(".part")}.items() <= expected.items()
    assert world.files() == before
    world.run("export", "*", "--to", str(target))
    left = {path.name: path.read_bytes() for path in target.iterdir()}
    assert {name: data for name, data in left.items() if data or not name.endswith(".part")} == expected


def memory(world: World, seconds: float) -> None:
    """Kill a reading that is remembered: what is told afterwards is the truth."""
    world.kill(lambda: any(path.is_file() for path in world.home.rglob("*")), seconds, "list", "--json")
    assert json.loads(world.run("list", "--json")) == json.loads(world.run("list", "--json", "--no-memory"))
    assert world.run("list", "--files") == world.run("list", "--files", "--no-memory")


def state(world: World, seconds: float) -> None:
    """Kill a search for Pythons that is remembered: the file is whole or absent."""
    world.kill(lambda: any(world.home.rglob("*pythons.json*")), seconds, "list", "is:unusable", ends=NO_MATCH)
    for path in world.home.rglob("pythons.json"):
        assert StateFile(path).known() or not path.stat().st_size
    world.run("list", "is:unusable")


def offline(world: World, seconds: float) -> None:
    """Kill cachetui while a command runs: the cache is as it was, and the next start removes what is left."""
    before, place = world.files(), world.home / ".cache" / "cachetui" / "offline"
    wait = (sys.executable, "-c", "import time; time.sleep(0.1)")
    world.kill(lambda: any(place.glob("run-*")), seconds, "offline", "--", *wait)
    assert world.files() == before
    world.run("offline", "--", sys.executable, "-c", "pass")
    assert world.files() == before
    assert not place.exists()


KINDS: dict[str, Callable[[World, float], None]] = {
    "removal": removal,
    "export": export,
    "memory": memory,
    "state": state,
    "offline": offline,
}


def main() -> int:
    """Kill for some minutes; return the exit code."""
    parser = argparse.ArgumentParser(description="Kill cachetui at random moments, and look at what is left.")
    parser.add_argument("minutes", type=float)
    end, rounds, failed = time.monotonic() + 60 * parser.parse_args().minutes, 0, 0
    while time.monotonic() < end:
        for name, kind in KINDS.items():
            seconds = random.uniform(0, 0.5)
            folder = Path(tempfile.mkdtemp())
            try:
                kind(World(folder), seconds)
            except AssertionError as error:
                failed += 1
                sys.stdout.write(f"{name}, killed {seconds:.3f} s after its first change: {error}\n")
            finally:
                shutil.rmtree(folder)
            rounds += 1
    sys.stdout.write(f"{rounds} kills, {failed} left what they should not\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
