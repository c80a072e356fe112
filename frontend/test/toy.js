/* A toy country as the map's data: four faces of one degree, a lake, two gubernias, a neighbour. `a` is west, `b` east,
 * 1 south, 2 north; uezd b1 goes from the republic's east to the neighbour by rule in 1921, by decree in 1922. */

import { AtlasData } from "../src/data.js";
import { Words } from "../src/words.js";

/** @typedef {import("../src/types").MapData} MapData */
/** @typedef {import("../src/types").Texts} Texts */
/** @typedef {import("../src/types").Pair} Pair */

/** @param {string} text @returns {Texts} the same in three languages, marked by language */
const texts = (text) => [`${text} (kk)`, `${text} (ru)`, text];

// On a grid of a tenth of a degree, from 60° E 48° N.
/** @type {Record<string, Pair[]>} */
const LINES = {
  "a1~out": [[10, 0], [0, 0], [0, 10]],
  "a2~out": [[0, 10], [0, 20], [10, 20]],
  "b1~out": [[10, 0], [20, 0], [20, 10]],
  "b2~out": [[20, 10], [20, 20], [10, 20]],
  "a1~a2": [[0, 10], [10, 10]],
  "a1~b1": [[10, 0], [10, 10]],
  "a2~b2": [[10, 10], [10, 20]],
  "b1~b2": [[10, 10], [20, 10]],
  "b2~lake": [[14, 14], [16, 14], [16, 16], [14, 16], [14, 14]]
};
const NAMES = Object.keys(LINES), FACES = ["a1", "a2", "b1", "b2", "lake"];

/** @param {Pair[]} line @returns {Pair[]} its first point, and the steps from there */
const steps = (line) => line.map(([x, y], i) => i ? [x - line[i - 1][0], y - line[i - 1][1]] : [x, y]);

/** @param {string} name of a line, with a minus before it if it is read backwards */
const arc = (name) => name.startsWith("-") ? ~NAMES.indexOf(name.slice(1)) : NAMES.indexOf(name);

/** @type {Record<string, string[][]>} Rings, each with its area on the left. */
const RINGS = {
  a1: [["-a1~out", "a1~b1", "-a1~a2"]],
  a2: [["-a2~out", "a1~a2", "a2~b2"]],
  b1: [["b1~out", "-b1~b2", "-a1~b1"]],
  b2: [["b2~out", "-a2~b2", "b1~b2"], ["-b2~lake"]],
  lake: [["b2~lake"]]
};
/** @param {string} face */
const arcs = (face) => RINGS[face].map((ring) => ring.map(arc));

/** @type {Record<string, object>} What is known of a line but that it is a period map's and certain. */
const KNOWN = { "a1~b1": { basis: "conjecture", certainty: "uncertain" }, "b1~b2": { basis: "later-map", certainty: "less-certain" } };

/** @param {string} unit @param {number} level @param {object} more @param {string[]} faces */
function version(unit, level, more, faces = []) {
  const properties = {
    unit, level, from: "1920-01-01", name: texts(`${unit} name`), label: texts(unit), point: [5, 5], tint: unit.length % 4,
    ...(faces.length ? { faces: faces.map((face) => FACES.indexOf(face)) } : {}), ...more
  };
  const shape = faces.length ? { type: "MultiPolygon", arcs: faces.map(arcs) } : { type: null };
  return { id: `${unit}@${properties.from}`, ...shape, properties };
}

/** @param {string[]} faces */
const covering = (faces) => ({ type: "MultiPolygon", arcs: faces.map(arcs) });

const UNITS = ["kirghiz-assr", "neighbour", "west", "east", "a1", "a2", "b1", "b2", "lost"];
const RANKS = ["republic", "authority", "gubernia", "uezd", "coast", "edge", "none"];
const FILLS = ["republic", "claimed", "home", "abroad"];

/** What the build says of the toy country's days: numbers of units, versions, faces and lines as above and below.
 *
 * @returns {import("../src/types").Answers}
 */
function answers() {
  const edge = 11, republic = 1, gubernia = 5, uezd = 7, coast = 9;
  const first = {
    versions: [1, 1, 4, 4, 5, 5, 6, 6, 7, 10, 8, 11],
    faces: [0, 4, 2, 2, 1, 1, 5, 2, 2, 1, 2, 6, 3, 3, 1, 3, 7, 3, 3, 1],
    lines: [0, edge, 1, edge, 2, edge, 3, edge, 4, uezd, 5, gubernia, 6, gubernia, 7, uezd, 8, coast],
    fills: [4, 2, 2, 5, 2, 2, 6, 2, 3, 7, 2, 3],
    key: [0, [3, 2]]
  };
  const founded = {
    versions: [0, 0, 2, 2, 3, 3],
    faces: [0, 4, 2, 0, 1, 1, 5, 2, 0, 1, 2, 6, 3, 0, 1, 3, 7, 3, 0, 1],
    lines: [0, republic, 1, republic, 2, republic, 3, republic],
    fills: [2, 0, 2, 3, 0, 3, 4, 0, 2, 5, 0, 2, 6, 0, 3, 7, 0, 3]
  };
  const lines = [2, edge, 5, republic, 7, republic];
  return {
    units: UNITS, ranks: RANKS, fill_kinds: FILLS,
    days: {
      de_jure: [
        first, founded,
        { versions: [6, 7], hatches: [1, [2]] },
        { versions: [6, 9], faces: [2, 6, 6, 1, 0], lines, fills: [6, 3, 1], gone: { hatches: [1] } }
      ],
      de_facto: [
        first, founded,
        { versions: [6, 8], faces: [2, 6, 6, 1, 1], lines, fills: [6, 1, 1, 3, 0, 3], claims: ["1 1", [2]] },
        { versions: [6, 9], faces: [2, 6, 6, 1, 0], fills: [6, 3, 1], gone: { claims: ["1 1"] } }
      ]
    }
  };
}

/** @returns {MapData} */
export function toyMap() {
  const from = "1920-08-26", republic = "kirghiz-assr";
  return /** @type {any} */ ({
    type: "Topology",
    transform: { scale: [0.1, 0.1], translate: [60, 48] },
    arcs: NAMES.map((name) => steps(LINES[name])),
    objects: {
      borders: {
        geometries: NAMES.map((id, number) => ({
          type: "LineString", arcs: [number],
          properties: {
            id, sides: id.split("~").map((face) => FACES.indexOf(face)), basis: "period-map", certainty: "certain", km: 5,
            method: 0, ...KNOWN[id]
          }
        }))
      },
      faces: {
        geometries: FACES.map((id) => (
          { id, type: "Polygon", arcs: arcs(id), properties: { kind: id === "lake" ? "water" : "land" } }
        ))
      },
      units: {
        geometries: [
          version(republic, 0, { from }),
          version("neighbour", 0, {}),
          { ...version("west", 1, { parent: republic, by: republic, from }), ...covering(["a1", "a2"]) },
          { ...version("east", 1, { parent: republic, by: republic, from }), ...covering(["b1", "b2"]) },
          version("a1", 2, { parent: "west", by: "west" }, ["a1"]),
          version("a2", 2, { parent: "west", by: "west" }, ["a2"]),
          version("b1", 2, { parent: "east", by: "east" }, ["b1"]),
          version("b1", 2, { parent: "east", from: "1921-04-01" }, ["b1"]),
          version("b1", 2, { by: "neighbour", from: "1921-04-01" }, ["b1"]),
          version("b1", 2, { parent: "neighbour", by: "neighbour", from: "1922-05-01" }, ["b1"]),
          version("b2", 2, { parent: "east", by: "east" }, ["b2"]),
          { ...version("lost", 2, { parent: "west", by: "west" }), type: "Point", coordinates: [2, 2] }
        ]
      },
      zones: {
        geometries: [{
          id: "quarrel", type: "Polygon", arcs: arcs("b1"),
          properties: { title: texts("quarrel"), kind: "dispute", from, to: "1921-04-01" }
        }]
      },
      base_land: { geometries: [{ type: "Polygon", arcs: arcs("a1"), properties: {} }] }
    },
    stops: ["1920-01-01", from, "1921-04-01", "1922-05-01"].map((date, number) => (
      { date, events: [{ id: `event-${number}`, title: texts(`title ${number}`), tick: texts(`tick ${number}`) }] }
    )),
    alternatives: [],
    places: [],
    methods: [{ title: texts("by hand"), sources: ["book", "inference"] }],
    sources: { book: "The book" },
    answers: answers(),
    ghosts: { "1921-04-01": { de_facto: [[], [6, 3], [3, 1]] } }
  });
}

export const toyData = () => new AtlasData(toyMap(), (lat, lng) => ({ lat, lng }));

/** Words that tell their key and values. */
export function toyWords(lang = /** @type {import("../src/types").Lang} */ ("en")) {
  const told = new Proxy({}, { get: (_, key) => `<${String(key)}>` });
  const words = { kk: told, ru: told, en: { "map.accuracy": "about {km} km", "card.basis_conjecture": "a guess" } };
  return new Words(
    { ...words, en: new Proxy(words.en, { get: (own, key) => own[/** @type {"map.accuracy"} */ (key)] ?? `<${String(key)}>` }) },
    { "1920-01-01": ["1920 жылғы 1 қаңтар", "1 января 1920 года", "1 January 1920"] }, () => lang
  );
}
