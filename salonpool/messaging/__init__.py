"""TELLING: how people are told things by text, and how their answers are read.

The table of texts (texts*.py), the fields in them (formats.py), the rule that every text is one segment
(segments.py, clipping.py), the gateways that carry them (gateway.py, simulator.py, twilio_gateway.py), the
words of receipts (receipts.py), the reply parser (replies.py) and the webhooks' signature (verification.py).
Called by use cases; the door uses only verification and the parser. Imports domain, uptime and the standard
library; only twilio_gateway.py imports twilio. No database, and no clock but to measure a call.
"""
