"""Findings, reports and parsed pages that several tests of reports share."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from meguro_opendata.findings import Finding, Report

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{field}{{ 7*7 }}</style></td>"
VOID = ("meta", "br", "input")


def found(code: str = "type-date", row: int = 2, severity: str = "error", **more: Any) -> Finding:
    """A finding; by default a date in row 2 that is none."""
    given_parts = {"check": "type-error", "column": "日付", "field": "開設日", "value": f"v{row}", **more}
    return Finding(code=code, severity=severity, row=row, line=row, **given_parts)


def info(code: str, name: str) -> Finding:
    """An information on a column or field."""
    part = "field" if code == "column-absent" else "column"
    return Finding(code=code, severity="info", row=1, **{part: name})


def report(*findings: Finding, **more: Any) -> Report:
    """A report with these findings."""
    parts = {"standard": ("aed", "2026"), "header": ("ID", "名称"), "encoding": "cp932", **more}
    return Report(file="表.csv", rows=40, rows_checked=38, findings=findings, **parts)


class Page(HTMLParser):
    """A parsed page: its elements with their attributes, and the text inside each element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Elements are closed in their order."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append((self._open[-1] if self._open else "", data))

    @property
    def tags(self) -> set[str]:
        """Every kind of element."""
        return {tag for tag, _ in self.elements}

    @property
    def text(self) -> str:
        """All that a reader sees."""
        return " ".join(text for tag, text in self.texts if tag not in ("style", "title", "script"))

    def inside(self, tag: str) -> str:
        """The text directly inside all elements of a kind."""
        return "".join(text for inner, text in self.texts if inner == tag)
