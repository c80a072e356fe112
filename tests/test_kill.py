"""A build that is killed, or that cannot write, leaves built/ as it was or new and whole."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from tqdm import tqdm

from kazatlas import __main__ as command
from kazatlas.atlas import store as writing
from kazatlas.atlas.store import load_atlas, read_built, write_built
from tests.conftest import ROOT, make_toy, words, write_toy

KILLS = 50

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed and forked as on Unix")


def other_toy():
    """Return the toy record with another title of an event."""
    toy = make_toy()
    toy["events.yaml"]["republic"]["title"] = words("another title")
    return toy


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def build(folder):
    command.GEODATA = folder
    return command.main([])


def start(work):
    """Begin work in a process of its own, the libraries being loaded; return its id and a file of what it prints."""
    output = tempfile.TemporaryFile()  # noqa: SIM115
    child = os.fork()
    if child:
        return child, output
    code = 99
    # A process killed with the lock of the progress bar in its hand would hold up all that come after it.
    tqdm.set_lock(threading.RLock())
    try:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")
        code = work()
        sys.stdout.flush()
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code or 0)


def finish(child, output):
    """Wait for a process; return how it ended (minus the signal that killed it) and what it printed."""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    output.seek(0)
    return code, output.read().decode()


def run(work):
    return finish(*start(work))


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Return a folder with the toy record and its built atlas, and what built/ holds for either toy."""
    folder, held = tmp_path_factory.mktemp("template") / "geodata", []
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(command, "GEODATA", folder)
        for toy in (other_toy(), make_toy()):
            write_toy(folder, toy)
            assert command.main([]) == 0
            held.insert(0, content(folder / "built"))
    assert held[0] != held[1]
    return folder, held


@pytest.fixture
def project(template, tmp_path):
    """Return the folder of a project whose atlas is built, and what built/ holds for either toy."""
    folder, held = template
    return Path(shutil.copytree(folder, tmp_path / "project" / "geodata")), held


def test_a_build_killed_at_any_moment_leaves_the_old_or_the_new(project):
    folder, held = project

    def build_for_ever():
        toys = [make_toy(), other_toy()]
        while True:
            toys.reverse()
            write_toy(folder, toys[0])
            build(folder)

    moments = random.Random(7)
    seen = []
    for _ in range(KILLS):
        child, output = start(build_for_ever)
        time.sleep(moments.uniform(0.01, 0.6))
        os.kill(child, signal.SIGKILL)
        assert finish(child, output)[0] == -signal.SIGKILL
        found = content(folder / "built")
        assert found in held, "a mixture"
        read_built(folder / "built")
        seen.append(held.index(found))
    write_toy(folder, other_toy())
    code, told = run(lambda: build(folder))
    assert code == 0, told
    assert content(folder / "built") == held[1]
    assert not list(folder.glob(".building-*"))
    assert set(seen) == {0, 1}, "all kills fell on one side"


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("step", ["mkdtemp", "write", "fsync", "exchange", "rmtree"])
def test_a_write_killed_at_each_step_leaves_the_old_or_the_new(tmp_path, step):
    old, new = {"a": b"1" * 9000, "b": b"1" * 9000}, {"a": b"2" * 9000, "b": b"2" * 9000}
    folder = tmp_path / "built"
    write_built(folder, old)

    def write():
        with pytest.MonkeyPatch.context() as patch:
            if step == "mkdtemp":
                make = tempfile.mkdtemp
                patch.setattr(tempfile, "mkdtemp", lambda **more: (make(**more), die()))
            elif step == "write":
                opened = Path.open
                patch.setattr(Path, "open", lambda path, mode="r", *a, **k: Half(opened(path, mode, *a, **k), mode))
            elif step == "fsync":
                patch.setattr(os, "fsync", die)
            elif step == "exchange":
                patch.setattr(writing, "_put_in_place", die)
            else:
                patch.setattr(shutil, "rmtree", die)
            write_built(folder, new)

    assert run(write)[0] == -signal.SIGKILL
    assert content(folder) == (new if step == "rmtree" else old)
    assert len(list(tmp_path.iterdir())) == 2, "the kill left nothing: it came at the wrong moment"
    assert write_built(folder, new) is (step != "rmtree")
    assert content(folder) == new
    assert [p.name for p in tmp_path.iterdir()] == ["built"]


class Half:
    """A file of which half is written when the process dies."""

    def __init__(self, file, mode):
        self.file, self.mode = file, mode

    def __enter__(self):
        return self if self.mode == "wb" else self.file

    def __exit__(self, *_):
        self.file.close()

    def write(self, data):
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        die()


def test_two_builds_at_once_do_not_disturb_each_other(project):
    folder, _ = project

    def write(letter):
        for number in range(60):
            write_built(folder / "built", {f"{i}": (letter * 99_999 + str(number)).encode() for i in range(4)})

    children = [start(lambda letter=letter: write(letter)) for letter in "xy"]
    assert [finish(*child)[0] for child in children] == [0, 0]
    assert len(set(content(folder / "built").values())) == 1
    assert not list(folder.glob(".building-*"))


def test_reading_while_a_build_changes_the_atlas_gives_one_or_the_other(project):
    folder, held = project

    def write_for_ever():
        while True:
            held.reverse()
            write_built(folder / "built", held[0])
            time.sleep(0.05)

    child, output = start(write_for_ever)
    try:
        titles = {load_atlas(folder / "built").tables["events"][1]["title"]["en"] for _ in range(20)}
    finally:
        os.kill(child, signal.SIGKILL)
        finish(child, output)
    assert titles <= {"title", "another title"}


def refused(folder, held, prepare=lambda: None):
    """Build the other toy where nothing can be written; built/ must stay, and a sentence must tell."""
    before = sorted(folder.iterdir())

    def work():
        prepare()
        return build(folder)

    code, told = run(work)
    assert code == 1, told
    assert told.startswith("geodata/built could not be written ("), told
    assert "it is as it was." in told
    assert "Traceback" not in told
    assert content(folder / "built") == held[0]
    assert sorted(folder.iterdir()) == before
    return told


def test_a_disk_that_fills_within_a_file_changes_nothing(project):
    folder, held = project
    write_toy(folder, other_toy())
    half = max(map(len, held[0].values())) // 2
    # A limit on the size of files stops the writing in the middle of one, and needs no right of root.
    told = refused(folder, held, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (half, half)))
    assert "File too large" in told


def test_a_folder_without_the_right_to_write_changes_nothing(project):
    folder, held = project
    with tempfile.TemporaryDirectory() as home:  # one that any user may enter
        Path(home).chmod(0o755)
        there = Path(shutil.copytree(folder, Path(home) / "geodata"))
        write_toy(there, other_toy())
        there.chmod(0o555)
        try:
            told = refused(there, held, lambda: os.setuid(65534) if os.geteuid() == 0 else None)
        finally:
            there.chmod(0o755)
    assert "Permission denied" in told


def mounted(folder, *options):
    """Mount a disk; return whether there was the right to."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    return subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(project):
    """Return a project on a disk of its own, of 1 MB."""
    folder, held = project
    disk = folder.parent / "disk"
    disk.mkdir()
    if not mounted(disk, "-t", "tmpfs", "-o", "size=1m", "tmpfs"):
        pytest.skip("no right to mount a disk; the limit on file sizes and the folder without rights stand for it")
    there = Path(shutil.copytree(folder, disk / "geodata"))
    write_toy(there, other_toy())
    yield there, held
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_changes_nothing(small_disk):
    folder, held = small_disk
    ballast = folder.parent / "ballast"
    room = os.statvfs(folder)
    ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - 8192))
    assert "No space left" in refused(folder, held)
    ballast.unlink()
    assert run(lambda: build(folder))[0] == 0
    assert content(folder / "built") == held[1]


def test_a_disk_for_reading_only_changes_nothing(small_disk):
    folder, held = small_disk
    assert mounted(folder.parent, "-o", "remount,ro")
    assert "Read-only" in refused(folder, held)


def test_a_file_in_the_place_of_built_is_not_taken_away(project):
    folder, _ = project
    shutil.rmtree(folder / "built")
    (folder / "built").write_text("mine")
    code, told = run(lambda: build(folder))
    assert code == 1
    assert "Not a directory" in told
    assert (folder / "built").read_text() == "mine"


@pytest.mark.parametrize("there", [True, False])
def test_a_link_in_the_place_of_built_is_followed(project, there):
    folder, held = project
    elsewhere = folder.parent / "elsewhere"
    (folder / "built").rename(elsewhere)
    if not there:
        shutil.rmtree(elsewhere)
    (folder / "built").symlink_to(elsewhere)
    write_toy(folder, other_toy())
    code, told = run(lambda: build(folder))
    assert code == 0, told
    assert (folder / "built").is_symlink()
    assert content(elsewhere) == held[1]


def test_a_folder_in_the_place_of_a_built_file_is_replaced(project):
    folder, held = project
    (folder / "built/tables.json").unlink()
    (folder / "built/tables.json").mkdir()
    code, told = run(lambda: build(folder))
    assert code == 0, told
    assert content(folder / "built") == held[0]


def test_a_build_that_is_interrupted_says_so(project, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "GEODATA", project[0])
    monkeypatch.setattr(command, "write_built", interrupt)
    assert command.main([]) == 130
    assert capsys.readouterr().err.startswith("Stopped")


COMMAND = "import sys; from pathlib import Path; from kazatlas import __main__ as c; c.GEODATA = Path(sys.argv[1]); "


def process_of(folder, *arguments, **environment):
    """Run the command line in a Python of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", f"{COMMAND}sys.exit(c.main({list(arguments)!r}))", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_output_that_nobody_reads_to_its_end_is_no_error(project):
    with process_of(project[0], "at", "1921-06-10") as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def test_what_a_terminal_cannot_show_is_escaped(project):
    toy = make_toy()
    toy["events.yaml"]["republic"]["certainty"] = "анық қазақ 🙂"
    with process_of(write_toy(project[0], toy), PYTHONIOENCODING="cp1251") as process:
        told, log = process.communicate()
    assert process.returncode == 1
    assert b"Traceback" not in told + log
    assert b"geodata/events.yaml, republic" in told
    assert rb"\u049b" in told


def test_one_line_of_the_log_a_build_and_a_fault(project):
    folder, _ = project
    with process_of(folder) as process:
        told, log = process.communicate()
    assert told.startswith(b"Already current: ")
    assert [line.split(" kazatlas ")[1].split(" v")[0] for line in log.decode().splitlines()] == ["INFO built"]
    toy = make_toy()
    toy["events.yaml"]["republic"]["certainty"] = "sure"
    toy["units/uezds.yaml"]["a2-uezd"]["versions"][0]["parent"] = "north"
    with process_of(write_toy(folder, toy)) as process:
        told, log = process.communicate()
    lines = [line.split(" kazatlas ")[1] for line in log.decode().splitlines()]
    assert lines[:2] == [
        "ERROR problem file=geodata/events.yaml id=republic",
        "ERROR problem file=geodata/units/uezds.yaml id=a2-uezd",
    ]
    assert lines[2].startswith("ERROR refused problems=2 seconds=")
    assert b"ERROR" not in told
