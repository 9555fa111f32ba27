"""Proves that a webhook call comes from the provider: Twilio's documented request signature."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, urlsplit

Params = Mapping[str, str | Iterable[str]]


def valid_signature(auth_token: str, url: str, params: Params, signature: str) -> bool:
    """Is `signature` (X-Twilio-Signature) right for a POST of `params` to `url`?

    `url` is the one the provider called: PUBLIC_URL plus path and query, not what a proxy made of it.
    A parameter sent several times has a list of values. Without a token or a signature: False.
    """
    if not auth_token or not signature:
        return False
    given = signature.encode()
    expected = [sign(auth_token, form, params).encode() for form in _port_forms(url)]
    return any(hmac.compare_digest(each, given) for each in expected)


def sign(auth_token: str, url: str, params: Params) -> str:
    """The signature: base64 of HMAC-SHA1 over the URL and each parameter's name and value, sorted by name."""
    signed = url
    for key in sorted(params):
        value = params[key]
        values = [value] if isinstance(value, str) else sorted(set(value))
        signed += "".join(key + each for each in values)
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _port_forms(url: str) -> list[str]:
    """The URL without and with its port: the provider signs either, depending on the scheme.

    A host in capitals is the same host, and may be signed in small letters.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return [url]
    host = parts.netloc.removesuffix(f":{parts.port}") if parts.port else parts.netloc
    hosts = dict.fromkeys([host, host.lower()])
    return [_with_netloc(parts, netloc) for each in hosts for netloc in (each, f"{each}:{port}")]


def _with_netloc(parts: SplitResult, netloc: str) -> str:
    return parts._replace(netloc=netloc).geturl()
