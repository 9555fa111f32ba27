"""How a text moves on: receipts only take it forward, tries come further and further apart."""

from datetime import timedelta
from itertools import pairwise, product

import pytest

from salonpool.domain.message import (
    MAX_ATTEMPTS,
    RANK,
    RETRY_FIRST,
    RETRY_MOST,
    MessageStatus,
    can_become,
    retry_after,
)

FINAL = [MessageStatus.DELIVERED, MessageStatus.UNDELIVERED, MessageStatus.FAILED]


def test_every_status_has_a_rank() -> None:
    assert set(RANK) == set(MessageStatus)


def test_nothing_leaves_an_end() -> None:
    assert not any(can_become(end, new) for end, new in product(FINAL, MessageStatus))


@pytest.mark.parametrize("current", [status for status in MessageStatus if status not in FINAL])
def test_delivery_is_news_to_every_other_status(current: MessageStatus) -> None:
    assert can_become(current, MessageStatus.DELIVERED)


def test_a_late_sent_does_not_undo_a_delivery_and_a_repeated_one_changes_nothing() -> None:
    assert not can_become(MessageStatus.DELIVERED, MessageStatus.SENT)
    assert not can_become(MessageStatus.SENT, MessageStatus.SENT)


def test_a_receipt_before_the_answer_settles_a_message_of_unknown_outcome() -> None:
    assert can_become(MessageStatus.SENDING, MessageStatus.SENT)
    assert can_become(MessageStatus.UNKNOWN, MessageStatus.SENT)


def test_the_wait_before_the_next_try_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = [retry_after(attempts) for attempts in range(MAX_ATTEMPTS + 1)]
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (5, 10, 20, 40)]
    assert (waits[0], waits[-1]) == (RETRY_FIRST, RETRY_MOST)
    assert all(later == min(2 * sooner, RETRY_MOST) for sooner, later in pairwise(waits))
