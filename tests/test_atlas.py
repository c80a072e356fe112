from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time

import pytest

from kazatlas.atlas.store import AtlasError, change_dates, geometry_json, in_force, load_atlas, stops, write_built
from tests.conftest import write_toy


@pytest.mark.parametrize(("day", "parent"), [("1920-08-25", "east"), ("1920-08-26", "west"), ("1920-08-27", "west")])
def test_the_first_day_counts_and_the_day_before_does_not(toy_atlas, day, parent):
    rows = in_force(toy_atlas.versions, day, "de_jure", 2).set_index("unit")
    assert rows.loc["b1-uezd"]["parent"] == parent


@pytest.mark.parametrize(("day", "there"), [("1922-04-30", True), ("1922-05-01", False), ("1922-05-02", False)])
def test_the_first_day_no_longer_does_not_count(toy_atlas, day, there):
    assert ("b3-raion" in set(in_force(toy_atlas.versions, day)["unit"])) is there


def test_change_dates_are_days_on_which_something_changed(toy_atlas):
    assert change_dates(toy_atlas) == ["1920-01-01", "1920-08-26", "1921-04-01", "1922-05-01"]


def test_stops_are_the_days_of_acts(toy_atlas):
    assert stops(toy_atlas) == ["1920-01-01", "1920-08-26", "1921-04-01", "1922-05-01"]


def test_rings_turn_as_rfc_7946_says(toy_atlas):
    for geometry in toy_atlas.versions.geometry.dropna():
        written = geometry_json(geometry)
        if written["type"] == "Polygon":
            ring = written["coordinates"][0]
            turning = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in itertools.pairwise(ring))
            assert turning < 0


def _copy(built, tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in built.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize(
    ("damage", "code", "named"),
    [
        (lambda f: (f / "manifest.json").unlink(), "missing", "python -m kazatlas"),
        (lambda f: (f / "manifest.json").write_text("{"), "damaged", "manifest.json"),
        (lambda f: (f / "tables.json").unlink(), "damaged", "tables.json"),
        (
            lambda f: (f / "atlas.geojson").write_bytes((f / "atlas.geojson").read_bytes()[:100]),
            "damaged",
            "atlas.geojson",
        ),
        (
            lambda f: (f / "manifest.json").write_text(
                (f / "manifest.json").read_text().replace('"format": 2', '"format": 0')
            ),
            "older",
            "form 0",
        ),
    ],
)
def test_an_atlas_that_cannot_be_used_is_told(toy_atlas, tmp_path, damage, code, named):
    folder = _copy(tmp_path / "built", tmp_path)
    damage(folder)
    with pytest.raises(AtlasError, match=named) as error:
        load_atlas(folder)
    assert error.value.code == code


def test_the_same_files_are_not_written_again(tmp_path):
    assert write_built(tmp_path / "built", {"a": b"1"})
    assert not write_built(tmp_path / "built", {"a": b"1"})
    assert write_built(tmp_path / "built", {"b": b"2"})
    assert [p.name for p in (tmp_path / "built").iterdir()] == ["b"]
    assert [p.name for p in tmp_path.iterdir()] == ["built"]


def test_a_killed_write_leaves_the_old_or_the_new(tmp_path):
    script = (
        "import sys; from pathlib import Path; from kazatlas.atlas.store import write_built\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    write_built(Path(sys.argv[1]), {f'{i}.txt': str(n).encode() * 1000 for i in range(5)})\n"
    )
    folder = tmp_path / "built"
    write_built(folder, {f"{i}.txt": b"0" * 1000 for i in range(5)})
    for wait in range(8):
        process = subprocess.Popen([sys.executable, "-c", script, str(folder)], env=dict(os.environ))
        time.sleep(0.5 + wait * 0.013)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(list(folder.iterdir())) == 5
        assert len({path.read_bytes() for path in folder.iterdir()}) == 1
    write_built(folder, {"a": b"1"})
    assert [p.name for p in tmp_path.iterdir()] == ["built"]


def test_a_folder_that_cannot_be_written_stays_as_it_was(tmp_path, monkeypatch):
    folder = tmp_path / "built"
    write_built(folder, {"a": b"1"})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_built(folder, {"a": b"2"})
    assert (folder / "a").read_bytes() == b"1"
    assert [p.name for p in tmp_path.iterdir()] == ["built"]


def test_the_command_line_refuses_a_faulty_record_and_writes_nothing(tmp_path, toy, capsys, monkeypatch):
    from kazatlas import __main__ as command

    toy["events.yaml"]["republic"]["certainty"] = "sure"
    monkeypatch.setattr(command, "GEODATA", write_toy(tmp_path / "geodata", toy))
    assert command.main([]) == 1
    assert "geodata/events.yaml, republic > certainty" in capsys.readouterr().out
    assert not (tmp_path / "geodata/built").exists()


def test_the_command_line_builds_checks_and_writes_a_day(tmp_path, toy, capsysbinary, monkeypatch):
    import json

    from kazatlas import __main__ as command

    monkeypatch.setattr(command, "GEODATA", write_toy(tmp_path / "geodata", toy))
    assert command.main(["--check"]) == 1
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
    capsysbinary.readouterr()
    assert command.main(["at", "1920-09-01", "--view", "de-facto", "--level", "2"]) == 0
    day = json.loads(capsysbinary.readouterr().out)
    assert {f["properties"]["unit"] for f in day["features"]} == {"a1-uezd", "a2-uezd", "b1-uezd", "b2-uezd"}
    assert "license" in day
    with pytest.raises(SystemExit):
        command.main(["at", "1930-01-01"])
    assert b"outside the atlas" in capsysbinary.readouterr().err
