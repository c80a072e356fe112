/* The timeline: the stops, the years, playing, and what is said at a stop. */

import { element, inside, name } from "./dom.js";
import { captionOf, pageTo, positionOf, yearsOf } from "./steps.js";

/** Milliseconds a stop, and what the button then says. */
const SPEEDS = [{ ms: 1600, text: "1×" }, { ms: 800, text: "2×" }, { ms: 400, text: "4×" }];

export class Timeline {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    this.stops = atlas.record.stops;
    this.last = this.stops.length - 1;
    this.pace = 0;
    /** @type {number | null} Runs while the timeline plays. */
    this.timer = null;
    this.previous = this.button("previous", "‹", () => { this.go(atlas.state.stop - 1); });
    this.next = this.button("next", "›", () => { this.go(atlas.state.stop + 1); });
    this.play = this.button("play", "▶", () => { if (this.timer) this.stop(); else this.start(); });
    this.speed = this.button("speed", SPEEDS[0].text, () => { this.changePace(); });
    this.years = yearsOf(this.stops);
    this.yearButtons = this.years.map(({ year, first }) => {
      const node = element("button", { type: "button", class: "kz-year", text: year });
      node.addEventListener("click", () => { this.go(first); });
      return node;
    });
    this.captionDate = element("b");
    this.captionTitle = element("span");
    this.caption = element("p", { class: "kz-caption" }, [this.captionDate, this.captionTitle]);
    this.live = element("p", { class: "kz-live", "aria-live": "polite", role: "status" });
    this.attribution = element("p", { class: "kz-attribution" });
    this.range = this.makeRange();
    this.ticks = this.makeTicks();
    this.tickNow = this.ticks[atlas.state.stop];
    this.otherTicks = this.makeOtherTicks();
    this.node = this.lay();
  }

  // ---- made once

  /** @param {string} css @param {string} symbol @param {() => void} action */
  button(css, symbol, action) {
    const node = element("button", { type: "button", class: `kz-${css}` }, [
      element("span", { "aria-hidden": "true", text: symbol })
    ]);
    node.addEventListener("click", action);
    return node;
  }

  makeRange() {
    const range = element("input", { type: "range", min: "0", max: String(this.last), step: "1", class: "kz-range" });
    range.value = String(this.atlas.state.stop);
    range.addEventListener("input", () => { this.go(Number(range.value)); });
    range.addEventListener("keydown", (event) => {
      const target = pageTo(this.stops, this.atlas.state.stop, event.key);
      if (target === null) return;
      event.preventDefault();
      this.go(target);
    });
    return range;
  }

  /** Where a stop lies on the track, in percent.
   *
   * @param {number} position
   */
  at(position) {
    return `${this.last ? position / this.last * 100 : 0}%`;
  }

  /** A band behind the ticks of each year. */
  makeBands() {
    return this.years.map(({ year, first, end }) => {
      const band = element("span", { class: "kz-year-band", text: year });
      band.style.left = `calc(${this.at(first)} - ${100 / this.last / 2}%)`;
      band.style.width = `${(end - first) / this.last * 100}%`;
      return band;
    });
  }

  /** A tick for each stop: the more begins on its day, the higher. */
  makeTicks() {
    return this.stops.map((stop, index) => {
      const count = this.atlas.record.versions.filter((version) => version.from === stop.date).length;
      const tick = element("span", { class: "kz-tick" });
      tick.style.left = this.at(index);
      tick.style.height = `${5 + 2.2 * Math.sqrt(Math.min(count, 16))}px`;
      return tick;
    });
  }

  /** A hollow tick for each date that some source gives to an event of another day; it leads to the event. */
  makeOtherTicks() {
    return this.atlas.record.alternatives.flatMap((other) => {
      const position = positionOf(this.stops, other.date);
      const stop = this.stops.findIndex(({ events }) => events.some((event) => event.id === other.event));
      if (position === null || stop < 0) return [];
      const node = element("span", { class: "kz-tick-other" });
      node.style.left = this.at(position);
      node.addEventListener("click", () => { this.go(stop); });
      return [{ node, other, stop }];
    });
  }

  lay() {
    const ticks = element("div", { class: "kz-ticks", "aria-hidden": "true" }, [
      ...this.makeBands(), ...this.ticks, ...this.otherTicks.map((tick) => tick.node)
    ]);
    return element("section", { class: "kz-timeline" }, [
      element("div", { class: "kz-row" }, [
        element("div", { class: "kz-buttons" }, [this.previous, this.play, this.next, this.speed]),
        this.caption,
        element("div", { class: "kz-years", role: "group" }, this.yearButtons)
      ]),
      element("div", { class: "kz-track" }, [this.range, ticks]),
      this.live,
      this.attribution
    ]);
  }

  // ---- moved

  /** The reader's own step, which ends playing.
   *
   * @param {number} stop
   */
  go(stop) {
    this.stop();
    this.atlas.go(stop);
  }

  start() {
    const { atlas } = this;
    if (atlas.state.stop === this.last) atlas.go(0);
    this.timer = window.setInterval(() => {
      if (atlas.state.stop === this.last) this.stop();
      else atlas.go(atlas.state.stop + 1);
    }, SPEEDS[this.pace].ms);
    atlas.announce();
  }

  stop() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.atlas.announce();
  }

  changePace() {
    this.pace = (this.pace + 1) % SPEEDS.length;
    if (this.timer) { this.stop(); this.start(); }
    this.atlas.announce();
  }

  // ---- said

  /** Say what belongs to the stop. */
  announce() {
    const { words, state } = this.atlas, stop = this.stops[state.stop];
    name(this.play, words.word(this.timer ? "map.pause" : "map.play"));
    inside(this.play, "span").textContent = this.timer ? "❚❚" : "▶";
    inside(this.speed, "span").textContent = SPEEDS[this.pace].text;
    this.previous.disabled = state.stop === 0;
    this.next.disabled = state.stop === this.last;
    const date = words.date(stop.date), titles = stop.events.map((event) => words.text(event.title));
    this.captionDate.textContent = date;
    this.captionTitle.textContent = captionOf(titles);
    this.caption.title = titles.join("\n");
    this.range.value = String(state.stop);
    this.range.setAttribute("aria-valuetext", `${date}. ${titles.join(". ")}`);
    this.tickNow.classList.remove("now");
    this.tickNow = this.ticks[state.stop];
    this.tickNow.classList.add("now");
    this.yearButtons.forEach((button) => {
      const pressed = String(button.textContent === stop.date.slice(0, 4));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    });
  }

  /** Say what the language alone decides. */
  speak() {
    const { words } = this.atlas;
    name(this.previous, words.word("map.previous"));
    name(this.next, words.word("map.next"));
    name(this.speed, words.word("map.speed"));
    this.otherTicks.forEach(({ node, other, stop }) => {
      const event = this.stops[stop].events.find((found) => found.id === other.event);
      node.title = `${words.date(other.date)} → ${words.date(this.stops[stop].date)}. ` +
        `${event ? words.text(event.title) : ""}. ${words.text(other.reading)}`;
    });
    this.attribution.textContent = words.word("map.attribution");
    this.node.setAttribute("aria-label", words.word("map.timeline"));
    this.range.setAttribute("aria-label", words.word("map.timeline"));
  }
}
