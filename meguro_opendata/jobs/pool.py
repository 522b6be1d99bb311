"""Many tasks shared among several processes: results in order; a killed process costs at most its own task."""

from __future__ import annotations

import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, TypeVar

__all__ = ["Lost", "run"]

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Lost(Generic[Task]):
    """A task without a result: each process that worked on it was killed."""

    task: Task


def run(tasks: Sequence[Task], work: Callable[[Task], Result], jobs: int) -> Iterator[Result | Lost[Task]]:
    """Yield the result of each task in the order of the tasks, as soon as it and all earlier ones are ready.

    A task whose process is killed runs once more, alone. If that process is killed, too, the task is lost; the
    other tasks go on. Processes ignore Ctrl-C: the caller receives it, no further task begins, and running ones end.

    Args:
        tasks: The tasks; each can be pickled.
        work: The function for each task: a function of a module, or a ``partial`` of one.
        jobs: The largest number of processes. A single task, and any number of tasks by one job, run in this process.

    Raises:
        Exception: The exception that ``work`` raised, at its task's place in the order.
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
    """Several worker processes; tasks are identified by their numbers."""

    def __init__(self, tasks: Sequence[Task], work: Callable[[Task], Result], jobs: int) -> None:
        self._tasks = tasks
        self._work = work
        self._jobs = jobs
        self._waiting = deque(range(len(tasks)))
        self._again: deque[int] = deque()
        self._retried: set[int] = set()
        self._ended: dict[int, _Done | Lost[Task]] = {}
        self._running: dict[Connection, tuple[int, _Worker]] = {}
        self._idle: list[_Worker] = []

    def result(self, number: int) -> Result | Lost[Task]:
        """Return one task's result, or raise its exception; keep every process busy until the result is ready."""
        while number not in self._ended:
            self._start()
            for connection in wait(list(self._running)):
                self._end(connection)  # type: ignore[arg-type]  # they are those that were given
        ended = self._ended.pop(number)
        if isinstance(ended, Lost):
            return ended
        if ended.error is not None:
            raise ended.error
        result: Result = ended.result
        return result

    def _start(self) -> None:
        """Give every idle process a task; a task that runs for the second time runs alone.

        A process is killed mostly because the system ran out of memory; alone, the task has all of it.
        """
        if not self._again:
            while len(self._running) < self._jobs and self._waiting:
                self._submit(self._waiting.popleft())
        elif not self._running:
            self._renew()
            self._submit(self._again.popleft())

    def _submit(self, number: int) -> None:
        worker = self._idle.pop() if self._idle else _Worker(self._work)
        while not worker.take(self._tasks[number]):  # It was killed while it had no task.
            worker.dismiss()
            worker = _Worker(self._work)
        self._running[worker.connection] = (number, worker)

    def _end(self, connection: Connection) -> None:
        number, worker = self._running.pop(connection)
        done = worker.answer()
        if done is not None:
            self._idle.append(worker)
            self._ended[number] = done
            return
        worker.dismiss()
        if number in self._retried:
            self._ended[number] = Lost(self._tasks[number])
        else:
            self._retried.add(number)
            self._again.append(number)

    def _renew(self) -> None:
        """End the idle processes, which still occupy the memory of their last tasks; new ones start when needed."""
        while self._idle:
            self._idle.pop().dismiss()

    def dismiss(self) -> None:
        """End every process after its current task; wait only for the idle ones."""
        for _, worker in self._running.values():
            worker.connection.close()
        self._renew()


@dataclass(frozen=True)
class _Done:
    """The answer to a task: its result, or the exception that it raised."""

    result: Any = None
    error: BaseException | None = None


class _Worker:
    """One worker process, which works on one task after another.

    The standard library's pool is not used. It reports that a process was killed, but not with which task. Its parent
    keeps both ends of the result pipe open, so that it waits for ever for the rest of a result whose process was killed
    while writing. Here only the worker process itself has the other end.
    """

    def __init__(self, work: Callable[[Any], Any]) -> None:
        # Spawned, not forked: a fork copies the locks of threads that do not exist in it (polars has threads).
        context = get_context("spawn")
        self.connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, work))
        with _interrupts_held_back():
            self._process.start()
        other.close()

    def take(self, task: object) -> bool:
        """Send a task, and return whether the process is alive to receive it."""
        if not self._process.is_alive():
            return False
        try:
            self.connection.send(task)
        except OSError:  # It was killed just now.
            return False
        return True

    def answer(self) -> _Done | None:
        """Return the answer to the task; ``None`` if the process was killed."""
        try:
            done: _Done = self.connection.recv()
        except (EOFError, OSError):
            return None
        return done

    def dismiss(self) -> None:
        """End the process, which has no task."""
        self.connection.close()
        self._process.join()
        self._process.close()


def _serve(connection: Connection, work: Callable[[Any], Any]) -> None:
    """Work on tasks until there are no more, or until the parent process is gone."""
    _leave_interrupts_to_the_parent()
    try:
        # A future holds whatever a task raises, for the parent to raise.
        with ThreadPoolExecutor(1) as thread:
            while True:
                connection.send_bytes(_answer(thread.submit(_answered, work, connection.recv())))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _answered(work: Callable[[Any], Any], task: object) -> memoryview:
    """Return the answer to a task as bytes to send."""
    return ForkingPickler.dumps(_Done(work(task)))


def _answer(ended: Future[memoryview]) -> memoryview:
    """Return the answer to a task; an exception carries its traceback as a note, since pickling drops it."""
    error = ended.exception()
    if error is None:
        return ended.result()
    error.add_note("".join(traceback.format_exception(error)))
    return ForkingPickler.dumps(_Done(error=error))


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Block interrupts while a process starts, so that Ctrl-C cannot reach it before it ignores interrupts."""
    if sys.platform == "win32":  # It has no such masks; there, a Ctrl-C within a process's start shows a traceback.
        yield
        return
    # ``multiprocessing`` starts its tracker with the first process, and unblocks interrupts when it has done so.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
