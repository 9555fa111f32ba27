"""Does every text leave once while the provider misbehaves? Bookings and codes, live web, clock and stand-in.

python -m bench.outbox [--database sqlite|postgresql|both] [--texts N] [--modes A,B] [--receipts N] [--seed N]
    [--listing-delay SECONDS] [--short]

For each mode 100 texts, 10 of them codes, whose first try fails in that way; then bookings beside a provider
that hangs, in turns with one that does not; each word that stops texts; 10,000 receipts, shuffled, doubled,
late, unknown. Bars: no text lost; none twice where the outcome was known, 1 in 1,000 where it was not, and no
code; from commit to the provider p95 at most 10 s when nothing fails; the p95 of bookings the same while the
provider hangs; nothing sent later than 5 s after a word, texts again after START; every receipt answered 200,
each text in its final state. Else exit 1. A list that lags for longer than the outbox waits must fail. The
short form tries the quick modes all at once and measures no times.
"""

import argparse
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bench import ledger
from bench.bookers import API, Acknowledged
from bench.opting_out import OptOuts, try_words
from bench.standing import Standing, read_dump, standing
from bench.table import percentile, show
from salonpool.database import db
from salonpool.models import Message
from tests import databases
from tests.twilio_receipts import new_sid

TEXTS, SHORT_TEXTS = 100, 10
CODES = 0.1  # of the texts
RECEIPTS, SHORT_RECEIPTS = 10_000, 200
EXTRA_BAR = 1 / 1000
COMMIT_BAR_SECONDS = 10.0
# Bookings beside a hanging provider, against those beside a sound one; the rest is this machine's noise.
SAME_TIMES, SAME_SECONDS = 1.5, 0.02
ROUNDS, BOOKINGS_A_ROUND = 6, 25
AT_ONCE = 4
HANGS = {"seconds": 15.0}  # longer than the gateway waits
# A provider's list may lag. The short form looks after 60 s * 0.05.
LISTING_DELAY, SHORT_LISTING_DELAY, SHORT_SCALE = 20.0, 1.0, "0.05"
STOP_BAR_SECONDS, SHORT_STOP_BAR_SECONDS = 5.0, 1.0
FINALS: tuple[tuple[str, str | None, str], ...] = (
    ("delivered", None, "delivered"),
    ("undelivered", "30006", "undelivered"),
    ("failed", "30007", "failed"),
)
UNKNOWN_RECEIPTS = 0.05
# Known guests' numbers lie in thousands of their own, as codes are counted by thousands of numbers, too.
APART = 50_000


@dataclass(frozen=True)
class Mode:
    """A way to fail. `known`: afterwards it is sure whether the text was taken; `share` of texts meet it."""

    name: str
    known: bool = False
    fault: Mapping[str, Any] = field(default_factory=dict)
    share: float = 1.0
    slow: bool = False
    receipts: str = ""


NOTHING = Mode("nothing", known=True, share=0.0)
MODES = (
    Mode("500"),
    Mode("429", known=True),
    Mode("reset"),
    Mode("hang", fault=HANGS, share=0.2, slow=True),
    Mode("accept_then_hang", fault=HANGS, share=0.2, slow=True),
    Mode("accept_then_close"),
    Mode("accept_then_503"),
    Mode("accept_then_garbage"),
    Mode("garbage"),
    Mode("slow", known=True, fault={"seconds": 2.0}, slow=True),
    Mode("early receipts", known=True, share=0.0, slow=True, receipts="early,shuffled,doubled,unknown"),
)


@dataclass(frozen=True)
class Effort:
    """How much is tried, and how: `texts` in each mode, `listing_delay` in seconds."""

    texts: int
    receipts: int
    seed: int = 1
    modes: Sequence[Mode] = MODES
    listing_delay: float = LISTING_DELAY
    short: bool = False


@dataclass
class Outcome:
    """What the texts of one mode came to."""

    mode: Mode
    wanted: int = 1
    unmet: int = 0
    codes: int = 0
    codes_lost: int = 0
    codes_extra: int = 0
    out_seconds: float = float("inf")
    not_final: list[str] = field(default_factory=list)
    reckoning: ledger.Reckoning = field(default_factory=ledger.Reckoning)

    def extra(self) -> int:
        """Texts the provider took more than once."""
        return len(self.reckoning.twice)

    def wrong(self) -> list[str]:
        """Every bar of one mode that does not hold, in words; how many may be extra is for all together."""
        faults = self.reckoning.faults()
        extra = faults.pop("texts twice", 0)
        found = [f"{name}: {count}" for name, count in faults.items()]
        bars = {
            "too few texts": self.reckoning.texts < self.wanted,
            f"{self.unmet} texts did not meet the fault": self.unmet > 0,
            f"texts twice: {extra}": self.mode.known and extra > 0,
            f"codes twice: {self.codes_extra}": self.codes_extra > 0,
            f"not in their final state: {self.not_final}": bool(self.not_final),
        }
        return found + [name for name, is_wrong in bars.items() if is_wrong]

    def row(self, kind: str) -> list[object]:
        """A line of the table."""
        lost = len(self.reckoning.lost) + len(self.reckoning.unfinished)
        late = f"{percentile(self.reckoning.waits, 0.95):.1f} s"
        verdict = "held" if not self.wrong() else "BROKEN " + ", ".join(self.wrong())
        return [
            kind, self.mode.name, self.reckoning.texts, self.reckoning.taken, lost, self.extra(), self.codes,
            self.codes_lost, self.codes_extra, late, f"{self.out_seconds:.0f} s", verdict,
        ]  # fmt: skip


@dataclass
class Run:
    """All of one database."""

    modes: list[Outcome] = field(default_factory=list)
    timed: bool = True
    plain: list[float] = field(default_factory=list)
    hanging: list[float] = field(default_factory=list)
    receipts: Counter[int] = field(default_factory=Counter)
    receipts_wanted: int = 0
    not_final: int = 0
    opted_out: OptOuts = field(default_factory=OptOuts)

    def wrong(self) -> list[str]:
        """Every bar that does not hold, in words."""
        found = [f"{outcome.mode.name}: {wrong}" for outcome in self.modes for wrong in outcome.wrong()]
        texts = sum(outcome.reckoning.texts for outcome in self.modes)
        extra = sum(outcome.extra() for outcome in self.modes)
        calm = [wait for outcome in self.modes if outcome.mode == NOTHING for wait in outcome.reckoning.waits]
        with_hang, without = (percentile(times, 0.95) for times in (self.hanging, self.plain))
        bars = {
            "no modes": not self.modes,
            f"{extra} of {texts} texts twice": extra > texts * EXTRA_BAR,
            "late": self.timed and (not calm or percentile(calm, 0.95) > COMMIT_BAR_SECONDS),
            "bookings wait for the provider": self.timed
            and (not self.hanging or with_hang > without * SAME_TIMES + SAME_SECONDS),
            "too few receipts": self.receipts.total() < self.receipts_wanted,
            f"receipts answered {dict(self.receipts)}": set(self.receipts) > {200},
            f"{self.not_final} texts not in their final state": self.not_final > 0,
        }
        return found + [name for name, is_wrong in bars.items() if is_wrong] + self.opted_out.wrong()


def main() -> None:
    """Run on the databases asked for; exit 1 unless all bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=[*databases.KINDS, "both"], default="both")
    parser.add_argument("--texts", type=int, default=0, help="in each mode")
    parser.add_argument("--modes", default="", help="some only, for example 429,reset")
    parser.add_argument("--receipts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--listing-delay", type=float, help="how far the provider's list lags")
    parser.add_argument("--short", action="store_true", help="few texts, the quick modes at once")
    options = parser.parse_args()
    kinds = databases.KINDS if options.database == "both" else (options.database,)
    texts = options.texts or (SHORT_TEXTS if options.short else TEXTS)
    receipts = options.receipts or (SHORT_RECEIPTS if options.short else RECEIPTS)
    names = set(filter(None, options.modes.split(",")))
    modes = [mode for mode in MODES if not names or mode.name in names]
    delay = options.listing_delay
    if delay is None:
        delay = SHORT_LISTING_DELAY if options.short else LISTING_DELAY
    effort = Effort(texts, receipts, options.seed, modes, delay, options.short)
    runs = {kind: run(kind, effort) for kind in kinds}
    _show(runs)
    sys.exit(1 if any(each.wrong() for each in runs.values()) else 0)


def run(kind: databases.Kind, effort: Effort) -> Run:
    """All modes on one database, bookings beside a hanging provider, words, receipts."""
    short, modes, texts = effort.short, effort.modes, effort.texts
    found = Run(timed=not short, receipts_wanted=effort.receipts)
    bookings = texts * (len(modes) + 1) + 2 * ROUNDS * BOOKINGS_A_ROUND
    settings = {"BACKOFF_SCALE": SHORT_SCALE if short else "1", "TRUSTED_PROXY_HOPS": "1"}
    with databases.fresh(kind) as database_url, standing(database_url, 0.0, bookings, settings) as it:
        it.texts.change(receipts="", listing_delay=effort.listing_delay)
        known = itertools.cycle([f"+8869{APART + number}000" for number in range(texts)])
        found.modes += _try_modes(it, [NOTHING], known, iter(()), texts, 0)
        batches = [[mode for mode in modes if not mode.slow]] if short else [[mode] for mode in modes]
        for batch in batches:
            codes = int(texts * CODES)
            found.modes += _try_modes(it, batch, iter(it.bookers.new_phone, ""), known, texts - codes, codes)
        if not short:
            _time_bookings(it, found)
        found.opted_out = try_words(it, SHORT_STOP_BAR_SECONDS if short else STOP_BAR_SECONDS)
        _post_receipts(it, found, effort.receipts, random.Random(effort.seed))
        if found.wrong():
            print(f"{kind}: {found.wrong()}\n{it.supervisor.said()[-6000:]}", file=sys.stderr)
    return found


def _try_modes(
    it: Standing, modes: Sequence[Mode], fresh: Iterator[str], known: Iterator[str], bookings: int, codes: int
) -> list[Outcome]:
    """So many bookings and codes in each mode, all modes at the same time; a number says whose a text is."""
    before = {row["id"] for row in read_dump()["sms"]}
    taken_before, told_before = len(it.texts.messages), len(it.bookers.acknowledged)
    numbers: dict[str, list[str]] = {}
    for mode in modes:
        wanted = [*itertools.islice(fresh, bookings), *itertools.islice(known, codes)]
        numbers[mode.name] = wanted
        for number in _spread(wanted, mode.share):
            it.texts.fault(mode.name, to=number, **mode.fault)
        it.texts.change(receipts=mode.receipts)
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mode in modes:
            for number in numbers[mode.name][:bookings]:
                pool.submit(it.bookers.book, f"{mode.name}-{number}", number)
            for number in numbers[mode.name][bookings:]:
                pool.submit(_ask_for_code, it, number)
    out_seconds = it.wait_until_out(began)
    it.texts.receipts.wait()
    it.texts.change(receipts="")
    dump = read_dump()
    dump["sms"] = [row for row in dump["sms"] if row["id"] not in before]
    taken, told = it.texts.messages[taken_before:], it.bookers.acknowledged[told_before:]
    return [_outcome(it, mode, numbers[mode.name], dump, taken, told, out_seconds) for mode in modes]


def _outcome(
    it: Standing,
    mode: Mode,
    numbers: Sequence[str],
    dump: Mapping[str, Any],
    taken: Sequence[Mapping[str, Any]],
    told: Sequence[Acknowledged],
    out_seconds: float,
) -> Outcome:
    mine = set(numbers)
    texts = [row for row in dump["sms"] if row["to"] in mine]
    bookings = {booking.id: booking for booking in told if booking.phone in mine}
    reckoning = ledger.reckon(
        list(bookings.values()),
        {"sms": texts, "bookings": [row for row in dump["bookings"] if row["id"] in bookings]},
        [text for text in taken if text["to"] in mine],
    )
    codes = [text["id"] for text in texts if _is_code(text)]
    times = ledger.times_taken(taken)
    return Outcome(
        mode,
        wanted=len(mine),
        unmet=sum(it.texts.left(number) for number in numbers),
        codes=len(codes),
        codes_lost=sum(1 for each in codes if not times.get(str(each))),
        codes_extra=sum(1 for each in codes if len(times.get(str(each), ())) > 1),
        out_seconds=out_seconds,
        not_final=_not_delivered(it, texts, taken) if mode.receipts else [],
        reckoning=reckoning,
    )


def _not_delivered(
    it: Standing, texts: Sequence[Mapping[str, Any]], taken: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Of texts whose receipts came early: which are not delivered, and what their receipts were answered."""
    wrong = {text["to"]: text for text in texts if text["status"] != "delivered"}
    sids = {text["sid"]: text["to"] for text in taken if text["to"] in wrong}
    answers: dict[str, list[str]] = {to: [] for to in wrong}
    for sid, word, status in it.texts.receipts.posted:
        if sid in sids:
            answers[sids[sid]].append(f"{word} {status}")
    return [f"{text['id']} {text['status']}: {', '.join(answers[to])}" for to, text in wrong.items()]


def _spread(numbers: Sequence[str], share: float) -> list[str]:
    """So large a share of them, evenly, so that codes have theirs."""
    return [number for at, number in enumerate(numbers) if int((at + 1) * share) > int(at * share)]


def _is_code(text: Mapping[str, Any]) -> bool:
    return str(text["event_id"]).startswith("phone_code:")


def _ask_for_code(it: Standing, number: str) -> None:
    """From an address of its own: how many codes one may ask for is bounded whatever the settings say."""
    salon, block = it.bookers.grounds[0].slug, int(number[5:10]) - APART
    forwarded = {"X-Forwarded-For": f"10.{block // 250}.{block % 250}.9"}
    it.bookers.post(f"{API}/phone-codes", {"phone": number, "salon": salon}, forwarded)


def _time_bookings(it: Standing, found: Run) -> None:
    """In turns: bookings while texts leave, bookings while the provider hangs."""
    for number in range(2 * ROUNDS):
        hangs = number % 2 == 1
        it.texts.fault("hang", times=None if hangs else 0, **HANGS)
        times = found.hanging if hangs else found.plain
        for guest in range(BOOKINGS_A_ROUND):
            began = time.monotonic()
            if it.bookers.book(f"timed-{number}-{guest}") is not None:
                times.append(time.monotonic() - began)
    it.texts.fault("hang", times=0)
    it.wait_until_out(time.monotonic())


def _post_receipts(it: Standing, found: Run, count: int, chance: random.Random) -> None:
    """Each text gets one end and its earlier words, again and again, in no order; some are of no text."""
    taken = [text for text in it.texts.messages if text["status"] == "queued"]
    ends = {text["sid"]: chance.choice(FINALS) for text in taken}
    posted: list[tuple[dict[str, Any], str, str | None]] = []
    final: set[str] = set()
    for at in range(count if taken else 0):
        text = taken[at % len(taken)]
        word, error_code, _ = ends[text["sid"]]
        if chance.random() < UNKNOWN_RECEIPTS:
            address = text["status_callback"].partition("?")[0]
            posted.append(({**text, "sid": new_sid(), "status_callback": address}, word, error_code))
        elif at // len(taken) % 3 == 0:
            posted.append((text, word, error_code))
            final.add(text["sid"])
        else:
            posted.append((text, ("sent", "queued")[at // len(taken) % 3 - 1], None))
    chance.shuffle(posted)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        token = it.texts.auth_token
        found.receipts.update(pool.map(lambda each: it.texts.receipts.post(*each, auth_token=token), posted))
    db.session.rollback()
    with db.engine.connect() as connection:
        states = dict(connection.execute(sa.select(Message.sid, Message.status)).all())
    found.not_final = sum(1 for sid in final if states.get(sid) != ends[sid][2])


def _show(runs: Mapping[str, Run]) -> None:
    heads = [
        "database", "first try", "texts", "taken", "lost", "extra", "codes", "codes lost", "codes extra",
        "commit to provider p95", "all out after", "bars",
    ]  # fmt: skip
    rows = [outcome.row(kind) for kind, found in runs.items() for outcome in found.modes]
    show("outbox: texts through a provider that fails", heads, rows)
    heads = [
        "database",
        "booking p95 ms",
        "while it hangs",
        "words that stop",
        "receipts",
        "answers",
        "wrong in the end",
        "bars",
    ]
    rows = []
    for kind, found in runs.items():
        plain, hanging = (f"{percentile(times, 0.95) * 1000:.0f}" for times in (found.plain, found.hanging))
        answers = " ".join(f"{status}:{count}" for status, count in sorted(found.receipts.items()))
        verdict = "held" if not found.wrong() else "BROKEN " + ", ".join(found.wrong())
        words = len(found.opted_out.words)
        rows.append([kind, plain, hanging, words, found.receipts.total(), answers, found.not_final, verdict])
    show("outbox: bookings beside it, words that stop, receipts", heads, rows)


if __name__ == "__main__":
    main()
