"""Places: the points of a table as GeoJSON."""

from meguro_opendata.geo.geojson import coordinate_fields, feature_collection

__all__ = ["coordinate_fields", "feature_collection"]
