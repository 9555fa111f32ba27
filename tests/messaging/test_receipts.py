"""The provider's words for what became of a text."""

import pytest

from salonpool.domain.message import MessageStatus
from salonpool.messaging.receipts import status_for


@pytest.mark.parametrize("word", ["accepted", "scheduled", "queued", "sending", "sent", "SENT "])
def test_a_text_the_provider_has_is_sent(word):
    assert status_for(word) is MessageStatus.SENT


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("delivered", MessageStatus.DELIVERED),
        ("read", MessageStatus.DELIVERED),
        ("undelivered", MessageStatus.UNDELIVERED),
        ("failed", MessageStatus.FAILED),
        ("canceled", MessageStatus.FAILED),
    ],
)
def test_the_end_of_a_text_has_our_word(word, status):
    assert status_for(word) is status


@pytest.mark.parametrize("word", ["received", "receiving", "", "nonsense"])
def test_other_words_say_nothing(word):
    assert status_for(word) is None
