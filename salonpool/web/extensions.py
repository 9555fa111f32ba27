"""What every door shares: the clock and texting of this app, sign-in, CSRF, language."""

from datetime import datetime
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf import CSRFProtect

from salonpool import clock
from salonpool.domain.person import LANGUAGES
from salonpool.queries import access
from salonpool.usecases.texts.texting import Texting
from salonpool.web import rendering

LANGUAGE_COOKIE = "language"
LOCALES = {"zh-Hant": "zh_Hant", "en": "en", "zh-Hans": "zh_Hans"}
_PARSED = {language: Locale.parse(name) for language, name in LOCALES.items()}
# BCP 47 tags for <html lang>.
LANGUAGE_TAGS = {"zh-Hant": "zh-Hant-TW", "en": "en", "zh-Hans": "zh-Hans-CN"}

csrf = CSRFProtect()
login_manager = LoginManager()
babel = Babel()


class SignedIn(UserMixin):
    """The account behind a session; read from the database on every request."""

    def __init__(self, account: access.AccountRow) -> None:
        self.account = account

    def get_id(self) -> str:
        """Account and session version: raising the version ends every session at once."""
        return f"{self.account.id}:{self.account.session_version}"


class Sessions(SecureCookieSessionInterface):
    """Sessions with one signer for the life of the app; Flask would make one at every request."""

    def __init__(self, app: Flask) -> None:
        self.signer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> Any:
        """What signs and reads the cookie."""
        return self.signer


def init_app(app: Flask) -> None:
    """Bind the extensions."""
    app.session_interface = Sessions(app)
    # Our pages send no Referer (Referrer-Policy), so over HTTPS none may be demanded: the token decides.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.user_loader(load_signed_in)
    login_manager.login_view = "sign_in.ask"
    login_manager.login_message = None
    translations = app.root_path + "/../translations"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = translations
    babel.init_app(app, locale_selector=lambda: _PARSED[language()])
    rendering.install_words(app)


def load_signed_in(session_id: str) -> SignedIn | None:
    """The account of a session, unless it was disabled or its sessions ended."""
    account_id, _, version = session_id.partition(":")
    if not (account_id.isdigit() and version.isdigit()):
        return None
    account = access.find_account(int(account_id))
    if account is None or account.session_version != int(version):
        return None
    return SignedIn(account)


def account() -> access.AccountRow:
    """The signed-in account; only behind login_required."""
    signed_in: Any = current_user
    found: access.AccountRow = signed_in.account
    return found


def begin_session(account: access.AccountRow) -> None:
    """Sign in here. The session starts afresh, so that one planted before is worth nothing."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(account))


def home_of(account: access.AccountRow) -> str:
    """Where somebody's pages begin: the desk, the office, one's own day, else the salons; none refuses."""
    if account.owned_salon_ids:
        return "/desk"
    if account.is_office:
        return "/net"
    return "/me" if account.stylist_id is not None else "/"


def now() -> datetime:
    """One instant per request, as people see it."""
    moment: datetime | None = g.get("now")
    if moment is None:
        moment = g.now = clock.now()
    return moment


def read_as_a_stranger() -> None:
    """A page about an outage must not ask the database who is reading; Flask-Login keeps its answer here."""
    g._login_user = login_manager.anonymous_user()


def texting() -> Texting:
    """How this app writes texts and links."""
    configured: Texting = current_app.extensions["salonpool.texting"]
    return configured


def language() -> str:
    """The reader's language: ?lang=, then the cookie, then Accept-Language, then zh-Hant."""
    if not has_request_context():
        return "en"
    chosen: str | None = rendering.kept().get("language")  # every time and price on a page asks
    if chosen is None:
        chosen = g.language = _chosen_language()
    return chosen


def _chosen_language() -> str:
    for choice in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if choice in LANGUAGES:
            return choice
    return _accepted_language()


def _accepted_language() -> str:
    for tag, _ in request.accept_languages:
        lowered = tag.lower()
        if lowered.startswith("en"):
            return "en"
        if lowered.startswith("zh"):
            simplified = "hans" in lowered or lowered in {"zh-cn", "zh-sg"}
            return "zh-Hans" if simplified else "zh-Hant"
    return "zh-Hant"
