"""The list of findings in ``docs/rules.md``: ``python -m meguro_opendata.validation.rules.document`` writes it anew.

Severities come from ``rules.toml``, examples from ``examples.toml``, all sentences from ``messages/``; they are joined
by the finding's code. The page's introduction is written by hand and ends at the line ``MARK``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from meguro_opendata.messages import LANGUAGES
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.validation.rules.data import rules

__all__ = ["MARK", "codes_of_the_page", "incomplete", "page", "section"]

MARK = "<!-- From here on this page is generated: make rules -->"
PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
# Rows of each table: the key of the text in messages/, and its label in Japanese and English. "example" is not a
# message: it comes from examples.toml.
PARTS = {
    "title": "見つかること / Finding",
    "message": "報告の文 / Report",
    "example": "例 / Example",
    "source": "根拠 / Source",
    "advice": "すること / What to do",
    "who": "担当 / Who acts",
}


def codes_of_the_page() -> list[str]:
    """Return the codes on the page: those of ``rules.toml`` in its order, then the other codes with an example."""
    declared = list(rules())
    return declared + [code for code in _examples() if code not in declared]


def page(introduction: str) -> str:
    """Return the whole page: the introduction up to ``MARK``, then one section a finding."""
    head = introduction.split(MARK, maxsplit=1)[0].rstrip()
    return "\n\n".join([head, MARK, *map(section, codes_of_the_page())]) + "\n"


def section(code: str) -> str:
    """Return the heading and the table of one finding, with both languages side by side."""
    rule = rules().get(code)
    heading = f"### {code}" + (f" ({rule.severity})" if rule else "")
    lines = ["| | 日本語 | English |", "|---|---|---|"]
    for key, label in PARTS.items():
        lines.append("| " + " | ".join([label, *(_cell(_part(code, key, lang)) for lang in LANGUAGES)]) + " |")
    return heading + "\n\n" + "\n".join(lines)


def incomplete() -> Iterator[str]:
    """Yield code, part and language of each text that is missing or empty."""
    for code in codes_of_the_page():
        for key in PARTS:
            yield from (f"{code}: {key} ({lang})" for lang in LANGUAGES if not _part(code, key, lang).strip())


def _examples() -> dict[str, dict[str, str]]:
    return packaged_toml(__package__, "examples.toml")


def _part(code: str, key: str, lang: str) -> str:
    if key == "example":
        return _example(_examples().get(code, {}), lang)
    texts: dict[str, Any] = packaged_toml("meguro_opendata.messages", f"{lang}.toml")["findings"]
    # A placeholder has a value only in the report on a file.
    return re.sub(r"\{[^}]*\}", "…", str(texts.get(code, {}).get(key, "")))


def _example(example: dict[str, str], lang: str) -> str:
    if "value" not in example:
        return example.get(lang, "")
    empty = {"ja": "（空）", "en": "(empty)"}[lang]
    return f"{example['field']}: {example['value'] or empty}"


def _cell(text: str) -> str:
    # A bar or a line break would end the cell of a Markdown table; `<`, `*` and `_` would be markup.
    return re.sub(r"([|*_<>`])", r"\\\1", " ".join(text.split()))


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
