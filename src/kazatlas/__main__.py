"""The command line: serve the atlas, build it, check it, and take things away."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
import time
from pathlib import Path

from tqdm import tqdm

from kazatlas.atlas import location
from kazatlas.atlas.fingerprints import edition_of, write_edition
from kazatlas.atlas.selection import iso_day
from kazatlas.atlas.store import (
    AtlasError,
    dump_features,
    features_of,
    in_force,
    is_current,
    load_atlas,
    read_built,
    write_built,
)
from kazatlas.build.run import build_atlas, data_header
from kazatlas.export import formats as export
from kazatlas.folders import find_geodata, is_packaged, remedy
from kazatlas.plate.print_map import read_base
from kazatlas.record.faces import build_faces
from kazatlas.record.problems import RecordError, fewer
from kazatlas.record.reading import read_record
from kazatlas.record.text_files import read_json
from kazatlas.record.types import LANGUAGES
from kazatlas.record.versions import stretches
from kazatlas.record.witnesses import TESTS, Proof, new_tests, write_tests
from kazatlas.text.catalogue import Language
from kazatlas.web.lesson import write_lesson
from kazatlas.web.serve import serve

GEODATA = find_geodata()
READS_RECORD = ("build", "edition", "witnesses")
"""The commands that need the record, not only what was built of it; and `check`, which does with less."""

log = logging.getLogger("kazatlas")


def _build(folder: Path) -> dict[str, bytes]:
    """Build in memory, with a progress bar on a terminal."""
    with tqdm(total=6, unit="step", leave=False, disable=not sys.stderr.isatty()) as bar:

        def progress(step: str) -> None:
            bar.set_description(step)
            bar.update()

        progress("read")
        record, problems = read_record(folder)
        return build_atlas(record, problems, progress)


def command_build(folder: Path, check: bool) -> int:
    """Build geodata/built/, or with `check` only say whether it is current."""
    started = time.perf_counter()
    try:
        files = _build(folder)
    except RecordError as error:
        for problem in fewer(error.problems):
            print(problem)
            log.error("problem file=%s id=%s", problem.file, problem.id or "-")
        count = len(error.problems)
        print(f"{count} problem{'s' if count > 1 else ''}; nothing was written.")
        log.error("refused problems=%d seconds=%.1f", count, time.perf_counter() - started)
        return 1
    built = folder / "built"
    if check:
        if not is_current(built, files):
            print("The record has no problems, but geodata/built is not what it builds. Run: python -m kazatlas")
            log.error("checked current=no")
            return 1
        print("The record has no problems, and geodata/built is current.")
        log.info("checked current=yes seconds=%.1f", time.perf_counter() - started)
        return 0
    try:
        changed = write_built(built, files)
    except OSError as error:
        print(f"geodata/built could not be written ({error.strerror}); it is as it was.")
        print("Make room or give the right to write, and build again.")
        log.error("not written: %s", error.strerror)
        return 1
    versions = files["atlas.geojson"].count(b'"type":"Feature"')
    size = sum(map(len, files.values())) / 1e6
    done = "Built" if changed else "Already current:"
    seconds = time.perf_counter() - started
    print(f"{done} {versions} unit versions, {len(files)} files, {size:.1f} MB, {seconds:.1f} s.")
    log.info("built versions=%d files=%d megabytes=%.1f seconds=%.1f changed=%s",
             versions, len(files), size, seconds, "yes" if changed else "no")  # fmt: skip
    return 0


def command_check_packaged(folder: Path) -> int:
    """Say that the installed atlas is whole; there is no record to check it against."""
    version = load_atlas(folder / "built").tables["data_version"]
    read_base(folder / "base")
    print(f"The installed atlas, data {version}, is whole. Its record is not installed; a clone of the project has it.")
    return 0


def command_serve(folder: Path, address: str | None, port: int | None, more: list[str]) -> int:
    """Serve the page, if there is an atlas to show."""
    load_atlas(folder / "built")
    read_base(folder / "base")
    given = {"address": address, "port": port}
    options = [f"--server.{name}={value}" for name, value in given.items() if value is not None]
    return serve(folder, [*options, *more])


def command_at(folder: Path, day: str, view: str, level: int | None) -> int:
    """Write the units in force on a day as GeoJSON to standard output."""
    built = folder / "built"
    atlas = load_atlas(built)
    chosen = set(in_force(atlas.versions, day, view.replace("-", "_"), level)["id"])
    features = [f for f in features_of(read_built(built)["atlas.geojson"]) if f["id"] in chosen]
    header = data_header(atlas.tables["data_version"])
    sys.stdout.buffer.write(dump_features(features, **header, date=day, view=view))
    return 0


def command_lesson(folder: Path, file: Path, language: Language) -> int:
    """Write the lesson: map, timeline, cards and sources in one HTML file."""
    built = folder / "built"
    try:
        size = write_lesson(load_atlas(built), read_json(built / "map.json"), file, language)
    except OSError as error:
        print(f"{file} could not be written ({error.strerror}).", file=sys.stderr)
        return 1
    print(f"Wrote {file}, {size / 1e6:.1f} MB.")
    return 0


def command_edition(folder: Path) -> int:
    """Write down what each unit is in this version of the data, so that links to it can be told what changed."""
    atlas = load_atlas(folder / "built")
    try:
        file = write_edition(folder / "editions", atlas.tables["data_version"], edition_of(atlas))
    except OSError as error:
        print(f"{folder / 'editions'} could not be written ({error.strerror}).", file=sys.stderr)
        return 1
    print(f"Wrote {file.name}.")
    return 0


def command_witnesses(folder: Path) -> int:
    """Test each new witness on the map as it stands and keep the outcome, before any line is redrawn to fit it."""
    record, problems = read_record(folder)
    faces, more = (None, []) if problems else build_faces(record)
    if faces is None or more:
        print("The record has problems; see: python -m kazatlas --check", file=sys.stderr)
        return 1
    proof = Proof(record, faces, stretches(record))
    tests = [*record.witness_tests, *new_tests(proof)]
    try:
        file = write_tests(folder, tests)
    except OSError as error:
        print(f"{folder.name}/{TESTS} could not be written ({error.strerror}).", file=sys.stderr)
        return 1
    missed = [test for test in tests if test.missed_km and test.data_version == record.data_version]
    for test in sorted(missed, key=lambda test: -test.missed_km):
        print(f"{test.id}: missed by {test.missed_km} km{' (held back)' if test.held_back == 'yes' else ''}")
    count = len(tests) - len(record.witness_tests)
    print(f"Wrote {file.name}: {count} tests more; {len(missed)} missed by data {record.data_version}.")
    return 0


def _day(text: str) -> str:
    """Return a day within the coverage, for argparse."""
    try:
        return iso_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    _prepare_streams()
    folder = GEODATA if options.geodata is None else options.geodata
    command = "check" if options.check else options.command or "build"
    try:
        return _run(command, folder, options)
    except AtlasError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        print(f"Run: {remedy(folder, is_given=options.geodata is not None)}", file=sys.stderr)
        log.error("atlas %s", error.code)
        return 1
    except KeyboardInterrupt:
        print("Stopped; geodata/built is as it was, or new and whole.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever reads the output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


def _run(command: str, folder: Path, options: argparse.Namespace) -> int:
    """Run a command on a data folder."""
    if command in READS_RECORD and is_packaged(folder):
        told = f"'{command}' needs the record, and only what was built of it is installed."
        print(f"{told} Run it in a clone of the project, or name its folder: --geodata DIR.", file=sys.stderr)
        return 1
    if command == "check" and is_packaged(folder):
        return command_check_packaged(folder)
    if command in ("build", "check"):
        return command_build(folder, command == "check")
    if command == "serve":
        return command_serve(folder, options.address, options.port, options.options)
    if command == "at":
        return command_at(folder, options.date, options.view, options.level)
    if command == "lesson":
        return command_lesson(folder, options.file, options.lang)
    if command == "edition":
        return command_edition(folder)
    if command == "witnesses":
        return command_witnesses(folder)
    return int(options.run(folder, options))


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
    at = commands.add_parser("at", help="write the GeoJSON of one day to standard output")
    at.add_argument("date", type=_day)
    at.add_argument("--view", choices=["de-jure", "de-facto"], default="de-jure")
    at.add_argument("--level", type=int, choices=[0, 1, 2])
    lesson = commands.add_parser("lesson", help="write the whole atlas as one HTML file that opens without a network")
    lesson.add_argument("file", type=Path, metavar="FILE.html")
    lesson.add_argument("--lang", choices=LANGUAGES, default="kk")
    commands.add_parser("edition", help="write down what each unit is in this version of the data (at each release)")
    commands.add_parser("witnesses", help="test new witnesses on the map as it stands, and keep the outcome")
    export.add_command(commands, day=_day)
    location.add_command(commands, day=_day)
    about = "the data folder; that of the clone in which it runs, or what is installed, when not given"
    for each in (parser, *commands.choices.values()):
        each.add_argument("--geodata", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=about)
    return parser


def _prepare_streams() -> None:
    """Print what the terminal cannot show as escapes; log to standard error, but not to a person's terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    level = logging.CRITICAL if sys.stderr.isatty() else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(levelname)s %(message)s")


if __name__ == "__main__":
    sys.exit(main())
