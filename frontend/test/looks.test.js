import assert from "node:assert/strict";
import { test } from "node:test";
import { colour, strong } from "../src/colours.js";
import { lookOf } from "../src/looks.js";
import { toyData } from "./toy.js";

const record = toyData();

/** @param {string} unit @param {number} stop @param {import("../src/types").View} view */
function look(unit, stop, view, level = 2) {
  const day = record.day(stop, view);
  return lookOf(day.force[unit], level, day);
}

test("in the republic a uezd has its gubernia's colour, in its own strength", () => {
  assert.deepEqual(look("b1", 1, "de_jure"), { fill: colour("east"), css: "in t2" });
  assert.deepEqual(look("east", 1, "de_jure", 1), { fill: colour("east"), css: "in t1" });
});

test("before the republic its later units are paler", () => {
  assert.deepEqual(look("b1", 0, "de_jure"), { fill: colour("east"), css: "home t2" });
});

test("what another ruled and the decree gave to the republic is strong, in the ruler's colour", () => {
  assert.deepEqual(look("b1", 2, "de_facto"), { fill: strong("neighbour"), css: "claimed t2" });
});

test("what is another's by decree, too, is outside", () => {
  assert.deepEqual(look("b1", 3, "de_jure"), { fill: colour("neighbour"), css: "out" });
});
