import assert from "node:assert/strict";
import { test } from "node:test";
import { featuresOf, isPoint, pointOf } from "../src/guests.js";
import { speaksOf, waysCarried } from "../src/proof.js";

/** @type {import("geojson").Point} */
const POINT = { type: "Point", coordinates: [71.4, 51.2] };
/** @type {import("../src/types").View} */
const DECREED = "de_jure";
const SPAN = { view: DECREED, valid_from: "1920-08-26", valid_to: "1921-04-01", carried: null };

test("a reader's shapes become GeoJSON with their labels, in their order", () => {
  assert.deepEqual(featuresOf([{ geometry: POINT, label: "<b>aul</b>" }, { geometry: POINT }]), [
    { type: "Feature", geometry: POINT, properties: { label: "<b>aul</b>" } },
    { type: "Feature", geometry: POINT, properties: { label: undefined } }
  ]);
  assert.deepEqual(featuresOf([]), []);
});

test("points and groups of points take the pointer, areas and lines do not", () => {
  assert.equal(isPoint(POINT), true);
  assert.equal(isPoint({ type: "MultiPoint", coordinates: [[71.4, 51.2]] }), true);
  assert.equal(isPoint({ type: "Polygon", coordinates: [] }), false);
  assert.equal(isPoint({ type: "LineString", coordinates: [] }), false);
});

test("a chosen place is told as longitude and latitude, to four decimals", () => {
  assert.deepEqual(pointOf({ lat: 51.123456, lng: 71.98765 }), [71.9877, 51.1235]);
});

test("a witness speaks from the first day of its span to the day before its last, in its view", () => {
  /** @param {string} date */
  const on = (date, view = /** @type {import("../src/types").View} */ (DECREED)) => speaksOf({ spans: [SPAN], status: "accepted" }, { date, view });
  assert.deepEqual(on("1920-08-26"), { carried: false, rejected: false });
  assert.equal(on("1921-04-01"), null);
  assert.equal(on("1920-08-25"), null);
  assert.equal(on("1920-08-26", "de_facto"), null);
});

test("a word of another time that is carried here is told apart", () => {
  const witness = { spans: [{ ...SPAN, carried: "back" }], status: "accepted" };
  assert.deepEqual(speaksOf(witness, { date: "1921-01-01", view: DECREED }), { carried: true, rejected: false });
});

test("a rejected witness without days of its own is always shown, as rejected", () => {
  const day = { date: "1922-01-01", view: DECREED };
  assert.deepEqual(speaksOf({ spans: [], status: "rejected" }, day), { carried: false, rejected: true });
  assert.equal(speaksOf({ spans: [SPAN], status: "rejected" }, day), null);
  assert.equal(speaksOf({ spans: [], status: "accepted" }, day), null);
});

test("each way in which a word is carried is told once", () => {
  const spans = ["back", "on", "back", null].map((carried) => ({ ...SPAN, carried }));
  assert.deepEqual(waysCarried({ spans }), ["back", "on"]);
});
