"""How a rule says no: a code and values; the edges word it (pages, texts, commands)."""

from typing import Any


class Refusal(Exception):
    """Somebody asked for something the rules do not allow; nothing was changed.

    `code` is stable and listed in docs/api.md; `field` names the offending input, if one did;
    `values` fill the wording.
    """

    def __init__(self, code: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.values = values

    def __str__(self) -> str:
        details = "".join(f" {name}={value}" for name, value in self.values.items())
        return f"{self.field + ': ' if self.field else ''}{self.code}{details}"


class InvalidInput(Refusal):
    """A field is missing or out of its form; `example` shows the accepted form."""


class Missing(Refusal):
    """No such thing here. A foreign id answers exactly like a missing one."""

    def __init__(self) -> None:
        super().__init__("not_found")
