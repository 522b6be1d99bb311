"""Items of a standard by the spellings of headers, with their certainty: exact, other spelling, or synonym."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from meguro_opendata.japan.folding import filled, folded, plain
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.model import Standard, load_standard, standards
from meguro_opendata.standard.recognition.matching import field_names

__all__ = [
    "confidence",
    "dataset_prefix",
    "is_too_long",
    "loose",
    "mapping_words",
    "meaning",
    "named_item",
    "role_of",
    "spellings",
]

_Synonyms = Mapping[str, Mapping[str, list[str]]]


def mapping_words() -> dict[str, Any]:
    """Return the spellings, confidences and derived items of ``synonyms.toml``."""
    return _words()


def confidence(reason: str) -> float:
    """Return how sure a proposal with a reason is.

    >>> confidence("name"), confidence("likely") < 0.95
    (1.0, True)
    """
    return float(_words()["tiers"][reason])


def is_too_long(label: str) -> bool:
    """Return whether a label is longer than the name of any item.

    >>> is_too_long("名称"), is_too_long("名" * 1_000_000)
    (False, True)
    """
    return len(label) > int(_words()["loose"]["longest"])


def loose(label: str) -> str:
    """Return a label as synonyms are compared: folded, in lower case, without signs and a number before it.

    >>> loose("１．名称 （カナ）") == loose("名称_カナ")
    True
    """
    if is_too_long(label):
        return label
    numbered, ignored = _left_out()
    return ignored.sub("", numbered.sub("", folded(label))).casefold()


@cache
def _left_out() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what is taken from a label before it is compared: a number before it, and signs."""
    rules = _words()["loose"]
    return re.compile(rules["numbered"]), re.compile(filled(rules["ignored"]))


def named_item(label: str, standard: Standard) -> tuple[str, str] | None:
    """Return the item that a header names and the reason (``name``, ``spelling``, ``variant``, ``synonym``, …).

    >>> named_item("ＴＥＬ", load_standard("aed")), named_item("見本", load_standard("aed"))
    (('電話番号', 'known'), None)
    """
    if not label.strip() or is_too_long(label):
        return None
    for reason, names in _tiers(standard.id, str(standard.version)):
        key = label if reason == "name" else folded(label) if reason == "spelling" else loose(label)
        if key in names:
            return names[key], reason
    return _without_remark(label, standard)


def meaning(field: str) -> str | None:
    """Return the role of an item in ``synonyms.toml``, ``None`` if it has none.

    >>> meaning("所在地_連結表記"), meaning("見本")
    ('address', None)
    """
    for role, entry in _words()["roles"].items():
        if any(fnmatchcase(field, pattern) for pattern in entry["fields"]):
            return str(role)
    return None


def role_of(label: str) -> str | None:
    """Return the role that a header of any table speaks of, ``None`` if it speaks of none or of several.

    >>> role_of("ＴＥＬ"), role_of("駐車場_緯度"), role_of("台数")
    ('phone', 'latitude', None)
    """
    return None if is_too_long(label) else meaning(plain(label)) or _roles().get(loose(label))


@cache
def _roles() -> Mapping[str, str]:
    roles = _words()["roles"].items()
    return _unambiguous((loose(spelling), role) for role, entry in roles for spelling in _listed(entry))


def spellings(standard: Standard | None) -> list[str]:
    """Return all known headers: the items of one standard's versions, or of all standards, and synonyms.

    >>> {"名称", "TEL"} <= set(spellings(load_standard("aed"))) <= set(spellings(None))
    True
    """
    chosen = [standard] if standard is not None else standards()
    names = {field.name for one in chosen for at in one.versions for field in load_standard(one.id, at).fields}
    own = [part for one in chosen for part in _words()["datasets"].get(one.id, {}).values()]
    spelled = {text for entry in (*_words()["roles"].values(), *own) for text in _listed(entry)}
    return sorted(names | spelled)


def _listed(entry: Mapping[str, list[str]]) -> list[str]:
    return [*entry.get("sure", ()), *entry.get("likely", ())]


def _without_remark(label: str, standard: Standard) -> tuple[str, str] | None:
    """Return the item of a header without its remark in parentheses, or of its lower line alone: to be confirmed."""
    whole = plain(label)
    shorter = (re.sub(_words()["loose"]["remark"], "", whole), whole.rpartition("_")[2])
    for short in shorter:
        for reason, names in _tiers(standard.id, str(standard.version)) if short not in ("", whole) else ():
            if reason not in ("name", "spelling", "likely") and loose(short) in names:
                return names[loose(short)], "remark"
    return None


@cache
def _tiers(standard_id: str, version: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Return for each reason, the surest first, its accepted spellings with the items that they mean."""
    return tuple(_made_tiers(load_standard(standard_id, version)))


def _made_tiers(standard: Standard) -> Iterator[tuple[str, Mapping[str, str]]]:
    names = [field.name for field in standard.fields]
    yield "name", {name: name for name in names}
    yield "spelling", {folded(name): name for name in names}
    yield "variant", _unambiguous((loose(name), name) for name in names)
    yield "synonym", _unambiguous((loose(spelling), name) for spelling, name in field_names(standard).items())
    yield "prefix", _unambiguous(_endings(names))
    yield "prefix-several", _preferred(_endings(names), dataset_prefix(names))
    own = _words()["datasets"].get(standard.id, {})
    for reason, degree in (("known", "sure"), ("likely", "likely")):
        yield reason, _unambiguous([*_own_spellings(own, names, degree), *_role_spellings(own, names, degree)])


def dataset_prefix(names: Sequence[str]) -> str:
    """Return the word with ``_`` that most items of a standard of the data-model type begin with, or nothing.

    >>> dataset_prefix(["投票所_ID", "投票所_名称", "施設_ID"]), dataset_prefix(["ID", "名称", "名称_カナ"])
    ('投票所_', '')
    """
    count = Counter(f"{head}_" for head, sign, _ in (name.partition("_") for name in names) if sign)
    prefix, most = count.most_common(1)[0] if count else ("", 0)
    return prefix if most * 2 > len(names) else ""


def _endings(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return each item's words after the first one, where the items of the standard share a word."""
    if not dataset_prefix(names):
        return []
    return [(loose(name.partition("_")[2]), name) for name in names if "_" in name]


def _preferred(pairs: Iterable[tuple[str, str]], prefix: str) -> dict[str, str]:
    """Return each spelling with the one item that begins with the prefix, though it means others, too."""
    return _unambiguous((spelling, name) for spelling, name in pairs if name.startswith(prefix))


def _own_spellings(own: _Synonyms, names: list[str], degree: str) -> Iterator[tuple[str, str]]:
    """Yield spellings of a standard's items that hold for this standard only, each with its item."""
    for name in own:
        if name in names:
            yield from ((loose(spelling), name) for spelling in own[name].get(degree, ()))


def _role_spellings(own: _Synonyms, names: list[str], degree: str) -> Iterator[tuple[str, str]]:
    """Yield the spellings of each item's role with the item, without spellings that this standard uses otherwise."""
    special = {loose(spelling) for entry in own.values() for part in entry.values() for spelling in part}
    roles = _words()["roles"]
    fields = {role: field for role, entry in roles.items() if (field := _field_of(entry["fields"], names)) is not None}
    for role, field in fields.items():
        sooner = [roles[other] for other in fields if roles[other].get("instead_of") == role]
        taken = special | {loose(spelling) for entry in sooner for spelling in _listed(entry)}
        spelled = map(loose, roles[role].get(degree, ()))
        yield from ((spelling, field) for spelling in spelled if spelling not in taken)


def _field_of(patterns: list[str], names: list[str]) -> str | None:
    """Return the first item of the patterns that a standard has; a pattern counts only if a single item fits it."""
    for pattern in patterns:
        fitting = [name for name in names if fnmatchcase(name, pattern)]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return each spelling with its item, without spellings that mean two."""
    found: dict[str, set[str]] = {}
    for spelling, name in pairs:
        found.setdefault(spelling, set()).add(name)
    return {spelling: names.pop() for spelling, names in found.items() if len(names) == 1 and spelling}


@cache
def _words() -> dict[str, Any]:
    return packaged_toml(__package__, "synonyms.toml")
