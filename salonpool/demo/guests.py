"""Invented guests: names as they would be given at the counter, and numbers that reach nobody."""

import random
from dataclasses import dataclass

from salonpool.domain.demo import phone_of

COUNT = 620
FIRST_NUMBER = 100
SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何羅高蕭潘簡朱鍾彭游詹胡施沈余趙盧"
TITLES = ("小姐", "先生", "太太", "媽媽", "同學", "老師")
GIVEN = ("雅婷", "怡君", "志明", "淑芬", "家豪", "美玲", "俊傑", "佳穎", "宗翰", "欣怡", "承恩")
ENGLISH = ("Ms Lee", "Mr Brown", "Anna", "Ken", "Yuki", "Ms Park", "Tom", "Sara", "Mr Ito", "Lucia")
SIMPLIFIED = ("刘小姐", "张先生", "陈女士", "赵小姐", "吴先生", "钱女士")
NOTES = ("瀏海不要太短", "怕熱，吹風小一點", "對染劑敏感，先試", "喜歡安靜", "趕時間", "帶小孩來")
TOURIST_SALON = "riverside"


@dataclass(frozen=True, slots=True)
class GuestSpec:
    """A regular of one salon; `position` counts the guests of the network from 0."""

    position: int
    name: str
    language: str
    note: str | None

    @property
    def phone(self) -> str:
        """E.164, invented."""
        return phone_of(FIRST_NUMBER + self.position)


def invent(rng: random.Random, shares: dict[str, float]) -> dict[str, list[GuestSpec]]:
    """The guests of each salon, by slug; `shares` says how large a part of all each salon has (sum 1)."""
    guests: dict[str, list[GuestSpec]] = {slug: [] for slug in shares}
    salons, weights = list(shares), list(shares.values())
    for position in range(COUNT):
        slug = rng.choices(salons, weights)[0]
        guests[slug].append(_one(rng, position, slug))
    return guests


def _one(rng: random.Random, position: int, slug: str) -> GuestSpec:
    english, simplified = (0.45, 0.1) if slug == TOURIST_SALON else (0.06, 0.03)
    note = rng.choice(NOTES) if rng.random() < 0.12 else None
    kind = rng.random()
    if kind < english:
        return GuestSpec(position, rng.choice(ENGLISH), "en", note)
    if kind < english + simplified:
        return GuestSpec(position, rng.choice(SIMPLIFIED), "zh-Hans", note)
    surname = rng.choice(SURNAMES)
    name = surname + (rng.choice(TITLES) if rng.random() < 0.7 else rng.choice(GIVEN))
    return GuestSpec(position, name, "zh-Hant", note)
