"""The ward's own workspace as data: the shipped sources and recipes that ``demo`` works on a copy of."""
