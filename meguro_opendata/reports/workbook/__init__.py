"""A report as a marked copy of the checked workbook."""
