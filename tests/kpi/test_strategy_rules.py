"""Rules of strategies, coverage and recorded figures: each choice, each day at its limit, each fault by its code."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from meguro_opendata.kpi.counting import Current
from meguro_opendata.kpi.coverage import Kind, Obstacle, _kind, share_published
from meguro_opendata.kpi.records import (
    Recordable,
    UnknownIndicator,
    _name_faults,
    _value_faults,
    recordable,
    recorded_value,
    under_names_of_today,
    unknown_indicators,
)
from meguro_opendata.kpi.strategy import Method, Strategy, Target, Theme, method_of
from meguro_opendata.kpi.strategy_model import Focus, KnownResult
from meguro_opendata.ledger import Event, Record

FIRST, LAST = date(2025, 4, 1), date(2026, 3, 31)


def record(day: str, value: float, indicator: str = "a.b") -> Record:
    """A made-up record."""
    return Record("2026-04-10T09:00:00+09:00", indicator, value, "件", day, "起案", "係")


def placed(*records: Record) -> list[tuple[int, Record]]:
    """Records on the lines of a ledger, from 1."""
    return list(enumerate(records, start=1))


@pytest.mark.parametrize(
    ("method", "records", "expected"),
    [
        ("sum", [], (None, ())),
        ("sum", [record("2025-04-01", 1), record("2026-03-31", 2)], (3, (1, 2))),
        ("sum", [record("2025-03-31", 1), record("2026-04-01", 2)], (None, ())),
        ("sum", [record("2025-05-01", 0.1), record("2025-05-02", 0.2)], (0.3, (1, 2))),
        ("sum", [record("2025-05-01", 5), record("2025-06-01", -2)], (3, (1, 2))),
        ("sum", [record("2025-06-01", 5), record("2025-05-01", 2)], (7, (2, 1))),
        ("sum", [record("2025-06-01", 5), record("2025-06-01", 9, "c.d")], (5, (1,))),
        ("latest", [record("2025-06-01", 5), record("2025-05-01", 9)], (5, (1,))),
        ("latest", [record("2025-06-01", 5), record("2025-06-01", 4)], (4, (2,))),
        ("max", [record("2025-06-01", 5), record("2025-07-01", 4)], (5, (1,))),
        ("max", [record("2025-06-01", 5), record("2025-07-01", 5)], (5, (2,))),
        ("max", [record("2025-06-01", 5), record("2025-06-01", 5)], (5, (2,))),
        ("min", [record("2025-06-01", 5), record("2025-07-01", 4), record("2025-08-01", 6)], (4, (2,))),
        ("min", [record("2025-06-01", 4), record("2025-07-01", 4)], (4, (2,))),
        ("min", [record("2025-07-01", -1), record("2025-06-01", 0)], (-1, (1,))),
    ],
)
def test_the_records_of_a_year_become_one_figure(
    method: Method, records: list[Record], expected: tuple[float | None, tuple[int, ...]]
) -> None:
    """The first and the last day of the year are in it; of equal values the newest record is the evidence."""
    assert recorded_value(placed(*records), "a.b", FIRST, LAST, method=method) == expected


@given(st.lists(st.tuples(st.dates(FIRST, LAST), st.integers(-99, 99)), min_size=1, max_size=8))
def test_each_way_of_choosing_agrees_with_its_plain_definition(values: list[tuple[date, int]]) -> None:
    """Whatever the order of the records in the ledger is."""
    records = placed(*(record(day.isoformat(), value) for day, value in values))
    numbers = [value for _, value in values]
    newest = max(range(len(values)), key=lambda at: (values[at][0], at))
    found = {method: recorded_value(records, "a.b", FIRST, LAST, method=method) for method in ("max", "min", "latest")}
    assert found["max"][0] == max(numbers)
    assert found["min"][0] == min(numbers)
    assert found["latest"] == (numbers[newest], (newest + 1,))
    total, lines = recorded_value(records, "a.b", FIRST, LAST, method="sum")
    assert (total, sorted(lines)) == (sum(numbers), list(range(1, len(values) + 1)))


def target(**changed: Any) -> dict[str, Any]:
    """A target as its file has it."""
    base = {"id": "a.b", "name": "指標", "target": 10, "unit": "件", "comparison": "at_least", "text": "文"}
    return {**base, "definition": "数え方", **changed}


@pytest.mark.parametrize(
    ("changed", "method"),
    [
        ({}, "sum"),
        ({"unit": "%"}, "latest"),
        ({"unit": "％"}, "latest"),
        ({"unit": "%", "records": "sum"}, "sum"),
        ({"records": "max"}, "max"),
        ({"unit": "時間", "records": "min"}, "min"),
    ],
)
def test_records_add_up_unless_they_are_shares_or_the_file_says_otherwise(changed: dict[str, Any], method: str) -> None:
    """What the file says goes before the unit."""
    assert method_of(Target.model_validate(target(**changed))) == method


@pytest.mark.parametrize(
    ("official", "counted"),
    [
        (None, "files"),
        ("files", "files"),
        ("all", "files"),
        ("tables", "tables"),
        ("without_routine", "without_routine"),
    ],
)
def test_the_count_of_new_data_is_files_unless_the_file_names_another(official: str | None, counted: str) -> None:
    """The earlier word «all» is read as files."""
    given_ = {"official": official} if official else {}
    assert Target.model_validate(target(**given_)).counted == counted


@pytest.mark.parametrize("name", ["a.b", "opendata.use_cases", "x1.y_2"])
def test_an_id_is_two_words_of_small_letters(name: str) -> None:
    """Joined by a full stop."""
    assert Target.model_validate(target(id=name)).id == name


@pytest.mark.parametrize("name", ["", "a", "a.", ".b", "A.b", "a.b.c", "1a.b", "a.1b", "a b.c", "a.b\n", "指標.b"])
def test_another_form_of_an_id_is_refused(name: str) -> None:
    """It could not be changed later: the ledger has it."""
    with pytest.raises(ValidationError, match="indicator-id"):
        Target.model_validate(target(id=name))


@pytest.mark.parametrize(
    ("changed", "valid"),
    [
        ({}, True),
        ({"value": 5, "unit": "件"}, True),
        ({"value": 0, "unit": "件"}, True),
        ({"value": 5}, False),
        ({"unit": "件"}, False),
        ({"qualifier": "about"}, False),
        ({"indicator": "a.b"}, False),
        ({"before": 1}, False),
        ({"value": 5, "unit": "件", "qualifier": "about", "indicator": "a.b", "before": 1}, True),
    ],
)
def test_a_result_has_a_number_with_a_unit_or_neither(changed: dict[str, Any], valid: bool) -> None:
    """A qualifier, an indicator and an earlier figure need a number."""
    given_ = {"name": "成果", "text": "文", "section": "1", **changed}
    if valid:
        assert KnownResult.model_validate(given_).value == changed.get("value")
    else:
        with pytest.raises(ValidationError, match="result-number-and-unit"):
            KnownResult.model_validate(given_)


PLAN = {"q1": [], "q2": [], "q3": [], "q4": []}


@pytest.mark.parametrize(
    ("changed", "valid"),
    [
        ({"schedule": PLAN}, True),
        ({"schedule": None, "schedule_reason": "図のため"}, True),
        ({"schedule": PLAN, "schedule_reason": "図のため"}, False),
        ({"schedule": None}, False),
    ],
)
def test_a_focus_has_a_schedule_or_the_reason_for_none(changed: dict[str, Any], valid: bool) -> None:
    """Never both, and never neither."""
    given_ = {"number": 1, "name": "取組", **changed}
    if valid:
        assert Focus.model_validate(given_).number == 1
    else:
        with pytest.raises(ValidationError, match="schedule-or-reason"):
            Focus.model_validate(given_)


def strategy(*targets: dict[str, Any]) -> Strategy:
    """A strategy of one focus with targets."""
    focus = {"number": 1, "name": "取組", "schedule": PLAN, "indicators": list(targets)}
    theme = Theme.model_validate({"number": 1, "name": "テーマ", "focuses": [focus]})
    return Strategy.model_construct(themes=(theme,), other_results=())


def test_records_under_a_former_id_count_for_the_present_one() -> None:
    """The lines stay, and records of other indicators are unchanged."""
    wanted = strategy(target(id="new.id", formerly=["old.id", "older.id"]))
    records = placed(record("2025-05-01", 1, "old.id"), record("2025-05-01", 2, "older.id"), record("2025-05-01", 3))
    found = under_names_of_today(records, wanted)
    assert [(line, one.indicator, one.value) for line, one in found] == [
        (1, "new.id", 1),
        (2, "new.id", 2),
        (3, "a.b", 3),
    ]
    assert under_names_of_today(records, None) == records


def test_every_year_records_the_indicators_of_open_data_that_are_not_counted() -> None:
    """A strategy adds its own; an indicator that is counted cannot be recorded."""
    assert set(recordable(None)) == {"opendata.use_cases", "opendata.trained_staff"}
    counted = target(id="opendata.new_datasets", unit="種類")
    found = recordable(strategy(counted, target(comparison="reduction", unit="%", from_file="procedures")))
    assert set(found) == {"opendata.use_cases", "opendata.trained_staff", "a.b"}
    assert found["a.b"] == Recordable("a.b", "指標", "%", "latest", "procedures", signed=True)
    assert [one.adds for one in found.values()] == [True, True, False]


def test_unknown_indicators_are_those_of_the_years_days() -> None:
    """Ordered by id, each with all its lines."""
    records = placed(
        record("2025-04-01", 1, "z.z"),
        record("2026-03-31", 1, "z.z"),
        record("2025-03-31", 1, "y.y"),
        record("2026-04-01", 1, "y.y"),
        record("2025-06-01", 1, "c.d"),
        record("2025-06-01", 1, "a.b"),
    )
    known = {"a.b": Recordable("a.b", "指標", "件")}
    expected = [UnknownIndicator("c.d", (5,)), UnknownIndicator("z.z", (1, 2))]
    assert unknown_indicators(records, known, FIRST, LAST) == expected


@pytest.mark.parametrize(
    ("number", "unit", "known", "code"),
    [
        (None, "", {}, "value-no-number"),
        (1, "", {}, None),
        (1, "件", {}, None),
        (1, "人", {}, "value-wrong-unit"),
        (0.5, "件", {}, "value-not-whole"),
        (1.0, "件", {}, None),
        (-1, "件", {}, None),
        (0.5, "時間", {"unit": "時間"}, None),
        (0, "%", {"unit": "%"}, None),
        (100, "％", {"unit": "%"}, None),
        (100.01, "%", {"unit": "%"}, "value-no-share"),
        (-0.01, "%", {"unit": "%"}, "value-no-share"),
        (-300, "%", {"unit": "%", "signed": True}, None),
        (100, "%", {"unit": "%", "signed": True}, None),
        (100.01, "%", {"unit": "%", "signed": True}, "value-no-reduction"),
        (5, "件", {"unit": "%"}, "value-wrong-unit"),
        (5, "%", {}, "value-wrong-unit"),
    ],
)
def test_a_value_is_refused_by_its_unit_and_its_limits(
    number: float | None, unit: str, known: dict[str, Any], code: str | None
) -> None:
    """0 and 100 are shares; a reduction can be negative, and is at most 100."""
    faults = _value_faults(number, unit, Recordable(**{"id": "a.b", "name": "指標", "unit": "件", **known}), "値")
    assert [(fault.path, fault.code) for fault in faults] == ([("--value", code)] if code else [])


@pytest.mark.parametrize(
    ("indicator", "code"),
    [
        ("a.b", None),
        ("opendata.new_datasets", "indicator-counted"),
        ("old.id", "indicator-renamed"),
        ("opendata.use_case", "indicator-not-of-year-near"),
        ("zzzz.qqqq", "indicator-not-of-year"),
    ],
)
def test_an_indicator_that_cannot_be_recorded_has_the_reason_of_its_kind(indicator: str, code: str | None) -> None:
    """Counted, renamed, mistyped, or unknown."""
    wanted = strategy(target(formerly=["old.id"]))
    faults = _name_faults(indicator, recordable(wanted), wanted, 2025)
    assert [fault.code for fault in faults] == ([code] if code else [])


def published(name: str, standard: str | None) -> Current:
    """A published dataset."""
    newest = Event("publish", "2025-06-01T09:00:00+09:00", "ward", name, "a.csv", standard, "課", 1, "")
    return Current(name, frozenset({"csv"}), newest, len(name), "2025-06-01")


BLOCKED = Obstacle(status="blocked", by="所管", reason="理由")


@pytest.mark.parametrize(
    ("current", "obstacle", "planned", "kind"),
    [
        ([], None, (), Kind("aed", "AED", "undecided")),
        ([], BLOCKED, (), Kind("aed", "AED", "blocked", "所管", "理由")),
        ([], Obstacle(status="no_data", reason="ない"), (), Kind("aed", "AED", "no_data", "", "ない")),
        ([], BLOCKED, ("aed",), Kind("aed", "AED", "planned", planned=True)),
        ([published("x", "aed@2020")], BLOCKED, (), Kind("aed", "AED", "published", datasets=("x",), lines=(1,))),
        (
            [published("x", "aed@2026"), published("yy", "aed"), published("z", "aed_x@2026"), published("n", None)],
            None,
            ("aed", "hospital"),
            Kind("aed", "AED", "published", datasets=("x", "yy"), lines=(1, 2), planned=True),
        ),
    ],
    ids=["undecided", "blocked", "no data", "planned though blocked", "published though blocked", "several datasets"],
)
def test_a_kind_is_published_before_planned_before_blocked(
    current: list[Current], obstacle: Obstacle | None, planned: Sequence[str], kind: Kind
) -> None:
    """Any version of the standard counts, and only the very id."""
    assert _kind("aed", "AED", current, obstacle, planned) == kind


@pytest.mark.parametrize(
    ("states", "share"),
    [
        ([], None),
        (["no_data"], None),
        (["published", "no_data"], 100),
        (["published", "blocked", "undecided", "planned", "no_data"], 25),
        (["blocked"], 0),
    ],
)
def test_kinds_without_data_leave_the_share_of_published_kinds(states: list[str], share: float | None) -> None:
    """Blocked kinds stay in it."""
    assert share_published([Kind("aed", "AED", state) for state in states]) == share


@pytest.mark.parametrize(("status", "by"), [("blocked", None), ("no_data", "所管")])
def test_only_a_blocked_kind_names_who_blocks_it(status: str, by: str | None) -> None:
    """The other way round it is refused."""
    with pytest.raises(ValidationError, match="blocked-by-whom"):
        Obstacle.model_validate({"status": status, "by": by, "reason": "理由"})
