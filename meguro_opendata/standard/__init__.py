"""The national standard: datasets, fields, and recognition of the standard that a header follows."""
