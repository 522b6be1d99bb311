"""Operations of the `geo` commands on one file."""
