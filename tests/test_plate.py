"""Plates: what is on the page, true to scale, legible in three languages, the same bytes each time."""

from __future__ import annotations

import copy
import html
import io
import itertools
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
import pyproj
import pytest
import shapely
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from PIL import Image

from kazatlas.atlas.day import calendar_of
from kazatlas.atlas.store import in_force
from kazatlas.palette import colours, evidence
from kazatlas.plate import exercise as exercises
from kazatlas.plate import plate as plates
from kazatlas.plate.canvas import THIN_SPACE, Sheet, Style, breaks, wrap
from kazatlas.plate.exercise import exercise, key_of, roman
from kazatlas.plate.plate import in_order, plate, scale_steps
from kazatlas.plate.print_map import PROJECTION, Scene, mix, read_base
from kazatlas.text.catalogue import LANGUAGES, Catalogue, load_catalogue
from kazatlas.web.map import style
from tests.conftest import GEODATA, ROOT

DECREE = "1920-08-26"
FRAME = plates.page_frame()


@pytest.fixture(scope="session")
def base():
    return read_base(GEODATA / "base")


def texts(svg: bytes) -> list[str]:
    """Return the words of a plate; each stands in a comment before its outlines."""
    found = re.findall(r"<!-- (.*?) -->", svg.decode(), re.DOTALL)
    return [html.unescape(text.replace(THIN_SPACE, "")) for text in found]


def joined(svg: bytes) -> str:
    return " ".join(texts(svg))


@pytest.fixture(scope="session")
def decree(atlas, base) -> bytes:
    return plate(atlas, base, DECREE, "de_jure", 2, "ru", "svg", permalink="https://example.org/?date=1920-08-26&a=<b>")


# ---- the file


def test_a_png_is_a4_at_300_dots_per_inch_and_tells_its_licence(atlas, base):
    image = Image.open(io.BytesIO(plate(atlas, base, DECREE, "de_facto", 1, "kk")))
    assert np.allclose(image.size, (297 / 25.4 * 300, 210 / 25.4 * 300), atol=1)
    assert np.allclose(image.info["dpi"], 300, atol=0.1)
    assert "CC BY 4.0" in image.info["Copyright"]
    assert "RISTAT" in image.info["Copyright"]
    assert "26 тамыз" in image.info["Title"]
    assert "Software" not in image.info


def test_an_svg_is_well_formed_and_tells_no_time_of_making(decree):
    root = ElementTree.fromstring(decree)
    assert (root.get("width"), root.get("height")) == ("841.889764pt", "595.275591pt")
    assert b"<dc:date>" not in decree
    assert b"CC BY 4.0" in decree
    assert b"https://example.org/?date=1920-08-26&amp;a=&lt;b&gt;" in decree


@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_same_view_gives_the_same_bytes_in_every_thread(atlas, base, form):
    def draw(_: int) -> bytes:
        return plate(atlas, base, "1921-12-31", "de_jure", 1, "en", form)

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(draw, range(3)))) == 1


def test_no_state_of_the_library_is_changed():
    # Looked at through dict: asked for itself, the backend's name imports pyplot.
    code = (
        "import sys, matplotlib as m; before = dict(dict.items(m.rcParams)); import kazatlas.plate.plate as p\n"
        "with p.drawing(): pass\n"
        "assert dict(dict.items(m.rcParams)) == before and 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "src", check=True)


# ---- what it says


def test_the_page_says_what_a_plate_must(decree):
    words = load_catalogue("ru")
    said = joined(decree)
    assert "Киргизская (Казахская) АССР, 26 августа 1920 года" in said
    assert words("map.view_de_jure") in said
    assert words("plate.shows_de_jure_2") in said
    assert words("plate.parted_de_jure") in said
    for key in ("legend_hatched", "line_republic", "line_gubernia", "line_uezd", "evidence_solid", "evidence_guess"):
        assert words(f"map.{key}") in said
    for ruler in ("РСФСР", "Сибревком", "Туркестанская АССР"):
        assert ruler in said
    for name in ("RISTAT", "Natural Earth", "GeoNames", "GSHHG", "CC BY 4.0", "Версия данных", "https://example.org/"):
        assert name in said
    for name in ("АКМОЛА", "СЕМИПАЛАТИНСК", "ТУРГАЙ", "УРАЛ", "БУКЕЙ", "МАНГЫШЛАК", "КОКЧЕТАВ", "Оренбург", "Павлодар"):
        assert name in texts(decree)
    assert {"море", "Аральское", "Балхаш", "Тобол", "75°", "50°"} <= set(texts(decree))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("day", "view"), [(DECREE, "de_facto"), ("1922-12-31", "de_jure")])
def test_every_gubernia_of_the_republic_is_named_in_every_language(atlas, base, language, day, view):
    said = texts(plate(atlas, base, day, view, 1, language, "svg"))
    rows = in_force(atlas.versions, day, view, 1)
    holder = "parent" if view == "de_jure" else "administered_by"
    names = set(rows[rows[holder] == "kirghiz-assr"][f"label_{language}"])
    assert len(names) == (2 if view == "de_facto" else 8)
    assert {name.upper() for name in names} <= {text.upper() for text in said}
    # Once on the map in capitals, once in the legend.
    assert all(name in said and name.upper() in said for name in names)


def test_before_the_republic_its_lands_are_shown_as_lands_of_the_future(atlas, base):
    said = joined(plate(atlas, base, "1920-01-01", "de_jure", 2, "en", "svg"))
    assert "The lands of the future Kirghiz (Kazakh) ASSR, 1 January 1920" in said
    assert load_catalogue("en")("map.legend_units_before") in said
    assert load_catalogue("en")("plate.capital") not in said


def test_every_word_of_the_catalogue_is_asked_for(toy_atlas, monkeypatch):
    asked = set()

    class Listening(dict):
        def __getitem__(self, key):
            asked.add(key)
            return super().__getitem__(key)

    known = load_catalogue("kk")
    for module in (plates, exercises):
        monkeypatch.setattr(module, "load_catalogue", lambda language: Catalogue(language, Listening(known.texts)))
    for day, view, level in itertools.product(("1920-01-01", "1920-09-01"), ("de_jure", "de_facto"), (1, 2)):
        plate(toy_atlas, {}, day, view, level, "kk", "svg")
        exercise(toy_atlas, {}, day, view, "kk", "svg", level=level, answers=view == "de_facto")
    assert {key for key in known.texts if key.startswith("plate.")} <= asked


def test_a_town_has_its_name_of_the_day(atlas, base):
    place = atlas.tables["places"]["verny"]
    names = [
        Scene(atlas, base, day, "de_jure", 2, FRAME).town_name(place, load_catalogue("ru"))
        for day in ("1921-03-02", "1921-03-03")
    ]
    assert names == ["Верный", "Алма-Ата"]


@pytest.mark.parametrize("hostile", ["$\\frac{1}{2}$", "<b>&amp;</b>", "a -- b", "]]>", "\\N{x} %s {y}"])
def test_a_name_is_never_read_as_markup(toy_atlas, hostile):
    wild = copy.deepcopy(toy_atlas)
    wild.versions["label_en"] = hostile
    svg = plate(wild, {}, "1921-06-01", "de_jure", 2, "en", "svg", permalink=hostile)
    ElementTree.fromstring(svg)
    # In a comment of XML two hyphens may not touch.
    assert hostile.replace("--", "- -") in joined(svg)
    assert plate(wild, {}, "1921-06-01", "de_jure", 2, "en", "png", permalink=hostile)


def test_the_toy_country_is_drawn_without_a_background(toy_atlas):
    said = texts(plate(toy_atlas, {}, "1921-06-01", "de_jure", 2, "en", "svg"))
    assert {"WEST", "EAST", "A1", "B1", "Town", "B3"} <= set(said)


@pytest.mark.parametrize("family", ["Noto", "DejaVu"])
def test_the_fonts_have_every_letter(atlas, base, family):
    words = "".join("".join(load_catalogue(language).texts.values()) for language in LANGUAGES)
    letters = set(words + "әғқңөұүһіӘҒҚҢӨҰҮҺІ°" + THIN_SPACE) | set(
        json.dumps(atlas.tables["places"], ensure_ascii=False)
    )
    for language in LANGUAGES:
        letters |= set(
            "".join(atlas.versions[f"label_{language}"]) + "".join(atlas.versions[f"name_{language}"]).upper()
        )
    letters -= {"\n", "\r"}
    for kind, slope in itertools.product(("Serif", "Sans"), ("normal", "italic")):
        wanted = FontProperties(family=[f"{family} {kind}"], style=slope)
        try:
            known = FT2Font(findfont(wanted, fallback_to_default=False)).get_charmap()
        except ValueError:
            pytest.skip(f"no {family} here")
        assert not [letter for letter in letters if ord(letter) not in known]


# ---- the map is true


def test_areas_on_the_page_are_those_of_the_record(atlas, base):
    scene = Scene(atlas, base, "1922-12-31", "de_jure", 2, FRAME)
    rows = in_force(atlas.versions, "1922-12-31", "de_jure", 2)
    checked = 0
    for row in rows[rows["in_republic"] & (rows["border"] == "recovered")].to_dict("records"):
        drawn = scene.area(scene.held(2)[row["unit"]]).area * scene.metres_per_mm**2 / 1e6
        assert drawn == pytest.approx(row["area_km2"], rel=0.003), row["unit"]
        checked += 1
    assert checked > 25


def test_the_scale_bar_is_true_along_the_middle_parallel(atlas, base):
    scene = Scene(atlas, base, DECREE, "de_jure", 2, FRAME)
    lon, lat = pyproj.Proj(PROJECTION)(*scene.centre, inverse=True)
    east = pyproj.Geod(ellps="WGS84").fwd(lon, lat, 90, 100_000)
    on_page = np.hypot(*(np.array(scene.point(*east[:2])) - scene.point(lon, lat)))
    assert on_page == pytest.approx(100 * scene.kilometre(), rel=0.002)


@pytest.mark.parametrize(
    ("longest", "marks"),
    [(330.0, [0, 100, 200, 300]), (999, [0, 100, 200, 300, 400, 500]), (100, [0, 50, 100]), (0.25, [0, 0.1, 0.2])],
)
def test_a_scale_bar_has_round_marks(longest, marks):
    assert scale_steps(longest) == pytest.approx(marks)


def test_the_republic_fills_the_frame_and_stays_in_it(atlas, base):
    left, bottom, right, top = FRAME
    for day, view in itertools.product((DECREE, "1922-12-31"), ("de_jure", "de_facto")):
        scene = Scene(atlas, base, day, view, 1, FRAME)
        republic = scene.area(f for f, authority in scene.now.authority_of.items() if authority == "kirghiz-assr")
        assert shapely.box(left + 2, bottom + 2, right - 2, top - 2).contains(republic)


def test_lands_that_others_governed_are_those_where_the_two_views_part(atlas, base):
    parted = Scene(atlas, base, DECREE, "de_jure", 2, FRAME).now.disputed
    assert set(parted) == {"rsfsr", "sibrevkom", "turkestan-assr"}
    assert {"akmolinsk", "pavlodar", "zaysan"} <= parted["sibrevkom"]
    assert parted["turkestan-assr"] == {"mangyshlak", "adai-volosts"}
    assert Scene(atlas, base, "1922-12-31", "de_jure", 2, FRAME).now.disputed == {}


def test_every_line_of_the_map_is_drawn_once_with_its_evidence(atlas, base):
    scene = Scene(atlas, base, "1922-12-31", "de_jure", 2, FRAME)
    drawn = [line for lines in scene.lines().values() for line in lines]
    assert len(set(map(id, drawn))) == len(drawn)
    kinds = {rank: {kind for r, _, kind in scene.lines() if r == rank} for rank in ("republic", "gubernia", "uezd")}
    assert kinds["republic"] >= {"solid", "dotted"}
    assert "guess" in kinds["uezd"]
    coarse = Scene(atlas, base, "1922-12-31", "de_jure", 1, FRAME).lines()
    assert not [rank for rank, *_ in coarse if rank == "uezd"]


@pytest.mark.parametrize(
    ("basis", "certainty", "drawn"),
    [
        ("legal-text", "less-certain", "solid"), ("river", "certain", "solid"), ("later-map", "certain", "solid"),
        ("later-map", "less-certain", "dashed"), ("reported-act", "less-certain", "dashed"), ("reported-act", "uncertain", "dotted"),
        ("period-map", "uncertain", "dotted"), ("conjecture", "certain", "guess"),
    ],
)  # fmt: skip
def test_a_line_is_drawn_by_its_evidence_as_in_the_app(basis, certainty, drawn):
    assert evidence(basis, certainty) == drawn


def test_the_colours_are_those_of_the_apps_map_by_day(atlas, base):
    assert colours()["c-akmola"] == re.findall(r"--c-akmola: (#\w{6});", style())[0]
    missing = {unit for unit in calendar_of(atlas).home if f"c-{unit}" not in colours()}
    assert not missing
    assert mix("#000000", 0.5) == "#808080"


# ---- labels


def test_labels_lie_on_nothing(atlas, base, monkeypatch):
    crossed, counted = [], []

    class Watched(Sheet):
        def set_lines(self, centre, lines, style, box):
            counted.append(lines)
            if not self.is_free(box, 0):
                crossed.append(lines)
            super().set_lines(centre, lines, style, box)

    monkeypatch.setattr(plates, "Sheet", Watched)
    for language in LANGUAGES:
        plate(atlas, base, "1922-12-31", "de_jure", 2, language, "svg")
    assert len(counted) > 200
    assert crossed == []


def test_a_name_that_does_not_fit_is_left_out_unless_it_may_reach_over():
    style = Style(8, "#000000")
    for loose in (False, True):
        sheet = Sheet("svg")
        assert sheet.label_inside(shapely.box(50, 50, 52, 52), "Семипалатинск", [style], loose=loose) is loose
    assert sheet.label_inside(shapely.box(100, 50, 180, 90), "Семей", [style])
    assert not sheet.label_beside((51, 51), "Семей", Style(400, "#000000"), 1)
    assert not sheet.label_inside(shapely.Polygon(), "Семей", [style])


def test_a_line_break_within_a_name_does_not_lay_it_over_others():
    assert Style(5, "#000000", "Sans").shown("Ақ\tмола\r\n=1") == "Ақ мола  =1"


def test_names_break_at_spaces_and_hyphens():
    assert breaks("Усть-Каменогорск уезі") == [
        ["Усть-Каменогорск уезі"], ["Усть-", "Каменогорск уезі"], ["Усть-Каменогорск", "уезі"],
    ]  # fmt: skip
    style = Style(5, "#000000", "Sans")
    lines = wrap("бір екі үш төрт бес алты жеті сегіз тоғыз он " * 4, style, 40)
    assert len(lines) > 3
    assert all(style.width(line) <= 40 for line in lines)
    assert style.fit("ұзақ сөйлем", 5).width("ұзақ сөйлем") == pytest.approx(5)


def test_kazakh_letters_stand_in_their_order():
    names = ["Қостанай", "Орынбор", "Өскемен", "Кереку", "Ғабит", "Ақмола", "Әулиеата", "Бөкей"]
    order = [name for name, _ in sorted(((name, "") for name in names), key=in_order)]
    assert order == ["Ақмола", "Әулиеата", "Бөкей", "Ғабит", "Кереку", "Қостанай", "Орынбор", "Өскемен"]


# ---- the exercise


def key_names(atlas, base, day, view, level, language) -> list[str]:
    scene = Scene(atlas, base, day, view, level, FRAME)
    units = [unit for first, uezds in key_of(scene) for unit in (first, *uezds)]
    return [str(scene.rows[unit][f"name_{language}"]) for unit in units]


@pytest.mark.parametrize(("day", "view"), [(DECREE, "de_facto"), ("1921-12-31", "de_jure")])
def test_the_blank_map_asks_and_the_answers_tell(atlas, base, day, view):
    names = key_names(atlas, base, day, view, 2, "kk")
    blank, told = (exercise(atlas, base, day, view, "kk", "svg", answers=answers) for answers in (False, True))
    assert len(names) == len(set(names)) > 30
    assert not [name for name in names if name in joined(blank)]
    assert all(name in joined(told) for name in names)
    gubernias = len(key_of(Scene(atlas, base, day, view, 1, FRAME)))
    for number in (*map(str, range(1, len(names) - gubernias + 1)), *map(roman, range(1, gubernias + 1))):
        # On the map and in the key.
        assert texts(blank).count(number) == texts(told).count(number) == 2, number
    assert load_catalogue("kk")("plate.task_2") in joined(blank)
    assert load_catalogue("kk")("plate.task_2") not in joined(told)


def test_a_blank_map_of_gubernias_asks_for_gubernias_only(atlas, base):
    svg = exercise(atlas, base, "1922-12-31", "de_jure", "ru", "svg", level=1)
    assert texts(svg).count("VIII") == 2
    assert load_catalogue("ru")("plate.task_1") in joined(svg)
    assert key_names(atlas, base, "1922-12-31", "de_jure", 1, "ru")[0] == "Букеевская губерния"
