"""Files on disk: atomic writes, published tables, and strict reading of configuration files."""
