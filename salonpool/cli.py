"""The commands; each calls one use case. Bad input: exit 2 and one line, never a traceback."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

import click
from flask import Flask, current_app

from config import Config, ConfigError
from salonpool import clock
from salonpool.demo import handout as demo_handout
from salonpool.demo import network as demo_network
from salonpool.domain.refusal import Missing, Refusal
from salonpool.queries import accounts as account_queries
from salonpool.queries import doctor as doctor_queries
from salonpool.queries import dump as dump_queries
from salonpool.queries import networks
from salonpool.solver import files
from salonpool.solver.reading import InvalidProblem
from salonpool.usecases import accounts
from salonpool.usecases.planning import plan_report, planning
from salonpool.usecases.texts import outbox

SECONDS = click.FloatRange(min=0, max=86_400)
# These work on files alone: with no database and no settings.
ON_FILES = ("solve", "check")


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in (init, token, jobs, send_messages, dump, demo, doctor, plan, solve, check):
        app.cli.add_command(command)


def app_for_files() -> Flask:
    """A stand-in for the app when its settings are missing: it has the commands that work on files."""
    app = Flask("salonpool")
    for command in (solve, check):
        app.cli.add_command(command)
    return app


def one_line(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what the rules or the settings refuse into exit 2 and one line on stderr."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (Refusal, ConfigError, InvalidProblem) as refusal:
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
    click.echo(outbox.send_due(clock.now(), clock.system_now(), gateway, backoff_scale=scale))


@click.command
@click.option("--json", "as_json", is_flag=True, required=True, help="the one form there is")
@one_line
def dump(as_json: bool) -> None:
    """Everything an outside auditor needs, as JSON; it holds phone numbers and texts."""
    dump_queries.write(sys.stdout.buffer, clock.now())


@click.command
@click.option("--reset", is_flag=True, help="forget what happened and start over")
@click.option("--if-empty", is_flag=True, help="do nothing when the network is there")
@click.option("--json-out", type=click.File("w", encoding="utf-8"), help="write ids, links and tokens")
@one_line
def demo(reset: bool, if_empty: bool, json_out: TextIO | None) -> None:
    """The living example network, only with DEMO=1; a database with another network is left alone."""
    texting = _extension("texting")
    if not texting.demo:
        raise Refusal("demo_off", remedy="DEMO=1")
    state = demo_network.find_state()
    if reset or state != "whole":
        click.echo(demo_network.build(texting))
    elif not if_empty and json_out is None:
        raise Refusal("demo_is_there", remedy="--reset")
    if json_out is not None:
        json.dump(demo_handout.write_out(clock.now(), texting), json_out, ensure_ascii=False, indent=2)


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


@click.command
@click.option("--network", "slug", help="which network; every one when left out")
@click.option("--dry-run", is_flag=True, help="say what would be done, and do nothing")
@click.option("--time-limit", default=planning.TIME_LIMIT_SECONDS, show_default=True, type=SECONDS)
@one_line
def plan(slug: str | None, dry_run: bool, time_limit: float) -> None:
    """One planning run now; prints who works, who is asked, what stays open and why. Exit 1: no plan."""
    planned = True
    for network in networks.list_networks(slug):
        report = planning.run_now(
            network.id,
            clock.now(),
            clock.system_now(),
            _extension("texting"),
            dry_run=dry_run,
            time_limit_seconds=time_limit,
        )
        planned = planned and report.roster_status is not None
        click.echo(f"{network.slug} " + "\n".join(plan_report.lines(report, network.zone)))
    raise SystemExit(0 if planned else 1)


@click.command
@click.argument("problem")
@click.option("--out", required=True, help="where the roster goes")
@click.option("--time-limit", default=60.0, show_default=True, type=SECONDS)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="1: search after proof; more: two threads, one searches while the other proves",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1))
@one_line
def solve(problem: str, out: str, time_limit: float, workers: int, seed: int) -> None:
    """Plan the problem of a file, with no database: PROBLEM.json in, the roster out."""
    roster = files.solve_file(problem, out, time_limit=time_limit, workers=workers, seed=seed)
    counts = f"{len(roster.assignments)} assigned, {len(roster.unfilled)} unfilled"
    click.echo(f"{roster.status} in {roster.seconds:.1f} s, {counts}")
    click.echo(plan_report.objective(roster.levels))


@click.command
@click.argument("problem")
@click.argument("roster")
@one_line
def check(problem: str, roster: str) -> None:
    """The referee: exit 1 and the broken rules when the roster breaks any of the problem's."""
    broken = files.check_files(problem, roster)
    for violation in broken:
        where = " ".join(part for part in (violation.shift, violation.stylist) if part)
        click.echo(f"{violation.rule}: {where + ': ' if where else ''}{violation.message}")
    raise SystemExit(1 if broken else 0)


def _config() -> Config:
    config: Config = current_app.config["SALONPOOL"]
    return config


def _extension(name: str) -> Any:
    return current_app.extensions[f"salonpool.{name}"]
