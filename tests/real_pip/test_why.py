"""Cachetui's prediction of what pip would do, compared with what that pip then does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

import pytest

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, Format, page_headers
from cachetui.insight.health.checks import check
from cachetui.insight.health.verification import verify
from cachetui.model import Entry
from cachetui.pip.scan.scanner import scan
from tests.real_pip.collection import BACKEND, PYPROJECT, Release, sdist, wheel
from tests.real_pip.lab import Lab, asker_with

Damage = Callable[[bytes], bytes]


def cut(data: bytes) -> bytes:
    """Return the first half."""
    return data[: len(data) // 2]


def emptied(_: bytes) -> bytes:
    """Return nothing."""
    return b""


def changed(data: bytes) -> bytes:
    """Return data with changed bytes in the middle of a member, or of the packed data."""
    middle = len(data) // 2
    return data[:middle] + bytes([byte ^ 0x55 for byte in data[middle : middle + 8]]) + data[middle + 8 :]


def spoil(file: Path, damage: Damage, page: Entry | None = None) -> None:
    """Damage a built wheel, or the body of a page, which may lie in its record."""
    data = file.read_bytes()
    if page is not None and len(page.files) == 1:
        at = data.index(b"\x1f\x8b")  # a body within a record has its length before it: only its bytes may change
        data, head = data[at:], data[:at]
        body = changed(data[: len(data) // 2]) + data[len(data) // 2 :]
        file.write_bytes(head + body)
        return
    file.write_bytes(damage(data))


def tagged(project: str, version: str, tag: str) -> Release:
    """Return a wheel with another tag than its content has: pip goes by the name."""
    return wheel(project, version, f"{project.replace('-', '_')}-{version}-{tag}.whl")


def for_python(release: Release, versions: str) -> Release:
    """Return a wheel that names its Pythons in its metadata only."""
    return release._replace(
        metadata=release.metadata.replace(b"Summary:", f"Requires-Python: {versions}\nSummary:".encode())
    )


class WhyPipDidThat:
    """Tests for one pip; `version` says which. Each uses projects of its own: they share the cache and the index."""

    version: ClassVar[str]
    goes_by_pages: ClassVar[bool]
    """Whether it uses index pages without asking the server again, as long as the server allows."""

    def test_another_cached_version_is_never_the_reason(self, lab: Lab) -> None:
        lab.publish(wheel("psycopg2", "2.4.1"), wheel("psycopg2", "2.4.4"))
        lab.keep("psycopg2==2.4.4")

        explanation = lab.foretold("psycopg2==2.4.1")

        assert explanation.forecast.asks is not self.goes_by_pages
        assert [(one.version, one.way) for one in explanation.takes] == [("2.4.1", "download")]
        assert [(held.sign, held.filename) for held in explanation.held] == [
            ("other", "psycopg2-2.4.4-py3-none-any.whl")
        ]
        again = lab.foretold("psycopg2==2.4.1")
        assert [(one.version, one.way) for one in again.takes] == [("2.4.1", "cache")]

    def test_what_was_published_since_is_not_on_the_page(self, lab: Lab) -> None:
        lab.publish(wheel("later", "1.0"))
        lab.keep("later")
        lab.publish(wheel("later", "2.0"))

        explanation, done = lab.why("later==2.0"), lab.does("later==2.0")

        assert (explanation.forecast.way, explanation.takes) == ("nothing" if self.goes_by_pages else "unknown", ())
        assert explanation.forecast.asks == bool(done.asked) is not self.goes_by_pages
        assert done.installed == ({} if self.goes_by_pages else {"later": "2.0"})
        assert explanation.tone == ("stale" if self.goes_by_pages else "not cached")
        if self.goes_by_pages:
            assert any("--refresh-package later" in command for command in lab.helps("later==2.0"))

    def test_a_release_whose_dependency_does_not_exist_is_passed_over(self, lab: Lab) -> None:
        lab.publish(
            wheel("needy", "1.0", requires="needed"),
            wheel("needy", "2.0", requires="needed>=99"),
            wheel("needed", "1.0"),
        )
        lab.keep("needy==1.0")
        lab.keep("needy==2.0", "needed")

        explanation = lab.foretold("needy")

        assert [(one.name, one.version) for one in explanation.takes] == [("needy", "1.0"), ("needed", "1.0")]
        assert any("needed>=99" in reason.words for reason in explanation.reasons)
        stopped = lab.foretold("needy==2.0")
        assert (stopped.tone, stopped.takes) == ("stops", ())
        assert "needed>=99" in stopped.verdict

    def test_pythons_that_only_the_metadata_names_count(self, lab: Lab) -> None:
        lab.publish(wheel("modern", "1.0"), for_python(wheel("modern", "2.0"), ">=3.99"))
        assert lab.does("modern").installed == {"modern": "1.0"}  # and now the metadata of 2.0 is in the cache

        explanation = lab.foretold("modern")

        assert [(one.version, one.way) for one in explanation.takes] == [("1.0", "cache")]
        assert any("3.99" in reason.words for reason in explanation.reasons)

    def test_a_built_wheel_replaces_its_sdist_until_it_is_removed(self, lab: Lab) -> None:
        lab.publish(sdist("made", "1.0"))
        lab.keep("made")

        explanation = lab.foretold("made")

        assert [(one.way, one.version) for one in explanation.takes] == [("built", "1.0")]
        removal = next(one for one in explanation.remedies if one.command.startswith("cachetui remove made==1.0"))
        assert removal.entries == (lab.entry("built", "made").path,)
        lab.remove(removal)
        assert lab.foretold("made").takes[0].way == "build"

    @pytest.mark.parametrize("damage", [cut, emptied, changed])
    def test_a_damaged_build_stops_pip_until_it_is_removed(self, lab: Lab, damage: Damage) -> None:
        name = f"broken-{damage.__name__}"
        lab.publish(sdist(name, "1.0"))
        lab.keep(name)
        built = lab.entry("built", name)
        spoil(lab.cache / built.files[0].path, damage)

        explanation = lab.foretold(name)

        assert (explanation.tone, explanation.forecast.way) == ("damaged", "nothing")
        assert explanation.steps[-1] == "stop with an error"
        assert "built here" in explanation.verdict
        assert [held.sign for held in explanation.held if held.path == built.path] == ["no"]
        removal = explanation.remedies[0]
        assert (removal.command.split(" --")[0], removal.entries) == (
            f"cachetui remove {name}==1.0 kind:built",
            (built.path,),
        )
        inventory = scan(lab.cache)
        told = {one.path for one in verify(inventory, inventory.entries).findings}
        assert built.path in told
        lab.remove(removal)
        assert lab.foretold(name).takes[0].way == "build"

    @pytest.mark.parametrize("damage", [cut, emptied, changed])
    def test_a_damaged_page_stops_pip(self, lab: Lab, damage: Damage) -> None:
        name = f"paged-{damage.__name__}"
        lab.publish(wheel(name, "1.0"))
        lab.keep(name)
        page = lab.entry("index", name)
        spoil(lab.cache / page.files[-1].path, damage, page)

        explanation = lab.foretold(name)

        assert (explanation.tone, explanation.forecast.way) == ("damaged", "nothing")
        assert f"the cached index page of {name}" in explanation.verdict
        assert page.path in [path for reason in explanation.reasons for path in reason.entries]
        inventory = scan(lab.cache)
        assert page.path in {one.path for one in verify(inventory, inventory.entries).findings}

    @pytest.mark.parametrize(
        ("file", "told"),
        [
            ('{"filename": "a-1.0.zip", "url": "http://[", "hashes": {}}', "lists what is no address"),
            ('{"filename": "a-1.0.zip", "url": "http://[::1/a-1.0.zip", "hashes": {}}', "lists what is no address"),
            ("5", "cannot be read"),
        ],
    )
    def test_a_page_on_which_pip_itself_fails_is_named(self, lab: Lab, file: str, told: str) -> None:
        name, now = f"odd-{sha256(file.encode()).hexdigest()[:8]}", time.time_ns()
        body = f'{{"meta": {{"api-version": "1.1"}}, "name": "{name}", "files": [{file}]}}'.encode()
        headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(body), at_ns=now, gzipped=False)
        form: Format = "cc=4" if lab.version == "23.2.1" else "v2"
        CacheWriter(lab.cache).answer(f"{lab.simple}/{name}/", body, headers, now, form=form)
        page = lab.entry("index", name)

        explanation = lab.why(name)

        done = lab.does(name)
        if self.goes_by_pages:
            assert (explanation.tone, done.code == 0) == ("damaged", False)
            assert any(told in reason.words for reason in explanation.reasons)
            assert explanation.remedies[0].command.startswith(f"cachetui remove {name} kind:index")
        inventory = scan(lab.cache)
        found = [*check(inventory, now_ns=now), *verify(inventory, inventory.entries).findings]
        assert page.path in {one.path for one in found}


class TestNewestPip(WhyPipDidThat):
    version = "26.3"
    goes_by_pages = True

    def test_a_page_whose_body_is_of_another_answer_is_named(self, lab: Lab) -> None:
        lab.publish(wheel("parted", "1.0"))
        lab.keep("parted")
        page = lab.entry("index", "parted")
        body = lab.cache / page.files[-1].path
        old = body.read_bytes()
        lab.publish(wheel("parted", "2.0"))
        lab.keep("parted", "--refresh-package", "parted")
        body.write_bytes(old)

        explanation = lab.foretold("parted==2.0")

        assert explanation.takes == ()
        assert "does not match its headers" in explanation.reasons[0].words
        assert [one for one in lab.helps("parted==2.0") if one.startswith("cachetui remove parted kind:index")]
        lab.remove(explanation.remedies[0])
        assert lab.does("parted==2.0").installed == {"parted": "2.0"}

    def test_a_wheel_that_is_not_what_its_page_lists_stops_pip(self, lab: Lab) -> None:
        lab.publish(wheel("spoilt", "1.0"))
        lab.keep("spoilt")
        body = lab.cache / lab.entry("wheel", "spoilt").files[-1].path
        data = bytearray(body.read_bytes())
        data[-30] ^= 1
        body.write_bytes(data)

        explanation = lab.foretold("spoilt==1.0")

        assert (explanation.tone, explanation.takes) == ("damaged", ())
        (offered,) = lab.helps("spoilt==1.0")
        assert offered.startswith("cachetui remove spoilt==1.0 kind:wheel")

    def test_an_address_published_anew_is_not_noticed(self, lab: Lab) -> None:
        first, second = sdist("direct", "1.0"), sdist("direct", "2.0")
        lab.publish(first)
        address = f"direct @ {lab.address(first)}"
        lab.keep(address)
        lab.index.files[first.path] = second._replace(filename=first.filename)

        explanation = lab.foretold(address)

        assert [(one.way, one.version) for one in explanation.takes] == [("built", "1.0")]
        assert explanation.reasons[0].entries == (lab.entry("built", "direct").path,)
        assert len(lab.helps(address)) >= 2

    def test_nothing_of_it_in_the_cache(self, lab: Lab) -> None:
        lab.publish(wheel("unheard", "1.0"), wheel("heard", "1.0"))
        lab.keep("heard")

        explanation = lab.why("unheard")

        assert (explanation.forecast.asks, explanation.forecast.way) == (True, "unknown")
        assert (explanation.held, explanation.remedies) == ((), ())

    def test_what_is_installed_is_kept(self, lab: Lab) -> None:
        lab.publish(wheel("there", "1.0"))
        lab.keep("there==1.0")
        assert lab.run("install", "there==1.0").returncode == 0
        lab.publish(wheel("there", "2.0"))

        explanation = lab.why("there")

        assert (explanation.tone, explanation.forecast.way) == ("installed", "installed")
        assert explanation.forecast.asks is False
        assert lab.run("install", "there").returncode == 0
        assert "there-1.0" in " ".join(path.name for path in lab.folder.rglob("there-*.dist-info"))
        (again,) = [one for one in explanation.remedies if one.arguments and "--force-reinstall" in one.arguments]
        assert again.command == f"{lab.asker.command} -m pip install --force-reinstall there"

    def test_a_release_that_only_the_other_layout_lists_is_downloaded(self, lab: Lab, tmp_path: Path) -> None:
        lab.publish(wheel("moved", "1.0"))
        replace(lab, asker=asker_with("23.2.1", tmp_path / "older")).keep("moved")

        explanation = lab.foretold("moved")

        assert [(one.version, one.way, one.why) for one in explanation.takes] == [("1.0", "download", "layout")]
        assert explanation.forecast.asks is True

    def test_the_old_build_of_an_archive_of_this_machine_is_taken(self, lab: Lab) -> None:
        archive = lab.home / "local-1.0.tar.gz"
        archive.write_bytes(sdist("local", "1.0").data)
        lab.keep(archive.as_uri())
        archive.write_bytes(
            artifacts.sdist(
                "local", "1.0", more=(("pyproject.toml", PYPROJECT), ("backend.py", BACKEND), ("x", b"new"))
            )
        )

        explanation = lab.foretold(f"local @ {archive.as_uri()}")

        assert [(one.way, one.version) for one in explanation.takes] == [("built", "1.0")]
        assert len(lab.helps(f"local @ {archive.as_uri()}")) >= 2


class TestChoiceOfTheNewestPip:
    """The choice among several files, by requirement."""

    version = "26.3"

    def test_the_index_of_a_setting_is_overridden_by_an_option(self, lab: Lab) -> None:
        lab.publish(wheel("twofold", "1.0"), wheel("twofold", "1.0+cpu", plain=True))
        lab.keep("twofold", "--extra-index-url", lab.plain)

        both = lab.foretold(f"pip install twofold --extra-index-url {lab.plain}")
        main = lab.foretold("twofold")
        other = lab.foretold(f"pip install twofold -i {lab.plain}")

        assert [one.takes[0].version for one in (both, main, other)] == ["1.0+cpu", "1.0", "1.0+cpu"]
        offered = lab.helps(f"pip install twofold==1.0 --extra-index-url {lab.plain}")
        assert any("twofold===1.0" in command for command in offered)

    def test_what_its_author_took_back_is_left_out_unless_it_is_named(self, lab: Lab) -> None:
        lab.publish(wheel("yanky", "1.0"), wheel("yanky", "2.0")._replace(yanked="broken"))
        lab.keep("yanky==2.0")

        assert [one.version for one in lab.foretold("yanky").takes] == ["1.0"]
        named = lab.foretold("yanky==2.0")
        assert [(one.version, one.yanked) for one in named.takes] == [("2.0", "broken")]
        assert lab.foretold("yanky>1.0").takes == ()

    def test_a_marker_that_is_false_leaves_nothing_to_do(self, lab: Lab) -> None:
        assert lab.foretold("psycopg2; python_version < '3'").tone == "skipped"

    def test_pre_releases_wait_for_their_option(self, lab: Lab) -> None:
        lab.publish(wheel("early", "2.0rc1"), wheel("early", "1.9"), wheel("soon", "1.0rc1"))
        lab.keep("early==1.9", "soon==1.0rc1")

        assert lab.foretold("early").takes[0].version == "1.9"
        assert lab.foretold("early --pre").takes[0].version == "2.0rc1"
        lab.foretold("soon")

    def test_constraints_of_a_variable_count(self, lab: Lab) -> None:
        lab.publish(wheel("held", "1.0"), wheel("held", "2.0"))
        lab.keep("held==1.0")
        constraints = lab.folder / "constraints.txt"
        constraints.write_text("held<2\n", encoding="utf-8")

        assert lab.foretold("held").takes[0].version == "2.0"
        assert lab.foretold(f"PIP_CONSTRAINT={constraints} pip install held").takes[0].version == "1.0"
        assert lab.foretold(f"PIP_CONSTRAINT={constraints} pip install held==2.0").takes == ()

    def test_of_equal_files_of_two_indexes_the_last_is_taken(self, lab: Lab) -> None:
        lab.publish(wheel("tie", "1.0"), wheel("tie", "1.0", plain=True))
        lab.keep("tie", "--extra-index-url", lab.plain)
        lab.keep("tie")

        one = lab.foretold(f"pip install tie --extra-index-url {lab.plain}")
        other = lab.foretold(f"pip install tie -i {lab.plain} --extra-index-url {lab.simple}")

        assert one.takes[0].url.partition("#")[0] != other.takes[0].url.partition("#")[0]

    def test_an_archive_without_a_name_is_built(self, lab: Lab) -> None:
        release = sdist("bare", "1.0")
        lab.publish(release)
        archive = lab.home / release.filename
        archive.write_bytes(release.data)

        local, remote = lab.foretold(f"pip install {archive}"), lab.foretold(lab.address(release))

        assert [(one.name, one.version, one.way) for one in local.takes] == [("bare", "1.0", "local-build")]
        assert [(one.name, one.version, one.way) for one in remote.takes] == [("bare", "1.0", "download-build")]

    def test_an_address_with_a_name_behind_it(self, lab: Lab) -> None:
        release = wheel("egged", "1.0")
        lab.publish(release)
        lab.keep(f"egged @ {lab.address(release)}")

        assert lab.foretold(f"{lab.address(release)}#egg=egged").takes[0].way == "cache"
        wrong = f"egged @ {lab.address(release)}#sha256={'0' * 64}"
        assert lab.foretold(wrong).tone == "damaged"

    def test_no_binary_has_pip_build_what_it_could_take(self, lab: Lab) -> None:
        lab.publish(wheel("choice", "1.0"), sdist("choice", "1.0"), wheel("bound", "1.0"))
        lab.keep("choice==1.0", "bound")

        assert lab.foretold("choice --no-binary :all:").takes[0].way == "download-build"
        assert lab.foretold("bound --no-binary bound").takes == ()

    def test_a_wheel_for_another_python_is_no_candidate(self, lab: Lab) -> None:
        lab.publish(
            wheel("numba", "0.53.1"),
            tagged("numba", "0.60.0", "cp27-cp27m-win_amd64"),
            tagged("numba", "0.59.0", "py3-none-any"),
            tagged("foreign", "1.0", "cp27-cp27m-win_amd64"),
        )
        lab.keep("numba==0.53.1")

        explanation = lab.foretold("numba")

        assert explanation.takes[0].version == "0.59.0"
        assert any("0.60.0 is newer" in reason.words for reason in explanation.reasons)
        lab.does("foreign")
        assert lab.foretold("foreign").takes == ()

    def test_hashes_of_a_lock_file_count(self, lab: Lab) -> None:
        release = wheel("locked", "1.0")
        lab.publish(release)
        lab.keep("locked")
        good = release.listed("").sha256

        assert lab.foretold(f"locked==1.0 --hash=sha256:{good}").takes[0].way == "cache"
        assert lab.foretold(f"locked==1.0 --hash=sha256:{'0' * 64}").takes == ()

    def test_a_hash_that_no_page_lists_stops_pip_behind_the_download(self, lab: Lab) -> None:
        release = wheel("unlike", "2.0")
        lab.publish(wheel("unlike", "1.0"), release)
        lab.keep("unlike==1.0")

        good = lab.why(f"unlike==2.0 --hash=sha256:{release.listed('').sha256}")
        stopped = lab.foretold(f"unlike==2.0 --hash=sha256:{'0' * 64}")

        assert (stopped.tone, stopped.takes) == ("stops", ())
        assert stopped.verdict.startswith(f"pip would download {release.filename} and stop")
        assert [(one.version, one.way) for one in good.takes] == [("2.0", "download")]

    def test_a_clone_is_told_before_anything_is_written(self, lab: Lab) -> None:
        for address in (f"git+{lab.index.url}/x.git@main#egg=x", f"git+{lab.index.url}/x.git"):
            explanation = lab.why(f"pip install -e {address}" if "egg" in address else f"pip install {address}")
            assert "clone" in explanation.verdict
            assert "sealed" not in " ".join([explanation.verdict, *explanation.pip_says])

    def test_limits_of_all_sources_count_for_what_is_in_the_cache(self, lab: Lab) -> None:
        lab.publish(wheel("bounded", "1.0"), wheel("bounded", "2.0"))
        lab.keep("bounded==1.0")
        lab.keep("bounded==2.0")
        limits = lab.folder / "limits.txt"
        limits.write_text("bounded<2\n", encoding="utf-8")

        held = lab.foretold(f"pip install bounded -c {limits}").held
        assert {one.filename: one.sign for one in held} == {
            "bounded-1.0-py3-none-any.whl": "yes",
            "bounded-2.0-py3-none-any.whl": "other",
        }
        stopped = lab.foretold(f"pip install bounded>=2 -c {limits}")
        assert "limits bounded to <2" in stopped.verdict

    def test_a_folder_that_is_no_project_is_refused(self, lab: Lab) -> None:
        assert lab.foretold(f"pip install -e {lab.home}").tone == "stops"
        assert lab.foretold(f"pip install {lab.home}").tone == "stops"

    def test_without_an_index_no_download_is_found_again(self, lab: Lab) -> None:
        lab.publish(wheel("offline", "1.0"))
        lab.keep("offline")

        explanation = lab.foretold("pip install --no-index offline")

        assert (explanation.tone, explanation.takes) == ("stops", ())
        assert "cachetui export offline --to wheels" in explanation.reasons[0].words


class TestPipThatAlwaysAsks(WhyPipDidThat):
    version = "25.0.1"
    goes_by_pages = False


class TestPipWithOneFileEach(WhyPipDidThat):
    version = "23.2.1"
    goes_by_pages = False
