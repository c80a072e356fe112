"""The committed bundle is what frontend/ makes: known by its stamp, without Node."""

from __future__ import annotations

import hashlib
import re

from tests.conftest import ROOT

FRONTEND, STATIC = ROOT / "frontend", ROOT / "src" / "kazatlas" / "static"
STAMP = re.compile(
    r"/\* Made by `npm run build`.*\n \* sources ([0-9a-f]{64})\n \* contents ([0-9a-f]{64})\n \*/\n(.*)", re.DOTALL
)


def stamped() -> tuple[str, str, str]:
    """Return the two digests in the bundle's header, and what comes after it."""
    found = STAMP.fullmatch((STATIC / "map.js").read_text(encoding="utf-8"))
    assert found, "src/kazatlas/static/map.js has no stamp: run `npm ci && npm run build` in frontend/"
    return found[1], found[2], found[3]


def test_the_bundle_is_made_from_the_modules_as_they_are() -> None:
    names = ["build.js", "package-lock.json", "package.json", *(f"src/{p.name}" for p in (FRONTEND / "src").iterdir())]
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(f"{name}\0{(FRONTEND / name).read_text(encoding='utf-8')}\0".encode())
    assert stamped()[0] == digest.hexdigest(), "frontend/ has changed: run `npm ci && npm run build` there and commit"


def test_nobody_has_changed_the_bundle_by_hand() -> None:
    _, told, body = stamped()
    css = (STATIC / "leaflet.css").read_text(encoding="utf-8")
    assert told == hashlib.sha256(f"{body}\0{css}".encode()).hexdigest(), "change frontend/src and run `npm run build`"


def test_leaflets_private_names_stand_in_one_module() -> None:
    found = {
        path.name
        for path in (FRONTEND / "src").glob("*.js")
        if re.search(r"\._[a-z]", path.read_text(encoding="utf-8"))
    }
    assert found == {"leaflet.js"}
