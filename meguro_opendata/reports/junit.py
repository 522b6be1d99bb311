"""Reports as one JUnit file, which CI systems show: a suite for each file, a test case for each cause.

The form is that of Jenkins's ``junit-10.xsd``, which other systems read too. It contains no time, so that equal
reports give equal files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from meguro_opendata import messages
from meguro_opendata.findings import Report
from meguro_opendata.messages.harmless import mask_tokens
from meguro_opendata.reports.grouping import Group, grouped, place_words, subject
from meguro_opendata.reports.limits import limit
from meguro_opendata.reports.overview import Overview, Unchecked, short_name
from meguro_opendata.reports.text import told, what_to_do
from meguro_opendata.reports.unchecked import unchecked_lines
from meguro_opendata.reports.workbook.spans import spans
from meguro_opendata.reports.workbook.xmlsplice import legal_xml

__all__ = ["as_junit"]


def as_junit(reports: Sequence[Report | Unchecked], lang: str) -> bytes:
    """Return the JUnit file: a cause that is an error fails; other causes pass, with their text as output.

    Args:
        reports: The reports, and the files that could not be checked.
        lang: Language of the texts.
    """
    named = _Named(Overview(tuple(reports)))
    suites = [
        _suite(report, named(report.file), lang) if isinstance(report, Report) else _lost(report, named, lang)
        for report in reports
    ]
    root = ET.Element("testsuites", _sums(suites))
    root.extend(suites)
    ET.indent(root, " ")
    # Messages can quote values of files; a CI log is often public.
    text = mask_tokens(ET.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


@dataclass(frozen=True)
class _Named:
    """Names of the checked files: as the user wrote them, but an absolute path without its folders."""

    overview: Overview

    def __call__(self, file: str) -> str:
        return short_name(self.overview, file) if Path(file).is_absolute() else file


def _sums(suites: Sequence[ET.Element]) -> dict[str, str]:
    names = ("tests", "failures", "errors")
    return {"name": "meguro-opendata", **{name: str(sum(int(one.get(name, 0)) for one in suites)) for name in names}}


def _suite(report: Report, file: str, lang: str) -> ET.Element:
    groups = grouped(report.findings)
    failures = sum(group.first.severity == "error" for group in groups)
    suite = _new_suite(file, len(groups) + 1, failures, 0)
    checked = messages.message("checked", lang, rows=report.rows, checked=report.rows_checked)
    whole = _case(suite, file, messages.word("report", lang))
    _add(whole, "system-out", "\n".join([checked, *unchecked_lines(report, lang)]))
    names: dict[str, int] = {}
    for group in groups:
        name = _name(group, lang)
        names[name] = names.get(name, 0) + 1
        # CI systems merge test cases of one name, so a repeated name gets a number.
        case = _case(suite, file, name if names[name] == 1 else f"{name} ({names[name]})")
        _tell(case, group, lang)
    return suite


def _lost(lost: Unchecked, named: _Named, lang: str) -> ET.Element:
    file = named(lost.file)
    text = lost.message.replace(lost.file, file)
    suite = _new_suite(file, 1, 0, 1)
    case = _case(suite, file, messages.word("report", lang))
    head = text.splitlines()[0] if text else lost.code
    _add(case, "error", text, type=lost.code, message=head)
    return suite


def _new_suite(file: str, tests: int, failures: int, errors: int) -> ET.Element:
    counts = {"tests": tests, "failures": failures, "errors": errors, "skipped": 0}
    return ET.Element("testsuite", {"name": legal_xml(file), **{key: str(n) for key, n in counts.items()}})


def _case(suite: ET.Element, file: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", {"classname": legal_xml(file), "name": legal_xml(name)})


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, {key: legal_xml(value) for key, value in attributes.items()}).text = legal_xml(text)


def _name(group: Group, lang: str) -> str:
    about = subject(group)
    title = f"{group.first.text('title', lang)} ({group.first.code})"
    return f"{title}: {about}" if about else title


def _tell(case: ET.Element, group: Group, lang: str) -> None:
    text = "\n".join(_lines(group, lang))
    if group.first.severity == "error":
        head = messages.message("same-cause", lang, count=group.count)
        _add(case, "failure", text, type=group.first.code, message=f"{group.first.text('message', lang)} ({head})")
    else:
        _add(case, "system-out", text)


def _lines(group: Group, lang: str) -> Iterator[str]:
    """Yield examples, the places of all other findings, what to do, and the reason."""
    words = place_words(lang)
    yield f"[{messages.word(group.first.severity, lang)}]"
    yield from (told(found, words, lang) for found in group.findings[: limit("examples")])
    others = group.findings[limit("examples") :]
    if others:
        yield f"{messages.message('and-more', lang, count=len(others))}: {', '.join(spans(others, words))}"
    yield from what_to_do(group.first, lang)
