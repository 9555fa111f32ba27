"""How templates are rendered: a page has hundreds of words and macros, so each must be cheap."""

import functools
import re
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from flask import Flask, g
from flask.templating import Environment
from flask_babel import get_translations
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

NOT_AS_IT_IS = re.compile("[&<>'\"]")
PLAIN = {FunctionType, MethodType, BuiltinMethodType}


class DirectContext(Context):
    """Calls a macro, function or method at once; Jinja's own would first ask what else it may be."""

    def call(
        self, called: Any, /, *given: Any, _loop_vars: Any = None, _block_vars: Any = None, **named: Any
    ) -> Any:
        """What a call in a template gives."""
        kind = type(called)
        if kind is Macro:
            return called(self.eval_ctx, *given, **named)
        if kind in PLAIN and not hasattr(called, "jinja_pass_arg"):
            return called(*given, **named)
        return super().call(called, *given, _loop_vars=_loop_vars, _block_vars=_block_vars, **named)


def written(value: Any) -> str:
    """A value as it may stand in a page; most have nothing to escape, and finding that out is cheap."""
    kind = type(value)
    if kind is Markup or kind is str and not NOT_AS_IT_IS.search(value):
        return value
    return str(value) if kind is int else escape(value)


class BriefCode(CodeGenerator):
    """Has each value written by written(); Jinja's own makes a Markup of every one."""

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.written(")
        else:
            super()._output_child_pre(node, frame, finalize)


class SettledEnvironment(Environment):
    """Its globals are settled once a template is loaded: every import inside a template compares them."""

    code_generator_class = BriefCode
    context_class = DirectContext
    written = staticmethod(written)

    def make_globals(self, d: Any) -> dict[str, Any]:
        """A plain dict instead of a chain of two; so globals are added before the first page, not later."""
        return {**self.globals, **(d or {})}


def init_app(app: Flask) -> None:
    """To be called before anything touches the app's templates."""
    app.jinja_environment = SettledEnvironment


def install_words(app: Flask) -> None:
    """Let pages find their words in the reader's catalogue; Flask-Babel would look for it at every word."""
    app.jinja_env.globals.update(_=_in_words, gettext=_in_words, ngettext=_counted)


def _in_words(word: str, **values: Any) -> Markup:
    """A text of the page in the reader's language, its values escaped."""
    said = _said(_catalogue(), word)
    return said % values if values else said


def _counted(one: str, many: str, num: int, **values: Any) -> Markup:
    """The text for this number."""
    return Markup(_catalogue().ungettext(one, many, num)) % {"num": num, **values}


@functools.cache  # texts of templates, so there are only so many
def _said(catalogue: Any, word: str) -> Markup:
    return Markup(catalogue.ugettext(word))


def _catalogue() -> Any:
    found = kept().get("catalogue")
    if found is None:
        found = g.catalogue = get_translations()
    return found


def kept() -> dict[str, Any]:
    """All that is kept in `g`, which itself looks for the request again at every attribute."""
    return vars(g._get_current_object())
