"""Tests, in the same rooms as the code; what bench/ shares with them lies beside this file."""
