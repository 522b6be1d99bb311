"""How the values of a finding's field are to be written, with an example, as the standard says it."""

from __future__ import annotations

from functools import lru_cache

from meguro_opendata import messages
from meguro_opendata.findings import Finding, Report

__all__ = ["field_help"]

_WORDS = 8


def field_help(report: Report, found: Finding, lang: str) -> str:
    """Form, words to choose from and example of the field; empty where no standard says them.

    >>> report = Report("表.csv", ("aed", "2026"), 1, 1, ())
    >>> field_help(report, Finding("type-number", "error", field="緯度", value="不明"), "ja")
    '緯度・十進度の数値 / 例: 35.641500'
    """
    if report.standard is None or found.field is None or found.value is None:
        return ""
    return _help(*report.standard, found.field, lang)


@lru_cache(maxsize=1024)
def _help(standard: str, version: str, name: str, lang: str) -> str:
    from meguro_opendata.standard.field_help import explain
    from meguro_opendata.standard.filesets import load_file_standard
    from meguro_opendata.standard.model import load_standard

    if load_file_standard(standard) is not None:
        return ""
    field = next((field for field in load_standard(standard, version).fields if field.name == name), None)
    if field is None:
        return ""
    told = explain(field, lang)
    values = messages.word("allowed-values" if told.closed else "usual-values", lang)
    words = "、".join(told.values[:_WORDS]) + (" …" if len(told.values) > _WORDS else "")
    parts = [
        told.form,
        f"{values}: {words}" if words else "",
        f"{messages.word('example', lang)}: {told.example}" if told.example else "",
    ]
    return " / ".join(filter(None, parts))
