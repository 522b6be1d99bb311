"""A feed to be changed by tests, and what they ask of a report on it.

The feed is an example made for these tests; no such bus runs.
"""

import zipfile
from pathlib import Path

import pytest

from meguro_opendata import messages
from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Finding, Report
from meguro_opendata.standard.filesets import FileStandard, load_file_standard
from meguro_opendata.validation.gtfs import validate_gtfs

FEED = {
    "feed_info.txt": "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version\n"
    "見本市,https://bus.example.jp/,ja,20260401,20270331,見本-1\n",
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n"
    "0000000000000,見本バス,https://bus.example.jp/,Asia/Tokyo,ja\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,zone_id,location_type,parent_station\n"
    "S1,見本駅前,35.0,139.0,Z1,0,\nS2,見本役所,35.1,139.1,Z2,0,\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\n"
    "R1,0000000000000,見本01,見本駅前～見本役所,3\n",
    "trips.txt": "route_id,service_id,trip_id,direction_id,shape_id\nR1,平日,T1,0,\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,"
    "start_pickup_drop_off_window,end_pickup_drop_off_window\n"
    "T1,23:50:00,23:50:00,S1,1,,\nT1,24:05:00,24:05:00,S2,2,,\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "平日,1,1,1,1,1,0,0,20260401,20270331\n",
    "calendar_dates.txt": "service_id,date,exception_type\n平日,20260503,2\n",
    "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers,agency_id\n"
    "F1,100,JPY,0,0,0000000000000\n",
    "fare_rules.txt": "fare_id,route_id\nF1,R1\n",
    "translations.txt": "table_name,field_name,language,translation,field_value\n"
    "stops,stop_name,ja-Hrkt,みほんえきまえ,見本駅前\n",
}
ROWS = 13


def zipped(path: Path, files: dict[str, bytes | str]) -> Path:
    """A ZIP of these files; a name may stand for a folder (``"feed/"``)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def checked(path: Path, **changed: bytes | str | None) -> Report:
    """The report on the example with some of its files (``stops`` for stops.txt) replaced, added or left out."""
    files: dict[str, bytes | str] = dict(FEED)
    for name, content in changed.items():
        if content is None:
            del files[f"{name}.txt"]
        else:
            files[f"{name}.txt"] = content
    return validate_gtfs(zipped(path / "feed.zip", files))


def found(report: Report, code: str) -> list[Finding]:
    """The findings of one code; all findings of the report can be said in both languages."""
    for finding in report.findings:
        for part in ("title", "message", "advice"):
            assert finding.text(part, "ja") != finding.text(part, "en")
            assert "{" not in finding.text(part, "ja")
    return [finding for finding in report.findings if finding.code == code]


def only(report: Report, code: str) -> Finding:
    """The one finding of that code in a report without any other error."""
    (finding,) = found(report, code)
    assert [other.code for other in report.findings if other.severity == "error" and other != finding] == []
    assert finding.check is None
    return finding


def refused(path: Path) -> SourceError:
    """The refusal of a feed that cannot be checked at all."""
    with pytest.raises(SourceError) as error:
        validate_gtfs(path)
    assert error.value.exit_code == 2
    assert all(path.name in error.value.text(lang) for lang in messages.LANGUAGES)
    return error.value


def gtfs_jp() -> FileStandard:
    """The list of files."""
    loaded = load_file_standard("gtfs_jp")
    assert loaded is not None
    return loaded
