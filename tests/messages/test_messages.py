"""The catalogues of sentences: both languages say the same things, and code names only what they hold."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import frictionless.fields
import pytest
import yaml
from locations import ROOT
from pydantic_core.core_schema import ErrorType

from meguro_opendata import errors, messages
from meguro_opendata.cleaning import NORMALISERS
from meguro_opendata.findings import Finding
from meguro_opendata.georeferencing.coordinates import RULE
from meguro_opendata.mapping.carry import carry_ways
from meguro_opendata.pipeline.asread import SHOWN
from meguro_opendata.publication.fields import publication_rules
from meguro_opendata.sources.structure import READING_CODES

SOURCES = sorted([*(ROOT / "meguro_opendata").rglob("*.py"), *(ROOT / "cli").rglob("*.py")])
TEMPLATES = sorted((ROOT / "meguro_opendata").rglob("*.html"))
ERROR_CLASSES = set(errors.__all__) - {"Fault", "ConfigurationError"}
SPEAKERS = {"message": "says", "_message": "says", "word": "words", "doctor_text": "doctor", "rule_name": "rules"}
FINDING_PARTS = {"title", "message", "advice", "source", "who"}
WHO = {("担当課", "department"), ("情報政策", "information policy"), ("システム（対応不要）", "system (nothing to do)")}
OF_EVERY_FINDING = {"column", "field", "value", "suggestion", "form", "called", "why", "todo"}
# Codes that are put together at run time, by the f-string that does it; those of unknown() are seen where it is called,
# those of findings and words are compared below with what there is.
PUT_TOGETHER = {
    "places-{one.kind}": {f"places-{kind}" for kind in ("grid", "addresses", "boundary")},
    "axis-{column.axis}": {f"axis-{axis}" for axis in ("lat", "lon", "x_north", "y_east")},
    "guard-{guard}": {f"guard-{guard}" for guards in publication_rules()["guards"].values() for guard in guards},
    "not-looked-at-{code}": set[str](),
    "wrong-{kind}": {f"wrong-{kind}" for kind in get_args(ErrorType)},
    "named-{one.source}": {f"named-{place}" for place in ("header", "title", "sheet", "file", "slug")},
    "odd-date-{odd.kind}": set[str](),
    "date-{field}": set[str](),
    "{code}-near": set[str](),
    "type-{field.get('type', 'any')}": set[str](),
    "constraint-{error.constraint}": set[str](),
    "spec-{name}": set[str](),
    "status-{figure.status}": set[str](),
    "status-{status}": set[str](),
    "standing-{standing.value}": set[str](),
    "held-{figure.comparison}": set[str](),
    "noted-{figure.qualifier}": set[str](),
    "noted-{year.qualifier}": set[str](),
    "ledger-line-{fault.kind}": set[str](),
    "comparison-{figure.comparison}": set[str](),
    "qualifier-{figure.qualifier}": set[str](),
    "comparison-{comparison}": set[str](),
    "difference-reason-{reason}": set[str](),
    "kept-fault-{fault.kind}": set[str](),
    "event-{entry.event}": set[str](),
    "official-{figure.official}": set[str](),
    "step-{step.kind}": set[str](),
    "step-detail-{step.kind}": set[str](),
    "kind-{kind.state}": set[str](),
    "kept-{one.state}": set[str](),
    "reason-{reason}": set[str](),
    "address-{problem}": set[str](),
    "geocode-{name}": set[str](),
    "level-{level}": set[str](),
    "level-{found.level}": set[str](),
    "quality-{step.code}": set[str](),
    "characteristic-{code}": set[str](),
    "passed-{reason}": set[str](),
    "evidence-{one.kind}": set[str](),
    "ledger-repaired-{kind}": set[str](),
    "ledger-left-{reason}": set[str](),
    "ledger-odd-{one.kind}": set[str](),
    "event-{kind}": set[str](),
}


def catalogue(lang: str) -> dict[str, Any]:
    """One language's file as it stands."""
    return tomllib.loads((ROOT / "meguro_opendata" / "messages" / f"{lang}.toml").read_text(encoding="utf-8"))


JA, EN = catalogue("ja"), catalogue("en")


def texts(language: dict[str, Any]) -> dict[tuple[str, ...], str]:
    """Every sentence of a catalogue by its section, code and, for findings, part."""
    found: dict[tuple[str, ...], str] = {}
    for section, entries in language.items():
        for code, entry in entries.items():
            parts = entry.items() if isinstance(entry, dict) else [(None, entry)]
            found.update({(section, code, *([part] if part else [])): text for part, text in parts})
    return found


def placeholders(text: str) -> set[str]:
    """The names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@dataclass(frozen=True)
class Used:
    """A code that stands in the sources: its section, and the parameters given there, ``None`` if not literal."""

    section: str
    code: str
    params: frozenset[str] | None
    where: str


def strings(node: ast.expr | None) -> list[str]:
    """The string, or both strings of ``a if … else b``, or nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return strings(node.body) + strings(node.orelse)
    return []


def keywords(call: ast.Call, *without: str) -> frozenset[str] | None:
    """The names of a call's keyword arguments, ``None`` if some are unpacked from a mapping."""
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name and name not in without)


def dict_keys(node: ast.expr | None) -> frozenset[str] | None:
    """The keys of a dict display, ``None`` for anything else."""
    if not isinstance(node, ast.Dict):
        return None
    return frozenset(key for part in node.keys for key in strings(part))


def with_file(params: frozenset[str] | None) -> frozenset[str] | None:
    """The parameters of a fault, to which ConfigurationError adds its file."""
    return None if params is None else params | {"file"}


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def raised_by(call: ast.Call) -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Section, code and parameters of the codes that one call names."""
    name, first = called(call), call.args[0] if call.args else None
    if name in ERROR_CLASSES:
        yield from (("errors", code, keywords(call)) for code in strings(first))
    elif name == "Fault" and len(call.args) == 3:
        yield from (("errors", code, with_file(dict_keys(call.args[2]))) for code in strings(call.args[1]))
    elif name == "_fault":
        yield from (("errors", code, with_file(keywords(call))) for code in strings(call.args[-1]))
    elif name == "unknown" and len(call.args) == 4:
        params = with_file(frozenset({"value", "near", "known"}) | (keywords(call) or frozenset()))
        yield from (("errors", code + near, params) for code in strings(call.args[1]) for near in ("", "-near"))
    elif name in ("Finding", "header_finding", "cell_finding"):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        params = dict_keys(given.get("params", ast.Dict(keys=[], values=[])))
        yield from (("findings", code, params) for code in strings(given.get("code", first)))
    elif name in SPEAKERS:
        yield from ((SPEAKERS[name], code, keywords(call, "lang")) for code in strings(first))


def raised_elsewhere(node: ast.AST, path: Path) -> Iterator[tuple[str, str, None]]:
    """Codes that reach an error by way of a variable ``code``, a returned pair or pydantic's ValueError."""
    if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["code"]:
        yield from (("errors", code, None) for code in strings(node.value))
    if isinstance(node, ast.Return) and isinstance(node.value, ast.IfExp | ast.Tuple) and path.stem == "declarations":
        for pair in (node.value.body, node.value.orelse) if isinstance(node.value, ast.IfExp) else (node.value,):
            yield from (("errors", code, None) for code in strings(getattr(pair, "elts", [None])[0]))
    in_a_form = any(
        map(
            path.match,
            (
                "workspace/city.py",
                "recipe/words.py",
                "recipe/blockwords.py",
                "kpi/strategy_model.py",
                "kpi/coverage.py",
            ),
        )
    )
    if isinstance(node, ast.Call) and called(node) == "ValueError" and in_a_form:
        yield from (("errors", code, None) for code in strings(node.args[0]))


def codes_in(path: Path) -> Iterator[Used]:
    """Every code that one source file names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found = [*(raised_by(node) if isinstance(node, ast.Call) else ()), *raised_elsewhere(node, path)]
        for section, code, params in found:
            yield Used(section, code, params, f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}")


USED = [used for path in SOURCES for used in codes_in(path)]


def template_codes() -> list[tuple[str, str, str]]:
    """Section, code and file of every word and sentence that a page template asks for by name."""
    sections = {"t": "words", "say": "says"}
    return [
        (sections[call], code, path.name)
        for path in TEMPLATES
        for call, code in re.findall(r"\b(t|say)\(\s*['\"]([^'\"]+)['\"]\s*[,)]", path.read_text(encoding="utf-8"))
    ]


def test_both_catalogues_have_the_same_sections() -> None:
    """Japanese and English are divided alike."""
    assert list(JA) == list(EN)


@pytest.mark.parametrize("section", sorted(JA))
def test_both_catalogues_have_the_same_codes(section: str) -> None:
    """Whatever can be said in one language can be said in the other."""
    ja = {key for key in texts(JA) if key[0] == section}
    en = {key for key in texts(EN) if key[0] == section}
    assert (ja - en, en - ja) == (set(), set())


def test_both_languages_show_the_same_values() -> None:
    """No translation forgets, or invents, a value of its sentence."""
    en = texts(EN)
    assert {
        key: (placeholders(text), placeholders(en[key]))
        for key, text in texts(JA).items()
        if placeholders(text) != placeholders(en[key])
    } == {}


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_finding_says_what_why_who_and_what_to_do(lang: str) -> None:
    """A finding without advice, the source of its rule or who acts would leave its reader alone."""
    parts = {code: set(entry) for code, entry in catalogue(lang)["findings"].items()}
    assert {code: found ^ FINDING_PARTS for code, found in parts.items() if found != FINDING_PARTS} == {}


def test_both_languages_name_the_same_who_acts() -> None:
    """Who acts is one of few, and is the same one in both languages."""
    assert {(entry["who"], EN["findings"][code]["who"]) for code, entry in JA["findings"].items()} == WHO


@pytest.mark.parametrize("code", sorted(JA["findings"]))
@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_part_of_a_finding_can_be_shown(code: str, lang: str) -> None:
    """Each part is put together from the finding's own values; source and who need no more than the message does."""
    parts = catalogue(lang)["findings"][code]
    needed = placeholders(parts["message"]) | placeholders(parts["advice"])
    given = {**dict.fromkeys(needed - OF_EVERY_FINDING, "x"), "property": next(iter(JA["properties"]))}
    finding = Finding(code, "error", params=given, column="列", field="項目")
    for part in FINDING_PARTS:
        assert finding.text(part, lang).strip()


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_no_text_is_empty_or_unnamed(lang: str) -> None:
    """Every text says something, and every value in it has a name."""
    faulty = {key for key, text in texts(catalogue(lang)).items() if not text.strip() or "" in placeholders(text)}
    assert faulty == set()


@pytest.mark.parametrize(("language", "stop"), [(JA, "。"), (EN, ".")], ids=messages.LANGUAGES)
def test_a_findings_sentences_end(language: dict[str, Any], stop: str) -> None:
    """Message and advice are whole sentences; title, source and who are none."""
    findings = language["findings"]
    ends = (stop, "{why}", "{todo}")
    assert [code for code, entry in findings.items() if not entry["message"].endswith(ends)] == []
    assert [code for code, entry in findings.items() if not entry["advice"].endswith(ends)] == []
    said = language["properties"]
    assert [code for code, entry in said.items() if not entry["why"].endswith(stop)] == []
    assert [code for code, entry in said.items() if not entry["todo"].endswith(stop)] == []
    for part in ("title", "source", "who"):
        assert [code for code, entry in findings.items() if entry[part].endswith(stop)] == []


def test_the_scan_sees_each_way_of_naming_a_code() -> None:
    """The tests below are worth nothing if the scan misses a way in which the sources name codes."""
    found = {(used.section, used.code) for used in USED}
    assert {
        ("errors", "container-refused"),  # SourceError("…")
        ("errors", "code-check-digit"),  # Fault(path, "…", {…})
        ("errors", "yaml-alias"),  # _fault(path, "…")
        ("errors", "portal-unknown"),  # _fault(workspace, place, "…")
        ("errors", "unknown-standard-near"),  # "…" if near else "…"
        ("errors", "dataset-unknown"),  # unknown(place, "…", name, known)
        ("errors", "dataset-unknown-near"),  # the other of the two codes of unknown()
        ("errors", "mapping-needs-column"),  # a second ValueError("…") in a validator
        ("errors", "key-unknown-near"),  # return ("…", {…}) if near else (…)
        ("errors", "mapping-one-origin"),  # ValueError("…") in a validator
        ("findings", "lookup-unknown"),  # Finding(code="…")
        ("says", "build-done"),
        ("words", "encoding"),
        ("doctor", "python-old"),
    } <= found


def test_every_code_of_the_sources_is_in_the_catalogue() -> None:
    """An error, finding or sentence that the catalogue lacks would end in a KeyError before the user's eyes."""
    assert [used for used in USED if used.code not in JA[used.section]] == []


def test_every_code_of_the_templates_is_in_the_catalogue() -> None:
    """So would a word that only a page asks for."""
    assert template_codes() != []
    assert [found for found in template_codes() if found[1] not in JA[found[0]]] == []


def test_every_value_of_a_sentence_is_given_where_it_is_said() -> None:
    """A sentence with a value that its caller does not give could not be put together."""
    lacking = []
    for used in USED:
        if used.params is None:
            continue
        parts = [text for key, text in texts(JA).items() if key[:2] == (used.section, used.code)]
        wanted = set().union(*map(placeholders, parts))
        given = used.params | (OF_EVERY_FINDING if used.section == "findings" else set())
        if wanted - given:
            lacking.append((used.where.partition(":")[0], used.code, wanted - given))
    assert lacking == []


def test_no_error_stands_in_the_catalogue_without_use() -> None:
    """A text for an error that nobody raises any more is to be removed."""
    named = {used.code for used in USED if used.section == "errors"} | {"configuration", "entries"}
    assert set(JA["errors"]) - named.union(*PUT_TOGETHER.values()) == set()


def test_no_other_code_is_put_together_at_run_time() -> None:
    """A code that an f-string builds would be seen by none of the tests here, so each such f-string is known."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES]
    built = [ast.unparse(node)[2:-1] for tree in trees for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    codes = {text for text in built if re.fullmatch(r"[a-z]+(-[a-z]+)*-{[^{}]+}|{[^{}]+}(-[a-z]+)+", text)}
    assert codes == set(PUT_TOGETHER)


@pytest.mark.parametrize(
    ("file", "functions", "prefix", "section"),
    [
        ("kpi/figures.py", {"_status"}, "status-", "words"),
        (
            "publication/guards.py",
            {"table_guards", "release_guards", "tie_guards", "foreign_guards"},
            "guard-",
            "errors",
        ),
        (
            "publication/guards.py",
            {"table_guards", "release_guards", "tie_guards", "foreign_guards"},
            "guard-",
            "words",
        ),
    ],
)
def test_whatever_such_a_code_ends_in_has_a_text(file: str, functions: set[str], prefix: str, section: str) -> None:
    """Each status of a figure and each guard can be told, and none that does not exist."""
    tree = ast.parse((ROOT / "meguro_opendata" / file).read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in functions]
    assert {node.name for node in found} == functions
    said = [node for part in found for node in ast.walk(part) if isinstance(node, ast.Return | ast.Yield)]
    ends = [end for node in said for end in strings(node.value)]
    assert {prefix + end for end in ends} == {code for code in JA[section] if code.startswith(prefix)}


def test_every_frictionless_type_and_constraint_has_a_finding() -> None:
    """No value is refused with nothing better to say than "table error"."""
    kinds = [value for name, value in vars(frictionless.fields).items() if name.endswith("Field")]
    wanted = {f"type-{kind.type}" for kind in kinds}
    wanted |= {f"constraint-{name}" for kind in kinds for name in kind.supported_constraints}
    assert len(kinds) >= 16
    assert wanted - set(messages.codes("findings")) == set()


def test_every_rule_has_a_text() -> None:
    """Each normaliser, and each rule of the mapping and of coordinates, can be told to the user; nothing else can."""
    tree = ast.parse((ROOT / "meguro_opendata" / "mapping" / "values.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == "_changes"]
    mapping_rules = {rule for call in calls for argument in call.args for rule in strings(argument)}
    assert mapping_rules >= {"lookup", "zero_fill", "join", "split", "default"}
    carrying = {way.replace("-", "_") for way in carry_ways()}
    reading = {*READING_CODES, SHOWN}
    assert set(messages.codes("rules")) == set(NORMALISERS) | mapping_rules | carrying | reading | {RULE, "geocode"}
    assert all(messages.rule_name(rule, lang) for rule in NORMALISERS for lang in messages.LANGUAGES)


def test_every_kind_of_value_has_a_form() -> None:
    """How a value is to be written can be said for each kind, and for no kind that does not exist."""
    kinds = yaml.safe_load((ROOT / "standard_schemas" / "value_kinds.yaml").read_text(encoding="utf-8"))
    assert set(messages.codes("forms")) == set(kinds)
    assert messages.form("lgcode6", "ja") != messages.form("lgcode6", "en")


@pytest.mark.parametrize(
    ("setting", "lang"), [(None, "ja"), ("", "ja"), ("ja", "ja"), ("en", "en"), ("fr", "ja"), ("en_US", "ja")]
)
def test_the_environment_names_the_language(monkeypatch: pytest.MonkeyPatch, setting: str | None, lang: str) -> None:
    """MEGURO_OPENDATA_LANG decides; without it, or with an unknown language, everything is Japanese."""
    monkeypatch.delenv("MEGURO_OPENDATA_LANG", raising=False)
    if setting is not None:
        monkeypatch.setenv("MEGURO_OPENDATA_LANG", setting)
    assert messages.default_language() == lang


def test_an_error_speaks_the_language_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """``str(error)`` follows the environment; ``text`` speaks any language."""
    error = errors.UnknownStandardError("unknown-standard", id="aeds")
    monkeypatch.setenv("MEGURO_OPENDATA_LANG", "en")
    assert str(error) == error.text("en") == EN["errors"]["unknown-standard"].replace("{id}", "aeds")
    monkeypatch.setenv("MEGURO_OPENDATA_LANG", "ja")
    assert str(error) == error.text("ja") == JA["errors"]["unknown-standard"].replace("{id}", "aeds")


@pytest.mark.parametrize("value", ["{field}", "{", "}", "{}", "{{}}", "{0}", "{value!r:>9}", "{value.__class__}"])
def test_braces_in_a_value_stay_as_they_are(value: str) -> None:
    """A cell that holds braces is shown, neither filled nor evaluated."""
    finding = Finding(code="type-integer", severity="error", field="定員", value=value)
    assert finding.text("message", "ja") == f"項目「定員」の「{value}」は、整数として読めません。"
    assert value in errors.UnknownStandardError("unknown-standard", id=value).text("ja")
    assert value in messages.message("fix", "en", text=value)


def test_lists_and_missing_values_are_shown_as_text() -> None:
    """Lists are joined, nothing is shown for ``None``, and paths are shown as they are written."""
    error = errors.SourceError("sheet-missing", file=Path("表.xlsx"), sheet=None, sheets=["一", "二"])
    assert error.text("ja").splitlines()[:2] == ["表.xlsx にシート「」がありません。", "あるシート: 一、二"]


def test_a_configuration_error_tells_every_fault_with_its_path() -> None:
    """One line a fault, below a line that names the file and counts them."""
    faults = [
        errors.Fault("source.fil", "key-unknown-near", {"key": "fil", "near": ["file"]}),
        errors.Fault("-", "file-missing", {}),
    ]
    lines = errors.ConfigurationError("dataset.yaml", faults).text("ja").splitlines()
    assert lines[0] == "dataset.yaml: 設定に誤りが2件あります。"
    assert lines[1] == "- source.fil: 知らない項目「fil」です。もしかして: file"
    assert lines[2] == "- -: ファイルがありません: dataset.yaml"


def test_the_form_of_a_kind_goes_into_the_message() -> None:
    """A value of a known kind is told in words how it is written, one without a kind by the constraint itself."""
    known = Finding("constraint-pattern", "error", field="郵便番号", value="1", params={"kind": "postal7"})
    own = Finding("constraint-pattern", "error", field="記号", value="1", params={"kind": None, "bound": "[A-Z]+"})
    assert messages.form("postal7", "ja") in known.text("message", "ja")
    assert "[A-Z]+" in own.text("message", "ja")
