"""init, token, send-messages, doctor, and who carries the texts."""

import pytest
import sqlalchemy as sa

from config import Config, ConfigError
from salonpool import clock
from salonpool.app import create_app
from salonpool.database import db, transaction
from salonpool.messaging.capabilities import DEFAULT
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.messaging.twilio_gateway import TwilioGateway
from salonpool.models import Account, Message, Network
from salonpool.queries import access
from salonpool.usecases.texts import messages
from tests.builders import a_network, an_account
from tests.databases import config_for
from tests.twilio_stand_in import ACCOUNT_SID, AUTH_TOKEN, StandIn

KEYS = {"twilio_account_sid": "AC1", "twilio_auth_token": "token", "twilio_from": "+15005550006"}


@pytest.fixture
def command(app):
    """Runs a command; gives exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        result = app.test_cli_runner().invoke(args=list(words))
        db.session.rollback()
        return result.exit_code, result.stdout, result.stderr

    return run


def test_init_makes_a_network_and_prints_a_link(command):
    code, out, err = command("init", "--network", "yuanshan", "--office", "0912 345 678")
    assert (code, err) == (0, "")
    assert out.startswith("http://salon.test/in/")
    assert db.session.scalar(sa.select(Network.slug)) == "yuanshan"
    assert db.session.scalar(sa.select(Account.phone)) == "+886912345678"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("init", "--network", "Yuan Shan", "--office", "0912 345 678"), "network"),
        (("init", "--network", "yuanshan", "--office", "call me"), "office"),
        (("init", "--network", "yuanshan", "--office", "0912 345 678", "--zone", "EST"), "zone"),
        (("token", "nobody"), "ACCOUNT"),
        (("token", "99"), "ACCOUNT"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(command, words, named):
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert err.startswith(named)
    assert err.count("\n") == 1


def test_token_prints_a_bearer_token_that_opens_the_account(command):
    account_id = an_account(a_network(), phone="+886912345678")
    for typed in (str(account_id), "0912 345 678"):
        code, out, _ = command("token", typed)
        found = access.find_account_by_bearer(out.strip())
        assert code == 0
        assert found is not None
        assert found.id == account_id


def test_send_messages_sends_what_is_due(command):
    network_id = a_network()
    with transaction() as session:
        messages.enqueue(
            session, network_id=network_id, event_id="sign_in:1", text_id="S1", to="+886912000001",
            language="en", values={"u": "s.example/in/1"}, within=DEFAULT, now=clock.now(),
        )  # fmt: skip
    code, out, _ = command("send-messages")
    assert (code, out.split(",")[0]) == (0, "sent 1")
    assert db.session.scalar(sa.select(Message.status)) == "sent"


def test_doctor_is_content_with_a_sound_installation(command):
    code, out, _ = command("doctor")
    assert code == 0
    assert out.endswith("all well\n")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "links start with book.example\n"),
        ({"sms_link_scheme": "https://"}, "links start with https://book.example\n"),
        ({"sms_links": False}, "SimulatorGateway, no links\n"),
    ],
)
def test_doctor_says_how_links_look_in_texts(changes, said):
    _, out, _ = _run_on(ABSENT, "doctor", public_url="https://book.example", **changes)
    assert said in out


def test_doctor_says_what_is_wrong_and_what_to_do(command):
    with transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    code, out, _ = command("doctor")
    assert code == 1
    assert "flask db upgrade" in out


ABSENT = "sqlite:////nowhere/salonpool.sqlite"
REFUSED = "postgresql+psycopg://127.0.0.1:1/salonpool"


def _run_on(url: str, *words: str, **settings: object) -> tuple[int, str, str]:
    app = create_app(config_for(url, **settings))
    with app.app_context():
        result = app.test_cli_runner().invoke(args=list(words))
        db.engine.dispose()
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("plan",),
        ("send-messages",),
        ("token", "1"),
        ("dump", "--json"),
        ("init", "--network", "yuanshan", "--office", "0912 345 678"),
        ("db", "upgrade"),
    ],
)
@pytest.mark.parametrize(("url", "why"), [(ABSENT, "unable to open"), (REFUSED, "connection")])
def test_without_a_database_a_command_says_so_in_one_line(words, url, why):
    code, out, err = _run_on(url, *words)
    assert (code, out) == (2, "")
    assert err.startswith("database: ")
    assert why in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("demo", [False, True])
def test_without_tables_a_command_says_so_in_one_line(demo, tmp_path):
    code, out, err = _run_on(f"sqlite:///{tmp_path}/empty.sqlite", "plan", demo=demo)
    assert (code, out) == (2, "")
    assert err.startswith("database: no such table")
    assert err.count("\n") == 1


@pytest.mark.parametrize("url", [ABSENT, REFUSED])
def test_doctor_finds_that_there_is_no_database(url):
    code, out, err = _run_on(url, "doctor", demo=True)
    assert (code, err) == (1, "")
    assert "the database cannot be used: " in out
    assert "DATABASE_URL" in out
    assert out.endswith("1 found\n")


REAL = {**KEYS, "testing": False, "public_url": "http://book.example"}


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [({}, True), ({"twilio_api_base": "http://127.0.0.1:1"}, False), ({"demo": True}, False)],
)
def test_doctor_and_the_clock_say_when_real_texts_cannot_get_through(changes, is_found, monkeypatch, caplog):
    monkeypatch.setattr("salonpool.jobs.lanes.run", lambda *_: None)
    monkeypatch.setattr("salonpool.logs.set_up", lambda: None)
    monkeypatch.setattr(TwilioGateway, "check", lambda _: None)
    _, out, _ = _run_on(ABSENT, "doctor", **{**REAL, **changes})
    _run_on(ABSENT, "jobs", **{**REAL, **changes})
    assert ("set PUBLIC_URL to https" in out) is is_found
    assert [record.alert for record in caplog.records if hasattr(record, "alert")] == [
        "texts_set_up"
    ] * is_found


def test_doctor_asks_the_provider_whether_our_keys_are_good():
    with StandIn() as twilio:
        keys = {
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_from": "+15005550006",
            "twilio_api_base": twilio.base,
        }
        for token, said in ((AUTH_TOKEN, ""), ("another", "refuses our keys: credentials")):
            _, out, _ = _run_on(ABSENT, "doctor", twilio_auth_token=token, **keys)
            assert ("refuses our keys" in out) is bool(said)
            assert said in out
    _, out, _ = _run_on(ABSENT, "doctor", twilio_auth_token=AUTH_TOKEN, **keys)
    assert "the provider of texts does not answer" in out


@pytest.mark.parametrize("demo", [False, True])
def test_doctor_finds_that_there_are_no_tables(demo, tmp_path):
    code, out, err = _run_on(f"sqlite:///{tmp_path}/empty.sqlite", "doctor", demo=demo)
    assert (code, err) == (1, "")
    assert "run: flask db upgrade" in out


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://salon/pool",
        "postgresql://127.0.0.1:port/x",
        "postgresql+asyncpg://x/y",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_an_address_that_is_no_database_we_know_is_refused_by_name(url, monkeypatch):
    for name, value in {"DEMO": "0", "SECRET_KEY": "k", "PUBLIC_URL": "http://salon.test"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ConfigError, match="DATABASE_URL: "):
        Config.from_env()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("solve", "a.json", "--out", "b.json", "--time-limit", "nan"), "--time-limit"),
        (("plan", "--time-limit", "nan"), "--time-limit"),
        (("plan", "--time-limit", "-1"), "--time-limit"),
        (("plan", "--time-limit", "inf"), "--time-limit"),
        (("solve", "a.json"), "--out"),
        (("check", "a.json"), "ROSTER"),
        (("init", "--network", "yuanshan", "--sea"), "--sea"),
    ],
)
def test_words_a_command_cannot_read_are_one_line_that_names_them(words, named):
    code, out, err = _run_on(ABSENT, *words)
    assert (code, out) == (2, "")
    assert named in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("settings", "gateway"),
    [
        ({"testing": False}, SimulatorGateway),
        ({"testing": False, **KEYS}, TwilioGateway),
        ({"testing": True, **KEYS}, SimulatorGateway),
        ({"testing": False, "demo": True, **KEYS}, SimulatorGateway),
        ({"testing": True, **KEYS, "twilio_api_base": "http://127.0.0.1:1"}, TwilioGateway),
        (
            {"demo": True, "twilio_auth_token": "token", "twilio_api_base": "http://127.0.0.1:1"},
            TwilioGateway,
        ),
        ({"twilio_api_base": "http://127.0.0.1:1"}, SimulatorGateway),
    ],
)
def test_texts_leave_the_machine_only_with_credentials_and_never_by_accident(settings, gateway, tmp_path):
    app = create_app(config_for(f"sqlite:///{tmp_path}/none.sqlite", **settings))
    assert type(app.extensions["salonpool.gateway"]()) is gateway


def test_credentials_without_a_sender_are_refused(tmp_path):
    app = create_app(
        config_for(f"sqlite:///{tmp_path}/none.sqlite", testing=False, **{**KEYS, "twilio_from": ""})
    )
    with pytest.raises(ConfigError, match="TWILIO_FROM"):
        app.extensions["salonpool.gateway"]()
