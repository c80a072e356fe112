"""The interface's words: complete in three languages, none mixed into another."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kazatlas.atlas.store import Atlas
from kazatlas.record.evidence import OWN_SOURCES
from kazatlas.text.catalogue import LANGUAGES, Language, fields, load_catalogue

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [
    ROOT / "app.py",
    *sorted((ROOT / "src" / "kazatlas").rglob("*.py")),
    *sorted((ROOT / "frontend" / "src").glob("*.js")),
    *(ROOT / "src/kazatlas/templates").glob("*.jinja"),
]
KINDS = "|".join(sorted({key.partition(".")[0] for key in load_catalogue("kk").texts}))
# Names and terms that are written alike in every language.
FOREIGN = (
    r"GeoJSON|GeoPackage|QGIS|CSV|Data Package|TopoJSON|Linked Places|OpenHistoricalMap|PNG|SVG|HTML|CHANGELOG|JSON|UTF-8|WGS 84|FeatureCollection|A4|"
    r"RISTAT|ODbL|OpenStreetMap|Natural Earth|GeoNames|CC BY|tile\.openstreetmap\.org|Tab|Enter|\{\w+(:\w+)?\}"
)


def test_the_three_catalogues_have_the_same_words() -> None:
    kk, ru, en = (load_catalogue(language).texts for language in LANGUAGES)
    assert list(kk) == list(ru) == list(en)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_written_twice(language: Language) -> None:
    catalogue = (ROOT / "src" / "kazatlas" / "locale" / f"{language}.po").read_text(encoding="utf-8")
    keys = re.findall(r'^msgid "(.+)"$', catalogue, re.MULTILINE)
    assert len(keys) == len(set(keys))


def test_the_same_values_are_filled_in_in_every_language() -> None:
    for key, text in load_catalogue("kk").texts.items():
        # Sentences about changes name a unit where the grammar of each language wants it; test_sentences.py reads them.
        for language in ("ru", "en") if not key.startswith("change.") else ():
            assert fields(load_catalogue(language).texts[key]) == fields(text), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_in_its_own_script(language: Language) -> None:
    foreign = "[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]" if language == "en" else "[A-Za-z]"
    for key, text in load_catalogue(language).texts.items():
        assert not re.search(foreign, re.sub(FOREIGN, "", text)), (language, key, text)


def test_russian_words_have_no_kazakh_letters() -> None:
    for key, text in load_catalogue("ru").texts.items():
        assert not re.search("[ӘәҒғҚқҢңӨөҰұҮүҺһІі]", text), key


def test_every_word_asked_for_is_there_and_every_word_there_is_asked_for() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    asked = set(re.findall(rf"""["'`]((?:{KINDS})\.[a-z0-9_-]+)["'`]""", texts))
    asked -= {name for name in asked if name.endswith((".js", ".css", ".html", ".json"))}
    # Keys put together from a value of the record are asked for by their beginning.
    begun = {key for key in asked if key.endswith("_")}
    begun |= set(re.findall(rf"""["'`]((?:{KINDS})\.[a-z0-9_-]*)(?:["'] [+~]|\$?\{{)""", texts))
    known = set(load_catalogue("kk").texts)
    assert asked - begun - {key for key in asked if key.endswith(".")} <= known
    assert {key for key in known if key not in asked and not any(key.startswith(start) for start in begun)} == set()


def test_a_missing_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        load_catalogue("kk")("no.such.word")


@pytest.mark.parametrize(
    ("language", "precision", "words"),
    [
        ("kk", "day", "1920 жылғы 26 тамыз"),
        ("ru", "day", "26 августа 1920 года"),
        ("en", "day", "26 August 1920"),
        ("kk", "month", "1920 жылғы тамыз"),
        ("ru", "month", "август 1920 года"),
        ("en", "month", "August 1920"),
        ("kk", "year", "1920 жыл"),
        ("ru", "year", "1920 год"),
        ("en", "year", "1920"),
    ],
)
def test_a_date_is_said_no_more_exactly_than_it_is_known(language: Language, precision: str, words: str) -> None:
    assert load_catalogue(language).date("1920-08-26", precision) == words


def test_numbers_are_grouped_as_the_language_does() -> None:
    assert load_catalogue("en").number(1234567.6) == "1,234,567.6"
    assert load_catalogue("ru").number(63590) == "63\u00a0590"


def test_what_we_say_ourselves_in_a_citation_is_there_in_every_language(atlas: Atlas) -> None:
    ours: set[str] = {passage["locator"] for passage in atlas.tables["article"]["passages"]}

    def gather(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("source") in (*OWN_SOURCES, "oskembaev-bodeev") and "locator" in value:
                ours.add(value["locator"])
            for inner in value.values():
                gather(inner)
        elif isinstance(value, list):
            for inner in value:
                gather(inner)

    gather(atlas.tables)
    for row in atlas.versions[["citations", "name_citations"]].to_dict("records"):
        gather(row)
    ours |= {source["title"] for id_, source in atlas.tables["sources"].items() if id_.startswith("article-note-")}
    assert len(ours) > 100
    for language in LANGUAGES:
        missing = sorted(text for text in ours if load_catalogue(language).editorial(text) is None)
        assert missing == [], "a row for each belongs into src/kazatlas/locale/citations.tsv"
        foreign = "[А-Яа-яЁёІі" + "ӘәҒғҚқҢңӨөҰұҮүҺһ]{2,}" if language == "en" else "[A-Za-z]"
        for text in ours:
            said = re.sub("«[^»]*»|“[^”]*”", "", str(load_catalogue(language).editorial(text)))
            assert not re.search(foreign, said), said


@pytest.mark.parametrize(("edtf", "told"), [("1897", "1897"), ("1890/1907", "1890–1907"), ("192X", "1920s")])
def test_years_are_told_as_one_writes_them(edtf: str, told: str) -> None:
    assert load_catalogue("en").years(edtf) == told
