"""Each word that stops texts, said while one waits for its next try: does any leave later? START ends it."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from bench.bookers import instant
from bench.standing import Standing
from salonpool.messaging.replies import KIND_OF_WORD, ReplyKind
from tests.twilio_receipts import new_sid, signed

INBOUND = "/sms/twilio/inbound"
OUR_NUMBER = "+15005550006"
AT_ONCE = 4
RESUME_SECONDS = 30.0


@dataclass
class OptOuts:
    """The words that were tried, and those after which a text left, or none did though it should."""

    words: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    sent_later: list[str] = field(default_factory=list)
    not_resumed: list[str] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """What must not be, in words."""
        bars = {
            "no word that stops": not self.words,
            f"not taken from the webhook: {self.refused}": bool(self.refused),
            f"texts after {self.sent_later}": bool(self.sent_later),
            f"no texts after START, stopped by {self.not_resumed}": bool(self.not_resumed),
        }
        return [name for name, is_wrong in bars.items() if is_wrong]


def try_words(it: Standing, within_seconds: float) -> OptOuts:
    """Stop a guest by each word, look four times as long as texts may still leave, then let each go on."""
    stops = sorted(word for word, kind in KIND_OF_WORD.items() if kind is ReplyKind.STOP)
    found = OptOuts(stops)
    number_of = {word: it.bookers.new_phone() for word in stops}
    for number in number_of.values():
        it.texts.fault("429", to=number, times=None)
    _book(it, "waits", number_of)
    said = _say(it, found, {number: word for word, number in number_of.items()})
    for number in number_of.values():
        it.texts.fault("429", to=number, times=0)
    _book(it, "stopped", number_of)
    time.sleep(4 * within_seconds)
    for word, number in number_of.items():
        if any(at > said[number] + within_seconds for at in _taken(it, number)):
            found.sent_later.append(word)
    before = {number: len(_taken(it, number)) for number in number_of.values()}
    starts = itertools.cycle(sorted(word for word, kind in KIND_OF_WORD.items() if kind is ReplyKind.START))
    _say(it, found, dict(zip(number_of.values(), starts, strict=False)))
    _book(it, "again", number_of)
    until = time.monotonic() + RESUME_SECONDS
    silent = set(stops)
    while silent and time.monotonic() < until:
        time.sleep(0.1)
        silent = {word for word in silent if len(_taken(it, number_of[word])) == before[number_of[word]]}
    found.not_resumed = sorted(silent)
    return found


def _book(it: Standing, name: str, number_of: dict[str, str]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in number_of.values():
            pool.submit(it.bookers.book, f"{name}-{number}", number)


def _say(it: Standing, found: OptOuts, words: dict[str, str]) -> dict[str, float]:
    """Each number says its word, in a call signed by the provider; when it was answered."""
    said = {}
    with httpx.Client(base_url=it.bookers.url, timeout=15, trust_env=False) as http:
        for number, word in words.items():
            form = {"MessageSid": new_sid(), "From": number, "To": OUR_NUMBER, "Body": word}
            signature = signed(it.bookers.url + INBOUND, form, it.texts.auth_token)
            answer = http.post(INBOUND, data=form, headers={"X-Twilio-Signature": signature})
            if answer.status_code != 200:
                found.refused.append(word)
            said[number] = time.time()
    return said


def _taken(it: Standing, number: str) -> list[float]:
    return [instant(text["created_at"]) for text in it.texts.messages if text["to"] == number]
