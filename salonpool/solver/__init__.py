"""THE PUZZLE: a Problem in, a Roster out. Pure values, the standard library and ortools, nothing else.

Called by use cases and by the `solve` and `check` commands. Reads no clock but the one that measures its own
time, and no database.
"""
