"""Prefecture and municipality at the beginning of an address: certain, ambiguous, assumed or unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.japan.addresses.places import find_place, ward_name, wards_of
from meguro_opendata.japan.municipalities import Municipality, municipalities, municipality

ALL = municipalities()


@pytest.mark.parametrize(
    ("text", "home", "code", "rest", "assumed"),
    [
        ("東京都目黒区目黒1-2-3", None, "131105", "目黒1-2-3", False),
        ("目黒区目黒1", None, "131105", "目黒1", False),
        ("東京目黒区目黒1", None, "131105", "目黒1", False),
        ("東京都 目黒区 目黒1", None, "131105", "目黒1", False),
        # A longer name is never broken up.
        ("千葉市川市八幡1-1", None, "122033", "八幡1-1", False),
        ("広島府中市1", None, "342084", "1", False),
        # Wards of designated cities, with and without the city.
        ("仙台市 若林区土樋9", None, "041033", "土樋9", False),
        ("大阪市北区1", None, "271276", "1", False),
        ("札幌市中央区北1", None, "011011", "北1", False),
        ("若林区土樋", "041009", "041033", "土樋", False),
        # Counties may be left out.
        ("山口県熊毛郡上関町1", None, "353418", "1", False),
        ("山口県上関町1", None, "353418", "1", False),
        ("熊毛郡上関町1", None, "353418", "1", False),
        ("周智郡森町1", None, "224618", "1", False),
        # Of two spellings the one that is written.
        ("鹿島市1", None, "412074", "1", False),
        ("鹿嶋市1", None, "082228", "1", False),
        ("茨城県鹿島市1", None, "082228", "1", False),
        # Taken from the data's own municipality: itself, its prefecture, a ward of it.
        ("目黒1-2", "131105", "131105", "目黒1-2", True),
        ("東京都上目黒2", "131105", "131105", "上目黒2", True),
        ("", "131105", "131105", "", True),
        ("府中市宮西町2-24", "131105", "132063", "宮西町2-24", True),
        ("府中市宮西町2-24", "342084", "342084", "宮西町2-24", False),
        ("中央区銀座1", "131105", "131024", "銀座1", True),
        ("中央区1", "011002", "011011", "1", True),
        ("北区1", "271004", "271276", "1", True),
        ("北区1", "271403", "271462", "1", True),
        ("緑区1", "141003", "141135", "1", True),
    ],
)
def test_the_place_of_an_address(text: str, home: str | None, code: str, rest: str, assumed: bool) -> None:
    """The municipality, the rest of the address, and whether something was taken from the data's municipality."""
    found = find_place(text, municipality(home) if home else None)
    assert found.municipality == municipality(code)
    assert (found.prefecture, found.rest, found.assumed) == (municipality(code).prefecture, rest, assumed)
    assert (found.problem, found.readings, found.possible) == ("", (), ())


@pytest.mark.parametrize(
    ("text", "home", "prefecture", "problem"),
    [
        ("", None, "", "municipality-missing"),
        ("目黒1-2", None, "", "municipality-missing"),
        ("東京都", None, "東京都", "municipality-missing"),
        ("東京都上目黒2", None, "東京都", "municipality-not-in-prefecture"),
        ("東京都大阪市1", "131105", "東京都", "municipality-not-in-prefecture"),
        ("京都府府中市1", None, "京都府", "municipality-not-in-prefecture"),
        ("熊毛郡見本町1", "131105", "", "municipality-unknown"),
        ("熊毛郡見本町1", None, "", "municipality-missing"),
    ],
)
def test_an_address_without_a_known_municipality(text: str, home: str | None, prefecture: str, problem: str) -> None:
    """The reason tells a missing one from one that the prefecture, or the county, does not have."""
    found = find_place(text, municipality(home) if home else None)
    assert (found.prefecture, found.municipality, found.problem) == (prefecture, None, problem)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("府中市宮西町2-24", ["132063", "342084"]),
        ("森町1", ["013455", "224618"]),
        ("北区赤羽1", [one.code for one in ALL if ward_name(one) == "北区" or one.name == "北区"]),
    ],
)
def test_a_name_of_several_municipalities_is_ambiguous(text: str, codes: list[str]) -> None:
    """All of them are readings, and nothing of the address is taken away."""
    found = find_place(text)
    assert (found.municipality, found.rest, found.problem) == (None, text, "municipality-ambiguous")
    assert sorted(one.code for one in found.possible) == sorted(codes)
    assert found.readings == tuple(one.full_name for one in found.possible)


@given(st.sampled_from(ALL), st.sampled_from(["1-2-3", "見本町1", ""]))
def test_a_full_name_leads_to_its_municipality(known: Municipality, rest: str) -> None:
    """With prefecture and county, for every municipality and ward of Japan."""
    for name in (f"{known.prefecture}{known.county}{known.name}", f"{known.prefecture} {known.county} {known.name} "):
        found = find_place(name + rest)
        assert (found.municipality, found.rest) == (known, rest)


@pytest.mark.parametrize("home", [None, "271004"])
def test_a_ward_of_two_cities_of_a_prefecture_is_ambiguous(home: str | None) -> None:
    """大阪市 and 堺市 both have a 北区; what follows the prefecture stays whole."""
    found = find_place("大阪府北区1", municipality(home) if home else None)
    assert (found.prefecture, found.municipality, found.rest) == ("大阪府", None, "北区1")
    assert (found.problem, found.readings) == ("municipality-ambiguous", ("大阪府大阪市北区", "大阪府堺市北区"))
    assert find_place("大阪北区1").problem == "municipality-missing"


def test_wards_belong_to_their_designated_city() -> None:
    """Every ward has exactly one city, whose name its own begins with; the special wards of Tokyo have none."""
    cities = [one for one in ALL if one.kind == "designated_city"]
    wards = [ward for city in cities for ward in wards_of(city)]
    assert sorted(ward.code for ward in wards) == sorted(one.code for one in ALL if one.kind == "ward")
    assert all(f"{city.name}{ward_name(ward)}" == ward.name for city in cities for ward in wards_of(city))
    assert wards_of(municipality("131105")) == wards_of(None) == ()
    assert ward_name(municipality("131105")) == ""
