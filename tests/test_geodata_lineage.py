"""The real record: what its sentences and its lineage must be, whatever is edited."""

from __future__ import annotations

from collections import defaultdict

import pytest

from kazatlas.atlas.lineage import family, history, lineage
from kazatlas.atlas.quality import measure_quality
from kazatlas.atlas.store import MAP_FRAME
from kazatlas.record.types import LANGUAGES, VIEWS
from kazatlas.text.catalogue import load_catalogue
from kazatlas.text.change_sentences import summary
from kazatlas.text.inflection import inflect


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stop_is_told(atlas, language):
    words = load_catalogue(language)
    for day in history(atlas).days:
        texts = [told.text for told in summary(atlas, day, words)]
        assert texts and all(text.endswith(".") and "{" not in text and "None" not in text for text in texts)
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("language", "cases"), [("kk", ("gen", "dat", "abl")), ("ru", ("gen", "acc"))])
def test_every_name_is_one_that_the_sentences_can_inflect(atlas, language, cases):
    told = history(atlas)
    names = {
        atlas.tables["units"][row["unit"]]["label"][language] if row["level"] == 0 else row[f"name_{language}"]
        for row in told.rows
    }
    assert [(name, case) for name in sorted(names) for case in cases if not inflect(name, case, language)] == []


def test_shares_of_land_sum_to_one(atlas):
    given, taken = defaultdict(float), defaultdict(float)
    for r in lineage(atlas):
        if r.evidence == "derived":
            for view in VIEWS if r.view == "both" else (r.view,):
                given[r.day, view, r.level, r.from_unit] += r.share_from
                taken[r.day, view, r.level, r.to_unit] += r.share_to
    first_level = {*atlas.versions.loc[atlas.versions["level"] < 2, "unit"]}
    for sums in (given, taken):
        for (day, view, level, unit), total in sums.items():
            # Where a gubernia has no uezds, level 2 tells only what it gave to uezds or took from them.
            least = 0 if level == 2 and unit in first_level else 1 - 1e-5
            assert least < total < 1 + 1e-5, (day, view, level, unit)
    assert given


def test_turgay_oblast_became_kustanay_and_aktobe(atlas):
    heirs = family(atlas, "turgay", "de_jure")["heirs"]
    assert set(heirs) == {"kustanay", "aktobe", "orenburg"} and sum(heirs.values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("before", "after"),
    [("mangyshlak-uezd", "adai-uezd"), ("kalmyk-uezd", "urda-uezd"), ("torgun-uezd", "urda-uezd")],
)
def test_uezds_became_what_the_acts_say(atlas, before, after):
    derived = {(r.to_unit, r.share_from) for r in family(atlas, before)["successors"] if r.evidence == "derived"}
    assert derived == {(after, 1)}


def test_kilometres_by_evidence_sum_to_the_length_of_all_lines(atlas):
    quality = measure_quality(atlas)
    borders = atlas.borders[atlas.borders["method"] != MAP_FRAME]
    assert sum(quality.border_km.values()) == pytest.approx(borders["length_km"].sum())


def test_a_uezd_straight_under_the_republic_stands_for_itself(atlas):
    """The decree gave the republic Mangyshlak uezd and two volosts, and no unit between."""
    state = history(atlas).state("1920-08-26", "de_jure")
    assert {state.gubernia_of[face] for face in ("mangyshlak", "adai-volosts")} == {"mangyshlak-uezd", "adai-volosts"}
    assert {"mangyshlak", "adai-volosts"} <= state.land["kirghiz-assr"]
