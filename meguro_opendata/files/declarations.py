"""Strict reading of files that people write (recipes, workspaces, strategies): one error lists every fault."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from meguro_opendata import messages
from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.nearwords import suggest, unknown

__all__ = ["Declared", "check", "read_toml", "read_yaml", "scalar", "suggest", "unknown"]

# A recipe has some kilobytes; a larger file was named by mistake, and its parsing would need much time and memory.
MAX_BYTES = 4_000_000
# A message quotes the start of a wrong value: a whole one could fill the terminal.
_SHOWN = 60
# No recipe nests deeper than this; deeper text would exhaust Python's recursion limit in the parser.
_DEEPEST = 20
# Bits. Python refuses to convert longer integers to decimal text (int_max_str_digits), so long ones are shown in hex.
_LONGEST_INTEGER = 1000
Model = TypeVar("Model", bound=BaseModel)


class Declared(BaseModel):
    """A part of a configuration file: unknown keys are refused, nothing is converted, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe loader, except that a repeated key raises an error; PyYAML would keep the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping as the safe loader does; raise on a repeated key."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str | int | float | bool) and key in seen:
                raise _RepeatedKeyError(str(key), key_node.start_mark.line + 1)
            seen.add(key if isinstance(key, str | int | float | bool) else None)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _plain_scalars(loader: type[_StrictLoader]) -> None:
    """Keep more values as text than YAML 1.1 does: ``011002`` is a code, not an octal number; ``on`` is a word."""
    kept = {
        "tag:yaml.org,2002:bool": (r"true|True|false|False", "tTfF"),
        "tag:yaml.org,2002:int": (r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
        "tag:yaml.org,2002:float": (r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
    }
    loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in kept]
        for first, resolvers in loader.yaml_implicit_resolvers.items()
    }
    for tag, (pattern, first) in kept.items():
        loader.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), list(first))


_plain_scalars(_StrictLoader)


class _RepeatedKeyError(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Raises:
        ConfigurationError: If it is not readable, not YAML, no mapping, repeats a key or uses aliases.
    """
    text = _text(path)
    try:
        _refuse_tricks(path, text)
        loaded = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a safe loader)
    except _RepeatedKeyError as error:
        raise _fault(path, "key-repeated", key=error.key, line=error.line) from None
    except yaml.YAMLError as error:
        raise _fault(path, "yaml-broken", line=_line_of(error, text)) from None
    except ValueError as error:
        raise _fault(path, "yaml-value", detail=str(error)) from None
    except RecursionError:
        raise _fault(path, "too-deep") from None
    return _mapping(path, loaded)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the table that a TOML file holds; errors as :func:`read_yaml`."""
    try:
        return tomllib.loads(_text(path))
    except ValueError as error:
        raise _fault(path, "toml-broken", detail=str(error)) from None
    except RecursionError:
        raise _fault(path, "too-deep") from None


def _refuse_tricks(path: Path, text: str) -> None:
    """Refuse aliases (a few lines can expand to gigabytes), tags (YAML's own types) and excessive nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_StrictLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _fault(path, "yaml-alias")
        tag = getattr(event, "tag", None)
        if tag:
            raise _fault(path, "yaml-tag", value=tag)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _fault(path, "too-deep")


def check(path: Path, data: dict[str, Any], model: type[Model]) -> Model:
    """Return ``data`` as a ``model``; raise one ``ConfigurationError`` that lists every fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError(path, list(_faults(error, model))) from None


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _fault(path, "file-missing") from None
    except OSError as error:
        raise _fault(path, "file-unreadable", reason=error.strerror) from None
    if len(raw) > MAX_BYTES:
        raise _fault(path, "file-too-large", limit=MAX_BYTES)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _fault(path, "not-utf8") from None


def _line_of(error: yaml.YAMLError, text: str) -> int:
    """Return the line of a YAML error: from its mark, else from the position of the character that YAML forbids."""
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1


def _mapping(path: Path, loaded: object) -> dict[str, Any]:
    if not isinstance(loaded, dict):
        raise _fault(path, "not-a-mapping")
    return loaded


def _fault(path: Path, code: str, **params: object) -> ConfigurationError:
    return ConfigurationError(path, [Fault("-", code, params)])


def _faults(error: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    for problem in error.errors(include_url=False):
        place = [str(part) for part in problem["loc"]]
        yield Fault(".".join(place) or "-", *_described(problem["type"], place, problem, model))


def _described(kind: str, place: list[str], problem: Any, model: type[BaseModel]) -> tuple[str, dict[str, object]]:
    key = place[-1] if place else ""
    if kind == "extra_forbidden":
        near = suggest(key, _keys_at(model, place[:-1]))
        return ("key-unknown-near", {"key": key, "near": near}) if near else ("key-unknown", {"key": key})
    if kind == "missing":
        return "key-missing", {"key": key}
    if kind == "literal_error":
        return "not-one-of", {"value": problem["input"], "allowed": re.findall("'([^']*)'", problem["ctx"]["expected"])}
    if kind == "value_error":
        return str(problem["ctx"]["error"]), {"key": key, "value": problem["input"]}
    code = "wrong-string_too_short" if (kind, problem["input"]) == ("string_type", None) else f"wrong-{kind}"
    shown = {"value": _shortly(problem["input"]), **problem.get("ctx", {})}
    return (code if code in messages.codes("errors") else "wrong-kind"), shown


def _shortly(value: object) -> str:
    text = hex(value) if isinstance(value, int) and value.bit_length() > _LONGEST_INTEGER else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _keys_at(model: type[BaseModel], place: list[str]) -> list[str]:
    """Return the keys allowed at a place inside ``model``, following nested models and containers."""
    for part in place:
        if part in model.model_fields:
            model = next(_models_in(model.model_fields[part].annotation), model)
    return list(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)


def scalar(value: object) -> str:
    """Return a value as YAML writes it inside a list or mapping on one line.

    >>> scalar("名称"), scalar("0123"), scalar("a: b")
    ('名称', "'0123'", "'a: b'")
    """
    text = yaml.safe_dump([value], allow_unicode=True, default_flow_style=True, width=10**9, sort_keys=False)
    return text.strip()[1:-1]
