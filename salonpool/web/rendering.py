"""How templates are rendered: a page has hundreds of words and macros, so each must be cheap."""

from typing import Any

from flask import Flask, g
from flask.templating import Environment
from flask_babel import get_translations


class SettledEnvironment(Environment):
    """Its globals are settled once a template is loaded: every import inside a template compares them."""

    def make_globals(self, d: Any) -> dict[str, Any]:
        """A plain dict instead of a chain of two; so globals are added before the first page, not later."""
        return {**self.globals, **(d or {})}


def init_app(app: Flask) -> None:
    """To be called before anything touches the app's templates."""
    app.jinja_environment = SettledEnvironment


def install_words(app: Flask) -> None:
    """Let pages find their words in the reader's catalogue; Flask-Babel would look for it at every word."""
    environment = app.jinja_env
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja2.ext.i18n
        lambda word: _catalogue().ugettext(word),
        lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    environment.globals["_"] = environment.globals["gettext"]


def _catalogue() -> Any:
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue
