from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from cachetui.system import parallel_io
from cachetui.system.parallel_io import parallel_map


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every task look as if it read the disk."""
    blocks = count(step=parallel_io.MANY)
    monkeypatch.setattr(parallel_io, "blocks_read", lambda: next(blocks))


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every task look as if it never read the disk."""
    monkeypatch.setattr(parallel_io, "blocks_read", lambda: 7)


def test_there_is_a_processor() -> None:
    assert parallel_io.usable_processors() >= 1


def test_what_the_disk_gave_never_shrinks() -> None:
    before = parallel_io.blocks_read()
    assert parallel_io.blocks_read() >= before >= 0


@pytest.mark.usefixtures("fast")
def test_one_thread_does_what_needs_no_disk() -> None:
    assert set(parallel_map(lambda _: threading.get_ident(), range(20))) == {threading.get_ident()}


@pytest.mark.usefixtures("slow")
def test_several_threads_wait_for_a_disk_at_once() -> None:
    together = threading.Barrier(parallel_io.THREADS, timeout=20)

    def meet(number: int) -> int:
        if number:
            together.wait()
        return number

    assert list(parallel_map(meet, range(1 + 2 * parallel_io.THREADS))) == list(range(1 + 2 * parallel_io.THREADS))


def test_threads_end_with_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = count(step=parallel_io.MANY)
    cold = 1 + parallel_io.AT_ONCE
    monkeypatch.setattr(parallel_io, "blocks_read", lambda: next(blocks) if len(seen) < cold else 0)
    seen: list[int] = []

    def note(number: int) -> int:
        seen.append(threading.get_ident())
        return number

    assert len([*parallel_map(note, range(cold + 2 * parallel_io.AT_ONCE))]) == cold + 2 * parallel_io.AT_ONCE
    assert threading.get_ident() not in seen[1:cold]
    assert set(seen[-parallel_io.AT_ONCE :]) == {threading.get_ident()}


@pytest.mark.usefixtures("slow")
def test_results_come_in_order_and_nothing_is_left_running() -> None:
    before = threading.active_count()

    assert list(parallel_map(str, range(300))) == [str(number) for number in range(300)]
    assert threading.active_count() == before


@pytest.mark.usefixtures("slow")
def test_an_error_of_a_job_comes_out() -> None:
    def fail(number: int) -> int:
        return 1 // (3 - number)

    with pytest.raises(ZeroDivisionError):
        list(parallel_map(fail, range(9)))


@pytest.mark.usefixtures("slow")
def test_whoever_has_seen_enough_leaves_no_thread() -> None:
    before = threading.active_count()

    results: Iterator[int] = parallel_map(lambda number: number, range(1_000))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    results.close()  # type: ignore[attr-defined]

    assert threading.active_count() == before
