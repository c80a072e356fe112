"""Citations in four styles: what a librarian would look for, on made sources and on the record's own."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import bibtexparser
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazatlas.atlas.store import Atlas
from kazatlas.text.catalogue import load_catalogue
from kazatlas.text.citation_styles import (
    STYLE_NAMES,
    STYLES,
    AtlasView,
    Style,
    atlas_source,
    cite,
    cite_source,
    cite_view,
)

ARTICLE = {
    "type": "article",
    "author": [{"family": "Өскембаев", "given": "Қ.С."}, {"family": "Бөдеев", "given": "Қ.Т."}],
    "title": "Кеңестік әкімшілік басқару жүйесінің мәселелері",
    "archive": "Репозиторий КарГУ",
    "language": "kk",
    "seen": "transcription",
    "note": {"kk": "к", "ru": "р", "en": "e"},
}
HANDBOOK = {
    "type": "book",
    "editor": [{"family": "Базанова", "given": "Ф.Н."}],
    "title": "Справочник по административно-территориальному делению Казахстана (1920–1936)",
    "publisher": "Архивное управление МВД Казахской ССР",
    "publisher-place": "Алма-Ата",
    "issued": {"date-parts": [[1959]]},
    "number-of-pages": "288",
    "language": "ru",
    "seen": "not-seen",
}
PAGE = {
    "type": "webpage",
    "title": "Калмыцкий уезд",
    "container-title": "interlandltd.ru",
    "URL": "https://interlandltd.ru/4b011c8b/Калмыцкий_уезд",
    "language": "ru",
    "seen": "secondary",
    "origin": "handbook",
}
ENTRY = {
    "type": "entry-encyclopedia",
    "title": "Букеевская орда",
    "container-title": "Энциклопедический словарь",
    "URL": "http://example.org/1?a=1&b=50%25#x_y",
    "language": "ru",
    "seen": "transcription",
}
PROTOCOL = {
    "type": "document",
    "title": "О границах Кирреспублики: протокол № 102",
    "container-title": "islamperspectives.org",
    "issued": {"date-parts": [[1922, 2, 23]]},
    "URL": "https://islamperspectives.org/rpi/items/show/11130",
    "language": "ru",
    "seen": "transcription",
}
MAPS = {
    "type": "dataset",
    "author": [{"family": "Kessler", "given": "G."}, {"family": "Markevich", "given": "A."}],
    "title": "Russian Empire Historical GIS Maps (1897)",
    "container-title": "RISTAT",
    "version": "I (2020)",
    "issued": {"date-parts": [[2020]]},
    "DOI": "10.34894/NQOASN",
    "URL": "https://doi.org/10.34894/NQOASN",
    "language": "en",
    "seen": "original",
}
JOURNAL = {
    "type": "article-journal",
    "author": [{"family": "Корженевский", "given": "Константин Борисович"}],
    "title": "Омская губерния: история формирования границ в 1919–1925 гг.",
    "container-title": "Научный диалог",
    "volume": "4",
    "number": "2",
    "page": "10-25",
    "issued": {"date-parts": [[2019]]},
    "seen": "secondary",
}
ARCHIVED = {
    "type": "document",
    "title": "Телеграмма КирЦИК",
    "issued": {"date-parts": [[1922, 1, 12]]},
    "archive": "ЦГА РК",
    "archive-place": "Алматы",
    "archive-location": "ф. 5, оп. 1, д. 10",
    "seen": "facsimile",
}
TABLES: dict[str, Any] = {
    "title": "Kazatlas: first Soviet borders",
    "data_version": "1.2.0",
    "license": "CC BY 4.0",
    "sources": {
        "handbook": HANDBOOK,
        "klm": PAGE,
        "inference": {"type": "document", "title": "Тұжырым", "language": "kk", "seen": "not-seen"},
    },
}


@pytest.mark.parametrize(
    ("source", "locator", "expected"),
    [
        (
            ARTICLE,
            "а-тармақ (Семей)",
            "Өскембаев, Қ. С., & Бөдеев, Қ. Т. (n.d.). Кеңестік әкімшілік басқару жүйесінің мәселелері. Репозиторий КарГУ.\n"
            "(Өскембаев & Бөдеев, n.d., а-тармақ [Семей])",
        ),
        (
            HANDBOOK,
            None,
            "Базанова, Ф. Н. (Ed.). (1959). Справочник по административно-территориальному делению Казахстана "
            "(1920–1936). Архивное управление МВД Казахской ССР.",
        ),
        (
            PAGE,
            None,
            "Калмыцкий уезд. (n.d.). interlandltd.ru. https://interlandltd.ru/4b011c8b/Калмыцкий_уезд",
        ),
        (
            ENTRY,
            "площадь",
            "Букеевская орда. (n.d.). In Энциклопедический словарь. http://example.org/1?a=1&b=50%25#x_y\n"
            "(“Букеевская орда,” n.d., площадь)",
        ),
        (
            PROTOCOL,
            "п. 5",
            "О границах Кирреспублики: протокол № 102. (1922, February 23). islamperspectives.org. "
            "https://islamperspectives.org/rpi/items/show/11130\n(“О границах Кирреспублики,” 1922, п. 5)",
        ),
        (
            MAPS,
            None,
            "Kessler, G., & Markevich, A. (2020). Russian Empire Historical GIS Maps (1897) (Version I [2020]) [Data set]. "
            "RISTAT. https://doi.org/10.34894/NQOASN",
        ),
        (
            JOURNAL,
            "с. 12",
            "Корженевский, К. Б. (2019). Омская губерния: история формирования границ в 1919–1925 гг. "
            "Научный диалог, 4(2), 10–25.\n(Корженевский, 2019, с. 12)",
        ),
        (
            ARCHIVED,
            None,
            "Телеграмма КирЦИК. (1922, January 12). ЦГА РК (ф. 5, оп. 1, д. 10), Алматы.",
        ),
    ],
    ids=["article", "editor", "page", "entry", "document", "data", "journal", "archive"],
)
def test_apa(source: dict[str, Any], locator: str | None, expected: str) -> None:
    assert cite(source, locator, "apa") == expected


@pytest.mark.parametrize(
    ("source", "locator", "expected"),
    [
        (
            ARTICLE,
            "облыстар тізімі, а-тармақ",
            "Өскембаев Қ. С., Бөдеев Қ. Т. Кеңестік әкімшілік басқару жүйесінің мәселелері // Репозиторий КарГУ. [Б. г.]. "
            "Облыстар тізімі, а-тармақ.",
        ),
        (
            HANDBOOK,
            None,
            "Справочник по административно-территориальному делению Казахстана (1920–1936) / ред. Ф. Н. Базанова. "
            "Алма-Ата : Архивное управление МВД Казахской ССР, 1959. 288 с.",
        ),
        (
            HANDBOOK,
            "с. 18",
            "Справочник по административно-территориальному делению Казахстана (1920–1936) / ред. Ф. Н. Базанова. "
            "Алма-Ата : Архивное управление МВД Казахской ССР, 1959. С. 18.",
        ),
        (
            PAGE,
            "раздел «История»",
            "Калмыцкий уезд [Электронный ресурс] // interlandltd.ru. Раздел «История». "
            "URL: https://interlandltd.ru/4b011c8b/Калмыцкий_уезд.",
        ),
        (
            PAGE | {"accessed": {"date-parts": [[2026, 11, 5]]}},
            None,
            "Калмыцкий уезд [Электронный ресурс] // interlandltd.ru. "
            "URL: https://interlandltd.ru/4b011c8b/Калмыцкий_уезд (дата обращения: 05.11.2026).",
        ),
        (
            PROTOCOL,
            "п. 5",
            "О границах Кирреспублики [Электронный ресурс] : протокол № 102, 23 февраля 1922 г. // islamperspectives.org. "
            "П. 5. URL: https://islamperspectives.org/rpi/items/show/11130.",
        ),
        (
            MAPS,
            "uezds.gpkg, уездные контуры",
            "Kessler G., Markevich A. Russian Empire Historical GIS Maps (1897) [Электронный ресурс] : набор данных // "
            "RISTAT. Версия I (2020). 2020. uezds.gpkg, уездные контуры. URL: https://doi.org/10.34894/NQOASN.",
        ),
        (
            JOURNAL,
            None,
            "Корженевский К. Б. Омская губерния : история формирования границ в 1919–1925 гг. // Научный диалог. 2019. "
            "Т. 4, № 2. С. 10–25.",
        ),
        (
            ARCHIVED,
            "л. 5 об.",
            "Телеграмма КирЦИК, 12 января 1922 г. // ЦГА РК. Ф. 5. Оп. 1. Д. 10. Л. 5 об.",
        ),
    ],
    ids=["article", "editor", "page of a book", "page", "read on", "document", "data", "journal", "archive"],
)
def test_gost(source: dict[str, Any], locator: str | None, expected: str) -> None:
    assert cite(source, locator, "gost") == expected


def test_bibtex() -> None:
    assert cite(PROTOCOL, "п. 5", "bibtex", key="pb102") == (
        "@misc{pb102,\n"
        "  title = {{О границах Кирреспублики: протокол № 102}},\n"
        "  howpublished = {islamperspectives.org},\n"
        "  year = {1922},\n"
        "  month = feb,\n"
        "  day = {23},\n"
        "  url = {https://islamperspectives.org/rpi/items/show/11130},\n"
        "  language = {russian},\n"
        "  note = {П. 5}\n"
        "}"
    )


def test_csl_json_is_the_source_and_the_place_in_it() -> None:
    (item,) = json.loads(cite(ARCHIVED, "л. 5", "csl-json", key="telegram"))
    own = {key: value for key, value in ARCHIVED.items() if key not in ("seen", "archive-location")}
    assert item == own | {"id": "telegram", "archive_location": "ф. 5, оп. 1, д. 10", "locator": "л. 5"}


@pytest.mark.parametrize(
    ("type_", "container", "kind", "field"),
    [
        ("book", None, "book", None),
        ("article-journal", "Научный диалог", "article", "journal"),
        ("article-journal", None, "misc", None),
        ("entry-encyclopedia", "Словарь", "incollection", "booktitle"),
        ("webpage", "hmong.ru", "misc", "howpublished"),
        ("dataset", "heiDATA", "misc", "howpublished"),
    ],
)
def test_a_bibtex_entry_is_of_a_kind_that_every_style_knows(
    type_: str, container: str | None, kind: str, field: str | None
) -> None:
    source = {"type": type_, "title": "Т"} | ({"container-title": container} if container else {})
    (entry,) = bibtexparser.parse_string(cite(source, None, "bibtex")).entries
    assert entry.entry_type == kind
    if field:
        assert entry.fields_dict[field].value == container


def test_four_authors_stand_behind_the_title_in_gost_and_are_all_named_in_apa() -> None:
    names = [{"family": family, "given": "Карл Петрович"} for family in ("Иванов", "Дюма", "Петров", "Ли")]
    source = {"type": "book", "title": "Очерки", "author": names, "issued": {"date-parts": [[1990], [1991]]}}
    assert cite(source, None, "gost") == "Очерки / К. П. Иванов [и др.]. 1990–1991."
    assert cite(source, "c. 1", "apa") == (
        "Иванов, К. П., Дюма, К. П., Петров, К. П., & Ли, К. П. (1990–1991). Очерки.\n(Иванов et al., 1990–1991, c. 1)"
    )
    many = source | {"author": [{"family": f"А{number}"} for number in range(21)]}
    assert "А18, ... А20. (1990" in cite(many, None, "apa")


def test_the_editor_of_a_collection_stands_with_the_collection() -> None:
    source = {
        "type": "chapter", "title": "Раздел?", "author": [{"family": "Дюма", "given": "Жан-Поль"}],
        "editor": [{"family": "Ким", "given": "А."}, {"family": "Ли", "given": "Б."}], "container-title": "История: очерки",
        "publisher-place": "М.", "publisher": "Наука", "issued": {"date-parts": [[1990]]}, "page": "10-15",
    }  # fmt: skip
    assert cite(source, None, "apa") == (
        "Дюма, Ж.-П. (1990). Раздел? In А. Ким & Б. Ли (Eds.), История: очерки (pp. 10–15). Наука."
    )
    assert cite(source, None, "gost") == (
        "Дюма Ж.-П. Раздел? // История : очерки / ред. А. Ким, Б. Ли. М. : Наука, 1990. С. 10–15."
    )


def test_what_was_not_seen_is_cited_through_what_quotes_it() -> None:
    apa = cite_source(TABLES, "handbook", "с. 5", "apa")
    assert apa.startswith("Базанова, Ф. Н. (Ed.). (1959). Справочник")
    assert "МВД Казахской ССР. As cited in Калмыцкий уезд. (n.d.). interlandltd.ru. https://" in apa
    assert apa.endswith("\n(Базанова, 1959, с. 5, as cited in “Калмыцкий уезд,” n.d.)")
    gost = cite_source(TABLES, "handbook", None, "gost")
    assert "288 с. Приводится по: Калмыцкий уезд [Электронный ресурс] // interlandltd.ru. URL: https://" in gost
    assert "As cited in: Калмыцкий уезд" in cite_source(TABLES, "handbook", None, "bibtex")
    (item,) = json.loads(cite_source(TABLES, "handbook", None, "csl-json"))
    assert item["note"].startswith("As cited in: Калмыцкий уезд. (n.d.)")


def test_it_is_cited_through_the_page_that_it_names_or_one_of_its_language() -> None:
    polish = PAGE | {"title": "Powiat", "language": "pl"}
    sources = {"a": polish, **TABLES["sources"]}
    assert "As cited in Калмыцкий уезд" in cite_source(TABLES | {"sources": sources}, "handbook", None, "apa")
    named = {**sources, "handbook": HANDBOOK | {"quoted_in": "a"}}
    assert "As cited in Powiat" in cite_source(TABLES | {"sources": named}, "handbook", None, "apa")


def test_what_only_the_atlas_tells_is_cited_in_the_atlas() -> None:
    assert cite_source(TABLES, "inference", "шек", "gost") == (
        "Тұжырым. Шек. Приводится по: Kazatlas : first Soviet borders : набор данных / Kazatlas contributors. "
        "Версия 1.2.0. [Б. г.]."
    )
    assert cite_source(TABLES, "inference", "шек", "apa").endswith("as cited in Kazatlas contributors, n.d.)")


def test_a_view_of_the_atlas_says_what_when_where_and_which_data() -> None:
    shown = AtlasView("Ақтөбе губерниясы", "1921-04-01", "de_jure", "https://a.kz/?lang=kk&unit=aktobe", "2026-11-25")
    tables = TABLES | {"released": "2026-11-23"}
    view = load_catalogue("kk")("map.view_de_jure").lower()
    assert cite_view(tables, load_catalogue("kk"), shown, "apa") == (
        f"Kazatlas contributors. (2026, November 23). Ақтөбе губерниясы, 1921 жылғы 1 сәуір ({view}) [Map]. "
        "In Kazatlas: first Soviet borders (Version 1.2.0). "
        "Retrieved November 25, 2026, from https://a.kz/?lang=kk&unit=aktobe"
    )
    assert cite_view(tables, load_catalogue("kk"), shown, "gost") == (
        f"Ақтөбе губерниясы, 1921 жылғы 1 сәуір ({view}) [Электронный ресурс] : карта / Kazatlas contributors // "
        "Kazatlas : first Soviet borders. Версия 1.2.0. 2026. "
        "URL: https://a.kz/?lang=kk&unit=aktobe (дата обращения: 25.11.2026)."
    )
    bibtex = cite_view(tables, load_catalogue("kk"), shown, "bibtex")
    assert "author = {{Kazatlas contributors}}" in bibtex
    assert "note = {Map. Version 1.2.0}" in bibtex
    (item,) = json.loads(cite_view(tables, load_catalogue("en"), shown, "csl-json"))
    assert item["accessed"] == {"date-parts": [[2026, 11, 25]]}
    assert (item["version"], item["type"]) == ("1.2.0", "map")


def test_nothing_is_invented() -> None:
    bare = {"type": "webpage", "title": "Бет"}
    assert cite(bare, None, "apa") == "Бет. (n.d.)."
    assert cite(bare, None, "gost") == "Бет. [Б. г.]."
    assert cite(bare, None, "bibtex", key="bet") == "@misc{bet,\n  title = {{Бет}}\n}"
    assert json.loads(cite(bare, None, "csl-json", key="bet")) == [{"id": "bet", **bare}]
    nobody = bare | {"author": [{}], "issued": {"date-parts": [[1922, 13, 40]]}, "URL": "javascript:alert(1)"}
    assert cite(nobody, None, "apa") == "Бет. (1922)."
    assert "alert" not in cite(nobody, None, "csl-json")


def test_special_characters_are_written_for_latex_and_addresses_are_left_alone() -> None:
    source = ENTRY | {"title": r"50% & {a_b} \x ~ ^ $ #1", "author": [{"family": "Smith and Sons, Ltd", "given": "A."}]}
    text = cite(source, None, "bibtex")
    assert r"50\% \& \textbraceleft{}a\_b\textbraceright{} \textbackslash{}x \textasciitilde{}" in text
    assert "url = {http://example.org/1?a=1&b=50%25#x_y}" in text
    assert "author = {{Smith and Sons, Ltd}, A.}" in text


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(
    lambda text: text.strip()
)
names = st.lists(st.dictionaries(st.sampled_from(["family", "given", "literal"]), texts), max_size=5)
dates = st.lists(st.lists(st.integers(0, 2100), min_size=1, max_size=3), min_size=1, max_size=2)
sources = st.fixed_dictionaries(
    {"type": st.sampled_from(["book", "webpage", "article-journal", "chapter", "dataset", "document", "map"]), "title": texts},
    optional={
        "author": names, "editor": names, "translator": names, "container-title": texts, "publisher": texts,
        "publisher-place": texts, "volume": texts, "number": texts, "page": texts, "version": texts, "edition": texts,
        "archive": texts, "archive-location": texts, "language": texts, "number-of-pages": texts,
        "issued": st.builds(lambda parts: {"date-parts": parts}, dates),
        "accessed": st.builds(lambda parts: {"date-parts": parts}, dates),
    },
)  # fmt: skip


@given(sources, st.none() | texts, st.none() | sources)
def test_any_text_gives_citations_of_the_right_form(
    source: dict[str, Any], locator: str | None, via: dict[str, Any] | None
) -> None:
    assert len(cite(source, locator, "apa", via=via).split("\n")) == 1 + bool(locator)
    assert "\n" not in cite(source, locator, "gost", via=via)
    (item,) = json.loads(cite(source, locator, "csl-json", via=via))
    assert {"id", "type", "title"} <= set(item)
    library = bibtexparser.parse_string(cite(source, locator, "bibtex", key="k", via=via))
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == ["k"]
    assert library.entries[0].fields_dict["title"].value


# ---- the record


def citations(value: Any) -> list[tuple[str, str]]:
    """Return every (source, locator) within a value."""
    if isinstance(value, dict):
        own = [(value["source"], value["locator"])] if {"source", "locator"} <= set(value) else []
        return own + [found for inner in value.values() for found in citations(inner)]
    return [found for inner in value for found in citations(inner)] if isinstance(value, list) else []


def every_place(atlas: Atlas) -> list[tuple[str, str | None]]:
    """Return each source without a place, and every place cited in the record."""
    found = citations(atlas.tables) + citations(atlas.versions.drop(columns="geometry").to_dict("records"))
    return [*((id_, None) for id_ in atlas.tables["sources"]), *sorted(set(found))]


@pytest.mark.parametrize("style", STYLES, ids=lambda style: STYLE_NAMES[style])
def test_every_citation_of_the_record_is_whole(atlas: Atlas, style: Style) -> None:
    for id_, locator in every_place(atlas):
        source = atlas.tables["sources"][id_]
        text = cite_source(atlas.tables, id_, locator, style)
        where = (id_, locator, text)
        assert source.get("URL", "") in text, where
        assert all(name["family"] in text for name in source.get("author", [])), where
        assert not re.search(r"<\w|None|\{\}'|\[\]|\.\.(?!\.)|\(\)|^\W*$", text), where
        if style in ("apa", "gost"):
            assert not re.search(r" [.,;] |  |,\.|\. ,|//\s*//", text.replace(" ; ", "; ").replace(" : ", ": ")), where
            assert text[0] in "«“" or text[0].isalnum(), where
            assert [text.count(left) for left in "([«“"] == [text.count(right) for right in ")]»”"], where
            spoken = text.casefold().translate(str.maketrans("[]", "()"))
            assert (locator or "").casefold().translate(str.maketrans("[]", "()")) in spoken, where
        if style == "apa":
            assert re.search(r"\((n\.d\.|\d{4}(–\d{4})?(, \w+( \d+)?)?)\)\. ?", text), where
            assert text.startswith(source["title"]) == (not (source.get("author") or source.get("editor"))), where
        if style == "gost":
            assert text.endswith("."), where
            assert "\n" not in text, where


def test_every_source_not_seen_is_cited_through_another(atlas: Atlas) -> None:
    for id_, source in atlas.tables["sources"].items():
        is_through = source["seen"] == "not-seen" and "URL" not in source
        assert ("As cited in " in cite_source(atlas.tables, id_, None, "apa")) == is_through, id_
        assert ("Приводится по: " in cite_source(atlas.tables, id_, None, "gost")) == is_through, id_


def test_every_bibtex_entry_of_the_record_is_read_back(atlas: Atlas) -> None:
    ids = list(atlas.tables["sources"])
    library = bibtexparser.parse_string("\n\n".join(cite_source(atlas.tables, id_, "с. 5", "bibtex") for id_ in ids))
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == ids
    for entry in library.entries:
        source = atlas.tables["sources"][entry.key]
        assert entry.fields_dict["title"].value.strip("{}").replace("\\", "") == source["title"]
        assert ("url" in entry.fields_dict) == ("URL" in source)


def test_every_csl_item_is_valid_under_the_schema(atlas: Atlas) -> None:
    path = os.environ.get("KAZATLAS_CSL_SCHEMA")
    if not path:
        pytest.skip("KAZATLAS_CSL_SCHEMA does not name the schema of CSL data")
    schema = json.loads(Path(path).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    shown = AtlasView("Map", "1921-04-01", "de_facto", "https://a.kz/", "2026-11-25")
    made = [cite_source(atlas.tables, id_, "с. 5", "csl-json") for id_ in atlas.tables["sources"]]
    made += [
        cite_view(atlas.tables, load_catalogue("ru"), shown, "csl-json"),
        cite(atlas_source(atlas.tables), None, "csl-json"),
    ]
    for text in made:
        (item,) = json.loads(text)
        citation = {
            "schema": schema["properties"]["schema"]["enum"][0],
            "citationID": item["id"],
            "citationItems": [{"id": item["id"], "itemData": item}],
        }
        assert [error.message for error in validator.iter_errors(citation)] == [], item["id"]
