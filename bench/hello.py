"""The cheapest thing this framework can answer: the unit in which bench.pages counts."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
@app.get("/healthz")
def hello() -> str:
    """Five letters."""
    return "hello"
