"""DOING: one public function = one thing somebody, or the clock, asks for. Owns the transaction.

Called by web, jobs, demo and cli. now is a parameter; slow work (solver, Twilio) never runs inside a
transaction.
"""
