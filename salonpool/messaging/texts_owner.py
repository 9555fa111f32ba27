"""Texts to owners: O3 a seat is filled, O3T its holder was taken off it, O4 it is still open."""

from salonpool.messaging.text_table import Texts

TEXTS: Texts = {
    "O3": {
        "en": (
            "Filled: {n} from {x} works {d} {r}. Cost {p}. {u}",
            "Filled: {n} works {d} {r}. Cost {p}. {u}",
            "Filled: {n} {d} {r} {p} {u}",
            "Filled: {n} from {x} works {d} {r}. Cost {p}.",
            "Filled: {n} works {d} {r}. Cost {p}.",
            "Filled: {n} {d} {r} {p}",
        ),
        "zh-Hant": (
            "補上了：{x}的{n}，{d}{r}，{p}。{u}",
            "補上了：{n}，{d}{r}，{p}。{u}",
            "補上了：{x}的{n}，{d}{r}，{p}。",
            "補上了：{n}，{d}{r}，{p}。",
        ),
        "zh-Hans": (
            "补上了：{x}的{n}，{d}{r}，{p}。{u}",
            "补上了：{n}，{d}{r}，{p}。{u}",
            "补上了：{x}的{n}，{d}{r}，{p}。",
            "补上了：{n}，{d}{r}，{p}。",
        ),
    },
    "O3T": {
        "en": (
            "Open again: {n} does not work {d} {r} after all. We ask others. {u}",
            "Open again: {d} {r}, not {n}. {u}",
            "Open again: {n} does not work {d} {r} after all. We ask others.",
            "Open again: {d} {r}, not {n}.",
        ),
        "zh-Hant": (
            "又缺人：{n}不來了，{d}{r}，我們再問別人。{u}",
            "又缺人：{n}不來了，{d}{r}。{u}",
            "又缺人：{n}不來了，{d}{r}，我們再問別人。",
        ),
        "zh-Hans": (
            "又缺人：{n}不来了，{d}{r}，我们再问别人。{u}",
            "又缺人：{n}不来了，{d}{r}。{u}",
            "又缺人：{n}不来了，{d}{r}，我们再问别人。",
        ),
    },
    "O4": {
        "en": (
            "Still open: {d} {r}. {k} asked, {j} said no. What next: {u}",
            "Still open: {d} {r}. {k} asked, {j} said no. What next: see the shift on your page.",
        ),
        "zh-Hant": (
            "還缺人：{d}{r}。問{k}位、{j}位不行。下一步：{u}",
            "還缺人：{d}{r}。問{k}、{j}不行。{u}",
            "還缺人：{d}{r}。問{k}位、{j}位不行。下一步請看網頁。",
        ),
        "zh-Hans": (
            "还缺人：{d}{r}。问了{k}位、{j}位不行。下一步：{u}",
            "还缺人：{d}{r}。问{k}、{j}不行。{u}",
            "还缺人：{d}{r}。问了{k}位、{j}位不行。下一步请看网页。",
        ),
    },
}
