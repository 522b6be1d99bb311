"""The encodings that a text file may have, best first: by its mark, by a declaration, or by its bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.text.blocks import BOMS, BadByteError, SevenBitError

__all__ = ["SEARCHED", "candidates", "next_candidates", "refused"]

SEARCHED = 1 << 16
_STEP = 1 << 20
_SEVEN_BIT = ["iso2022_jp", "iso2022_jp_ext"]
_EUC = ["euc_jp", "euc_jis_2004"]  # the second has ①, ㈱ and the like, which Windows writes, too
_ESCAPES = ((re.compile(rb"\x1b\$\)C"), "ISO-2022-KR"), (re.compile(rb"\x1b\$(?:A|\)[AEG])"), "ISO-2022-CN"))
_UTF_7 = re.compile(rb"\+[A-Za-z0-9+/]{3,}-?")
_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]+")
_WIDE = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_FEWEST_WIDE = 3
_FEWEST_NULS, _FEWEST_LETTERS = 0.3, 8
# In Japanese text nearly all letters of EUC-JP are signs, digits, kana and kanji of the first level.
_COMMON = frozenset([0xA1, 0xA3, 0xA4, 0xA5, *range(0xB0, 0xD0)])
_EUC_PAIR = re.compile(rb"\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|([\xa1-\xfe])[\xa1-\xfe]")
_KANA = (0xA4, 0xA5)
_MOSTLY, _NEARLY_ALL, _MANY = 0.8, 0.9, 20


def candidates(start: bytes, declared: str | None, path: Path) -> list[str]:
    """Return the encodings to try: that of the mark, the declared one, or those that the first bytes suggest.

    Args:
        start: The beginning of the file, :data:`SEARCHED` bytes of a file that is longer.
        declared: The encoding, where that is known.
        path: The file, for messages.

    Raises:
        SourceError: If no encoding has the declared name, or the bytes are of one that is not read.
    """
    named = _standard_name(declared, path)
    by_mark = next((name for mark, name in BOMS if start.startswith(mark)), None)
    if by_mark and named in (None, "utf-8", by_mark):
        return [by_mark]
    if named:
        return [named]
    _refuse_other_seven_bit(start, path)
    unmarked = _unmarked_utf16(start)
    return [unmarked] if unmarked else ["utf-8", "cp932"]


def next_candidates(path: Path, start: bytes, failure: BadByteError, file: BinaryIO) -> list[str]:
    """Return what to try after UTF-8 has failed.

    Args:
        path: The file, for messages.
        start: Its beginning, as for :func:`candidates`.
        failure: Where it is not UTF-8.
        file: Its content.

    Raises:
        SourceError: If the lines before the failure are certainly UTF-8, so that the file has two encodings, or its
            end is missing.
    """
    if isinstance(failure, SevenBitError):
        return list(_SEVEN_BIT)
    lines = b"".join(start.splitlines(keepends=True)[: failure.line])
    if len(_WIDE.findall(lines)) >= _FEWEST_WIDE:
        if failure.is_cut:
            raise SourceError("text-cut", file=path, line=failure.line + 1) from None
        raise SourceError(
            "encoding-mixed", file=path, encoding="UTF-8", line=failure.line + 1, bytes=failure.shown
        ) from None
    return list(_EUC) if _is_euc(_japanese_lines(file)) else ["cp932"]


def refused(path: Path, failures: Sequence[tuple[str, BadByteError]]) -> SourceError:
    """Return the error for a file that no encoding fits: where the one breaks that fits the longest part of it."""
    encoding, best = failures[-1]
    for name, failure in reversed(failures):
        if failure.line > best.line:
            encoding, best = name, failure
    tried = [name for name, _ in failures]
    line = best.line + 1
    if best.is_cut:
        return SourceError("text-cut", file=path, line=line)
    if best.is_mixed and best.line:
        return SourceError("encoding-mixed", file=path, encoding="Shift_JIS（CP932）", line=line, bytes=best.shown)
    return SourceError("encoding-unknown", file=path, tried=tried, encoding=encoding, line=line, bytes=best.shown)


def _standard_name(declared: str | None, path: Path) -> str | None:
    """Return the name by which Python knows an encoding.

    >>> _standard_name("UTF8", Path("a.csv"))
    'utf-8'
    """
    try:
        return codecs.lookup(declared).name if declared else None
    except LookupError:
        raise SourceError("encoding-name", file=path, name=declared) from None


def _refuse_other_seven_bit(start: bytes, path: Path) -> None:
    """Raise for text in seven bits that is not of ISO-2022-JP: without this it would be read as ASCII signs."""
    if b"\x1b$" in start:
        for pattern, name in _ESCAPES:
            if pattern.search(start):
                raise SourceError("encoding-unsupported", file=path, name=name)
    if b"+" in start and start.isascii() and _is_utf_7(start):
        raise SourceError("encoding-unsupported", file=path, name="UTF-7")


def _is_utf_7(text: bytes) -> bool:
    r"""Return whether letters of Japanese are written as UTF-7 does.

    >>> _is_utf_7("名称,住所".encode("utf-7") + b"\n"), _is_utf_7(b"+81-3-0000-0001,+ABC-")
    (True, False)
    """
    words = [_decoded(found, "utf-7") for found in _UTF_7.findall(text)]
    return bool(words) and all(word is not None and _JAPANESE.fullmatch(word) for word in words)


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unmarked_utf16(start: bytes) -> str | None:
    r"""Return the UTF-16 whose text this is without a mark: of its ASCII letters every other byte is 0.

    >>> _unmarked_utf16("名称,住所\n1,2\n".encode("utf-16-le")), _unmarked_utf16("見\0本".encode())
    ('utf-16-le', None)
    """
    whole = start[: len(start) & ~1]
    first, second = whole[0::2].count(0), whole[1::2].count(0)
    few = max(first, second) < max(_FEWEST_NULS * len(whole) / 2, _FEWEST_LETTERS)
    if bool(first) == bool(second) or (few and _is_utf8(start)):
        return None
    encoding = "utf-16-be" if first else "utf-16-le"
    return encoding if _decoded(whole, encoding) is not None else None


def _is_utf8(start: bytes) -> bool:
    """Return whether the whole lines at a beginning are UTF-8."""
    return _decoded(start[: start.rfind(b"\n") + 1] or start, "utf-8") is not None


def _japanese_lines(file: BinaryIO) -> bytes:
    """Return lines of a file from the first one that is not ASCII on, about :data:`SEARCHED` bytes."""
    file.seek(0)
    while piece := file.read(_STEP):
        if not piece.isascii():
            at = next(at for at, sign in enumerate(piece) if sign >= 0x80)  # noqa: PLR2004
            begin = piece.rfind(b"\n", 0, at) + 1
            return (piece[begin:] + file.read(SEARCHED) + file.readline(SEARCHED))[: SEARCHED * 2]
    return b""


def _is_euc(sample: bytes) -> bool:
    """Return whether text that is not UTF-8 is EUC-JP; as CP932 it would be half-width katakana without a meaning.

    >>> _is_euc("名称,めぐろ".encode("euc_jp")), _is_euc("名称,ﾒｸﾞﾛ".encode("cp932")), _is_euc("ｱｲ,ﾆｼ".encode("cp932"))
    (True, False, False)
    """
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    if all(_decoded(whole, encoding) is None for encoding in _EUC):
        return False
    if _decoded(whole, "cp932") is None:
        return True
    firsts = [found[1][0] for found in _EUC_PAIR.finditer(whole) if found[1]]
    common = sum(first in _COMMON for first in firsts)
    has_kana = any(first in _KANA for first in firsts)
    if has_kana:
        return common >= _MOSTLY * len(firsts)
    return len(firsts) >= _MANY and common >= _NEARLY_ALL * len(firsts)
