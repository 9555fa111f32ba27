"""Webhook signatures: the same verdict as the provider's own validator, and closed without a token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from salonpool.messaging.verification import sign, valid_signature
from tests.twilio_stand_in import signed

URL = "https://book.example/sms/twilio/inbound?oid=7"
PARAMS = {"From": "+886900000001", "Body": "１ 好。", "MessageSid": "SM1"}
TOKEN = "token"


def test_the_provider_s_signature_is_valid():
    assert valid_signature(TOKEN, URL, PARAMS, signed(URL, PARAMS, TOKEN))


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8), st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=5
    )
)
def test_any_parameters_are_signed_as_the_provider_signs_them(params):
    class _Many(dict):
        getlist = dict.__getitem__

    assert sign(TOKEN, URL, params) == RequestValidator(TOKEN).compute_signature(URL, _Many(params))


@pytest.mark.parametrize(
    "url", ["https://a.example/x", "https://a.example:443/x", "http://127.0.0.1:8000/x?oid=1"]
)
@pytest.mark.parametrize(
    "signed_over", ["https://a.example/x", "https://a.example:443/x", "http://127.0.0.1:8000/x?oid=1"]
)
def test_ports_are_treated_as_the_provider_s_validator_treats_them(url, signed_over):
    signature = signed(signed_over, PARAMS, TOKEN)
    assert valid_signature(TOKEN, url, PARAMS, signature) is RequestValidator(TOKEN).validate(
        url, PARAMS, signature
    )


@pytest.mark.parametrize(
    ("url", "params"),
    [
        (URL, {**PARAMS, "Body": "2"}),
        (URL, {**PARAMS, "Extra": "1"}),
        (URL.replace("https", "http"), PARAMS),
        (URL.replace("oid=7", "oid=8"), PARAMS),
    ],
)
def test_anything_changed_is_invalid(url, params):
    assert not valid_signature(TOKEN, url, params, signed(URL, PARAMS, TOKEN))


def test_without_a_token_or_a_signature_nothing_is_valid():
    assert not valid_signature("", URL, PARAMS, signed(URL, PARAMS, ""))
    assert not valid_signature(TOKEN, URL, PARAMS, "")


@pytest.mark.parametrize("signature", ["é", "=", "x" * 10_000])
def test_a_strange_signature_is_only_invalid(signature):
    assert not valid_signature(TOKEN, URL, PARAMS, signature)


def test_a_broken_url_is_only_invalid():
    assert not valid_signature(TOKEN, "https://a.example:x/y", PARAMS, "abc")
