"""A receipt can only move a message forward."""

from itertools import product

import pytest

from salonpool.domain.message import MessageStatus
from salonpool.messaging.receipts import RANK, can_become, status_for

FINAL = [MessageStatus.DELIVERED, MessageStatus.UNDELIVERED, MessageStatus.FAILED]


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


def test_every_status_has_a_rank():
    assert set(RANK) == set(MessageStatus)


def test_nothing_leaves_an_end():
    assert not any(can_become(end, new) for end, new in product(FINAL, MessageStatus))


@pytest.mark.parametrize("current", [status for status in MessageStatus if status not in FINAL])
def test_delivery_is_news_to_every_other_status(current):
    assert can_become(current, MessageStatus.DELIVERED)


def test_a_late_sent_does_not_undo_a_delivery_and_a_repeated_one_changes_nothing():
    assert not can_become(MessageStatus.DELIVERED, MessageStatus.SENT)
    assert not can_become(MessageStatus.SENT, MessageStatus.SENT)


def test_a_receipt_before_the_answer_settles_a_message_of_unknown_outcome():
    assert can_become(MessageStatus.SENDING, MessageStatus.SENT)
    assert can_become(MessageStatus.UNKNOWN, MessageStatus.SENT)
