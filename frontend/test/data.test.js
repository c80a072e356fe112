import assert from "node:assert/strict";
import { test } from "node:test";
import { REPUBLIC } from "../src/constants.js";
import { firstOver } from "../src/snapshot.js";
import { toyData, toyMap } from "./toy.js";

const record = toyData();
/** @param {string} id */
const border = (id) => record.borders.findIndex((found) => found.id === id);

test("a day's stop is the last one on or before it, and the first before all", () => {
  assert.deepEqual(["1919-01-01", "1920-01-01", "1920-08-25", "1920-08-26", "1930-01-01"].map((day) => record.stopAt(day)), [0, 0, 0, 1, 3]);
});

test("a day is compared as its stop, and no day as none", () => {
  assert.equal(record.stopDate("1921-12-31"), "1921-04-01");
  assert.equal(record.stopDate(null), null);
  assert.equal(record.stopDate(undefined), null);
});

test("a stop is compared with the last one, and the last one with the first", () => {
  assert.equal(record.otherDate(1), "1922-05-01");
  assert.equal(record.otherDate(3), "1920-01-01");
});

test("a version is in force from its first day to the day before its last, in its views", () => {
  assert.equal(record.version("b1", "1921-03-31", "de_facto")?.by, "east");
  assert.equal(record.version("b1", "1921-04-01", "de_facto")?.by, "neighbour");
  assert.equal(record.version("b1", "1921-04-01", "de_jure")?.parent, "east");
  assert.equal(record.version("east", "1920-08-25", "de_jure"), undefined);
  assert.equal(record.version("nobody", "1921-04-01", "de_jure"), undefined);
});

test("a snapshot tells for each face its uezd, its gubernia and who stands at the top", () => {
  const { tileOf, firstOf, topOf } = record.snapshot(1, "de_jure");
  assert.deepEqual(tileOf.slice(0, 4), ["a1", "a2", "b1", "b2"]);
  assert.deepEqual(firstOf.slice(0, 4), ["west", "west", "east", "east"]);
  assert.deepEqual(topOf.slice(0, 4), [REPUBLIC, REPUBLIC, REPUBLIC, REPUBLIC]);
});

test("a uezd straight under a state is its own first-level unit, and stands on a map of gubernias", () => {
  const snapshot = record.snapshot(3, "de_jure"), { force } = snapshot;
  assert.equal(firstOver(force.b1, "de_jure", force), "b1");
  assert.equal(firstOver(force.b2, "de_jure", force), "east");
  assert.equal(firstOver(force.east, "de_jure", force), "east");
  assert.deepEqual(snapshot.firsts.map((version) => version.unit).sort(), ["b1", "east", "west"]);
  assert.equal(snapshot.top(force.b1), "neighbour");
});

test("decree and rule part where the neighbour rules", () => {
  assert.equal(record.snapshot(2, "de_jure").topOf[2], REPUBLIC);
  assert.equal(record.snapshot(2, "de_facto").topOf[2], "neighbour");
});

test("a border's rank is that of the highest units that it parts", () => {
  const before = record.snapshot(1, "de_jure").ranks, after = record.snapshot(3, "de_jure").ranks;
  assert.equal(before[border("a1~a2")], "uezd");
  assert.equal(before[border("a1~b1")], "gubernia");
  assert.equal(before[border("b1~b2")], "uezd");
  assert.equal(after[border("b1~b2")], "republic");
  assert.equal(before[border("b2~lake")], "coast");
});

test("where the map ends a border is the republic's or the map's edge", () => {
  assert.equal(record.snapshot(1, "de_jure").ranks[border("a1~out")], "republic");
  assert.equal(record.snapshot(3, "de_jure").ranks[border("b1~out")], "edge");
});

test("a border that is the frame of the map is none", () => {
  const map = toyMap();
  map.objects.borders.geometries[0].properties.frame = true;
  const { rankOf, tileOf, firstOf, topOf } = record.snapshot(1, "de_jure");
  assert.equal(rankOf.call({ tileOf, firstOf, topOf }, { ...record.borders[0], frame: true }, record.faces), "none");
});

test("a snapshot is worked out once", () => {
  assert.equal(record.snapshot(1, "de_jure"), record.snapshot(1, "de_jure"));
});

test("units that are the republic's at some time are at home, uezds straight under it, too", () => {
  assert.deepEqual(Object.keys(record.home).sort(), ["east", "west"]);
  const map = toyMap();
  map.objects.units.geometries[4].properties.parent = REPUBLIC;
  assert.equal(new (/** @type {any} */ (record.constructor))(map, () => ({ lat: 0, lng: 0 })).home.a1, true);
});

test("only states other than the republic can rule against it", () => {
  assert.deepEqual(record.rulers, ["neighbour"]);
});

test("the borders that a stop took away are those of the map's level and above, each once and in order", () => {
  assert.deepEqual(record.ghostsAt("1921-04-01", "de_facto", 1), [3, 6]);
  assert.deepEqual(record.ghostsAt("1921-04-01", "de_facto", 2), [1, 3, 6]);
  assert.deepEqual(record.ghostsAt("1921-04-01", "de_jure", 2), []);
  assert.deepEqual(record.ghostsAt("1922-05-01", "de_facto", 2), []);
});

test("a zone is there from its first day to the day before its last", () => {
  assert.deepEqual(["1920-08-25", "1920-08-26", "1921-03-31", "1921-04-01"].map((day) => record.zonesAt(day).length), [0, 1, 1, 0]);
});

test("what a unit holds beside its uezds is all that a map of uezds shows of it", () => {
  const version = { ...record.snapshot(1, "de_jure").force.west, tile_point: /** @type {[number, number]} */ ([1, 1]), faces: [0] };
  assert.equal(record.shapeOf(version, 1).length, 2);
  assert.deepEqual(record.shapeOf(version, 2), record.faces[0].rings);
});

test("the places of a unit of which only the seat is known are that one point", () => {
  assert.deepEqual(record.placesOf(record.byUnit.lost[0]), [{ lat: 48.2, lng: 60.2 }]);
});
