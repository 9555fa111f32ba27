"""Reads values out of parsed JSON and names the field that is wrong."""

import json
import math
from collections.abc import Sequence
from typing import NoReturn

GREATEST_INTEGER = 10**9
GREATEST_NUMBER = 10**6


class InvalidProblem(ValueError):
    """A problem or roster that breaks its format; `path` names the field, `message` says why."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def quoted(value: str) -> str:
    """The value in quotes, on one line and never long."""
    return json.dumps(value if len(value) <= 60 else value[:57] + "...", ensure_ascii=False)


def named(path: str, key: str) -> str:
    """The path of a key below a path; keys that are no plain names are quoted."""
    if not key.replace("_", "").replace("-", "").isalnum() or len(key) > 60:
        return f"{path}[{quoted(key)}]"
    return f"{path}.{key}" if path else key


class Node:
    """One JSON value together with the path that leads to it."""

    __slots__ = ("path", "value")

    def __init__(self, value: object, path: str = "") -> None:
        self.value = value
        self.path = path

    def refuse(self, message: str) -> NoReturn:
        """Raise InvalidProblem for this field."""
        raise InvalidProblem(self.path, message)

    def members(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, "Node"]:
        """The fields of an object with fixed keys; unknown and missing keys are refused."""
        fields = self.entries()
        for key, node in fields.items():
            if key not in required and key not in optional:
                node.refuse("unknown key")
        for key in required:
            if key not in fields:
                raise InvalidProblem(named(self.path, key), "missing")
        return fields

    def entries(self) -> dict[str, "Node"]:
        """The fields of an object whose keys are data."""
        if not isinstance(self.value, dict):
            self._wrong("an object")
        fields: dict[str, Node] = {}
        for key, value in self.value.items():
            if not isinstance(key, str):
                self.refuse("keys must be strings")
            fields[key] = Node(value, named(self.path, key))
        return fields

    def items(self, length: int | None = None) -> list["Node"]:
        """The entries of a list, of exactly `length` entries when given."""
        if not isinstance(self.value, list | tuple):
            self._wrong("a list")
        if length is not None and len(self.value) != length:
            self.refuse(f"expected {length} entries, not {len(self.value)}")
        return [Node(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            self._wrong("a string")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of strings."""
        return tuple(node.text() for node in self.items())

    def choice(self, *choices: str) -> str:
        """One of the given strings."""
        value = self.text()
        if value not in choices:
            self.refuse(
                "expected " + " or ".join(quoted(choice) for choice in choices) + f", not {quoted(value)}"
            )
        return value

    def integer(self) -> int:
        """A whole number; true, false and 1.0 are none."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self._wrong("an integer")
        if abs(self.value) > GREATEST_INTEGER:
            self.refuse("number too large")
        return self.value

    def number(self, greatest: float = GREATEST_NUMBER) -> float:
        """A finite number, whole or not."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self._wrong("a number")
        if isinstance(self.value, float) and not math.isfinite(self.value):
            self.refuse("not a finite number")
        if abs(self.value) > greatest:
            self.refuse("number too large")
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self._wrong("true or false")
        return self.value

    def _wrong(self, expected: str) -> NoReturn:
        kinds = {dict: "an object", list: "a list", str: "a string", float: "a fraction", int: "an integer"}
        if self.value is None or isinstance(self.value, bool):
            found = json.dumps(self.value)
        else:
            found = kinds.get(type(self.value), type(self.value).__name__)
        self.refuse(f"expected {expected}, not {found}")
