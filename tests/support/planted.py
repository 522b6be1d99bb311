"""What is planted to see whether it is found: written examples, and what follows from them by changing the writing.

    python tests/support/planted.py

prints how many of each kind are found, and each that is missed. All names are put together from usual surnames and
given names, and all numbers are examples. ``planted_persons.csv`` was written before the patterns knew its forms; what
they do not find of it stays there.
"""

from __future__ import annotations

import csv
import itertools
import tomllib
from collections import Counter
from collections.abc import Iterator

import polars as pl
from locations import DATA

from meguro_opendata.privacy import screen

WRITTEN = DATA / "planted_persons.csv"
WORDS = tomllib.loads((DATA / "planted.toml").read_text(encoding="utf-8"))
SURNAMES, GIVEN, HYPHENS = WORDS["surnames"], WORDS["given"], WORDS["hyphens"]
Planted = tuple[str, str, str]


def planted() -> list[Planted]:
    """Field, text and code of everything that is planted, each once."""
    parts = (written(), named(), numbered(), dated(), mailed(), banked())
    return list(dict.fromkeys(itertools.chain.from_iterable(parts)))


def written() -> Iterator[Planted]:
    """The examples of the file."""
    with WRITTEN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["field"], row["text"], row["code"]


def named() -> Iterator[Planted]:
    """Every surname and every given name in some contexts; surnames alone where that is enough."""
    for at, (surname, (field, text)) in enumerate(itertools.product(SURNAMES, WORDS["named"])):
        person = surname + ["", " ", "　"][at % 3] + GIVEN[at % len(GIVEN)]
        yield field, text.format(person), "sole-proprietor" if field.startswith("営業者") else "personal-name"
    for surname, text in itertools.product(SURNAMES, WORDS["surnamed"]):
        yield "備考", text.format(surname), "personal-name"


def numbered() -> Iterator[Planted]:
    """Numbers with every sign between their parts, in half and full width."""
    full = str.maketrans("0123456789", "０１２３４５６７８９")
    for sign, text in itertools.product(HYPHENS, WORDS["mobile"]):
        number = text.format("0", sign)
        yield "備考", number, "personal-mobile"
        yield "備考", number.translate(full), "personal-mobile"
        yield "電話番号", number, "mobile-as-contact"
    for sign, text in itertools.product(HYPHENS, WORDS["my_number"]):
        yield "備考", text.format(sign), "my-number"
        yield "備考", text.format(sign).translate(full), "my-number"


def dated() -> Iterator[Planted]:
    """Days of birth in every form."""
    for day, text in itertools.product(WORDS["days"], WORDS["born"]):
        yield "備考", text.format(day), "birth-date"
    for day in WORDS["days"]:
        yield "生年月日", day, "birth-date"


def mailed() -> Iterator[Planted]:
    """Addresses at some providers."""
    for domain, text in itertools.product(WORDS["providers"], WORDS["mail"]):
        yield "備考", text.format(domain), "personal-mail"


def banked() -> Iterator[Planted]:
    """Accounts with every sign before their number."""
    for sign, text in itertools.product(WORDS["between"], WORDS["account"]):
        yield "備考", text.format(sign), "bank-account"


def codes_in(field: str, text: str) -> list[str]:
    """The codes that one cell gives."""
    return [found.hit.code for found in screen(pl.DataFrame({field: [text]}))]


def missed(items: list[Planted]) -> list[Planted]:
    """Those that are not found, or only under another code."""
    return [item for item in items if item[2] not in codes_in(*item[:2])]


def tell(items: list[Planted], lost: list[Planted]) -> None:
    """Print how many are found, by code."""
    every, gone = Counter(code for *_, code in items), Counter(code for *_, code in lost)
    for code, count in sorted(every.items()):
        print(f"{code:20} {count - gone[code]:5} of {count:5}")
    print(f"{'all':20} {len(items) - len(lost):5} of {len(items):5}  {1 - len(lost) / len(items):.2%}")


def main() -> None:
    """Print what is found, and what is missed."""
    items = planted()
    lost = missed(items)
    tell(items, lost)
    for field, text, code in lost:
        print("missed", code, field, text)


if __name__ == "__main__":
    main()
