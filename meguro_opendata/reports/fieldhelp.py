"""The notation of the values of a finding's field, with an example from the standard."""

from __future__ import annotations

from functools import lru_cache

from meguro_opendata import messages
from meguro_opendata.findings import Finding, Report

__all__ = ["field_help"]

# Words of a code list shown in a line; some lists have hundreds.
_WORDS = 8


def field_help(report: Report, found: Finding, lang: str) -> str:
    """Return form, allowed words and example of the field; empty where no standard defines them.

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
    explained = explain(field, lang)
    values = messages.word("allowed-values" if explained.closed else "usual-values", lang)
    words = "、".join(explained.values[:_WORDS]) + (" …" if len(explained.values) > _WORDS else "")
    parts = [
        explained.form,
        f"{values}: {words}" if words else "",
        f"{messages.word('example', lang)}: {explained.example}" if explained.example else "",
    ]
    return " / ".join(filter(None, parts))
