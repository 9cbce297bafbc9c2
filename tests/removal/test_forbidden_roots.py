from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.errors import RefusedError
from cachetui.model import Inventory
from cachetui.removal.forbidden_roots import refuse
from tests.inventories import inventory_of, write_record


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    root = tmp_path.resolve() / "pip"
    write_record(root, "a")
    return inventory_of(root)


def test_a_cache_of_ones_own_is_fine(inventory: Inventory) -> None:
    refuse(inventory, named=False, purge=True, home=None)


def test_the_top_of_the_file_system_is_refused() -> None:
    with pytest.raises(RefusedError, match="is the top of the file system"):
        refuse(Inventory(Path.cwd().anchor), named=True, purge=False, home=None)


@pytest.mark.parametrize("below", [".", "home", "some/where/deeper"])
def test_the_home_directory_and_what_lies_above_it_are_refused(inventory: Inventory, below: str) -> None:
    home = Path(inventory.root, below)
    with pytest.raises(RefusedError, match="is the home directory"):
        refuse(inventory, named=True, purge=False, home=home)


def test_the_home_directory_is_known_from_the_environment(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, inventory.root)
    with pytest.raises(RefusedError, match="home directory"):
        refuse(inventory, named=True, purge=False, home=None)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="only the environment knows it there")
def test_the_home_directory_is_known_from_the_system_alone(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pwd  # noqa: PLC0415 - exists where os.getuid does

    def unknown() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", unknown)
    own = pwd.getpwuid(os.getuid())
    monkeypatch.setattr(pwd, "getpwuid", lambda _: pwd.struct_passwd([*own[:5], inventory.root, own[6]]))
    with pytest.raises(RefusedError, match="home directory"):
        refuse(inventory, named=True, purge=False, home=None)


def test_the_home_directory_is_known_by_another_name(inventory: Inventory, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(inventory.root, target_is_directory=True)
    with pytest.raises(RefusedError, match="home directory"):
        refuse(inventory, named=True, purge=False, home=link)
    with pytest.raises(RefusedError, match="home directory"):
        refuse(replace(inventory, root="/another/name"), named=True, purge=False, home=Path(inventory.root, "user"))


def test_a_home_directory_that_lies_elsewhere_or_nowhere_is_fine(inventory: Inventory, tmp_path: Path) -> None:
    refuse(inventory, named=True, purge=False, home=tmp_path)
    refuse(inventory, named=True, purge=False, home=Path("/nowhere/at/all"))


def test_what_bears_no_sign_of_pip_is_refused(inventory: Inventory) -> None:
    with pytest.raises(RefusedError, match="contains nothing that pip writes"):
        refuse(replace(inventory, recognised=False), named=True, purge=False, home=None)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can try")
def test_the_superuser_must_name_a_cache_that_belongs_to_somebody_else(inventory: Inventory) -> None:
    os.chown(inventory.root, 65_534, 65_534)
    with pytest.raises(RefusedError, match=r"belongs to another user \(uid 65534\)"):
        refuse(inventory, named=False, purge=False, home=None)
    refuse(inventory, named=True, purge=False, home=None)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there is no sudo")
def test_the_home_directory_of_who_ran_sudo_is_refused(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd  # noqa: PLC0415 - exists where os.getuid does

    other = next((one for one in pwd.getpwall() if one.pw_uid != os.getuid() and Path(one.pw_dir).is_dir()), None)
    if other is None:
        pytest.skip("no other user has a home here")
    monkeypatch.setenv("SUDO_UID", str(other.pw_uid))
    with pytest.raises(RefusedError, match=r"home directory|top of the file system"):
        refuse(replace(inventory, root=str(Path(other.pw_dir).resolve())), named=True, purge=False, home=None)
    monkeypatch.setenv("SUDO_UID", "4294000000")  # nobody has this number
    refuse(inventory, named=True, purge=False, home=None)


def test_a_home_directory_that_is_a_loop_of_links_is_fine(inventory: Inventory, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    refuse(inventory, named=True, purge=False, home=loop)
