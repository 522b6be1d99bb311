"""The profile of a file: its container and layout, and how machine-readable it is."""
