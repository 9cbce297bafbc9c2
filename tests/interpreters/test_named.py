from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from cachetui.errors import CachetuiError
from cachetui.interpreters.lookup import Python, default_python, prefix_of, python_at

posix = pytest.mark.skipif(sys.platform == "win32", reason="made of links")


def put(path: Path, text: str = "#!/bin/sh\n") -> Path:
    """Put something that runs at a place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def environment(folder: Path) -> Path:
    """Put an environment into a folder; return its interpreter."""
    interpreter = put(folder / "bin" / "python", "")
    (folder / "pyvenv.cfg").touch()
    return interpreter


@posix
def test_the_active_environment_comes_first(tmp_path: Path) -> None:
    active, conda, plain = tmp_path / "active", tmp_path / "conda", tmp_path / "plain"
    interpreter = environment(active)
    environ = {"VIRTUAL_ENV": str(active), "CONDA_PREFIX": str(conda), "PATH": str(plain / "bin")}
    put(plain / "bin/python", "")
    put(plain / "bin/python3", "")
    put(conda / "bin/python", "")
    assert default_python(environ) == Python(interpreter, active)
    interpreter.unlink()
    assert default_python(environ) == Python(conda / "bin/python", conda)
    del environ["CONDA_PREFIX"]
    assert default_python(environ) == Python(plain / "bin/python3", plain)
    (plain / "bin/python3").unlink()
    assert default_python(environ) == Python(plain / "bin/python", plain)
    (plain / "bin/python").unlink()
    assert default_python(environ) is None


@posix
def test_nothing_in_the_current_folder_is_ever_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "python3")
    put(tmp_path / "bin" / "python3")
    assert default_python({"PATH": f".{os.pathsep}bin{os.pathsep}"}) is None
    assert default_python({"PATH": ""}) is None
    assert default_python({"VIRTUAL_ENV": ".", "PATH": ""}) is None


@posix
def test_a_python_is_named_by_command_file_or_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter = environment(tmp_path / "env")
    command = put(tmp_path / "bin" / "python3.99", "")
    environ = {"PATH": str(tmp_path / "bin")}
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "python3.99", "the wrong one")
    expected = Python(interpreter, tmp_path / "env")
    assert python_at(str(tmp_path / "env"), environ) == expected
    assert python_at("env", environ) == expected
    assert python_at("env/bin/../bin/python", environ) == expected
    assert python_at("python3.99", environ) == Python(command, tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert python_at("~/env", environ) == expected


@posix
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent", "There is no Python called absent: name an interpreter, an environment's folder or a command."),
        ("", "There is no Python called nothing: name"),
        ("./absent", "There is no Python called ./absent: name"),
        ("dangling", "dangling is a broken link: name an interpreter"),
        ("loop", "loop is a broken link: name"),
        ("broken", "broken/bin/python3 is a broken link: name"),
        ("shut", "shut/bin/python is not executable: name"),
        ("pipe", "pipe is not a file: name"),
        ("folder", "There is no Python in the folder folder: name"),
        ("text", "text is not executable: name"),
        ("~nobody-at-all/x", "There is no Python called ~nobody-at-all/x: name"),
        ("a\0b", "There is no Python called a\0b: name"),
        ("x" * 5000, "There is no Python called xxx"),
    ],
)
def test_what_is_no_python_is_refused(name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").touch(0o644)
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    for folder in ("broken/bin", "shut/bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "broken/bin/python3").symlink_to("nowhere")
    (tmp_path / "shut/bin/python").touch(0o644)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CachetuiError) as refused:
        python_at(name, {"PATH": "/nowhere"})
    assert str(refused.value).startswith(message)


def own_prefix(executable: Path) -> Path:
    """Have an interpreter say its prefix itself."""
    done = subprocess.run(
        [executable, "-I", "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


def test_the_prefix_is_what_the_interpreter_itself_says(tmp_path: Path) -> None:
    venv.create(tmp_path / "env")
    inside = tmp_path / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    for executable in (Path(sys.executable), inside, Path(getattr(sys, "_base_executable", sys.executable))):
        assert python_at(str(executable)).prefix == own_prefix(executable)


@posix
def test_a_link_to_a_plain_python_leads_to_its_prefix(tmp_path: Path) -> None:
    real = put(tmp_path / "opt/python/bin/python3.11", "")
    put(tmp_path / "opt/python/lib/python3.11/os.py")
    link = tmp_path / "usr/bin/python3"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    assert prefix_of(link) == tmp_path / "opt/python"


@posix
def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "python3")
    assert prefix_of(tmp_path / "python3") == tmp_path.parent


@posix
def test_a_script_that_starts_a_python_has_no_prefix_to_speak_of(tmp_path: Path) -> None:
    assert prefix_of(put(tmp_path / "shims/python3")) == tmp_path
