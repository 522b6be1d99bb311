"""The exception tree: raised only when the work cannot go on; problems in data are findings, not exceptions.

Each error holds a code of the message catalogue and its parameters; ``str(error)`` gives the text in the language
of ``MEGURO_OPENDATA_LANG`` (Japanese by default), :func:`meguro_opendata.messages.error_text` in any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from meguro_opendata import messages

__all__ = [
    "ConfigurationError",
    "CoordinateError",
    "EntryError",
    "ExitCode",
    "Fault",
    "GuardError",
    "HeaderUnsureError",
    "MeguroOpendataError",
    "MissingGridError",
    "OutsideGridError",
    "PortalError",
    "RefusedError",
    "SourceError",
    "StaleError",
    "StorageError",
    "UncertainError",
    "UnknownCrsError",
    "UnknownMunicipalityError",
    "UnknownStandardError",
]


class ExitCode(IntEnum):
    """The code with which a command ends, a promise to whoever calls it; of several faults, mostly the highest.

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


_SHOWN = 10


class MeguroOpendataError(Exception):
    """The root of the tree; ``exit_code`` is what the command line returns for it."""

    exit_code: ExitCode = ExitCode.WRONG_USE

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = {name: _readable(value) for name, value in params.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        # As exceptions are pickled otherwise, they are made anew from the code alone, which most classes refuse.
        return _unpickled, (type(self), self.args), self.__dict__

    def __str__(self) -> str:
        return self.text(messages.default_language())

    def text(self, lang: str) -> str:
        """What happened, where, and what to do, in ``lang``; lines joined by newlines."""
        return messages.error_text(self.code, self.params, lang)


class SourceError(MeguroOpendataError):
    """A source file that cannot be read, or no longer is what its recipe says."""


class HeaderUnsureError(SourceError):
    """Raised when the header line of a table is not certain and was not given."""

    exit_code = ExitCode.NOT_CLEAN


class UnknownCrsError(MeguroOpendataError):
    """A coordinate reference system that is not in the table, or that a file does not declare."""


class MissingGridError(MeguroOpendataError):
    """A datum step whose correction grid nobody has added."""


class CoordinateError(MeguroOpendataError):
    """Coordinates that cannot be what they are said to be; ``indices`` are their places, counted from 0."""

    def __init__(self, code: str, *, indices: Sequence[int], **params: object) -> None:
        shown = [str(index) for index in indices[:_SHOWN]]
        more = ["..."] if len(indices) > _SHOWN else []
        super().__init__(code, indices=[*shown, *more], **params)
        self.indices = tuple(indices)


class OutsideGridError(CoordinateError):
    """Points where a correction grid has no nodes."""


class UnknownMunicipalityError(MeguroOpendataError):
    """A municipality code that no municipality has."""


class UnknownStandardError(MeguroOpendataError):
    """A standard's id or version that is not in the catalogue, or a schema file that is damaged."""


@dataclass(frozen=True)
class Fault:
    """One fault in a configuration file: the path inside it, a message code and its parameters."""

    path: str
    code: str
    params: dict[str, object]


class ConfigurationError(MeguroOpendataError):
    """All faults of one recipe, workspace or strategy file at once."""

    head = "configuration"

    def __init__(self, file: Path | str, faults: list[Fault]) -> None:
        super().__init__(self.head, file=file, count=len(faults))
        self.faults = tuple(faults)

    def text(self, lang: str) -> str:
        """Return the file, then one line a fault: path inside the file, what is wrong, what to do."""
        head = messages.error_text(self.code, self.params, lang)
        lines = [
            f"- {self._place(fault, lang)}: {messages.error_text(fault.code, {**self.params, **fault.params}, lang)}"
            for fault in self.faults
        ]
        return "\n".join([head, *lines])

    def _place(self, fault: Fault, lang: str) -> str:
        return fault.path


class EntryError(ConfigurationError):
    """All faults at once of what somebody wants to enter, from a table (by row) or on the command line."""

    head = "entries"

    def _place(self, fault: Fault, lang: str) -> str:
        return messages.message("row-place", lang, row=fault.path) if fault.path.isdigit() else fault.path


class StorageError(MeguroOpendataError):
    """A folder or file that cannot be written: permission, a full disk, a file open in another program."""

    exit_code = ExitCode.NO_ACCESS


class PortalError(MeguroOpendataError):
    """A portal that cannot be reached or refuses."""

    exit_code = ExitCode.NO_ACCESS


class GuardError(MeguroOpendataError):
    """A guard that refuses: a stale plan, a loss of rows."""

    exit_code = ExitCode.REFUSED


class StaleError(GuardError):
    """Something on the portal is not any more what it was when the plan was made."""


class RefusedError(PortalError):
    """A portal that refuses what was sent; ``fields`` are the names of the fields that it complains of."""

    def __init__(self, code: str, fields: Iterable[str], **params: object) -> None:
        super().__init__(code, **params)
        self.fields = frozenset(fields)


class UncertainError(PortalError):
    """A portal that gave no answer, so that nobody knows whether it acted; ``wait`` is how long it asks to wait."""

    wait: float | None = None


def _unpickled(kind: type[MeguroOpendataError], args: tuple[object, ...]) -> MeguroOpendataError:
    error = kind.__new__(kind)
    error.args = args
    return error


def _readable(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
