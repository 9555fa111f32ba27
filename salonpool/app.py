"""create_app(config): assembles everything, decides nothing."""

import functools
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask, Response, request
from flask_migrate import Migrate
from sqlalchemy.exc import DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config, ConfigError
from salonpool import cli, database, logs, web
from salonpool.demo import network as demo_network
from salonpool.domain.links import Links
from salonpool.messaging.capabilities import Capabilities
from salonpool.messaging.gateway import Gateway
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.usecases.texts.texting import Texting

log = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent
MAX_BODY = 256 * 1024
# A process that froze inside a transaction must not keep its locks for longer than a lease lasts.
POSTGRES_OPTIONS = "-c timezone=utc -c idle_in_transaction_session_timeout=15s"
# A server that does not answer, or has gone from the network, is absent after this long.
CONNECT_SECONDS, SILENT_MS = 5, 15_000
# Also while we wait for its answer; else a lane could wait for one for two hours.
KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2}
STAND_IN_ACCOUNT = "AC" + "0" * 32
STAND_IN_SENDER = "+15005550006"  # Twilio's own number for tests


class MissingSettings(click.ClickException):
    """Says what to set, on one line."""

    exit_code = 2


class PlainFlask(Flask):
    """Views and hooks are plain functions; Flask would ask each of them, at every request, if it is async."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        """Say which kind of page broke; its own address may hold the key to a booking."""
        rule = request.url_rule.rule if request.url_rule else "an address of no page"
        log.error("%s %s broke", request.method, rule, exc_info=exc_info)


def app_from_environment() -> Flask:
    """What wsgi.py serves. Raises ConfigError.

    Under the `flask` command a missing setting is one line and exit 2, except for the commands that work on
    files alone.
    """
    is_command = os.environ.get("FLASK_RUN_FROM_CLI") == "true"  # `flask jobs` sets up its log itself
    try:
        if not is_command:
            logs.set_up()
        return create_app(Config.from_env())
    except ConfigError as error:
        if not is_command:
            raise
        if cli.is_on_files(sys.argv[1:]) or sys.argv[1:] in ([], ["--help"]):
            return cli.app_for_files()
        raise MissingSettings(str(error)) from None


def create_app(config: Config) -> Flask:
    """A ready app on the configured database. Makes no query and starts no clock."""
    app = PlainFlask(
        "salonpool",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(ROOT / "instance"),
    )
    app.config.from_mapping(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config.database_url),
        DEMO=config.demo,
        TESTING=config.testing,
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.public_url.startswith("https:"),
        SALONPOOL=config,
    )
    app.extensions["salonpool.texting"] = _texting(config)
    app.extensions["salonpool.gateway"] = functools.cache(functools.partial(_gateway, config))
    if config.demo:
        build = functools.partial(demo_network.build, app.extensions["salonpool.texting"])
        app.extensions["salonpool.build_demo"] = build
    if config.trusted_proxy_hops:
        hops = config.trusted_proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    else:
        app.before_request(functools.partial(_warn_of_proxy, []))
    database.init_app(app)
    Migrate(app, database.db, directory=str(ROOT / "migrations"))
    web.init_app(app)
    app.register_error_handler(DBAPIError, _answer_database_error)
    cli.init_app(app)
    return app


def _warn_of_proxy(told: list[bool]) -> None:
    """Once for each process: somebody forwards requests whom the settings do not name."""
    if not told and "X-Forwarded-For" in request.headers:
        told.append(True)
        words = "requests come by a proxy: set TRUSTED_PROXY_HOPS, see flask doctor"
        log.warning(words, extra={"alert": "unknown_proxy"})


def _answer_database_error(error: DBAPIError) -> Response:
    """A busy, full or absent database is a 503 with nothing written; anything else is our fault."""
    database.db.session.rollback()
    if not database.is_unavailable(error):
        raise error
    return web.errors.answer_busy()


def _texting(config: Config) -> Texting:
    return Texting(
        links=Links.from_secret(config.secret_key, host=config.link_host, public_url=config.public_url),
        capabilities=Capabilities(
            two_way=config.sms_two_way,
            max_ucs2=config.sms_max_ucs2,
            links=config.sms_links,
            link_scheme=config.sms_link_scheme,
            tail_prefix=config.sms_tail_prefix,
        ),
        price=config.sms_price,
        demo=config.demo,
        countries=config.sms_countries,
        own_numbers=frozenset({config.twilio_from.removeprefix("whatsapp:")} - {""}),
        limits_scale=config.limits_scale,
    )


def _gateway(config: Config) -> Gateway:
    """Who carries texts: the simulator unless there are credentials, and in tests and in the demo, whose
    numbers are invented, unless a stand-in is named. A stand-in needs the token only."""
    api_base = config.twilio_api_base
    if not config.twilio_auth_token or not (api_base or config.twilio_account_sid):
        return SimulatorGateway()
    if (config.testing or config.demo) and not api_base:
        return SimulatorGateway()
    from salonpool.messaging.twilio_gateway import TwilioGateway  # slow to import, and only the clock sends

    sender = config.twilio_from or (STAND_IN_SENDER if api_base else "")
    if not sender and not config.twilio_messaging_service_sid:
        raise ConfigError("TWILIO_FROM: give the number texts come from, or TWILIO_MESSAGING_SERVICE_SID")
    return TwilioGateway(
        config.twilio_account_sid or STAND_IN_ACCOUNT,
        config.twilio_auth_token,
        messaging_service_sid=config.twilio_messaging_service_sid,
        sender=sender,
        status_callback=f"{config.public_url}/sms/twilio/status",
        api_base=api_base,
    )


def _engine_options(url: str) -> dict[str, object]:
    common = {"pool_size": 10, "hide_parameters": True}  # an error's text must not hold numbers and names
    if url.startswith("sqlite"):
        return {**common, "connect_args": {"timeout": database.BUSY_TIMEOUT_MS / 1000}}
    reach = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": SILENT_MS, **KEEPALIVES}
    return {**common, "pool_pre_ping": True, "connect_args": {"options": POSTGRES_OPTIONS, **reach}}
