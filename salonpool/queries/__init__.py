"""ASKING: reads for a page, as small frozen rows. access.py holds the doors.

Called by web, usecases and cli.
"""
