from __future__ import annotations

import os
import signal
import sys

import pytest

from cachetui.system.foreground import Foreground, shell_code, start_code


@pytest.mark.parametrize(
    ("code", "expected"), [(0, 0), (7, 7), (255, 255), (-9, 137), (-15, 143), (0xC000013A, -1_073_741_510)]
)
def test_the_exit_code_is_the_one_that_a_shell_gives(code: int, expected: int) -> None:
    assert shell_code(code) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_handlers_are_as_before_and_an_ignored_signal_stays_ignored() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    hung_up = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Foreground() as foreground:
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGUSR1)
            assert foreground.came == [signal.SIGUSR1]
            script = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
            assert foreground.run([sys.executable, "-c", f"import time\n{script}\ntime.sleep(60)"], os.environ) == 138
            assert foreground.came == []
    finally:
        signal.signal(signal.SIGHUP, hung_up)
    assert {number: signal.getsignal(number) for number in before} == before


def test_a_command_that_cannot_be_run_has_the_codes_of_env() -> None:
    with Foreground() as foreground, pytest.raises(OSError, match="no-such-command") as missing:
        foreground.run(["no-such-command"], os.environ)
    assert (start_code(missing.value), start_code(PermissionError(13, "denied"))) == (127, 126)
