"""A release on disk, read without its recipe."""
