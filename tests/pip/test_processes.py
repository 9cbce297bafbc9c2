from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cachetui.pip.processes import running_programs, runs


@pytest.mark.parametrize(
    "command",
    [
        "pip install x",
        "/venv/bin/pip3.11 install x",
        "python -m pip install x",
        "/usr/bin/python3.12 -Im pip install x",
        "python -mpip",
        "python3 -I -X utf8 -W error -m pip cache dir",
        "python3 -m pip.__main__",
        "/usr/bin/python3 /venv/bin/pip install x",
        "python pip-26.3-py3-none-any.whl/pip install x",
        "python /venv/lib/python3.12/site-packages/pip/__main__.py install",
        "python /venv/lib/python3.12/site-packages/pip install --ignore-installed",
        "python /tmp/pip-standalone/__env_pip__.zip/pip install",
        "python pip.pyz install x",
        "python /pip/__pip-runner__.py install x",
        r"C:\Python312\python.exe -m pip install x",
        r"C:\Python312\Scripts\pip.exe install x",
        "pypy3.10 -m pip download x",
        "py -m pip install x",
    ],
)
def test_it_knows_a_pip(command: str) -> None:
    assert runs(command.split())


@pytest.mark.parametrize(
    "command",
    [
        "",
        "python",
        "python -",
        "python - pip",
        "python -c pip",
        "python -m pipx run pip",
        "python -m pytest pip",
        "python -Wm script.py",
        "python -Xmodule -m venv pip",
        "python script.py pip",
        "pipx install x",
        "pipenv install",
        "uv pip install x",
        "vim pip",
        "grep pip",
        "conda install pip",
    ],
)
def test_it_knows_what_is_no_pip(command: str) -> None:
    assert not runs(command.split())


@pytest.mark.parametrize(
    "command",
    [
        "pipenv install",
        "/usr/bin/python3 /venv/bin/pipenv lock",
        "python -m pipenv sync",
        "python -m pipenv.resolver",
        "python -m pip install x",
        "python /venv/lib/python3.12/site-packages/pipenv/patched/pip/__pip-runner__.py install",
    ],
)
def test_it_knows_other_programs_when_asked(command: str) -> None:
    assert runs(command.split(), ("pip", "pipenv"))
    assert not runs(command.split(), ("poetry",))


@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("poetry", "poetry install"),
        ("poetry", "poetry@preview install"),
        ("poetry", "/home/me/.local/bin/poetry-1.8 lock"),
        ("poetry", "/usr/bin/python3 /home/me/.local/bin/poetry@1.8.0 lock"),
        ("poetry", r"C:\bin\poetry_2.exe lock"),
        ("poetry", "poetry1.8 lock"),
        ("pipenv", "pipenv-2024.0.1 sync"),
        ("pipenv", "python /home/me/.local/bin/pipenv@next sync"),
    ],
)
def test_it_knows_a_program_with_a_suffix(program: str, command: str) -> None:
    assert runs(command.split(), ("pip", program))
    assert not runs(command.split())


@pytest.mark.parametrize("command", ["poetryx install", "python -m poetrys", "pip-audit", "pip@next install"])
def test_it_knows_no_program_by_the_beginning_of_its_name(command: str) -> None:
    assert not runs(command.split(), ("pip", "poetry", "pipenv"))


def test_it_finds_a_pip_that_runs_but_not_one_of_its_own(tmp_path: Path) -> None:
    script = tmp_path / "pip"
    script.write_text("import sys\nprint('ready', flush=True)\nsys.stdin.read()\n")
    asking = "from cachetui.pip.processes import running_programs; print(*running_programs())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as pip:
        assert pip.stdout is not None
        assert pip.stdout.readline() == "ready\n"
        assert pip.pid not in running_programs()
        seen = subprocess.run(
            [sys.executable, "-c", asking], capture_output=True, text=True, check=True, env=environment
        ).stdout.split()
        assert str(pip.pid) in seen
        pip.communicate("")
    assert not psutil.pid_exists(pip.pid)
