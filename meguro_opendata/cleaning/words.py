"""Words of a list in the standard, and cells that contain several words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.japan import folding

__all__ = ["lines_doubt", "list_doubt", "separators", "word"]

_SURE, _COMMAS, _JOINING = "\n；;", "、，,", "・･／/"
_BLANKS = " \t\u3000"
_BRACKETS = {"(": 1, "（": 1, "「": 1, ")": -1, "）": -1, "」": -1}


def word(text: str, known: Collection[str]) -> str:
    """Return the listed word that equals a value, or each part of one, but for width, case and spaces.

    A value that equals no listed word, or two of them, is unchanged.

    >>> word("ＤＨＣＰ", ["DHCP"]), word("病 院", ["病院", "診療所"]), word("病院;診療 所", ["病院", "診療所"])
    ('DHCP', '病院', '病院;診療所')
    >>> word("医院", ["病院", "診療所"])
    '医院'
    """
    if not known or text in known:
        return text
    by_form: dict[str, str | None] = {}
    for listed in known:
        by_form[folding.loose(listed)] = None if folding.loose(listed) in by_form else listed
    return ";".join(by_form.get(folding.loose(part)) or part for part in text.split(";"))


def separators(text: str, known: Collection[str] = (), *, loose: bool = True) -> str:
    r"""Return a list with half-width semicolons between its values; signs inside brackets do not separate.

    Consecutive signs and line breaks are one separator. The middle dot separates only values that are all listed,
    since it also joins words. With ``loose`` off the same holds for a comma, which is part of values such as 1、2丁目.

    >>> separators("内科、外科(月、水)"), separators("内科\n外科"), separators("内科・外科"), separators("a；b")
    ('内科;外科(月、水)', '内科;外科', '内科・外科', 'a;b')
    >>> separators("内科・外科", ["内科", "外科"]), separators("1、2丁目", loose=False)
    ('内科;外科', '1、2丁目')
    >>> separators("内科;精神科,\n外科"), separators("、内科；、外科;"), separators("1丁目、\n2丁目", loose=False)
    ('内科;精神科;外科', '内科;外科', '1丁目;2丁目')
    """
    lines = _split(text, _SURE)
    parts = [part.strip(_COMMAS + _BLANKS) for part in lines] if len(lines) > 1 else [*lines]
    listed = {folding.loose(value) for value in known}
    for signs, sure in ((_COMMAS, loose), (_JOINING, False)):
        found = [part for whole in parts for part in _split(whole, signs)]
        if sure or listed.issuperset(map(folding.loose, found)):
            parts = found
    return ";".join(filter(None, parts))


def list_doubt(text: str) -> Unsure | None:
    """Return a doubt for a text with commas, which may separate values or be part of one.

    >>> list_doubt("上目黒1丁目、2丁目"), list_doubt("内科;外科")
    (Unsure(code='ambiguous-value', readings=('上目黒1丁目;2丁目',)), None)
    """
    parts = _split(text, "、，")
    return Unsure("ambiguous-value", (";".join(parts),)) if len(parts) > 1 else None


def lines_doubt(text: str) -> Unsure | None:
    r"""Return a doubt for a value of several lines where the field takes one word.

    >>> lines_doubt("建造物\n歴史資料"), lines_doubt("建造物")
    (Unsure(code='several-values', readings=('建造物', '歴史資料')), None)
    """
    parts = _split(text, "\n")
    return Unsure("several-values", tuple(parts), partial=True) if len(parts) > 1 else None


def _split(text: str, signs: str) -> Sequence[str]:
    """Return the parts of a text between signs outside brackets."""
    if not any(sign in text for sign in signs):
        return (text,)
    parts, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        depth = max(0, depth + _BRACKETS.get(letter, 0))
        if letter in signs and not depth:
            parts.append(text[start:at])
            start = at + 1
    stripped = [part.strip() for part in (*parts, text[start:])]
    return [part for part in stripped if part]
