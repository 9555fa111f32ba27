"""The commands; each calls one use case. Bad input: exit 2 and one line, never a traceback."""

import json
import logging
import math
import sys
from typing import Any, TextIO

import click
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from config import Config, ConfigError
from salonpool import clock, logs
from salonpool.demo import handout as demo_handout
from salonpool.demo import network as demo_network
from salonpool.domain.labour.packs import list_codes
from salonpool.domain.refusal import Missing, Refusal
from salonpool.messaging.gateway import Gateway, GatewayUnavailable
from salonpool.queries import accounts as account_queries
from salonpool.queries import doctor as doctor_queries
from salonpool.queries import dump as dump_queries
from salonpool.queries import labour as labour_queries
from salonpool.queries import networks, text_checks
from salonpool.queries.health import in_short
from salonpool.queries.text_checks import Finding
from salonpool.solver import files
from salonpool.solver.problem import Problem
from salonpool.solver.reading import InvalidProblem
from salonpool.solver.roster import Roster
from salonpool.usecases import accounts
from salonpool.usecases.planning import plan_process, plan_report, planning, stored_runs
from salonpool.usecases.planning.plan_process import NoAnswer
from salonpool.usecases.planning.stored_runs import StoredRun
from salonpool.usecases.salons import labour_rules as choosing
from salonpool.usecases.texts import lookups, outbox, switch

log = logging.getLogger(__name__)

# These work on files alone: with no database and no settings.
ON_FILES = ("solve", "check")


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in (
        init,
        token,
        jobs,
        send_messages,
        texts,
        labour_rules,
        dump,
        demo,
        doctor,
        plan,
        solve,
        check,
    ):
        app.cli.add_command(command)


def is_on_files(words: list[str]) -> bool:
    """Does the command typed work on files alone?"""
    from_database = any(word.partition("=")[0] == "--run" for word in words)
    return not from_database and bool(set(ON_FILES).intersection(words))


def app_for_files() -> Flask:
    """A stand-in for the app when its settings are missing: it has the commands that work on files."""
    app = Flask("salonpool")
    for command in (solve, check):
        app.cli.add_command(command)
    return app


class OneLine(click.Command):
    """A command that says on one line of stderr what the rules, the settings, the database or its own words
    refuse, with exit 2."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the words typed after the command."""
        try:
            return super().make_context(*args, **kwargs)
        except click.ClickException as error:
            raise _refused(error.format_message()) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        try:
            return super().invoke(ctx)
        except (Refusal, ConfigError, InvalidProblem) as refusal:
            raise _refused(str(refusal)) from None
        except click.ClickException as error:  # a file opened late
            raise _refused(error.format_message()) from None
        except SQLAlchemyError as error:
            raise _refused(f"database: {in_short(error)}; flask doctor says what to do") from None
        except MemoryError:
            raise _refused("out of memory") from None


class Seconds(click.FloatRange):
    """A number of seconds; nan lies in no range, although click compares as if it did."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number. Raises click.BadParameter."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


SECONDS = Seconds(min=0, max=86_400)


def _refused(why: str) -> SystemExit:
    click.echo(" ".join(why.split()), err=True)
    return SystemExit(2)


@click.command(cls=OneLine)
@click.option("--network", "slug", required=True, help="short name for addresses, for example yuanshan")
@click.option("--office", "office_phone", required=True, help="mobile number of the office")
@click.option("--name", help="the network's name as people read it")
@click.option("--zone", default="Asia/Taipei", show_default=True, help="IANA time zone")
@click.option("--region", default="TW", show_default=True, help="country of numbers and labour law")
@click.option("--currency", default="TWD", show_default=True, help="ISO 4217 code")
@click.option("--language", default="zh-Hant", show_default=True, help="zh-Hant, en or zh-Hans")
def init(**given: str | None) -> None:
    """Make a network and its office account; prints a one-time sign-in link."""
    link = accounts.init_network(now=clock.now(), texting=_extension("texting"), **given)  # type: ignore[arg-type]
    click.echo(link)


@click.command(cls=OneLine)
@click.argument("account")
def token(account: str) -> None:
    """Print a new bearer token for the API. ACCOUNT is an id or a phone number."""
    try:
        account_id = account_queries.get_account_id(account, demo=_config().demo)
    except Missing:
        raise Refusal("no_such_account", field="ACCOUNT") from None
    click.echo(accounts.issue_token(account_id, clock.now()))


@click.command(cls=OneLine)
def jobs() -> None:
    """The clock: sends texts, plans, sweeps. Of several processes one ticks, the others stand by."""
    from salonpool.jobs import lanes  # here, so that web workers do without the scheduler

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    _extension("gateway")()  # wrong settings stop us now, not at the first text
    logs.set_up()
    for finding in _check_texts():
        log.warning("%s -> %s", finding.what, finding.remedy, extra={"alert": "texts_set_up"})
    lanes.run(app, _config().clock_tick_seconds)


@click.command("send-messages", cls=OneLine)
def send_messages() -> None:
    """One pass of the outbox, after one over the texts of unknown outcome."""
    now, system_now, gateway = clock.now(), clock.system_now(), _extension("gateway")()
    scale = _config().backoff_scale
    looked_up = lookups.settle_unknown(now, system_now, gateway, backoff_scale=scale)
    click.echo(looked_up + outbox.send_due(now, system_now, gateway, backoff_scale=scale))


@click.command(cls=OneLine)
@click.argument("state", required=False, type=click.Choice(["on", "off"]))
def texts(state: str | None) -> None:
    """Stop all texts at once, or let them leave again; says which it is."""
    if state is not None:
        switch.turn_texts(on=state == "on")
    click.echo("texts are off" if switch.are_texts_off() else "texts are on")


@click.command("labour-rules", cls=OneLine)
@click.option("--network", "slug", required=True, help="which network")
@click.argument("pack", required=False)
def labour_rules(slug: str, pack: str | None) -> None:
    """Say which labour rules a network has, or choose a PACK for all its salons without one of their own."""
    network = networks.list_networks(slug)[0]
    if pack is not None:
        choosing.choose_for_network(network_id=network.id, pack=pack, actor="command", now=clock.now())
    found = labour_queries.get_network_choice(network.id)
    known = ", ".join(list_codes(found.region)) or f"no pack of the region {found.region}"
    click.echo(f"{found.holds or 'none'} (of: {known})")


@click.command(cls=OneLine)
@click.option("--json", "as_json", is_flag=True, required=True, help="the one form there is")
def dump(as_json: bool) -> None:
    """Everything an outside auditor needs, as JSON; it holds phone numbers and texts."""
    dump_queries.write(sys.stdout.buffer, clock.now())


@click.command(cls=OneLine)
@click.option("--reset", is_flag=True, help="forget what happened and start over")
@click.option("--if-empty", is_flag=True, help="do nothing when the network is there")
@click.option("--json-out", type=click.File("w", encoding="utf-8"), help="write ids, links and tokens")
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


@click.command(cls=OneLine)
def doctor() -> None:
    """Check the set-up and what must always be true; exit 1 and what to do when something is wrong."""
    config = _config()
    links = f"links start with {config.sms_link_scheme}{config.link_host}" if config.sms_links else "no links"
    click.echo(f"texts: {type(_extension('gateway')()).__name__}, {links}")
    if config.twilio_auth_token:
        click.echo(f"Twilio must call {config.public_url}/sms/twilio/inbound")
    found = doctor_queries.check_database()
    if not found:
        found = doctor_queries.list_findings(clock.now(), clock.system_now(), config.limits_scale)
        found += doctor_queries.check_proxy(config.public_url, config.trusted_proxy_hops, clock.now())
        found += text_checks.check_webhooks(config.public_url, clock.now())
    found += [*_check_texts(), *_ask_provider(_extension("gateway")())]
    for finding in found:
        click.echo(f"{finding.what} -> {finding.remedy}")
    click.echo(f"{len(found)} found" if found else "all well")
    raise SystemExit(1 if found else 0)


@click.command(cls=OneLine)
@click.option("--network", "slug", help="which network; every one when left out")
@click.option("--dry-run", is_flag=True, help="say what would be done, and do nothing")
@click.option("--time-limit", default=planning.TIME_LIMIT_SECONDS, show_default=True, type=SECONDS)
@click.option("--export", type=(int, str), metavar="RUN PROBLEM.json", help="only write what a run was given")
def plan(slug: str | None, dry_run: bool, time_limit: float, export: tuple[int, str] | None) -> None:
    """One planning run now; prints who works, who is asked, what stays open and why. Exit 1: no plan."""
    if export is not None:
        stored = stored_runs.get_stored_run(export[0])
        files.write_problem(export[1], stored.problem)
        click.echo(f"{stored.digest} {export[1]}")
        return
    planned = True
    for network in networks.list_networks(slug):
        report = planning.run_now(
            network.id,
            clock.now(),
            clock.system_now(),
            _extension("texting"),
            dry_run=dry_run,
            time_limit_seconds=time_limit,
            memory_mb=_config().planner_memory_mb,
        )
        planned = planned and report.roster_status is not None
        click.echo(f"{network.slug} " + "\n".join(plan_report.lines(report, network.zone)))
    raise SystemExit(0 if planned else 1)


@click.command(cls=OneLine)
@click.argument("problem", required=False)
@click.option("--run", "run_id", type=int, help="solve what this run was given, as it did, and compare")
@click.option("--weights", type=int, help="with --run: under this version of its network's weights")
@click.option("--out", help="where the roster goes; needed with PROBLEM")
@click.option("--time-limit", default=60.0, show_default=True, type=SECONDS)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="1: search after proof; more: two threads, one searches while the other proves",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1))
@click.option(
    "--memory",
    "memory_mb",
    type=click.IntRange(1),
    envvar="PLANNER_MEMORY_MB",
    help="MB the planner may take; PLANNER_MEMORY_MB when left out",
)
@click.option("--quiet", is_flag=True, help="draw no progress on stderr")
def solve(
    problem: str | None, run_id: int | None, weights: int | None, out: str | None, quiet: bool, **effort: Any
) -> None:
    """Plan the problem of a file, with no database: PROBLEM.json in, the roster out. Or make a --run again.

    Exit 1: a run made again came to other levels. Exit 2: no roster, or bad input.
    """
    if (problem is None) == (run_id is None) or (
        problem is not None and (out is None or weights is not None)
    ):
        raise click.UsageError("give PROBLEM.json and --out ROSTER.json, or --run ID")
    stored = _stored(run_id, weights) if run_id is not None else None
    if stored is not None:
        effort |= {"time_limit": stored.time_limit_seconds, "workers": stored.workers, "seed": stored.seed}
    given = stored.problem if stored is not None else files.read_problem(problem or "")
    roster = _solved(given, quiet, **effort)
    if out is not None:
        files.write_roster(out, roster)
    counts = f"{len(roster.assignments)} assigned, {len(roster.unfilled)} unfilled"
    click.echo(f"{roster.status} in {roster.seconds:.1f} s, {counts}")
    click.echo(plan_report.objective(roster.levels))
    if stored is not None:
        raise SystemExit(_compare(stored, roster, is_other=weights is not None))


def _solved(
    problem: Problem, quiet: bool, *, time_limit: float, workers: int, seed: int, memory_mb: int | None
) -> Roster:
    """In a process of its own: whatever becomes of it, there is a roster or one line."""
    line = None if quiet else plan_report.ProgressLine(sys.stderr)
    answer = plan_process.solve(
        problem, time_limit_seconds=time_limit, workers=workers, seed=seed, memory_mb=memory_mb, rank=False,
        threads=False, on_progress=line,
    )  # fmt: skip
    if line is not None:
        line.clear()
    if isinstance(answer, NoAnswer):
        raise _refused(f"no roster: {answer.reason}")
    if answer.cut_short:
        click.echo(f"only a quick plan: {answer.cut_short}", err=True)
    return answer.roster


def _stored(run_id: int, weights: int | None) -> StoredRun:
    stored = stored_runs.get_stored_run(run_id)
    return stored if weights is None else stored_runs.under_weights(stored, weights)


def _compare(stored: StoredRun, roster: Roster, *, is_other: bool) -> int:
    for words in plan_report.comparison(stored, roster, stored_runs.solver_version()):
        click.echo(words)
    return 0 if is_other or stored.levels in (None, tuple(dict(level) for level in roster.levels)) else 1


@click.command(cls=OneLine)
@click.argument("problem")
@click.argument("roster")
def check(problem: str, roster: str) -> None:
    """The referee: exit 1 and the broken rules when the roster breaks any of the problem's."""
    broken = files.check_files(problem, roster)
    for violation in broken:
        where = " ".join(part for part in (violation.shift, violation.stylist) if part)
        click.echo(f"{violation.rule}: {where + ': ' if where else ''}{violation.message}")
    raise SystemExit(1 if broken else 0)


def _check_texts() -> list[Finding]:
    """What keeps real texts and their answers from getting through."""
    config = _config()
    is_real = config.twilio_auth_token and not (config.twilio_api_base or config.demo or config.testing)
    return text_checks.check_set_up(config.public_url, config.link_host) if is_real else []


def _ask_provider(gateway: Gateway) -> list[Finding]:
    """Would it take a text now? Nothing is sent."""
    try:
        refused = gateway.check()
    except GatewayUnavailable as silent:
        return [Finding(f"the provider of texts does not answer: {silent}", "look at this machine's network")]
    if refused is None:
        return []
    why = f"{refused.code} {refused.provider_code}".strip()
    return [
        Finding(f"the provider of texts refuses our keys: {why}", "correct TWILIO_… and restart flask jobs")
    ]


def _config() -> Config:
    config: Config = current_app.config["SALONPOOL"]
    return config


def _extension(name: str) -> Any:
    return current_app.extensions[f"salonpool.{name}"]
