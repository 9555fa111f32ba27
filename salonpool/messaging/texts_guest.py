"""Texts to guests: C1 booked, C3 moved, C4 given up, C4F given up for a fee, C9 a code, C14 an answer to
words nobody reads here."""

from salonpool.messaging.text_table import Texts

TEXTS: Texts = {
    "C1": {
        "en": (
            "{s}: booked {d} {t}, {v} with {n}. Another time, or cannot come? {u}",
            "{s}: {d} {t} {v}, {n}. Change: {u}",
            "{s} {d} {t} {v}, {n}: {u}",
            "{s}: booked {d} {t}, {v} with {n}. Another time, or cannot come? Call {tel}",
            "{s}: {d} {t} {v}, {n}. Change: {tel}",
            "{s} {d} {t} {v}, {n}: {tel}",
        ),
        "zh-Hant": (
            "【{s}】已預約{d}{t} {v}，{n}服務。改期或不能來：{u}",
            "【{s}】{d}{t} {v}，{n}。改期：{u}",
            "【{s}】已預約{d}{t} {v}，{n}服務。改期或不能來請電{tel}",
            "【{s}】{d}{t} {v}，{n}。改期請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】已预约{d}{t} {v}，{n}服务。改期或来不了：{u}",
            "【{s}】{d}{t} {v}，{n}。改期：{u}",
            "【{s}】已预约{d}{t} {v}，{n}服务。改期或来不了请致电{tel}",
            "【{s}】{d}{t} {v}，{n}。改期请致电{tel}",
        ),
    },
    "C3": {
        "en": (
            "{s}: moved to {d} {t}, {v} with {n}. Change again: {u}",
            "{s}: moved to {d} {t}, {v}, {n}. {u}",
            "{s}: now {d} {t} {v}, {n}. {u}",
            "{s}: moved to {d} {t}, {v} with {n}. Change again? Call {tel}",
            "{s}: moved to {d} {t}, {v}, {n}. {tel}",
            "{s}: now {d} {t} {v}, {n}. {tel}",
        ),
        "zh-Hant": (
            "【{s}】已改到{d}{t} {v}，{n}服務。再改：{u}",
            "【{s}】改到{d}{t} {v}，{n}：{u}",
            "【{s}】已改到{d}{t} {v}，{n}服務。再改請電{tel}",
            "【{s}】改到{d}{t} {v}，{n}。電話{tel}",
        ),
        "zh-Hans": (
            "【{s}】已改到{d}{t} {v}，{n}服务。再改：{u}",
            "【{s}】改到{d}{t} {v}，{n}：{u}",
            "【{s}】已改到{d}{t} {v}，{n}服务。再改请致电{tel}",
            "【{s}】改到{d}{t} {v}，{n}。电话{tel}",
        ),
    },
    "C4": {
        "en": (
            "{s}: your {d} {t} booking is cancelled, no charge. Book again: {u}",
            "{s}: {d} {t} is cancelled, no charge. {u}",
            "{s}: {d} {t} is cancelled. {u}",
            "{s}: your {d} {t} booking is cancelled, no charge. Book again? Call {tel}",
            "{s}: {d} {t} is cancelled, no charge. {tel}",
            "{s}: {d} {t} is cancelled. {tel}",
        ),
        "zh-Hant": (
            "【{s}】已取消{d}{t}的預約，不收費。再預約：{u}",
            "【{s}】已取消{d}{t}的預約，不收費。再預約請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】已取消{d}{t}的预约，不收费。再预约：{u}",
            "【{s}】已取消{d}{t}的预约，不收费。再预约请致电{tel}",
        ),
    },
    "C4F": {
        "en": (
            "{s}: your {d} {t} booking is cancelled, the fee is {p}. Book again: {u}",
            "{s}: {d} {t} is cancelled, fee {p}. {u}",
            "{s}: {d} {t} cancelled, {p}. {u}",
            "{s}: your {d} {t} booking is cancelled, the fee is {p}. Book again? Call {tel}",
            "{s}: {d} {t} is cancelled, fee {p}. {tel}",
            "{s}: {d} {t} cancelled, {p}. {tel}",
        ),
        "zh-Hant": (
            "【{s}】已取消{d}{t}的預約，取消費{p}。再預約：{u}",
            "【{s}】{d}{t}已取消，取消費{p}。{u}",
            "【{s}】已取消{d}{t}的預約，取消費{p}。再預約請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】已取消{d}{t}的预约，取消费{p}。再预约：{u}",
            "【{s}】{d}{t}已取消，取消费{p}。{u}",
            "【{s}】已取消{d}{t}的预约，取消费{p}。再预约请致电{tel}",
        ),
    },
    "C9": {
        "en": ("{c} is your code for 10 minutes. We never phone to ask for it.",),
        "zh-Hant": ("{c} 是您的驗證碼，10分鐘內有效。我們不會打電話問您。",),
        "zh-Hans": ("{c} 是您的验证码，10分钟内有效。我们不会打电话问您。",),
    },
    "C14": {
        "en": (
            "{s}: sorry, nobody reads texts here. Your booking: {u} or call {tel}",
            "{s}: nobody reads texts here. See {u}",
            "Sorry, nobody reads texts here. Please call {tel}",
            "Sorry, nobody reads texts here. Please call the salon.",
        ),
        "zh-Hant": (
            "【{s}】抱歉，這裡無人讀簡訊。查看預約：{u}",
            "抱歉，這裡無人讀簡訊。請電{tel}",
            "抱歉，這裡無人讀簡訊，請打電話給店家。",
        ),
        "zh-Hans": (
            "【{s}】抱歉，这里无人看短信。查看预约：{u}",
            "抱歉，这里无人看短信。请致电{tel}",
            "抱歉，这里无人看短信，请打电话给店家。",
        ),
    },
}
