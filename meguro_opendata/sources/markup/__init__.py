"""HTML and SpreadsheetML as tables."""
