import assert from "node:assert/strict";
import { test } from "node:test";
import { Arcs, contains, extentOf } from "../src/topology.js";
import { toyMap } from "./toy.js";

const arcs = new Arcs(toyMap(), (lat, lng) => ({ lat, lng }));
/** @param {import("../src/types").Ring} ring */
const pairs = (ring) => ring.map(({ lat, lng }) => [lng, lat]);

test("an arc's steps become places by the grid's scale and offset", () => {
  assert.deepEqual(pairs(arcs.arc(0)), [[61, 48], [60, 48], [60, 49]]);
});

test("an arc with a complemented number is read backwards, and its places are the same objects", () => {
  assert.deepEqual(arcs.arc(~0), arcs.arc(0).slice().reverse());
  assert.equal(arcs.arc(~0)[0], arcs.arc(0).at(-1));
  assert.equal(arcs.arc(~0), arcs.arc(~0));
});

test("a ring is made of its arcs, each joint once, and ends where it begins", () => {
  const [ring] = arcs.rings({ type: "Polygon", arcs: [[~0, 5, ~4]] });
  assert.deepEqual(pairs(ring), [[60, 49], [60, 48], [61, 48], [61, 49], [60, 49]]);
});

test("rings of all parts and holes of an area stand in one list", () => {
  assert.equal(arcs.rings({ type: "MultiPolygon", arcs: [[[0], [8]], [[1]]] }).length, 3);
});

test("a point in a hole lies outside, by the even-odd rule", () => {
  const b2 = arcs.rings({ type: "Polygon", arcs: [[3, ~6, 7], [~8]] });
  assert.equal(contains(b2, { lat: 49.2, lng: 61.2 }), true);
  assert.equal(contains(b2, { lat: 49.5, lng: 61.5 }), false);
  assert.equal(contains(b2, { lat: 48.5, lng: 60.5 }), false);
});

test("nothing lies inside no rings", () => {
  assert.equal(contains([], { lat: 0, lng: 0 }), false);
});

test("the extent is that of the box round all rings", () => {
  const extent = extentOf([[{ lat: 1, lng: 1 }, { lat: 3, lng: 2 }], [{ lat: 0, lng: 5 }]]);
  assert.equal(extent, 12);
  assert.equal(extentOf([]), 0);
});
