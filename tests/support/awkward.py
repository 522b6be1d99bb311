"""Awkward workbooks as offices make them, written compactly: one line a row, cells between bars."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

__all__ = ["BOOKS", "Awkward", "cells_of", "write_book"]

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


@dataclass(frozen=True)
class Awkward:
    """A workbook of an example.

    Attributes:
        sheets: The lines of each sheet, with ``/`` for a line break in a cell.
        header: The first and the lowest header line; ``None`` if it may be anything that is not called sure.
        rows: How many rows are to be published of all sheets that are read.
        names: The columns of the table; ``None`` if it is enough that they are distinct.
        merged: Merged ranges of the first sheet.
        hidden: Hidden sheets, rows (``r3``) and columns (``cB``) of the first sheet.
        notes: Comments of the first sheet, by cell.
    """

    sheets: Mapping[str, str]
    header: tuple[int, int] | None
    rows: int | None
    names: str | None = None
    merged: str = ""
    hidden: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


def cells_of(lines: str) -> list[list[str]]:
    """The cells of some lines.

    >>> cells_of("甲 | 1/2 |" + chr(10) + "乙")
    [['甲', '1\\n2', ''], ['乙']]
    """
    return [[cell.strip().replace("/", "\n") for cell in line.split("|")] for line in lines.strip("\n").split("\n")]


def _value(text: str) -> object:
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text or None


def write_book(book: Awkward, path: Path) -> Path:
    """The workbook as a file."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, lines in book.sheets.items():
        sheet = made.create_sheet(name)
        for line in cells_of(lines):
            sheet.append([_value(cell) for cell in line])
    _decorate(made.worksheets[0], book)
    for name in book.hidden.split():
        if name in made.sheetnames:
            made[name].sheet_state = "hidden"
    written = io.BytesIO()
    made.save(written)
    path.write_bytes(written.getvalue())
    return path


def _decorate(sheet: object, book: Awkward) -> None:
    for cells in book.merged.split():
        sheet.merge_cells(cells)
    for cell, text in book.notes.items():
        sheet[cell].comment = openpyxl.comments.Comment(text, "見本課")
    for mark in book.hidden.split():
        if re.fullmatch(r"r\d+", mark):
            sheet.row_dimensions[int(mark[1:])].hidden = True
        elif re.fullmatch(r"c[A-Z]+", mark):
            sheet.column_dimensions[mark[1:]].hidden = True


PARKS = """
1 | 見本中央公園 | 見本町1番1号 | 1200 | 昭和55年
2 | 見本東公園 | 見本町2番3号 | 850 | 平成2年
3 | 見本西公園 | 見本町3番8号 | 640.5 | 平成12年
4 | 見本南公園 | 見本町4番2号 | 2310 | 令和3年
5 | 見本北公園 | 見本町5番9号 | 470 | 昭和61年
"""
HEAD = "番号 | 名称 | 所在地 | 面積 | 開設年"
STAFF = """
見本一課 | 12 | 5 | 3 | 2
見本二課 | 8 | 4 | 1 | 0
見本三課 | 21 | 11 | 6 | 4
見本四課 | 9 | 3 | 2 | 1
見本五課 | 15 | 8 | 4 | 3
"""


def _shelters(area: str, count: int = 5) -> str:
    return "\n".join(f"{n} | 見本{area}第{n}集会所 | 見本{area}{n}番 | {40 + 7 * n}" for n in range(1, count + 1))


SHELTER_HEAD = "番号 | 施設名 | 住所 | 収容人数"


def _pages() -> Iterator[str]:
    for page in range(3):
        yield SHELTER_HEAD
        yield _shelters("東西南"[page], 6)
        yield f" | | - {page + 1} - |"


BOOKS: dict[str, Awkward] = {
    "two lines, merged": Awkward(
        {"職員数": f"見本市職員数\n部署 | 職員 | | 会計年度任用 |\n | 男 | 女 | 男 | 女{STAFF}"},
        (2, 3), 5, "部署,職員_男,職員_女,会計年度任用_男,会計年度任用_女", merged="A1:E1 A2:A3 B2:C2 D2:E2",
    ),
    "two lines, groups in their first cells": Awkward(
        {"職員数": f"部署 | 職員 | | 会計年度任用 |\n | 男 | 女 | 男 | 女{STAFF}"},
        (1, 2), 5, "部署,職員_男,職員_女,会計年度任用_男,会計年度任用_女",
    ),
    "three lines": Awkward(
        {"職員数": f"部署 | 職員数 | | |\n | 正規 | | 臨時 |\n | 男 | 女 | 男 | 女{STAFF}"},
        (1, 3), 5, "部署,職員数_正規_男,職員数_正規_女,職員数_臨時_男,職員数_臨時_女", merged="A1:A3 B1:E1 B2:C2 D2:E2",
    ),
    "two alike side by side": Awkward(
        {"名簿": "番号 | 名称 | 定員 | | 番号 | 名称 | 定員\n" + "\n".join(
            f"{n} | 見本会館{n} | {20 + n} | | {n + 6} | 見本会館{n + 6} | {30 + n}" for n in range(1, 7))},
        (1, 1), 6, "番号,名称,定員",
    ),
    "three alike side by side": Awkward(
        {"名簿": "番号 | 名称 | | 番号 | 名称 | | 番号 | 名称\n" + "\n".join(
            f"{n} | 見本会館{n} | | {n + 6} | 見本会館{n + 6} | | {n + 12} | 見本会館{n + 12}" for n in range(1, 7))},
        (1, 1), 6, "番号,名称",
    ),
    "two alike without a gap": Awkward(
        {"名簿": "番号 | 名称 | 定員 | 番号 | 名称 | 定員\n" + "\n".join(
            f"{n} | 見本会館{n} | {20 + n} | {n + 6} | 見本会館{n + 6} | {30 + n}" for n in range(1, 7))},
        None, None,
    ),
    "two different side by side": Awkward(
        {"一覧": "施設名 | 定員 | 面積 | | 課名 | 内線\n" + "\n".join(
            f"見本会館{n} | {20 + n} | {30 * n} | | 見本{n}課 | {1000 + n}" for n in range(1, 7))},
        None, None,
    ),
    "a lower one beside": Awkward(
        {"一覧": "施設名 | 定員 | 面積 | | |\n" + "\n".join(
            f"見本会館{n} | {20 + n} | {30 * n} | | " + ("課名 | 内線" if n == 3 else f"見本{n}課 | {n}" if n > 3 else "|")
            for n in range(1, 9))},
        (1, 1), 8, "施設名,定員,面積",
    ),
    "second below, with gap and title": Awkward(
        {"公園": f"公園一覧\n{HEAD}{PARKS}\n廃止した公園\n名称 | 廃止日 | 理由\n見本旧公園 | 令和2年3月31日 | 用地返還\n見本跡公園 | 平成30年9月30日 | 統合"},
        (2, 2), 5, "番号,名称,所在地,面積,開設年",
    ),
    "second below, alike, with its own title": Awkward(
        {"公園": f"街区公園\n{HEAD}{PARKS}\n近隣公園\n{HEAD}{PARKS}"}, (2, 2), 10, "番号,名称,所在地,面積,開設年",
    ),
    "second below, without gap": Awkward(
        {"人口": "年 | 総数 | 男 | 女\n" + "\n".join(f"令和{n}年 | {900 + n} | {400 + n} | 500" for n in range(2, 7))
         + "\n地区 | 世帯数 | 人口 | 面積\n見本東 | 120 | 300 | 1.2\n見本西 | 130 | 310 | 1.4\n見本南 | 110 | 290 | 1.1"},
        (1, 1), 5, "年,総数,男,女",
    ),
    "second below, without gap, with its title": Awkward(
        {"人口": "年 | 総数 | 男 | 女\n" + "\n".join(f"令和{n}年 | {900 + n} | {400 + n} | 500" for n in range(2, 7))
         + "\n地区別\n地区 | 世帯数 | 人口 | 面積\n見本東 | 120 | 300 | 1.2\n見本西 | 130 | 310 | 1.4\n見本南 | 110 | 290 | 1.1"},
        (1, 1), 5, "年,総数,男,女",
    ),
    "notes all around": Awkward(
        {"公園": f"見本市の公園\n※この表は見本です。\n| | | | 令和6年4月1日現在\n{HEAD} | | ※面積は見本課調べ{PARKS}"
         "※ 面積の単位は平方メートル\n（注1）開設年は告示による\n資料：見本課"},
        (4, 4), 5, "番号,名称,所在地,面積,開設年",
    ),
    "a total at the top": Awkward(
        {"職員数": f"部署 | 総数 | 男 | 女 | その他\n合計 | 65 | 31 | 16 | 10{STAFF}"}, (1, 1), 5, "部署,総数,男,女,その他",
    ),
    "subtotals and a total": Awkward(
        {"職員数": "区分 | 部署 | 総数 | 男 | 女\n本庁 | 見本一課 | 9 | 5 | 4\n本庁 | 見本二課 | 8 | 4 | 4\n | 小計 | 17 | 9 | 8\n"
         "支所 | 見本東 | 6 | 3 | 3\n支所 | 見本西 | 5 | 2 | 3\n | 小計 | 11 | 5 | 6\n合計 | | 28 | 14 | 14"},
        (1, 1), 4, "区分,部署,総数,男,女",
    ),
    "sections between rows": Awkward(
        {"人口": "年齢 | 総数 | 東 | 西\n（男）\n" + "\n".join(f"{n}歳 | {20 + n} | {8 + n} | 12" for n in range(6))
         + "\n\n（女）\n" + "\n".join(f"{n}歳 | {22 + n} | {9 + n} | 13" for n in range(6))},
        (1, 1), 12, "年齢,総数,東,西",
    ),
    "hidden parts": Awkward(
        {"公園": f"{HEAD}{PARKS}", "作業用": "控え | 1\n控え2 | 2", "控え": f"{HEAD}{PARKS}"},
        (1, 1), 5, "番号,名称,所在地,面積,開設年", hidden="作業用 控え r3 cC",
    ),
    "a cover and a list of contents": Awkward(
        {"表紙": "見本市統計書\n令和6年版\n見本市見本課", "目次": "番号 | 表の名前\n1 | 公園\n2 | 職員数",
         "1": f"1 公園\n\n{HEAD}{PARKS}", "2": f"2 職員数\n\n部署 | 総数 | 男 | 女 | 臨時{STAFF}"},
        (3, 3), 5, "番号,名称,所在地,面積,開設年",
    ),
    "three districts and an example": Awkward(
        {"記入例": f"{SHELTER_HEAD}\n1 | 記入例会館 | 記入例1番 | 100", **{area: f"{SHELTER_HEAD}\n{_shelters(area)}" for area in "東西南"}},
        (1, 1), 15, "番号,施設名,住所,収容人数",
    ),
    "months": Awkward(
        {f"{n}月": f"利用者数（{n}月）\n施設 | 大人 | 子ども | 計\n見本館 | {10 + n} | {n} | {10 + 2 * n}\n見本園 | {20 + n} | {n} | {20 + 2 * n}\n"
         f"見本場 | {30 + n} | {n} | {30 + 2 * n}\n合計 | {60 + 3 * n} | {3 * n} | {60 + 6 * n}" for n in (4, 5, 6)},
        (2, 2), 9, "施設,大人,子ども,計",
    ),
    "the header on every page": Awkward({"避難所": "\n".join(_pages())}, (1, 1), 18, "番号,施設名,住所,収容人数"),
    "blank lines inside": Awkward(
        {"公園": f"{HEAD}{PARKS}\n\n6 | 見本新公園 | 見本町6番 | 99 | 令和5年\n\n7 | 見本奥公園 | 見本町7番 | 98 | 令和6年"},
        (1, 1), 7, "番号,名称,所在地,面積,開設年",
    ),
    "a line of units": Awkward(
        {"人口": "年次 | 世帯数 | 人口 | 面積\n | （世帯） | （人） | （k㎡）\n" + "\n".join(
            f"令和{n}年 | {100 + n} | {300 + n} | 14.67" for n in range(1, 7))},
        (1, 2), 6, "年次,世帯数_（世帯）,人口_（人）,面積_（k㎡）",
    ),
    "merged values": Awkward(
        {"避難所": "地区 | 施設名 | 収容人数\n東 | 見本東第一 | 40\n | 見本東第二 | 50\n | 見本東第三 | 60\n西 | 見本西第一 | 70\n | 見本西第二 | 80"},
        (1, 1), 5, "地区,施設名,収容人数", merged="A2:A4 A5:A6",
    ),
    "one column": Awkward({"町名": "町名\n見本一丁目\n見本二丁目\n見本三丁目\n見本四丁目"}, None, None),
    "turned": Awkward(
        {"財政": "項目 | 令和3年度 | 令和4年度 | 令和5年度\n歳入 | 100 | 110 | 120\n歳出 | 90 | 100 | 110\n差引 | 10 | 10 | 10\n基金 | 50 | 55 | 60"},
        (1, 1), 4, "項目,令和3年度,令和4年度,令和5年度",
    ),
    "a form": Awkward(
        {"届出": "見本施設届出書\n\n施設名 | 見本会館\n所在地 | 見本町1番1号 | 電話 | 03-0000-0001\n開館時間 | 9時から17時まで\n休館日 | 月曜日\n\n"
         "担当 | 見本課\n備考 | なし"},
        None, None,
    ),
    "away from column A": Awkward(
        {"公園": "| | 見本市公園一覧\n\n" + "\n".join(f"| | {line}" for line in f"{HEAD}{PARKS}".strip().split("\n"))},
        (3, 3), 5, None,
    ),
    "a title inside the header": Awkward(
        {"人口": "第1表　見本人口 | | | 単位：人\n地区 | 総数 | 男 | 女\n" + "\n".join(
            f"見本{n}町 | {100 + n} | {50 + n} | 50" for n in range(1, 7))},
        (2, 2), 6, "地区,総数,男,女", merged="A1:C1",
    ),
    "a legend": Awkward(
        {"設備": "凡例 | ○ | あり\n | × | なし\n | － | 対象外\n\n施設名 | 車椅子 | 授乳室 | 駐車場\n見本会館 | ○ | × | －\n見本図書館 | ○ | ○ | ○\n"
         "見本体育館 | × | × | ○\n見本公民館 | ○ | × | ×\n見本学習館 | ○ | ○ | ×"},
        (5, 5), 5, "施設名,車椅子,授乳室,駐車場",
    ),
    "numbered footnotes": Awkward(
        {"職員数": f"部署 | 総数1) | 男 | 女 | 臨時2){STAFF}1) 4月1日現在\n2) 月額の者を除く"}, (1, 1), 5, "部署,総数1),男,女,臨時2)",
    ),
    "formulas without values": Awkward(
        {"集計": "施設 | 大人 | 子ども | 計\n見本館 | 10 | 2 | =B2+C2\n見本園 | 20 | 3 | =B3+C3\n見本場 | 30 | 4 | =B4+C4\n見本庫 | 40 | 5 | =B5+C5"},
        (1, 1), 4, "施設,大人,子ども,計",
    ),
    "very wide": Awkward(
        {"統計": " | ".join(["町名", *(f"{n}歳" for n in range(300))]) + "\n" + "\n".join(
            " | ".join([f"見本{m}町", *(str(m * n % 17) for n in range(300))]) for m in range(1, 7))},
        (1, 1), 6, None,
    ),
    "rows of two lines": Awkward(
        {"名簿": "番号 | 施設名 | 電話\n | 所在地 | ＦＡＸ\n" + "\n".join(
            f"{n} | 見本会館{n} | 03-0000-000{n}\n | 見本町{n}番 | 03-0000-100{n}" for n in range(1, 6))},
        None, None,
    ),
    "comments": Awkward(
        {"公園": f"{HEAD}{PARKS}"}, (1, 1), 5, "番号,名称,所在地,面積,開設年", notes={"D3": "見本の注記", "A1": "見本"},
    ),
    "LinkData": Awkward(
        {"公園": "#LINK | http://example.com/\n#lang | ja\n#attribution_name | 見本市\n#property | 名称 | 面積\n#object_type_xsd | string:ja | float\n"
         "1 | 見本中央公園 | 1200\n2 | 見本東公園 | 850\n3 | 見本西公園 | 640"},
        (4, 4), 3, "#property,名称,面積",
    ),
    "tables of many widths": Awkward(
        {"まとめ": f"表1 公園\n{HEAD}{PARKS}\n表2 電話\n課 | 内線\n見本一課 | 1111\n見本二課 | 1112\n見本三課 | 1113\n\n"
         "表3 予算\n款 | 項 | 目 | 予算額 | 前年度 | 増減 | 割合\n総務費 | 見本費 | 管理費 | 100 | 90 | 10 | 0.5\n民生費 | 見本費 | 扶助費 | 200 | 190 | 10 | 0.4\n衛生費 | 見本費 | 予防費 | 300 | 290 | 10 | 0.3"},
        (2, 2), 5, "番号,名称,所在地,面積,開設年",
    ),
    "codes first": Awkward(
        {"施設": "コード | 種別 | 名称 | 電話\n" + "\n".join(
            f"'0{100 + n} | A{n:02} | 見本施設{n} | 03-0000-000{n}" for n in range(1, 8))},
        (1, 1), 7, "コード,種別,名称,電話",
    ),
    "years as names": Awkward(
        {"推移": "区分 | 2019 | 2020 | 2021 | 2022\n見本館 | 1201 | 803 | 904 | 1105\n見本園 | 2201 | 1803 | 1904 | 2105\n見本場 | 3201 | 2803 | 2904 | 3105\n見本庫 | 411 | 283 | 294 | 315"},
        (1, 1), 4, "区分,2019,2020,2021,2022",
    ),
    "line breaks in names": Awkward(
        {"公園": f"番/号 | 名称 | 所在地 | 面積/（㎡） | 開設/年{PARKS}"}, (1, 1), 5, "番号,名称,所在地,面積（㎡）,開設年",
    ),
    "names twice": Awkward(
        {"校": "学校 | 児童数 | 教員数 | 児童数 | 教員数\n" + "\n".join(
            f"見本第{n}小 | {300 + n} | {20 + n} | {310 + n} | {21 + n}" for n in range(1, 7))},
        (1, 1), 6, None,
    ),
    "an empty corner": Awkward(
        {"人口": " | 総数 | 男 | 女\n" + "\n".join(f"見本{n}町 | {100 + n} | {50 + n} | 50" for n in range(1, 7))}, (1, 1), 6, None,
    ),
    "numbers written in advance": Awkward(
        {"公園": f"{HEAD}{PARKS}" + "\n".join(f"{n} | | | |" for n in range(6, 12))}, (1, 1), None, "番号,名称,所在地,面積,開設年",
    ),
    "a memo far away": Awkward(
        {"公園": f"{HEAD}{PARKS}\n\n\n" + " | " * 10 + "見本課メモ：次回更新は4月"}, (1, 1), 5, "番号,名称,所在地,面積,開設年",
    ),
    "remarks under the rows": Awkward(
        {"相談": "窓口 | 曜日 | 時間 | 電話\n見本相談 | 月 | 9:00 | 03-0000-0001\n※祝日を除く\n見本窓口 | 火 | 10:00 | 03-0000-0002\n見本案内 | 水 | 9:30 | 03-0000-0003\n"
         "※予約が必要です\n見本受付 | 木 | 9:00 | 03-0000-0004"},
        (1, 1), 4, "窓口,曜日,時間,電話",
    ),
    "a title beside a date, two lines": Awkward(
        {"施設": "見本市 施設一覧 | | | | 令和6年4月1日\n番号 | 施設 | | 利用 |\n | 名称 | 所在地 | 開始 | 終了\n" + "\n".join(
            f"{n} | 見本館{n} | 見本町{n}番 | 9:00 | 17:00" for n in range(1, 7))},
        (2, 3), 6, "番号,施設_名称,施設_所在地,利用_開始,利用_終了", merged="A2:A3 B2:C2 D2:E2",
    ),
    "groups of rows at the side": Awkward(
        {"人口": "区分 | | 令和4年 | 令和5年\n男 | 0-14歳 | 10 | 11\n | 15-64歳 | 20 | 21\n | 65歳以上 | 30 | 31\n女 | 0-14歳 | 12 | 13\n | 15-64歳 | 22 | 23\n | 65歳以上 | 32 | 33"},
        (1, 1), 6, None, merged="A1:B1 A2:A4 A5:A7",
    ),
    "rows struck out": Awkward(
        {"公園": f"{HEAD} | 備考{PARKS}6 | 見本廃公園 | | | | 欠番\n7 | 見本七公園 | 見本町7番 | 300 | 令和4年 |"}, (1, 1), 7, None,
    ),
}  # fmt: skip
