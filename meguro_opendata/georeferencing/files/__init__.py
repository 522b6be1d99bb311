"""What the `geo` commands do to one file."""
