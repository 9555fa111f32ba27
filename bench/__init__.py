"""Measured promises: each module prints one table and exits 1 below its bar."""
