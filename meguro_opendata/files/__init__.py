"""Files on disk: atomic writes, tables, declarations that people write."""
