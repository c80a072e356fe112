"""What every command keeps to: streams, pipes, devices, days, views and exit codes."""

from __future__ import annotations

import argparse
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kazatlas import __main__ as command
from kazatlas import console
from kazatlas.atlas.selection import Choice
from kazatlas.atlas.store import load_atlas
from kazatlas.export.formats import geojson_files
from tests.conftest import GEODATA, ROOT

COMMANDS = ("serve", "build", "check", "export", "locate", "at", "lesson", "describe", "edition", "witnesses")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_may_be_told_its_data_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert name in command.COMMANDS
    with pytest.raises(SystemExit) as end:
        command.main([name, "--help"])
    assert end.value.code == 0
    assert "--geodata DIR" in capsys.readouterr().out


def test_no_command_is_known_to_the_parser_alone() -> None:
    assert set(command.COMMANDS) == set(COMMANDS)


@pytest.mark.parametrize("options", [[], ["--view", "de-facto"], ["--view", "de_facto", "--level", "1"]], ids=" ".join)
def test_a_day_is_written_as_the_export_writes_it(
    options: list[str], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert command.main(["at", "1921-06-15", *options, "--geodata", str(GEODATA)]) == 0
    told = capsysbinary.readouterr().out
    view = [] if "--view" in options else ["--view", "de-jure"]
    given = ["--format", "geojson", "--date", "1921-06-15", *view, *options]
    assert command.main(["export", str(tmp_path), *given, "--geodata", str(GEODATA)]) == 0
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == told
    assert json.loads(told)["features"]


def test_a_level_is_part_of_the_choice() -> None:
    atlas = load_atlas(GEODATA / "built")
    choice = Choice("1921-06-15", "de_jure", level=1)
    assert choice.name() == "kazatlas_1921-06-15_de_jure_level-1"
    (data,) = geojson_files(atlas, choice).values()
    collection = json.loads(data)
    assert collection["level"] == "1"
    assert {feature["properties"]["level"] for feature in collection["features"]} == {1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["at", "1923-01-01"], "1923-01-01 is outside the atlas, which covers 1920-01-01 to 1922-12-31"),
        (["at", "15.6.1921"], "'15.6.1921' is not a day written YYYY-MM-DD"),
        (["at", "1921-06-15", "--view", "by-law"], "'by-law' is no view of the atlas"),
    ],
)
def test_a_wrong_day_or_view_is_refused_in_a_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(arguments)
    assert end.value.code == 2
    assert words in capsys.readouterr().err


def test_a_type_of_argparse_says_what_is_wrong() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is outside the atlas"):
        console.day("1919-01-01")
    assert console.view("de-facto") == console.view("de_facto") == "de_facto"


def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with console.output(pipe) as stream:
        stream.write(b"told")
    assert os.read(reader, 10) == b"told"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "told.csv"
    file.write_bytes(b"old")
    with pytest.raises(console.CommandError, match=r"told\.csv could not be written \(full\)"), console.output(file):
        raise OSError(28, "full")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("told.csv", b"old")]


@pytest.mark.parametrize("arguments", [["at", "1921-06-15"], ["at", "1921-06-15", "--level", "0"]], ids=" ".join)
def test_a_reader_who_has_had_enough_is_no_error(arguments: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kazatlas", *arguments, "--geodata", str(GEODATA)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert told == b""
    assert process.returncode == console.DONE


def test_locate_takes_what_comes_from_a_pipe_in_the_shell(tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    points.write_text("lon,lat\n" + "69.15,54.87\n" * 20_000)
    done = subprocess.run(
        f"{sys.executable} -m kazatlas locate {points} --date 1921-06-15 | head -n 1; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == console.DONE
    assert done.stdout.startswith("lon,lat,de_jure_uezd")
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
