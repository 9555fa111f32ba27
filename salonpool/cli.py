"""The commands; each calls one use case. Bad input: exit 2 and one line, never a traceback."""

import functools
from collections.abc import Callable
from typing import Any

import click
from flask import Flask, current_app

from config import Config, ConfigError
from salonpool import clock
from salonpool.domain.refusal import Missing, Refusal
from salonpool.queries import accounts as account_queries
from salonpool.queries import doctor as doctor_queries
from salonpool.usecases import accounts, messages


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in (init, token, jobs, send_messages, doctor):
        app.cli.add_command(command)


def one_line(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what the rules or the settings refuse into exit 2 and one line on stderr."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (Refusal, ConfigError) as refusal:
            click.echo(" ".join(str(refusal).split()), err=True)
            raise SystemExit(2) from None

    return run


@click.command
@click.option("--network", "slug", required=True, help="short name for addresses, for example yuanshan")
@click.option("--office", "office_phone", required=True, help="mobile number of the office")
@click.option("--name", help="the network's name as people read it")
@click.option("--zone", default="Asia/Taipei", show_default=True, help="IANA time zone")
@click.option("--region", default="TW", show_default=True, help="country whose numbers need no +code")
@click.option("--currency", default="TWD", show_default=True, help="ISO 4217 code")
@click.option("--language", default="zh-Hant", show_default=True, help="zh-Hant, en or zh-Hans")
@one_line
def init(**given: str | None) -> None:
    """Make a network and its office account; prints a one-time sign-in link."""
    link = accounts.init_network(now=clock.now(), texting=_extension("texting"), **given)  # type: ignore[arg-type]
    click.echo(link)


@click.command
@click.argument("account")
@one_line
def token(account: str) -> None:
    """Print a new bearer token for the API. ACCOUNT is an id or a phone number."""
    try:
        account_id = account_queries.get_account_id(account, demo=_config().demo)
    except Missing:
        raise Refusal("no_such_account", field="ACCOUNT") from None
    click.echo(accounts.issue_token(account_id, clock.now()))


@click.command
@one_line
def jobs() -> None:
    """The clock: sends texts, plans, sweeps. Of several processes one ticks, the others stand by."""
    from salonpool.jobs import lanes  # here, so that web workers do without the scheduler

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    _extension("gateway")()  # wrong settings stop us now, not at the first text
    lanes.run(app, _config().clock_tick_seconds)


@click.command("send-messages")
@one_line
def send_messages() -> None:
    """One pass of the outbox."""
    gateway = _extension("gateway")()
    scale = _config().backoff_scale
    click.echo(messages.send_due(clock.now(), clock.system_now(), gateway, backoff_scale=scale))


@click.command
@one_line
def doctor() -> None:
    """Check the set-up and what must always be true; exit 1 and what to do when something is wrong."""
    config = _config()
    click.echo(f"texts: {type(_extension('gateway')()).__name__}, links start with {config.link_host}")
    if config.twilio_auth_token:
        click.echo(f"Twilio must call {config.public_url}/sms/twilio/inbound")
    found = doctor_queries.list_findings(clock.now(), clock.system_now())
    for finding in found:
        click.echo(f"{finding.what} -> {finding.remedy}")
    click.echo(f"{len(found)} found" if found else "all well")
    raise SystemExit(1 if found else 0)


def _config() -> Config:
    config: Config = current_app.config["SALONPOOL"]
    return config


def _extension(name: str) -> Any:
    return current_app.extensions[f"salonpool.{name}"]
