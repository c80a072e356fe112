"""Kazatlas installs: the wheel, its commands without a clone, the page that it serves; and what each command reads."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.testing.v1 import AppTest
from websockets.sync.client import connect

from kazatlas import __main__ as command
from kazatlas import folders
from kazatlas.atlas.store import FILES, MANIFEST, AtlasError
from kazatlas.plate.print_map import read_base
from kazatlas.web.serve import entry, flags
from tests.conftest import GEODATA, ROOT, free_port, write_toy

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCES = (
    "pyproject.toml",
    "setup.py",
    "MANIFEST.in",
    "README.md",
    "LICENSE",
    "LICENSES.md",
    ".streamlit",
    "geodata",
    "src",
)


# ---- the wheel, in an empty environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the project, and return it beside the environment that built it."""
    home = tmp_path_factory.mktemp("install")
    strange = shutil.ignore_patterns("__pycache__", "*.egg-info", ".building-*")
    (home / "copy").mkdir()
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, home / "copy" / name, ignore=strange)
        else:
            shutil.copy(path, home / "copy" / name)
    subprocess.run([sys.executable, "-m", "venv", home / "env"], check=True)
    pip(home, "wheel", "-q", "--no-deps", "-w", str(home), str(home / "copy"))
    shutil.rmtree(home / "copy")
    (file,) = home.glob("*.whl")
    return file


def pip(home: Path, *arguments: str) -> None:
    done = subprocess.run(
        [home / "env" / "bin" / "python", "-m", "pip", "--disable-pip-version-check", *arguments],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


class Installed:
    """An environment that holds the wheel, and an empty folder and an empty home to use it from."""

    def __init__(self, home: Path) -> None:
        self.program = home / "env" / "bin" / "kazatlas"
        (self.package,) = (home / "env").glob("lib/python*/site-packages/kazatlas")
        self.folder = home / "empty"
        self.folder.mkdir()
        self.temporary = home / "tmp"
        self.temporary.mkdir()
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STREAMLIT"))}
        self.env = mine | {
            "HOME": str(home / "nobody"), "TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1",
            "MPLCONFIGDIR": str(home / "matplotlib"),
        }  # fmt: skip

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )

    def files(self) -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in self.package.rglob("*")}


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Installed:
    home = wheel.parent
    pip(home, "install", "-q", "--no-deps", str(wheel))
    installed = Installed(home)
    # After pip, which would else take an older kazatlas for installed here. A line in a .pth file lends the
    # libraries and not what their own .pth files point at, such as a clone.
    (installed.package.parent / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return installed


@pytest.mark.install
def test_the_wheel_holds_the_page_and_what_is_built_and_not_the_record(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {name.removeprefix("kazatlas/geodata/") for name in names if name.startswith("kazatlas/geodata/")}
    assert data >= {f"built/{name}" for name in (*FILES, MANIFEST)} | {"VERSION", "LICENSE", "today/LICENSE"}
    for folder in ("base", "editions"):
        assert {f"{folder}/{path.name}" for path in (GEODATA / folder).iterdir()} <= data
    assert {
        "kazatlas/web/page.py",
        "kazatlas/streamlit.toml",
        "kazatlas/static/map.js",
        "kazatlas/locale/kk.po",
        "kazatlas/templates/unit_card.html.jinja",
        "kazatlas/templates/lesson.html.jinja",
    } <= names
    assert [name for name in names if name.endswith(".yaml") or name.startswith("tests")] == []


@pytest.mark.install
def test_the_installed_program_writes_a_day_to_whoever_reads_its_beginning(installed: Installed) -> None:
    told = subprocess.run(
        f"{installed.program} at 1921-06-15 | head -n 3",
        shell=True, cwd=installed.folder, env=installed.env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    head, first, _ = told.stdout.splitlines()
    assert json.loads(head + "]}")["date"] == "1921-06-15"
    assert json.loads(first.rstrip(","))["type"] == "Feature"
    assert told.stderr == ""


@pytest.mark.install
def test_the_installed_program_locates_points(installed: Installed) -> None:
    (installed.folder.parent / "points.csv").write_text("name,lon,lat\nСемей,80.25,50.41\n", encoding="utf-8")
    told = installed.run("locate", "../points.csv", "--date", "1921-06-15")
    assert told.returncode == 0
    assert "Semipalatinsk uezd" in told.stdout


@pytest.mark.install
@pytest.mark.parametrize("arguments", [[], ["edition"]], ids=" ".join)
def test_what_needs_the_record_says_so_where_there_is_none(installed: Installed, arguments: list[str]) -> None:
    before = installed.files()
    told = installed.run(*arguments)
    assert (told.returncode, told.stdout) == (1, "")
    assert "needs the record" in told.stderr
    assert "--geodata DIR" in told.stderr
    assert installed.files() == before


@pytest.mark.install
def test_the_installed_program_checks_that_what_is_installed_is_whole(installed: Installed) -> None:
    told = installed.run("check")
    assert told.returncode == 0, told.stderr
    assert "is whole" in told.stdout


@pytest.mark.install
def test_a_damaged_installation_is_told_with_what_mends_it(installed: Installed) -> None:
    file = installed.package / "geodata" / "built" / "tables.json"
    sound = file.read_bytes()
    file.write_bytes(sound[:100])
    try:
        told = installed.run("serve")
    finally:
        file.write_bytes(sound)
    assert told.returncode == 1
    assert told.stderr.splitlines()[:2] == ["tables.json is not what the build wrote.", f"Run: {folders.REINSTALL}"]


@pytest.mark.install
def test_the_installed_page_is_served_from_an_empty_folder(installed: Installed) -> None:
    before = installed.files()
    port = free_port()
    process = subprocess.Popen(
        [installed.program, "serve", "--address", "127.0.0.1", "--port", str(port), "--", "--server.baseUrlPath=atlas"],
        cwd=installed.folder, env=installed.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert asked(port, "atlas/_stcore/health") == b"ok"
        open_page(port, "atlas/_stcore/stream")
        (script,) = wait_for(lambda: list(installed.temporary.glob("kazatlas-serve-*/static/atlas.*.js")))
        served = asked(port, f"atlas/app/static/{script.name}")
        assert b"KAZATLAS_WORDS" in served
        assert served == script.read_bytes()
    finally:
        process.terminate()
        told, _ = process.communicate(timeout=30)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert list(installed.temporary.iterdir()) == []
    assert list(installed.folder.iterdir()) == []
    assert installed.files() == before


def wait_for(found: Any, seconds: float = 60) -> Any:
    """Return what a function gives as soon as it gives something."""
    until = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return value


def asked(port: int, path: str) -> bytes:
    """Return what the server answers once it stands."""

    def ask() -> bytes | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            return None

    return bytes(wait_for(ask))


def open_page(port: int, path: str) -> None:
    """Open the page as a browser does, and wait for its first words."""
    opened = BackMsg()
    opened.rerun_script.query_string = ""
    with (
        socket.create_connection(("127.0.0.1", port)) as sock,
        connect(f"ws://127.0.0.1:{port}/{path}", sock=sock, subprotocols=["streamlit"], max_size=None) as page,  # type: ignore[list-item]
    ):
        page.send(opened.SerializeToString())
        wait_for(lambda: "Қазақ АКСР атласы".encode() in bytes(page.recv(timeout=60)))  # type: ignore[arg-type]


# ---- what the project says of itself


def test_the_package_asks_for_what_requirements_txt_asks_for() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    runtime, tests = (
        [line for line in part.splitlines() if line and not line.startswith(("#", "-"))]
        for part in text.split("# tests\n")
    )
    assert PROJECT["dependencies"] == runtime
    assert PROJECT["optional-dependencies"] == {"test": tests}


def test_the_entry_of_a_clone_is_thin() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) < 30


def test_streamlit_is_known_to_the_modules_of_the_page_alone() -> None:
    found = {
        path.stem
        for path in (ROOT / "src" / "kazatlas").rglob("*.py")
        if re.search(r"^\s*(import|from) streamlit\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found == {"page", "head", "widgets", "downloads", "serve"}


def test_the_settings_of_the_page_become_options() -> None:
    told = flags({"server": {"headless": True}, "theme": {"font": "sans-serif", "light": {"textColor": "#2c2a26"}}})
    assert told == ["--server.headless=true", "--theme.font=sans-serif", "--theme.light.textColor=#2c2a26"]


# ---- which folder a command reads


def test_a_command_reads_the_clone_in_which_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "clone" / "src" / "kazatlas"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (tmp_path / "clone" / "pyproject.toml").touch()
    monkeypatch.chdir(package)
    assert folders.find_geodata() == tmp_path / "clone" / "geodata"


def test_elsewhere_a_command_reads_the_clone_that_the_program_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert folders.find_geodata() == folders.PACKAGE.parents[1] / "geodata"


def test_without_a_clone_what_is_installed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folders, "PACKAGE", tmp_path / "kazatlas")
    assert folders.find_geodata() == folders.PACKAGED
    assert folders.remedy(folders.PACKAGED) == folders.REINSTALL


@pytest.fixture
def country(tmp_path: Path, toy: dict[str, Any]) -> Path:
    """Return the data folder of the toy country, built."""
    folder = write_toy(tmp_path / "geodata", toy)
    assert command.main(["build", "--geodata", str(folder)]) == 0
    return folder


def test_the_older_forms_of_the_commands_are_the_same(country: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for arguments in (["check"], ["--check"], ["build"], []):
        capsys.readouterr()
        assert command.main(["--geodata", str(country), *arguments]) == 0
        told.append(re.sub(r"[\d.]+ s", "", capsys.readouterr().out))
    assert told[0] == told[1] != told[2] == told[3]


def test_a_data_folder_may_be_named_before_or_after_the_command(
    country: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    capsysbinary.readouterr()
    assert command.main(["at", "1920-09-01", "--geodata", str(country)]) == 0
    after = capsysbinary.readouterr().out
    assert command.main(["--geodata", str(country), "at", "1920-09-01"]) == 0
    assert capsysbinary.readouterr().out == after
    assert b"a1-uezd" in after


# ---- what is missing or damaged


def outcome(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return the lines that a failing command prints, without the log."""
    capsys.readouterr()
    assert command.main([*arguments, "--geodata", str(folder)]) == 1
    told = capsys.readouterr()
    return (told.out + told.err).splitlines()


READING = (["at", "1921-06-15"], ["lesson", "l.html"], ["edition"], ["export", "out"], ["serve"])


@pytest.mark.parametrize("arguments", READING, ids=lambda given: given[0])
def test_a_missing_data_folder_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    folder = tmp_path / "geodata"
    told = outcome(folder, capsys, *arguments)
    assert told == [f"The folder {folder} is missing.", f"Run: python -m kazatlas --geodata {folder}"]


@pytest.mark.parametrize("arguments", READING, ids=lambda given: given[0])
def test_every_damaged_file_of_the_built_atlas_is_named(
    country: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (country / "built" / "tables.json").unlink()
    (country / "built" / "map.json").write_text("{}")
    assert outcome(country, capsys, *arguments) == [
        "map.json is not what the build wrote.",
        "tables.json is missing from the built atlas, or unreadable.",
        f"Run: python -m kazatlas --geodata {country}",
    ]
    shutil.rmtree(country / "built")
    assert outcome(country, capsys, *arguments)[0] == f"There is no built atlas in {country / 'built'}."


@pytest.mark.parametrize("form", [["build"], ["check"]], ids=" ".join)
def test_every_missing_or_damaged_file_of_the_record_is_named(
    country: Path, capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    (country / "doubts.yaml").unlink()
    (country / "methods.yaml").write_text("{", encoding="utf-8")
    shutil.rmtree(country / "base")
    told = outcome(country, capsys, *form)
    for file in ("geodata/doubts.yaml", "geodata/methods.yaml", "geodata/base"):
        assert len([line for line in told if line.startswith(f"{file}")]) == 1, told
    shutil.rmtree(country)
    assert outcome(country, capsys, *form)[:2] == [
        f"geodata: is missing. Looked for it at {country}.",
        "1 problem; nothing was written.",
    ]
    assert outcome(country, capsys, "witnesses") == ["The record has problems; see: python -m kazatlas --check"]


def test_a_damaged_background_is_told_file_by_file(country: Path) -> None:
    for name in ("land", "sea"):
        (country / "base" / f"{name}.geojson").write_text("{", encoding="utf-8")
    with pytest.raises(AtlasError) as error:
        read_base(country / "base")
    assert [fault.split(",")[0] for fault in error.value.faults] == ["base/land.geojson", "base/sea.geojson"]
    shutil.rmtree(country / "base")
    with pytest.raises(AtlasError, match="There is no background"):
        read_base(country / "base")


def test_the_page_says_in_words_that_there_is_no_atlas_and_what_makes_one(tmp_path: Path) -> None:
    page = AppTest.from_file(str(entry(tmp_path, tmp_path / "geodata")), default_timeout=60).run()
    assert not page.exception
    assert [error.value for error in page.error] == ["Атлас әлі құрастырылмаған. Алдымен мына бұйрықты орындаңыз:"]
    assert page.code[0].value == "python -m kazatlas"


def test_the_script_that_is_served_shows_the_folder_that_was_named(country: Path, tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    script = entry(tmp_path / "served", country)
    assert compile(script.read_text(encoding="utf-8"), script.name, "exec")
    assert repr(str(country)) in script.read_text(encoding="utf-8")
    assert (script.parent / "static").is_dir()
