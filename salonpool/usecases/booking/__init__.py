"""A visit from the wish to the chair: book, hold, confirm, cancel, and the one function that commits."""
