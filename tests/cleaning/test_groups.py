"""Parts of a value that belong to another field of its row."""

import polars as pl
import pytest

from meguro_opendata.cleaning import Cleaned, clean
from meguro_opendata.cleaning.data import read_data
from meguro_opendata.standard.model import load_standard

REMARKS = "連絡先備考（その他、SNSなど）"


def cleaned(keep: dict[str, list[str]] | None = None, **values: str) -> Cleaned:
    """One row of the AED standard after cleaning."""
    fields = load_standard("aed").fields
    frame = pl.DataFrame({field.name: [values.get(field.name, "")] for field in fields})
    return clean(frame, fields, {field.name: field.name for field in fields}, [2], keep)


def filled(done: Cleaned) -> dict[str, str]:
    """The values of the row that are not empty."""
    return {name: value for name, value in done.frame.row(0, named=True).items() if value}


@pytest.mark.parametrize(
    ("values", "after"),
    [
        ({"開始時間": "9:00～17:00"}, {"開始時間": "9:00", "終了時間": "17:00"}),
        ({"開始時間": "9時～17時"}, {"開始時間": "09:00", "終了時間": "17:00"}),
        ({"終了時間": "9:00-17:00"}, {"開始時間": "9:00", "終了時間": "17:00"}),
        ({"開始時間": "9:00～17:00", "終了時間": "9:00～17:00"}, {"開始時間": "9:00", "終了時間": "17:00"}),
        ({"開始時間": "9:00～17:00", "終了時間": "17:00"}, {"開始時間": "9:00", "終了時間": "17:00"}),
        ({"開始時間": "9:00～17:00", "終了時間": "18:00"}, {"開始時間": "9:00~17:00", "終了時間": "18:00"}),
        ({"利用可能曜日": "月～金（祝日除く）"}, {"利用可能曜日": "月火水木金", "利用可能日時特記事項": "祝日除く"}),
        (
            {"利用可能曜日": "月～金（祝日除く）", "利用可能日時特記事項": "要予約"},
            {"利用可能曜日": "月火水木金", "利用可能日時特記事項": "要予約。祝日除く"},
        ),
        ({"利用可能曜日": "土日祝"}, {"利用可能曜日": "土日", "利用可能日時特記事項": "土日祝"}),
        ({"利用可能曜日": "祝日除く"}, {"利用可能日時特記事項": "祝日除く"}),
        ({"電話番号": "03-5722-9270（内線1234）"}, {"電話番号": "(03)5722-9270", "内線番号": "1234"}),
        ({"電話番号": "見本課　03-5722-9270"}, {"電話番号": "(03)5722-9270", REMARKS: "見本課"}),
        (
            {"電話番号": "03-5722-9270 内線12", "内線番号": "34"},
            {"電話番号": "03-5722-9270 内線12", "内線番号": "34"},
        ),
    ],
)
def test_a_part_goes_to_the_field_it_belongs_to(values: dict[str, str], after: dict[str, str]) -> None:
    """Ranges, remarks and extensions move, behind what is there; where that is not certain nothing moves."""
    done = cleaned(**values)
    assert filled(done) == after
    assert clean(done.frame, load_standard("aed").fields, {}, [2]).changes == []


def test_a_move_is_a_change_of_both_cells() -> None:
    """Both rewritten cells are reported under the rule that moved the part."""
    changes = [(change.field, change.before, change.after) for change in cleaned(利用可能曜日="平日（要予約）").changes]
    assert changes == [("利用可能曜日", "平日（要予約）", "月火水木金"), ("利用可能日時特記事項", "", "要予約")]


def test_a_moved_part_is_no_doubt_and_one_that_stays_is() -> None:
    """A range whose end cannot be put anywhere is reported; one that was split is not."""
    assert cleaned(開始時間="9:00～17:00").doubts == []
    assert [doubt.field for doubt in cleaned(開始時間="9:00～17:00", 終了時間="18:00").doubts] == ["開始時間"]


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("time_range", "開始時間", "9:00-17:00"),
        ("weekday_remark", "利用可能曜日", "月～金（祝日除く）"),
        ("phone_remark", "電話番号", "見本課 03-5722-9270"),
    ],
)
def test_a_recipe_can_keep_a_value_together(rule: str, field: str, value: str) -> None:
    """A rule that the recipe switches off for the field moves nothing."""
    assert filled(cleaned(keep={field: [rule]}, **{field: value})) == {field: value}


def test_the_groups_name_fields_of_the_standards() -> None:
    """Every end of a name in the data file is one of some standard's item."""
    names = {
        field.name for slug in ("aed", "preschool", "hospital", "facility") for field in load_standard(slug).fields
    }
    names |= {field.name for slug in ("public_facility", "care_service") for field in load_standard(slug).fields}
    data = read_data("groups.toml")
    ends = [pair[part] for pair in data["ranges"] for part in ("start", "end")]
    ends += [entry["source"] for part in ("weekdays", "phones") for entry in data[part]]
    ends += [end for part in ("weekdays", "phones") for entry in data[part] for end in entry["remarks"]]
    assert [end for end in ends if not any(name.endswith(end) for name in names)] == []
