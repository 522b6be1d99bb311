"""What may happen to a file: to its bytes, to the parts of a package, to markup, to text."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from random import Random

from fuzz.cases import Mutator

__all__ = ["BYTES", "MARKUP", "ODD", "TEXT", "in_package"]

_MOST = 3_000_000  # bytes of a file that grows
_POWERS = (0, 7, 8, 15, 16, 24, 31, 32)
_NUMBERS = tuple(sorted({value for power in _POWERS for value in ((1 << power) - 1, 1 << power, (1 << power) + 1)}))
_WRITTEN = (b"", *b"0 -1 1 16384 1048576 4294967295 99999999999999999999 1e9 x +7 &#49;000".split())
_PIECES = (
    *b"<!-- --> <![CDATA[ ]]> &lt; &x; <a> </a> < > \" &#0; &#x1F600; <?x xmlns:x='y' \0 \xff\xfe".split(b" "),
    b"<!DOCTYPE x [<!ENTITY x 'y'>]>",
)
_REPEATS = (
    b"table:number-columns-repeated table:number-rows-repeated text:c r t s colspan rowspan ss:Index ss:MergeAcross "
    b"ss:MergeDown ss:Span table:formula"
).split()
# Signs of CSV, YAML, TOML, JSON and of terminals; values that one of them reads in its own way; places; long ones.
ODD = (
    *("", " ", "\n", "\r", "\t", "\0", "\x85", "\x1b[31m", "\ufeff", "\u202e", "㍻", "～", "∥", "𠮷", "=1+1"),
    *('"', "'", "#", ":", "-", "[", "]", "{", "}", "&a", "*a", "!x", "|", ">", "=", ",", "\\", "~", "%s", "{x}"),
    *("null", "true", "-1", "0", "1e999", ".inf", "9" * 20, "2025-02-30", "0000-00-00", "http://["),
    *("- ", "../../x", "/etc/passwd", "C:\\x", "a" * 5000, "一" * 5000, "1" * 400, "1" * 5000, "/" * 99),
)
_ENCODINGS = ("cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-8-sig", "utf-7", "utf-32")
_NO_PACKAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, NotImplementedError, OSError, RuntimeError, ValueError),
)


def flip(raw: bytes, random: Random) -> bytes:
    """Some other bytes."""
    made = bytearray(raw)
    for _ in range(random.randint(1, 8) if made else 0):
        made[random.randrange(len(made))] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
    return bytes(made)


def number(raw: bytes, random: Random) -> bytes:
    """A number of two, four or eight bytes that says something else."""
    form = random.choice(("<H", "<I", "<Q", ">H", ">I"))
    size = struct.calcsize(form)
    if len(raw) <= size:
        return raw
    at = random.randrange(len(raw) - size)
    value = random.choice(_NUMBERS) & ((1 << 8 * size) - 1)
    return raw[:at] + struct.pack(form, value) + raw[at + size :]


def cut(raw: bytes, random: Random) -> bytes:
    """The end is missing, or a part of the middle."""
    if not raw:
        return raw
    at = random.randrange(len(raw))
    return raw[:at] + (raw[at + random.randint(1, 2000) :] if random.random() < 0.6 else b"")


def double(raw: bytes, random: Random) -> bytes:
    """A part stands there again, once or many times."""
    if not raw:
        return raw
    begin = random.randrange(len(raw))
    part = raw[begin : begin + random.choice((1, 4, 40, 400, 4000))]
    times = min(random.choice((1, 2, 10, 1000, 100_000)), max(1, (_MOST - len(raw)) // len(part)))
    return raw[:begin] + part * times + raw[begin:]


def swap(raw: bytes, random: Random) -> bytes:
    """Two parts change places."""
    if len(raw) < 4:
        return raw
    a, b, c = sorted(random.randrange(len(raw)) for _ in range(3))
    return raw[:a] + raw[b:c] + raw[a:b] + raw[c:]


BYTES: tuple[Mutator, ...] = (flip, number, cut, double, swap)


def attribute(raw: bytes, random: Random) -> bytes:
    """The number in an attribute, or between two tags, is another one."""
    found = list(re.finditer(rb"""(?<=["'>])\d{1,12}(?=["'<])""", raw))
    if not found:
        return raw
    one = random.choice(found)
    return raw[: one.start()] + random.choice(_WRITTEN) + raw[one.end() :]


def element(raw: bytes, random: Random) -> bytes:
    """A tag is missing, stands there many times, or elsewhere."""
    tags = list(re.finditer(rb"<[^<>]{0,500}>", raw))
    if not tags:
        return raw
    one, other = random.choice(tags), random.choice(tags)
    many = min(random.choice((0, 2, 200, 100_000)), max(1, (_MOST - len(raw)) // len(one[0])))
    if random.random() < 0.5:
        return raw[: one.start()] + one[0] * many + raw[one.end() :]
    return raw[: other.start()] + one[0] * many + raw[other.start() :]


def longer(raw: bytes, random: Random) -> bytes:
    """A text between two tags, or in an attribute, is very long."""
    found = list(re.finditer(rb"""(?<=[>"])[^<>"]{1,200}(?=[<"])""", raw))
    if not found:
        return raw
    one = random.choice(found)
    size = random.choice((300, 33_000, 1_100_000))
    return raw[: one.start()] + (one[0] * (size // len(one[0]) + 1))[:size] + raw[one.end() :]


def piece(raw: bytes, random: Random) -> bytes:
    """A sign of markup stands where none belongs."""
    at = random.randrange(len(raw) + 1)
    return raw[:at] + random.choice(_PIECES) * random.choice((1, 1, 1, 50_000)) + raw[at:]


def repeated(raw: bytes, random: Random) -> bytes:
    """A cell, row or space says that it is repeated, or spans others."""
    tags = list(re.finditer(rb"<(?:\w+:)?(?:table-cell|table-row|s|c|row|Cell|Row|td|tr|th)\b", raw))
    if not tags:
        return raw
    one, value = random.choice(tags), random.choice((*_WRITTEN, b"XFD1048576", b"A1", b"s", b"of:=1"))
    return raw[: one.end()] + b" " + random.choice(_REPEATS) + b'="' + value + b'"' + raw[one.end() :]


MARKUP: tuple[Mutator, ...] = (attribute, element, longer, piece, repeated, cut, flip)


def odd(raw: bytes, random: Random) -> bytes:
    """A text has an odd sign."""
    text = raw.decode("utf-8", "surrogateescape")
    at = random.randrange(len(text) + 1)
    sign = random.choice(ODD)
    sign *= min(random.choice((1, 1, 1, 2, 5000)), _MOST // (4 * len(sign) or 1))
    return (text[:at] + sign + text[at:]).encode("utf-8", "surrogateescape")


def encoded(raw: bytes, random: Random) -> bytes:
    """The text is written in another encoding."""
    return raw.decode("utf-8", "replace").encode(random.choice(_ENCODINGS), "replace")


def long_line(raw: bytes, random: Random) -> bytes:
    """A line is many times as long."""
    made = raw.split(b"\n")
    at = random.randrange(len(made))
    made[at] *= max(1, min(random.choice((2, 500, 50_000)), _MOST // max(1, len(made[at]))))
    return b"\n".join(made)


def lines(raw: bytes, random: Random) -> bytes:
    """A line is missing, repeated, or begins elsewhere."""
    made = raw.splitlines(keepends=True) or [b""]
    at = random.randrange(len(made))
    way = random.randrange(4)
    if way == 0:
        del made[at]
    elif way == 1:
        made.insert(random.randrange(len(made) + 1), made[at])
    elif way == 2:
        made[at] = random.choice((b" ", b"  ", b"\t", b"- ", b"# ")) + made[at]
    else:
        made[at] = made[at].lstrip()
    return b"".join(made)


def value(raw: bytes, random: Random) -> bytes:
    """Behind a colon or an equals sign is another value."""
    marks = list(re.finditer(rb"[:=][^\n]*", raw))
    if not marks:
        return raw
    one = random.choice(marks)
    return raw[: one.start() + 1] + b" " + random.choice(ODD).encode() + raw[one.end() :]


TEXT: tuple[Mutator, ...] = (odd, lines, value, encoded, long_line, cut, double, flip)


def in_package(mutators: tuple[Mutator, ...]) -> Mutator:
    """A mutator of one part of a ZIP package, which is packed again; of what is no package, of all of it."""

    def mutated(raw: bytes, random: Random) -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                members = {info.filename: archive.read(info) for info in archive.infolist()}
        except _NO_PACKAGE:
            return random.choice(BYTES)(raw, random)
        if not members:
            return raw
        name = random.choice(sorted(members, key=lambda one: -len(members[one]))[:6])
        members[name] = random.choice(mutators)(members[name], random)
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for one, content in members.items():
                archive.writestr(zipfile.ZipInfo(one), content, zipfile.ZIP_DEFLATED)
        return written.getvalue()

    return mutated
