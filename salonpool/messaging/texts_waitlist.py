"""Texts to guests who wait: C8 a place is held (C8L where nobody can reply), C8B it is booked,
C8H book it on the page, C8E no longer held, C8N let go.
"""

from salonpool.messaging.text_table import Texts

TEXTS: Texts = {
    "C8": {
        "en": (
            "{s}: {d} {t} is free for {v}, held for you until {h}. Reply 1 to book it. {u}",
            "{s}: {d} {t} {v}, held until {h}. 1 books it. {u}",
            "{s} {d} {t} {v} til {h}. 1=yes {u}",
            "{s}: {d} {t} is free for {v}, held for you until {h}. Reply 1 to book it. Questions? {tel}",
            "{s}: {d} {t} {v}, held until {h}. 1 books it. {tel}",
            "{s} {d} {t} {v} til {h}. 1=yes {tel}",
        ),
        "zh-Hant": (
            "【{s}】{d}{t}可{v}，保留到{h}。回1預約。{u}",
            "【{s}】{d}{t} {v}，留到{h}。回1約 {u}",
            "【{s}】{d}{t}可{v}，保留到{h}。回1預約。電話{tel}",
        ),
        "zh-Hans": (
            "【{s}】{d}{t}可{v}，保留到{h}。回1预约。{u}",
            "【{s}】{d}{t} {v}，留到{h}。回1约 {u}",
            "【{s}】{d}{t}可{v}，保留到{h}。回1预约。电话{tel}",
        ),
    },
    "C8L": {
        "en": (
            "{s}: {d} {t} is free for {v}, held for you until {h}. Book it: {u}",
            "{s}: {d} {t} {v}, held until {h}: {u}",
            "{s} {d} {t} {v} til {h} {u}",
        ),
        "zh-Hant": ("【{s}】{d}{t}可{v}，保留到{h}：{u}", "【{s}】{d}{t} {v}，到{h} {u}"),
        "zh-Hans": ("【{s}】{d}{t}可{v}，保留到{h}：{u}", "【{s}】{d}{t} {v}，到{h} {u}"),
    },
    "C8B": {
        "en": (
            "{s}: {d} {t} is booked for you. See it: {u}",
            "{s}: {d} {t} is booked for you. Changes? Call {tel}",
            "{s}: {d} {t} is booked. {tel}",
        ),
        "zh-Hant": (
            "【{s}】{d}{t}已為您預約。查看：{u}",
            "【{s}】{d}{t}已為您預約。改期請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】{d}{t}已为您预约。查看：{u}",
            "【{s}】{d}{t}已为您预约。改期请致电{tel}",
        ),
    },
    "C8H": {
        "en": (
            "{s}: {d} {t} could not be booked by text, please book it here: {u}",
            "{s}: book {d} {t} here: {u}",
            "{s}: {d} {t} could not be booked by text. To book it call {tel}",
            "{s}: to book {d} {t} call {tel}",
        ),
        "zh-Hant": (
            "【{s}】{d}{t}無法用簡訊預約，請在這裡預約：{u}",
            "【{s}】{d}{t}無法用簡訊預約，預約請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】{d}{t}无法用短信预约，请在这里预约：{u}",
            "【{s}】{d}{t}无法用短信预约，预约请致电{tel}",
        ),
    },
    "C8E": {
        "en": (
            "{s}: {d} {t} is no longer held for you, sorry. Other times: {u}",
            "{s}: {d} {t} is gone. Others: {u}",
            "{s}: {d} {t} is no longer held for you, sorry. For another time call {tel}",
            "{s}: {d} {t} is gone. {tel}",
        ),
        "zh-Hant": (
            "【{s}】抱歉，{d}{t}已不再為您保留。其他時間：{u}",
            "【{s}】抱歉，{d}{t}已不再為您保留。其他時間請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】抱歉，{d}{t}已不再为您保留。其他时间：{u}",
            "【{s}】抱歉，{d}{t}已不再为您保留。其他时间请致电{tel}",
        ),
    },
    "C8N": {
        "en": (
            "{s}: noted, {d} {t} goes to somebody else. Your place on the list: {u}",
            "{s}: noted, not {d} {t}. List: {u}",
            "{s}: noted, {d} {t} goes to somebody else. Questions? Call {tel}",
            "{s}: noted, not {d} {t}. {tel}",
        ),
        "zh-Hant": (
            "【{s}】知道了，{d}{t}讓給別人。您的候補：{u}",
            "【{s}】知道了，{d}{t}讓給別人。有問題請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】知道了，{d}{t}让给别人。您的候补：{u}",
            "【{s}】知道了，{d}{t}让给别人。有问题请致电{tel}",
        ),
    },
}
