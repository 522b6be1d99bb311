"""Many tasks by several processes: order, errors, and processes that are killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pool_work
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locations import ROOT

from meguro_opendata.errors import ConfigurationError
from meguro_opendata.jobs import Lost, run


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_results_come_in_the_order_of_the_tasks(jobs: int) -> None:
    """Whichever task ends first, and however many processes there are, more than tasks included."""
    assert list(run(range(6), pool_work.double, jobs)) == [0, 2, 4, 6, 8, 10]


@settings(max_examples=3)
@given(st.lists(st.integers(0, 50), max_size=5), st.integers(1, 4))
def test_processes_make_no_difference(tasks: list[int], jobs: int) -> None:
    """Any number of tasks by any number of processes gives what one process gives."""
    assert list(run(tasks, pool_work.double, jobs)) == [2 * task for task in tasks]


@pytest.mark.parametrize(("tasks", "jobs"), [([], 4), ([1], 4), ([1, 2, 3], 1)])
def test_one_task_and_one_job_run_here(tasks: list[int], jobs: int) -> None:
    """No process is started where it could not save time."""
    assert set(run(tasks, pool_work.own_process, jobs)) <= {os.getpid()}


def test_several_processes_share_the_tasks() -> None:
    """Two processes, neither of them this one."""
    used = set(run(range(8), pool_work.own_process, 2))
    assert (len(used) in (1, 2), os.getpid() in used) == (True, False)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_travels_to_its_place_in_the_order(jobs: int) -> None:
    """What comes before is there, then the error as it was raised, whole."""
    results = run(range(4), pool_work.fail_on_two, jobs)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ConfigurationError) as raised:
        next(results)
    assert [fault.code for fault in raised.value.faults] == ["file-missing"]


@pytest.mark.parametrize("killers", [(1,), (0, 4), (0, 1, 2, 3, 4)])
def test_only_the_task_that_kills_its_process_is_lost(killers: tuple[int, ...], tmp_path: Path) -> None:
    """It is tried twice; every other task is done, and done once, since no other process is touched."""
    work = partial(pool_work.killed_by, killers=killers, marks=tmp_path)
    assert list(run(range(5), work, 2)) == [Lost(task) if task in killers else task for task in range(5)]
    tries = {int(path.name): len(path.read_text(encoding="ascii")) for path in tmp_path.iterdir()}
    assert tries == {task: 2 if task in killers else 1 for task in range(5)}


def test_a_process_that_is_killed_while_it_answers_is_not_waited_for() -> None:
    """The rest of its result never comes; the task is tried once more, then lost, and the others are done."""
    found: list[object] = []
    work = partial(pool_work.killed_while_answering, killers=(1, 2))
    reader = threading.Thread(target=lambda: found.extend(run(range(4), work, 2)), daemon=True)
    reader.start()
    reader.join(60)
    assert found == [bytes(1_000_000), Lost(1), Lost(2), bytes([3]) * 1_000_000]


@pytest.mark.parametrize(("task", "kind"), [(0, ValueError), (1, TypeError)])
def test_an_error_says_where_in_the_process_it_was_raised(task: int, kind: type[Exception]) -> None:
    """Also one about a result that cannot be sent: it is raised here, and the process is not lost."""
    results = run([task, task], pool_work.two_errors, 2)
    with pytest.raises(kind) as raised:
        next(results)
    assert "_answered" in "".join(raised.value.__notes__)


def test_a_task_whose_process_was_killed_by_chance_is_done_after_all(tmp_path: Path) -> None:
    """The second try gives the result."""
    assert list(run(range(5), partial(pool_work.killed_once, marks=tmp_path), 3)) == [0, 1, 2, 3, 4]


def test_a_process_that_is_killed_while_idle_costs_nothing() -> None:
    """Its next task goes to another process."""
    results = run(range(4), pool_work.own_and_kill_idle, 2)
    used = []
    for result in results:
        used.append(result)
        time.sleep(0.8)
    assert not any(isinstance(one, Lost) for one in used)
    assert len(used) == 4


@pytest.mark.parametrize("killers", [(), (1,)])
def test_nothing_is_left_running(killers: tuple[int, ...], tmp_path: Path) -> None:
    """Threads that are still closing when the interpreter ends would print to stderr."""
    before = threading.active_count()
    list(run(range(4), partial(pool_work.killed_by, killers=killers, marks=tmp_path), 2))
    assert (threading.active_count(), multiprocessing.active_children()) == (before, [])


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED here: signals to a group are of Unix")
def test_an_interrupt_ends_the_parent_after_the_tasks_that_run(tmp_path: Path) -> None:
    """Ctrl-C reaches parent and processes alike: nothing stops in its middle, nothing further begins."""
    code = (
        "from functools import partial; from pathlib import Path; import sys, pool_work\n"
        "from meguro_opendata.jobs import run\n"
        "if __name__ == '__main__':\n"
        "    list(run(range(20), partial(pool_work.mark_and_wait, marks=Path(sys.argv[1])), 2))\n"
    )
    program = tmp_path / "program.py"
    program.write_text(code, encoding="utf-8")
    marks = tmp_path / "marks"
    marks.mkdir()
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support"), str(ROOT / "tests")])
    process = subprocess.Popen(
        [sys.executable, str(program), str(marks)],
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list(marks.glob("*.begun")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    begun = {path.stem for path in marks.glob("*.begun")}
    assert begun == {path.stem for path in marks.glob("*.done")}
    assert 1 <= len(begun) <= 4
    assert (process.returncode != 0, told.count(b"KeyboardInterrupt")) == (True, 1)
