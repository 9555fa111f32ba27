"""Settings, read from the environment once; the app refuses to start on a missing secret."""

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from phonenumbers import SUPPORTED_REGIONS
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from salonpool.domain import text_price
from salonpool.domain.text_price import TextPrice

ROOT = Path(__file__).parent
DRIVERS = frozenset({"sqlite", "sqlite+pysqlite", "postgresql+psycopg"})
IN_MEMORY = frozenset({None, "", ":memory:"})  # web and clock would each have one of their own
LEAST_UCS2, MOST_UCS2 = 20, 70  # 70: one segment of 3GPP TS 23.038
LINK_SCHEMES = {"": "", "http": "http://", "https": "https://"}
LEAST_PLANNER_MEMORY_MB = 256  # what its libraries need before it plans anything is half of that
DATABASE_EXAMPLES = "sqlite:////srv/salonpool.sqlite or postgresql://salonpool@127.0.0.1/salonpool"


class ConfigError(ValueError):
    """A setting is missing or wrong; the message names it and gives an example."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Every setting of the app. Times in seconds. Tests build one by hand."""

    database_url: str
    secret_key: str
    public_url: str
    sms_link_host: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_from: str = ""
    twilio_api_base: str = ""
    sms_two_way: bool = True
    sms_max_ucs2: int = MOST_UCS2
    sms_links: bool = True
    sms_link_scheme: str = ""
    sms_tail_prefix: bool = False
    sms_price: TextPrice | None = None
    sms_countries: frozenset[str] = frozenset()
    limits_scale: float = 1.0
    trusted_proxy_hops: int = 0
    backoff_scale: float = 1.0
    clock_tick_seconds: float = 1.0
    planner_memory_mb: int = 1024
    metrics_token: str = ""
    demo: bool = False
    testing: bool = False

    @property
    def link_host(self) -> str:
        """Host written in texts; short, because a link shares one SMS with the words."""
        return self.sms_link_host or urlsplit(self.public_url).netloc

    @classmethod
    def from_env(cls) -> "Config":
        """Read the environment variables of docs/operating.md. Raises ConfigError."""
        demo = _flag("DEMO", default=False)
        port = _number("PORT", 8000)
        return cls(
            database_url=_database_url(),
            secret_key=os.environ.get("SECRET_KEY") or _demo_secret(demo),
            public_url=_public_url(demo, int(port)),
            sms_link_host=_link_host(),
            twilio_account_sid=os.environ.get("TWILIO_ACCOUNT_SID", ""),
            twilio_auth_token=os.environ.get("TWILIO_AUTH_TOKEN", ""),
            twilio_messaging_service_sid=os.environ.get("TWILIO_MESSAGING_SERVICE_SID", ""),
            twilio_from=os.environ.get("TWILIO_FROM", ""),
            twilio_api_base=os.environ.get("TWILIO_API_BASE", ""),
            sms_two_way=_flag("SMS_TWO_WAY", default=True),
            sms_max_ucs2=_max_ucs2(),
            sms_links=_links(),
            sms_link_scheme=_link_scheme(),
            sms_tail_prefix=_tail_prefix(),
            sms_price=_price(),
            sms_countries=_countries(),
            # In the demo everybody comes from this machine, which is one address.
            limits_scale=_number("LIMITS_SCALE", 100.0 if demo else 1.0),
            trusted_proxy_hops=int(_number("TRUSTED_PROXY_HOPS", 0)),
            backoff_scale=_number("BACKOFF_SCALE", 1.0),
            clock_tick_seconds=_number("CLOCK_TICK_SECONDS", 1.0),
            planner_memory_mb=_planner_memory_mb(),
            metrics_token=os.environ.get("METRICS_TOKEN", ""),
            demo=demo,
        )


def _database_url() -> str:
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{ROOT / 'instance' / 'salonpool.sqlite'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        parsed = None
    in_memory = url.startswith("sqlite") and parsed is not None and parsed.database in IN_MEMORY
    if parsed is None or parsed.drivername not in DRIVERS or in_memory:
        raise ConfigError(f"DATABASE_URL: give {DATABASE_EXAMPLES}")
    return url


def _public_url(demo: bool, port: int) -> str:
    url = os.environ.get("PUBLIC_URL", "").rstrip("/")
    if not url and demo:
        return f"http://127.0.0.1:{port}"
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ConfigError("PUBLIC_URL: give the address people open, for example https://book.example")
    before, at, host = parts.netloc.rpartition("@")
    # Who calls a webhook signs the address in small letters, however it was typed.
    return urlunsplit(parts._replace(netloc=before + at + host.lower()))


def _link_host() -> str:
    host = os.environ.get("SMS_LINK_HOST", "")
    if host and urlsplit(f"//{host}").netloc != host:
        raise ConfigError(f"SMS_LINK_HOST: give a host without scheme, for example s.example, not {host!r}")
    return host.lower()


def _link_scheme() -> str:
    given = os.environ.get("SMS_LINK_SCHEME", "").removesuffix("://")
    if given not in LINK_SCHEMES:
        raise ConfigError(f"SMS_LINK_SCHEME: give https, or nothing for bare links, not {given!r}")
    return LINK_SCHEMES[given]


def _links() -> bool:
    links = _flag("SMS_LINKS", default=True)
    if not links and not _flag("SMS_TWO_WAY", default=True):
        raise ConfigError("SMS_LINKS: give 1 where SMS_TWO_WAY is 0, as people answer by reply or by link")
    return links


def _max_ucs2() -> int:
    given = int(_number("SMS_MAX_UCS2", MOST_UCS2))
    if not LEAST_UCS2 <= given <= MOST_UCS2:
        raise ConfigError(f"SMS_MAX_UCS2: give {LEAST_UCS2} to {MOST_UCS2}, for example 65")
    return given


def _tail_prefix() -> bool:
    wanted = _flag("SMS_TAIL_PREFIX", default=False)
    if wanted and _max_ucs2() < MOST_UCS2:
        raise ConfigError(f"SMS_TAIL_PREFIX: give 0 where SMS_MAX_UCS2 is under {MOST_UCS2}: no room is left")
    return wanted


def _price() -> TextPrice | None:
    stated = os.environ.get("SMS_PRICE", "")
    try:
        return text_price.parse(stated) if stated else None
    except ValueError as error:
        raise ConfigError(f"SMS_PRICE: {error}, not {stated!r}") from None


def _demo_secret(demo: bool) -> str:
    """The demo keeps a random key in instance/, so that web and jobs derive the same links."""
    if not demo:
        raise ConfigError("SECRET_KEY: give a long random text, for example from: openssl rand -hex 32")
    path = ROOT / "instance" / "demo-secret"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        # link() refuses to overwrite: of two processes starting at once, one key wins for both.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()


def _countries() -> frozenset[str]:
    given = [code for code in os.environ.get("SMS_COUNTRIES", "").replace(" ", "").split(",") if code]
    for code in given:
        if code not in SUPPORTED_REGIONS:
            raise ConfigError(f"SMS_COUNTRIES: give ISO 3166 codes, for example JP,HK, not {code!r}")
    return frozenset(given)


def _planner_memory_mb() -> int:
    given = int(_number("PLANNER_MEMORY_MB", 1024))
    if given < LEAST_PLANNER_MEMORY_MB:
        raise ConfigError(f"PLANNER_MEMORY_MB: give {LEAST_PLANNER_MEMORY_MB} or more, for example 1024")
    return given


def _flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "")
    if value not in {"", "0", "1"}:
        raise ConfigError(f"{name}: give 1 or 0, not {value!r}")
    return default if value == "" else value == "1"


def _number(name: str, default: float) -> float:
    value = os.environ.get(name) or str(default)
    try:
        number = float(value)
    except ValueError:
        raise ConfigError(f"{name}: give a number, for example {default:g}, not {value!r}") from None
    if not 0 <= number < float("inf"):
        raise ConfigError(f"{name}: give a number of 0 or more, for example {default:g}")
    return number
