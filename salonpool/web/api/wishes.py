"""What a guest asks for, the time aside, as the API takes it: services, company, whom, how often."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from salonpool.domain.booking import MAX_GUESTS, MAX_SERVICES, Companion, Wish
from salonpool.domain.person import Gender
from salonpool.domain.series import MAX_TIMES, MAX_WEEKS, Repeat
from salonpool.domain.text_input import NAME_MAX
from salonpool.web.api.fields import LARGEST_ID, Id, QueryId, Strict, Text, WholeNumber

# BCP 47 tags such as en, zh-Hant, nan.
LANGUAGE_TAG = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$"
# The services of each companion: 3,4;5@7 is one with 3 and 4, and one with 5 done by stylist 7.
COMPANIONS = r"^[0-9]+(,[0-9]+)*(@[0-9]+)?(;[0-9]+(,[0-9]+)*(@[0-9]+)?)*$"

PARALLEL = (
    "One's own services at the same time, each by somebody else. `stylist` does the first of them, others "
    "the rest: put first what they are to do."
)


class Flag(fields.Boolean):
    """true or false; numbers and words are refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Give true or false.")
        return value


class QueryFlag(fields.Boolean):
    """true or false in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in {"true", "false"}:
            raise ValidationError("Give true or false.")
        return bool(value == "true")


class CompanionIn(Strict):
    services = fields.List(Id(), required=True, validate=validate.Length(1, MAX_SERVICES))
    name = Text(longest=NAME_MAX)
    stylist = Id()


class RepeatIn(Strict):
    every_weeks = WholeNumber(required=True, validate=validate.Range(1, MAX_WEEKS))
    times = WholeNumber(required=True, validate=validate.Range(2, MAX_TIMES))


class WhomIn(Strict):
    """Whom a guest would like, in bodies and queries alike."""

    gender = fields.String(validate=validate.OneOf(list(Gender)))
    speaks = fields.String(validate=validate.Regexp(LANGUAGE_TAG, error="Give a language tag, like en."))


class WishIn(WhomIn):
    services = fields.List(Id(), required=True, validate=validate.Length(1, MAX_SERVICES))
    stylist = Id()
    companions = fields.List(fields.Nested(CompanionIn), validate=validate.Length(1, MAX_GUESTS - 1))
    parallel = Flag(metadata={"description": PARALLEL})


class WishQuery(WhomIn):
    service = fields.List(QueryId(), required=True, validate=validate.Length(1, MAX_SERVICES))
    stylist = QueryId()
    companions = fields.String(validate=[validate.Length(max=200), validate.Regexp(COMPANIONS)])
    parallel = QueryFlag(metadata={"description": PARALLEL})


def wish_of(wanted: dict[str, Any]) -> Wish:
    """The wish in a body."""
    companions = (
        Companion(tuple(one["services"]), one.get("name"), one.get("stylist"))
        for one in wanted.get("companions", ())
    )
    return _wish(wanted, wanted["services"], tuple(companions))


def asked_for(wanted: dict[str, Any]) -> Wish:
    """The wish in a query string. Raises ValidationError for an id beyond 64 bits."""
    companions = []
    for one in filter(None, wanted.get("companions", "").split(";")):
        services, _, stylist = one.partition("@")
        companions.append(
            Companion(tuple(map(_id, services.split(","))), None, _id(stylist) if stylist else None)
        )
    return _wish(wanted, wanted["service"], tuple(companions))


def repeat_of(wanted: dict[str, Any]) -> Repeat | None:
    """How often, if more than once."""
    asked = wanted.get("repeat")
    return Repeat(asked["every_weeks"], asked["times"]) if asked else None


def _wish(wanted: dict[str, Any], services: list[int], companions: tuple[Companion, ...]) -> Wish:
    gender = wanted.get("gender")
    return Wish(
        service_ids=tuple(services),
        stylist_id=wanted.get("stylist"),
        companions=companions,
        parallel=wanted.get("parallel", False),
        gender=Gender(gender) if gender else None,
        speaks=wanted.get("speaks"),
    )


def _id(digits: str) -> int:
    return min(int(digits), LARGEST_ID)  # no service has the largest
