import assert from "node:assert/strict";
import { test } from "node:test";
import { Room, beside, boxesInside, breaks, isFree } from "../src/boxes.js";

/** @param {string} line @param {number} size */
const measure = (line, size) => line.length * size / 2;

test("a name is broken at spaces and after hyphens, once, and first not at all", () => {
  assert.deepEqual(breaks("Орынбор"), [["Орынбор"]]);
  assert.deepEqual(breaks("Ақ Мола"), [["Ақ Мола"], ["Ақ", "Мола"]]);
  assert.deepEqual(breaks("Усть-Каменогорск"), [["Усть-Каменогорск"], ["Усть-", "Каменогорск"]]);
  assert.equal(breaks("а б в").length, 3);
});

test("in a wide unit a name stands unbroken, largest, round its point", () => {
  const [first] = boxesInside(breaks("Ақ Мола"), [12, 10], measure, () => true);
  assert.deepEqual([first.x, first.y, first.w, first.h].map((value) => Number(value.toFixed(2))), [-22, -6.72, 44, 13.44]);
  assert.deepEqual([first.lines, first.size], [["Ақ Мола"], 12]);
});

test("in a narrow unit a name is broken", () => {
  const [first] = boxesInside(breaks("Ақ Мола"), [12, 10], measure, (x) => Math.abs(x) < 14);
  assert.deepEqual(first.lines, ["Ақ", "Мола"]);
});

test("in a small unit a name is smaller", () => {
  const [first] = boxesInside([["Ақмола"]], [12, 10], measure, (x) => Math.abs(x) < 17);
  assert.equal(first.size, 10);
});

test("where a name does not fit it has no box", () => {
  assert.deepEqual(boxesInside([["Ақмола"]], [12, 10], measure, (x) => Math.abs(x) < 5), []);
});

test("a box lies inside with its corners, the middles of its sides and its middle", () => {
  const holes = [[0, 0], [-20, -6], [20, 6]];
  for (const [x, y] of holes) {
    const found = boxesInside([["Ақмола"]], [12], measure, (px, py) => Math.hypot(px - x, py - y) > 3);
    assert.ok(found.every((box) => [0, 0.5, 1].every((share) => (
      Math.hypot(box.x + share * box.w - x, box.y + box.h / 2 - y) > 3
    ))));
  }
});

test("ten places are enough to choose from", () => {
  assert.equal(boxesInside([["а"], ["б"]], [12, 10], measure, () => true).length, 10);
});

test("beside a point a name stands right, left, below or above, at a gap", () => {
  assert.deepEqual(beside(20, 10, 4).map(({ x, y }) => [x, y]), [[4, -5], [-24, -5], [-10, 4], [-10, -14]]);
});

test("two boxes keep two pixels between them, one above the other one pixel", () => {
  const box = { x: 0, y: 0, w: 10, h: 10 };
  assert.equal(isFree({ ...box, x: 11 }, [box]), false);
  assert.equal(isFree({ ...box, x: 12 }, [box]), false);
  assert.equal(isFree({ ...box, x: 12.1 }, [box]), true);
  assert.equal(isFree({ ...box, y: 11 }, [box]), false);
  assert.equal(isFree({ ...box, y: 11.1 }, [box]), true);
  assert.equal(isFree({ ...box, x: -12.1 }, [box]), true);
});

test("a label never takes another's room, and a dot's only where it must", () => {
  const room = new Room(), box = { x: 0, y: 0, w: 10, h: 10 };
  room.addDot({ x: 50, y: 5 }, 2);
  assert.equal(room.take(box, false), true);
  assert.equal(room.take({ ...box, x: 5 }, true), false);
  assert.equal(room.take({ ...box, x: 45 }, false), false);
  assert.equal(room.take({ ...box, x: 45 }, true), true);
});
