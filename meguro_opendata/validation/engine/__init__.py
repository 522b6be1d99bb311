"""The two validation engines, which give the same findings."""
