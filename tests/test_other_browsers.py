"""In Firefox and WebKit the atlas does what it does in Chromium: it opens, steps, answers a click and a search."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kazatlas.atlas.store import Atlas, in_force, stops
from kazatlas.record.text_files import read_json
from kazatlas.text.catalogue import load_catalogue
from kazatlas.web.lesson import write_lesson
from tests.conftest import ROOT
from tests.engines import ENGINES, Engine

pytestmark = pytest.mark.engines

DAY, VIEW = "1921-12-31", "de_jure"
MAP = """const frame = document.querySelector('iframe[title="streamlit_folium.st_folium"]');
  const map = frame ? frame.contentWindow : window, atlas = map.kazatlas.element;"""
# Which versions are drawn, when their names are placed, too.
DRAWN = f"""{MAP}
  if (!map.document.querySelector('.kz-label')) return null;
  return [...map.document.querySelectorAll('path[data-unit]')].filter(path => path.style.display !== 'none' &&
    (path.getAttribute('d') || '').length > 9).map(path => path.dataset.version);"""


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Run each of the browsers that are installed; where they are required, all of them."""
    run, programs, told = ENGINES[request.param]
    if not all(programs) and os.environ.get("KAZATLAS_ENGINES") != "required":
        pytest.skip(f"needs {told}")
    assert all(programs), f"needs {told}"
    with run() as browser:
        yield browser


@pytest.fixture(scope="module")
def lesson_file(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Path:
    path = tmp_path_factory.mktemp("lesson") / "kazatlas.html"
    write_lesson(atlas, read_json(ROOT / "geodata" / "built" / "map.json"), path, "en")
    return path


def expected(atlas: Atlas, day: str) -> list[str]:
    """Return the ids of the versions that the map draws on a day."""
    rows = in_force(atlas.versions, day, VIEW)
    return sorted(rows[rows["faces"].map(bool) | (rows.geometry.geom_type == "Point")].dropna(subset="geometry")["id"])


def point_of(unit: str) -> str:
    """Return a script that tells where in the window a unit can be clicked: under its name."""
    return f"""{MAP}
      const version = atlas.day().force['{unit}'], [x, y] = version.tile_point || version.point;
      const at = atlas.map.latLngToContainerPoint(atlas.record.place(x, y));
      const box = atlas.map.getContainer().getBoundingClientRect();
      const outer = frame ? frame.getBoundingClientRect() : {{ left: 0, top: 0 }};
      return [outer.left + box.left + at.x, outer.top + box.top + at.y + 14];"""


def card(engine: Engine, title: str) -> None:
    """Wait for a unit's card."""
    engine.wait(f"return document.querySelector('.kz-unit-card h3').textContent.includes('{title}')")


@pytest.fixture
def opened(engine: Engine, server: str) -> Engine:
    engine.open(f"{server}/?lang=en&date={DAY}")
    engine.wait(DRAWN)
    return engine


def test_the_app_draws_the_day_that_the_address_names(opened: Engine, atlas: Atlas) -> None:
    assert sorted(opened.run(DRAWN)) == expected(atlas, DAY)


def test_a_key_goes_to_the_next_act(opened: Engine, atlas: Atlas) -> None:
    day = next(day for day in stops(atlas) if day > DAY)
    opened.run(f"{MAP} map.focus(); map.document.querySelector('.kz-range').focus();")
    opened.press("ArrowRight")
    opened.wait(f"{MAP} return atlas.record.stops[atlas.state.stop].date === '{day}'")
    said = opened.run(f"{MAP} return map.document.querySelector('.kz-caption b').textContent")
    assert said == load_catalogue("en").date(day)
    assert sorted(opened.run(DRAWN)) == expected(atlas, day)
    # The page follows, and so does the address.
    opened.wait(f"return location.search.includes('date={day}')")


def test_a_click_on_a_uezd_opens_its_card(opened: Engine) -> None:
    opened.click(*opened.run(point_of("atbasar-uezd")))
    card(opened, "Atbasar uezd")
    assert opened.run(f"{MAP} return atlas.state.unit") == "atbasar-uezd"


def test_a_name_is_found(opened: Engine) -> None:
    at = opened.wait("""const box = document.querySelector('.st-key-panel input[type=text]').getBoundingClientRect();
      return box.width && [box.left + 20, box.top + box.height / 2]""")
    opened.click(*at)
    opened.write("Semipalatinsk")
    opened.wait("return document.body.innerText.includes('Semipalatinsk uezd')")


def test_two_dates_stand_beside_each_other(opened: Engine) -> None:
    x, y = opened.run(f"""{MAP} const box = map.document.querySelector('.kz-compare-button').getBoundingClientRect();
      const outer = frame.getBoundingClientRect();
      return [outer.left + box.left + box.width / 2, outer.top + box.top + box.height / 2];""")
    opened.click(x, y)
    clips = opened.wait(f"""{MAP} return atlas.other &&
      [atlas.plate, atlas.other].map(plate => map.getComputedStyle(plate.pane).clipPath)""")
    assert all(clip.startswith("polygon(") for clip in clips)


def test_the_lesson_opens_from_a_disk(engine: Engine, lesson_file: Path, atlas: Atlas) -> None:
    engine.open(lesson_file.as_uri())
    engine.wait(DRAWN)
    first: Any = engine.run(f"{MAP} return atlas.record.stops[atlas.state.stop].date")
    assert sorted(engine.run(DRAWN)) == expected(atlas, first)
    engine.click(*engine.run(point_of("atbasar-uezd")))
    card(engine, "Atbasar uezd")
