"""Reads what people text back. A whole text is one answer or it is unclear; nothing is guessed."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class ReplyKind(StrEnum):
    """What a text asks for."""

    YES = "yes"
    NO = "no"
    CANNOT_WORK = "cannot_work"
    HELP = "help"
    STOP = "stop"
    START = "start"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reply:
    """A parsed text. `typed_word`: said in words, not by its digit; a yes in words counts as 1 only when
    exactly one question is open. `original` is the text as it came."""

    kind: ReplyKind
    typed_word: bool
    original: str


DIGITS = {
    "1": ReplyKind.YES,
    "2": ReplyKind.NO,
    "9": ReplyKind.CANNOT_WORK,
    "0": ReplyKind.HELP,
}
# The provider itself acts on the first eight of STOP (and on START, UNSTOP, YES). YES is an answer here.
WORDS = {
    ReplyKind.STOP: "stop stopall unsubscribe cancel end quit revoke optout 退訂 退订 td",
    ReplyKind.START: "start unstop 開始 开始",
    ReplyKind.YES: "y yes ok okay 好 好的 可以 接 行 是",
    ReplyKind.NO: "n no 不 不要 不行 不接 沒辦法 没办法",
    ReplyKind.CANNOT_WORK: "sick 請假 请假 病假 不能來 不能来",
    ReplyKind.HELP: "help info 幫助 帮助",
}
KIND_OF_WORD = {word: kind for kind, words in WORDS.items() for word in words.split()} | dict.fromkeys(
    ("stop all", "opt out", "取消訂閱", "取消订阅"), ReplyKind.STOP
)
KEYCAP = "\u20e3"  # "1" followed by this is the boxed digit on phone keyboards


def parse(body: str) -> Reply:
    """What an inbound text says. Case, width, punctuation around and inside do not matter.

    More than one word is unclear ("1 thanks", "ok but later"): a person must read it. So is a digit of
    another script, an emoji, and a digit with a sign ("1%", "$1"). Only ways to stop may be two words.
    """
    text = unicodedata.normalize("NFKC", body).strip().lower()
    if text and not text.strip("? "):
        return Reply(ReplyKind.HELP, typed_word=False, original=body)
    bare = " ".join("".join(character for character in text if not _ignored(character)).split())
    if bare in DIGITS:
        return Reply(DIGITS[bare], typed_word=False, original=body)
    kind = KIND_OF_WORD.get(bare, ReplyKind.UNCLEAR)
    return Reply(kind, typed_word=kind is not ReplyKind.UNCLEAR, original=body)


def _ignored(character: str) -> bool:
    """Punctuation, invisible characters and what a keyboard adds to a digit; never other signs or marks."""
    if character in {KEYCAP, "~"} or "\ufe00" <= character <= "\ufe0f":
        return True
    category = unicodedata.category(character)
    return category[0] == "P" and character not in "%‰&@#" or category == "Cf"
