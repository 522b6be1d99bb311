"""``geo geocode``, ``geo import-addresses``, ``geo import-boundary`` and ``map preview`` as a user types them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from conftest import Ran
from gazetteer_files import SQUARE_GEOJSON, yaizu_blocks

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.geo.places.gazetteer.builtin import Builtin
from meguro_opendata.japan.municipalities import municipality
from meguro_opendata.maps import preview_file, preview_release
from meguro_opendata.maps.drawing import draw
from meguro_opendata.workspace.city import open_workspace

Command = Callable[..., Ran]
TABLE = (
    "名称,住所,緯度,経度\r\n"
    "見本園,目黒区上目黒2-19-15,35.641463,139.698171\r\n"
    "見本校,東京都目黒区自由ヶ丘二丁目7番10号,,\r\n"
    "<script>alert(1)</script>,目黒区八雲1-1-8,,\r\n"
    "見本館,目黒区どこか1-1,,\r\n"
    "逆の所,,139.698171,35.641463\r\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with points, addresses, and rows that have neither."""
    path = tmp_path / "places.csv"
    path.write_bytes(TABLE.encode("cp932"))
    return path


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """A data folder of one's own."""
    return {"MEGURO_OPENDATA_DATA": str(tmp_path / "data")}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV that was written."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_geocode_tells_level_error_and_reason(typed: Command, table: Path, tmp_path: Path) -> None:
    """Each address comes with what it stands for; the columns are named so that no one takes them for measured."""
    ran = typed("geo", "geocode", table, "--municipality", "131105", "-o", "out.csv", "--lang", "ja")
    assert (ran.code, "町字が住所の一覧にない: 1件" in ran.out) == (1, True)
    rows = rows_of(tmp_path / "out.csv")
    assert [row["解析_町字"] for row in rows[:3]] == ["上目黒二丁目", "自由が丘二丁目", "八雲一丁目"]
    assert (rows[1]["推定_段階"], rows[1]["推定_誤差m"], rows[1]["解析_番地以下"]) == (
        "町字（丁目）の代表点",
        "406.0",
        "7-10",
    )
    assert (rows[3]["推定_緯度"], rows[3]["解析_問題"]) == ("", "町字が住所の一覧にない")
    assert rows[0]["緯度"] == "35.641463"


def test_one_address(typed: Command) -> None:
    """A single address is told in lines."""
    ran = typed("geo", "geocode", "--address", "〒153-0051 目黒区上目黒２－１９－１５", "--lang", "en")
    assert ran.code == 0
    assert "0024002" in ran.out
    assert "1530051" in ran.out


def test_another_citys_addresses(typed: Command, tmp_path: Path) -> None:
    """A gazetteer in the form of 位置参照情報 makes blocks of any city known, and the map shows them in place."""
    (tmp_path / "yaizu.csv").write_bytes(yaizu_blocks())
    (tmp_path / "square.geojson").write_text(SQUARE_GEOJSON, encoding="utf-8")
    first = typed("geo", "import-addresses", "yaizu.csv")
    again = typed("geo", "import-addresses", "yaizu.csv")
    assert (first.code, again.code) == (0, 0)
    assert "静岡県焼津市" in first.out
    assert "取り込み済み" in again.out
    assert typed("geo", "import-boundary", "square.geojson").code == 0
    (tmp_path / "t.csv").write_text("名称,住所\n見本,焼津市焼津2-2-1\n見本2,静岡県焼津市坂本1428\n", encoding="utf-8")
    ran = typed("map", "preview", "t.csv", "-o", "t.html", "--municipality", "222127")
    assert (ran.code, "街区まで）2" in ran.out) == (0, True)
    page = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert "本町五丁目" in page
    assert 'class="outline"' in page


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("geo", "geocode"), 2, "--address"),
        (("geo", "geocode", "places.csv", "--address", "x"), 2, "--address"),
        (("geo", "geocode", "--address", "x", "-o", "y.csv"), 2, "--column"),
        (("geo", "geocode", "none.csv"), 2, "none.csv"),
        (("geo", "import-addresses", "."), 2, "フォルダー"),
        (("geo", "import-boundary", "."), 2, "フォルダー"),
        (("geo", "geocode", "places.csv", "--column", "住居"), 2, "住所"),
        (("geo", "geocode", "places.csv", "-o", "places.csv"), 2, "places.csv"),
        (("geo", "geocode", "places.csv", "--municipality", "131106"), 2, "131105"),
        (("geo", "import-addresses", "places.csv"), 2, "位置参照情報"),
        (("geo", "import-addresses", "none.csv"), 2, "none.csv"),
        (("geo", "import-boundary", "places.csv"), 2, "GeoJSON"),
        (("geo", "import-boundary", "none.geojson"), 2, "none.geojson"),
        (("map", "preview", "places.csv", "-o", "places.csv"), 2, "places.csv"),
        (("map", "preview", "none.csv", "-o", "x.html"), 2, "none.csv"),
        (("map", "preview", "nothing", "-o", "x.html"), 2, "opendata.toml"),
        (("map", "preview", "plain.csv", "-o", "x.html"), 2, "名称"),
        (("map", "preview", "swapped.csv", "-o", "x.html"), 2, "--axes swapped"),
        (("map", "preview", "empty.csv", "-o", "x.html"), 2, "empty.csv"),
    ],
)
def test_wrong_use_is_told(
    arguments: tuple[str, ...],
    code: int,
    said: str,
    typed: Command,
    table: Path,
    tmp_path: Path,
) -> None:
    """Every input that can be wrong is told in Japanese, and nothing is written."""
    (tmp_path / "plain.csv").write_text("名称,数\n見本,1\n", encoding="utf-8")
    (tmp_path / "swapped.csv").write_text("名称,緯度,経度\n見本,139.69,35.64\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("名称,緯度,経度\n見本,,\n", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    ran = typed(*arguments)
    assert (ran.code, said in ran.err, "Traceback" in ran.text) == (code, True, False), ran.text
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "data") == before
    assert table.read_bytes() == TABLE.encode("cp932")


def test_a_code_page_of_windows_breaks_nothing(command: Command, table: Path, own: dict[str, str]) -> None:
    """Results and errors can be printed in CP932."""
    good = command("geo", "geocode", table, encoding="cp932:strict", **own)
    bad = command("geo", "import-addresses", table, encoding="cp932:strict", **own)
    assert (good.code, bad.code, "Traceback" in good.text + bad.text) == (1, 2, False)
    assert "位置参照情報" in bad.err


class Page(HTMLParser):
    """What a browser would load or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts = 0
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Scripts, addresses and inline handlers of a tag."""
        self.scripts += tag == "script"
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]


def test_the_page_is_whole_and_needs_no_network(typed: Command, table: Path, tmp_path: Path) -> None:
    """One file, one script allowed by checksum, no address but of the page itself; values are escaped."""
    assert typed("map", "preview", table, "-o", "a.html", "--municipality", "131105").code == 0
    assert typed("map", "preview", table, "-o", "b.html", "--municipality", "131105").code == 0
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.html").read_text(encoding="utf-8")
    page = Page(text)
    assert (page.scripts, page.handlers) == (1, [])
    assert all(address.startswith("#") for address in page.addresses)
    policy = re.search('Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert "http" not in policy[1]
    assert "script-src &#39;sha256-" in policy[1] or "script-src 'sha256-" in policy[1]
    assert "<script>alert" not in text
    assert "緯度と経度が逆" in text


def test_tiles_only_when_asked_for(table: Path) -> None:
    """With tiles, the policy allows their host alone, and the page names whose they are."""
    text = preview_file(table, municipality("131105")).page("ja", tiles=True)
    images = [address for address in Page(text).addresses if address.endswith(".png")]
    assert images
    assert all(address.startswith("https://cyberjapandata.gsi.go.jp/xyz/") for address in images)
    assert "地理院タイル" in text
    assert "img-src data: https://cyberjapandata.gsi.go.jp;" in text


def test_measured_and_estimated_points_differ(table: Path) -> None:
    """The table's own point is measured; an address gives a rough one with its error; the rest has a reason."""
    preview = preview_file(table, municipality("131105"))
    assert preview.counts == {"measured": 1, "near": 0, "rough": 2, "none": 2}
    assert [row.level for row in preview.rows] == ["measured", "town", "town", "none", "none"]
    drawing = draw(preview.rows, preview.geocoder, ["131105"], tiles=False)
    assert drawing is not None
    assert [marker.kind for marker in drawing.markers] == ["rough", "rough", "measured"]
    assert sorted({label.text for label in drawing.labels}) == sorted(
        town.name for town in Builtin().towns("131105") or ()
    )


def test_points_lie_where_they_should(table: Path) -> None:
    """North is up, east is right, and the scale is that of the ground."""
    preview = preview_file(table, municipality("131105"))
    drawing = draw(preview.rows, preview.geocoder, ["131105"], tiles=False)
    assert drawing is not None
    office = drawing.markers[-1]
    jiyugaoka = next(marker for marker in drawing.markers if marker.rows[0].name == "見本校")
    assert office.x > jiyugaoka.x
    assert office.y < jiyugaoka.y
    across, down = (office.x - jiyugaoka.x) * drawing.metres, (jiyugaoka.y - office.y) * drawing.metres
    own = next(row for row in preview.rows if row.name == "見本校")
    assert own.lat
    assert own.lon
    assert across == pytest.approx((139.698171 - own.lon) * 90_560, rel=0.01)
    assert down == pytest.approx((35.641463 - own.lat) * 110_950, rel=0.01)


def test_exchanged_columns_are_declared(tmp_path: Path) -> None:
    """What is exchanged is put right when the user says so, not before."""
    (tmp_path / "s.csv").write_text("名称,緯度,経度\n見本,139.69,35.64\n", encoding="utf-8")
    assert preview_file(tmp_path / "s.csv").counts["none"] == 1
    assert preview_file(tmp_path / "s.csv", swapped=True).counts["measured"] == 1


def test_a_releases_points(workspace_dir: Path) -> None:
    """A release is shown with the names and points of its published table."""
    mo.build_release("preschool", workspace_dir)
    preview = preview_release("preschool", open_workspace(workspace_dir))
    assert preview.counts == {"measured": 120, "near": 0, "rough": 0, "none": 0}
    assert preview.rows[0].name == "駒場保育園"


SHIPPED = "geocode:\n  address: 所在地\n  level: town\n"


def with_geocode(workspace_dir: Path, words: str) -> Path:
    """The shipped workspace, whose list of loudspeakers gets other words on positions."""
    path = workspace_dir / "emergency_radio" / "dataset.yaml"
    text = path.read_text(encoding="utf-8")
    assert SHIPPED in text
    path.write_text(text.replace(SHIPPED, "") + words, encoding="utf-8")
    return workspace_dir


def test_no_release_has_estimates_unasked(workspace_dir: Path) -> None:
    """Without the recipe's word, addresses stay addresses."""
    release = mo.build_release("emergency_radio", with_geocode(workspace_dir, ""))
    rows = rows_of(release.folder / "131105_emergency_radio.csv")
    assert {row["防災行政無線_緯度"] for row in rows} == {""}
    assert "位置の段階" not in rows[0]


def test_a_recipe_may_publish_estimates_and_they_are_flagged(workspace_dir: Path) -> None:
    """With the recipe's word each estimated position has its level and error in the table, and is a listed change."""
    home = workspace_dir
    release = mo.build_release("emergency_radio", home)
    assert release.published
    rows = rows_of(release.folder / "131105_emergency_radio.csv")
    assert {row["位置の段階"] for row in rows} == {"town"}
    assert all(row["防災行政無線_緯度"] and int(row["位置の誤差m"]) > 100 for row in rows)
    assert sum(change.rule == "geocode" for change in release.changes) == 2 * len(rows)
    assert [one.code for one in release.report.findings].count("position-estimated") == 1
    preview = preview_release("emergency_radio", open_workspace(home))
    assert preview.counts == {"measured": 0, "near": 0, "rough": 65, "none": 0}
    places = json.loads((release.folder / "131105_emergency_radio.geojson").read_text(encoding="utf-8"))["features"]
    assert len(places) == 65
    assert {place["properties"]["位置の段階"] for place in places} == {"town"}
    assert [place["properties"]["位置の誤差m"] for place in places] == [row["位置の誤差m"] for row in rows]


def test_estimates_are_no_worse_than_asked_for(workspace_dir: Path) -> None:
    """By default only blocks and residences are published; a row whose address gives less stays empty and is told."""
    home = with_geocode(workspace_dir, "\ngeocode: {address: 所在地}\n")
    release = mo.build_release("emergency_radio", home)
    rows = rows_of(release.folder / "131105_emergency_radio.csv")
    assert {row["防災行政無線_緯度"] for row in rows} == {""}
    assert [one.code for one in release.report.findings].count("position-not-estimated") == 65


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("\ngeocode: {address: 所在地住所}\n", "field-unknown-near"),
        ("\ngeocode: {address: 所在地, level: city}\n", "not-one-of"),
        ("\ngeocode: {level: town}\n", "key-missing"),
        ("\ngeocode: {address: 所在地, publish: yes}\n", "key-unknown"),
    ],
)
def test_wrong_words_are_faults(words: str, code: str, workspace_dir: Path) -> None:
    """A recipe that asks for what there is not is told so, with the place in the file."""
    with pytest.raises(ConfigurationError) as caught:
        mo.build_release("emergency_radio", with_geocode(workspace_dir, words))
    assert [fault.path.startswith("geocode") for fault in caught.value.faults] == [True]
    assert caught.value.faults[0].code.startswith(code.removesuffix("-near")), caught.value.faults


def test_estimates_need_coordinates(workspace_dir: Path) -> None:
    """A schema without latitude and longitude cannot hold a position."""
    path = workspace_dir / "stockpile_warehouse" / "dataset.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\ngeocode: {address: 所在地}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        mo.build_release("stockpile_warehouse", workspace_dir)
    assert "geocode-without-coordinates" in {fault.code for fault in caught.value.faults}


def test_geocode_takes_the_municipality_that_the_file_shows(typed: Command, tmp_path: Path) -> None:
    """Addresses without one are found by the towns they name, as in ``map preview``; the reason is shown."""
    rows = ["番号,設置場所", "1,上目黒2-19-15", "2,目黒本町2丁目1番20号", "3,八雲１－１－８", "4,鷹番3-17-20"]
    (tmp_path / "一覧.csv").write_text("\n".join(rows), encoding="utf-8")
    done = typed("geo", "geocode", "一覧.csv", "-o", "out.csv")
    assert (done.code, "東京都目黒区（131105）" in done.out, "根拠: 住所4件のうち4件" in done.out) == (0, True, True)
    told = typed("geo", "geocode", "一覧.csv", "-o", "out.csv", "--municipality", "131105")
    assert (told.code, "根拠" in told.out) == (0, False)


def test_a_preview_names_the_sheets_and_the_true_cause(typed: Command, tmp_path: Path) -> None:
    """Sheets that are not drawn are named; addresses that name cities without a gazetteer are not called nameless."""
    book = openpyxl.Workbook()
    for name, address in (("北部", "目黒区大橋2-11-1"), ("南部", "目黒区中根1-5-1")):
        sheet = book.create_sheet(name)
        sheet.append(["名称", "住所"])
        sheet.append(["見本", address])
    del book["Sheet"]
    book.save(tmp_path / "二枚.xlsx")
    done = typed("map", "preview", "二枚.xlsx", "-o", "二枚.html")
    assert "読んだシート: 北部\n読まなかったシート: 南部（別のシート）" in done.out
    (tmp_path / "各地.csv").write_text(
        "名称,住所\n甲,千葉県市川市八幡1-1\n乙,大阪府堺市堺区南瓦町3-1\n", encoding="utf-8"
    )
    refused = typed("map", "preview", "各地.csv", "-o", "各地.html")
    assert (refused.code, "地図に置ける場所が1つもありません" in refused.err) == (2, True)
