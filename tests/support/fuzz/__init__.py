"""Files with wrong things in them, made from whole ones, given to the command: what it may do with them is promised."""
