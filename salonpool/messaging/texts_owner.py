"""Texts to owners: O3 a seat is filled, O4 it is still open."""

from salonpool.messaging.text_table import Texts

TEXTS: Texts = {
    "O3": {
        "en": (
            "Filled: {n} from {x} works {d} {r}. Cost {p}. {u}",
            "Filled: {n} works {d} {r}. Cost {p}. {u}",
            "Filled: {n} {d} {r} {p} {u}",
        ),
        "zh-Hant": ("補上了：{x}的{n}，{d}{r}，{p}。{u}", "補上了：{n}，{d}{r}，{p}。{u}"),
        "zh-Hans": ("补上了：{x}的{n}，{d}{r}，{p}。{u}", "补上了：{n}，{d}{r}，{p}。{u}"),
    },
    "O4": {
        "en": ("Still open: {d} {r}. {k} asked, {j} said no. What next: {u}",),
        "zh-Hant": ("還缺人：{d}{r}。問{k}位、{j}位不行。下一步：{u}",),
        "zh-Hans": ("还缺人：{d}{r}。问了{k}位、{j}位不行。下一步：{u}",),
    },
}
