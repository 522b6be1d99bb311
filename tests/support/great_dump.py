"""A catalogue as large and as odd as that of a great city: packages of CKAN's, made up, the same for the same seed.

A tenth of the datasets has files of one name; some names belong to two datasets; some dates are of 1965, of no
calendar, or missing; licences are written in many ways; datasets belong to several organisations, a few to an odd one.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["ODD_EVERY", "great_packages", "write_dump"]

# Of so many datasets one has the oddity.
ODD_EVERY = {"doubled": 90, "date": 23, "licence": 40, "organization": 60, "unnamed": 50, "empty": 70}
_THEMES = ("防災", "くらし・安全", "教育", "まちづくり", "福祉", "環境", "産業", "行財政")
_OFFICES = [(f"t1310{number:02d}", f"見本{number}区") for number in range(1, 24)]
_LICENCES = [
    ("CC-BY-4.0", "クリエイティブ・コモンズ 表示（CC BY）", "https://creativecommons.org/licenses/by/4.0/deed.ja"),
    ("cc-by", "CC BY", ""),
    ("cc-by-40-intl", "", "https://creativecommons.org/licenses/by/4.0/"),
]
_ODD_LICENCES = [
    ("", "", ""),
    ("独自の規約", "利用規約を参照", "窓口で配布"),
    (None, None, None),
    ("cc-by-21-jp", "CC BY 2.1", "https://creativecommons.org/licenses/by/2.1/jp/"),
]
_ODD_ORGANIZATIONS: list[Any] = [None, {"name": "x", "title": None}, {"title": "名前のない組織"}, {}]
_ODD_DATES = ("1965-12-31T15:00:00", "昭和40年", "", "2021-13-45T00:00:00", "0001-01-01")
_FORMATS = ("CSV", "CSV", "CSV", "XLSX", "PDF", "csv", "XLS", "GeoJSON", "ZIP", "謎の形式", "")


def great_packages(datasets: int, files: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield a catalogue's packages.

    Args:
        datasets: How many.
        files: How many files all of them have together, about.
        seed: What the draws begin with.
    """
    draw = random.Random(seed)
    share = files / datasets
    name = ""
    for number in range(datasets):
        made = _package(draw, number, max(0, round(draw.gauss(share, share / 4))))
        name = name if _is(number, "doubled") else made["name"]
        yield {**made, "name": name}


def write_dump(path: Path, datasets: int, files: int, seed: int = 0) -> list[dict[str, Any]]:
    """Write the packages as a saved dump, one a line, and return them."""
    made = list(great_packages(datasets, files, seed))
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made), encoding="utf-8")
    return made


def _is(number: int, oddity: str) -> bool:
    return number % ODD_EVERY[oddity] == ODD_EVERY[oddity] - 1


def _package(draw: random.Random, number: int, files: int) -> dict[str, Any]:
    name, title = draw.choice(_OFFICES)
    owner: Any = {"name": name, "title": title, "type": "organization", "state": "active"}
    if _is(number, "organization"):
        owner = draw.choice(_ODD_ORGANIZATIONS)
    licence = draw.choice(_ODD_LICENCES if _is(number, "licence") else _LICENCES)
    same = draw.random() < 0.12
    theme = draw.randrange(len(_THEMES))
    created = _time(draw)
    return {
        "id": _id(draw),
        "name": f"{name}d{number:010d}",
        "title": f"{title}の見本データ{number}😀" if number % 50 == 0 else f"{title}の見本データ{number}",
        "notes": None if _is(number, "empty") else f"{_THEMES[theme]}の見本データの説明です。\r\n2行目、「」<>&。",
        "license_id": licence[0],
        "license_title": licence[1],
        "license_url": licence[2],
        "maintainer": f"見本{number % 40}課",
        "author": None,
        "url": f"https://example.com/{number}" if number % 3 else "",
        "state": "active",
        "private": False,
        "metadata_created": created,
        "metadata_modified": created,
        "organization": owner,
        "extras": [{"key": "更新頻度", "value": draw.choice(("1年", "随時", "毎月", "気が向いたとき"))}],
        "tags": [{"name": f"見本{draw.randrange(30)}"} for _ in range(draw.randrange(4))],
        "groups": [{"name": f"c{theme:03d}", "title": _THEMES[theme], "id": f"{theme}"}],
        "num_resources": files,
        "resources": [] if _is(number, "empty") else [_file(draw, number, one, same) for one in range(files)],
    }


def _file(draw: random.Random, number: int, one: int, same: bool) -> dict[str, Any]:
    kind = draw.choice(_FORMATS)
    odd = _is(number, "date") and one == 0
    created = draw.choice(_ODD_DATES) if odd else _time(draw)
    return {
        "id": _id(draw),
        "name": None if _is(number, "unnamed") and one == 1 else "一覧" if same else f"見本データ{number} 第{one}表",
        "description": "" if one % 2 else f"{2000 + one % 25}年度の表です。",
        "format": kind,
        "url": f"https://example.com/{number}/{'list' if same else f'table_{one}'}.{kind.lower() or 'dat'}",
        "size": draw.choice((None, draw.randrange(10**7), str(draw.randrange(10**6)))),
        "hash": draw.choice(("", f"{draw.getrandbits(256):064x}")),
        "mimetype": None,
        "state": "active",
        "position": one,
        "created": created,
        "last_modified": None if one % 3 else _time(draw),
    }


def _id(draw: random.Random) -> str:
    return str(uuid.UUID(int=draw.getrandbits(128), version=4))


def _time(draw: random.Random) -> str:
    day = f"20{draw.randrange(14, 25)}-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
    return f"{day}T{draw.randrange(24):02d}:00:00"
