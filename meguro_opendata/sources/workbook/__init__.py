"""Workbooks as tables: cells, and what a workbook holds besides values."""
