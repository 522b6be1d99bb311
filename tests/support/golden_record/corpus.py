"""Tables, real and made up: inspected, checked against standards, drafted and converted."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from golden_record.inputs import CASES, CITY, LIST, NURSERIES, RADIO, SAMPLES, WORK, tables
from golden_record.steps import LANGS, Scenario, Step, copy, four, texts, write

# Of large folders every so many files is enough, and marked workbooks only where there are few.
_EVERY = 4
_FEW = 7


def sample(folder: Path) -> Scenario:
    """A version of a standard: how it is told, its workbook, and its samples under both engines."""
    standard = folder.name
    named = f"--standard {standard}"
    bad = f"../inputs/{SAMPLES}/{standard}/invalid.csv"
    steps: list[Step] = [
        f"standards show {standard}",
        f"standards show {standard} --format json --lang en",
        f"standards template {standard} -o template.xlsx",
        f"validate {bad} {named} --html report.html --xlsx marked.xlsx --junit report.xml",
        f"validate {bad} {named} --format json --lang en --engine frictionless",
    ]
    if "@2020" not in standard:
        steps.append(f"convert {bad} {named} --out converted --format json")
    return Scenario(f"standards/{standard}", steps)


def corpus(inputs: Path) -> Iterator[Scenario]:
    """Real files and difficult ones, where they are at hand: each inspected, and folders of them checked at once."""
    for folder in sorted((inputs / "corpus").glob("*/")):
        there = f"../inputs/corpus/{folder.name}"
        inspected = [
            f"inspect {shlex.quote(f'{there}/{path.name}')} --format json" for path in tables(folder)[::_EVERY]
        ]
        books = "--xlsx marked" if len(inspected) < _FEW else ""
        checked = f"validate {there} --jobs 2 --html pages --junit junit.xml {books}"
        yield Scenario(f"corpus/{folder.name}", [*inspected, checked])
    for kind in ("reading", "validation"):
        there = f"../inputs/cases/{kind}"
        files = [shlex.quote(f"{there}/{path.name}") for path in tables(inputs / "cases" / kind)]
        lang = ("ja", "en")
        inspected = [f"inspect {file} --lang {lang[number % 2]}" for number, file in enumerate(files)]
        checked = [f"validate {there} --format json", f"validate {there} --personal --lang en --html pages"]
        own = [f"validate {file} --schema {file.replace('.csv', '.schema.json')}" for file in files if _has_own(file)]
        yield Scenario(f"corpus/{kind}", [*inspected, *(checked if files else ()), *own])
    files = [shlex.quote(f"../inputs/corpus2/{path.name}") for path in tables(inputs / "corpus2")]
    yield Scenario("corpus/second", [f"inspect {file} --format json" for file in files[::_EVERY]])


def _has_own(file: str) -> bool:
    return (WORK / "inputs" / shlex.split(file)[0].replace(".csv", ".schema.json").partition("inputs/")[2]).is_file()


def drafts(inputs: Path) -> Iterator[Step]:
    """Drafts and conversions of real files, with and without a named standard."""
    yield CITY
    named = [("iida/67233.csv", "cultural_property"), ("yaizu/222127_aed.csv", "aed")]
    named += [("hachioji/kosodateshisetuitiran.xlsx", "preschool@2020"), ("ichikawa/122033_104_population.csv", "")]
    for number, (file, standard) in enumerate(named):
        there, option = f"../inputs/corpus/{file}", f"--standard {standard}" if standard else ""
        yield f"new draft{number} --source {there} {option}"
        yield f"new sheet{number} --source {there} {option} --mapping-sheet --format json --lang en"
        yield from (f"build draft{number}", f"build sheet{number} --format json")
        wanted = option or "--standard population"
        yield f"convert {there} {wanted} --out converted{number} --xlsx marked{number}.xlsx"
        yield f"convert {there} {wanted} --out converted{number} --format json --lang en"
    for number, path in enumerate(tables(inputs / "cases" / "reading")[::3]):
        yield f"new case{number} --source {shlex.quote(f'{CASES}/reading/{path.name}')} --lang {LANGS[number % 2]}"
    yield from (write("own.csv", "見本,数\nA,1\n"), *texts("new own --source own.csv"), "build own", "plan own")
    yield from texts("new preschool --source own.csv", "new Ａ --source own.csv", "new x --source nothing.csv")
    yield from texts(
        "new x --source own.csv --standard aedd", f"convert {shlex.quote(RADIO)} --standard aed --out radio"
    )
    yield from texts("convert own.csv --standard aed --out own.csv", "convert nothing.csv --standard aed --out x")


def batch() -> Iterator[Step]:
    """Tables of several kinds at once, and one table with every option of ``validate``."""
    yield from (CITY, write("aed.csv", 'ID,緯度,独自\n"Ａ\n1",35.6\n1,99,x,y\n'))
    yield write("own.json", '{"fields": [{"name": "ID", "type": "integer"}, {"name": "緯度", "type": "number"}]}')
    yield from (write("many/none.csv", "色,形\n赤,丸\n"), write("many/map.pdf", b"%PDF-1.7"))
    yield from (copy("aed.csv", "many/aed.csv"), copy(NURSERIES, "many/n.csv"), copy(RADIO, "many/radio.xlsx"))
    yield from four("validate aed.csv --standard aed", "validate aed.csv --schema own.json", "validate many aed.csv")
    yield from four("validate aed.csv --explain-engine")
    yield from texts("validate aed.csv --schema own.json --engine frictionless")
    for lang in LANGS:
        yield f"validate many --jobs 2 --html {lang} --xlsx {lang} --junit {lang}.xml --lang {lang}"
    yield from (f"validate ../inputs/{SAMPLES} --jobs 2 --junit all.xml --html all", "validate many --personal")
    yield from texts(f"validate {shlex.quote(RADIO)} --standard emergency_radio", "validate aed.csv --html aed.csv")
    yield from texts("validate many --html aed.csv", "validate", "validate nothing.csv", "validate aed.csv --jobs 0")
    yield from (*four("standards list"), *texts("standards show aedd", "standards show aed@1999"))
    yield from texts("standards template aed -o no/such/folder/x.xlsx", "standards template x -o x.xlsx")
    yield from four(
        f"inspect {shlex.quote(RADIO)}", f"inspect {shlex.quote(LIST)}", f"inspect {shlex.quote(NURSERIES)}"
    )
