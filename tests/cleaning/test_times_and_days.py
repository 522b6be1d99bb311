"""Times, ranges, durations and days of the week: exact results at the boundaries, and the readings of doubts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.cleaning.times import duration, split_range, time_doubt, time_of_day
from meguro_opendata.cleaning.weekdays import split_remark, weekday_doubt, weekdays
from meguro_opendata.japan.calendar import WEEKDAYS


@pytest.mark.parametrize(
    ("written", "time"),
    [
        *[("0930", "09:30"), ("2359", "23:59"), ("9時", "09:00"), ("9時5分", "09:05"), ("9時30", "09:30")],
        *[("9時半", "09:30"), ("9;30", "09:30"), ("9：30:00", "09:30"), ("9:30から", "09:30"), ("17時まで", "17:00")],
        *[
            ("午後3時", "15:00"),
            ("午後11時半", "23:30"),
            ("午前0時", "00:00"),
            ("PM5:00", "17:00"),
            ("a.m.9:00", "09:00"),
        ],
        *[
            ("正午", "12:00"),
            ("24時", "24:00"),
            ("0.375", "09:00"),
            ("0.0006944444", "00:01"),
            ("0.999305556", "23:59"),
        ],
    ],
)
def test_a_certain_time_is_written_with_hours_and_minutes(written: str, time: str) -> None:
    """In words, digits, either half of the day, and as the part of a day that Excel stores."""
    assert time_of_day(written) == time


@pytest.mark.parametrize(
    "text",
    [
        *("9:00", "09:00", "23:59", "24:00", "24:00:00", "10:00:30"),
        *("9:60", "24:01", "25:00", "2400", "2530", "25時", "午後12時", "午前12時", "午後13時", "午前午後3時"),
        *("0.3756", "0.99999", "0.5", "9.30", "930", "不明", ""),
    ],
)
def test_a_valid_or_uncertain_time_is_unchanged(text: str) -> None:
    """Valid times keep their form; no clock shows the others, or two readings are possible."""
    assert time_of_day(text) == text


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("午後12時", Unsure("ambiguous-value", ("00:00", "12:00"))),
        ("午前12時", Unsure("ambiguous-value", ("00:00", "12:00"))),
        ("9.30", Unsure("ambiguous-value", ("09:30",))),
        ("930", Unsure("ambiguous-value", ("09:30",))),
        ("終日", Unsure("ambiguous-value", ("00:00-24:00",))),
        ("24時間営業", Unsure("ambiguous-value", ("00:00-24:00",))),
        ("9:00?17:00", Unsure("lost-character", ("9:00～17:00",))),
        ("9:00~17:00", Unsure("several-values", ("9:00", "17:00"), partial=True)),
        ("9.60", None),
        ("2530", None),
        ("25:00", None),
        ("9:00", None),
        ("", None),
    ],
)
def test_a_doubtful_time_has_these_readings(text: str, doubt: Unsure | None) -> None:
    """A value without any reading is left to the check of its form."""
    assert time_doubt(text) == doubt


@given(st.integers(0, 24 * 60 - 1))
def test_every_minute_is_read_in_all_forms(minute: int) -> None:
    """Kanji, compact digits, Excel's part of a day, and both halves of the day."""
    hour, rest = divmod(minute, 60)
    time = f"{hour:02}:{rest:02}"
    assert time_of_day(f"{hour}時{rest}分") == time
    assert time_of_day(f"{hour:02}{rest:02}") == time
    assert hour == 0 or time_of_day(f"{minute / 1440:.9f}") == time
    if hour != 12:
        assert time_of_day(f"{'午後' if hour > 12 else '午前'}{hour % 12}時{rest}分") == time


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("9:00~17:00", ("9:00", "17:00")),
        ("9:00－17:00", ("9:00", "17:00")),
        ("9時から17時まで", ("09:00", "17:00")),
        ("9:00から17:00", ("9:00", "17:00")),
        ("9:00~24:00", ("9:00", "24:00")),
        ("9:00~9:01", ("9:00", "9:01")),
        ("9:00~9:00", None),
        ("10:00-9:00", None),
        ("9:00~", None),
        ("~17:00", None),
        ("9:00~12:00~13:00", None),
        ("午後1時~5時", None),
        ("9:00～翌2:00", None),
        ("9:00", None),
        ("", None),
    ],
)
def test_a_range_has_two_times_the_second_one_later(text: str, both: tuple[str, str] | None) -> None:
    """Nothing is carried over from the first time to the second."""
    assert split_range(text) == both


@pytest.mark.parametrize(
    ("written", "length"),
    [
        *[("0分", "00:00"), ("30分間", "00:30"), ("90分", "01:30"), ("9999分", "166:39")],
        *[("1時間", "01:00"), ("1時間半", "01:30"), ("1時間30分", "01:30"), ("999時間59分", "999:59")],
        *[(text, text) for text in ("999時間60分", "1000時間", "10000分", "半時間", "半", "分", "1:30", "半日", "")],
    ],
)
def test_a_duration_has_three_digits_of_hours_at_most(written: str, length: str) -> None:
    """A half needs its hours; everything else stays."""
    assert duration(written) == length


@pytest.mark.parametrize(
    ("written", "days"),
    [
        *[("月～金", "月火水木金"), ("月-金曜日", "月火水木金"), ("金～月", "月金土日"), ("日～月", "月日")],
        *[("月曜日から金曜日まで", "月火水木金"), ("毎日", WEEKDAYS), ("年中無休", WEEKDAYS), ("無休", WEEKDAYS)],
        *[("平日", "月火水木金"), ("平日・土曜", "月火水木金土"), ("週末", "土日"), ("土日", "土日")],
        *[("土曜日曜", "土日"), ("月曜日曜日", "月日"), ("日曜日月曜日", "月日")],
        *[
            ("月;火;水", "月火水"),
            ("月と水", "月水"),
            ("月、水、金", "月水金"),
            ("日月火", "月火日"),
            ("月\n火", "月火"),
        ],
        *[(text, text) for text in ("毎日曜日", "第1月曜日", "土日祝", "月～", "月曜休館", "祝日", "随時", "")],
    ],
)
def test_days_are_written_in_the_order_of_the_week(written: str, days: str) -> None:
    """Ranges go over the end of the week; values with any other word stay."""
    assert weekdays(written) == days


@given(
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    st.randoms(use_true_random=False),
    st.sampled_from(["、", "・", "", "/"]),
)
def test_days_in_any_order_become_the_same(days: set[str], chance: random.Random, sign: str) -> None:
    """Each once, whatever separates them."""
    order = sorted(days)
    chance.shuffle(order)
    written = sign.join(f"{day}曜" for day in order)
    assert weekdays(written) == "".join(day for day in WEEKDAYS if day in days)


@pytest.mark.parametrize(
    ("text", "remark", "reading"),
    [
        ("月～金(祝日除く)", ("月火水木金", "祝日除く"), "月火水木金"),
        ("月～金（祝日除く）", ("月火水木金", "祝日除く"), "月火水木金"),
        ("月～金※祝日除く", ("月火水木金", "月～金※祝日除く"), "月火水木金"),
        ("土日祝", ("土日", "土日祝"), "土日"),
        ("祝日を除く", ("", "祝日を除く"), None),
        ("年末年始を除く", ("", "年末年始を除く"), None),
        # The days on which it is closed.
        ("土日休み", None, "月火水木金"),
        ("月曜日定休", None, "火水木金土日"),
        ("定休日は月曜日", None, "火水木金土日"),
        ("休館日:月・火", None, "水木金土日"),
        ("日曜以外", None, "月火水木金土"),
        ("月曜休館の毎日", None, "火水木金土日"),
        ("月火水木金土日休み", None, None),
        ("第3月曜休館", None, None),
        ("月～金", None, None),
        ("", None, None),
    ],
)
def test_days_with_words_beside_them(text: str, remark: tuple[str, str] | None, reading: str | None) -> None:
    """The remark goes into its own field; closing days are turned into the open ones as a proposal."""
    assert split_remark(text) == remark
    doubt = weekday_doubt(text)
    assert doubt == (None if reading is None else Unsure("ambiguous-value", (reading,), partial=remark is not None))


@pytest.mark.parametrize(
    ("text", "days"), [("月?金", "月火水木金"), ("月曜日?金曜日", "月火水木金"), ("土?月", "月土日")]
)
def test_a_lost_sign_between_days_is_proposed_as_a_range(text: str, days: str) -> None:
    """An encoding without ～ writes a question mark for it."""
    assert weekday_doubt(text) == Unsure("lost-character", (days,))
