"""What must be true of the record; every fault is told as a Problem."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import shapely
from pydantic import BaseModel
from shapely.geometry.base import BaseGeometry

from kazatlas.record.evidence import Evidence, is_primary
from kazatlas.record.faces import Faces
from kazatlas.record.problems import Problem
from kazatlas.record.types import COVERAGE, VIEWS, Citation, Model, Record
from kazatlas.record.versions import Stretch, carry_over, change_days

_KINDS = {
    "source": "sources", "event": "events", "conflict": "conflicts", "unit": "units", "method": "methods",
    "place": "places", "zone": "zones", "doubt": "doubts", "stretch": "outer_border",
}  # fmt: skip


def citations_in(value: Any, path: str = "") -> Iterator[tuple[str, Citation]]:
    """Yield every citation inside a value of the record, with the path of fields that leads to it."""
    if isinstance(value, Citation):
        yield path, value
    elif isinstance(value, BaseModel):
        for key, inner in value:
            yield from citations_in(inner, f"{path} > {key}" if path else key)
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from citations_in(inner, f"{path} > {number}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from citations_in(inner, f"{path} > {key}" if path else str(key))


def _unknown(record: Record, file: str, where: str, kind: str, id_: str | None) -> Iterator[Problem]:
    if id_ is not None and not record.is_known(kind, id_):
        home = {"unit": _unit_files(record), "face": f"{record.folder.name}/label_points.geojson"}.get(kind)
        yield Problem(file, where, f"names the {kind} '{id_}', which does not exist.",
                      f"Mend the id or add it to {home or f'{record.folder.name}/{_KINDS[kind]}.yaml'}.")  # fmt: skip


def _unit_files(record: Record) -> str:
    """Name the files of units: which of them a unit or face is missing from, nobody can know."""
    names = sorted({Path(file).name for (kind, _), file in record.files.items() if kind == "unit"})
    return f"{record.folder.name}/units ({', '.join(names)})"


def _check_citations(record: Record) -> Iterator[Problem]:
    for kind, plural in _KINDS.items():
        for id_, item in getattr(record, plural).items():
            file = record.file_of(kind, id_)
            for path, citation in citations_in(item):
                where = f"{id_} > {path}"
                yield from _unknown(record, file, where, "source", citation.source)
                if (citation.quote is None) != (citation.quote_lang is None):
                    yield Problem(file, where, "has a quotation without its language, or the reverse.",
                                  "Give both quote and quote_lang.")  # fmt: skip
                if citation.translation and citation.quote is None:
                    yield Problem(file, where, "translates a quotation that is not there.", "Give the quote too.")


def _check_sources(record: Record) -> Iterator[Problem]:
    for id_, source in record.sources.items():
        file = record.file_of("source", id_)
        if source.quoted_in:
            yield from _unknown(record, file, id_, "source", source.quoted_in)
        yield from _unknown_work(record, file, id_, source.origin)
        for event in source.act_of:
            yield from _unknown(record, file, id_, "event", event)
        if source.act_of and not is_primary(source.model_dump()):
            yield Problem(file, id_, "is called the text of an act, which was not seen.",
                          "Take `act_of` out, or mend `type` (legislation or document) and `seen` "
                          "(original, facsimile or transcription).")  # fmt: skip
    for id_, origin in record.origins.items():
        file = record.file_of("origin", id_)
        if record.is_known("source", id_):
            yield Problem(file, id_, f"stands in {record.file_of('source', id_)} too.",
                          "Keep one: a work that is a source is its own origin.")  # fmt: skip
        for work in origin.may_rest_on:
            yield from _unknown_work(record, file, f"{id_} > may_rest_on", work)


def _unknown_work(record: Record, file: str, where: str, id_: str) -> Iterator[Problem]:
    if not record.is_known("source", id_) and not record.is_known("origin", id_):
        yield Problem(file, where, f"goes back to '{id_}', which is neither a source nor a work of origins.yaml.",
                      f"Mend the id, or add the work to {record.folder.name}/origins.yaml.")  # fmt: skip


def evidence_of(record: Record) -> Evidence:
    """Return what the record knows of its sources and of the works that they go back to."""
    return Evidence(
        {id_: source.model_dump() for id_, source in record.sources.items()},
        {id_: origin.model_dump() for id_, origin in record.origins.items()},
    )


def _check_certainty(record: Record) -> Iterator[Problem]:
    """Report facts that are called certain on less than two independent works or the act itself."""
    evidence = evidence_of(record)

    def unfit(file: str, where: str, cited: Iterable[Citation], event: str, day: str | None) -> Iterator[Problem]:
        ids = [citation.source for citation in cited]
        if day is None or not all(id_ in record.sources for id_ in ids):
            return  # told elsewhere
        if reason := evidence.doubt(ids, event, int(day[:4])):
            yield Problem(file, where, f"is called certain, but {reason}.",
                          "Say `certainty: less-certain`, or cite the act itself, or a source of another `origin` "
                          f"({record.folder.name}/sources.yaml).")  # fmt: skip

    for id_, event in record.events.items():
        if event.certainty == "certain":
            yield from unfit(record.file_of("event", id_), id_, event.citations, id_, event.date)
    for id_, unit in record.units.items():
        for entry in carry_over(unit):
            if entry.certainty == "certain":
                where = f"{id_} > version from {entry.from_}"
                day = day_of(record, entry.from_)
                yield from unfit(record.file_of("unit", id_), where, entry.citations, entry.from_, day)
    for id_, zone in record.zones.items():
        if zone.certainty == "certain":
            yield from unfit(record.file_of("zone", id_), id_, zone.citations, zone.from_, day_of(record, zone.from_))


def _check_figures(record: Record) -> Iterator[Problem]:
    for id_, unit in record.units.items():
        file = record.file_of("unit", id_)
        for number, figure in enumerate(unit.figures):
            where = f"{id_} > figures > {number}"
            yield from _unknown(record, file, where, "source", figure.source)
            if figure.read_as and figure.note is None:
                yield Problem(file, where, "is read in another unit than it is printed in.", "Say why in `note`.")
            if figure.not_comparable and (figure.compare or figure.why):
                yield Problem(file, where, "is called not comparable and compared.",
                              "Keep `not_comparable`, or `compare` and `why`.")  # fmt: skip
            if figure.what != "area" and (figure.compare or figure.why or figure.not_comparable or figure.read_as):
                yield Problem(file, where, "is no area, and only areas are compared with the map.",
                              "Take `compare`, `why`, `not_comparable` and `read_as` out.")  # fmt: skip
            if figure.compare:
                for other in (*figure.compare.units, *figure.compare.without):
                    yield from _unknown(record, file, f"{where} > compare", "unit", other)
                yield from _unknown_moment(record, file, f"{where} > compare", figure.compare.on)


def _check_doubts(record: Record) -> Iterator[Problem]:
    for id_, doubt in record.doubts.items():
        file = record.file_of("doubt", id_)
        for kind in ("unit", "method", "event", "conflict"):
            for other in getattr(doubt, f"{kind}s"):
                yield from _unknown(record, file, id_, kind, other)


def _check_outer_border(record: Record) -> Iterator[Problem]:
    for id_, stretch in record.outer_border.items():
        file = record.file_of("stretch", id_)
        for kind in ("event", "doubt"):
            for other in getattr(stretch, f"{kind}s"):
                yield from _unknown(record, file, id_, kind, other)
        for line in stretch.lines:
            if line not in record.boundaries:
                yield Problem(file, id_, f"names the line '{line}', which is not in boundaries.geojson.",
                              "Mend the id.")  # fmt: skip
        for against in stretch.against:
            if against not in record.outlines:
                yield Problem(
                    file, id_, f"names '{against}', which is not in control/outlines.geojson.", "Mend the id."
                )


def _check_events(record: Record) -> Iterator[Problem]:
    before = ""
    for id_, event in record.events.items():
        file = record.file_of("event", id_)
        if event.date < before:
            yield Problem(file, id_, f"({event.date}) stands after {before}.", "Keep events in order of date.")
        before = event.date
        if not COVERAGE[0] <= event.date < COVERAGE[1]:
            yield Problem(file, id_, f"is dated {event.date}, outside the record ({COVERAGE[0]} to {COVERAGE[1]}).",
                          "Mend the date.")  # fmt: skip
        if event.precision != "day" and event.placed is None:
            yield Problem(file, id_, f"is known to the {event.precision} only.",
                          "Say in `placed` why the timeline puts it on that day.")  # fmt: skip
        length = {"day": 10, "month": 7, "year": 4}[event.precision]
        if not event.edtf.startswith(event.date[:length]) and event.precision == "day":
            yield Problem(file, id_, f"has the date {event.date} but the EDTF '{event.edtf}'.", "Make them agree.")
        for conflict in event.conflict:
            yield from _unknown(record, file, id_, "conflict", conflict)
        for number, other in enumerate(event.alternatives):
            for unit in other.units:
                yield from _unknown(record, file, f"{id_} > alternatives > {number}", "unit", unit)


def _check_conflicts(record: Record) -> Iterator[Problem]:
    for id_, conflict in record.conflicts.items():
        for unit in conflict.units:
            yield from _unknown(record, record.file_of("conflict", id_), id_, "unit", unit)


def _check_units(record: Record) -> Iterator[Problem]:
    for id_, unit in record.units.items():
        file = record.file_of("unit", id_)
        for written, entry in zip(unit.versions, carry_over(unit), strict=True):
            where = f"{id_} > version from {written.from_}"
            for event in (entry.from_, entry.until):
                yield from _unknown(record, file, where, "event", event)
            for name in ("level", "type", "name", "certainty"):
                if getattr(entry, name) is None:
                    yield Problem(file, where, f"has no {name}, nor has a version before it.", f"Give its {name}.")
            if entry.level and entry.parent is None:
                yield Problem(file, where, "has no parent.", "Say to which unit the decrees put it.")
            for other in (entry.parent, entry.administered_by, entry.drawn_within):
                yield from _unknown(record, file, where, "unit", other)
            yield from _unknown(record, file, where, "place", entry.seat)
            for face in entry.faces or ():
                yield from _unknown(record, file, where, "face", face)
            if len(set(entry.faces or ())) != len(entry.faces or ()):
                yield Problem(file, where, "lists a face twice.", "List each once.")
            if entry.border == "not-recovered" and (entry.point is None or entry.drawn_within is None):
                yield Problem(file, where, "has a border that is not recovered.",
                              "Give its `point` and the unit it is `drawn_within`.")  # fmt: skip
            if entry.level == 2 and not entry.faces and entry.border != "not-recovered":
                yield Problem(file, where, "has no faces.", "List its faces, or say `border: not-recovered`.")
            start = record.events.get(entry.from_)
            end = record.events.get(entry.until) if entry.until else None
            if start and end and end.date <= start.date:
                yield Problem(
                    file,
                    where,
                    f"ends ({end.date}) no later than it begins ({start.date}).",
                    f"Mend `until`, or the dates in {record.folder.name}/events.yaml.",
                )
        for view in VIEWS:
            dated = [v for v in unit.versions if v.view in ("both", view) and v.from_ in record.events]
            for earlier, later in itertools.pairwise(dated):
                first, second = record.events[earlier.from_].date, record.events[later.from_].date
                where = f"{id_} > version from {later.from_}"
                if second <= first:
                    what = f"begins {second}, not after the version from {earlier.from_} ({first}), in the {view} view."
                    yield Problem(file, where, what,
                                  "Put versions in order of date, one version a day; "
                                  f"dates stand in {record.folder.name}/events.yaml.")  # fmt: skip
                until = record.events.get(earlier.until) if earlier.until else None
                if until and second < until.date:
                    yield Problem(file, where, f"begins {second} while the version before it lasts until {until.date}.",
                                  "Versions of a unit may not overlap; "
                                  f"dates stand in {record.folder.name}/events.yaml.")  # fmt: skip


def _check_relations(record: Record) -> Iterator[Problem]:
    for id_, unit in record.units.items():
        file = record.file_of("unit", id_)
        for number, relation in enumerate(unit.relations):
            where = f"{id_} > relations > {number}"
            yield from _unknown(record, file, where, "event", relation.event)
            for other in (relation.came_from, relation.went_into):
                yield from _unknown(record, file, where, "unit", other)
            given = [relation.came_from, relation.went_into, relation.came_from_name]
            if sum(value is not None for value in given) != 1:
                yield Problem(file, where, "must say exactly one of came_from, went_into, came_from_name.", "Keep one.")


def _check_article(record: Record) -> Iterator[Problem]:
    file = f"{record.folder.name}/article.yaml"
    slips = [slip.id for slip in record.article.slips]
    for path, citation in citations_in(record.article):
        yield from _unknown(record, file, path, "source", citation.source)
    for part, items in record.article:
        counts = Counter(item.id for item in items)
        for id_ in sorted(id_ for id_, count in counts.items() if count > 1):
            yield Problem(file, f"{part} > {id_}", "stands twice.", "Keep one of the two.")
    for passage in record.article.passages:
        where = f"passages > {passage.id}"
        if not COVERAGE[0] <= passage.date < COVERAGE[1]:
            yield Problem(file, where, f"is shown on {passage.date}, outside the record.", "Mend the date.")
        yield from _unknown(record, file, where, "unit", passage.unit)
        for kind, ids in (("event", passage.events), ("zone", passage.zones)):
            for id_ in ids:
                yield from _unknown(record, file, where, kind, id_)
        for id_ in passage.annotations:
            if id_ not in slips:
                yield Problem(file, where, f"names the annotation '{id_}', which does not exist.", "Add it to `slips`.")


def _check_others(record: Record) -> Iterator[Problem]:
    for id_, (boundary, _) in record.boundaries.items():
        yield from _unknown(record, record.file_of("line", id_), id_, "method", boundary.method)
    for id_, zone in record.zones.items():
        file = record.file_of("zone", id_)
        for moment in (zone.from_, zone.until, *(state.from_ for state in zone.states)):
            yield from _unknown_moment(record, file, id_, moment)
        start, end = day_of(record, zone.from_), day_of(record, zone.until)
        if start and end and end <= start:
            yield Problem(file, id_, f"ends ({end}) no later than it begins ({start}).",
                          f"Mend `from` or `until`, or the dates in {record.folder.name}/events.yaml.")  # fmt: skip
        if id_ not in record.zone_shapes:
            yield Problem(file, id_, "has no area.", f"Draw it in {record.folder.name}/zones.geojson.")
    for id_ in record.zone_shapes:
        yield from _unknown(record, f"{record.folder.name}/zones.geojson", id_, "zone", id_)
    for id_, place in record.places.items():
        file = record.file_of("place", id_)
        for name in place.names:
            yield from _unknown_moment(record, file, id_, name.from_)
        if any(name.from_ is None for name in place.names[1:]):
            yield Problem(file, id_, "has a later name without a beginning.", "Say `from` which event or day.")
        days = [day for name in place.names if (day := day_of(record, name.from_))]
        if days != sorted(set(days)):
            yield Problem(file, id_, "has its names in disorder.", "Put them in order of date, the first name first.")
    for layer_name, layer in record.base.items():
        file = f"{record.folder.name}/base/{layer_name}.geojson"
        for number, feature in enumerate(layer["features"], 1):
            cited = feature["properties"]["source"]
            where = feature["properties"].get("id") or f"feature {number}"
            for source in cited if isinstance(cited, list) else [cited]:
                yield from _unknown(record, file, where, "source", source)


def day_of(record: Record, moment: str | None) -> str | None:
    """Return the day of an event or day; None when there is none, or when the event is not known."""
    if moment is None or moment[:1].isdigit():
        return moment
    event = record.events.get(moment)
    return event.date if event else None


def _unknown_moment(record: Record, file: str, where: str, moment: str | None) -> Iterator[Problem]:
    if moment is not None and not moment[:1].isdigit():
        yield from _unknown(record, file, where, "event", moment)


def check_record(record: Record) -> list[Problem]:
    """Return every problem that shows without looking at the map."""
    return [
        *_check_citations(record), *_check_sources(record), *_check_certainty(record), *_check_figures(record),
        *_check_doubts(record), *_check_outer_border(record), *_check_events(record), *_check_conflicts(record),
        *_check_units(record), *_check_relations(record), *_check_article(record), *_check_others(record),
    ]  # fmt: skip


def _check_holders(record: Record, items: list[Stretch]) -> Iterator[Problem]:
    """Report units under a unit that is not in force then, or that does not stand above them."""
    by_unit: dict[tuple[str, str], list[Stretch]] = defaultdict(list)
    for stretch in items:
        by_unit[stretch.unit, stretch.view].append(stretch)
    for stretch in items:
        file, holder = record.file_of("unit", stretch.unit), stretch.holder
        if holder is None or not record.is_known("unit", holder):
            continue
        where = f"{stretch.unit} > version from {stretch.entry.from_}"
        above = by_unit[holder, stretch.view]
        days = [stretch.valid_from, *(d for d in change_days(above) if stretch.covers(d))]
        for day in days:
            force = next((s for s in above if s.covers(day)), None)
            if force is None:
                what = f"belongs to '{holder}' ({stretch.view}) on {day}, when that is not in force."
                yield Problem(file, where, what,
                              f"Mend the holder, or when '{holder}' begins and ends ({record.file_of('unit', holder)}; "
                              f"dates stand in {record.folder.name}/events.yaml).")  # fmt: skip
                break
            if (force.entry.level or 0) >= (stretch.entry.level if stretch.entry.level is not None else 9):
                yield Problem(file, where, f"belongs to '{holder}', which does not stand above it on {day}.",
                              f"Mend the levels (its own, or that in {record.file_of('unit', holder)}) "
                              "or the holder.")  # fmt: skip
                break


def _check_comparisons(record: Record, items: list[Stretch]) -> Iterator[Problem]:
    """Report printed areas that are compared with units that are not in force on the day."""
    for id_, unit in record.units.items():
        for number, figure in enumerate(unit.figures):
            if not (compare := figure.compare) or not (day := day_of(record, compare.on)):
                continue
            for other in (*compare.units, *compare.without):
                matching = (s for s in items if s.unit == other and s.view == compare.view and s.covers(day))
                if not any(matching):
                    yield Problem(record.file_of("unit", id_), f"{id_} > figures > {number} > compare",
                                  f"names '{other}', which is not in force on {day} ({compare.view}).",
                                  "Mend the unit, the day or the view.")  # fmt: skip


def check_map(record: Record, faces: Faces, items: list[Stretch]) -> list[Problem]:
    """Return every problem that shows on the map: faces in two units or in none, seats and points outside."""
    problems = [*_check_holders(record, items), *_check_comparisons(record, items)]
    point_file = f"{record.folder.name}/label_points.geojson"
    for view in VIEWS:
        leaves = [s for s in items if s.view == view and s.is_leaf]
        reported: set[tuple[str, tuple[str, ...]]] = set()
        for day in [COVERAGE[0], *(d for d in change_days(leaves) if COVERAGE[0] < d < COVERAGE[1])]:
            owners: dict[str, list[str]] = defaultdict(list)
            for stretch in leaves:
                if stretch.covers(day):
                    for face in stretch.entry.faces or ():
                        owners[face].append(stretch.unit)
            for face in sorted(faces.land):
                held = tuple(sorted(owners.get(face, ())))
                if len(held) != 1 and (face, held) not in reported:
                    reported.add((face, held))
                    problems.append(_misheld(record, leaves, face, held, f"{day} ({view})"))
            for face in sorted(set(owners) & (set(faces.areas) - faces.land)):
                problems.append(Problem(point_file, face, f"is water, but {owners[face][0]} holds it on {day}.",
                                        "Take it out of the unit, or call it land."))  # fmt: skip
    problems += _check_points(record, faces, items)
    return sorted(set(problems))


def _misheld(record: Record, leaves: list[Stretch], face: str, held: tuple[str, ...], when: str) -> Problem:
    """Tell of a land face in no unit, or in two; name the file of a unit that holds it."""
    base, spot = record.folder.name, record.label_points[face][1]
    units = held or sorted({stretch.unit for stretch in leaves if face in (stretch.entry.faces or ())})
    files = sorted({record.file_of("unit", unit) for unit in units})
    what = f"is in {' and '.join(held) if held else 'no unit'} on {when}, at {spot.x:.2f} E {spot.y:.2f} N."
    rule = "Each land face belongs to exactly one unit on every day."
    if held:
        remedy = f"{rule} Mend one of them ({', '.join(files)}; dates stand in {base}/events.yaml)."
    elif units:
        remedy = (
            f"{rule} On other days it is in {', '.join(units)}: mend their faces and dates "
            f"({', '.join(files)}; {base}/events.yaml), or give it to another unit."
        )
    else:
        remedy = f"{rule} Give it to a unit in {_unit_files(record)}, or call it water in {base}/label_points.geojson."
    return Problem(files[0] if files else f"{base}/label_points.geojson", f"face '{face}'", what, remedy)


def area_of(faces: Faces, ids: Iterable[str]) -> BaseGeometry:
    """Return the union of faces (EPSG:4326); their shared lines disappear without a rest."""
    areas = [faces.areas[id_] for id_ in sorted(ids) if id_ in faces.areas]
    return areas[0] if len(areas) == 1 else shapely.coverage_union_all(areas)


def _check_points(record: Record, faces: Faces, items: list[Stretch]) -> Iterator[Problem]:
    base = record.folder.name
    by_unit: dict[str, list[Stretch]] = defaultdict(list)
    for stretch in items:
        by_unit[stretch.unit].append(stretch)
    for stretch in items:
        file, entry = record.file_of("unit", stretch.unit), stretch.entry
        where = f"{stretch.unit} > version from {entry.from_}"
        if entry.faces and entry.seat in record.places and not entry.seat_outside:
            point = shapely.Point(record.places[entry.seat].point)
            if not area_of(faces, entry.faces).intersects(point):
                what = f"has its seat '{entry.seat}' ({point.x:.2f} E {point.y:.2f} N) outside its border."
                yield Problem(file, where, what,
                              f"Mend the seat, its point in {base}/places.yaml, the faces, or what draws them "
                              f"({base}/boundaries.geojson, {base}/label_points.geojson); "
                              "or say `seat_outside: true` and why in the note.")  # fmt: skip
        if entry.border == "not-recovered" and entry.point and entry.drawn_within:
            inside = [s for s in by_unit[entry.drawn_within] if s.view == stretch.view]
            for day in [stretch.valid_from, *(d for d in change_days(inside) if stretch.covers(d))]:
                holder = next((s for s in inside if s.covers(day)), None)
                if holder is None or not holder.entry.faces:
                    yield Problem(file, where, f"is drawn within '{entry.drawn_within}', which has no border on {day}.",
                                  "Name the unit whose polygon holds it then, or mend that unit "
                                  f"({record.file_of('unit', entry.drawn_within)}; dates stand in "
                                  f"{base}/events.yaml).")  # fmt: skip
                    break
                if not area_of(faces, holder.entry.faces).intersects(shapely.Point(entry.point)):
                    yield Problem(file, where, f"has its point {entry.point} outside '{entry.drawn_within}' on {day}.",
                                  f"Move the point inside, or mend the unit's faces "
                                  f"({record.file_of('unit', entry.drawn_within)}) or what draws them "
                                  f"({base}/boundaries.geojson, {base}/label_points.geojson).")  # fmt: skip
                    break


def documented(model: Model) -> bool:
    """Return whether a part of the record carries at least one citation."""
    return any(True for _ in citations_in(model))
