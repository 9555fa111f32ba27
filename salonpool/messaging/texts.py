"""The table of texts, and the one function that writes a text.

Fields: s salon · d date · t time · r hours (11:30-14:00) · h deadline · p money · v service or skill ·
n stylist · x the stylist's home salon · a address · u link · w minutes on foot · k asked · j said no ·
y reason · c code · tel phone number. All but the names come formatted (formats.py).

Every text is one segment: 160 GSM-7 septets, or 70 UTF-16 units as soon as one character, such as a Chinese
name in an English text, is outside GSM-7. Each text has forms, from complete to compact. The first form is
taken that fits when every name keeps what is needed to recognise it; then the longest name gives up one
character at a time until the text fits. Names are s, n, x, v, a; every other field is shown whole or, where
a compact form lacks it, not at all. A form with an empty field is passed over, so a stylist without a home
salon has no x. If no form fits, names in the last one may shrink to nothing. Only fixed fields beyond their
usual width (link 28, phone 16, money 7 characters) can make a text longer than one segment: it is then sent
so, because a cut link is worth less than a second segment.
"""

from collections.abc import Mapping
from functools import cache
from string import Formatter

from salonpool.messaging import texts_guest, texts_owner, texts_salon, texts_stylist, texts_waitlist
from salonpool.messaging.clipping import Name, name
from salonpool.messaging.segments import fits_one, width
from salonpool.messaging.text_table import Texts

LANGUAGES = ("zh-Hant", "en", "zh-Hans")
NAMES = frozenset({"s", "n", "x", "v", "a"})
FIELDS = NAMES | {"d", "t", "r", "h", "p", "u", "w", "k", "j", "y", "c", "tel"}
TEXTS: Texts = {
    **texts_guest.TEXTS,
    **texts_salon.TEXTS,
    **texts_waitlist.TEXTS,
    **texts_stylist.TEXTS,
    **texts_owner.TEXTS,
}


def compose(text_id: str, language: str, **values: str | int | None) -> str:
    """The text in that language, one segment long. Values may be given that no form uses.

    Raises KeyError for an unknown text or language, ValueError for an unknown field or when no form of the
    text can do without a missing one.
    """
    if unknown := values.keys() - FIELDS:
        raise ValueError(f"text {text_id}: unknown field {', '.join(sorted(unknown))}")
    given = {field: str(value) for field, value in values.items() if value is not None}
    names = {field: name(given[field], language) for field in given.keys() & NAMES}
    fixed = {field: given[field] for field in given.keys() - NAMES}
    filled = {field for field, text in fixed.items() if text} | {f for f, n in names.items() if n.clusters}
    all_forms = TEXTS[text_id][language]
    forms = [form for form in all_forms if fields(form) <= filled]
    forms = forms or [form for form in all_forms if fields(form) <= given.keys()]
    if not forms:
        missing = sorted(fields(all_forms[-1]) - given.keys())
        raise ValueError(f"text {text_id}: missing field {', '.join(missing)}")
    for form in forms:
        text = _fit(form, fixed, names, {field: names[field].readable for field in names})
        if fits_one(text):
            return text
    return _fit(forms[-1], fixed, names, dict.fromkeys(names, 0))


def reason(rule: str, language: str) -> str:
    """Half a sentence for field y: why a stylist may not take a shift, by the planner's rule name."""
    words = texts_stylist.REASONS.get(rule, texts_stylist.OTHER_REASON)
    return words[("en", "zh-Hant", "zh-Hans").index(language)]


@cache  # of a form of the table: reading it each time costs more than filling it in
def fields(form: str) -> frozenset[str]:
    """The fields a form shows."""
    return frozenset(field for _, field, _, _ in Formatter().parse(form) if field)


def _fit(form: str, fixed: Mapping[str, str], names: Mapping[str, Name], least: Mapping[str, int]) -> str:
    """The form with its names as long as fit, none below `least`; it may then still be too long."""
    keep = {field: len(names[field].clusters) for field in names.keys() & fields(form)}
    while True:
        shown = {field: names[field].shown(count) for field, count in keep.items()}
        text = form.format(**fixed, **shown).strip()
        cuttable = sorted(field for field in keep if keep[field] > least[field])
        if fits_one(text) or not cuttable:
            return text
        keep[max(cuttable, key=lambda field: width(shown[field]))] -= 1
