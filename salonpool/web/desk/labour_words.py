"""Labour rules in plain words, in the reader's language."""

import re

from flask_babel import gettext as _

from salonpool.domain.labour.rules import Certainty, Grade, Kind, Rule

_PARAGRAPH = re.compile(r"(\S+) (I{1,3})(?: ([0-9]+))?")  # 36 II 3, as the data cite it


def pack_name(code: str) -> str:
    """What a pack is called on a page. Raises KeyError for one without a name."""
    return {
        "tw-standard": _("Taiwan: standard hours"),
        "tw-2-week": _("Taiwan: flexible hours over two weeks"),
        "tw-4-week": _("Taiwan: flexible hours over four weeks"),
        "tw-8-week": _("Taiwan: flexible hours over eight weeks"),
        "eu": _("European Union"),
    }[code]


def law_name(law: str) -> str:
    """What a law is called. Raises KeyError for one without a name."""
    return {"tw-lsa": _("Labor Standards Act"), "eu-wtd": _("Directive 2003/88/EC")}[law]


def where(rule: Rule) -> str:
    """The law and the place in it, as one cites it."""
    law = law_name(rule.law)
    found = _PARAGRAPH.fullmatch(rule.article)
    if found is None:
        return _("%(law)s, art. %(article)s", law=law, article=rule.article)
    article, paragraph, number = found[1], len(found[2]), found[3]
    if number is None:
        return _(
            "%(law)s, art. %(article)s, par. %(paragraph)s", law=law, article=article, paragraph=paragraph
        )
    return _(
        "%(law)s, art. %(article)s, par. %(paragraph)s, no. %(number)s",
        law=law,
        article=article,
        paragraph=paragraph,
        number=number,
    )


def read_in(certainty: Certainty) -> str:
    """Where we read it."""
    if certainty is Certainty.OFFICIAL:
        return _("read in the law's own text")
    return _("read in a secondary source")


def sentence(rule: Rule) -> str:
    """The rule as one says it. Raises KeyError for one that is not checked and has no words."""
    if rule.kind is Kind.NOT_CHECKED:
        return _not_checked(rule)
    hours = _hours(rule.value)
    if rule.kind is Kind.REST:
        return _("At least %(hours)s hours of rest between two days of work.", hours=hours)
    if rule.kind is Kind.DAY_MINUTES and rule.grade is Grade.POLICY:
        return _(
            "Without a reason at most %(hours)s hours of work in a day, which keeps overtime by single days "
            "within 46 hours a month.",
            hours=hours,
        )
    if rule.kind is Kind.DAY_MINUTES:
        return _("At most %(hours)s hours of work in a day, overtime included.", hours=hours)
    if rule.kind is Kind.WINDOW_DAYS:
        return _(
            "In any %(days)s days in a row, at most %(worked)s days of work.",
            days=rule.days,
            worked=rule.value,
        )
    if rule.overtime:
        return _(
            "In any %(days)s days in a row, at most %(hours)s hours of work: %(normal)s normal ones and "
            "%(overtime)s of overtime.",
            days=rule.days,
            hours=hours,
            normal=_hours(rule.normal or 0),
            overtime=_hours(rule.overtime),
        )
    return _(
        "In any %(days)s days in a row, at most %(hours)s hours of work: %(week)s a week on average.",
        days=rule.days,
        hours=hours,
        week=_hours(rule.value * 7 // rule.days),
    )


def _not_checked(rule: Rule) -> str:
    return {
        ("tw-lsa", "break"): _(
            "Half an hour of rest after four hours. Here a break inside a shift counts as work."
        ),
        ("tw-lsa", "consent"): _(
            "These hours need the consent of the union, or of the labour-management meeting where there is "
            "none."
        ),
        ("tw-lsa", "overtime-consent"): _(
            "Overtime needs the consent of the union, or of the labour-management meeting where there is "
            "none."
        ),
        ("tw-lsa", "overtime-by-day"): _(
            "Hours above the normal ones of one day are overtime too. Where you plan long days, watch the 46 "
            "hours a month in your pay roll."
        ),
        ("eu-wtd", "break"): _(
            "A break in a day of more than six hours. Here a break inside a shift counts as work."
        ),
        ("eu-wtd", "rest-35"): _(
            "35 hours of rest in a row each week: a free day gives them where the latest end of work and the "
            "earliest start lie at most 13 hours apart by the clock."
        ),
        ("eu-wtd", "night"): _("Who works at night: 8 hours on average in 24."),
        ("eu-wtd", "opt-out"): _("Some states let people agree to more hours. We do not use that."),
    }[rule.law, rule.name]


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g}"
