"""Periods in files' names: names that continue a series, numbers that are no period, and long names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.kpi.periods import PERIOD, named, series_of, table_of

SERIES = """
q_2025Q1 q_2025Q2|人口_10月 人口_11月|広報_第12号 広報_第13号
決算_上半期 決算_下半期|s_r7_10 s_r7_11|会議_第1回 会議_第2回
x_FY2025 x_FY2026|x_前期 x_後期|祭_春 祭_秋|t_20251001-20251031 t_20251101-20251130|u_2025_0401 u_2025_0501
人口_20201101 人口_20201201|人口_2024年4月 人口_2024年10月|人口_2024年度 人口_2025年度|人口_令和元年度 人口_令和2年度
人口_令和6年4月1日 人口_令和6年12月1日|人口_R6.4 人口_R6.12|人口_R06_04 人口_R06_12|人口_2024-04 人口_2024-12
人口_2024.04 人口_2024.12|人口_令和6年度4月 人口_令和6年度12月|人口_令和6年度第1四半期 人口_令和6年度第2四半期
人口_２０２５年４月 人口_２０２５年１０月|x_2025-Apr x_2025-May
apr2025_x may2025_x|x_1Q2025 x_2Q2025|x_R071001 x_R071101
x_令和七年十月 x_令和八年一月|x_7年度 x_8年度|x_7年10月 x_7年11月|x_2025年4月～6月 x_2025年7月～9月|x_vol.12 x_vol.13
x_1学期 x_2学期|x_2025年度前期 x_2025年度後期|x_2025春 x_2025秋
x_2025_10月 x_2025_11月|x_4月1日 x_5月1日|x_2025H1 x_2025H2
x_2025-W10 x_2025-W11|x_第1四半期 x_第2四半期|jinko2025 jinko2026|x_2025年10月1日現在 x_2025年11月1日現在|x_h30 x_h31
x_平成31年4月 x_令和2年4月|x_2020-2025 x_2021-2026|第10回定例会 第11回定例会
"""
OTHERS = """
school_1001 school_2002|school_2001 school_2002|room_101 room_102
cancer_1 cancer_2|parkS1 parkS2|前期高齢者 後期高齢者
第1号被保険者 第2号被保険者|第1小学校 第2小学校|q_Q1 q_Q2
春日町 秋日町|検診_2025_1 検診_2025_2|1年生 2年生|131105_a 131106_a
x_1234 x_1235|x_202513 x_202514|x_9999 x_9998|第1庁舎 第2庁舎
1丁目 2丁目|A1 A2|r1b r2b|x_3日 x_4日|x_12345678 x_12345679
教室2001 教室2002
"""


def pairs(text: str) -> list[list[str]]:
    """The pairs of names of a table."""
    return [pair.split() for line in text.split("\n") for pair in line.split("|") if pair.strip()]


@pytest.mark.parametrize(("one", "other"), pairs(SERIES))
def test_names_that_differ_by_their_period_are_one_series(one: str, other: str) -> None:
    """A month, a quarter, half a year, an issue, as offices write them: one series, of two periods."""
    assert series_of(f"{one}.csv") == series_of(f"{other}.csv") != series_of(f"園児_{other}.csv")
    assert table_of(named(f"{one}.csv")) == table_of(named(f"{one}.xlsx")) != table_of(named(f"{other}.csv"))


@pytest.mark.parametrize(("one", "other"), pairs(OTHERS))
def test_numbers_that_are_no_period_separate_series(one: str, other: str) -> None:
    """The number of a school, a room, a part or a kind of insured person is no period."""
    assert series_of(f"{one}.csv") != series_of(f"{other}.csv")


@given(st.dates(), st.sampled_from(["人口", "park", "第1庁舎", "room_101"]))
def test_one_month_is_one_table_however_it_is_written(day: object, name: str) -> None:
    """Western years and eras, digits and words: equal periods of one series."""
    year, month = 2019 + getattr(day, "year", 0) % 12, getattr(day, "month", 1)
    forms = (f"{year}{month:02}", f"{year}年{month}月", f"令和{year - 2018}年{month}月", f"{year}-{month:02}")
    assert len({table_of(named(f"{name}_{form}.csv")) for form in forms}) == 1
    assert named(f"{name}_{forms[0]}.csv").series.count(PERIOD) == 1


@pytest.mark.parametrize("piece", ["2025", "第1", "令和", "2025_", "1", "r", "a1月", "q1", "春"])
def test_a_long_name_takes_a_time_in_proportion(piece: str) -> None:
    """Names as long as a book are read in moments, which an exponential or quadratic pattern could not."""
    begun = time.process_time()
    named(piece * 40_000)
    assert time.process_time() - begun < 5
