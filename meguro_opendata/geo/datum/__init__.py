"""Datums, correction grids, reference systems and exact transformation between them."""
