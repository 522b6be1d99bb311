"""Texts on which a pattern that tries one way after the other takes long: one sign, or a few, over and over."""

from __future__ import annotations

__all__ = ["ENDS", "FRONTS", "UNITS", "hostile"]

UNITS = [
    *(
        " ",
        "　",
        "\t",
        "\n",
        "\r\n",
        "一",
        "十",
        "零",
        "(",
        ")",
        "（",
        "〒",
        "-",
        "ー",
        "−",
        "0",
        "1",
        "０",
        "ア",
        "ｱ",
        "ｶﾞ",
        "あ",
    ),
    *(
        "丁目",
        "・",
        "、",
        ",",
        ";",
        ":",
        "：",
        "/",
        "\\",
        "~",
        "?",
        "@",
        "a",
        "a@",
        "a.",
        "0-",
        "1-",
        "1 ",
        "一(",
        "一番",
        "番1",
    ),
    *(
        "1丁目",
        "町",
        "字",
        "大字",
        "市",
        "東京都",
        "目黒区",
        "北24西6",
        "第1",
        "条",
        "月",
        "月～",
        "月曜",
        "9:00",
        "9:00～",
        "9時",
    ),
    *(
        "令和",
        "R",
        "元年",
        "1年",
        "1月1日",
        "4.1.",
        "http://",
        "www.",
        "<",
        "<a ",
        "<a href=x ",
        "href=",
        "&",
        "&amp;",
        "&#1;",
    ),
    *(
        "_x000D_",
        "様",
        "佐藤",
        "佐藤 ",
        "氏",
        "担当:",
        "03-",
        "(03)",
        "+81",
        "内線1",
        "円",
        "℃",
        "°",
        "35°",
        "35.5,",
        "1E+",
        "#",
        "%",
    ),
    *("なし", "が", "㈱", "①", "\u0301\u0316", "\u3099", "\u200b", "\ue000", "\u202e"),
]
ENDS = ["", "x", "\n。"]
FRONTS = ["1", "<a ", "目黒区", "令和", "(03", "090-1234-5678 "]


def hostile(unit: str, length: int, front: str, end: str) -> str:
    """Return a text of about that length.

    >>> hostile("0-", 6, "(", "x")
    '(0-0-0-x'
    """
    return front + unit * (length // len(unit)) + end
