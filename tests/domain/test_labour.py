"""The labour-rule packs: which holds when, what their data must be, and what is refused as data."""

from datetime import date

import pytest

from salonpool.domain.labour import packs
from salonpool.domain.labour.reading import BrokenPack, read_book
from salonpool.domain.labour.rules import Book, Grade, Kind, Pack, Rule, Step
from salonpool.domain.refusal import InvalidInput, Missing

TODAY = date(2026, 7, 6)
EARLY, LATE = date(2018, 3, 1), date(2026, 7, 10)
SAMPLE = """
code = "sample"
regions = ["TW"]
standard = false

[[version]]
since = 2018-03-01

[[version.rule]]
name = "rest"
kind = "rest"
value = 660
unit = "minutes"
grade = "law"
since = 2018-03-01
law = "tw-lsa"
article = "34 II"
source = "https://law.example/34"
certainty = "official text"

[[version.rule]]
name = "week"
kind = "window-minutes"
value = 3000
unit = "minutes"
days = 7
step = "fixed"
anchor = 2018-03-05
normal = 2400
overtime = 600
grade = "policy"
since = 2016-01-01
law = "tw-lsa"
article = "30 I"
source = "https://law.example/30"
certainty = "secondary source"
reading = "Weeks begin on Monday."

[[version]]
since = 2026-07-10

[[version.rule]]
name = "break"
kind = "not-checked"
grade = "law"
since = 2026-07-10
law = "tw-lsa"
article = "35"
source = "https://law.example/35"
certainty = "official text"
"""


def _sample(*changes: tuple[str, str]) -> Book:
    text = SAMPLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_book(text, "sample.toml")


def _all_rules() -> list[tuple[Pack, Rule]]:
    return [
        (version, rule)
        for book in packs.books().values()
        for version in book.versions
        for rule in version.rules
    ]


def test_a_pack_is_read_with_all_that_a_rule_says() -> None:
    first, second = _sample().versions
    assert (first.since, second.since) == (EARLY, LATE)
    rest, week = first.rules
    assert (rest.kind, rest.value, rest.unit, rest.grade) == (Kind.REST, 660, "minutes", Grade.LAW)
    assert (week.step, week.anchor, week.days) == (Step.FIXED, date(2018, 3, 5), 7)
    assert (week.normal, week.overtime, week.grade) == (2400, 600, Grade.POLICY)
    assert week.reading == "Weeks begin on Monday."
    assert first.of_kind(Kind.REST) == (rest,)
    assert (first.longest_days, second.longest_days) == (7, 0)


@pytest.mark.parametrize(
    ("day", "since"),
    [(EARLY, EARLY), (date(2026, 7, 9), EARLY), (LATE, LATE), (date(2030, 1, 1), LATE)],
)
def test_the_newest_version_not_after_the_day_holds(day: date, since: date) -> None:
    assert _sample().on(day).since == since


def test_before_its_first_version_a_pack_says_nothing() -> None:
    with pytest.raises(Missing):
        _sample().on(date(2018, 2, 28))
    assert _sample().between(date(2017, 1, 1), date(2018, 2, 28)) == ()


@pytest.mark.parametrize(
    ("first", "last", "since"),
    [
        (date(2018, 2, 1), EARLY, [EARLY]),
        (date(2026, 7, 1), date(2026, 7, 9), [EARLY]),
        (date(2026, 7, 1), LATE, [EARLY, LATE]),
        (date(2026, 7, 9), date(2026, 7, 20), [EARLY, LATE]),
        (LATE, date(2026, 7, 20), [LATE]),
    ],
)
def test_every_version_that_holds_on_one_of_the_days_counts(
    first: date, last: date, since: list[date]
) -> None:
    assert [version.since for version in _sample().between(first, last)] == since


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('unit = "minutes"', 'unit = "days"'), "rest: value is a positive number of minutes"),
        (("value = 660", "value = 0"), "rest: value is a positive number of minutes"),
        (("value = 660\n", ""), "rest: missing or out of place: value"),
        (("value = 660", "value = 660\ndays = 7"), "rest: missing or out of place: days"),
        (('source = "https://law.example/34"\n', ""), "rest: missing or out of place: source"),
        (('grade = "law"', 'grade = "wish"'), "'wish' is not a valid Grade"),
        (('kind = "rest"', 'kind = "sleep"'), "'sleep' is not a valid Kind"),
        (('"official text"', '"hearsay"'), "'hearsay' is not a valid Certainty"),
        (("since = 2018-03-01\nlaw", 'since = "2018"\nlaw'), "rest: since is a date"),
        (("since = 2018-03-01\nlaw", "since = 2018-03-02\nlaw"), "rest is younger than the version"),
        (("anchor = 2018-03-05\n", ""), "week: a fixed window has an anchor"),
        (('step = "fixed"', 'step = "rolling"'), "week: a fixed window has an anchor"),
        (("days = 7", "days = 0"), "week: days is positive"),
        (("overtime = 600", "overtime = 601"), "week: normal and overtime are the value"),
        (('name = "week"', 'name = "rest"'), "two rules of one name"),
        (
            ("[[version]]\nsince = 2018-03-01", "[[version]]\nsince = 2026-07-10"),
            "versions are listed oldest first",
        ),
        (('code = "sample"', 'code = "other"'), "the file is named after its code other"),
        (('code = "sample"\n', ""), "'code'"),
    ],
)
def test_data_that_does_not_fit_together_is_refused(change: tuple[str, str], said: str) -> None:
    with pytest.raises(BrokenPack) as refused:
        _sample(change)
    assert str(refused.value).startswith("sample.toml: ")
    assert said in str(refused.value)


def test_a_salon_in_taiwan_has_four_packs_to_choose_from_and_the_standard_hours_when_it_chooses_none() -> (
    None
):
    assert packs.list_codes("TW") == ["tw-standard", "tw-2-week", "tw-4-week", "tw-8-week"]
    assert packs.code_for("TW") == "tw-standard"
    assert packs.code_for("TW", None, "tw-8-week") == "tw-8-week"
    assert packs.code_for("TW", "tw-2-week", "tw-8-week") == "tw-2-week"
    assert packs.code_for("DE", None, None) == "eu"
    assert packs.code_for("JP", None, None) is None


def test_a_pack_of_another_place_or_none_at_all_cannot_be_chosen() -> None:
    packs.check_choice("tw-4-week", "TW")
    for code in ("eu", "tw-5-week", ""):
        with pytest.raises(InvalidInput) as refused:
            packs.check_choice(code, "TW")
        assert (refused.value.code, refused.value.field) == ("unknown_choice", "labour_pack")
    with pytest.raises(Missing):
        packs.pack("tw-5-week", TODAY)


def test_every_rule_of_every_pack_names_its_article_and_an_address() -> None:
    rules = _all_rules()
    assert len(rules) > 30
    assert {
        rule.name for _, rule in rules if not rule.article or not rule.source.startswith("https://")
    } == set()
    assert {rule.name for pack, rule in rules if rule.since > pack.since} == set()
    assert {rule.name for _, rule in rules if rule.kind is Kind.NOT_CHECKED and not rule.reading} == set()


def test_overtime_in_taiwan_is_the_share_of_46_hours_a_month_that_falls_on_the_window() -> None:
    windows = [rule for pack, rule in _all_rules() if pack.code.startswith("tw") and rule.overtime]
    assert len(windows) == 6
    for rule in windows:
        assert rule.overtime == 46 * rule.days // 31 * 60


def _most_by_day(pack: Pack, day: int, normal: int) -> int:
    """The most minutes above `normal` a day, in days of at most `day`, that its windows leave in 31 days."""
    found = []
    for window in pack.of_kind(Kind.WINDOW_MINUTES):
        full = min(window.days, window.value // day)
        rest = window.value - full * day if full < window.days else 0
        each = full * (day - normal) + max(0, rest - normal)
        whole, left = divmod(31, window.days)
        found.append(whole * each + min(left * (day - normal), each))
    return min(found)


@pytest.mark.parametrize(
    ("code", "normal", "most"),
    [("tw-standard", 480, 46), ("tw-2-week", 600, 38), ("tw-4-week", 600, 38), ("tw-8-week", 480, 46)],
)
def test_overtime_by_single_days_stays_within_46_hours_a_month_in_taiwan(
    code: str, normal: int, most: int
) -> None:
    pack = packs.pack(code, TODAY)
    days = {rule.grade: rule.value for rule in pack.of_kind(Kind.DAY_MINUTES)}
    assert _most_by_day(pack, min(days.values()), normal) == most * 60
    if Grade.POLICY in days:  # by the law's 12 hours alone it would not
        assert _most_by_day(pack, days[Grade.LAW], normal) > 46 * 60
