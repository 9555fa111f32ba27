"""Texts to stylists: S1 sign-in (owners too; a code to type where links are refused), S2-S4 the offer and the
yes (L = with a link, where nobody can reply), S5* why a yes or a no led to nothing, S10T-S15 answers to other
words.

S5 taken, S5D declined, S5E after the deadline, S5W withdrawn, S5T changed, S5N not eligible any
more, S5Q nothing open; S6 a seat that was theirs was taken back;
S10T cannot work, S14 not understood, S15 asked for help.
"""

from salonpool.messaging.text_table import Texts

TEXTS: Texts = {
    "S1": {
        "en": (
            "salonpool sign-in, good for 10 minutes: {u} Not you? Ignore this.",
            "{c} is your sign-in code for 10 minutes. We never phone to ask for it.",
        ),
        "zh-Hant": (
            "登入連結，10分鐘內有效：{u} 不是您本人請忽略。",
            "{c} 是您的登入碼，10分鐘內有效。我們不會打電話問您。",
        ),
        "zh-Hans": (
            "登录链接，10分钟内有效：{u} 不是您本人请忽略。",
            "{c} 是您的登录码，10分钟内有效。我们不会打电话问您。",
        ),
    },
    "S2": {
        "en": (
            "{s} needs {v} {d} {r}. Pay {p}, {w} min walk. Reply 1 to take it, 2 to pass, by {h}.",
            "{s} needs {v} {d} {r}. Pay {p}. Reply 1 to take it, 2 to pass, by {h}.",
            "{s} {v} {d} {r} {p}. 1 yes 2 no by {h}",
        ),
        "zh-Hant": (
            "{s} {d}{r}缺{v}，{p}，走路{w}分。{h}前回1接、回2不接。",
            "{s} {d}{r}缺{v}，{p}。{h}前回1接、回2不接。",
        ),
        "zh-Hans": (
            "{s} {d}{r}缺{v}，{p}，步行{w}分。{h}前回1接、回2不接。",
            "{s} {d}{r}缺{v}，{p}。{h}前回1接、回2不接。",
        ),
    },
    "S2L": {
        "en": (
            "{s} needs {v} {d} {r}. Pay {p}, {w} min walk. Answer by {h}: {u}",
            "{s} needs {v} {d} {r}. Pay {p}. Answer by {h}: {u}",
            "{s} {v} {d} {r} {p} by {h} {u}",
            "{s} {d} {r} {p} by {h} {u}",
            "{s} {v} {d} {r} {p}: {u}",
        ),
        "zh-Hant": (
            "{s} {d}{r}缺{v}，{p}，走{w}分。{h}前點 {u}",
            "{s} {d}{r}缺{v}，{p}。{h}前點 {u}",
            "{s} {d}{r} {v}{p}，{h}前 {u}",
            "{s} {d}{r} {v}{p} {u}",
        ),
        "zh-Hans": (
            "{s} {d}{r}缺{v}，{p}，走{w}分。{h}前点 {u}",
            "{s} {d}{r}缺{v}，{p}。{h}前点 {u}",
            "{s} {d}{r} {v}{p}，{h}前 {u}",
            "{s} {d}{r} {v}{p} {u}",
        ),
    },
    "S3": {
        "en": (
            "{s} needs {v} TODAY {r}. Pay {p}, {w} min walk. Reply 1 if you can, 2 if not, by {h}.",
            "{s} needs {v} TODAY {r}. Pay {p}. Reply 1 if you can, 2 if not, by {h}.",
            "{s} {v} TODAY {r} {p}. 1 yes 2 no by {h}",
        ),
        "zh-Hant": (
            "急！{s}今天{r}缺{v}，{p}，走路{w}分。{h}前回1可以、回2不行。",
            "急！{s}今天{r}缺{v}，{p}。{h}前回1可以、回2不行。",
        ),
        "zh-Hans": (
            "急！{s}今天{r}缺{v}，{p}，步行{w}分。{h}前回1可以、回2不行。",
            "急！{s}今天{r}缺{v}，{p}。{h}前回1可以、回2不行。",
        ),
    },
    "S3L": {
        "en": (
            "{s} needs {v} TODAY {r}. Pay {p}, {w} min walk. Answer by {h}: {u}",
            "{s} needs {v} TODAY {r}. Pay {p}. Answer by {h}: {u}",
            "{s} {v} TODAY {r} {p} by {h} {u}",
            "{s} TODAY {r} {p} by {h} {u}",
            "{s} {v} TODAY {r} {p}: {u}",
        ),
        "zh-Hant": (
            "急！{s}今天{r}缺{v}，{p}，走{w}分。{h}前點 {u}",
            "急！{s}今天{r}缺{v}，{p}。{h}前點 {u}",
            "急！{s}今天{r} {v}{p}，{h}前 {u}",
            "急！{s}今天{r} {v}{p} {u}",
        ),
        "zh-Hans": (
            "急！{s}今天{r}缺{v}，{p}，走{w}分。{h}前点 {u}",
            "急！{s}今天{r}缺{v}，{p}。{h}前点 {u}",
            "急！{s}今天{r} {v}{p}，{h}前 {u}",
            "急！{s}今天{r} {v}{p} {u}",
        ),
    },
    "S4": {
        "en": (
            "Yours: {s}, {d} {r}, pay {p}. {a}. Cannot come? Call {tel}",
            "Yours: {s}, {d} {r}, pay {p}. Cannot come? Call {tel}",
            "Yours: {s} {d} {r} {p}. Call {tel}",
            "Yours: {s}, {d} {r}, pay {p}. {a}.",
            "Yours: {s}, {d} {r}, pay {p}.",
        ),
        "zh-Hant": (
            "班是您的了：{s} {d}{r}，{p}，{a}。不能來請電{tel}",
            "班是您的了：{s} {d}{r}，{p}。不能來請電{tel}",
            "班是您的了：{s} {d}{r}，{p}，{a}。",
            "班是您的了：{s} {d}{r}，{p}。",
        ),
        "zh-Hans": (
            "班是您的了：{s} {d}{r}，{p}，{a}。来不了请致电{tel}",
            "班是您的了：{s} {d}{r}，{p}。来不了请致电{tel}",
            "班是您的了：{s} {d}{r}，{p}，{a}。",
            "班是您的了：{s} {d}{r}，{p}。",
        ),
    },
    "S4L": {
        "en": (
            "Yours: {s}, {d} {r}, pay {p}. {a}. Cannot come? {u}",
            "Yours: {s}, {d} {r}, pay {p}. Cannot come? {u}",
            "Yours: {s} {d} {r} {p} {u}",
        ),
        "zh-Hant": (
            "班是您的了：{s} {d}{r}，{p}，{a}。不能來請點 {u}",
            "班是您的了：{s} {d}{r}，{p}。不能來請點 {u}",
            "您的班：{s} {d}{r}，{p} {u}",
        ),
        "zh-Hans": (
            "班是您的了：{s} {d}{r}，{p}，{a}。来不了请点 {u}",
            "班是您的了：{s} {d}{r}，{p}。来不了请点 {u}",
            "您的班：{s} {d}{r}，{p} {u}",
        ),
    },
    "S5": {
        "en": (
            "{s} {d} {r} is taken now. Thank you for answering, nothing more to do.",
            "{s} {d} {r} is taken. Nothing more to do.",
        ),
        "zh-Hant": ("{s} {d}{r}已有人接，謝謝您，不用再做什麼。",),
        "zh-Hans": ("{s} {d}{r}已有人接，谢谢您，不用再做什么。",),
    },
    "S5D": {
        "en": ("{s} {d} {r}: noted, you pass. Thank you for answering.", "{s} {d} {r}: noted, you pass."),
        "zh-Hant": ("{s} {d}{r}您不接，記下了，謝謝您。",),
        "zh-Hans": ("{s} {d}{r}您不接，记下了，谢谢您。",),
    },
    "S5E": {
        "en": (
            "{s} {d} {r}: your answer came too late, so this shift is not yours. Nothing more to do.",
            "{s} {d} {r}: too late, not yours.",
        ),
        "zh-Hant": ("{s} {d}{r}已過回覆時間，這班沒有排給您，不用再做什麼。",),
        "zh-Hans": ("{s} {d}{r}已过回复时间，这班没有排给您，不用再做什么。",),
    },
    "S5W": {
        "en": (
            "{s} {d} {r}: the salon changed or called off this shift. Thank you, nothing more to do.",
            "{s} {d} {r} is withdrawn. Nothing more to do.",
        ),
        "zh-Hant": ("{s} {d}{r}這班店家改了或取消了，謝謝您，不用再做什麼。",),
        "zh-Hans": ("{s} {d}{r}这班店家改了或取消了，谢谢您，不用再做什么。",),
    },
    "S5T": {
        "en": (
            "{s} {d} {r}: the salon changed this shift, so our question is off. We may ask you again.",
            "{s} {d} {r}: the shift changed, our question is off.",
        ),
        "zh-Hant": ("{s} {d}{r}這班店家改了，剛才的問題作廢，新的合適會再問您。",),
        "zh-Hans": ("{s} {d}{r}这班店家改了，刚才的问题作废，新的合适会再问您。",),
    },
    "S5N": {
        "en": (
            "{s} {d} {r}: sorry, you cannot take this shift now, {y}. Nothing more to do.",
            "{s} {d} {r}: sorry, you cannot take this shift now. Nothing more to do.",
            "{s} {d} {r}: no longer possible, sorry.",
        ),
        "zh-Hant": (
            "{s} {d}{r}這班現在不能排給您：{y}。不用再做什麼。",
            "{s} {d}{r}這班現在不能排給您，不用再做什麼。",
        ),
        "zh-Hans": (
            "{s} {d}{r}这班现在不能排给您：{y}。不用再做什么。",
            "{s} {d}{r}这班现在不能排给您，不用再做什么。",
        ),
    },
    "S5Q": {
        "en": ("No question is open for you now. Help: {tel}", "No question is open for you now."),
        "zh-Hant": ("現在沒有等您回覆的事。電話{tel}", "現在沒有等您回覆的事。"),
        "zh-Hans": ("现在没有等您回复的事。电话{tel}", "现在没有等您回复的事。"),
    },
    "S6": {
        "en": (
            "{s} took back your shift {d} {r}: please do not come. Questions? Call {tel}",
            "{s} {d} {r} not yours now. Call {tel}",
        ),
        "zh-Hant": ("{s} {d}{r}的班不用來了，店家已收回。有問題請電{tel}",),
        "zh-Hans": ("{s} {d}{r}的班不用来了，店家已收回。有问题请致电{tel}",),
    },
    "S10T": {
        "en": (
            "Cannot work? Please call {tel} now. The salon is not told by text.",
            "Cannot work? Please call the salon now. It is not told by text.",
        ),
        "zh-Hant": (
            "不能上班請馬上打電話：{tel}，傳簡訊店家不會知道。",
            "不能上班請馬上打電話給店家，傳簡訊店家不會知道。",
        ),
        "zh-Hans": (
            "不能上班请马上打电话：{tel}，发短信店家不会知道。",
            "不能上班请马上打电话给店家，发短信店家不会知道。",
        ),
    },
    "S14": {
        "en": (
            "Sorry, we did not understand. Reply 1 yes, 2 no. Help: {tel}",
            "Sorry, we did not understand. Reply 1 yes, 2 no.",
        ),
        "zh-Hant": ("抱歉看不懂。請回1好、2不要。電話{tel}", "抱歉看不懂。請回1好、2不要。"),
        "zh-Hans": ("抱歉看不懂。请回1好、2不要。电话{tel}", "抱歉看不懂。请回1好、2不要。"),
    },
    "S15": {
        "en": (
            "salonpool tells you about shifts and bookings. To a question reply 1 yes, 2 no. Help: {tel}",
            "salonpool tells you about shifts and bookings. To a question reply 1 yes, 2 no.",
        ),
        "zh-Hant": (
            "這裡通知您排班和預約。有問您時回1好、2不要。電話{tel}",
            "這裡通知您排班和預約。有問您時回1好、2不要。",
        ),
        "zh-Hans": (
            "这里通知您排班和预约。有问您时回1好、2不要。电话{tel}",
            "这里通知您排班和预约。有问您时回1好、2不要。",
        ),
    },
}

# Why a stylist may not take a shift, by the planner's rule names. Rules that concern another person
# (blocked, refused, not-with) have no words of their own: their reason is private.
REASONS = {
    "skill": ("it needs a skill you do not have here", "需要您沒有登記的技術", "需要您没有登记的技术"),
    "available": ("it is outside the hours you gave", "不在您可上班的時間", "不在您可上班的时间"),
    "home-travel": ("it is further than you wish to travel", "超過您願意的路程", "超过您愿意的路程"),
    "hourly-cost": ("the pay is above the salon's limit", "時薪超過店家上限", "时薪超过店家上限"),
    "overlap": ("it overlaps your other work", "和您的另一班重疊", "和您的另一班重叠"),
    "travel-gap": ("there is too little time to get there", "兩班之間來不及趕到", "两班之间来不及赶到"),
    "rest": ("there is too little rest between two days", "兩天之間休息不夠", "两天之间休息不够"),
    "day-minutes": ("your day would be too long", "當天工時會太長", "当天工时会太长"),
    "window-minutes": ("it is over the hours you may work", "超過您可工作的時數", "超过您可工作的时数"),
    "window-days": ("you would have too few days off", "您的休息日會不夠", "您的休息日会不够"),
    "chairs": ("no chair is free then", "那時沒有空的座位", "那时没有空的座位"),
}
OTHER_REASON = ("it does not fit any more", "條件已經不合", "条件已经不合")
