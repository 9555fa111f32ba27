"""Texts out by a row and in by a row, and what a phone has asked not to get."""
