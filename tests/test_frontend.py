"""The committed scripts are what frontend/ makes: known by their digests, without Node."""

from __future__ import annotations

import hashlib
import json
import re

from tests.conftest import ROOT

FRONTEND, STATIC = ROOT / "frontend", ROOT / "src" / "kazatlas" / "static"
MADE = "Made by `npm run build` in frontend/, which is where to change it."
STAMP = re.compile(rf"/\* {MADE}\n \* sources ([0-9a-f]{{64}})\n \* contents ([0-9a-f]{{64}})\n \*/\n(.*)", re.DOTALL)
REMEDY = "run `npm ci && npm run build` in frontend/ and commit what it makes"


def read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def stamped() -> tuple[str, str, str]:
    """Return the two digests in the map's header, and what comes after it."""
    found = STAMP.fullmatch(read("map.js"))
    assert found, f"src/kazatlas/static/map.js has no digests: {REMEDY}"
    return found[1], found[2], found[3]


def test_the_scripts_are_made_from_the_modules_as_they_are() -> None:
    modules = [f"src/{path.name}" for path in (FRONTEND / "src").iterdir()]
    digest = hashlib.sha256()
    for name in sorted(["build.js", "package-lock.json", "package.json", *modules]):
        digest.update(f"{name}\0{(FRONTEND / name).read_text(encoding='utf-8')}\0".encode())
    assert stamped()[0] == digest.hexdigest(), f"frontend/ has changed: {REMEDY}"


def test_nobody_has_changed_the_scripts_by_hand() -> None:
    _, told, body = stamped()
    made = "\0".join((body, *(read(name) for name in ("leaflet.css", "lesson.js", "page.js"))))
    assert told == hashlib.sha256(made.encode()).hexdigest(), f"change frontend/src, then {REMEDY}"


def test_every_script_says_where_it_is_made() -> None:
    assert {path.name for path in STATIC.glob("*.js")} == {"lesson.js", "map.js", "page.js"}
    assert all(read(path.name).startswith(f"/* {MADE}") for path in STATIC.glob("*.js"))


def test_leaflets_private_names_stand_in_one_module() -> None:
    found = {
        path.name
        for path in (FRONTEND / "src").glob("*.js")
        if re.search(r"\._[a-z]", path.read_text(encoding="utf-8"))
    }
    assert found == {"leaflet.js"}


def test_leaflet_is_the_version_whose_private_names_were_read() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    version = lock["packages"]["node_modules/leaflet"]["version"]
    assert version.startswith("1.9.")
    assert f"Leaflet {version}" in read("map.js")


def test_the_readme_names_the_oldest_browsers_that_the_scripts_are_built_for() -> None:
    (targets,) = re.findall(r"const TARGET = \[(.*)\];", (FRONTEND / "build.js").read_text(encoding="utf-8"))
    built = dict(re.findall(r'"([a-z]+)([\d.]+)"', targets))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"oldest browsers served are ([^;]+);", readme)
    named = {name.lower(): version for name, version in re.findall(r"([A-Z][a-z]+) ([\d.]+)", told)}
    together = re.fullmatch(r"Chrome and Edge ([\d.]+),.*", told, re.DOTALL)
    assert together
    assert named | {"chrome": together[1]} == built
