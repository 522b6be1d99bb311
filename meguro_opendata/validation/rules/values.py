"""Rules on single values: codes, readings, telephone numbers, addresses on the web, IDs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

import polars as pl

from meguro_opendata.cleaning import Unsure, damage_doubts, normalised
from meguro_opendata.cleaning.codes import corporate_doubt, municipality_doubt
from meguro_opendata.cleaning.damage import damaged_shape
from meguro_opendata.cleaning.phones import phone
from meguro_opendata.japan.folding import folded
from meguro_opendata.standard.model import Field
from meguro_opendata.validation.rules.data import Hit, Rows, first_of, limits, rule_data, wrong_values

__all__ = ["codes", "damaged", "ids", "licences", "readings", "shapes"]

_KATAKANA = "[\u30a1-\u30fa]"
_JAPANESE = "[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff々]"
_CORPORATE = "corporate_number13"
_PADDED = 3  # IDs with zeros in front, at least, by which others are seen to have lost theirs
_LANDLINE, _MOBILE = 10, 11


def codes(rows: Rows) -> Iterator[Hit]:
    """Yield codes whose check digit is wrong, and those that a spreadsheet destroyed."""
    for name in rows.of_kind("lgcode6"):
        yield from _doubtful(name, rows[name], municipality_doubt)
    for name in rows.of_kind(_CORPORATE):
        column = rows[name]
        distinct = column.unique()
        wrong = distinct.filter(~corporate_digits_fit(distinct))
        if len(wrong):
            empty = pl.Series([""], dtype=pl.String).new_from_index(0, len(column))
            yield from _doubtful(name, column.zip_with(column.is_in(wrong.to_list()), empty), corporate_doubt)
    for field in rows.fields:
        yield from _damaged(field, rows[field.name])


def damaged(frame: pl.DataFrame, known: Collection[str]) -> Iterator[Hit]:
    """Find codes and numbers damaged by a spreadsheet in columns without a field, recognised by their labels.

    >>> frame = pl.DataFrame({"都道府県コード又は市区町村コード": ["1.31105E+11"], "気温": ["1.5E+01"]})
    >>> [(hit.code, hit.field) for hit in damaged(frame, [])]
    [('number-destroyed', '都道府県コード又は市区町村コード')]
    """
    for name in frame.columns:
        if name not in known:
            yield from _damaged(Field(name, "text", "unknown", "", {}), frame[name])


def _damaged(field: Field, column: pl.Series) -> Iterator[Hit]:
    for doubt in damage_doubts(field) if column.str.contains(damaged_shape()).any() else ():
        yield from _doubtful(field.name, column, doubt)


def corporate_digits_fit(column: pl.Series) -> pl.Series:
    """Return whether each value is empty, or 13 digits whose first is the check digit of the others.

    >>> corporate_digits_fit(pl.Series(["1000020131105", "2000020131105", "", "見本"])).to_list()
    [True, False, True, False]
    """
    number = pl.when(pl.col("v").str.len_bytes() == 13).then(pl.col("v").cast(pl.Int64, strict=False))  # noqa: PLR2004
    weighted = pl.sum_horizontal(number // 10**place % 10 * (1 + place % 2) for place in range(12))
    fits = ((number // 10**12) == 9 - weighted % 9).fill_null(value=False) | (pl.col("v") == "")
    return column.alias("v").to_frame().select(fits).to_series()


def _doubtful(name: str, column: pl.Series, doubt: Callable[[str], Unsure | None]) -> Iterator[Hit]:
    known = ("check-digit-wrong", "number-destroyed", "number-as-date")
    for at, value, why in wrong_values(column, doubt):
        if why.code in known:
            yield Hit(why.code, at, name, value, why.readings[0] if len(why.readings) == 1 else None)


def readings(rows: Rows) -> Iterator[Hit]:
    """Yield readings without one letter of kana, of names that are written in Japanese."""
    ends = rule_data()["readings"]["ends"]
    for name in rows.of_kind("kana"):
        whole = first_of([name.removesuffix(end) for end in ends if name.endswith(end)], rows)
        if whole is None:
            continue
        column = rows[name]
        foreign = (column != "") & ~column.str.contains(_KATAKANA)
        if foreign.any():
            foreign &= rows[whole].str.contains(_JAPANESE)
            for at in foreign.arg_true():
                yield Hit("kana-without-kana", at, name, column[at], params={"name": rows[whole][at]})


def shapes(rows: Rows) -> Iterator[Hit]:
    """Find telephone numbers and URLs that match their pattern but cannot be right."""
    for field in rows.fields:
        shape = rule_data()["shapes"].get(field.kind)
        column = rows[field.name] if shape else None
        if shape is None or column is None or (field.kind == "phone" and _plain_phones(column, shape["clean"])):
            continue
        judge = _JUDGES[field.kind]
        for at, value, _ in wrong_values(column, judge, None if field.kind == "phone" else shape["clean"]):
            yield Hit(shape["code"], at, field.name, value, _suggestion(field, value, judge))


def _plain_phones(column: pl.Series, clean: str) -> bool:
    """Return whether all values are single numbers whose digits before the last four are in order.

    >>> form = rule_data()["shapes"]["phone"]["clean"]
    >>> _plain_phones(pl.Series(["(03)5722-9270", "(03)5722-1111", ""]), form), _plain_phones(pl.Series(["110"]), form)
    (True, False)
    """
    if not (column.str.contains(clean) | (column == "")).all():
        return False
    heads = column.str.head(-4).unique()  # a few hundred, where there are many numbers
    return all(_phone_fault(head + "0000") is None for head in heads.to_list() if head)


def _suggestion(field: Field, value: str, judge: Callable[[str], object]) -> str | None:
    """Return the value after its normalisers, if that is another one and in order."""
    after = normalised(field, value)
    return after if after not in ("", value) and judge(after) is None else None


def _phone_fault(text: str) -> str | None:
    """Return why one of the numbers of a cell can be none: too many or too few digits, or an area that does not exist.

    >>> [_phone_fault(text) for text in ("(03)5722-9270", "(03)5722-927", "090-1234-5678", "0120-1-1234")]
    [None, 'digits', None, 'digits']
    """
    for one in text.split(" / "):
        if one.startswith("+"):
            continue
        digits = re.sub("[^0-9]", "", one)
        if len(digits) not in (_LANDLINE, _MOBILE) or not digits.startswith("0"):
            return "digits"
        if phone(digits) == digits:
            return "area"
    return None


def _url_fault(text: str) -> str | None:
    """Return why a URL leads nowhere: nothing behind its scheme, a space, several of them, or a host without a dot.

    >>> [_url_fault(text) for text in ("https://", "https://a.example https://b.example", "https://localhost/")]
    ['host', 'space', 'host']
    >>> _url_fault("https://見本.example/案内"), _url_fault("https://www.example.com/?next=https://www.example.com/")
    (None, None)
    """
    if re.search(r"\s", text.strip()) or re.search(r"[;,、，；]\s*https?://", text):
        return "space"
    found = re.match(r"(?:https?|ftp)://([^/?#]*)", text.strip(), re.IGNORECASE)
    if found is None:
        return None if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[^/]", text) else "scheme"
    return None if re.fullmatch(r"[^.\s]+(?:\.[^.\s]+)+", found[1]) else "host"


_JUDGES: Mapping[str, Callable[[str], str | None]] = {
    "phone": _phone_fault,
    "uri": _url_fault,
}


def ids(rows: Rows) -> Iterator[Hit]:
    """Yield a column of IDs with empty cells, and IDs that are written otherwise than nearly all others.

    It is the column that the schema wants without repeats; empty cells of one that it requires are the judge's.
    """
    for field in rows.fields:
        constraints = field.descriptor.get("constraints", {})
        if not constraints.get("unique"):
            continue
        column = rows[field.name]
        empty = column == ""
        if empty.any() and not constraints.get("required"):
            empty &= rows.frame.select(pl.any_horizontal(pl.all() != "")).to_series()
            if count := int(empty.sum()):
                yield Hit("identifier-empty", None, field.name, params={"count": count, "rows": len(column)})
        yield from _odd_ids(field.name, column)
        yield from _lost_zeros(field.name, column)


def _lost_zeros(name: str, column: pl.Series) -> Iterator[Hit]:
    """Yield IDs that are shorter than the others, which have zeros in front and as many digits each.

    >>> column = pl.Series(["0001", "0002", "0003", "4", "0005"])
    >>> [(hit.position, hit.value, hit.suggestion) for hit in _lost_zeros("ID", column)]
    [(3, '4', '0004')]
    """
    padded = column.filter(column.str.contains("^0[0-9]+$"))
    if len(padded) < _PADDED or padded.str.len_bytes().n_unique() > 1:
        return
    width = len(padded[0])
    short = (column.str.contains("^[1-9][0-9]*$") & (column.str.len_bytes() < width)).arg_true()
    if len(short) < len(padded):
        there = set(padded)
        for at in short:
            whole = column[at].zfill(width)
            yield Hit(
                "identifier-shape", at, name, column[at], None if whole in there else whole, params={"like": padded[0]}
            )


def _odd_ids(name: str, column: pl.Series) -> Iterator[Hit]:
    filled = column.filter(column != "")
    if len(filled) < limits("id_rows") or _one_form(filled):
        return
    forms = column.str.replace_all("[0-9]+", "0")
    usual = forms.filter(column != "").value_counts(sort=True).row(0)
    if usual[1] == len(filled) or usual[1] < limits("id_share") * len(filled):
        return
    like = str(column.filter(forms == usual[0])[0])
    for at in ((forms != usual[0]) & (column != "")).arg_true():
        yield Hit("identifier-shape", at, name, column[at], params={"like": like})


def _one_form(filled: pl.Series) -> bool:
    """Return whether all IDs are written as the first is, but for their digits.

    >>> _one_form(pl.Series(["A01", "A2"])), _one_form(pl.Series(["A01", "B2"]))
    (True, False)
    """
    literal = (re.escape(part) for part in re.split("[0-9]+", filled[0]))
    return bool(filled.str.contains(f"^{'[0-9]+'.join(literal)}$").all())


def licences(rows: Rows) -> Iterator[Hit]:
    """Yield each column of pictures without a licence, once a column, and unknown names of licences."""
    words = rule_data()["licences"]
    for field in rows.fields:
        if not re.match(words["picture"], field.name):
            continue
        licence = words["licence"].format(field=field.name)
        bare = rows[field.name] != ""
        if licence in rows:
            bare &= rows[licence] == ""
        count = int(bare.sum())
        if count:
            yield Hit("image-without-licence", None, field.name, params={"count": count, "licence": licence})
    for field in rows.fields:
        if re.search(words["field"], field.name):
            for at, value, _ in wrong_values(rows[field.name], _licence_fault, words["known"]):
                yield Hit("licence-unknown", at, field.name, value, _right_licence(value))


def _licence_fault(text: str) -> str | None:
    return None if re.search(rule_data()["licences"]["known"], text) else "unknown"


def _right_licence(text: str) -> str | None:
    """Return the name of the licence that is meant, where that is certain.

    >>> _right_licence("クリエイティブ・コモンズ 表示 4.0 国際"), _right_licence("ccby4.0"), _right_licence("市に帰属")
    ('CC BY 4.0', 'CC BY 4.0', None)
    """
    plain = re.sub(r"[・_\-()]", "", folded(text)).upper()
    return next((entry["name"] for entry in rule_data()["licence"] if re.fullmatch(entry["meant"], plain)), None)
