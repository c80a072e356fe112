/* Made by `npm run build` in frontend/, which is where to change it. */
"use strict";
(() => {
  // src/constants.js
  var LANGUAGES = ["kk", "ru", "en"];

  // src/lesson-cards.js
  function textOf(cards2, number) {
    return cards2.texts[number].map((part) => cards2.parts[part]).join("");
  }
  function cardHtml(cards2, { date, view, unit, zone }) {
    const changes = zone ? cards2.zones[view][zone] : unit ? cards2.units[view][unit] : void 0;
    const now = (changes || []).filter(([from]) => from <= date).pop();
    return now ? textOf(cards2, now[1]) : null;
  }
  function eventsHtml(cards2, { date, view }) {
    return (cards2.events[view][date] || []).map((number) => textOf(cards2, number)).join("");
  }

  // src/lesson.js
  var lesson = window.KAZATLAS_LESSON;
  var spoken = window.KAZATLAS_WORDS;
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var panel = (
    document.getElementById("cards")
  );
  var cards = null;
  var shown = lesson.state;
  function theme() {
    root.dataset.theme = dark.matches ? "dark" : "light";
  }
  function unpack(id) {
    const letters = atob(String(document.getElementById(id)?.textContent));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }
  function show(state) {
    shown = state;
    if (!cards) return;
    const hint = document.createElement("p"), heading = document.createElement("h2");
    hint.className = "kz-hint";
    hint.textContent = lesson.words["page.no_unit"];
    const day = spoken.dates[state.date][LANGUAGES.indexOf(lesson.state.lang)];
    heading.textContent = `${lesson.words["page.at_this_stop"]}: ${day}`;
    panel.innerHTML = (cardHtml(cards, state) ?? hint.outerHTML) + heading.outerHTML + eventsHtml(cards, state);
  }
  async function fillCards() {
    cards = await unpack("packed-cards");
    show(shown);
  }
  async function start() {
    const frame = (
      document.querySelector(".frame")
    );
    await window.Kazatlas.start(window.L.map("map", lesson.map), {
      data: await unpack("topology"),
      state: lesson.state,
      report: show,
      frame,
      ...spoken
    });
    if (document.readyState === "complete") setTimeout(fillCards, 50);
    else window.addEventListener("load", () => {
      setTimeout(fillCards, 50);
    });
  }
  dark.addEventListener("change", theme);
  theme();
  document.addEventListener("click", (event) => {
    const link = (
      event.target.closest("a[data-kz]")
    );
    if (!link) return;
    event.preventDefault();
    window.kazatlas.element?.follow(link.dataset);
  });
  start();
})();
