"""Every text is complete in three languages and one segment, whatever people are called."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.messaging.capabilities import Capabilities
from salonpool.messaging.segments import is_gsm, segments, width
from salonpool.messaging.texts import FIELDS, LANGUAGES, NAMES, TEXTS, compose, fields, reason
from salonpool.messaging.texts_stylist import OTHER_REASON, REASONS

EVERY = [(text_id, language) for text_id in TEXTS for language in LANGUAGES]
DATE = {"en": "Wed 30 Sep", "zh-Hant": "12/30三", "zh-Hans": "12/30三"}
DEADLINE = {"en": "Wed 23:59", "zh-Hant": "週三23:59", "zh-Hans": "周三23:59"}
LINKS = ["salon.pool/b/aB3dE6gH9jK", "127.0.0.1:8000/o/aB3dE6gH9jK"]
HARD_NAMES = {
    "chinese": "木" * 80,
    "latin": "W" * 80,
    "euro": "€" * 80,
    "braces": "{}" * 40,
    "families": "👩\u200d👩\u200d👧\u200d👦" * 11,
    "marks": "e\u0323\u0302" * 26,
    "mixed": "好A" * 40,
    "accents": "é’" * 40,
}
# What a provider takes, and a link as bare as we write it.
WAYS = {
    "standard": (Capabilities(), LINKS[0]),
    "long link": (Capabilities(), LINKS[1]),
    "65": (Capabilities(max_ucs2=65), LINKS[0]),
    "65, scheme": (Capabilities(max_ucs2=65, link_scheme="https://"), LINKS[0]),
    "scheme, tail": (Capabilities(link_scheme="https://", tail_prefix=True), LINKS[0]),
    "no link, tail": (Capabilities(links=False, tail_prefix=True), LINKS[0]),
    "65, no link": (Capabilities(max_ucs2=65, links=False), LINKS[0]),
}
# Never written without a link: what is asked where nobody can reply.
LINK_ONLY = {"C8L", "S2L", "S3L", "S4L"}
# These drop the deadline when names or the link leave no room for it; the link leads to it.
MAY_DROP_DEADLINE = {"S2L", "S3L"}

EXAMPLE = {
    "s": "Kapok Studio",
    "d": "Tue 20 Oct",
    "t": "14:00",
    "r": "11:30-14:00",
    "h": "Tue 10:05",
    "p": "$1,050",
    "v": "Colour",
    "n": "Mia",
    "x": "Qinghe Hair",
    "a": "12 Jiuquan St",
    "u": LINKS[0],
    "w": 12,
    "k": 3,
    "j": 2,
    "tel": "02 2345 6789",
    "y": "it overlaps your other work",
    "c": "482913",
}
IN_CHINESE = {
    **EXAMPLE,
    "s": "木棉",
    "d": "10/20二",
    "h": "週二10:05",
    "v": "染髮",
    "x": "青禾",
    "a": "酒泉街12號",
    "y": "和您的另一班重疊",
}
LINK = LINKS[0]
COMPLETE = [
    (
        "C1",
        "en",
        f"Kapok Studio: booked Tue 20 Oct 14:00, Colour with Mia. Another time, or cannot come? {LINK}",
    ),
    ("C1", "zh-Hant", f"【木棉】已預約10/20二14:00 染髮，Mia服務。改期或不能來：{LINK}"),
    (
        "C8",
        "en",
        "Kapok Studio: Tue 20 Oct 14:00 is free for Colour, held for you until Tue 10:05. "
        f"Reply 1 to book it. {LINK}",
    ),
    ("C8", "zh-Hant", f"【木棉】10/20二14:00可染髮，保留到週二10:05。回1預約。{LINK}"),
    ("C8L", "zh-Hant", f"【木棉】10/20二14:00可染髮，保留到週二10:05：{LINK}"),
    (
        "C1P",
        "zh-Hant",
        f"【木棉】收到您10/20二14:00 染髮的預約，尚待確認，週二10:05前回覆您：{LINK}",
    ),
    (
        "C1S",
        "en",
        f"Kapok Studio: booked 3 visits from Tue 20 Oct 14:00, Colour with Mia. All of them, changes: {LINK}",
    ),
    (
        "C7",
        "en",
        f"Kapok Studio: sorry, we cannot do Tue 20 Oct 14:00. Pick another time: {LINK} or call 02 2345 6789",
    ),
    ("C7", "zh-Hant", f"【木棉】抱歉，10/20二14:00無法服務。請另選時間：{LINK}"),
    (
        "C3P",
        "en",
        "Kapok Studio: you ask for Tue 20 Oct 14:00 instead. We answer by Tue 10:05; "
        f"until then your old time is kept. {LINK}",
    ),
    ("C3P", "zh-Hant", f"【木棉】收到您想改到10/20二14:00，週二10:05前回覆，在那之前原時間保留：{LINK}"),
    ("C3N", "zh-Hant", f"【木棉】抱歉，10/20二14:00無法服務，您原來的預約不變。改期：{LINK}"),
    ("C4", "en", f"Kapok Studio: your Tue 20 Oct 14:00 booking is cancelled, no charge. Book again: {LINK}"),
    ("C3", "en", f"Kapok Studio: moved to Tue 20 Oct 14:00, Colour with Mia. Change again: {LINK}"),
    ("C3", "zh-Hant", f"【木棉】已改到10/20二14:00 染髮，Mia服務。再改：{LINK}"),
    (
        "C4F",
        "en",
        f"Kapok Studio: your Tue 20 Oct 14:00 booking is cancelled, the fee is $1,050. Book again: {LINK}",
    ),
    ("C4F", "zh-Hant", f"【木棉】已取消10/20二14:00的預約，取消費$1,050。再預約：{LINK}"),
    (
        "S2",
        "en",
        "Kapok Studio needs Colour Tue 20 Oct 11:30-14:00. Pay $1,050, 12 min walk. "
        "Reply 1 to take it, 2 to pass, by Tue 10:05.",
    ),
    ("S2", "zh-Hant", "木棉 10/20二11:30-14:00缺染髮，$1,050，走路12分。週二10:05前回1接、回2不接。"),
    ("S2L", "zh-Hant", f"木棉 10/20二11:30-14:00缺染髮，$1,050，走12分。週二10:05前點 {LINK}"),
    (
        "S4",
        "en",
        "Yours: Kapok Studio, Tue 20 Oct 11:30-14:00, pay $1,050. 12 Jiuquan St. "
        "Cannot come? Call 02 2345 6789",
    ),
    ("S4", "zh-Hant", "班是您的了：木棉 10/20二11:30-14:00，$1,050，酒泉街12號。不能來請電02 2345 6789"),
    (
        "S5N",
        "en",
        "Kapok Studio Tue 20 Oct 11:30-14:00: sorry, you cannot take this shift now, "
        "it overlaps your other work. Nothing more to do.",
    ),
    (
        "S6",
        "en",
        "Kapok Studio took back your shift Tue 20 Oct 11:30-14:00: please do not come. "
        "Questions? Call 02 2345 6789",
    ),
    ("S6", "zh-Hant", "木棉 10/20二11:30-14:00的班不用來了，店家已收回。有問題請電02 2345 6789"),
    ("O3T", "zh-Hant", f"又缺人：Mia不來了，10/20二11:30-14:00，我們再問別人。{LINK}"),
    ("O3", "zh-Hant", f"補上了：青禾的Mia，10/20二11:30-14:00，$1,050。{LINK}"),
]
SIMPLIFIED_ONLY = set("预约时间这谢换还单现问电话请发复记录内点")
TRADITIONAL_ONLY = set("預約時間這謝換還單現問電話請發覆記錄內點裡")


def _widest(language: str, link: str, longest: str = "") -> dict[str, str | int]:
    rules = [reason(rule, language) for rule in (*REASONS, "no such rule")]
    return {
        **dict.fromkeys(NAMES, longest),
        "d": DATE[language],
        "t": "23:59",
        "r": "11:30-14:00",
        "h": DEADLINE[language],
        "p": "$99,999",
        "u": link,
        "w": 120,
        "k": 99,
        "j": 99,
        "tel": "+886 2 2345 6789",
        "c": "482913",
        "y": max(rules, key=len),
    }


def _must_show(text_id: str, language: str, *, linked: bool = True) -> frozenset[str]:
    """Links, phone numbers, times and money: shown by every form."""
    forms = [fields(form) for form in TEXTS[text_id][language]]
    complete = next((shown for shown in forms if linked or "u" not in shown), forms[0]) - NAMES - {"w", "y"}
    if "u" in complete:
        complete -= {"tel"}  # the link's page shows the number, too
    return complete - {"h"} if text_id in MAY_DROP_DEADLINE else complete


def _written(within: Capabilities) -> list[tuple[str, str]]:
    return [(text_id, language) for text_id, language in EVERY if within.links or text_id not in LINK_ONLY]


def _in_one(text_id: str, language: str, within: Capabilities, link: str, names: Mapping[str, str]) -> None:
    values = {**_widest(language, link), **names}
    text = compose(text_id, language, within=within, to="+886912345678", **values)
    assert segments(text) == 1, text
    assert is_gsm(text) or width(text) <= within.max_ucs2, text
    text.encode("utf-8")
    assert not re.search(r"[\n\r]", text)
    shown = values | {"u": within.link_scheme + link}
    for field in _must_show(text_id, language, linked=within.links):
        assert str(shown[field]) in text, (field, text)


@pytest.mark.parametrize(
    ("way", "longest"),
    [
        (way, longest)
        for way in WAYS
        for longest in (HARD_NAMES if way == "standard" else ("chinese", "families"))
    ],
)
def test_the_longest_names_still_make_one_segment(way, longest):
    within, link = WAYS[way]
    for text_id, language in _written(within):
        _in_one(text_id, language, within, link, dict.fromkeys(NAMES, HARD_NAMES[longest]))


WRITTEN = [(way, *which) for way, (within, _) in WAYS.items() for which in _written(within)]
ANY_NAME = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="木棉造型工作室", max_size=80),
    st.text(alphabet="aB {}€[]~^|\\’é", max_size=80),
    st.text(alphabet="👩👦\u200d🏽🇹🇼e\u0301\u0323️好", max_size=80),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WRITTEN), st.fixed_dictionaries(dict.fromkeys(NAMES, ANY_NAME)))
def test_any_names_make_one_segment_and_leave_the_rest_whole(which, names):
    way, text_id, language = which
    _in_one(text_id, language, *WAYS[way], names)


@pytest.mark.parametrize("longest", ["木" * 80, "木棉造型工作室"])
@pytest.mark.parametrize("text_id", ["C1", "S2", "S2L", "S3", "S3L", "S4", "S4L", "S5", "O3"])
def test_a_chinese_name_in_an_english_text_can_still_be_recognised(text_id, longest):
    text = compose(text_id, "en", **_widest("en", LINKS[0], longest))
    assert segments(text) == 1
    assert longest[:4] in text


@pytest.mark.parametrize(("text_id", "language", "expected"), COMPLETE)
def test_ordinary_names_get_the_complete_text(text_id, language, expected):
    text = compose(text_id, language, **(EXAMPLE if language == "en" else IN_CHINESE))
    assert text == expected
    assert segments(text) == 1


def test_an_english_text_with_a_chinese_name_takes_a_compact_form():
    values = {**EXAMPLE, "s": "木棉造型", "v": "Colour", "n": "小雯"}
    offer, booked = compose("S2", "en", **values), compose("C1", "en", **values)
    assert offer == "木棉造型 Colour Tue 20 Oct 11:30-14:00 $1,050. 1 yes 2 no by Tue 10:05"
    assert booked == f"木棉造型: Tue 20 Oct 14:00 Colour, 小雯. Change: {LINK}"


def test_a_name_that_ends_in_a_digit_does_not_run_into_the_date():
    values = {**IN_CHINESE, "s": "Salon 2", "v": "2人剪髮"}
    assert "Salon 2 10/20二" in compose("S2", "zh-Hant", **values)
    assert "14:00 2人剪髮" in compose("C1", "zh-Hant", **values)


def test_a_walk_nobody_knows_is_left_out():
    assert "min walk" not in compose("S2", "en", **{**EXAMPLE, "w": None})
    assert "走路" not in compose("S2", "zh-Hant", **{**IN_CHINESE, "w": ""})


def test_a_stylist_without_a_home_salon_is_named_alone():
    assert compose("O3", "en", **{**EXAMPLE, "x": ""}).startswith("Filled: Mia works ")


def test_a_salon_without_a_phone_number_sends_no_number():
    assert compose("S4", "en", **{**EXAMPLE, "tel": ""}).endswith("12 Jiuquan St.")
    assert compose("S14", "en") == "Sorry, we did not understand. Reply 1 yes, 2 no."


def test_a_missing_or_unknown_field_is_an_error_and_not_a_wrong_text():
    with pytest.raises(ValueError, match="S5: missing field r"):
        compose("S5", "en", s="Kapok", d="Tue 20 Oct")
    with pytest.raises(ValueError, match="unknown field q"):
        compose("S5", "en", q="x")
    with pytest.raises(KeyError):
        compose("S5", "fr", s="Kapok")


def test_a_name_that_looks_like_a_field_is_only_a_name():
    assert compose("S5D", "en", **{**EXAMPLE, "s": "{u}{0}"}).startswith("{u}{0} Tue 20 Oct")


@pytest.mark.parametrize("text_id", TEXTS)
def test_every_text_exists_in_three_languages_and_knows_its_fields(text_id):
    assert set(TEXTS[text_id]) == set(LANGUAGES)
    for forms in TEXTS[text_id].values():
        assert all(fields(form) <= FIELDS for form in forms)


def test_english_words_are_gsm_and_chinese_is_written_for_its_readers():
    for text_id in TEXTS:
        assert all(is_gsm(form) for form in TEXTS[text_id]["en"]), text_id
    traditional, simplified = (
        {character for text in TEXTS.values() for form in text[language] for character in form}
        for language in ("zh-Hant", "zh-Hans")
    )
    assert not traditional & SIMPLIFIED_ONLY
    assert not simplified & TRADITIONAL_ONLY


def test_no_text_asks_for_a_word_that_ends_all_texts():
    asked = re.compile(
        r"\b(reply yes|stop|cancel|unsubscribe|end|quit|reply 9)\b|退訂|退订|回9", re.IGNORECASE
    )
    for text_id, language in EVERY:
        assert not any(asked.search(form) for form in TEXTS[text_id][language]), text_id


def test_private_reasons_have_no_words_of_their_own():
    assert [reason(rule, "en") for rule in ("blocked", "refused", "not-with")] == [OTHER_REASON[0]] * 3
    assert reason("overlap", "zh-Hant") == "和您的另一班重疊"


def test_where_links_are_refused_a_guest_is_told_the_salons_number():
    """Owners have their page, and a code and the outcome of an offer need none."""
    within = Capabilities(links=False)
    for text_id, language in _written(within):
        if text_id.startswith("C") and text_id != "C9":
            text = compose(text_id, language, within=within, **EXAMPLE)
            assert EXAMPLE["tel"] in text, text


@pytest.mark.parametrize(("text_id", "language"), [("S2L", "zh-Hant"), ("S3L", "zh-Hans"), ("S2L", "en")])
def test_an_ordinary_offer_by_link_says_until_when_even_in_65_characters(text_id, language):
    values = EXAMPLE if language == "en" else IN_CHINESE
    assert str(values["h"]) in compose(text_id, language, within=Capabilities(max_ucs2=65), **values)


def test_a_link_is_never_dropped_for_room():
    text = compose("C14", "zh-Hant", **_widest("zh-Hant", LINKS[1], "木" * 80))
    assert LINKS[1] in text


def test_links_begin_as_the_provider_wants_them():
    within = Capabilities(link_scheme="https://")
    assert compose("S1", "en", within=within, u=LINK) == (
        f"salonpool sign-in, good for 10 minutes: https://{LINK} Not you? Ignore this."
    )


def test_where_links_are_refused_a_text_does_without_one_or_is_not_written():
    within = Capabilities(links=False)
    assert compose("C14", "en", within=within, s="Kapok", u=LINK, tel="02 2345 6789") == (
        "Sorry, nobody reads texts here. Please call 02 2345 6789"
    )
    assert compose("S1", "zh-Hant", within=within, u=LINK, c="aB3dE6gH9jK").startswith("aB3dE6gH9jK 是您的")
    with pytest.raises(ValueError, match="S1: missing field c"):
        compose("S1", "en", within=within, u=LINK)


def test_a_text_begins_with_the_end_of_its_number_where_the_network_wants_it_but_a_code_does_not():
    within, to = Capabilities(tail_prefix=True), "+886912345678"
    assert compose("S5D", "zh-Hant", within=within, to=to, **IN_CHINESE).startswith("678 木棉 10/20二")
    assert compose("C9", "zh-Hant", within=within, to=to, c="482913").startswith("482913 ")
    assert compose("S5D", "zh-Hant", to=to, **IN_CHINESE).startswith("木棉 10/20二")


def test_a_text_that_wants_an_answer_takes_the_form_that_can_be_answered():
    assert [Capabilities(two_way=two_way).text_id("S2") for two_way in (True, False)] == ["S2", "S2L"]
