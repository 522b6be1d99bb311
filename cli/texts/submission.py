"""Submitted figures as lines of text and as JSON: the figures, differences since then, and where a figure came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from meguro_opendata.messages import message, word

from .. import console
from .kpi import number_text

if TYPE_CHECKING:
    from meguro_opendata.kpi.submission import Comparison, Difference, HandedIn, KeptFault

__all__ = [
    "comparison_dict",
    "comparison_lines",
    "fault_lines",
    "figure_story",
    "handed_in_dict",
    "head_lines",
    "submitted_table",
]


def head_lines(handed_in: HandedIn, known: Sequence[str], lang: str) -> Iterator[str]:
    """Yield when and by which decision figures were handed in, and what is kept of them."""
    from meguro_opendata.japan.eras import era_name

    entry, year = handed_in.entry, int(handed_in.entry.quarter[:4])
    names = {"year": year, "era": era_name(year, lang), "quarter": entry.quarter[-1], "name": handed_in.name}
    yield message("submission-title", lang, **names)
    facts = {"day": entry.time[:10], "approval": entry.approval, "recorder": entry.recorder, "as_of": entry.as_of}
    yield message("submission-facts", lang, **facts)
    if entry.reason:
        yield message("submission-revised", lang, version=entry.version, reason=entry.reason)
    if len(known) > 1:
        yield message("submission-versions", lang, names=list(known), first=known[0])
    if handed_in.content:
        ledger = handed_in.content["ledger"]
        yield message("submission-head", lang, line=ledger["lines"], head=ledger["head"])
        files = [paper["file"] for paper in handed_in.content["papers"]]
        yield message("submission-folder", lang, folder=handed_in.folder, files=files)
    if not handed_in.faults:
        yield message("submission-intact", lang, line=handed_in.line)


def fault_lines(handed_in: HandedIn, lang: str) -> Iterator[str]:
    """Yield what is not as it was handed in, and how to count it again where the figures cannot be used."""
    for fault in handed_in.faults:
        yield _fault_text(fault, handed_in, lang)
    if handed_in.content is None and handed_in.entry.as_of:
        entry = handed_in.entry
        said = {"year": entry.quarter[:4], "as_of": entry.as_of, "day": entry.time[:10]}
        yield message("submission-recount", lang, **said)


def _fault_text(fault: KeptFault, handed_in: HandedIn, lang: str) -> str:
    return message(f"kept-fault-{fault.kind}", lang, folder=handed_in.folder, file=fault.file)


def submitted_table(content: Mapping[str, Any], differences: Sequence[Difference], lang: str) -> str:
    """Return the figures as they were handed in, and beside them those of today where they differ."""
    header = [word(name, lang) for name in ("id", "kpi", "target", "handed-in", "status", "now")]
    found = {one.indicator: one for one in differences}
    rows = [
        [
            figure["id"],
            figure["name"],
            _target(figure, lang),
            number_text(figure["actual"], figure["unit"]),
            _status(figure["status"], lang),
            _now(found.get(figure["id"]), figure),
        ]
        for figure in content["indicators"]
    ]
    return console.table_text(header, rows, numbers=(2, 3, 5), whole=(0, 2, 3, 4, 5))


def _now(found: Difference | None, figure: Mapping[str, Any]) -> str:
    return "=" if found is None else number_text(found.now, figure["unit"])


def comparison_lines(compared: Comparison, lang: str, only: str | None = None) -> Iterator[str]:
    """Yield each figure that differs from what was handed in, with the reasons and the ledger's lines."""
    entry = compared.handed_in.entry
    chosen = [one for one in compared.differences if only in (None, one.indicator)]
    if not chosen:
        yield message("differences-none", lang, name=compared.handed_in.name)
        return
    name = {"name": compared.handed_in.name, "as_of": entry.as_of, "approval": entry.approval}
    yield message("differences-from", lang, **name)
    for one in chosen:
        values = f"{number_text(one.submitted, one.unit)} → {number_text(one.now, one.unit)}"
        yield f"- {one.indicator} {one.name}: {values}"
        yield from (f"    {line}" for line in _reasons(one, entry.as_of, lang))


def _reasons(one: Difference, as_of: str, lang: str) -> Iterator[str]:
    for reason in one.reasons:
        same = number_text(one.same_day, one.unit)
        yield message(f"difference-reason-{reason}", lang, as_of=as_of, value=same)
    if one.target != one.submitted_target:
        before, after = number_text(one.submitted_target, one.unit), number_text(one.target, one.unit)
        yield message("difference-target", lang, before=before, after=after)
    if one.lines:
        yield message("difference-lines", lang, lines=_spans(one.lines))


def _spans(lines: Sequence[int]) -> list[str]:
    """Return numbers as text, those in a row as a span, so that a thousand lines are readable.

    >>> _spans([3, 5, 6, 7, 9, 10])
    ['3', '5-7', '9', '10']
    """
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][-1] + 1:
            found[-1].append(line)
        else:
            found.append([line])
    longer = [[f"{span[0]}-{span[-1]}"] if len(span) > 2 else list(map(str, span)) for span in found]  # noqa: PLR2004
    return [text for texts in longer for text in texts]


def figure_story(content: Mapping[str, Any], indicator: str, lang: str) -> Iterator[str]:
    """Yield where a figure came from: its value, definition and document, and each line of the ledger in words."""
    figure = next(one for one in content["indicators"] if one["id"] == indicator)
    origin = next(one for one in content["origins"] if one["indicator"] == indicator)
    yield f"{figure['id']} {figure['name']}"
    told = [
        ("handed-in" if "papers" in content else "actual", number_text(figure["actual"], figure["unit"])),
        ("target", _target(figure, lang)),
        ("status", _status(figure["status"], lang)),
        ("definition", figure["definition"]),
        ("document", origin["text"] or ""),
        ("footnote", origin["footnote"] or ""),
        ("source", figure["source"]),
    ]
    rows = [(word(name, lang), text) for name, text in told]
    yield console.sections_text([("", rows)]).lstrip("\n")
    yield f"{word('evidence', lang)}:"
    entries = {one["line"]: one["entry"] for one in content["evidence"]}
    for line in origin["lines"]:
        yield f"  {evidence_words(line, entries[line], lang)}"
    if not origin["lines"]:
        yield f"  {message('evidence-none', lang, source=figure['source'])}"


def evidence_words(line: int, body: Mapping[str, Any], lang: str) -> str:
    """Return a line of the ledger in words: when, what happened, to what, where, and who says so by which evidence."""
    from meguro_opendata.ledger import HARVESTED, entry_of

    entry = entry_of(body)
    shown = message(
        "evidence-words",
        lang,
        line=line,
        day=_told_day(body),
        event=word(f"event-{entry.event}", lang),
        what=_what(body),
    )
    names = {
        "portal": "portal",
        "approval": "decision",
        "department": "department",
        "recorder": "recorded-by",
        "evidence": "told-proof",
        "reason": "reason",
        "note": "note",
    }
    told = [f"{word(label, lang)} {body[name]}" for name, label in names.items() if body.get(name)]
    if body.get("origin") == HARVESTED:
        told.append(word("from-catalogue", lang))
    if "first" in body or "day" in body:
        told.append(f"{word('entered-on', lang)} {body['time'][:10]}")
    return "、".join([shown, *told]) if lang == "ja" else "; ".join([shown, *told])


def _told_day(body: Mapping[str, Any]) -> str:
    """Return the day that an entry is about: a dating's and a record's own, else that on which it happened in Japan."""
    from meguro_opendata.japan.calendar import japan_day

    return str(body.get("first") or body.get("day") or japan_day(body["time"]))


def _what(body: Mapping[str, Any]) -> str:
    """Return the dataset with its title and file, or the recorded value."""
    if "indicator" in body:
        return f"{body['indicator']} {number_text(body['value'], body['unit'])}"
    title = body.get("title")
    dataset = f"{title} ({body['dataset']})" if title and title != body["dataset"] else str(body.get("dataset", ""))
    return " / ".join(filter(None, [dataset, body.get("resource")]))


def _target(figure: Mapping[str, Any], lang: str) -> str:
    if figure["target"] is None:
        return "-"
    comparison = figure["comparison"]
    return message(f"comparison-{comparison}", lang, value=number_text(figure["target"], figure["unit"]))


def _status(status: str, lang: str) -> str:
    return word(f"status-{status}", lang)


def handed_in_dict(handed_in: HandedIn) -> dict[str, Any]:
    """Return a submission as JSON, without its figures."""
    entry = handed_in.entry
    head = handed_in.content["ledger"] if handed_in.content else {"lines": handed_in.head_line, "head": None}
    return {
        "name": handed_in.name,
        "quarter": entry.quarter,
        "version": entry.version,
        "time": entry.time,
        "as_of": entry.as_of or None,
        "approval": entry.approval,
        "recorder": entry.recorder,
        "reason": entry.reason or None,
        "line": handed_in.line,
        "sha256": entry.figures,
        "ledger_lines": head["lines"],
        "ledger_head": head["head"],
        "folder": str(handed_in.folder),
        "files": [paper["file"] for paper in handed_in.content["papers"]] if handed_in.content else [],
        "faults": [asdict(fault) for fault in handed_in.faults],
    }


def comparison_dict(compared: Comparison | None) -> dict[str, Any]:
    """Return the compared submission and the differences as JSON."""
    if compared is None:
        return {"compared_with": None, "differences": []}
    return {
        "compared_with": handed_in_dict(compared.handed_in),
        "differences": [
            {**asdict(one), "lines": list(one.lines), "reasons": list(one.reasons)} for one in compared.differences
        ],
    }
