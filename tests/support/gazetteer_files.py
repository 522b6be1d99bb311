"""Files in the forms that publishers of addresses give out; every row is an example (架空の例) but for the names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

ISJ_BLOCK = (
    "都道府県名,市区町村名,大字・丁目名,小字・通称名,街区符号・地番,座標系番号,Ｘ座標,Ｙ座標,緯度,経度,"
    "住居表示フラグ,代表フラグ,更新前履歴フラグ,更新後履歴フラグ"
)
ISJ_TOWN = (
    "都道府県コード,都道府県名,市区町村コード,市区町村名,大字町丁目コード,大字町丁目名,緯度,経度,"
    "原典資料コード,大字・字・丁目区分コード"
)
GEOLONIA = (
    "都道府県コード,都道府県名,都道府県名カナ,都道府県名ローマ字,市区町村コード,市区町村名,市区町村名カナ,市区町村名ローマ字,"
    "大字町丁目名,大字町丁目名カナ,大字町丁目名ローマ字,小字・通称名,緯度,経度"
)
ABR_TOWN = (
    "lg_code,machiaza_id,machiaza_type,pref,county,city,ward,oaza_cho,oaza_cho_kana,chome,chome_number,koaza,"
    "rsdt_addr_flg,ablt_date"
)
ABR_TOWN_POS = "lg_code,machiaza_id,rsdt_addr_flg,rep_lon,rep_lat,rep_srid"
ABR_BLOCK_POS = "lg_code,machiaza_id,blk_id,rsdt_addr_flg,rep_lon,rep_lat,rep_srid"
ABR_RESIDENCE_POS = "lg_code,machiaza_id,blk_id,rsdt_id,rsdt2_id,rsdt_addr_flg,rep_lon,rep_lat,rep_srid"

# 焼津市 (静岡県): blocks of two chome and of a village without blocks.
YAIZU = [
    ("静岡県", "焼津市", "焼津二丁目", "", "1", "8", "0", "0", "34.8670", "138.3240", "1", "1", "0", "0"),
    ("静岡県", "焼津市", "焼津二丁目", "", "2", "8", "0", "0", "34.8680", "138.3250", "1", "0", "0", "0"),
    ("静岡県", "焼津市", "焼津二丁目", "", "2", "8", "0", "0", "34.8682", "138.3252", "1", "1", "0", "0"),
    ("静岡県", "焼津市", "焼津二丁目", "", "3", "8", "0", "0", "34.9999", "138.9999", "1", "1", "0", "1"),
    ("静岡県", "焼津市", "本町五丁目", "", "9", "8", "0", "0", "34.8665", "138.3201", "1", "1", "0", "0"),
    ("静岡県", "焼津市", "大字坂本", "", "1428", "8", "0", "0", "34.8900", "138.3000", "0", "1", "0", "0"),
    ("静岡県", "焼津市", "大字坂本", "", "1429", "8", "0", "0", "", "", "0", "1", "0", "0"),
    ("静岡県", "大井川町", "下江留", "", "10", "8", "0", "0", "34.8", "138.3", "0", "1", "0", "0"),
]


# A square around the middle of 焼津市, as an example of a boundary.
SQUARE_GEOJSON = json.dumps(
    {
        "type": "Feature",
        "properties": {"name": "静岡県焼津市"},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[138.30, 34.85], [138.35, 34.85], [138.35, 34.90], [138.30, 34.90], [138.30, 34.85]]],
        },
    }
)


def csv_text(header: str, rows: Iterable[Sequence[str]]) -> str:
    """A CSV as the publishers write it: every value in quotes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue()


def yaizu_blocks() -> bytes:
    """位置参照情報（街区レベル） of one city, in CP932."""
    return csv_text(ISJ_BLOCK, YAIZU).encode("cp932")
