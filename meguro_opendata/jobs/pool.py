"""Many tasks by several processes: results in order, and a killed process costs at most the task that it worked on."""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Generic, TypeVar

__all__ = ["Lost", "run"]

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Lost(Generic[Task]):
    """A task without a result: each process that worked on it was killed."""

    task: Task


def run(tasks: Sequence[Task], work: Callable[[Task], Result], jobs: int) -> Iterator[Result | Lost[Task]]:
    """Yield the result of each task, in the order of the tasks, as soon as it and all before it are there.

    A task whose process is killed runs once more, alone. If that process is killed, too, the task is lost; the
    others go on. Processes ignore Ctrl-C: the caller gets it, no further task begins, and those that run end.

    Args:
        tasks: What is to be worked on; each can be pickled.
        work: What is done with a task: a function of a module, or a ``partial`` of one.
        jobs: How many processes at most; a single task, or any number by one job, runs in this process.

    Raises:
        Exception: What ``work`` raises, at its task's place in the order.
    """
    if min(jobs, len(tasks)) <= 1:
        yield from map(work, tasks)
        return
    crew = _Crew(tasks, work, min(jobs, len(tasks)))
    try:
        yield from map(crew.result, range(len(tasks)))
    finally:
        crew.dismiss()


class _Crew(Generic[Task, Result]):
    """Several processes at work on tasks, which are called by their numbers."""

    def __init__(self, tasks: Sequence[Task], work: Callable[[Task], Result], jobs: int) -> None:
        self._tasks = tasks
        self._work = work
        self._waiting = deque(range(len(tasks)))
        self._again: deque[int] = deque()
        self._retried: set[int] = set()
        self._ended: dict[int, Future[Result] | Lost[Task]] = {}
        self._running: dict[Future[Result], tuple[int, ProcessPoolExecutor]] = {}
        # A pool of one process each: of a larger pool the library tells only that some process was killed, not which
        # task it had, and it stops the innocent ones in the middle of their work.
        self._idle = [_one_process() for _ in range(jobs)]

    def result(self, number: int) -> Result | Lost[Task]:
        """Return one task's result, or raise its exception; keep every process busy until it is there."""
        while number not in self._ended:
            self._start()
            for future in wait(self._running, return_when=FIRST_COMPLETED).done:
                self._end(future)
        ended = self._ended.pop(number)
        return ended if isinstance(ended, Lost) else ended.result()

    def _start(self) -> None:
        """Give every idle process a task; a task that runs once more has the machine's memory for itself."""
        if not self._again:
            while self._idle and self._waiting:
                self._submit(self._waiting.popleft())
        elif not self._running:
            self._renew()
            self._submit(self._again.popleft())

    def _submit(self, number: int) -> None:
        process = self._idle.pop()
        with _interrupts_held_back():
            try:
                future = process.submit(self._work, self._tasks[number])
            except BrokenProcessPool:  # It was killed while it had no task.
                process.shutdown()
                process = _one_process()
                future = process.submit(self._work, self._tasks[number])
        self._running[future] = (number, process)

    def _end(self, future: Future[Result]) -> None:
        number, process = self._running.pop(future)
        if not isinstance(future.exception(), BrokenProcessPool):
            self._idle.append(process)
            self._ended[number] = future
            return
        process.shutdown()
        self._idle.append(_one_process())
        if number in self._retried:
            self._ended[number] = Lost(self._tasks[number])
        else:
            self._retried.add(number)
            self._again.append(number)

    def _renew(self) -> None:
        """End the idle processes, which keep the memory of their last tasks; new ones start when they get a task."""
        for process in self._idle:
            process.shutdown()
        self._idle = [_one_process() for _ in self._idle]

    def dismiss(self) -> None:
        """Let every process end, after the task that it may be working on."""
        for _, process in self._running.values():
            process.shutdown(wait=False, cancel_futures=True)
        # These are waited for: at its exit, the interpreter wakes each pool's thread, and one that is just closing then
        # tells of a bad file descriptor.
        for process in self._idle:
            process.shutdown()


def _one_process() -> ProcessPoolExecutor:
    # Spawned, not forked: a fork copies the locks of threads that do not exist in it (polars has threads).
    return ProcessPoolExecutor(1, get_context("spawn"), _leave_interrupts_to_the_parent)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Start processes with interrupts blocked, so that none strikes one before it ignores them."""
    if sys.platform == "win32":  # It has no such masks; there, a Ctrl-C within a process's start shows a traceback.
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
