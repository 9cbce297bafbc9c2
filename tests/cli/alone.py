"""Runs `python -m cachetui` as if no pip ran on this machine: `python -m tests.cli.alone`."""

from __future__ import annotations

from collections.abc import Sequence

from cachetui.pip import processes


def no_pips(programs: Sequence[str] = ()) -> tuple[int, ...]:
    """Stand in for `running_programs`."""
    return ()


if __name__ == "__main__":
    processes.running_programs = no_pips
    from cachetui.cli.main import main

    main()
