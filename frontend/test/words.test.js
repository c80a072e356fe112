import assert from "node:assert/strict";
import { test } from "node:test";
import { cardHtml, eventsHtml } from "../src/lesson-cards.js";
import { isDark } from "../src/streamlit.js";
import { translator } from "../src/translate.js";
import { Words } from "../src/words.js";
import { toyWords } from "./toy.js";

test("a date is said in the reader's language of the moment", () => {
  /** @type {import("../src/types").Lang} */
  let lang = "kk";
  const words = new Words({ kk: {}, ru: {}, en: {} }, { "1920-01-01": ["1920 жылғы 1 қаңтар", "1 января 1920 года", "1 January 1920"] }, () => lang);
  assert.equal(words.date("1920-01-01"), "1920 жылғы 1 қаңтар");
  lang = "ru";
  assert.equal(words.date("1920-01-01"), "1 января 1920 года");
  assert.equal(words.text(["а", "б", "c"]), "б");
});

test("values stand in a word's places as they are", () => {
  assert.equal(toyWords().word("map.accuracy", { km: 30 }), "about 30 km");
  assert.equal(toyWords().word("map.accuracy", { km: "$& {km}" }), "about $& {km} km");
});

test("a word that is missing is a fault, not a blank", () => {
  const words = new Words({ kk: {}, ru: {}, en: {} }, {}, () => "ru");
  assert.throws(() => words.word("map.none"), /no word map.none in ru/);
});

test("Streamlit's words, and ours of another language, become the page's; other texts stay", () => {
  const say = translator([{ own: "Upload", kk: "Жүктеу", ru: "Загрузить", en: "Upload" }], "ru");
  assert.equal(say("Upload"), "Загрузить");
  assert.equal(say(" Жүктеу "), "Загрузить");
  assert.equal(say("Upload 3"), "Upload 3");
});

test("a page is dark by how bright its ground is to the eye", () => {
  assert.equal(isDark("#fbf8f1"), false);
  assert.equal(isDark("1b1a17"), true);
  assert.equal(isDark("#00ff00"), false);
  assert.equal(isDark("#0000ff"), true);
  assert.equal(isDark("rgb(0, 0, 0)"), null);
});

/** @type {import("../src/types").LessonCards} */
const CARDS = {
  parts: ["<p>a</p>", "<details>b</details>", "<p>c</p>"], texts: [[0, 1], [2, 1], [2]],
  units: { de_jure: { b1: [["1920-01-01", 0], ["1921-04-01", 1]] }, de_facto: {} },
  zones: { de_jure: { quarrel: [["1920-08-26", 2]] }, de_facto: {} },
  events: { de_jure: { "1921-04-01": [2, 0] }, de_facto: {} }
};

test("the lesson shows a unit's card as of the day, put together from its parts", () => {
  const shown = { date: "1921-12-31", view: /** @type {const} */ ("de_jure"), unit: "b1", zone: null };
  assert.equal(cardHtml(CARDS, shown), "<p>c</p><details>b</details>");
  assert.equal(cardHtml(CARDS, { ...shown, date: "1920-05-05" }), "<p>a</p><details>b</details>");
  assert.equal(cardHtml(CARDS, { ...shown, unit: null }), null);
  assert.equal(cardHtml(CARDS, { ...shown, unit: "nobody" }), null);
});

test("in the lesson a zone goes before a unit, and a day's acts follow in order", () => {
  const shown = { date: "1921-04-01", view: /** @type {const} */ ("de_jure"), unit: "b1", zone: "quarrel" };
  assert.equal(cardHtml(CARDS, shown), "<p>c</p>");
  assert.equal(eventsHtml(CARDS, shown), "<p>c</p><p>a</p><details>b</details>");
  assert.equal(eventsHtml(CARDS, { ...shown, date: "1920-01-01" }), "");
});
