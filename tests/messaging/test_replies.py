"""What people text back is read as one answer or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.messaging.replies import Reply, ReplyKind, parse


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("1", ReplyKind.YES),
        ("１", ReplyKind.YES),
        (" １ ", ReplyKind.YES),
        ("1.", ReplyKind.YES),
        ("「1」", ReplyKind.YES),
        ("①", ReplyKind.YES),
        ("1\ufe0f\u20e3", ReplyKind.YES),
        ("1！", ReplyKind.YES),
        ("2", ReplyKind.NO),
        ("2。", ReplyKind.NO),
        ("9", ReplyKind.CANNOT_WORK),
        ("7", ReplyKind.UNCLEAR),
        ("0", ReplyKind.HELP),
    ],
)
def test_a_digit_is_an_answer(body, kind):
    assert parse(body) == Reply(kind, typed_word=False, original=body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("yes", ReplyKind.YES),
        ("Yes!", ReplyKind.YES),
        ("ok!", ReplyKind.YES),
        ("O.K.", ReplyKind.YES),
        ("ＯＫ", ReplyKind.YES),
        ("好。", ReplyKind.YES),
        ("好～", ReplyKind.YES),
        ("接", ReplyKind.YES),
        ("n", ReplyKind.NO),
        ("不行", ReplyKind.NO),
        ("没办法", ReplyKind.NO),
        ("Sick", ReplyKind.CANNOT_WORK),
        ("請假", ReplyKind.CANNOT_WORK),
        ("不能來", ReplyKind.CANNOT_WORK),
        ("help", ReplyKind.HELP),
        ("start", ReplyKind.START),
        ("UNSTOP", ReplyKind.START),
        ("开始", ReplyKind.START),
    ],
)
def test_a_word_is_an_answer_and_is_known_to_be_a_word(body, kind):
    assert parse(body) == Reply(kind, typed_word=True, original=body)


@pytest.mark.parametrize(
    "word",
    [
        "STOP",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "TD",
        "退訂",
        "退订",
        "ｓｔｏｐ",
        "stop.",
        "Opt-out",
    ],
)
def test_every_opt_out_word_of_the_provider_ends_texts(word):
    assert parse(word).kind is ReplyKind.STOP


def test_a_typed_yes_is_an_answer_and_not_an_opt_in():
    assert parse("YES").kind is ReplyKind.YES


@pytest.mark.parametrize("body", ["?", "？", "??", " ? "])
def test_a_question_mark_asks_for_help(body):
    assert parse(body).kind is ReplyKind.HELP


@pytest.mark.parametrize(
    "body",
    [
        "",
        "  ",
        "!",
        "1 thanks",
        "1 謝謝",
        "ok but later",
        "1 2",
        "1/2",
        "12",
        "1A",
        "11",
        "3",
        "\u0661",
        "\u0967",
        "1%",
        "$1",
        "+1",
        "1👎",
        "👍",
        "please don't stop",
        "stop by at 5",
        "yes no",
        "好不好",
        "不是",
        "1\u0338",
    ],
)
def test_anything_else_is_unclear(body):
    assert parse(body) == Reply(ReplyKind.UNCLEAR, typed_word=False, original=body)


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser_and_the_original_is_kept(body):
    assert parse(body).original == body
