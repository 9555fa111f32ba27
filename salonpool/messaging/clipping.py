"""Shortens names so that a text stays one segment, without splitting what a reader sees as one character."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from salonpool.messaging.segments import GSM_SINGLE, is_gsm

ZWJ, ZWNJ = "\u200d", "\u200c"
MARK = {"en": "..", "zh-Hant": "…", "zh-Hans": "…"}  # "…" would turn English into UCS-2
MARKED_FROM = 3  # a shorter rest is cut plainly: the mark would be half of it
READABLE_WIDE, READABLE_LATIN = 4, 8  # room for what still says who it is: 4 UTF-16 units, 8 Latin letters
WIDEST_CLUSTER = 16  # UTF-16 units; the longest emoji in use has 14
PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a row of visible characters, of which a text may show fewer."""

    clusters: tuple[str, ...]
    mark: str

    @property
    def readable(self) -> int:
        """How many characters must stay for the name to be recognised."""
        room = READABLE_LATIN if all(map(is_gsm, self.clusters)) else READABLE_WIDE
        return sum(used <= room for used in accumulate(map(_units, self.clusters)))

    def shown(self, keep: int) -> str:
        """The name with its first `keep` characters, marked when cut."""
        kept = "".join(self.clusters[:keep])
        if keep >= len(self.clusters):
            return kept
        return kept.rstrip() + (self.mark if keep >= MARKED_FROM else "")


def name(text: str, language: str) -> Name:
    """A name ready for clipping: one line, no invisible characters.

    In English typographic quotes and dashes become plain ones, and of a name in two scripts ("青禾 Qinghe
    Hair") the Latin words are used: either would halve the room of the whole text.
    """
    line = " ".join("".join(_visible(unicodedata.normalize("NFC", text))).split())
    if language == "en":
        line = _latin_words(line.translate(PLAIN))
    kept = [cluster for cluster in clusters(line) if _units(cluster) <= WIDEST_CLUSTER]
    return Name(tuple(kept[:GSM_SINGLE]), MARK[language])


def clusters(text: str) -> list[str]:
    """The text cut into visible characters: a letter with its marks, an emoji with its modifiers and joins.

    Follows the rules of UAX 29 that names and emoji meet; prepended marks and Indic conjuncts may split.
    """
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _units(cluster: str) -> int:
    """UTF-16 units, the measure of a text outside GSM-7."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in cluster)


def _continues(cluster: str, character: str) -> bool:
    if cluster.endswith(ZWJ) or character in {ZWJ, ZWNJ}:
        return True
    if unicodedata.category(character) in {"Mn", "Mc", "Me"} or _is_modifier(ord(character)):
        return True
    return _is_flag_letter(character) and len(cluster) == 1 and _is_flag_letter(cluster)


def _is_modifier(code: int) -> bool:
    """Skin tones, tag characters of flags, vowels and finals of decomposed Hangul."""
    return 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F or 0x1160 <= code <= 0x11FF


def _is_flag_letter(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _visible(text: str) -> Iterator[str]:
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp"}:
            yield " "
        elif character in {ZWJ, ZWNJ} or _is_modifier(ord(character)) or category not in {"Cf", "Cs", "Cn"}:
            yield character


def _latin_words(line: str) -> str:
    words = line.split()
    latin = [word for word in words if is_gsm(word)]
    foreign = [word for word in words if not is_gsm(word)]
    says_something = any(sum(letter.isascii() and letter.isalpha() for letter in word) >= 3 for word in latin)
    if says_something and all(_has_ideograph(word) for word in foreign):
        return " ".join(latin)
    return line


def _has_ideograph(word: str) -> bool:
    return any("CJK" in unicodedata.name(character, "") for character in word)
