"""The map's element: one identity for all dates, nothing asked of other hosts."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import streamlit_folium

from kazatlas.atlas.store import Atlas
from kazatlas.build.map_data import build_topology
from kazatlas.web.map import Assets, base_map, command_group, dump_script, map_words, style, write_assets

ASSETS = Assets("atlas.0.js", "atlas.0.json", "citations.0.json", "witnesses.0.json")


def arguments_of(**command: Any) -> dict[str, Any]:
    """Return what streamlit-folium would send to the browser for a command."""
    with mock.patch.object(streamlit_folium, "_component_func") as component:
        streamlit_folium.st_folium(
            base_map(ASSETS), key="atlas", returned_objects=[], feature_group_to_add=command_group(command)
        )
    return dict(component.call_args.kwargs)


def test_a_command_moves_the_map_without_making_it_anew() -> None:
    first = arguments_of(serial=1, date="1920-08-26", lang="kk")
    second = arguments_of(serial=2, date="1922-05-10", lang="ru", unit="cherlak-uezd")
    assert first["key"] == second["key"]
    assert first["script"] == second["script"]
    assert first["feature_group"] != second["feature_group"]
    assert (
        'kazatlas.command({"serial":2,"date":"1922-05-10","lang":"ru","unit":"cherlak-uezd"})'
        in second["feature_group"]
    )


def test_a_command_may_name_a_zone_and_a_second_date() -> None:
    sent = arguments_of(serial=3, zone="isilkul-dispute", compare="1921-12-08", embed=True)["feature_group"]
    assert 'kazatlas.command({"serial":3,"zone":"isilkul-dispute","compare":"1921-12-08","embed":true})' in sent


def test_the_script_starts_the_timeline_on_the_map() -> None:
    script = arguments_of(serial=1)["script"]
    assert "Kazatlas.underStreamlit(map_div," in script
    assert '"data":"../../app/static/atlas.0.json"' in script


def test_little_goes_through_the_websocket() -> None:
    sent = arguments_of(serial=1)
    assert len(json.dumps({key: value for key, value in sent.items() if key != "on_change"})) < 6000


def test_nothing_is_asked_of_another_host_before_the_reader_wishes_it() -> None:
    sent = arguments_of(serial=1)
    assert sent["js_links"] == ["../../app/static/atlas.0.js"]
    assert sent["css_links"] == []
    named = re.findall(r"https?://[^\"'/\\]+", sent["script"] + sent["header"] + sent["html"])
    assert set(named) == {"https://tile.openstreetmap.org", "https://www.openstreetmap.org"}
    assert not re.search(r"url\(['\"]?https?:", style())


def test_words_cannot_break_out_of_the_script() -> None:
    dumped = dump_script({"unit": "</script><script>alert(1)</script>\u2028"})
    assert "<" not in dumped
    assert "\u2028" not in dumped
    assert json.loads(dumped)["unit"].startswith("</script>")


def test_the_element_has_words_and_dates_in_every_language(toy_atlas: Atlas) -> None:
    words = map_words(build_topology(toy_atlas))
    assert set(words["words"]) == {"kk", "ru", "en"}
    assert {key.split(".")[0] for key in words["words"]["kk"]} == {"map", "card"}
    assert words["words"]["en"]["card.basis_river"] == "river"
    assert words["dates"]["1920-08-26"] == ["1920 жылғы 26 тамыз", "26 августа 1920 года", "26 August 1920"]


@pytest.fixture
def topology(toy_atlas: Atlas) -> bytes:
    return json.dumps(build_topology(toy_atlas)).encode()


def test_assets_are_named_by_their_content(tmp_path: Path, topology: bytes) -> None:
    first = write_assets(tmp_path / "static", topology, {}, {})
    assert write_assets(tmp_path / "static", topology, {}, {}) == first
    other = json.dumps(json.loads(topology) | {"data_version": "other"}).encode()
    second = write_assets(tmp_path / "static", other, {}, {})
    assert second.data != first.data
    assert second.script == first.script
    assert {p.name for p in (tmp_path / "static").iterdir()} >= {first.script, first.data, second.data}


def test_leaflet_comes_with_the_script(tmp_path: Path, topology: bytes) -> None:
    assets = write_assets(tmp_path / "static", topology, {}, {})
    script = (tmp_path / "static" / assets.script).read_text(encoding="utf-8")
    assert "Leaflet 1.9" in script
    assert script.index("Leaflet 1.9") < script.index("window.Kazatlas = ")
    assert ".leaflet-pane" in style()
    assert "sourceMappingURL" not in script


def test_a_file_that_no_start_has_wanted_for_a_month_goes(tmp_path: Path, topology: bytes) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    for name, days in (("atlas.old.js", 31), ("atlas.recent.js", 29)):
        (folder / name).write_text("", encoding="utf-8")
        os.utime(folder / name, (time.time() - days * 86_400,) * 2)
    assets = write_assets(folder, topology, {"book": {"p. 1": ["a", "b", "c", "d"]}}, {})
    assert {path.name for path in folder.iterdir()} == {
        "atlas.recent.js", assets.script, assets.data, assets.copies, assets.witnesses,
    }  # fmt: skip
    assert json.loads((folder / assets.copies).read_text(encoding="utf-8")) == {"book": {"p. 1": ["a", "b", "c", "d"]}}
