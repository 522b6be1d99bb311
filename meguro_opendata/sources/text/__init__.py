"""Text files as tables: encoding, blocks, records."""
