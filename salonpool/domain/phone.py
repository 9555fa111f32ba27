"""Phone numbers: what a person types becomes E.164, or a clear refusal."""

import functools
import re
import unicodedata
from datetime import timedelta

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, number_type

from salonpool.domain.refusal import InvalidInput

EXAMPLE = "0912 345 678"
TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
MAX_TYPED = 40
# A number goes to somebody else after 45 days of rest at the earliest (FCC 18-177).
RESTS_AT_LEAST = timedelta(days=45)
# What people write between digits; NFKC leaves the typographic dashes as they are.
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
WRITTEN = re.compile(r"\+?[0-9 ().-]+")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def mobile_number(typed: str, region: str, *, field: str = "phone", demo: bool = False) -> str:
    """E.164 of a mobile number as people type it in `region` (ISO 3166: TW).

    Spaces, dashes and full-width digits are fine; letters and extensions are not (E.164 has neither).
    With `demo`, the invented range +886900000xxx also passes. Raises InvalidInput: phone_missing,
    phone_unreadable, phone_landline, phone_invalid.
    """
    return _mobile_number(typed, region, field, demo)[0]


def _mobile_number(typed: str, region: str, field: str, demo: bool) -> tuple[str, PhoneNumber]:
    """The same, and the number as it was read."""
    text = unicodedata.normalize("NFKC", typed).strip(" \t\r\n").translate(DASHES)
    if not text:
        raise InvalidInput("phone_missing", field=field, example=EXAMPLE)
    if len(text) > MAX_TYPED or not WRITTEN.fullmatch(text):
        raise InvalidInput("phone_unreadable", field=field, example=EXAMPLE)
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        raise InvalidInput("phone_unreadable", field=field, example=EXAMPLE) from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if demo and is_invented(e164):
        return e164, number
    if not phonenumbers.is_valid_number(number):
        raise InvalidInput("phone_invalid", field=field, example=EXAMPLE)
    if number_type(number) not in TEXTABLE:
        raise InvalidInput("phone_landline", field=field, example=EXAMPLE)
    return e164, number


def guest_number(
    typed: str,
    region: str,
    *,
    field: str = "phone",
    demo: bool = False,
    countries: frozenset[str] = frozenset(),
    ours: frozenset[str] = frozenset(),
) -> str:
    """mobile_number() of a stranger, whom we may not text in any country or at a number of our own.

    Only `region` and `countries` (ISO 3166) are in: texts into ranges that pay the caller are the oldest
    fraud. `ours`: senders that would answer themselves. Raises also phone_country, phone_ours.
    """
    e164, number = _mobile_number(typed, region, field, demo)
    country = phonenumbers.region_code_for_number(number)
    if country not in {region, *countries}:
        raise InvalidInput("phone_country", field=field, example=EXAMPLE)
    if e164 in ours:
        raise InvalidInput("phone_ours", field=field, example=EXAMPLE)
    return e164


def is_e164(sender: str) -> bool:
    """Has a sender a number to answer? Others come as a word or a short code."""
    return E164.fullmatch(sender) is not None


def is_invented(e164: str) -> bool:
    """Is this one of the demo's numbers, 0900-000-0xx and its neighbours, which reach nobody?"""
    return e164.startswith("+886900000") and len(e164) == len("+886900000000")


@functools.lru_cache(maxsize=1024)  # a salon's own number is on each of its pages, and parsing is slow
def for_reading(e164: str, region: str) -> str:
    """A number as its own country writes it: 0912 345 678; others in international form."""
    number = phonenumbers.parse(e164)
    national = phonenumbers.region_code_for_country_code(number.country_code or 0) == region
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, style)


def tail(e164: str) -> str:
    """The last three digits, for logs and for people who may not see the number."""
    return e164[-3:]
