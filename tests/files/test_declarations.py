"""Files that people write: read strictly, and every fault told at once with its place."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files import declarations
from meguro_opendata.files.declarations import Declared, check, read_toml, read_yaml, suggest, unknown


class Part(Declared):
    """A nested part, as a recipe's ``source`` is one."""

    file: str
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1, le=9)
    rate: float = Field(default=1.0, gt=0)
    code: str = Field(default="00", pattern=r"^\d\d$")
    open: bool = True
    encoding: Literal["utf-8", "cp932"] | None = None
    issued: date | None = None


class Whole(Declared):
    """A file with nested parts, one by name and several in a list."""

    title: str
    source: Part
    parts: Annotated[tuple[Part, ...], Field(strict=False)] = ()
    named: dict[str, Part] = Field(default_factory=dict)


GOOD = {"title": "見本", "source": {"file": "a.csv"}}


def written(folder: Path, content: str | bytes, name: str = "file.yaml") -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults_of(error: pytest.ExceptionInfo[ConfigurationError]) -> list[tuple[str, str]]:
    """Path and code of each fault; each can be said in both languages."""
    assert error.value.text("ja")
    assert error.value.text("en")
    return [(fault.path, fault.code) for fault in error.value.faults]


def only_fault(error: pytest.ExceptionInfo[ConfigurationError]) -> Fault:
    """The one fault of an error."""
    (fault,) = error.value.faults
    return fault


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        ("a: 1\nb: 値\n", {"a": 1, "b": "値"}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        (b"\xef\xbb\xbfa: 1\n", {"a": 1}),
        ("# 注\na: [x, y]\n", {"a": ["x", "y"]}),
        ("a: {b: 1}\nc: {b: 1}\n", {"a": {"b": 1}, "c": {"b": 1}}),
        ("d: 2025-06-01\n", {"d": date(2025, 6, 1)}),
        ('1: a\n"1": b\n', {1: "a", "1": "b"}),
        ("{}", {}),
    ],
    ids=["plain", "crlf", "bom", "comment", "same key in two places", "date", "number and text as keys", "empty"],
)
def test_yaml_is_read(tmp_path: Path, content: str | bytes, mapping: dict[object, object]) -> None:
    """A YAML mapping is read, with or without a byte order mark, whatever the line ends."""
    assert read_yaml(written(tmp_path, content)) == mapping


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        *[("true", True), ("True", True), ("false", False), ("False", False)],
        *[("0", 0), ("7", 7), ("-5", -5), ("+5", 5), ("131105", 131105), ("9" * 18, int("9" * 18))],
        *[("1.5", 1.5), ("0.50", 0.5), ("-0.5", -0.5)],
        *[("~", None), ("null", None), ("", None)],
    ],
)
def test_only_what_can_mean_nothing_else_is_converted(tmp_path: Path, scalar: str, value: object) -> None:
    """Decimal numbers, true, false and nothing are what they look like."""
    (read,) = read_yaml(written(tmp_path, f"a: {scalar}\n")).values()
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    "scalar",
    [
        *["011002", "00", "-01", "0x1F", "0b1", "0o17", "1_000", "1" * 19, "1" * 5000],
        *["12:30", "1:00:00", "190:20:30.15"],
        *["on", "off", "On", "OFF", "yes", "no", "Yes", "NO", "y", "n", "TRUE", "FALSE", "tRUE"],
        *["1e5", "1.5e+3", ".5", "5.", "00.5", ".inf", "-.INF", ".nan", "１２", "1.2.3"],
    ],
)
def test_what_may_be_a_code_a_time_or_a_word_stays_text(tmp_path: Path, scalar: str) -> None:
    """YAML 1.1 would make an octal number of 札幌市's code, seconds of a time and a truth of ``on``."""
    assert read_yaml(written(tmp_path, f"a: {scalar}\n")) == {"a": scalar}
    assert read_yaml(written(tmp_path, f"? {scalar}\n: a\n")) == {scalar: "a"}


def test_toml_is_read(tmp_path: Path) -> None:
    """A TOML table is read, with or without a byte order mark."""
    assert read_toml(written(tmp_path, 'a = 1\n[b]\nc = "値"\n')) == {"a": 1, "b": {"c": "値"}}
    assert read_toml(written(tmp_path, b"\xef\xbb\xbfa = 1\r\n")) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        ("a: 1\nb: 2\na: 3\n", "key-repeated", {"key": "a", "line": 3}),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", "key-repeated", {"key": "b", "line": 4}),
        ("- {x: 1, x: 2}\n", "key-repeated", {"key": "x", "line": 1}),
        ("a: &x 1\nb: *x\n", "yaml-alias", {}),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "yaml-alias", {}),
        ("a: 1\nb: [1, 2\n", "yaml-broken", {"line": 3}),
        ("a: 1\nb:\n\tc: 2\n", "yaml-broken", {"line": 3}),
        ("a: 1\nb: 2: 3\n", "yaml-broken", {"line": 2}),
        ("a: 'x\n", "yaml-broken", {"line": 2}),
        ("a: 1\n---\nb: 2\n", "yaml-broken", {"line": 2}),
        (
            "a: !!python/object/apply:os.getcwd []\n",
            "yaml-tag",
            {"value": "tag:yaml.org,2002:python/object/apply:os.getcwd"},
        ),
        ("? [a]\n: 1\n", "yaml-broken", {"line": 1}),
        ("a: \0\n", "yaml-broken", {"line": 1}),
        ("名: 値\n".encode("cp932"), "not-utf8", {}),
        ("名: 値\n".encode("utf-16"), "not-utf8", {}),
        ("- a\n- b\n", "not-a-mapping", {}),
        ("ただの文\n", "not-a-mapping", {}),
        ("", "not-a-mapping", {}),
        ("# 注だけ\n", "not-a-mapping", {}),
    ],
)
def test_yaml_that_cannot_be_taken(tmp_path: Path, content: str | bytes, code: str, params: dict[str, object]) -> None:
    """Whatever is wrong with a YAML file is one fault with a code, and the line where there is one."""
    path = written(tmp_path, content)
    with pytest.raises(ConfigurationError) as error:
        read_yaml(path)
    assert only_fault(error) == Fault("-", code, params)
    assert str(path) in error.value.text("ja")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a = 1\na = 2\n", "toml-broken"),
        ("a = \n", "toml-broken"),
        ("a: 1\n", "toml-broken"),
        ("a = 2025-02-30\n", "toml-broken"),
        (f"a = {'1' * 5000}\n", "toml-broken"),
        ('a = "値"\n'.encode("cp932"), "not-utf8"),
    ],
)
def test_toml_that_cannot_be_taken(tmp_path: Path, content: str | bytes, code: str) -> None:
    """Whatever is wrong with a TOML file is one fault with a code."""
    with pytest.raises(ConfigurationError) as error:
        read_toml(written(tmp_path, content))
    assert faults_of(error) == [("-", code)]


@pytest.mark.parametrize("read", [read_yaml, read_toml])
def test_a_file_that_cannot_be_opened(tmp_path: Path, read: object) -> None:
    """A missing file is told with its name, a folder in its place with the system's reason."""
    assert callable(read)
    with pytest.raises(ConfigurationError) as error:
        read(tmp_path / "ない.yaml")
    assert faults_of(error) == [("-", "file-missing")]
    assert "ない.yaml" in error.value.text("ja").splitlines()[1]
    with pytest.raises(ConfigurationError) as error:
        read(tmp_path)
    assert only_fault(error).code == "file-unreadable"
    assert only_fault(error).params["reason"]
    assert error.value.text("en")


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit itself is allowed; one byte more is not, and the limit is told."""
    monkeypatch.setattr(declarations, "MAX_BYTES", 10)
    assert read_yaml(written(tmp_path, b"a: 123456\n")) == {"a": 123456}
    with pytest.raises(ConfigurationError) as error:
        read_yaml(written(tmp_path, b"a: 1234567\n"))
    assert only_fault(error) == Fault("-", "file-too-large", {"limit": 10})


def test_the_limit_is_far_above_any_recipe() -> None:
    """A lookup of thousands of lines still fits."""
    assert declarations.MAX_BYTES >= 1_000_000


@pytest.mark.parametrize("scalar", ["2025-02-30", "0000-01-01", "2025-06-01T10:00:00+99:99", "2025-13-01"])
def test_a_value_that_yaml_cannot_construct_is_a_fault(tmp_path: Path, scalar: str) -> None:
    """A value whose form is right and whose content is not is a fault of the file, not a crash."""
    with pytest.raises(ConfigurationError) as error:
        read_yaml(written(tmp_path, f"a: {scalar}\n"))
    assert faults_of(error) == [("-", "yaml-value")]
    assert str(only_fault(error).params["detail"]) in error.value.text("ja")


@pytest.mark.parametrize(
    "scalar", ["!!timestamp x", "!!bool x", "!!int ''", "!!float ''", "!!int x", "!!set [a]", "!!map [a]"]
)
def test_a_tag_that_does_not_fit_its_value_is_a_fault(tmp_path: Path, scalar: str) -> None:
    """Types of YAML's own are not for people's files: a tag is a fault, whether or not its value fits."""
    with pytest.raises(ConfigurationError) as error:
        read_yaml(written(tmp_path, f"a: {scalar}\n"))
    assert faults_of(error) == [("-", "yaml-tag")]


@pytest.mark.parametrize(
    ("read", "content"),
    [(read_yaml, f"? {'[' * 3000}{']' * 3000}\n: 1\n"), (read_toml, f"a = {'[' * 5000}{']' * 5000}\n")],
    ids=["yaml", "toml"],
)
def test_a_file_that_is_nested_too_deeply_is_a_fault(tmp_path: Path, read: object, content: str) -> None:
    """Nesting that goes beyond what Python can follow is a fault of the file."""
    assert callable(read)
    with pytest.raises(ConfigurationError) as error:
        read(written(tmp_path, content))
    assert faults_of(error) == [("-", "too-deep")]


@pytest.mark.parametrize(
    "content",
    [
        f"title: {'[' * 3000}{']' * 3000}\nsource: {{file: a}}\n",
        f"title: x\nsource: {{file: a, encoding: {'[' * 3000}{']' * 3000}}}\n",
        f"title: !!int 0x{'1' * 5000}\nsource: {{file: a}}\n",
    ],
    ids=["nested without end", "nested without end in place of a word", "a number without end"],
)
def test_a_faulty_value_without_end_is_a_fault(tmp_path: Path, content: str) -> None:
    """A value that Python cannot show, and that is wrong, is told all the same."""
    path = written(tmp_path, content)
    with pytest.raises(ConfigurationError) as error:
        check(path, read_yaml(path), Whole)
    assert faults_of(error) != []


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet="ab:-[]{}&*!?'\"#|> \n\t0", max_size=30).map(str.encode))
def test_no_bytes_are_anything_but_a_mapping_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Any bytes give a mapping or a ConfigurationError that can be told."""
    path = written(tmp_path_factory.getbasetemp(), content, "any.yaml")
    try:
        outcome: object = read_yaml(path)
    except ConfigurationError as error:
        outcome = {error.text("ja"): error.text("en")}
    assert isinstance(outcome, dict)


def test_a_good_file_becomes_a_model_that_does_not_change() -> None:
    """What is allowed is taken as it stands, defaults filled in; the model is frozen."""
    whole = check(Path("f.yaml"), {**GOOD, "parts": [{"file": "b"}], "named": {"い": {"file": "c"}}}, Whole)
    assert whole == Whole(
        title="見本", source=Part(file="a.csv"), parts=(Part(file="b"),), named={"い": Part(file="c")}
    )
    assert whole.source.header_row == 1
    with pytest.raises(ValidationError):
        whole.title = "別"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "path", "code", "params"),
    [
        ({"titel": "x"}, "titel", "key-unknown-near", {"key": "titel", "near": ["title"]}),
        ({"zzz": 1}, "zzz", "key-unknown", {"key": "zzz"}),
        ({"source": {"file": "a", "shet": "b"}}, "source.shet", "key-unknown-near", {"key": "shet", "near": ["sheet"]}),
        (
            {"parts": [{"file": "a"}, {"file": "a", "hedder_row": 1}]},
            "parts.1.hedder_row",
            "key-unknown-near",
            {"key": "hedder_row", "near": ["header_row"]},
        ),
        (
            {"named": {"い": {"file": "a", "encodng": None}}},
            "named.い.encodng",
            "key-unknown-near",
            {"key": "encodng", "near": ["encoding"]},
        ),
        ({"source": {}}, "source.file", "key-missing", {"key": "file"}),
        (
            {"source": {"file": "a", "encoding": "sjis"}},
            "source.encoding",
            "not-one-of",
            {"value": "sjis", "allowed": ["utf-8", "cp932"]},
        ),
    ],
)
def test_a_fault_is_told_with_its_path(
    change: dict[str, object], path: str, code: str, params: dict[str, object]
) -> None:
    """A fault names the path inside the file, what is wrong, and the nearest key that is allowed there."""
    with pytest.raises(ConfigurationError) as error:
        check(Path("f.yaml"), {**GOOD, **change}, Whole)
    assert only_fault(error) == Fault(path, code, params)


@pytest.mark.parametrize("change", [{"title": None}, {"source": {"file": None}}])
def test_a_key_without_a_value_is_to_be_filled_in(change: dict[str, object]) -> None:
    """What was left empty (``drop: {列: }``) is told as such, not as a value of the wrong kind."""
    with pytest.raises(ConfigurationError) as error:
        check(Path("f.yaml"), {**GOOD, **change}, Whole)
    assert only_fault(error).code == "wrong-string_too_short"
    assert "None" not in error.value.text("ja")


@pytest.mark.parametrize(
    ("change", "code", "params"),
    [
        ({"title": 131105}, "wrong-string_type", {"value": "131105"}),
        ({"title": True}, "wrong-string_type", {"value": "True"}),
        ({"title": ["x" * 99]}, "wrong-string_type", {"value": "['" + "x" * 58 + "…"}),
        ({"source": "a.csv"}, "wrong-model_type", {"value": "a.csv", "class_name": "Part"}),
        ({"source": None}, "wrong-model_type", {"value": "None", "class_name": "Part"}),
        ({"parts": {"file": "a"}}, "wrong-tuple_type", {"value": "{'file': 'a'}"}),
        ({"parts": "a"}, "wrong-tuple_type", {"value": "a"}),
        ({"named": ["a"]}, "wrong-dict_type", {"value": "['a']"}),
        ({"source.sheet": 1.5}, "wrong-string_type", {"value": "1.5"}),
        ({"source.header_row": "5"}, "wrong-int_type", {"value": "5"}),
        ({"source.header_row": 5.0}, "wrong-int_type", {"value": "5.0"}),
        ({"source.header_row": True}, "wrong-int_type", {"value": "True"}),
        ({"source.header_row": 0}, "wrong-greater_than_equal", {"value": "0", "ge": 1}),
        ({"source.header_row": 10}, "wrong-less_than_equal", {"value": "10", "le": 9}),
        ({"source.rate": "1"}, "wrong-float_type", {"value": "1"}),
        ({"source.rate": 0}, "wrong-greater_than", {"value": "0", "gt": 0.0}),
        ({"source.code": "1"}, "wrong-kind", {"value": "1", "pattern": r"^\d\d$"}),
        ({"source.open": 1}, "wrong-bool_type", {"value": "1"}),
        ({"source.open": "on"}, "wrong-bool_type", {"value": "on"}),
        ({"source.issued": "2025-06-01"}, "wrong-date_type", {"value": "2025-06-01"}),
        ({5: "x"}, "wrong-kind", {"value": "5"}),
    ],
)
def test_nothing_is_converted(change: dict[object, object], code: str, params: dict[str, object]) -> None:
    """A value of the wrong kind is refused even where it could be converted, with what is wanted instead."""
    ((place, value),) = change.items()
    key = str(place).partition(".")[2]
    data = {**GOOD, "source": {"file": "a", key: value}} if key else {**GOOD, **change}
    with pytest.raises(ConfigurationError) as error:
        check(Path("f.yaml"), data, Whole)  # type: ignore[arg-type]
    assert only_fault(error) == Fault(str(place), code, params)
    shown = [str(value) for name, value in params.items() if name in ("value", "ge", "gt", "le")]
    assert all(part in error.value.text(lang) for part in shown for lang in ("ja", "en"))


def test_all_faults_are_told_at_once() -> None:
    """The user mends a file in one go: every fault of every part is in the one error, none twice."""
    data = {"titel": "x", "source": {"header_row": "1", "shet": "a"}, "parts": [{"file": 5}], "named": {"い": 3}}
    with pytest.raises(ConfigurationError) as error:
        check(Path("f.yaml"), data, Whole)
    assert sorted(faults_of(error)) == [
        ("named.い", "wrong-model_type"),
        ("parts.0.file", "wrong-string_type"),
        ("source.file", "key-missing"),
        ("source.header_row", "wrong-int_type"),
        ("source.shet", "key-unknown-near"),
        ("titel", "key-unknown-near"),
        ("title", "key-missing"),
    ]
    assert error.value.params == {"file": "f.yaml", "count": 7}
    assert error.value.exit_code == 2
    assert len([line for line in error.value.text("ja").splitlines() if line.startswith("- ")]) == 7


def test_a_number_is_asked_for_in_quotes(tmp_path: Path) -> None:
    """A code without quotes, which YAML reads as a number, is refused with the advice to quote it."""
    path = written(tmp_path, "title: 131105\nsource: {file: a.csv}\n")
    with pytest.raises(ConfigurationError) as error:
        check(path, read_yaml(path), Whole)
    assert faults_of(error) == [("title", "wrong-string_type")]
    assert "引用符" in error.value.text("ja")
    assert check(path, {**GOOD, "title": "131105"}, Whole).title == "131105"


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("sorce", ["source", "standard"], ["source"]),
        ("source", ["source"], ["source"]),
        ("所在地", ["所在地_町字", "名称"], ["所在地_町字"]),
        ("abcd1", ["abcd2", "abcd3", "abcd4", "abcd5"], ["abcd5", "abcd4", "abcd3"]),
        ("zzz", ["source"], []),
        ("source", [], []),
        ("", ["source"], []),
    ],
)
def test_suggestions_are_near_and_few(word: str, known: list[str], near: list[str]) -> None:
    """At most three known words, the nearest first; nothing that is merely known."""
    assert suggest(word, known) == near


@pytest.mark.parametrize(
    ("value", "code", "near"), [("fild", "field-unknown-near", ["field"]), ("zzz", "field-unknown", [])]
)
def test_an_unknown_name_is_told_with_the_near_ones_or_with_all(value: str, code: str, near: list[str]) -> None:
    """``-near`` is put behind the code if, and only if, something is near."""
    params = {"value": value, "near": near, "known": ["field", "kind"]}
    assert unknown("a.0", "field-unknown", value, ("field", "kind")) == Fault("a.0", code, params)
