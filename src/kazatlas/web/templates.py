"""Templates: the HTML of cards and pages, made by the files of `kazatlas/templates` from plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from kazatlas.text.catalogue import Catalogue, Language, load_catalogue

_BETWEEN_TAGS = re.compile(r"(?:(?<=>)|\A)\s*\n\s*(?=<|\Z)")
_IN_TEXT = re.compile(r"\s*\n\s*")


class LineBreaks(Extension):
    """Takes a template's line breaks and indentation between tags, blocks and values away, as they are for its editor.

    Jinja's own `trim_blocks` leaves the indentation, and a browser shows that as a space between two words. Within a
    text or a tag a line break becomes a space.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Yield a template's tokens, its text without the line breaks."""
        for token in stream:
            if token.type != "data":
                yield token
            elif text := _IN_TEXT.sub(" ", _BETWEEN_TAGS.sub("", token.value)):
                yield Token(token.lineno, token.type, text)


@cache
def environment(language: Language) -> Environment:
    """Return the environment of all templates in a language: each value escaped, a missing one an error.

    A template is compiled when it is first wanted; `words` are the language's texts. They are the environment's
    and no value of each page, so that the parts that templates share are made but once.
    """
    made = Environment(
        loader=PackageLoader("kazatlas"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[LineBreaks],
        auto_reload=False,
        cache_size=-1,
    )
    made.globals = {"words": load_catalogue(language)}
    return made


def render(name: str, words: Catalogue, **values: Any) -> Markup:
    """Return the HTML that a template makes of values.

    Parameters
    ----------
    name
        The template's file name without `.html.jinja`.
    words
        The texts of the reader's language, which every template has.

    Raises
    ------
    jinja2.UndefinedError
        When the template asks for a value that is not given.
    """
    # The only place where text becomes HTML: whatever the values are, the template has escaped them.
    return Markup(environment(words.language).get_template(f"{name}.html.jinja").render(values))


def as_it_is(text: str) -> Markup:
    """Return a style or script of the project for a template's `<style>` or `<script>`, whose content is not HTML."""
    return Markup(text)
