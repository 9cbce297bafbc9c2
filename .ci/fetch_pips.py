"""Download the pips that the tests run, as wheels, into tests/wheelhouse; done at once when they are there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"


def main() -> int:
    """Download what is missing with this Python's pip and its settings; return pip's exit code."""
    wheelhouse = TESTS / "wheelhouse"
    for version in (TESTS / "real_pip" / "pips.txt").read_text(encoding="utf-8").split():
        if not (wheelhouse / f"pip-{version}-py3-none-any.whl").is_file():
            command = ("-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", "pip")
            done = subprocess.run(
                [sys.executable, *command, "--dest", wheelhouse, f"pip=={version}"], check=False, cwd=TESTS.parent
            )
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
