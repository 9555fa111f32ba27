"""Texts to guests about what a salon decides: C1P, C3P it will answer, C3N, C7 it cannot; C1S, C4S, C4SF
several visits."""

from salonpool.messaging.text_table import Texts

TEXTS: Texts = {
    "C1P": {
        "en": (
            "{s}: we got your wish for {d} {t}, {v}. Not booked yet: we answer by {h}. {u}",
            "{s}: {d} {t}, {v}: we answer by {h}. {u}",
            "{s} {d} {t}? By {h}: {u}",
            "{s}: we got your wish for {d} {t}, {v}. Not booked yet: we answer by {h}. Call {tel}",
            "{s}: {d} {t}, {v}: we answer by {h}. {tel}",
            "{s} {d} {t}? By {h}: {tel}",
        ),
        "zh-Hant": (
            "【{s}】收到您{d}{t} {v}的預約，尚待確認，{h}前回覆您：{u}",
            "【{s}】{d}{t}待確認，{h}前回覆：{u}",
            "【{s}】收到您{d}{t} {v}的預約，尚待確認，{h}前回覆您。電話{tel}",
            "【{s}】{d}{t}待確認，{h}前回覆。電話{tel}",
        ),
        "zh-Hans": (
            "【{s}】收到您{d}{t} {v}的预约，尚待确认，{h}前回复您：{u}",
            "【{s}】{d}{t}待确认，{h}前回复：{u}",
            "【{s}】收到您{d}{t} {v}的预约，尚待确认，{h}前回复您。电话{tel}",
            "【{s}】{d}{t}待确认，{h}前回复。电话{tel}",
        ),
    },
    "C1S": {
        "en": (
            "{s}: booked {k} visits from {d} {t}, {v} with {n}. All of them, changes: {u}",
            "{s}: {k} visits from {d} {t} {v}, {n}: {u}",
            "{s} {k}x from {d} {t}: {u}",
            "{s}: booked {k} visits from {d} {t}, {v} with {n}. Dates, changes: call {tel}",
            "{s}: {k} visits from {d} {t} {v}, {n}: {tel}",
            "{s} {k}x from {d} {t}: {tel}",
        ),
        "zh-Hant": (
            "【{s}】已預約{k}次，{d}{t}起，{v}，{n}服務。全部：{u}",
            "【{s}】約{k}次，{d}{t}起 {v}：{u}",
            "【{s}】已預約{k}次，{d}{t}起，{v}，{n}服務。改期請電{tel}",
            "【{s}】約{k}次，{d}{t}起 {v}。電話{tel}",
        ),
        "zh-Hans": (
            "【{s}】已预约{k}次，{d}{t}起，{v}，{n}服务。全部：{u}",
            "【{s}】约{k}次，{d}{t}起 {v}：{u}",
            "【{s}】已预约{k}次，{d}{t}起，{v}，{n}服务。改期请致电{tel}",
            "【{s}】约{k}次，{d}{t}起 {v}。电话{tel}",
        ),
    },
    "C3P": {
        "en": (
            "{s}: you ask for {d} {t} instead. We answer by {h}; until then your old time is kept. {u}",
            "{s}: {d} {t} instead? We answer by {h}, your time is kept. {u}",
            "{s} {d} {t}? By {h}: {u}",
            "{s}: you ask for {d} {t} instead. We answer by {h}; till then your old time is kept. Call {tel}",
            "{s}: {d} {t} instead? We answer by {h}, your time is kept. {tel}",
            "{s} {d} {t}? By {h}: {tel}",
        ),
        "zh-Hant": (
            "【{s}】收到您想改到{d}{t}，{h}前回覆，在那之前原時間保留：{u}",
            "【{s}】改{d}{t}？{h}前回覆，原時間保留：{u}",
            "【{s}】改{d}{t}？{h}前回，先不變 {u}",
            "【{s}】收到您想改到{d}{t}，{h}前回覆，在那之前原時間保留。電話{tel}",
            "【{s}】改{d}{t}？{h}前回覆，原時間保留。電話{tel}",
        ),
        "zh-Hans": (
            "【{s}】收到您想改到{d}{t}，{h}前回复，在那之前原时间保留：{u}",
            "【{s}】改{d}{t}？{h}前回复，原时间保留：{u}",
            "【{s}】改{d}{t}？{h}前回，先不变 {u}",
            "【{s}】收到您想改到{d}{t}，{h}前回复，在那之前原时间保留。电话{tel}",
            "【{s}】改{d}{t}？{h}前回复，原时间保留。电话{tel}",
        ),
    },
    "C3N": {
        "en": (
            "{s}: sorry, we cannot do {d} {t}. You are still booked at your old time. Change: {u}",
            "{s}: no {d} {t}, sorry. Your old time stays. {u}",
            "{s}: no {d} {t}. {u}",
            "{s}: sorry, we cannot do {d} {t}. You are still booked at your old time. Change? Call {tel}",
            "{s}: no {d} {t}, sorry. Your old time stays. {tel}",
            "{s}: no {d} {t}. {tel}",
        ),
        "zh-Hant": (
            "【{s}】抱歉，{d}{t}無法服務，您原來的預約不變。改期：{u}",
            "【{s}】抱歉，{d}{t}不行，原預約不變。{u}",
            "【{s}】抱歉，{d}{t}無法服務，您原來的預約不變。改期請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】抱歉，{d}{t}无法服务，您原来的预约不变。改期：{u}",
            "【{s}】抱歉，{d}{t}不行，原预约不变。{u}",
            "【{s}】抱歉，{d}{t}无法服务，您原来的预约不变。改期请致电{tel}",
        ),
    },
    "C4S": {
        "en": (
            "{s}: your {k} visits from {d} {t} on are cancelled, no charge. Book again: {u}",
            "{s}: {k} visits from {d} {t} cancelled. {u}",
            "{s} {k}x from {d} {t} off. {u}",
            "{s}: your {k} visits from {d} {t} on are cancelled, no charge. Book again? Call {tel}",
            "{s}: {k} visits from {d} {t} cancelled. {tel}",
            "{s} {k}x from {d} {t} off. {tel}",
        ),
        "zh-Hant": (
            "【{s}】已取消{d}{t}起的{k}次預約，不收費。再預約：{u}",
            "【{s}】{d}{t}起{k}次已取消，不收費。{u}",
            "【{s}】已取消{d}{t}起的{k}次預約，不收費。再預約請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】已取消{d}{t}起的{k}次预约，不收费。再预约：{u}",
            "【{s}】{d}{t}起{k}次已取消，不收费。{u}",
            "【{s}】已取消{d}{t}起的{k}次预约，不收费。再预约请致电{tel}",
        ),
    },
    "C4SF": {
        "en": (
            "{s}: your {k} visits from {d} {t} on are cancelled, the fee is {p}. Book again: {u}",
            "{s}: {k} visits from {d} {t} cancelled, fee {p}. {u}",
            "{s} {k}x from {d} {t} off, {p}. {u}",
            "{s}: your {k} visits from {d} {t} on are cancelled, the fee is {p}. Book again? Call {tel}",
            "{s}: {k} visits from {d} {t} cancelled, fee {p}. {tel}",
            "{s} {k}x from {d} {t} off, {p}. {tel}",
        ),
        "zh-Hant": (
            "【{s}】已取消{d}{t}起的{k}次預約，取消費{p}。再預約：{u}",
            "【{s}】{d}{t}起{k}次取消，收{p} {u}",
            "【{s}】已取消{d}{t}起的{k}次預約，取消費{p}。再預約請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】已取消{d}{t}起的{k}次预约，取消费{p}。再预约：{u}",
            "【{s}】{d}{t}起{k}次取消，收{p} {u}",
            "【{s}】已取消{d}{t}起的{k}次预约，取消费{p}。再预约请致电{tel}",
        ),
    },
    "C7": {
        "en": (
            "{s}: sorry, we cannot do {d} {t}. Pick another time: {u} or call {tel}",
            "{s}: sorry, we cannot do {d} {t}. Another time: {u}",
            "{s}: no {d} {t}, sorry. {u}",
            "{s}: sorry, we cannot do {d} {t}. For another time call {tel}",
            "{s}: no {d} {t}, sorry. {tel}",
        ),
        "zh-Hant": (
            "【{s}】抱歉，{d}{t}無法服務。請另選時間：{u}",
            "【{s}】抱歉，{d}{t}無法服務。另約時間請電{tel}",
        ),
        "zh-Hans": (
            "【{s}】抱歉，{d}{t}无法服务。请另选时间：{u}",
            "【{s}】抱歉，{d}{t}无法服务。另约时间请致电{tel}",
        ),
    },
}
