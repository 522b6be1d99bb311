"""The terminal gate: the one way to stdout and stderr, where control characters are written out and tokens masked.

`open_gate` replaces the two streams of the process, so that what other libraries print (usage errors, warnings, logs,
tracebacks) passes here, too. `tests/architecture/test_gate.py` holds that no module writes past it.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import TextIO

from meguro_opendata.messages.harmless import harmless, mask_tokens

__all__ = ["Gate", "OutputLostError", "beneath", "close_lost_talk", "close_output", "open_gate"]

_HANDLER = "meguro-opendata"
_TWINS = {
    "\u301c": "\uff5e",
    "\u2212": "\uff0d",
    "\u2014": "\u2015",
    "\u2016": "\u2225",
    "\u00a0": " ",
    "\u2022": "\u30fb",
}


class OutputLostError(Exception):
    """Raised when stdout or stderr cannot be written; ``__cause__`` is the system's error."""


class Gate(io.TextIOBase):
    """A text stream that passes everything on to another one, harmless and without tokens.

    It has no ``buffer``: libraries that look for one (click does, on an ASCII console and on Windows) would write
    past it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._encoding = stream.encoding
        if isinstance(stream, io.TextIOWrapper):
            # A console that claims to be ASCII gets UTF-8, as click does it, so that Japanese is shown.
            ascii_only = codecs.lookup(stream.encoding or "ascii").name == "ascii"
            stream.reconfigure(encoding="utf-8" if ascii_only else None, errors=_HANDLER)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Return the encoding that the stream had before the gate."""
        return self._encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """Return how characters that the encoding lacks are replaced."""
        return self._stream.errors

    def write(self, text: str) -> int:
        """Write a text.

        Raises:
            OutputLostError: If the stream cannot be written.
        """
        try:
            self._stream.write(harmless(mask_tokens(text)))
        except OSError as error:
            raise OutputLostError from error
        return len(text)

    def flush(self) -> None:
        """Flush the stream.

        Raises:
            OutputLostError: If the stream cannot be written.
        """
        try:
            self._stream.flush()
        except OSError as error:
            raise OutputLostError from error

    def isatty(self) -> bool:
        """Return whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the stream's file descriptor."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    @property
    def beneath(self) -> TextIO:
        """Return the stream itself, for a progress bar: it needs control characters and shows no text of users."""
        return self._stream


def open_gate() -> None:
    """Put the gate before stdout and stderr; a program without a console (Windows' ``pythonw``) writes to nowhere."""
    codecs.register_error(_HANDLER, _replace)
    sys.stdout = _gated(sys.stdout)
    sys.stderr = _gated(sys.stderr)


def _gated(stream: TextIO | None) -> TextIO:
    if isinstance(stream, Gate):
        return stream
    return Gate(_nowhere() if stream is None else stream)  # type: ignore[return-value]


def beneath(stream: TextIO) -> TextIO:
    """Return the stream behind the gate, or the stream itself where no gate is open."""
    return stream.beneath if isinstance(stream, Gate) else stream


def close_output() -> None:
    """Discard whatever is still printed on stdout, so that the interpreter's last flush meets no error."""
    sys.stdout = _gated(_nowhere())


def close_lost_talk() -> None:
    """Discard what could not be written on stderr: the interpreter's last flush would change the exit code."""
    try:
        sys.stderr.flush()
    except (OutputLostError, OSError):
        sys.stderr = _gated(_nowhere())


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Give each character that the encoding lacks its twin, else ``?``."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = "".join(_twin(sign, error.encoding) for sign in error.object[error.start : error.end])
    return text, error.end


def _twin(sign: str, encoding: str) -> str:
    twin = _TWINS.get(sign, "?")
    try:
        twin.encode(encoding)
    except UnicodeEncodeError:
        return "?"
    return twin
