"""A salon's own house: the hours in which it takes nobody, and the sister salons it shows."""
