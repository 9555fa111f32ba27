"""What each app of a test run would make anew though it comes out the same: URL builders, compiled pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any
from unittest import mock

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

_compile_builder = Rule._compile_builder
_builders: dict[object, Callable[..., Any]] = {}


@contextmanager
def url_builders() -> Iterator[None]:
    """A rule met before gets the function it had: compiling them is half of what making an app takes."""
    with mock.patch.object(Rule, "_compile_builder", _builder):
        yield


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


class CompiledPages(BytecodeCache):
    """Templates as code, while the process lives; one that changes is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the bucket its code, if that is known."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bucket's code."""
        self._kept[bucket.key] = (bucket.checksum, bucket.code)


_pages = CompiledPages()


def compiled_pages(app: Flask) -> None:
    """Let the app, which has shown no page yet, share what the apps before it compiled."""
    app.jinja_env.bytecode_cache = _pages
