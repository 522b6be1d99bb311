"""Every municipality and its code: the facts hold together, and a wrong code is reported with the right one."""

import re
from collections import Counter

import pytest

from meguro_opendata.errors import UnknownMunicipalityError
from meguro_opendata.japan.municipalities import municipalities, municipality
from meguro_opendata.workspace.city import check_digit

KATAKANA = re.compile("[ァ-ヶー]+")
ENDINGS = {"city": "市", "designated_city": "市", "town": "町", "village": "村", "ward": "区", "special_ward": "区"}


def refused(code: str) -> UnknownMunicipalityError:
    """The error of a code; it can be said in both languages."""
    with pytest.raises(UnknownMunicipalityError) as error:
        municipality(code)
    assert error.value.text("ja") != error.value.text("en")
    assert error.value.exit_code == 2
    return error.value


def test_every_code_has_its_check_digit() -> None:
    """Six digits, of which the last follows from the first five; none stands twice; they are sorted."""
    codes = [known.code for known in municipalities()]
    assert [code for code in codes if not re.fullmatch("[0-9]{6}", code) or check_digit(code[:5]) != code[5]] == []
    assert codes == sorted(set(codes))
    assert {code[:2] for code in codes} == {f"{number:02}" for number in range(1, 48)}


def test_the_numbers_are_those_of_the_country() -> None:
    """1,741 municipalities, of which 20 are designated cities with 171 wards and 23 are the special wards of Tokyo."""
    kinds = Counter(known.kind for known in municipalities())
    assert (kinds["designated_city"], kinds["ward"], kinds["special_ward"]) == (20, 171, 23)
    assert kinds.total() - kinds["ward"] == 1741


def test_names_end_as_their_kind_does_and_have_a_reading() -> None:
    """市, 町, 村 and 区 fit the kind; each name, county and prefecture has its reading in katakana, or neither."""
    assert [known for known in municipalities() if not known.name.endswith(ENDINGS[known.kind])] == []
    for known in municipalities():
        assert KATAKANA.fullmatch(known.name_kana), known
        assert KATAKANA.fullmatch(known.prefecture_kana), known
        assert bool(known.county) == bool(KATAKANA.fullmatch(known.county_kana)), known
        assert known.kind in ("town", "village") or not known.county, known


def test_a_prefecture_has_one_name() -> None:
    """The first two digits, the prefecture and its reading belong together."""
    assert len({(known.code[:2], known.prefecture, known.prefecture_kana) for known in municipalities()}) == 47


def test_a_ward_belongs_to_a_designated_city() -> None:
    """The name of each ward begins with that of a designated city of its prefecture; so does its reading."""
    cities = [known for known in municipalities() if known.kind == "designated_city"]
    for ward in municipalities():
        if ward.kind == "ward":
            (city,) = [one for one in cities if one.prefecture == ward.prefecture and ward.name.startswith(one.name)]
            assert ward.name_kana.startswith(city.name_kana)


@pytest.mark.parametrize(
    ("code", "full_name", "address_name"),
    [
        ("131105", "東京都目黒区", "目黒区"),
        ("134210", "東京都小笠原村", "小笠原村"),
        ("133817", "東京都三宅村", "三宅島三宅村"),
        ("013030", "北海道当別町", "石狩郡当別町"),
        ("011002", "北海道札幌市", None),
        ("011011", "北海道札幌市中央区", "札幌市中央区"),
    ],
)
def test_names_as_standards_want_them(code: str, full_name: str, address_name: str | None) -> None:
    """地方公共団体名 has no county, 所在地_市区町村 has; in a designated city it differs from ward to ward."""
    found = municipality(code)
    assert (found.full_name, found.address_name) == (full_name, address_name)


@pytest.mark.parametrize("code", ["131104", "131106", "131100"])
def test_a_wrong_check_digit_is_reported_with_the_right_one(code: str) -> None:
    """The code with the right check digit comes first, with the name by which it is recognised."""
    error = refused(code)
    assert error.code == "municipality-check-digit-near"
    assert error.params["near"][0] == "131105 東京都目黒区"  # type: ignore[index]


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("13110", "131105 東京都目黒区"),
        ("92011", "092011 栃木県宇都宮市"),
        ("１３１１０５", "131105 東京都目黒区"),
        (" 131105 ", "131105 東京都目黒区"),
        ("113105", "131105 東京都目黒区"),
        ("目黒区", "131105 東京都目黒区"),
        ("東京都目黒区", "131105 東京都目黒区"),
        ("府中市", "132063 東京都府中市"),
        ("府中市", "342084 広島県府中市"),
    ],
)
def test_what_was_probably_meant_is_reported(written: str, near: str) -> None:
    """A lost digit, a lost zero, wide digits, swapped digits and a name are refused with the code that was meant."""
    assert near in refused(written).params["near"]  # type: ignore[operator]


@pytest.mark.parametrize("written", ["", "zzz", "1", "1311050", "999999", "130001", "-31105", "131105\n2"])
def test_a_code_that_is_like_none_is_refused(written: str) -> None:
    """Without anything near the code alone is named; no kind of text ends in another error."""
    assert refused(written).code in ("municipality-unknown", "municipality-check-digit")
