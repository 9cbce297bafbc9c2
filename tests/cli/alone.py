"""Runs `python -m cachetui` as if no pip ran on this machine: `python -m tests.cli.alone`."""

from __future__ import annotations

from cachetui.pip import processes


def no_pips() -> tuple[int, ...]:
    """Stand in for `running_pips`."""
    return ()


if __name__ == "__main__":
    processes.running_pips = no_pips
    from cachetui.cli.main import main

    main()
