"""What may happen to the values of JSON, lines of JSON, YAML and TOML; a text that is none of these stays unchanged."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

import yaml

from fuzz.cases import Mutator
from fuzz.mutators import ODD, TEXT

__all__ = ["JSON", "JSON_LINES", "TOML", "YAML"]

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**30, float("inf"), float("nan"), "", " ", "x", "\ud800", "\0", "a\nb"),
    *([], {}, [[]], {"": ""}, [None], {"a": {"b": []}}, ["a", 1]),
    *("2025-13-01", "9999-12-31T23:59:59.999Z", "../..", "一" * 3000),
)
_SELDOM = 8  # times that a value changes on one time that a given thing happens to the text
_UNREADABLE = (ValueError, TypeError, IndexError, yaml.YAMLError, RecursionError)
_MOST = 100_000  # bytes of which the structure is read; YAML of more takes seconds


def _twisted(made: Any, random: Random) -> Any:
    """A structure with another value, name, order or depth somewhere."""
    places = list(_places(made))
    if not places:
        return random.choice(_VALUES)
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
        holder[key] = deepcopy(other[name])
    else:
        holder[key] = deepcopy(random.choice(_VALUES))
    return made


def _places(made: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(made, dict | list):
        for key in made if isinstance(made, dict) else range(len(made)):
            yield made, key
            yield from _places(made[key])


def _changed(read: Callable[[str], Any], written: Callable[[Any, bool], str]) -> Mutator:
    """A mutator of what a text says; ``written`` gets whether only ASCII may be in it."""

    def mutated(raw: bytes, random: Random) -> bytes:
        if len(raw) > _MOST:
            return raw
        try:
            made = read(raw.decode())
        except _UNREADABLE:
            return raw
        return written(_twisted(made, random), random.random() < 0.5).encode("utf-8", "surrogatepass")

    return mutated


def _yaml_text(made: Any, plain: bool) -> str:
    text: str = yaml.safe_dump(made, allow_unicode=not plain, sort_keys=False)
    return text


def _toml_text(made: Any, plain: bool) -> str:
    """A TOML document whose tables are on one line each; what TOML cannot say (null) is in it as JSON says it."""
    if not isinstance(made, dict):
        return _inline(made)
    return "".join(f"{json.dumps(key, ensure_ascii=plain)} = {_inline(value)}\n" for key, value in made.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False, default=str)


_json = _changed(json.loads, lambda made, plain: json.dumps(made, ensure_ascii=plain))
_yaml = _changed(yaml.safe_load, _yaml_text)
_toml = _changed(tomllib.loads, _toml_text)


def _json_line(raw: bytes, random: Random) -> bytes:
    made = raw.splitlines() or [b""]
    at = random.randrange(len(made))
    made[at] = _json(made[at], random)
    return b"\n".join(made) + b"\n"


def _deep(raw: bytes, random: Random) -> bytes:
    return random.choice((b"[", b'{"a":', b"- ")) * random.choice((100, 5000, 100_000)) + raw


def _mostly(mutator: Mutator) -> tuple[Mutator, ...]:
    return (*TEXT, *(_SELDOM * (mutator,)), _deep)


JSON = _mostly(_json)
JSON_LINES = _mostly(_json_line)
YAML = _mostly(_yaml)
TOML = _mostly(_toml)
