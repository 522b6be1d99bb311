"""A program that limits its own memory and then runs another Python program, so that no input can fill the machine.

It imports nothing from this package: it must run where only Python itself is found. Its arguments are the number of
bytes, the name of a module or the path of a program, and the arguments of that program.
"""

from __future__ import annotations

import ctypes
import runpy
import sys
from typing import Any

__all__ = ["limit_memory"]

# From winnt.h: JobObjectExtendedLimitInformation, JOB_OBJECT_LIMIT_PROCESS_MEMORY and, so that a crash shows no dialog,
# JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION.
_EXTENDED_LIMITS = 9
_PROCESS_MEMORY, _DIE_UNASKED = 0x100, 0x400


class _Basic(ctypes.Structure):
    """``JOBOBJECT_BASIC_LIMIT_INFORMATION``."""

    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class _Extended(ctypes.Structure):
    """``JOBOBJECT_EXTENDED_LIMIT_INFORMATION``; the six counters are ``IO_COUNTERS``."""

    _fields_ = (
        ("BasicLimitInformation", _Basic),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


def limit_memory(memory: int) -> None:
    """Limit this process's memory, where the platform supports it.

    Args:
        memory: The number of bytes.

    Raises:
        OSError: If the system refuses the limit.
    """
    if sys.platform == "win32":
        limit_by_job(ctypes.WinDLL("kernel32", use_last_error=True), memory)
        return
    import resource

    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = memory if most == resource.RLIM_INFINITY else min(memory, most)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    except ValueError:  # macOS refuses limits below what is mapped already; time is limited all the same.
        return


def limit_by_job(kernel: Any, memory: int) -> None:
    """Put this process into a new Windows job whose processes are limited in memory.

    Args:
        kernel: ``kernel32.dll``.
        memory: The number of bytes.

    Raises:
        OSError: If Windows refuses.
    """
    handle = ctypes.c_void_p
    kernel.CreateJobObjectW.argtypes = (handle, ctypes.c_wchar_p)
    kernel.CreateJobObjectW.restype = handle
    kernel.SetInformationJobObject.argtypes = (handle, ctypes.c_int, handle, ctypes.c_uint32)
    kernel.SetInformationJobObject.restype = ctypes.c_int
    kernel.GetCurrentProcess.argtypes = ()
    kernel.GetCurrentProcess.restype = handle
    kernel.AssignProcessToJobObject.argtypes = (handle, handle)
    kernel.AssignProcessToJobObject.restype = ctypes.c_int
    limits = _Extended()
    limits.BasicLimitInformation.LimitFlags = _PROCESS_MEMORY | _DIE_UNASKED
    limits.ProcessMemoryLimit = memory
    # The job is never closed: it lasts as long as this process.
    job = kernel.CreateJobObjectW(None, None)
    if not (
        job
        and kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
        and kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())
    ):
        raise OSError(getattr(ctypes, "get_last_error", int)(), "job")


def _main() -> None:
    memory, program = int(sys.argv[1]), sys.argv[2]
    sys.argv = sys.argv[2:]
    limit_memory(memory)
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main()
