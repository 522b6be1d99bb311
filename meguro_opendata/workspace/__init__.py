"""A city's workspace: its profile and where its files are."""
