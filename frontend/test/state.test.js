import assert from "node:assert/strict";
import { test } from "node:test";
import { shareAfter, sides, withinMap } from "../src/divider.js";
import { captionOf, pageTo, positionOf, yearsOf } from "../src/steps.js";
import { changesOf, changesOfLink, openingState, reportOf } from "../src/state.js";
import { toyData } from "./toy.js";

const record = toyData(), stops = record.stops;

test("the map opens at the stop of its date, by decree, with nothing chosen", () => {
  const state = openingState({ lang: "kk", date: "1921-06-15", compare: "1922-12-31" }, record);
  assert.equal(state.stop, 2);
  assert.equal(state.compare, "1922-05-01");
  assert.deepEqual([state.view, state.level, state.unit, state.zone], ["de_jure", 2, null, null]);
  assert.equal(openingState({ lang: "kk" }, record).stop, 0);
});

test("the page is told of the stop's date, not of the asked one", () => {
  const report = reportOf(openingState({ lang: "kk", date: "1921-06-15" }, record), record);
  assert.equal(report.date, "1921-04-01");
  assert.deepEqual(Object.keys(report), ["date", "view", "level", "unit", "zone", "compare", "point", "serial"]);
});

test("a command changes what it names and nothing else", () => {
  assert.deepEqual(changesOf({ serial: 3, date: "1921-12-31", lang: "ru" }, record), { serial: 3, lang: "ru", stop: 2 });
});

test("a chosen unit puts away the zone, a chosen zone the unit", () => {
  assert.deepEqual(changesOf({ serial: 1, unit: "b1", zone: "quarrel" }, record), { serial: 1, unit: "b1", zone: null });
  assert.deepEqual(changesOf({ serial: 1, zone: "quarrel" }, record), { serial: 1, zone: "quarrel", unit: null });
  assert.deepEqual(changesOf({ serial: 1, unit: null }, record), { serial: 1, unit: null });
});

test("a command ends a comparison with null, and leaves it alone with nothing", () => {
  assert.equal(changesOf({ serial: 1, compare: null }, record).compare, null);
  assert.equal("compare" in changesOf({ serial: 1 }, record), false);
  assert.equal(changesOf({ serial: 1, compare: "1921-12-31" }, record).compare, "1921-04-01");
});

test("a card's link goes to its date, view, unit or zone", () => {
  assert.deepEqual(changesOfLink({ date: "1922-05-01", view: "de_facto", unit: "b1" }, record), {
    stop: 3, view: "de_facto", unit: "b1", zone: null
  });
  assert.deepEqual(changesOfLink({ zone: "quarrel", compare: "1920-02-02" }, record), {
    zone: "quarrel", unit: null, compare: "1920-01-01"
  });
});

test("the years have their first stops, and end where the next begins", () => {
  assert.deepEqual(yearsOf(stops), [
    { year: "1920", first: 0, end: 2 }, { year: "1921", first: 2, end: 3 }, { year: "1922", first: 3, end: 4 }
  ]);
});

test("Page Up leads to the next year, and from the last one to its end", () => {
  assert.equal(pageTo(stops, 0, "PageUp"), 2);
  assert.equal(pageTo(stops, 2, "PageUp"), 3);
  assert.equal(pageTo(stops, 3, "PageUp"), 3);
});

test("Page Down leads to the year's beginning, and from there to the year before", () => {
  assert.equal(pageTo(stops, 1, "PageDown"), 0);
  assert.equal(pageTo(stops, 2, "PageDown"), 0);
  assert.equal(pageTo(stops, 3, "PageDown"), 2);
  assert.equal(pageTo(stops, 0, "PageDown"), 0);
  assert.equal(pageTo(stops, 1, "ArrowRight"), null);
});

test("a date between two stops lies there as its day lies between theirs", () => {
  const dated = [{ date: "1920-01-01" }, { date: "1920-01-11" }, { date: "1921-01-01" }];
  assert.equal(positionOf(dated, "1920-01-06"), 0.5);
  assert.equal(positionOf(dated, "1920-01-11"), 1);
  assert.equal(positionOf(dated, "1921-01-01"), 2);
  assert.equal(positionOf(dated, "1919-12-31"), null);
  assert.equal(positionOf(dated, "1921-01-02"), null);
});

test("the caption names the first act and counts the others", () => {
  assert.equal(captionOf(["one"]), "one");
  assert.equal(captionOf(["one", "two", "three"]), "one (+2)");
});

test("the divider moves by keys and stays within the map", () => {
  assert.equal(shareAfter(50, "ArrowLeft"), 48);
  assert.equal(shareAfter(50, "PageUp"), 60);
  assert.equal(shareAfter(50, "Home"), 0);
  assert.equal(shareAfter(99, "ArrowUp"), 100);
  assert.equal(shareAfter(50, "Enter"), null);
  assert.equal(shareAfter(50, "toString"), null);
  assert.equal(withinMap(-3), 0);
});

test("the two sides of the divider meet in it and nowhere else", () => {
  const { left, right } = sides(300);
  assert.equal(left, "polygon(-100000px -100000px,300px -100000px,300px 100000px,-100000px 100000px)");
  assert.equal(right, "polygon(300px -100000px,100000px -100000px,100000px 100000px,300px 100000px)");
});
