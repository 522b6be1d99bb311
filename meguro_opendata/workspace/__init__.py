"""A city's workspace: its profile (``opendata.toml``) and the places of its files."""
