import assert from "node:assert/strict";
import { test } from "node:test";
import { bandAndClaim, evidenceOf, facesOf, isTold, lineOrder, rankAt } from "../src/stretches.js";
import { toyData, toyWords } from "./toy.js";

const record = toyData();
/** @param {number[]} numbers */
const ids = (numbers) => numbers.map((number) => record.borders[number].id).sort();

/** @param {number} stop @param {import("../src/types").View} view @param {boolean} documented */
function bands(stop, view, documented = false, level = 2) {
  const law = record.day(stop, "de_jure"), fact = record.day(stop, "de_facto");
  const { band, claim } = bandAndClaim(record.borders, view === "de_jure" ? law : fact, law, fact, level, documented);
  return { band: ids(band), claim: ids(claim) };
}

test("on a map of gubernias a uezd's border is none", () => {
  assert.deepEqual([rankAt("uezd beyond", 1), rankAt("gubernia", 1), rankAt("uezd", 2)], ["none", "gubernia", "uezd"]);
});

test("nothing is told of the map's frame and edge, nor of conjectures while these are left out", () => {
  const [known] = record.borders, guess = record.borders[5];
  assert.equal(guess.basis, "conjecture");
  assert.equal(isTold(known, "republic", 2, true), true);
  assert.equal(isTold(known, "edge", 2, false), false);
  assert.equal(isTold(known, "none", 2, false), false);
  assert.equal(isTold({ ...known, frame: true }, "republic", 2, false), false);
  assert.equal(isTold(guess, "gubernia", 2, false), true);
  assert.equal(isTold(guess, "gubernia", 2, true), false);
  assert.equal(isTold(known, "uezd", 1, false), false);
});

test("the band runs where the republic ends", () => {
  assert.deepEqual(bands(1, "de_jure").band, ["a1~out", "a2~out", "b1~out", "b2~out"]);
  assert.deepEqual(bands(3, "de_jure").band, ["a1~b1", "a1~out", "a2~out", "b1~b2", "b2~out"]);
});

test("where the republic ends by decree and not by rule, the view of who ruled has the claim", () => {
  assert.deepEqual(bands(2, "de_facto").claim, ["b1~out"]);
  assert.deepEqual(bands(2, "de_jure").claim, []);
  assert.deepEqual(bands(1, "de_facto").claim, []);
});

test("the band has no conjectured lines while these are left out", () => {
  assert.deepEqual(bands(3, "de_jure", true).band, ["a1~out", "a2~out", "b1~b2", "b2~out"]);
});

test("of a stretch is told between whom it runs, what it is, what it rests on, how near, how and from what it was drawn", () => {
  const said = evidenceOf(record, toyWords(), record.day(1, "de_jure"), 2, 5);
  assert.deepEqual(said, [
    "a1 – b1", "<map.stretch_gubernia>", "<map.rests_on>", "about 5 km", "<map.drawn_as>", "<map.drawn_from>"
  ]);
});

test("on a map of gubernias a stretch runs between gubernias, and a coast has one side", () => {
  assert.equal(evidenceOf(record, toyWords(), record.day(1, "de_jure"), 1, 5)[0], "west – east");
  assert.equal(evidenceOf(record, toyWords(), record.day(1, "de_jure"), 2, 8)[0], "b2");
});

test("a gubernia's faces are those of its uezds, a uezd's its own", () => {
  const day = record.day(1, "de_jure");
  assert.deepEqual(facesOf(day, day.force.west), [0, 1]);
  assert.deepEqual(facesOf(day, day.force.b2), [3]);
});

test("the arrows go round a chosen unit from west to east, and not through it", () => {
  const order = lineOrder(record, [0, 1], () => true, () => false);
  assert.deepEqual(order.map((index) => record.borders[index].id), ["a1~out", "a2~out", "a1~b1", "a2~b2"]);
});

test("with nothing chosen the arrows go through all borders in sight", () => {
  const order = lineOrder(record, [], (index) => index !== 0, ({ lng }) => lng < 60.5);
  assert.deepEqual(order.map((index) => record.borders[index].id), ["a2~out"]);
});
