"""Damaged records: each is built correctly, or refused with file, place and remedy, and built/ stays as it was."""

from __future__ import annotations

import contextlib
import copy
import io
import itertools
import json
import os
import re
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kazatlas import __main__ as command
from kazatlas.atlas.store import FILES as BUILT_FILES
from kazatlas.atlas.store import FORMAT, MANIFEST, AtlasError, change_dates, load_atlas, manifest_of
from kazatlas.record.text_files import MAX_FILE
from kazatlas.record.types import VIEWS
from tests.conftest import CITED, GEODATA, make_toy, words, write_toy

TIMES = int(os.environ.get("MUTANTS_TIMES", "1"))
MUTANTS = settings(
    max_examples=500 * TIMES,
    derandomize=TIMES == 1,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate] if TIMES > 1 else [Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
"""The same mutants each time; MUTANTS_TIMES=20 tries twenty times as many, others each time."""

QUOTED = [{"source": "book", "locator": "p. 2", "quote": "сөз", "quote_lang": "kk", "translation": {"en": "word"}}]
counted: Counter[str] = Counter()
ran: set[str] = set()


@pytest.fixture(autouse=True)
def note(request):
    """Write down which tests this process has run."""
    ran.add(request.node.originalname)


def rich_toy():
    """Return the toy country with every kind of field in it."""
    toy = make_toy()
    toy["sources.yaml"]["book"] |= {
        "URL": "https://example.org/book", "note": words("n"), "author": [{"family": "A", "given": "B"}],
        "issued": {"date-parts": [[1959, 2]]}, "knows_to": 1930, "publisher": "P",
    }  # fmt: skip
    toy["origins.yaml"]["encyclopaedia"]["may_rest_on"] = ["book"]
    handover = toy["events.yaml"]["handover"]
    handover["conflict"] = ["c1"]
    handover["citations"] = QUOTED
    handover["alternatives"] = [
        {
            "date": "1921-04-26",
            "edtf": "1921-04-26/1921-05",
            "status": "disputed",
            "reading": words("r"),
            "citations": CITED,
        }
    ]
    toy["zones.yaml"]["quarrel"]["states"] = [{"from": "republic", "text": words("s"), "citations": CITED}]
    town = toy["places.yaml"]["town"]
    town["names"] = [words("Town"), {"from": "handover", **words("Red Town"), "citations": CITED}]
    town |= {"later": {"kk": ["Қала"]}, "period": ["Городъ"], "note": words("n")}
    a1 = toy["units/uezds.yaml"]["a1-uezd"]
    a1["figures"] = [
        {
            "what": "area",
            "value": 100,
            "unit": "sq-verst",
            "as_of": 1897,
            "source": "book",
            "locator": "t",
            "compare": {"units": ["a1-uezd"], "without": [], "on": "opens", "view": "de_jure"},
            "why": words("w"),
        }
    ]
    a1["versions"][1] |= {"note": words("n"), "name_citations": CITED, "name_period": "Уѣздъ"}
    toy["article.yaml"] = {
        "passages": [
            {"id": "p", "locator": "1", "quote": "сөз", "translation": {"en": "word"}, "date": "1921-04-01",
             "view": "de_jure", "unit": "west", "events": ["handover"], "zones": ["quarrel"], "annotations": ["slip"]}
        ],
        "slips": [{"id": "slip", "title": words("t"), "text": words("x"), "citations": CITED}],
        "republic_card": [{"id": "capital", "title": words("t"), "text": words("x"), "citations": CITED}],
    }  # fmt: skip
    toy["base/names.geojson"] = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [61.0, 49.0]},
             "properties": {"id": "sea", "name_kk": "Т", "name_ru": "М", "name_en": "S", "angle": 5, "rank": 2, "source": "book"}}
        ],
    }  # fmt: skip
    return toy


RICH = rich_toy()
FILES = sorted(RICH)
YAML = [name for name in FILES if name.endswith(".yaml")]
GEOJSON = [name for name in FILES if name.endswith(".geojson")]


class Project:
    """A record on disk whose files are damaged one at a time."""

    def __init__(self, geodata):
        self.geodata = geodata
        with redirected() as output:
            assert command.main([]) == 0, output.getvalue()
        self.before = self.built()

    def built(self):
        return {path.name: path.read_bytes() for path in (self.geodata / "built").iterdir()}

    def restore_built(self):
        if self.built() == self.before:
            return
        for name, data in self.before.items():
            (self.geodata / "built" / name).write_bytes(data)

    @contextlib.contextmanager
    def damaged(self, name, data):
        path = self.geodata / name
        sound = path.read_bytes()
        path.write_bytes(data)
        try:
            yield
        finally:
            path.write_bytes(sound)

    def outcome(self, name):
        """Build the damaged record; return whether it was built, and what was told. Everything is checked here."""
        started = time.process_time()
        with redirected() as output:
            code = command.main([])
        told = output.getvalue()
        assert time.process_time() - started < 20, "too slow"
        counted["refused" if code else "built"] += 1
        assert not [p.name for p in self.geodata.iterdir() if p.name.startswith(".")], "leftovers"
        try:
            if code:
                assert self.built() == self.before, f"refused, yet built/ changed:\n{told}"
                check_told(told, name)
            elif self.built() != self.before:
                check_sound(load_atlas(self.geodata / "built"))
        finally:
            self.restore_built()
        return code == 0, told


@contextlib.contextmanager
def redirected():
    with contextlib.redirect_stdout(io.StringIO()) as output:
        yield output


def check_told(told, name):
    """Each line names a file and gives a fault and a remedy; one of them names the damaged file."""
    *lines, last = told.splitlines()
    assert re.fullmatch(r"\d+ problems?; nothing was written\.", last), told
    assert lines
    for line in lines:
        assert re.match(r"geodata(/[^/:,]+)*(, [^:]|: )", line), line
        assert line.endswith(".") and ". " in line, line
        assert len(line) < 2000
        assert line.isprintable(), ascii(line)
    assert Path(name).name in told, f"{name} is not named:\n{told}"


def check_sound(atlas):
    """The land is tiled on every day, in both views, by the same faces."""
    versions = atlas.versions.drop(columns="geometry").to_dict("records")
    covered = set()
    for day, view in itertools.product(change_dates(atlas), VIEWS):
        rows = [
            row
            for row in versions
            if row["view"] in ("both", view)
            and row["valid_from"] <= day
            and not (isinstance(row["valid_to"], str) and row["valid_to"] <= day)
        ]
        faces = [face for row in rows for face in row["faces"]]
        assert len(faces) == len(set(faces)), f"a face twice on {day}"
        covered.add(frozenset(faces))
        assert len({row["unit"] for row in rows}) == len(rows)
    assert len(covered) <= 1
    assert atlas.versions["id"].is_unique
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row["valid_from"]) for row in versions)
    assert all(shape is None or shape.is_valid for shape in atlas.versions.geometry)


def project_of(folder, monkeypatch):
    monkeypatch.setattr(command, "GEODATA", folder)
    return Project(folder)


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Return the toy country as a project on disk."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield project_of(write_toy(tmp_path_factory.mktemp("toy") / "geodata", RICH), monkeypatch)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Return a copy of the real record as a project on disk."""
    folder = tmp_path_factory.mktemp("real") / "geodata"
    shutil.copytree(GEODATA, folder, ignore=shutil.ignore_patterns("built", ".*"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield project_of(folder, monkeypatch)


@pytest.fixture(scope="module", autouse=True)
def _clock():
    counted["started"] = int(time.monotonic())


# --- What damages text, whatever it means -------------------------------------------------------

SCRAPS = [
    "\u202e", "\u200b", "\x00", "\x1b[2J", "\ufeff", "\t", "\r", "\r\n", "\n\n", "---\n", "...\n", "--- x\n", "%YAML 9.9\n---\n",
    "&a ", "*a", "!!python/object/apply:os.system ['id'] ", "!x ", "<<: *a\n", "? ", "- ", ": ", " : ", "[", "]", "{", "}", "'", '"',
    "|", ">", "#", "@", "`", "\\", "\\u202e", "\\ud800", "\\x00", ",", "NaN", ".inf", "-.inf", "1e999", "-", "0x10", "0o17", "1_000",
    "190:20:30", "~", "null", "yes", "=", "<script>alert(1)</script>", "\xa0", "ə", "ё", "🙂", "\u0301", "\u2028", "\x85",
]  # fmt: skip


@st.composite
def text_damage(draw, data):
    """Damage bytes as a slip of the hand, a bad merge or a bad disk does."""
    lines = data.split(b"\n")
    at = draw(st.integers(0, max(0, len(data) - 1)))
    line = draw(st.integers(0, len(lines) - 1))
    other = draw(st.integers(0, len(lines) - 1))
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
    if kind == 2:
        return b"\n".join(lines[:line] + lines[line + 1 :])
    if kind == 3:
        return b"\n".join([*lines[:line], lines[other], *lines[line:]])
    if kind == 4:
        lines[line], lines[other] = lines[other], lines[line]
        return b"\n".join(lines)
    if kind == 5:
        return data[:at] + draw(st.sampled_from(SCRAPS)).encode() + data[at:]
    if kind == 6:
        lines[line] = b" " * draw(st.integers(1, 5)) + lines[line]
        return b"\n".join(lines)
    if kind == 7:
        lines[line] = lines[line].lstrip()
        return b"\n".join(lines)
    if kind == 8:
        found = [m.start() for m in re.finditer(rb"\d", data)]
        digit = found[draw(st.integers(0, len(found) - 1))] if found else 0
        return data[:digit] + str(draw(st.integers(0, 9))).encode() + data[digit + 1 :]
    if kind == 9:
        found = [m.span() for m in re.finditer(rb"[\w-]+", data)]
        start, end = found[draw(st.integers(0, len(found) - 1))] if found else (0, 0)
        begin, stop = found[draw(st.integers(0, len(found) - 1))] if found else (0, 0)
        return data[:start] + data[begin:stop] + data[end:]
    if kind == 10:
        length = draw(st.integers(1, 400))
        return data[:at] + data[at + length :]
    length = draw(st.integers(1, 400))
    return data[:at] + data[at : at + length] + data[at:]


@MUTANTS
@given(st.data())
def test_damaged_text(country, data):
    name = data.draw(st.sampled_from(FILES))
    damaged = data.draw(text_damage((country.geodata / name).read_bytes()))
    with country.damaged(name, damaged):
        country.outcome(name)


# --- What damages the meaning -----------------------------------------------------------------

VALUES = [
    None, True, False, 0, -1, 1, 2, 3, 7, 1.5, 1e300, 10**18, "", " ", "x", [], {}, [[]], [None], {"a": {"b": [1]}}, "1921-02-30",
    "1921-13-01", "19210401", "1921-4-1", "0000-00-00", "2022-01-01", "1822-01-01", "1920-08-26", "1922-12-31", "1923-01-01", 1921,
    "1921", "1921-06", "192X", "1921-06/1922", "nan", "inf", ".nan", "no-such-id", "opens", "republic", "end", "a1-uezd", "b1-uezd",
    "west", "east", "kirghiz-assr", "town", "book", "a1", "lake", "both", "de_jure", "not-recovered", "not-drawn", "recovered", "year",
    "month", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "\u202eabc", "a\u0000b", "\ud800", "a\rb", "a\x85b", "\ufeff",
    "=cmd|'/c calc'!A1", "x" * 20_000, "../../etc/passwd", "javascript:alert(1)", "https://example.org/<script>", "%s{0}${x}`id`", "🙂",
    "Қазəқ", "e\u0301", ["a1"], ["a1", "a1"], ["a1", "a2"], ["lake"], ["nowhere"], [60.5, 48.5], [48.5, 60.5], [61.5, 49.5], [1e9, 0],
    ["60", "48"], [True, False], [60.5], words("w"), {"kk": "x"}, {"kk": None, "ru": "x", "en": "x"}, CITED, [CITED],
    [{"source": "nobook", "locator": "1"}], [{"source": "book", "locator": ""}],
]  # fmt: skip


def paths_in(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_in(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths_in(inner, (*path, number))


@st.composite
def changed_value(draw, content):
    """Change one value, key or item somewhere in a parsed file."""
    content = copy.deepcopy(content)
    path = draw(st.sampled_from([p for p in paths_in(content) if p]))
    holder = content
    for key in path[:-1]:
        holder = holder[key]
    key = path[-1]
    kind = draw(st.integers(0, 7))
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        renamed = draw(
            st.sampled_from(["x", "", "A B", "1", "kk", "from", "id", "<b>", "\u202e", "a" * 500, "__class__", "end"])
        )
        content_of = holder.pop(key)
        holder[renamed] = content_of
    elif kind == 1:
        holder.append(copy.deepcopy(holder[key]))
    elif kind == 2 and isinstance(holder, dict):
        other = draw(st.sampled_from(sorted(holder)))
        holder[key], holder[other] = copy.deepcopy(holder[other]), copy.deepcopy(holder[key])
    elif kind == 2:
        holder.reverse()
    elif kind == 3 and isinstance(holder, dict):
        holder[draw(st.sampled_from(["zz", "c-uezd", "note", "until", "view", "faces", "seat_outside"]))] = (
            copy.deepcopy(holder[key])
        )
    elif kind == 3:
        holder.insert(0, draw(st.sampled_from(VALUES)))
    else:
        holder[key] = draw(st.sampled_from(VALUES))
    return content


def written(name, content):
    """Return the bytes of a file of the record."""
    if name.endswith(".geojson"):
        return json.dumps(content).encode()
    return yaml_bytes(content)


def yaml_bytes(content):
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    return yaml.dump(content, Dumper=Plain, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")


@settings(MUTANTS, max_examples=900 * TIMES)
@given(st.data())
def test_changed_values(country, data):
    name = data.draw(st.sampled_from(YAML))
    damaged = written(name, data.draw(changed_value(RICH[name])))
    with country.damaged(name, damaged):
        country.outcome(name)


@settings(MUTANTS, max_examples=200 * TIMES)
@given(st.data())
def test_changed_features(country, data):
    name = data.draw(st.sampled_from(GEOJSON))
    damaged = written(name, data.draw(changed_value(RICH[name])))
    with country.damaged(name, damaged):
        country.outcome(name)


# --- What damages drawings ----------------------------------------------------------------------


@st.composite
def changed_lines(draw, collection):
    """Draw one or two lines, points or areas wrongly."""
    collection = copy.deepcopy(collection)
    features = collection["features"]
    for _ in range(draw(st.integers(1, 2))):
        feature = draw(st.sampled_from(features))
        geometry = feature["geometry"]
        points = geometry["coordinates"]
        while isinstance(points[0][0] if isinstance(points[0], list) else None, list):
            points = points[0]
        if not isinstance(points[0], list):
            points = [points]
        if not all(isinstance(point, list) and isinstance(point[0], float) for point in points):
            break  # already damaged beyond drawing
        spot = [draw(st.floats(59.5, 62.5)), draw(st.floats(47.5, 50.5))]
        number = draw(st.integers(0, len(points) - 1))
        kind = draw(st.integers(0, 13))
        if kind == 0:
            points[number][:] = spot
        elif kind == 1:
            points[number][0] += draw(st.sampled_from([1e-6, 1e-4, 5e-5, 1e-3, 0.1, 100.0, -200.0]))
        elif kind == 2:
            points.insert(number, spot)
        elif kind == 3:
            points.insert(number, list(points[number]))
        elif kind == 4 and len(points) > 1:
            del points[number]
        elif kind == 5:
            points.reverse()
        elif kind == 6:
            features.remove(feature) if len(features) > 1 else None
        elif kind == 7:
            features.append(copy.deepcopy(feature))
        elif kind == 8:
            again = copy.deepcopy(feature)
            again["properties"]["id"] = draw(st.sampled_from(["again", "zz", "", "A", "a1", "quarrel", "a1~a2"]))
            features.append(again)
        elif kind == 9:
            for point in points:
                point.append(draw(st.floats(0, 5000)))
        elif kind == 10:
            geometry["type"] = draw(
                st.sampled_from(
                    [
                        "Point",
                        "MultiPoint",
                        "LineString",
                        "LinearRing",
                        "Polygon",
                        "MultiPolygon",
                        "GeometryCollection",
                        "Circle",
                    ]
                )
            )
        elif kind == 11:
            for point in points:
                point[:] = point[::-1]
        elif kind == 12:
            points[number][0] = draw(st.sampled_from([float("nan"), float("inf"), 1e308, None, "60", [60.0], 10**400]))
        else:
            other = draw(st.sampled_from(features))
            feature["geometry"], other["geometry"] = other["geometry"], feature["geometry"]
    return collection


@settings(MUTANTS, max_examples=500 * TIMES)
@given(st.data())
def test_changed_drawings(country, data):
    name = data.draw(st.sampled_from([*GEOJSON, "boundaries.geojson", "boundaries.geojson"]))
    with country.damaged(name, written(name, data.draw(changed_lines(RICH[name])))):
        country.outcome(name)


# --- What damages a whole file ---------------------------------------------------------------------

WHOLE = {
    "empty": lambda data: b"",
    "a space": lambda data: b" ",
    "zeros": lambda data: bytes(1000),
    "noise": lambda data: bytes(range(256)) * 8,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "Windows-1251": lambda data: data.decode().encode("cp1251", "replace") + "\nя: я".encode("cp1251"),
    "huge": lambda data: data + b"\n" * MAX_FILE,
    "a list": lambda data: b"[1, 2]",
    "a word": lambda data: b"word",
    "an empty mapping": lambda data: b"{}",
    "a null": lambda data: b"null",
    "deep lists": lambda data: b"[" * 100_000 + b"]" * 100_000,
    "deep mappings": lambda data: b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
    "deep dashes": lambda data: b"a: " + b"- " * 100_000 + b"x",
    "deep keys": lambda data: b"? " * 100_000 + b"x",
    "deep and open": lambda data: b"[" * 1_000_000,
    "long number": lambda data: b'{"type": ' + b"9" * 10_000 + b"}",
    "long key": lambda data: b"x" * 1_000_000 + b": 1",
    "many keys": lambda data: b"\n".join(b"k%d: 1" % number for number in range(5_000)),
    "billion laughs": lambda data: b"a: &a [x, x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(9)
    ),
    "conflict marks": lambda data: b"<<<<<<< HEAD\n" + data + b"=======\n" + data + b">>>>>>> other\n",
    "twice": lambda data: data + data,
}  # fmt: skip
LEFT_WHOLE = {
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "Windows line ends": lambda data: data.replace(b"\n", b"\r\n"),
    "empty lines at the end": lambda data: data + b"\n\n \n",
}


@pytest.mark.parametrize("damage", WHOLE)
@pytest.mark.parametrize("name", FILES)
def test_whole_files(country, name, damage):
    with country.damaged(name, WHOLE[damage]((country.geodata / name).read_bytes())):
        built, told = country.outcome(name)
    assert not built, told
    assert len(told) < 20_000


@pytest.mark.parametrize("damage", LEFT_WHOLE)
@pytest.mark.parametrize("name", FILES)
def test_what_an_editor_leaves_is_no_damage(country, name, damage):
    with country.damaged(name, LEFT_WHOLE[damage]((country.geodata / name).read_bytes())):
        built, told = country.outcome(name)
    assert built, told
    assert "Already current" in told


@pytest.mark.parametrize("instead", ["nothing", "a folder", "a pipe", "a loop"])
@pytest.mark.parametrize("name", [n for n in FILES if not n.startswith("base/")])
def test_files_that_are_no_files(country, name, instead):
    path = country.geodata / name
    sound = path.read_bytes()
    path.unlink()
    try:
        if instead == "a folder":
            path.mkdir()
        elif instead == "a pipe":
            os.mkfifo(path)
        elif instead == "a loop":
            path.symlink_to(path)
        built, told = country.outcome("units" if instead == "nothing" and name.startswith("units/") else name)
    finally:
        path.rmdir() if instead == "a folder" else path.unlink(missing_ok=True)
        path.write_bytes(sound)
    assert not built, told


@pytest.mark.parametrize("folder", ["units", "base"])
@pytest.mark.parametrize(
    "name", ["new.yml", "new.geojson~", "Новый.yaml", "new unit.yaml", b"\xff.geojson", "a\nb.yaml", "sub"]
)
def test_files_that_would_be_passed_over(country, folder, name):
    path = os.path.join(os.fsencode(country.geodata / folder), os.fsencode(name))  # noqa: PTH118
    Path(os.fsdecode(path)).mkdir() if name == "sub" else Path(os.fsdecode(path)).write_bytes(b"x")
    try:
        built, told = country.outcome(folder)
    finally:
        Path(os.fsdecode(path)).rmdir() if name == "sub" else Path(os.fsdecode(path)).unlink()
    assert not built
    assert "has a name under which it is not read" in told


def test_hidden_files_of_editors_are_no_part_of_the_record(country):
    path = country.geodata / "units/.uezds.yaml.swp"
    path.write_bytes(b"\xff")
    try:
        assert country.outcome("units")[0]
    finally:
        path.unlink()


# --- The built atlas ---------------------------------------------------------------------------


def check_refused(built, codes):
    with pytest.raises(AtlasError, match=r"Run: python -m kazatlas$") as error:
        load_atlas(built)
    assert error.value.code in codes
    assert str(error.value).isprintable()
    counted["refused"] += 1


@settings(MUTANTS, max_examples=200 * TIMES)
@given(st.data())
def test_damaged_text_of_the_built_atlas(country, data):
    name = data.draw(st.sampled_from([MANIFEST, *BUILT_FILES]))
    sound = country.before[name]
    damaged = data.draw(text_damage(sound))
    (country.geodata / "built" / name).write_bytes(damaged)
    try:
        if name != MANIFEST and damaged != sound:
            check_refused(country.geodata / "built", ["damaged"])
        elif name == MANIFEST:
            # What is not a checksum of a file may be anything; the atlas is then still the one that was built.
            with contextlib.suppress(AtlasError):
                check_sound(load_atlas(country.geodata / "built"))
    finally:
        country.restore_built()


@pytest.mark.parametrize("instead", ["nothing", "a folder", "a loop"])
@pytest.mark.parametrize("name", [MANIFEST, *BUILT_FILES])
def test_built_files_that_are_no_files(country, name, instead):
    path = country.geodata / "built" / name
    path.unlink()
    try:
        if instead == "a folder":
            path.mkdir()
        elif instead == "a loop":
            path.symlink_to(path)
        check_refused(path.parent, ["missing"] if name == MANIFEST and instead == "nothing" else ["damaged"])
    finally:
        path.rmdir() if instead == "a folder" else path.unlink(missing_ok=True)
        path.write_bytes(country.before[name])


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{}", b'{"files": {}}', b'{"files": {}, "format": 1e999}', b'{"files": {}, "format": "1"}', b"[" * 100_000,
     b'{"files": {"../../x": {"sha256": "0"}}, "format": FORM}', b'{"files": {"a\\u0000": {"sha256": "0"}}, "format": FORM}',
     b'{"files": {"\\ud800": {"sha256": "0"}}, "format": FORM}', b'{"files": [], "format": FORM}', b'{"files": {"a": 1}, "format": FORM}',
     b'{"files": {}, "format": FORM}'],
)  # fmt: skip
def test_a_manifest_of_nonsense(country, manifest):
    (country.geodata / "built" / MANIFEST).write_bytes(manifest.replace(b"FORM", b"%d" % FORMAT))
    try:
        check_refused(country.geodata / "built", ["damaged"])
    finally:
        country.restore_built()


@pytest.mark.parametrize("name", BUILT_FILES)
@pytest.mark.parametrize(
    "content",
    [b"{}", b"[]", b"", b'{"features": [{}]}'],
)
def test_an_atlas_of_another_form_with_right_checksums(country, name, content):
    files = {**{n: country.before[n] for n in BUILT_FILES}, name: content}
    for written_name, data in {**files, MANIFEST: manifest_of(files, "1.0.0")}.items():
        (country.geodata / "built" / written_name).write_bytes(data)
    try:
        unread = {
            "atlas.geojson": True,
            "borders.geojson": True,
            "tables.json": content in (b"[]", b""),
            "witnesses.geojson": content in (b"{}", b"[]", b""),
        }
        if unread.get(name):
            check_refused(country.geodata / "built", ["older"])
        else:
            load_atlas(country.geodata / "built")
    finally:
        country.restore_built()


# --- The real record --------------------------------------------------------------------------


@settings(MUTANTS, max_examples=60 * TIMES)
@given(st.data())
def test_damaged_text_of_the_real_record(real, data):
    names = sorted(
        str(p.relative_to(real.geodata)) for p in real.geodata.rglob("*.*") if p.suffix in (".yaml", ".geojson")
    )
    name = data.draw(st.sampled_from([name for name in names if not name.startswith("built")]))
    with real.damaged(name, data.draw(text_damage((real.geodata / name).read_bytes()))):
        real.outcome(name)


def test_the_mutants_are_many(capsys):
    total = counted["refused"] + counted["built"]
    seconds = time.monotonic() - counted["started"]
    with capsys.disabled():
        print(f"\n{total} mutants: {counted['refused']} refused, {counted['built']} built, {seconds:.0f} s")
    every = {name for name in globals() if name.startswith(("test_damaged", "test_changed"))}
    # Not when some were left out, or have run in another process.
    if every <= ran:
        assert total >= 2000
