"""Exit codes: what a command says to the program that called it. They are a promise to users."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """The code with which a command ends; where several things went wrong, mostly the highest.

    >>> ExitCode.DONE == 0, f"{ExitCode.REFUSED}", ExitCode.INTERRUPTED == 130
    (True, '4', True)
    """

    # Done, nothing wrong.
    DONE = 0
    # The data has errors, or changes are pending where that was the question: also drift, a broken ledger, a fault of
    # this machine, and a question that was answered with no.
    NOT_CLEAN = 1
    # Wrong use, bad configuration or unreadable input.
    WRONG_USE = 2
    # Portal, network or permission trouble.
    NO_ACCESS = 3
    # Refused by a guard: stale plan, row loss, personal data, outside a standing approval.
    REFUSED = 4
    # A fault of the program itself.
    PROGRAM_FAULT = 5
    # Ended by Ctrl-C or a request to stop: 128 and the number of the signal, as shells have it.
    INTERRUPTED = 130

    @classmethod
    def of(cls, *, clean: bool) -> ExitCode:
        """Return the code of a command that did its work, by whether all that it looked at is in order.

        >>> ExitCode.of(clean=False)
        <ExitCode.NOT_CLEAN: 1>
        """
        return cls.DONE if clean else cls.NOT_CLEAN
