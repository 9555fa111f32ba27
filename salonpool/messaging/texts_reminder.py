"""Texts before the day: C2 see you soon (C2L where nobody can reply), answers to it: C2N too late to give up
by text, C2F that costs a fee, C2W which of several visits; S7 tomorrow's shift, to stylists from the pool;
S16 answer on the page, where a digit would be a guess.
"""

from salonpool.messaging.text_table import Texts

TEXTS: Texts = {
    "C2": {
        "en": (
            "{s}: see you {d} {t}, {v} with {n}. Reply 1 if you will come, 2 to give it up. Change: {u}",
            "{s}: see you {d} {t}, {v}. Reply 1 if you come, 2 if not. {u}",
            "{s}: {d} {t}. Reply 1 yes, 2 no. {u}",
            "{s} {d} {t} 1 yes 2 no {u}",
            "{s}: see you {d} {t}, {v} with {n}. Reply 1 if you will come, 2 to give it up. Change? {tel}",
            "{s} {d} {t}. Reply 1 yes, 2 no. {tel}",
        ),
        "zh-Hant": (
            "【{s}】{d}{t} {v}見。回1會到、回2取消，改期：{u}",
            "【{s}】{d}{t}見。回1會到、回2取消，改期：{u}",
            "【{s}】{d}{t}。回1會到、回2取消 {u}",
            "【{s}】{d}{t} {v}見。回1會到、回2取消，改期請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】{d}{t} {v}见。回1会到、回2取消，改期：{u}",
            "【{s}】{d}{t}见。回1会到、回2取消，改期：{u}",
            "【{s}】{d}{t}。回1会到、回2取消 {u}",
            "【{s}】{d}{t} {v}见。回1会到、回2取消，改期请致电{tel}",
        ),
    },
    "C2L": {
        "en": (
            "{s}: see you {d} {t}, {v} with {n}. Another time, or cannot come? {u}",
            "{s}: see you {d} {t}, {v}. Change: {u}",
            "{s} {d} {t} {v}: {u}",
            "{s} {d} {t} {u}",
            "{s}: see you {d} {t}, {v} with {n}. Cannot come? Call {tel}",
            "{s}: {d} {t} {v}. Call {tel}",
            "{s} {d} {t} {tel}",
        ),
        "zh-Hant": (
            "【{s}】{d}{t} {v}見，{n}服務。改期或不能來請點：{u}",
            "【{s}】{d}{t} {v}見。不能來：{u}",
            "【{s}】{d}{t}見 {u}",
            "【{s}】{d}{t} {v}見。不能來請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】{d}{t} {v}见，{n}服务。改期或来不了请点：{u}",
            "【{s}】{d}{t} {v}见。来不了：{u}",
            "【{s}】{d}{t}见 {u}",
            "【{s}】{d}{t} {v}见。来不了请致电{tel}",
        ),
    },
    "C2N": {
        "en": (
            "{s}: {d} {t} is too near to be given up by text. If you cannot come, please call {tel}",
            "{s}: {d} {t} is near. Please call {tel}",
        ),
        "zh-Hant": ("【{s}】{d}{t}快到了，無法用簡訊取消。不能來請電{tel}",),
        "zh-Hans": ("【{s}】{d}{t}快到了，无法用短信取消。来不了请致电{tel}",),
    },
    "C2F": {
        "en": (
            "{s}: not given up yet. Giving up {d} {t} now costs {p}. If you still want to: {u}",
            "{s}: giving up {d} {t} costs {p}: {u}",
            "{s} {d} {t} costs {p} {u}",
            "{s}: not given up yet. Giving up {d} {t} now costs {p}. Please call {tel}",
            "{s}: {d} {t} costs {p}. Call {tel}",
            "{s} {d} {t} {p} {tel}",
        ),
        "zh-Hant": (
            "【{s}】還沒取消：現在取消{d}{t}要收{p}。仍要取消：{u}",
            "【{s}】現在取消{d}{t}要收{p}：{u}",
            "【{s}】還沒取消：現在取消{d}{t}要收{p}，請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】还没取消：现在取消{d}{t}要收{p}。仍要取消：{u}",
            "【{s}】现在取消{d}{t}要收{p}：{u}",
            "【{s}】还没取消：现在取消{d}{t}要收{p}，请致电{tel}",
        ),
    },
    "C2W": {
        "en": (
            "{s}: you have {k} visits ahead, and we cannot tell which one you mean. Choose it here: {u}",
            "{s}: {k} visits ahead. Which one? {u}",
            "{s}: you have {k} visits ahead. Which one? Please call {tel}",
            "{s}: {k} visits. Which one? {tel}",
        ),
        "zh-Hant": (
            "【{s}】您有{k}個預約，不知道是哪一個，請在這裡選：{u}",
            "【{s}】您有{k}個預約，不知道是哪一個，請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】您有{k}个预约，不知道是哪一个，请在这里选：{u}",
            "【{s}】您有{k}个预约，不知道是哪一个，请致电{tel}",
        ),
    },
    "S7": {
        "en": (
            "Tomorrow {d} {r}: {s}, {a}. Guests so far: {k}. Cannot come? Call {tel}",
            "Tomorrow {d} {r}: {s}. Guests: {k}. Call {tel}",
            "{d} {r}: {s}. {k} booked. {tel}",
        ),
        "zh-Hant": (
            "明天{d}{r}到{s}，{a}，目前{k}位客人。不能來請電{tel}",
            "明天{d}{r}到{s}，{k}位客人。不能來請電{tel}",
        ),
        "zh-Hans": (
            "明天{d}{r}到{s}，{a}，目前{k}位客人。来不了请致电{tel}",
            "明天{d}{r}到{s}，{k}位客人。来不了请致电{tel}",
        ),
    },
    "S16": {
        "en": (
            "Please answer on the page, not by text: {u} Questions? Call {tel}",
            "Please answer on the page, not by text: {u}",
            "Please do not answer by text. Call {tel}",
            "Please do not answer by text.",
        ),
        "zh-Hant": (
            "請改在網頁回覆，不要用簡訊：{u}",
            "請不要用簡訊回覆，請電{tel}",
            "請不要用簡訊回覆。",
        ),
        "zh-Hans": (
            "请改在网页回复，不要用短信：{u}",
            "请不要用短信回复，请致电{tel}",
            "请不要用短信回复。",
        ),
    },
}
