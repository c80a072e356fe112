import assert from "node:assert/strict";
import { test } from "node:test";
import { REPUBLIC } from "../src/constants.js";
import { Day, applied } from "../src/day.js";
import { toyData } from "./toy.js";

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

test("a day tells for each face its uezd, its gubernia and the authority over both", () => {
  const { unitOf, guberniaOf, authorityOf } = record.day(1, "de_jure");
  assert.deepEqual(unitOf, ["a1", "a2", "b1", "b2"]);
  assert.deepEqual(guberniaOf, ["west", "west", "east", "east"]);
  assert.deepEqual(authorityOf, [REPUBLIC, REPUBLIC, REPUBLIC, REPUBLIC]);
});

test("a day's changes are laid over the day before, each view apart, in whatever order days are asked for", () => {
  assert.equal(record.day(3, "de_facto").force.b1.parent, "neighbour");
  assert.equal(record.day(2, "de_facto").force.b1.by, "neighbour");
  assert.equal(record.day(2, "de_jure").force.b1.parent, "east");
  assert.equal(record.day(0, "de_jure").force.east, undefined);
  assert.equal(record.day(0, "de_jure").isFounded, false);
  assert.equal(record.day(1, "de_jure").isFounded, true);
});

test("what has no answer any more is gone", () => {
  assert.deepEqual(record.day(2, "de_jure").hatches, { neighbour: [2] });
  assert.deepEqual(record.day(3, "de_jure").hatches, {});
  assert.deepEqual(record.day(2, "de_facto").claims, [{}, { neighbour: [2] }, {}]);
  assert.deepEqual(record.day(3, "de_facto").claims, [{}, {}, {}]);
});

test("a uezd straight under a state stands on a map of gubernias", () => {
  assert.deepEqual(record.day(3, "de_jure").firsts.map((version) => version.unit), ["west", "east", "b1"]);
  assert.deepEqual(record.day(3, "de_jure").tiles.map((version) => version.unit), ["a1", "a2", "b1", "b2"]);
  assert.deepEqual(record.day(3, "de_jure").points.map((version) => version.unit), ["lost"]);
});

test("land is abroad when it is the republic's neither by decree nor in fact", () => {
  assert.equal(record.day(2, "de_facto").isAbroad("b1", 2), false);
  assert.equal(record.day(3, "de_facto").isAbroad("b1", 2), true);
  assert.equal(record.day(3, "de_facto").isAbroad("east", 1), false);
});

test("a border's rank is that of the highest units that it parts", () => {
  const before = record.day(1, "de_jure").ranks, after = record.day(3, "de_jure").ranks;
  assert.equal(before[border("a1~a2")], "uezd");
  assert.equal(before[border("a1~b1")], "gubernia");
  assert.equal(before[border("b1~b2")], "uezd");
  assert.equal(after[border("b1~b2")], "republic");
  assert.equal(before[border("b2~lake")], "coast");
  assert.equal(before[border("a1~out")], "republic");
  assert.equal(after[border("b1~out")], "edge");
});

test("a border on which no land concerns the republic is beyond", () => {
  const now = applied({ lines: {}, versions: {}, faces: {}, fills: {}, towns: {}, claims: {}, hatches: {}, key: {} }, { lines: [3, 6] });
  const day = new Day({ units: [], ranks: ["republic", "authority", "gubernia", "uezd"], fill_kinds: [], days: { de_jure: [], de_facto: [] } },
    [], now, "1920-01-01", "de_jure");
  assert.equal(day.ranks[3], "uezd beyond");
});

test("a day is worked out once", () => {
  assert.equal(record.day(1, "de_jure"), record.day(1, "de_jure"));
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
  const version = { ...record.day(1, "de_jure").force.west, tile_point: /** @type {[number, number]} */ ([1, 1]), faces: [0] };
  assert.equal(record.shapeOf(version, 1).length, 2);
  assert.deepEqual(record.shapeOf(version, 2), record.faces[0].rings);
});

test("the places of a unit of which only the seat is known are that one point", () => {
  assert.deepEqual(record.placesOf(record.byUnit.lost[0]), [{ lat: 48.2, lng: 60.2 }]);
});
