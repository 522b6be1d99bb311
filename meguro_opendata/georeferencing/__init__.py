"""Tables and geo together: a recipe's coordinates, positions from addresses, GIS files as tables, files of points."""
