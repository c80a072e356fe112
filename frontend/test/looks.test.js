import assert from "node:assert/strict";
import { test } from "node:test";
import { colour, strong, tint } from "../src/colours.js";
import { lookOf, ruledByOthers } from "../src/looks.js";
import { toyData } from "./toy.js";

const record = toyData();

/** @param {string} unit @param {number} stop @param {import("../src/types").View} view */
function look(unit, stop, view, level = 2) {
  const snapshot = record.snapshot(stop, view);
  return lookOf(snapshot.force[unit], level, snapshot, record.snapshot(stop, "de_jure"), record.home);
}

test("a unit's strength is one of four, and follows from its name alone", () => {
  const names = ["atbasar-uezd", "akmolinsk-uezd", "turgay-uezd", "adai-uezd", "temir-uezd", "irgiz-uezd", "gurjev-uezd"];
  assert.ok(names.every((name) => [0, 1, 2, 3].includes(tint(name))));
  assert.equal(tint("a"), 97 % 4);
  assert.equal(tint("ab"), (97 * 31 + 98) % 4);
  assert.ok(new Set(names.map(tint)).size > 1);
});

test("in the republic a uezd has its gubernia's colour, in its own strength", () => {
  assert.deepEqual(look("b1", 1, "de_jure"), { fill: colour("east"), css: `in t${tint("b1")}` });
  assert.deepEqual(look("east", 1, "de_jure", 1), { fill: colour("east"), css: "in t1" });
});

test("before the republic its later units are paler", () => {
  assert.deepEqual(look("b1", 0, "de_jure"), { fill: colour("east"), css: `home t${tint("b1")}` });
});

test("what another ruled and the decree gave to the republic is strong, in the ruler's colour", () => {
  assert.deepEqual(look("b1", 2, "de_facto"), { fill: strong("neighbour"), css: `claimed t${tint("b1")}` });
});

test("what is another's by decree, too, is outside", () => {
  assert.deepEqual(look("b1", 3, "de_jure"), { fill: colour("neighbour"), css: "out" });
});

test("faces are hatched by who ruled them against the decree, and none before the republic", () => {
  /** @param {number} stop */
  const ruled = (stop) => ruledByOthers(record.snapshot(stop, "de_jure"), record.snapshot(stop, "de_facto"));
  assert.deepEqual(ruled(2), { neighbour: [2] });
  assert.deepEqual(ruled(0), {});
  assert.deepEqual(ruled(3), {});
});
