"""What is planted to see whether it is found: written examples, and what follows from them by changing the writing.

    python tests/planted.py

prints how many of each kind are found, and each that is missed. All names are put together from usual surnames and
given names, and all numbers are examples. ``planted_persons.csv`` was written before the patterns knew its forms; what
they do not find of it stays there.
"""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from meguro_opendata.privacy import screen

WRITTEN = Path(__file__).parent / "planted_persons.csv"
HYPHENS = "-‐‑‒–—―−－ー﹣ 　"
SURNAMES = (
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 髙橋 渡邉 長谷川 五十嵐 森 渡邊 "
    "齋藤 齊藤 濱田 廣田 櫻井 澤田 國分 眞鍋 嶋田 萩原 黒田 水野 岩崎 野口 千葉 桜庭 大西 熊谷 関口 早川 土屋 服部 片山 本間 沢口"
).split()
GIVEN = (
    "花子 一郎 美咲 翔太 陽菜 健 さくら 由美子 大輔 結愛 誠 恵子 陽翔 真由美 マリ 健一 浩二 博 和子 節子 勇 徹 久美子 あゆみ 千尋 拓海 蓮 "
    "凛 湊 正一 雄太 洋平 優子 幸恵 清"
).split()
# A field, and a text with the place of the name.
NAMED = [
    ("備考", "鍵は{}様へ返却"),
    ("備考", "連絡先：{}（03-5722-1111）"),
    ("備考", "担当 {} 03-5722-9270"),
    ("備考", "{}（090-0000-0001）"),
    ("備考", "{} 03-5722-1111"),
    ("備考", "目黒区上目黒2-19-15　{}"),
    ("備考", "{} 目黒区中目黒二丁目10番13号"),
    ("備考", "代表者：{}"),
    ("備考", "世話人は{}さん"),
    ("備考", "所有者 {}、面積 100"),
    ("氏名", "{}"),
    ("申込者氏名", "{}"),
    ("連絡先名称", "{}"),
    ("備考", "電話03-5722-1111 {}まで"),
    ("備考", "会長：{} 殿"),
    ("備考", "{}氏（０３‐５７２２‐１１１１）"),
    ("備考", "管理人：{}"),
    ("備考", "（{}）"),
    ("備考", "{}さん宅の敷地"),
    ("備考", "{}所有"),
    ("備考", "{}、ほか1名"),
    ("営業者氏名", "{}"),
]
SURNAMED = ["{}様方", "担当：{}", "{}様 03-5722-1111", "目黒区上目黒2-19-15 {}方", "{}さま宅"]
MOBILE = ["{0}90{1}1234{1}5678", "夜間は{0}80{1}0000{1}0001まで", "（{0}70）1234{1}5678", "TEL{0}90{1}12345678"]
MY_NUMBER = ["1234{0}5678{0}9018", "番号：1234{0}5678{0}9018です"]
BORN = ["{}生", "{}生まれ", "生年月日：{}", "（{}生）", "誕生日は{}"]
DAYS = [
    "昭和60年4月1日 昭和６０年４月１日 S60.4.1 Ｓ６０．４．１ 昭60.4.1 1985年4月1日 1985/4/1 1985-04-01",
    "昭和六十年四月一日 平成元年1月8日 H1/1/8 令和2年12月31日 R2.12.31 大正15年3月3日 1985.4.1 平成31年04月30日 昭和60年（1985年）4月1日",
]
PROVIDERS = (
    "gmail.com yahoo.co.jp icloud.com docomo.ne.jp ezweb.ne.jp i.softbank.jp hotmail.co.jp outlook.jp mbn.nifty.com"
)
MAIL = ["mihon@{}", "連絡はmihon.taro@{}へ", "MIHON＠{}", "mail:mihon_1@{}、又は窓口"]
ACCOUNT = [
    "普通{}1234567",
    "普通預金{}1234567",
    "当座{}７６５４３２１",
    "口座番号{}1234567",
    "見本銀行目黒支店 普通{}1234567",
]
BETWEEN = ["", " ", "　", "：", "No.", "（"]

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
    for at, (surname, (field, text)) in enumerate(itertools.product(SURNAMES, NAMED)):
        person = surname + ["", " ", "　"][at % 3] + GIVEN[at % len(GIVEN)]
        yield field, text.format(person), "sole-proprietor" if field.startswith("営業者") else "personal-name"
    for surname, text in itertools.product(SURNAMES, SURNAMED):
        yield "備考", text.format(surname), "personal-name"


def numbered() -> Iterator[Planted]:
    """Numbers with every sign between their parts, in half and full width."""
    full = str.maketrans("0123456789", "０１２３４５６７８９")
    for sign, text in itertools.product(HYPHENS, MOBILE):
        number = text.format("0", sign)
        yield "備考", number, "personal-mobile"
        yield "備考", number.translate(full), "personal-mobile"
        yield "電話番号", number, "mobile-as-contact"
    for sign, text in itertools.product(HYPHENS, MY_NUMBER):
        yield "備考", text.format(sign), "my-number"
        yield "備考", text.format(sign).translate(full), "my-number"


def dated() -> Iterator[Planted]:
    """Days of birth in every form."""
    for day, text in itertools.product(" ".join(DAYS).split(), BORN):
        yield "備考", text.format(day), "birth-date"
    for day in " ".join(DAYS).split():
        yield "生年月日", day, "birth-date"


def mailed() -> Iterator[Planted]:
    """Addresses at some providers."""
    for domain, text in itertools.product(PROVIDERS.split(), MAIL):
        yield "備考", text.format(domain), "personal-mail"


def banked() -> Iterator[Planted]:
    """Accounts with every sign before their number."""
    for sign, text in itertools.product(BETWEEN, ACCOUNT):
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
