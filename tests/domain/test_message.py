"""How a text moves on: receipts only take it forward, tries come further and further apart."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest

from salonpool.domain.message import (
    RANK,
    RETRY_FIRST,
    RETRY_MOST,
    MessageStatus,
    can_become,
    give_up_at,
    look_after,
    probe_after,
    retry_after,
)

HOUR = timedelta(hours=1)
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
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
    waits = [retry_after(tries) for tries in range(2000)]
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (5, 10, 20, 40)]
    assert (waits[0], waits[-1]) == (RETRY_FIRST, RETRY_MOST)
    assert all(later == min(2 * sooner, RETRY_MOST) for sooner, later in pairwise(waits))
    assert retry_after(1, 0.8) == timedelta(seconds=8)


def test_the_provider_is_asked_about_our_keys_less_and_less() -> None:
    minutes = [probe_after(probes) / timedelta(minutes=1) for probes in (0, 1, 2, 3, 4, 2000)]
    assert minutes == [1, 2, 4, 8, 15, 15]


@pytest.mark.parametrize(
    ("useful", "tried"), [(None, 4 * HOUR), (HOUR, HOUR), (30 * HOUR, 30 * HOUR), (720 * HOUR, 72 * HOUR)]
)
def test_a_text_is_tried_while_it_is_of_use_but_not_for_ever(
    useful: timedelta | None, tried: timedelta
) -> None:
    assert give_up_at(NOON, useful and NOON + useful) == NOON + tried


def test_the_providers_list_is_believed_after_a_minute_and_later_of_a_code() -> None:
    assert (look_after("C1"), look_after("C9")) == (timedelta(seconds=60), timedelta(seconds=90))
