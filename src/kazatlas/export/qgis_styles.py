"""QGIS: how the layers of the GeoPackage look there, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from kazatlas.atlas.selection import EndRule
from kazatlas.palette import DOCUMENTS, colours, dashes, strength, unit_colour

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
_DOCUMENTS = ", ".join(f"'{basis}'" for basis in DOCUMENTS)
_EVIDENCE = {
    "guess": "basis = 'conjecture'",
    "dotted": "basis <> 'conjecture' AND certainty = 'uncertain'",
    "solid": "basis <> 'conjecture' AND certainty <> 'uncertain' "
             f"AND (certainty = 'certain' OR basis IN ({_DOCUMENTS}))",
    "dashed": f"basis NOT IN ('conjecture', {_DOCUMENTS}) AND certainty = 'less-certain'",
}  # fmt: skip
"""Which lines are drawn how, as `kazatlas.palette.evidence` says it, in SQL as QGIS and SQLite know it."""


def _colour(code: str | None, alpha: int = 255) -> str:
    if code is None:
        return "0,0,0,0"
    return ",".join(str(int(code[i : i + 2], 16)) for i in (1, 3, 5)) + f",{alpha}"


def _symbol(name: int, kind: str, layer: str, order: int, values: dict[str, str]) -> Element:
    symbol = Element("symbol", {"name": str(name), "type": kind, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"})
    inner = SubElement(symbol, "layer", {"class": layer, "enabled": "1", "locked": "0", "pass": str(order)})
    options = SubElement(inner, "Option", type="Map")
    for key, value in values.items():
        SubElement(options, "Option", name=key, type="QString", value=value)
    return symbol


def _fill(name: int, order: int, fill: str | None, line: str, width: float, style: str = "solid") -> Element:
    return _symbol(name, "fill", "SimpleFill", order, {
        "color": _colour(fill, round(255 * strength())), "style": style if fill else "no", "joinstyle": "round",
        "outline_color": _colour(line), "outline_style": "solid", "outline_width": str(width),
        "outline_width_unit": "MM",
    })  # fmt: skip


def _line(name: int, line: str, width: float, dash: tuple[float, ...]) -> Element:
    values = {"line_color": _colour(line), "line_style": "solid", "line_width": str(width), "line_width_unit": "MM"}
    if dash:
        parts = ";".join(f"{part:g}" for part in dash)
        values |= {"use_custom_dash": "1", "customdash": parts, "customdash_unit": "Point"}
    return _symbol(name, "line", "SimpleLine", 0, values)


def _marker(name: int, fill: str | None, size: float) -> Element:
    return _symbol(name, "marker", "SimpleMarker", 0, {
        "name": "circle", "color": _colour(fill), "outline_color": _colour(colours()["line-gubernia"]),
        "outline_width": "0.3", "size": str(size), "size_unit": "MM",
    })  # fmt: skip


def _rules(rules: Iterable[tuple[str, str, Element]], moment: str) -> Element:
    """Return a rule-based renderer; each rule is a filter, a label and a symbol, and holds at a moment in time."""
    renderer = Element(
        "renderer-v2", type="RuleRenderer", symbollevels="1", forceraster="0", enableorderby="0"
    )  # fmt: skip
    tests = SubElement(renderer, "rules", key="{rules}")
    symbols = SubElement(renderer, "symbols")
    for number, (condition, label, symbol) in enumerate(rules):
        whole = f"({condition}) AND ({moment})" if moment else condition
        SubElement(tests, "rule", key=f"{{{number}}}", symbol=str(number), filter=whole, label=label)
        symbols.append(symbol)
    return renderer


def _labels(expression: str, size: float, *, is_area: bool) -> Element:
    labeling = Element("labeling", type="simple")
    settings = SubElement(labeling, "settings")
    text = SubElement(settings, "text-style", {
        "fieldName": expression, "isExpression": "1", "fontSize": str(size), "fontSizeUnit": "Point",
        "textColor": _colour(colours()["ink"]), "textOpacity": "1", "multilineHeight": "1",
    })  # fmt: skip
    SubElement(text, "text-buffer", {
        "bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferColor": "252,249,242,255",
        "bufferOpacity": "0.9",
    })  # fmt: skip
    place = {"placement": "1", "quadOffset": "4"} if is_area else {"placement": "0", "dist": "1", "distUnits": "MM"}
    SubElement(settings, "placement", place)
    # Areas lie upon one another here; were they obstacles, none would be labelled.
    SubElement(settings, "rendering", obstacle="0", scaleVisibility="0")
    return labeling


def _style(renderer: Element, labels: Element | None = None, rule: EndRule | None = None) -> str:
    style = Element("qgis", {
        "version": "3.22", "labelsEnabled": str(int(labels is not None)),
        "styleCategories": "Symbology|Labeling|Temporal",
    })  # fmt: skip
    if rule:
        # Mode 2: from one field to another. Limit mode 0 leaves the end out, 1 takes it in.
        SubElement(style, "temporal", {
            "enabled": "1", "mode": "2", "startField": rule.start, "endField": rule.end,
            "limitMode": str(int(rule.is_inclusive)), "accumulate": "0", "fixedDuration": "0", "durationUnit": "min",
            "durationField": "", "startExpression": "", "endExpression": "",
        })  # fmt: skip
    style.append(renderer)
    if labels is not None:
        style.append(labels)
    return _DOCTYPE + tostring(style, "unicode")


def layer_styles(units: Iterable[str], rule: EndRule, *, is_dated: bool) -> dict[str, str]:
    """Return the QGIS style (QML) of each layer of the GeoPackage, by the layer's name.

    With the temporal controller on, QGIS shows the moment it stands at. Without it, layers of
    many dates would lie upon one another; then only what has no known end is drawn.

    Parameters
    ----------
    units
        Ids of the first-level units; those of the atlas's own map keep its colours.
    is_dated
        Whether the layers hold one date only.
    """
    moment = "" if is_dated else f'@map_start_time IS NOT NULL OR "{rule.end}" IS NULL'
    temporal = None if is_dated else rule
    ink, soft, accent = (colours()[name] for name in ("line-gubernia", "line-uezd", "accent"))
    fills = [(f'"level" = 1 AND "unit" = \'{unit}\'', unit, unit_colour(unit)) for unit in units]
    fills.append(('"level" = 0 AND "faces" <> \'\'', "state", unit_colour(None)))
    areas = [(test, label, _fill(n, 0, fill, ink, 0.5)) for n, (test, label, fill) in enumerate(fills)]
    areas.append(('"level" = 2', "uezd or raion", _fill(len(areas), 1, None, soft, 0.2)))
    areas.append(("\"type\" = 'republic'", "republic", _fill(len(areas), 2, None, colours()["line-republic"], 1.0)))
    name = 'CASE WHEN "level" = 1 THEN upper("label_kk") WHEN "level" = 2 THEN "label_kk" END'
    unit_style = _style(_rules(areas, moment), _labels(name, 8, is_area=True), temporal)
    sizes = [(f'"rank" = {rank}', f"rank {rank}", _marker(rank - 1, ink, 3.2 - 0.7 * rank)) for rank in (1, 2, 3)]
    lines = [
        (_EVIDENCE[kind], kind, _line(n, ink, 0.4, dash)) for n, (kind, dash) in enumerate(dashes("paper").items())
    ]
    hatch = [("TRUE", "zone", _fill(0, 0, accent, accent, 0.3, "b_diagonal"))]
    unknown = [("TRUE", "border not recovered", _marker(0, None, 2.4))]
    return {
        "units_de_jure": unit_style,
        "units_de_facto": unit_style,
        "units_without_border": _style(_rules(unknown, moment), _labels('"label_kk"', 7, is_area=False), temporal),
        "borders": _style(_rules(lines, "")),
        "places": _style(_rules(sizes, moment), _labels('"name_kk"', 7, is_area=False), temporal),
        "zones": _style(_rules(hatch, moment), None, temporal),
    }


def layer_metadata(layer: str, description: str, header: dict[str, str]) -> str:
    """Return what QGIS shows of a layer in its properties: licence, rights, how to cite, end rule."""
    abstract = " ".join(
        [description, header["end_rule"] + ".", f"Data version {header['data_version']}.", header["citation"]]
    )
    members = {
        "identifier": f"kazatlas:{layer}", "parentidentifier": "kazatlas", "language": "kk", "type": "dataset",
        "title": f"{header['title']}: {layer}", "abstract": abstract, "license": header["license"],
        "rights": header["attribution"], "encoding": "UTF-8",
    }  # fmt: skip
    metadata = Element("qgis", version="3.22")
    for name, value in members.items():
        SubElement(metadata, name).text = value
    return _DOCTYPE + tostring(metadata, "unicode")
