"""A text file in blocks of whole records, decoded strictly and never held as a whole."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

__all__ = [
    "BOMS",
    "MOST_RECORDS",
    "SMALL",
    "BadByteError",
    "Block",
    "RecordTooLongError",
    "SevenBitError",
    "TooManyColumnsError",
    "TooManyRecordsError",
    "TooUnevenError",
    "blocks",
    "count",
    "refuse_bad_bytes",
    "utf8",
    "without_marks",
]

BOMS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# A file of so few bytes is read record by record: what reads blocks takes longer to load than that takes.
SMALL = 1 << 16
LONGEST_RECORD = 1 << 26
MOST_RECORDS = 5_000_000
_PIECE = 1 << 23
_STEP = 1 << 20
_BREAK, _MARK = b'\n"'
# Encodings in which the bytes of a line break, a comma and a quotation mark mean nothing else.
_ASCII_INSIDE = ("utf-8", "utf-8-sig", "cp932")
_LONGEST_LOOK = 1 << 16
_CUT = ("unexpected end of data", "incomplete multibyte sequence")
# What Python's CP932 maps to control or private letters though the encoding has no such letter.
_NO_LETTERS = "\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3"
# What kana in UTF-8 become when they are read as CP932; four Japanese letters in UTF-8, which are no word in CP932.
_KANA_MISREAD = "縺繝繧"
_UTF8_IN_CP932 = re.compile(rb"(?:\xe3[\x80-\x83][\x80-\xbf]|[\xe4-\xe9][\x80-\xbf]{2}){4}")
_SEVEN_BIT = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
_MARK_SIGNS = re.compile(codecs.BOM_UTF8)
_LINE_MARKS = re.compile(rb"(?:\A|(?<=[\r\n]))(?:\xef\xbb\xbf)+")


class BadByteError(Exception):
    """Bytes that an encoding does not have.

    Attributes:
        line: How many line breaks stand before them in the block (UTF-16 and UTF-32: in the file).
        shown: The first of them, in hexadecimal.
        is_mixed: Whether they are certainly of another encoding than the lines before.
        is_cut: Whether they are the beginning of a letter at the very end.
    """

    def __init__(self, line: int, shown: str, *, is_mixed: bool = False, is_cut: bool = False) -> None:
        super().__init__(line, shown)
        self.line = line
        self.shown = shown
        self.is_mixed = is_mixed
        self.is_cut = is_cut

    def after(self, line: int) -> BadByteError:
        """Return the same, counted from a place that many lines before the block."""
        return type(self)(line + self.line, self.shown, is_mixed=self.is_mixed, is_cut=self.is_cut)


class SevenBitError(BadByteError):
    """Escape sequences of ISO-2022-JP in what was read as UTF-8, of which they are valid bytes with another meaning."""


class RecordTooLongError(Exception):
    """A record that is longer than any table's."""


class TooManyColumnsError(Exception):
    """A record of more cells than any table has; the only argument is their number."""


class TooManyRecordsError(Exception):
    """More records than are read of one file."""


class TooUnevenError(Exception):
    """A record of so many cells that the others, made as wide, would fill the memory; the argument is their number."""


class Block(NamedTuple):
    """Some whole records; ``marks`` is the number of quotation marks in them."""

    raw: bytes
    marks: int


def blocks(path: Path, encoding: str, *, quoted: bool = True) -> Iterator[Block]:
    """Yield the file in blocks that end behind a line break; the first is small, so that its header is known early.

    Each is in the file's own encoding, of UTF-16 and UTF-32 in UTF-8; :func:`utf8` makes text of it.

    Args:
        path: The file.
        encoding: Its encoding.
        quoted: End blocks only where an even number of quotation marks stands before, so that they hold whole records.

    Raises:
        BadByteError: If a byte is not of the encoding (UTF-16 and UTF-32 only).
        RecordTooLongError: If no record ends within :data:`LONGEST_RECORD` bytes.
    """
    with path.open("rb") as file:
        rest = b""
        for piece in _pieces(file, encoding):
            rest = rest + piece if rest else piece
            end, marks = _record_end(rest) if quoted else (rest.rfind(b"\n") + 1, 0)
            if end:
                yield Block(rest[:end], marks)
                rest = rest[end:]
            elif len(rest) > LONGEST_RECORD:
                raise RecordTooLongError
        if rest := rest.rstrip(b"\x1a"):
            yield Block(rest, count(rest, b'"'))


def utf8(raw: bytes, encoding: str) -> bytes:
    """Return a block in UTF-8. One that is in UTF-8 comes as it is, unchecked: :func:`refuse_bad_bytes` does that.

    Raises:
        BadByteError: If a byte is not of the encoding.
        SevenBitError: If text that should be UTF-8 is ISO-2022-JP.
    """
    if encoding == "utf-8":
        _refuse_seven_bit(raw)
    if encoding != "cp932" or raw.isascii():
        return raw
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError as error:
        raise _bad_byte(raw, error.start, error) from None
    found = [at for at in map(text.find, _NO_LETTERS) if at >= 0]
    if found:
        raise _bad_byte(raw, len(text[: min(found)].encode("cp932")))
    _refuse_mixed(raw, text)
    return text.encode("utf-8")


def _refuse_seven_bit(raw: bytes) -> None:
    if b"\x1b" in raw and raw.isascii() and (escape := _SEVEN_BIT.search(raw)):
        raise SevenBitError(raw[: escape.start()].count(b"\n"), raw[escape.start() :][:8].hex(" "))


def _refuse_mixed(raw: bytes, text: str) -> None:
    """Raise for lines of UTF-8 in what was read as CP932, of which they are valid bytes with another meaning."""
    if any(sign in text for sign in _KANA_MISREAD) and (other := _UTF8_IN_CP932.search(raw)):
        raise BadByteError(raw[: other.start()].count(b"\n"), other[0][:8].hex(" "), is_mixed=True)


def without_marks(block: bytes) -> tuple[bytes, list[int] | None]:
    r"""Return a block in UTF-8 without byte order marks at the beginning of its lines, and on which lines they stood.

    ``None`` for the lines says that there are no marks in it at all.
    Such marks are left where files were put one behind the other, and would hide a quotation mark behind them.

    >>> without_marks(codecs.BOM_UTF8 + b"a\nb\n" + codecs.BOM_UTF8 + b"c\n")
    (b'a\nb\nc\n', [0, 2])
    """
    if _MARK_SIGNS.search(block) is None:
        return block, None
    lines, line, seen = list[int](), 0, 0
    for found in _LINE_MARKS.finditer(block):
        line, seen = line + block.count(b"\n", seen, found.start()), found.start()
        lines.append(line)
    return _LINE_MARKS.sub(b"", block), lines


def count(block: bytes, sign: bytes) -> int:
    """Return the number of times a byte is in a block."""
    return block.count(sign)


def refuse_bad_bytes(block: bytes) -> None:
    """Raise :class:`BadByteError` for the first byte of a block that is not UTF-8."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad_byte(block, error.start, error) from None


def _pieces(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    if encoding in _ASCII_INSIDE:
        begin, size = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0, min(SMALL, _PIECE)
        while raw := _whole_lines(file, begin, size):
            yield raw
            begin, size = begin + len(raw), _PIECE
        return
    decoder, line = codecs.getincrementaldecoder(encoding)(), 0
    while raw := file.read(_PIECE):
        text = _decoded(decoder, raw, line)
        line += text.count(b"\n")
        yield text
    yield _decoded(decoder, b"", line, final=True)


def _whole_lines(file: BinaryIO, begin: int, size: int) -> bytes:
    """Return about so many bytes from a place on, up to the end of a line, which is found first to save a copy."""
    file.seek(begin + size)
    rest = len(file.readline(LONGEST_RECORD))
    file.seek(begin)
    return file.read(size + rest)


def _decoded(decoder: codecs.IncrementalDecoder, raw: bytes, line: int, *, final: bool = False) -> bytes:
    try:
        return decoder.decode(raw, final).encode("utf-8")
    except UnicodeDecodeError as error:
        line += error.object[: error.start].decode(error.encoding, errors="replace").count("\n")
        raise BadByteError(line, error.object[error.start : error.start + 8].hex(" ")) from None


def _bad_byte(raw: bytes, at: int, error: UnicodeDecodeError | None = None) -> BadByteError:
    is_cut = error is not None and error.reason in _CUT
    line = raw[raw.rfind(b"\n", 0, at) + 1 :][:_LONGEST_LOOK].partition(b"\n")[0]
    other = _UTF8_IN_CP932.search(line) if error is not None and error.encoding == "cp932" else None
    shown = (other[0] if other else raw[at:])[:8].hex(" ")
    return BadByteError(raw[:at].count(b"\n"), shown, is_mixed=other is not None, is_cut=is_cut)


def _record_end(block: bytes) -> tuple[int, int]:
    """Return where the last whole record of a block ends (0 if none does), and the quotation marks before that.

    The search goes backwards in steps, so that a quotation that never ends costs no more than one that does.
    """
    end = block.rfind(b"\n") + 1
    marks = count(block[:end], b'"') if b'"' in block else 0
    return _whole_record_end(block, end, marks) if marks % 2 else (end, marks)


def _whole_record_end(block: bytes, end: int, marks: int) -> tuple[int, int]:
    import numpy as np

    while end:
        begin = max(end - _STEP, 0)
        signs = np.frombuffer(block, dtype=np.uint8, count=end - begin, offset=begin)
        seen = np.cumsum(signs == _MARK, dtype=np.int64)
        before = marks - int(seen[-1])
        whole = np.flatnonzero((signs == _BREAK) & ((before + seen) % 2 == 0))
        if len(whole):
            return begin + int(whole[-1]) + 1, before + int(seen[whole[-1]])
        end, marks = begin, before
    return 0, 0
