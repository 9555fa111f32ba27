"""RULES of the trade: pure functions over values, standard library (and phonenumbers) only.

Everybody may call this room; it calls nobody. It never reads a clock: now is a parameter.
"""
