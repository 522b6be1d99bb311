"""GIS files: reading in a process of its own, features, GeoJSON, writing."""
