"""The national standard as data: one folder a dataset, one Table Schema a version."""
