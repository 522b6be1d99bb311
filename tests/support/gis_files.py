"""GIS files for tests: two made-up areas, in every format."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.features import Features, moved
from meguro_opendata.geo.gis.writing import geo_bytes

FRAME = pl.DataFrame({"名称": ["例の公園", "例の広場"], "住所": ["東京都目黒区八雲1-1-8", "東京都目黒区中町2-36-13"]})
LAT, LON = [35.62, 35.635], [139.67, 139.69]


def squares(crs: str = "EPSG:6668") -> Features:
    """Two made-up areas."""
    areas = [shapely.box(lon, lat, lon + 0.001, lat + 0.001) for lat, lon in zip(LAT, LON, strict=True)]
    features = Features("例", FRAME, np.array(areas, dtype=object), parse_crs("EPSG:6668"))
    return moved(features, parse_crs(crs))[0]


def shapefile(folder: Path, crs: str = "EPSG:6677", *, prj: bool = True) -> Path:
    """The areas as a shapefile with texts in CP932; with or without the part that names its system."""
    folder.mkdir(exist_ok=True)
    (folder / "x.zip").write_bytes(geo_bytes(squares(crs), "shp", "公園", "cp932"))
    zipfile.ZipFile(folder / "x.zip").extractall(folder)
    (folder / "x.zip").unlink()
    if not prj:
        (folder / "公園.prj").unlink()
    return folder / "公園.shp"
