"""Cells that docs/privacy.md says are found, and how many are.

    python tests/support/planted_document.py [--missed] [first|held|last ...]

prints the share that is found, by code, of all sets or of those that are named.
"""

from __future__ import annotations

import argparse
import itertools
import tomllib
from collections.abc import Collection, Iterator

import planted
from locations import DATA

_EXAMPLE = "123456789018"  # an example with a right check digit, which is not assigned
_WORDS = {
    "{my}": _EXAMPLE,
    "{my4}": "-".join((_EXAMPLE[:4], _EXAMPLE[4:8], _EXAMPLE[8:])),
    "{myw}": _EXAMPLE.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
}


def of_document(sets: Collection[str] = ()) -> Iterator[planted.Planted]:
    """Field, text and code of each cell of some sets, by default of all."""
    groups = tomllib.loads((DATA / "planted_document.toml").read_text(encoding="utf-8"))["cells"]
    for group in groups:
        if not sets or group.get("set", "first") in sets:
            for field, text in zip(itertools.cycle(group["fields"]), group["texts"], strict=False):
                yield field, _filled(text), group["code"]


def _filled(text: str) -> str:
    for word, meant in _WORDS.items():
        text = text.replace(word, meant)
    return text


def main() -> None:
    """Print what is found, and what is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--missed", action="store_true")
    chosen = parser.parse_args()
    items = list(of_document(chosen.sets))
    lost = planted.missed(items)
    planted.tell(items, lost)
    for field, text, code in lost if chosen.missed else ():
        print("missed", code, field, text)


if __name__ == "__main__":
    main()
