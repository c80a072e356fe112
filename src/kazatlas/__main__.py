"""The command line: serve the atlas, build it, check it, and take things away."""

from __future__ import annotations

import argparse
import gc
import io
import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from kazatlas import console
from kazatlas.atlas.fingerprints import edition_of, write_edition
from kazatlas.atlas.places import place_index_of
from kazatlas.atlas.selection import END_RULES, HALF_OPEN, Choice
from kazatlas.atlas.store import is_current, load_atlas, parse_built, read_built, write_built
from kazatlas.build.run import build_atlas
from kazatlas.descriptions import write_readme
from kazatlas.export.formats import DEFAULT_FORMATS, FILES, export_files, geojson_files
from kazatlas.export.points_csv import PointFile, PointsError, write_located
from kazatlas.folders import find_geodata, is_packaged, remedy
from kazatlas.plate.print_map import read_base
from kazatlas.record.faces import build_faces
from kazatlas.record.problems import RecordError, shortened
from kazatlas.record.reading import read_record
from kazatlas.record.schemas import write_schemas
from kazatlas.record.text_files import parse_json
from kazatlas.record.types import LANGUAGES
from kazatlas.record.versions import stretches
from kazatlas.record.witnesses import TESTS, Proof, new_tests, write_tests
from kazatlas.text.catalogue import Language, load_catalogue
from kazatlas.web.lesson import write_lesson
from kazatlas.web.serve import serve

GEODATA = find_geodata()
READS_RECORD = ("build", "describe", "edition", "witnesses")
"""The commands that need the record, not only what was built of it; and `check`, which does with less."""

MOST_FAULTS = 20
"""So many faults of one file are printed; the others stand in the file that is written."""

log = logging.getLogger("kazatlas")


def _build(folder: Path) -> dict[str, bytes]:
    """Build in memory, with a progress bar on a terminal."""
    with console.progress(6, "step") as bar:

        def progress(step: str) -> None:
            bar.set_description(step)
            bar.update()

        progress("read")
        record, problems = read_record(folder)
        return build_atlas(record, problems, progress)


def command_build(folder: Path, *, check: bool) -> int:
    """Build geodata/built/, or with `check` only say whether it is current."""
    started = time.perf_counter()
    try:
        files = _build(folder)
    except RecordError as error:
        for problem in shortened(error.problems):
            print(problem)
            log.error("problem file=%s id=%s", problem.file, problem.id or "-")
        count = len(error.problems)
        print(f"{count} problem{'s' if count > 1 else ''}; nothing was written.")
        log.error("refused problems=%d seconds=%.1f", count, time.perf_counter() - started)
        return console.FAILED
    built = folder / "built"
    if check:
        if not is_current(built, files):
            print("The record has no problems, but geodata/built is not what it builds. Run: python -m kazatlas")
            log.error("checked current=no")
            return console.FAILED
        print("The record has no problems, and geodata/built is current.")
        log.info("checked current=yes seconds=%.1f", time.perf_counter() - started)
        return console.DONE
    try:
        changed = write_built(built, files)
    except OSError as error:
        print(f"geodata/built could not be written ({error.strerror}); it is as it was.")
        print("Make room or give the right to write, and build again.")
        log.error("not written: %s", error.strerror)
        return console.FAILED
    versions = files["atlas.geojson"].count(b'"type":"Feature"')
    size = sum(map(len, files.values())) / 1e6
    done = "Built" if changed else "Already current:"
    seconds = time.perf_counter() - started
    print(f"{done} {versions} unit versions, {len(files)} files, {size:.1f} MB, {seconds:.1f} s.")
    log.info("built versions=%d files=%d megabytes=%.1f seconds=%.1f changed=%s",
             versions, len(files), size, seconds, "yes" if changed else "no")  # fmt: skip
    return console.DONE


def command_check(folder: Path) -> int:
    """Check the record and that geodata/built is current; of an installed atlas, that it is whole."""
    if not is_packaged(folder):
        return command_build(folder, check=True)
    version = load_atlas(folder / "built").tables["data_version"]
    read_base(folder / "base")
    print(f"The installed atlas, data {version}, is whole. Its record is not installed; a clone of the project has it.")
    return console.DONE


def command_serve(folder: Path, address: str | None, port: int | None, more: list[str]) -> int:
    """Serve the page, if there is an atlas to show."""
    load_atlas(folder / "built")
    read_base(folder / "base")
    given = {"address": address, "port": port}
    options = [f"--server.{name}={value}" for name, value in given.items() if value is not None]
    return serve(folder, [*options, *more])


def command_at(folder: Path, choice: Choice) -> int:
    """Write the units of one day to standard output: what `export --format geojson` writes into a file."""
    (data,) = geojson_files(load_atlas(folder / "built"), choice).values()
    with console.output(None) as stream:
        stream.write(data)
    return console.DONE


def command_export(folder: Path, target: Path, formats: Sequence[str], choice: Choice) -> int:
    """Write the files that a reader asked for into a folder."""
    atlas = load_atlas(folder / "built")
    wanted = list(formats) or DEFAULT_FORMATS
    with console.progress(len(wanted), "format") as bar:

        def progress(name: str) -> None:
            bar.set_description(name)
            bar.update()

        with console.writing(target):
            written = export_files(atlas, target, wanted, choice, progress)
    for name, size in written.items():
        print(f"{size:>12,} bytes  {name}")
    print(f"{len(written)} files in {target}. Dates are written {choice.rule.text}.")
    return console.DONE


def command_locate(
    folder: Path, points: Path, day: str, result: Path | None, language: Language, lon: str | None, lat: str | None
) -> int:
    """Write where the points of a CSV file lay on a day; the exit code is 1 when a row could not be read."""
    faults, words = 0, load_catalogue(language)

    def tell(fault: str) -> None:
        nonlocal faults
        faults += 1
        if faults <= MOST_FAULTS:
            tqdm.write(fault, file=sys.stderr)

    try:
        file = PointFile(points, lon, lat)
        index = place_index_of(load_atlas(folder / "built"))
        # The atlas stays to the end: nobody need look through it for garbage, again and again.
        gc.freeze()
        with (
            console.output(result) as stream,
            console.progress(points.stat().st_size, "B", unit_scale=True) as bar,
        ):
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
            try:
                if file.has_mark:
                    text.write("\ufeff")
                count = write_located(file, index, day, words, text, tell, lambda done: bar.update(done - bar.n))
            finally:
                text.detach()
    except PointsError as error:
        raise console.CommandError(error.told(words)) from None
    if faults > MOST_FAULTS:
        more = words.number(faults - MOST_FAULTS)
        print(words("points.more", number=more, column="warning"), file=sys.stderr)
    print(words("points.done", number=words.number(count), date=words.date(day)), file=sys.stderr)
    if faults:
        print(words("points.bad", number=words.number(faults)), file=sys.stderr)
    return console.FAILED if faults else console.DONE


def command_lesson(folder: Path, file: Path, language: Language) -> int:
    """Write the lesson: map, timeline, cards and sources in one HTML file."""
    built = folder / "built"
    # Read once: a build may put a new atlas in the old one's place at any moment.
    files = read_built(built)
    with console.writing(file):
        size = write_lesson(parse_built(files, built), parse_json(files["map.json"]), file, language)
    print(f"Wrote {file}, {size / 1e6:.1f} MB.")
    return console.DONE


def command_edition(folder: Path) -> int:
    """Write down what each unit is in this version of the data, so that links to it can be told what changed."""
    atlas = load_atlas(folder / "built")
    with console.writing(folder / "editions"):
        file = write_edition(folder / "editions", atlas.tables["data_version"], edition_of(atlas))
    print(f"Wrote {file.name}.")
    return console.DONE


def command_witnesses(folder: Path) -> int:
    """Test each new witness on the map as it stands and keep the outcome, before any line is redrawn to fit it."""
    record, problems = read_record(folder)
    faces, more = (None, []) if problems else build_faces(record)
    if faces is None or more:
        raise console.CommandError("The record has problems; see: python -m kazatlas --check")
    proof = Proof(record, faces, stretches(record))
    tests = [*record.witness_tests, *new_tests(proof)]
    with console.writing(folder / TESTS):
        file = write_tests(folder, tests)
    missed = [test for test in tests if test.missed_km and test.data_version == record.data_version]
    for test in sorted(missed, key=lambda test: -test.missed_km):
        print(f"{test.id}: missed by {test.missed_km} km{' (held back)' if test.held_back == 'yes' else ''}")
    count = len(tests) - len(record.witness_tests)
    print(f"Wrote {file.name}: {count} tests more; {len(missed)} missed by data {record.data_version}.")
    return console.DONE


def command_describe(folder: Path) -> int:
    """Write anew what follows from the program: the tables of geodata/README.md and the schemas for editors."""
    with console.writing(folder):
        files = [write_readme(folder), *write_schemas(folder)]
    print(f"Wrote {', '.join(file.name for file in files)}.")
    return console.DONE


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    console.prepare_streams()
    folder = GEODATA if options.geodata is None else options.geodata
    # Without a command it builds, and with --check alone it checks, as it did before there were commands.
    command = "check" if options.check else options.command or "build"
    if command in READS_RECORD and is_packaged(folder):
        reason = f"'{command}' needs the record, and only what was built of it is installed."
        print(f"{reason} Run it in a clone of the project, or name its folder: --geodata DIR.", file=sys.stderr)
        return console.FAILED
    run = COMMANDS[command]
    return console.exit_code(lambda: run(folder, options), remedy(folder, is_given=options.geodata is not None))


def _choice(options: argparse.Namespace) -> Choice:
    return Choice(options.date, options.view, options.unit, END_RULES[options.end_rule], options.level)


COMMANDS: dict[str, Callable[[Path, argparse.Namespace], int]] = {
    "serve": lambda folder, options: command_serve(folder, options.address, options.port, options.options),
    "build": lambda folder, options: command_build(folder, check=False),
    "check": lambda folder, options: command_check(folder),
    "export": lambda folder, options: command_export(folder, options.folder, options.format, _choice(options)),
    "locate": lambda folder, options: command_locate(
        folder, options.points, options.date, options.output, options.language, options.lon, options.lat
    ),
    "at": lambda folder, options: command_at(folder, _choice(options)),
    "lesson": lambda folder, options: command_lesson(folder, options.file, options.lang),
    "describe": lambda folder, options: command_describe(folder),
    "edition": lambda folder, options: command_edition(folder),
    "witnesses": lambda folder, options: command_witnesses(folder),
}
"""What each command does with a data folder and its options."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kazatlas", description=__doc__, epilog="Without a command it builds, and with --check alone it checks."
    )
    parser.add_argument(
        "--check", action="store_true", help="check the record and that geodata/built is current; write nothing"
    )
    parser.set_defaults(geodata=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    server = commands.add_parser("serve", help="serve the page until stopped (Ctrl-C)")
    server.add_argument("--address", help="the address to listen on, such as 127.0.0.1; every one when not given")
    server.add_argument("--port", type=int, help="the port to listen on; 8501 when not given")
    server.add_argument("options", nargs="*", metavar="-- OPTION", help="further options of Streamlit's, after --")
    commands.add_parser("build", help="check the record and build geodata/built")
    commands.add_parser("check", help="check the record and that geodata/built is current; write nothing")
    _add_takers(commands)
    lesson = commands.add_parser("lesson", help="write the whole atlas as one HTML file that opens without a network")
    lesson.add_argument("file", type=Path, metavar="FILE.html")
    lesson.add_argument("--lang", choices=LANGUAGES, default="kk")
    commands.add_parser("describe", help="write the tables of geodata/README.md and the schemas of its files")
    commands.add_parser("edition", help="write down what each unit is in this version of the data (at each release)")
    commands.add_parser("witnesses", help="test new witnesses on the map as it stands, and keep the outcome")
    about = "the data folder; that of the clone in which it runs, or what is installed, when not given"
    for each in (parser, *commands.choices.values()):
        each.add_argument("--geodata", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=about)
    return parser


def _add_takers(commands: Any) -> None:
    """Add the commands that take something away for a day, a view or a unit."""
    views, levels = "{de-jure,de-facto}", {"type": int, "choices": [0, 1, 2]}
    export = commands.add_parser("export", help="write files for other software into a folder")
    export.add_argument("folder", type=Path, metavar="FOLDER")
    export.add_argument("--format", action="append", choices=list(FILES), default=[],
                        help="may be repeated; all but 'units' (one file a unit) when none is named")  # fmt: skip
    export.add_argument("--date", type=console.day, help="only what was in force on this day")
    export.add_argument("--view", type=console.view, metavar=views, help="only this view")
    export.add_argument("--level", **levels, help="only this level: 0 republics, 1 gubernias, 2 uezds")
    export.add_argument("--unit", metavar="ID", help="only this unit, such as pavlodar-uezd")
    export.add_argument("--end-rule", choices=list(END_RULES), default=HALF_OPEN.name, help="how an end is written")
    at = commands.add_parser("at", help="write the GeoJSON of one day to standard output")
    at.add_argument("date", type=console.day)
    at.add_argument("--view", type=console.view, metavar=views, default="de-jure")
    at.add_argument("--level", **levels)
    at.set_defaults(unit=None, end_rule=HALF_OPEN.name)
    locate = commands.add_parser("locate", help="tell for each point of a CSV file where it lay on a day")
    locate.add_argument("points", type=Path, metavar="POINTS.csv")
    locate.add_argument("--date", type=console.day, required=True)
    locate.add_argument("--output", type=Path, metavar="FILE", help="write there; to standard output when not given")
    locate.add_argument("--lon", metavar="COLUMN", help="column of the longitude, degrees on WGS 84")
    locate.add_argument("--lat", metavar="COLUMN", help="column of the latitude, degrees on WGS 84")
    locate.add_argument("--language", choices=LANGUAGES, default="en", help="language of the names")


if __name__ == "__main__":
    sys.exit(main())
