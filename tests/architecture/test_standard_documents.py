"""The documents of the standards: a reader finds for every field what it means, whether it is required, and why."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from locations import ROOT
from meguro_opendata.standard_schemas import documents

from meguro_opendata.standard.model import load_standard, standards

FOLDER = ROOT / "standard_schemas"
PAGES = ROOT / "docs" / "standards"
LISTED = standards()
WITH_SCHEMA = [entry.id for entry in LISTED if entry.versions]
VERSIONS = [(entry.id, version) for entry in LISTED for version in entry.versions]
COLUMNS = ["項目", "意味", "必須区分と根拠", "書き方", "例", "確からしさ（根拠）"]

every_dataset = pytest.mark.parametrize("name", WITH_SCHEMA)
every_version = pytest.mark.parametrize(("name", "version"), VERSIONS, ids=["@".join(pair) for pair in VERSIONS])


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a Markdown text: their rows, each a list of cells, without the line of dashes."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif found[-1]:
            found.append([])
    return [[row for row in table if not set("".join(row)) <= {"-"} or not "".join(row)] for table in found if table]


def field_tables(path: Path) -> list[list[list[str]]]:
    """The tables of fields in a document, without their headers."""
    return [table[1:] for table in tables(path.read_text(encoding="utf-8")) if table[0] == COLUMNS]


def requirement_word(descriptor: dict[str, Any]) -> str:
    """The first word of the cell about requirement."""
    words: dict[str, str] = yaml.safe_load((FOLDER / "words.yaml").read_text(encoding="utf-8"))["requirement"]
    return words[descriptor["mo:requirement"]]


@every_version
def test_every_field_is_explained(name: str, version: str) -> None:
    """In the README of a dataset each field of each version has meaning, requirement, form and certainty."""
    order = load_standard(name).versions.index(version)
    table = field_tables(FOLDER / name / "README.md")[order]
    fields = load_standard(name, version).fields
    assert [row[0] for row in table] == [f"`{item.name}`" for item in fields]
    for item, (_, meaning, requirement, form, example, certainty) in zip(fields, table, strict=True):
        assert meaning.startswith(item.description)
        assert requirement.startswith(requirement_word(dict(item.descriptor)))
        assert item.descriptor.get("mo:requirement_basis", "未確認") in requirement
        assert form
        assert str(item.descriptor.get("example", "")).replace("|", r"\|") in example
        assert all(piece in certainty for piece in item.descriptor["mo:evidence"])


@every_dataset
def test_a_department_reads_the_current_version(name: str) -> None:
    """The page of a dataset explains each field of the version in force, in its order."""
    (table,) = field_tables(PAGES / f"{name}.md")
    assert [row[0] for row in table] == [f"`{item.name}`" for item in load_standard(name).fields]
    assert {len(row) for row in table} == {len(COLUMNS)}


@every_dataset
def test_a_page_tells_how_to_correct_an_item(name: str) -> None:
    """Each page names the one file to edit and the one command to run, and what the evidence marks mean."""
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert "## 公式の定義書で項目を直すには" in text
    assert f"(../../standard_schemas/{name}/definition.yaml)" in text
    assert "`make schemas`" in text
    cited = {piece for item in load_standard(name).fields for piece in item.descriptor["mo:evidence"]}
    assert {row[0] for table in tables(text) if table[0][0] == "記号" for row in table[1:]} == cited


@every_dataset
def test_a_page_tells_what_becomes_of_the_old_form(name: str) -> None:
    """Where an older version exists, its items stand with what becomes of each; else there is no such part."""
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    carried = [row[0] for table in tables(text) if table[0][0] == "旧形式の項目" for row in table[1:]]
    older = load_standard(name).versions[1:]
    assert carried == [f"`{item.name}`" for version in older for item in load_standard(name, version).fields]


@every_dataset
def test_what_is_not_known_is_said(name: str) -> None:
    """Each known gap of a version stands in the documents; a page says how many requirements are known."""
    schema = load_standard(name).schema
    assert schema is not None
    for path in (FOLDER / name / "README.md", PAGES / f"{name}.md"):
        text = path.read_text(encoding="utf-8")
        assert [gap for gap in schema["mo:known_gaps"] if f"- {gap}\n" not in text] == []
    known = sum(item.requirement != "unknown" for item in load_standard(name).fields)
    assert f"うち必須区分が分かっているもの {known}）" in text


def test_the_index_lists_every_dataset() -> None:
    """The index has a row for each dataset in the catalogue's order, with its versions, and a link to its page."""
    text = (ROOT / "docs" / "standards.md").read_text(encoding="utf-8")
    rows = tables(text)[0][1:]
    assert [row[2] for row in rows] == [f"`{entry.id}`" for entry in LISTED]
    for entry, row in zip(LISTED, rows, strict=True):
        assert row[0] == (entry.number or "—")
        assert [version for version in entry.versions if f"{version}（" not in row[3]] == []
        assert ("](" in row[1]) == (entry.status != "listed")
    assert f"{len(LISTED)}データセット、{len(VERSIONS)}スキーマ、" in text


def test_the_index_counts_right() -> None:
    """The figures of the index are those of the schemas."""
    fields = [item for name, version in VERSIONS for item in load_standard(name, version).fields]
    known = sum(item.requirement != "unknown" for item in fields)
    text = (ROOT / "docs" / "standards.md").read_text(encoding="utf-8")
    assert f"{len(fields)}項目。うち必須区分が分かっているものは{known}項目です。" in text


def test_every_link_leads_somewhere() -> None:
    """No relative link of the documents, or of the folder's READMEs, is broken."""
    paths = [ROOT / "docs" / "standards.md", FOLDER / "README.md", *PAGES.glob("*.md"), *FOLDER.glob("*/README.md")]
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    links = [(path, link) for path, text in texts.items() for link in re.findall(r"\]\(([^)#\s]+)\)", text)]
    assert len(links) > 200
    assert [(path, link) for path, link in links if ":" not in link and not (path.parent / link).exists()] == []


def test_pages_are_japanese() -> None:
    """What a department reads is Japanese: no line of the pages is English prose."""
    english = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){3,}")
    prose = [
        (path.name, line)
        for path in PAGES.glob("*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if english.search(re.sub(r"`[^`]*`", "", line))
    ]
    assert prose == []


@pytest.mark.parametrize(("text", "cell"), [("a|b", r"a\|b"), ("a\nb", "a b"), ("", "")])
def test_text_stays_in_its_cell(text: str, cell: str) -> None:
    """A bar or a line break in a text does not break the table around it."""
    assert documents._cell(text) == cell
