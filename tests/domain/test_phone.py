"""What people type as a phone number, and what must not pass for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.phone import for_reading, guest_number, is_e164, is_invented, mobile_number, tail
from salonpool.domain.refusal import InvalidInput

NUMBER = "+886912345678"


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912 345 678",
        " 0912-345-678\n",
        "(0912) 345.678",
        "+886 912 345 678",
        "+886-912-345-678",
        "886912345678",
        "０９１２３４５６７８",  # full-width digits, as an input method gives them
        "０９１２－３４５－６７８",
        "0912\u2011345\u2013678",  # typographic dashes, as copied from a page
        "0912\u00a0345\u00a0678",
    ],
)
def test_a_number_in_any_usual_writing_becomes_e164(typed: str) -> None:
    assert mobile_number(typed, "TW") == NUMBER


@pytest.mark.parametrize(
    ("sender", "is_number"),
    [(NUMBER, True), ("+1234567", True), ("+123456", False), ("0912345678", False), ("+0912345678", False)]
    + [(NUMBER + "\n", False), ("+" + "1" * 16, False), ("55501", False), ("BANK", False), ("", False)],
)
def test_only_a_whole_number_can_be_answered(sender: str, is_number: bool) -> None:
    assert is_e164(sender) is is_number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "phone_missing"),
        ("  \u3000", "phone_missing"),
        ("my number", "phone_unreadable"),
        ("0912 345 678 ext 5", "phone_unreadable"),
        ("0912345678x5", "phone_unreadable"),
        ("0912345678#5", "phone_unreadable"),
        ("0912345678;ext=5", "phone_unreadable"),
        ("0912345678 / 0922345678", "phone_unreadable"),
        ("tel:0912345678", "phone_unreadable"),
        ("0912345678\x00", "phone_unreadable"),
        ("0912345678\x1f", "phone_unreadable"),
        ("0912\n345678", "phone_unreadable"),
        ("<0912345678>", "phone_unreadable"),
        ("=0912345678", "phone_unreadable"),
        ("++886912345678", "phone_unreadable"),
        ("0912345678+", "phone_unreadable"),
        ("٠٩١٢٣٤٥٦٧٨", "phone_unreadable"),  # Arabic-Indic digits
        ("\u202a0912345678\u202c", "phone_unreadable"),
        ("0" * 41, "phone_unreadable"),
        ("09", "phone_invalid"),
        ("0912 345 67", "phone_invalid"),
        ("110", "phone_invalid"),
        ("02 2591 2345", "phone_landline"),
        ("0800 123 456", "phone_landline"),
    ],
)
def test_what_is_not_a_mobile_number_is_refused_with_an_example(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        mobile_number(typed, "TW", field="customer.phone")
    assert (refused.value.code, refused.value.field) == (code, "customer.phone")
    assert mobile_number(refused.value.values["example"], "TW")


@given(st.text(st.sampled_from("0123456789+-() .#*/;,x\x00\u0660\uff10"), max_size=20))
def test_what_passes_ends_in_the_digits_that_were_typed(typed: str) -> None:
    try:
        number = mobile_number(typed, "TW")
    except InvalidInput:
        return
    digits = "".join(c for c in typed.replace("\uff10", "0") if c.isascii() and c.isdigit())
    assert number.lstrip("+").endswith(digits.lstrip("0")) or digits.lstrip("0").endswith(number.lstrip("+"))


def test_invented_numbers_pass_in_the_demo_only() -> None:
    assert mobile_number("0900 000 012", "TW", demo=True) == "+886900000012"
    assert is_invented("+886900000012")
    assert not is_invented("+8869000000123")
    assert not is_invented(NUMBER)


def test_numbers_are_read_as_their_country_writes_them() -> None:
    assert for_reading(NUMBER, "TW") == "0912 345 678"
    assert for_reading(NUMBER, "US") == "+886 912 345 678"
    assert tail(NUMBER) == "678"


@pytest.mark.parametrize(
    "typed", ["+44 7400 123456", "+1 242 422 1234", "+1 415 555 0123", "+86 139 1234 5678"]
)
def test_a_strangers_number_is_of_the_networks_country_or_of_one_that_was_let_in(typed: str) -> None:
    assert guest_number("0912 345 678", "TW") == NUMBER
    with pytest.raises(InvalidInput) as refused:
        guest_number(typed, "TW", field="customer.phone", countries=frozenset({"JP"}))
    assert (refused.value.code, refused.value.field) == ("phone_country", "customer.phone")
    let_in = frozenset({"GB", "BS", "US", "CN"})
    assert guest_number(typed, "TW", countries=let_in) == "+" + "".join(filter(str.isdigit, typed))


def test_our_own_sender_gets_no_text() -> None:
    with pytest.raises(InvalidInput, match="phone_ours"):
        guest_number("0912 345 678", "TW", ours=frozenset({NUMBER}))
