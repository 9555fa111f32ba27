"""A stated price of a text is kept to the millionth, or refused."""

import pytest

from salonpool.domain.text_price import TextPrice, parse


@pytest.mark.parametrize(
    ("stated", "micro", "currency"),
    [
        ("0.05 USD", 50_000, "USD"),
        ("0.0079 USD", 7_900, "USD"),
        ("1 TWD", 1_000_000, "TWD"),
        (" 12.000001 JPY ", 12_000_001, "JPY"),
        ("0 EUR", 0, "EUR"),
    ],
)
def test_a_price_is_read_to_the_millionth(stated: str, micro: int, currency: str) -> None:
    assert parse(stated) == TextPrice(micro, currency)


@pytest.mark.parametrize(
    "stated", ["", "0.05", "USD", "0,05 USD", "-1 USD", "0.0000001 USD", "5 usd", "$5", "１ USD"]
)
def test_anything_else_is_refused(stated: str) -> None:
    with pytest.raises(ValueError, match=r"for example 0\.05 USD"):
        parse(stated)
