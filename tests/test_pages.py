from __future__ import annotations

from html.parser import HTMLParser

import pytest

from kazatlas.atlas.lineage import compare
from kazatlas.record.types import LANGUAGES
from kazatlas.text.catalogue import load_catalogue
from kazatlas.web import html_pages as pages
from kazatlas.web.cards import Cards


class _Texts(HTMLParser):
    """The tags that stay open, and the texts, of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.open, self.texts, self.tags = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def cards(atlas):
    return Cards(atlas)


def every_page(atlas, cards, words):
    yield pages.article_page(cards, words)
    yield pages.republic_page(cards, words)
    yield pages.units_table(cards, words, "1920-08-26", "de_jure")
    yield pages.events_table(cards, words, "de_facto")
    yield pages.sources_table(cards, words)
    yield pages.methods_page(cards, words)
    yield pages.doubts_page(cards, words)
    yield pages.quality_page(atlas, words)
    yield pages.compare_table(atlas, cards, words, "1920-08-26", "1921-12-08", "de_facto")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_well_formed_html(atlas, cards, language):
    for html in every_page(atlas, cards, load_catalogue(language)):
        parsed = _Texts(html)
        assert parsed.open == []
        assert len(" ".join(parsed.texts)) > 200


def test_the_article_page_has_each_passage_and_each_of_the_27_annotations(atlas, cards):
    html = pages.article_page(cards, load_catalogue("kk"))
    article = atlas.tables["article"]
    ids = [attrs["id"] for _, attrs in _Texts(html).tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {f"passage-{passage['id']}" for passage in article["passages"]} <= set(ids)
    assert len(article["slips"]) == 27
    assert {slip["id"] for slip in article["slips"]} <= set(ids)


def test_the_table_of_units_has_each_unit_in_force_once(atlas, cards):
    from kazatlas.atlas.store import in_force

    words = load_catalogue("en")
    for view in ("de_jure", "de_facto"):
        html = pages.units_table(cards, words, "1921-06-13", view, "area")
        rows = [attrs for tag, attrs in _Texts(html).tags if tag == "th" and attrs.get("scope") == "row"]
        assert len(rows) == len(in_force(atlas.versions, "1921-06-13", view))


def test_text_of_the_record_is_escaped(toy, built):
    hostile = '<script>alert("x")</script>'
    toy["units/uezds.yaml"]["a1-uezd"]["versions"][0]["name"]["en"] = hostile
    toy["sources.yaml"]["book"]["title"] = hostile
    atlas = built(toy)
    cards, words = Cards(atlas), load_catalogue("en")
    html = pages.units_table(cards, words, "1920-01-01", "de_jure") + pages.events_table(cards, words, "de_jure")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_comparison_lists_each_unit_that_differs(atlas, cards):
    html = pages.compare_table(atlas, cards, load_catalogue("en"), "1920-09-21", "1920-09-22", "de_jure")
    rows = [attrs for tag, attrs in _Texts(html).tags if tag == "th" and attrs.get("scope") == "row"]
    assert len(rows) == len(compare(atlas, "1920-09-21", "1920-09-22", "de_jure")) > 0
    assert "Orenburg" in html
