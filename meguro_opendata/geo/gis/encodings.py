"""The encoding of a GIS file's texts: what is said of it, held against the bytes themselves."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.geo.gis.words import file_words

__all__ = ["LETTERS", "attribute_encoding", "decoded", "in_bytes", "text_encoding", "write_in_utf8"]

LETTERS = "ISO-8859-1"  # in which every byte is a letter
_UTF8 = "utf-8"
_KNOWN = (_UTF8, "cp932")
_HALF = 3  # bytes of the longest letter, but one
_PART = 1 << 20
_TEXTS = ("geojson", "kml")
_TOLD = "--encoding, encoding:"
_BY_FORMAT = "GeoPackage, FlatGeobuf, GeoJSON, KML"
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")
_SHOWN = 20


def attribute_encoding(
    told: str | None,
    beside: str | None,
    names: Sequence[str],
    columns: Sequence[Sequence[str | None]],
    file: str,
    *,
    by_user: bool = True,
) -> str:
    """Return the encoding of a shapefile's names and texts, which were read as bytes written as letters.

    Args:
        told: Encoding given by the user or by the definition of the format.
        beside: Content of the ``.cpg`` file, unchanged.
        names: Of the fields.
        columns: Their values.
        file: Name of the file for messages.
        by_user: Whether it is the user who says it.

    Raises:
        SourceError: If the bytes are not in the encoding that is said, or in none that is known.
    """
    raws = _foreign([*names, *(text for column in columns for text in column if text)])
    said, known = (told, told) if told else _of_cpg(beside)
    if not raws:
        return known or _UTF8
    likely = _likely(raws, known)
    if likely is None:
        raise SourceError("gis-encoding-broken", file=file, example=_example(raws, None))
    if said and likely != known:
        code = "gis-encoding-differs" if known else "gis-encoding-unknown"
        by = _said_by(told, by_user=by_user)
        raise SourceError(code, file=file, said=said, by=by, found=likely, example=_example(raws, likely))
    return likely


def _said_by(told: str | None, *, by_user: bool) -> str:
    """Return the source of the encoding: the user, the definition of the format, or the ``.cpg``."""
    if told is None:
        return ".cpg"
    return _TOLD if by_user else _BY_FORMAT


def _likely(raws: Sequence[bytes], known: str | None) -> str | None:
    """Return the encoding in which the fewest texts are odd, first the one that is said; ``None`` if none fits.

    UTF-8 is never taken for another.

    >>> _likely(["﨑".encode("cp932")], "utf-8"), _likely(["見本".encode()[:-1]], "cp932")
    ('cp932', 'utf-8')
    """
    candidates = dict.fromkeys([known, *_KNOWN] if known else _KNOWN)
    fitting = {each: odd for each in candidates if (odd := _odd(raws, each)) is not None}
    if _UTF8 in fitting and any(map(_is_surely_utf8, raws)):
        return _UTF8
    return min(fitting, key=lambda each: fitting[each], default=None)


def _foreign(texts: Iterable[str]) -> list[bytes]:
    """Return the bytes of the distinct texts that are not ASCII alone."""
    return [text.encode(LETTERS, errors="replace") for text in dict.fromkeys(texts) if not text.isascii()]


def _of_cpg(beside: str | None) -> tuple[str | None, str | None]:
    """What a ``.cpg`` says, and the encoding that this means; the system's own, whatever it is, says nothing.

    >>> _of_cpg("UTF-8"), _of_cpg("932"), _of_cpg("ISO 88591"), _of_cpg("GB18030"), _of_cpg(None)
    (('UTF-8', 'utf-8'), ('932', 'cp932'), (None, None), ('GB18030', None), (None, None))
    """
    written = (beside or "").strip().lower()
    if not written or written in file_words()["unsaying_encodings"]["names"]:
        return None, None
    found: str | None = file_words()["encodings"].get(written)
    return (beside or "").strip(), found


def _odd(raws: Sequence[bytes], encoding: str) -> int | None:
    """Return how many texts lose half a letter, where a field was cut, or have letters that no Japanese office writes.

    ``None`` if one is in another encoding.
    """
    if encoding == "utf-16":
        return None
    wholes = [_whole_part(raw, encoding) for raw in raws]
    if None in wholes:
        return None
    return sum(
        not (_is_japanese(whole or "") and len((whole or "").encode(encoding)) == len(raw))
        for whole, raw in zip(wholes, raws, strict=True)
    )


def _is_japanese(text: str) -> bool:
    """Return whether a text has only letters of Windows' Japanese set: bytes of CP932 can be Korean in UTF-8.

    >>> _is_japanese("名称①"), _is_japanese("﨑①".encode("cp932").decode())
    (True, False)
    """
    return text == text.encode("cp932", errors="ignore").decode("cp932")


def _whole_part(raw: bytes, encoding: str) -> str | None:
    """Return the text without half a letter at its end; ``None`` if it is not in this encoding.

    >>> _whole_part("見本".encode("cp932")[:-1], "cp932"), _whole_part("見本".encode("cp932"), "utf-8")
    ('見', None)
    """
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        if len(raw) - error.start > _HALF or error.reason not in _CUT:
            return None
        return raw[: error.start].decode(encoding)


# Why Python's codecs say that the end of a text is missing.
_CUT = ("unexpected end of data", "incomplete multibyte sequence")


def _is_surely_utf8(raw: bytes) -> bool:
    """Return whether bytes are Japanese in UTF-8 with letters of three bytes or more; no CP932 text is by chance.

    >>> _is_surely_utf8("名称".encode()), _is_surely_utf8("ﾃｱ".encode("cp932"))
    (True, False)
    """
    text = _whole_part(raw, _UTF8)
    return text is not None and _is_japanese(text) and any(len(letter.encode()) > _HALF - 1 for letter in text)


def _example(raws: Sequence[bytes], encoding: str | None) -> str:
    """Return a text to recognise the right encoding by."""
    longest = max(raws, key=len)
    return (_whole_part(longest, encoding) or "" if encoding else longest.decode(_UTF8, errors="replace"))[:_SHOWN]


def decoded(text: str | None, encoding: str) -> tuple[str | None, bool]:
    """Return the text of bytes that were read as letters, and whether half a letter at its end was left out."""
    if text is None or text.isascii():
        return text, False
    raw = text.encode(LETTERS, errors="replace")
    whole = _whole_part(raw, encoding)
    if whole is None:
        return raw.decode(encoding, errors="replace"), False
    return whole, len(whole.encode(encoding, errors="replace")) < len(raw)


def in_bytes(head: bytes) -> bytes:
    """Return the beginning of a text file, in UTF-8 if it was in UTF-16."""
    return next(
        (head.decode(name, errors="ignore").encode() for mark, name in _MARKS.items() if head.startswith(mark)), head
    )


def text_encoding(path: Path, container: str, told: str | None) -> str | None:
    """Return the encoding that a GeoJSON or KML has to be read in, ``None`` if that is UTF-8 or the format is binary.

    Raises:
        SourceError: If the bytes are not in the encoding that is said: by the user, by the XML itself, or, of GeoJSON,
            by its definition.
    """
    if container not in _TEXTS:
        return None
    with path.open("rb") as file:
        head = file.read(1 << 10)
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    said = told or (_declared(head, marked) if container == "kml" else _UTF8)
    found = _found(path, said, marked)
    if found is None:
        raise SourceError("gis-encoding-broken", file=path.name, example="")
    if found != said:
        by = _TOLD if told else _SAYS[container]
        shown = {"said": said, "by": by, "found": found, "example": _line_of(path, found)}
        raise SourceError("gis-encoding-differs", file=path.name, **shown)
    return None if found == _UTF8 else found


# What says the encoding of a text file, where the user does not.
_SAYS = {"geojson": "GeoJSON (RFC 7946)", "kml": "<?xml ... ?>"}


def _declared(head: bytes, marked: str | None) -> str:
    """Return the encoding that XML declares, or its definition."""
    found = _DECLARED.match(head)
    written = found.group(1).decode("ascii").lower() if found else marked or _UTF8
    known: str = file_words()["encodings"].get(written, written)
    return known


def _found(path: Path, said: str, marked: str | None) -> str | None:
    """Return the encoding that a file is in: the one that is said, if it is that; UTF-8 is never taken for CP932."""
    if said == "cp932" and _is_in(path, _UTF8, marked) and not _reads(path, "ascii"):
        return _UTF8
    return next((each for each in dict.fromkeys([said, *_KNOWN, "utf-16"]) if _is_in(path, each, marked)), None)


def _is_in(path: Path, encoding: str, marked: str | None) -> bool:
    """Return whether a file is in an encoding; UTF-16 has its mark, since any bytes can be read as that."""
    if (marked == "utf-16") != (encoding == "utf-16"):
        return False
    return _reads(path, encoding)


def _reads(path: Path, encoding: str) -> bool:
    """Return whether the whole file is in an encoding."""
    try:
        for _ in _parts(path, encoding):
            pass
    except (UnicodeError, LookupError):
        return False
    return True


def _parts(path: Path, encoding: str) -> Iterator[str]:
    reader = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while data := file.read(_PART):
            yield reader.decode(data)
    yield reader.decode(b"", final=True)


def _line_of(path: Path, encoding: str) -> str:
    """Return the first letters of a file that are not ASCII."""
    found = re.search(r"[^\x00-\x7f\ufeff]+", next(_parts(path, encoding)))
    return found[0][:_SHOWN] if found else ""


def write_in_utf8(path: Path, target: Path, encoding: str) -> None:
    """Write the copy of a text file in UTF-8; XML no longer says another encoding."""
    with target.open("wb") as file:
        for number, part in enumerate(_parts(path, encoding)):
            data = part.removeprefix("\ufeff").encode(_UTF8)
            file.write(_DECLARED.sub(b'<?xml version="1.0" encoding="UTF-8"?>', data, count=1) if number == 0 else data)
