/* The lesson: the map element with its cards beside it, all from this file. */
(function () {
  "use strict";

  var lesson = window.KAZATLAS_LESSON, spoken = window.KAZATLAS_WORDS, root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var cards = null, shown = lesson.state, panel = document.getElementById("cards");
  function theme() { root.dataset.theme = dark.matches ? "dark" : "light"; }
  dark.addEventListener("change", theme);
  theme();

  function unpack(id) {
    var letters = atob(document.getElementById(id).textContent), bytes = new Uint8Array(letters.length);
    for (var i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }

  function card(number) { return cards.texts[number].map(function (part) { return cards.parts[part]; }).join(""); }

  function show(state) {
    shown = state;
    if (!cards) return;
    var changes = state.zone ? cards.zones[state.view][state.zone] : state.unit && cards.units[state.view][state.unit];
    var now = (changes || []).filter(function (change) { return change[0] <= state.date; }).pop();
    var hint = document.createElement("p"), heading = document.createElement("h2");
    hint.className = "kz-hint";
    hint.textContent = lesson.words["page.no_unit"];
    heading.textContent = lesson.words["page.at_this_stop"] + ": " +
      spoken.dates[state.date][["kk", "ru", "en"].indexOf(lesson.state.lang)];
    // The cards were escaped when this file was written.
    panel.innerHTML = (now ? card(now[1]) : hint.outerHTML) + heading.outerHTML +
      (cards.events[state.view][state.date] || []).map(card).join("");
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-kz]");
    if (!link) return;
    event.preventDefault();
    window.kazatlas.element.follow(link.dataset);
  });

  // The map first; the cards, which are longer, while the reader looks at it.
  unpack("topology").then(function (topology) {
    return window.Kazatlas.start(L.map("map", lesson.map), Object.assign({
      data: topology, state: lesson.state, report: show, frame: document.querySelector(".frame")
    }, spoken));
  }).then(function () {
    function next() {
      unpack("packed-cards").then(function (unpacked) { cards = unpacked; show(shown); });
    }
    if (document.readyState === "complete") setTimeout(next, 50);
    else window.addEventListener("load", function () { setTimeout(next, 50); });
  });
})();
