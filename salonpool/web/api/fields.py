"""Kinds of values the API takes and gives."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from salonpool.domain.local_time import from_minutes
from salonpool.domain.money import Money

LARGEST_ID = 2**63 - 1
EXAMPLE_INSTANT = "2026-10-20T06:00:00Z"
# In routes: an id beyond 64 bits is simply no id.
ID = f"<int(min=1, max={LARGEST_ID}):%s>"


class Strict(Schema):
    """Unknown fields are refused, wherever the schema is used."""

    class Meta:
        unknown = RAISE


class Out(Strict):
    """What the API answers: every field is always there, so programs need not ask.

    It describes and does not convert: views write plain values. Having marshmallow look at each of them again
    would make a month of free times a third dearer.
    """

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The view's answer as it is."""
        return obj

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        """Say so in the description; marshmallow itself demands only what is asked for."""
        field_obj.required = True


class WholeNumber(fields.Integer):
    """A whole number; numbers in quotes and 1.0 are refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str | bool):
            raise ValidationError("Give a whole number, for example 7.")
        return super()._deserialize(value, attr, data, **kwargs)


class Id(WholeNumber):
    """A positive 64-bit id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(1, LARGEST_ID), **kwargs)


class QueryNumber(fields.Integer):
    """A whole number in a query string, in plain digits: no sign, no underscore, no other script's digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            raise ValidationError("Give a whole number, for example 7.")
        return super()._deserialize(value, attr, data, **kwargs)


class QueryId(QueryNumber):
    """A positive 64-bit id in a query string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(1, LARGEST_ID), **kwargs)


class Text(fields.String):
    """Text within bounds, without characters that cannot be stored."""

    def __init__(self, *, longest: int, matching: str = "", **kwargs: Any) -> None:
        form = [validate.Regexp(matching, error="Give text of the form {regex}.")] if matching else []
        super().__init__(validate=[validate.Length(max=longest), *form], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if any(0xD800 <= ord(c) <= 0xDFFF for c in text) or "\x00" in text:
            raise ValidationError("Remove the characters that cannot be shown.")
        return text


class Instant(fields.AwareDateTime):
    """ISO 8601 with a zone; a time without one is refused, because it could be any hour."""

    default_error_messages = {
        "invalid": f"Give a time with its zone, for example {EXAMPLE_INSTANT}.",
        "invalid_awareness": f"Say which zone, for example {EXAMPLE_INSTANT}.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        instant: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            instant.astimezone(UTC)
        except OverflowError as error:  # the first and last hours of the calendar exist in some zones only
            raise self.make_error("invalid") from error
        return instant


class InstantOut(fields.String):
    """An instant in UTC, written by utc()."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"format": "date-time", "pattern": "Z$"}, **kwargs)


class MoneyOut(Out):
    """`{amount_minor, currency}`."""

    amount_minor = fields.Integer()
    currency = fields.String()


def utc(instant: datetime) -> str:
    """A UTC instant as the API writes it, to the second."""
    return instant.isoformat()[:19] + "Z"  # a third of what strftime takes, for each of hundreds of slots


@lru_cache(maxsize=4096)
def utc_minute(minutes: int) -> str:
    """The same of minutes since the epoch; kept, because everybody asks about the same weeks."""
    return utc(from_minutes(minutes))


def money(amount: Money) -> dict[str, Any]:
    """Money as the API writes it."""
    return {"amount_minor": amount.amount_minor, "currency": amount.currency}
