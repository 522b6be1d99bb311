"""What may happen to a file that people or programs write: to its text, and to the values of its structure."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import yaml

__all__ = ["JSON", "JSON_LINES", "TEXT", "YAML"]

Mutator = Callable[[bytes, Random], bytes]
ODD = (
    *(
        "",
        " ",
        "\n",
        "\t",
        "\0",
        '"',
        "'",
        "#",
        ":",
        "-",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&a",
        "*a",
        "!x",
        "|",
        ">",
        "=",
        ",",
        "\\",
    ),
    *(
        "\ufeff",
        "\u202e",
        "\x1b[31m",
        "\x85",
        "𠮷",
        "null",
        "~",
        "true",
        "1e999",
        "-1",
        "0",
        "99999999999999999999",
        ".inf",
    ),
    *(
        "2025-02-30",
        "0000-00-00",
        "../../x",
        "/etc/passwd",
        "C:\\x",
        "http://[",
        "%s",
        "{x}",
        "a" * 5000,
        "一" * 5000,
        "1" * 5000,
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**30, float("inf"), float("nan"), "", " ", "x", "\ud800", "\0", "a\nb"),
    *(
        [],
        {},
        [[]],
        {"": ""},
        [None],
        {"a": {"b": []}},
        ["a", 1],
        "2025-13-01",
        "9999-12-31T23:59:59.999Z",
        "../..",
        "一" * 3000,
    ),
)
_MOST = 300_000


def _lines(raw: bytes, random: Random) -> bytes:
    lines = raw.splitlines(keepends=True) or [b""]
    at = random.randrange(len(lines))
    way = random.randrange(4)
    if way == 0:
        del lines[at]
    elif way == 1:
        lines.insert(random.randrange(len(lines) + 1), lines[at])
    elif way == 2:
        lines[at] = random.choice((b" ", b"  ", b"\t", b"- ", b"# ")) + lines[at]
    else:
        lines[at] = lines[at].lstrip()
    return b"".join(lines)


def _insert(raw: bytes, random: Random) -> bytes:
    at = random.randrange(len(raw) + 1)
    return raw[:at] + random.choice(ODD).encode("utf-8", "surrogatepass") + raw[at:]


def _overwrite(raw: bytes, random: Random) -> bytes:
    at = random.randrange(len(raw) + 1)
    return raw[:at] + bytes([random.randrange(256)]) + raw[at + 1 :]


def _cut(raw: bytes, random: Random) -> bytes:
    first, last = sorted(random.randrange(len(raw) + 1) for _ in range(2))
    return raw[:first] if random.random() < 0.3 else raw[:first] + raw[last:]


def _value(raw: bytes, random: Random) -> bytes:
    """Another value behind a colon or an equals sign."""
    marks = [at for at, sign in enumerate(raw) if sign in b":="]
    if not marks:
        return raw
    at = random.choice(marks) + 1
    end = raw.find(b"\n", at)
    written = random.choice(ODD).encode("utf-8", "surrogatepass")
    return raw[:at] + b" " + written + (raw[end:] if end >= 0 else b"")


def _encoding(raw: bytes, random: Random) -> bytes:
    text = raw.decode("utf-8", "replace")
    return text.encode(random.choice(("cp932", "utf-16", "utf-8-sig", "euc-jp")), "replace")


def _grow(raw: bytes, random: Random) -> bytes:
    part = raw[random.randrange(len(raw) + 1) :][:2000]
    return raw + part * random.randrange(1, max(2, min(200, _MOST // max(1, len(part)))))


def _twisted(made: Any, random: Random) -> Any:
    """A structure with another value, name, order or depth somewhere."""
    places = list(_places(made))
    if not places:
        return random.choice(VALUES)
    holder, key = random.choice(places)
    way = random.randrange(6)
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(holder, dict):
        holder[random.choice(ODD)] = holder.pop(key)
    elif way == 2:
        holder[key] = [holder[key]]
    elif way == 3:
        other, name = random.choice(places)
        holder[key] = (
            json.loads(json.dumps(other[name], default=str)) if name in other or isinstance(name, int) else None
        )
    else:
        holder[key] = random.choice(VALUES)
    return made


def _places(made: Any) -> Any:
    if isinstance(made, dict | list):
        for key in made if isinstance(made, dict) else range(len(made)):
            yield made, key
            yield from _places(made[key])


def _json(raw: bytes, random: Random) -> bytes:
    try:
        made = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    return json.dumps(_twisted(made, random), ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _deep(raw: bytes, random: Random) -> bytes:
    return random.choice((b"[", b'{"a":')) * random.choice((100, 5000, 100_000)) + raw


def _json_line(raw: bytes, random: Random) -> bytes:
    lines = raw.splitlines()
    if not lines:
        return raw
    at = random.randrange(len(lines))
    lines[at] = _json(lines[at], random)
    return b"\n".join(lines) + b"\n"


def _yaml(raw: bytes, random: Random) -> bytes:
    try:
        made = yaml.safe_load(raw)
    except (yaml.YAMLError, ValueError, UnicodeError, RecursionError):
        return raw
    return yaml.safe_dump(_twisted(made, random), allow_unicode=random.random() < 0.5, sort_keys=False).encode(
        "utf-8", "surrogatepass"
    )


TEXT: tuple[Mutator, ...] = (_lines, _lines, _insert, _overwrite, _cut, _value, _encoding, _grow)
JSON: tuple[Mutator, ...] = (*TEXT, *(8 * (_json,)), _deep)
JSON_LINES: tuple[Mutator, ...] = (*TEXT, *(8 * (_json_line,)), _deep)
YAML: tuple[Mutator, ...] = (*TEXT, *(8 * (_yaml,)))
