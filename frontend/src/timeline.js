/* The timeline: the stops, the years, playing, and what is said at a stop. */

import { element, name } from "./dom.js";
import { methods } from "./methods.js";

const SPEEDS = [1600, 800, 400]; // milliseconds a stop

export const timelineMethods = methods({
  buildTimeline() {
    const self = this, stops = this.record.stops, last = stops.length - 1;
    function button(name, symbol, action) {
      const node = element("button", { type: "button", class: "kz-" + name });
      node.appendChild(element("span", { "aria-hidden": "true", text: symbol }));
      node.addEventListener("click", action);
      return node;
    }
    this.previous = button("previous", "‹", () => { self.stopPlaying(); self.go(self.state.stop - 1); });
    this.next = button("next", "›", () => { self.stopPlaying(); self.go(self.state.stop + 1); });
    this.play = button("play", "▶", () => { if (self.timer) self.stopPlaying(); else self.startPlaying(); });
    this.speed = button("speed", "1×", () => {
      self.pace = ((self.pace || 0) + 1) % SPEEDS.length;
      if (self.timer) { self.stopPlaying(); self.startPlaying(); }
      self.announce();
    });
    this.pace = 0;
    this.years = stops.map((stop) => { return stop.date.slice(0, 4); })
      .filter((year, i, all) => { return all.indexOf(year) === i; });
    this.firstOfYear = {};
    this.years.forEach((year) => {
      self.firstOfYear[year] = stops.findIndex((stop) => { return stop.date.slice(0, 4) === year; });
    });
    this.yearButtons = this.years.map((year) => {
      const node = element("button", { type: "button", class: "kz-year", text: year });
      node.addEventListener("click", () => { self.stopPlaying(); self.go(self.firstOfYear[year]); });
      return node;
    });
    this.captionDate = element("b", {});
    this.captionTitle = element("span", {});
    this.caption = element("p", { class: "kz-caption" }, [this.captionDate, this.captionTitle]);
    this.live = element("p", { class: "kz-live", "aria-live": "polite", role: "status" });
    this.range = element("input", { type: "range", min: "0", max: String(last), step: "1", class: "kz-range" });
    this.range.value = String(this.state.stop);
    this.range.addEventListener("input", () => { self.stopPlaying(); self.go(Number(self.range.value)); });
    this.range.addEventListener("keydown", (event) => {
      const year = self.years.indexOf(stops[self.state.stop].date.slice(0, 4));
      let target = null;
      if (event.key === "PageUp") {
        target = year + 1 < self.years.length ? self.firstOfYear[self.years[year + 1]] : last;
      } else if (event.key === "PageDown") {
        const first = self.firstOfYear[self.years[year]];
        target = self.state.stop > first ? first : year > 0 ? self.firstOfYear[self.years[year - 1]] : 0;
      }
      if (target !== null) { event.preventDefault(); self.stopPlaying(); self.go(target); }
    });
    const ticks = element("div", { class: "kz-ticks", "aria-hidden": "true" });
    const counts = stops.map((stop) => {
      return self.record.versions.filter((version) => { return version.from === stop.date; }).length;
    });
    function at(index) { return (last ? index / last * 100 : 0) + "%"; }
    this.years.forEach((year, i) => {
      const from = self.firstOfYear[year];
      const to = i + 1 < self.years.length ? self.firstOfYear[self.years[i + 1]] : last + 1;
      const band = element("span", { class: "kz-year-band", text: year });
      band.style.left = "calc(" + at(from) + " - " + (100 / last / 2) + "%)";
      band.style.width = ((to - from) / last * 100) + "%";
      ticks.appendChild(band);
    });
    this.ticks = stops.map((stop, index) => {
      const tick = element("span", { class: "kz-tick" });
      tick.style.left = at(index);
      tick.style.height = (5 + 2.2 * Math.sqrt(Math.min(counts[index], 16))) + "px";
      ticks.appendChild(tick);
      return tick;
    });
    this.otherTicks = [];
    this.record.alternatives.forEach((other) => {
      // Between two stops an alternative date lies where its day lies between theirs.
      const before = self.record.stopAt(other.date);
      if (other.date < stops[0].date || other.date > stops[last].date) return;
      let index = before, after = stops[before + 1];
      if (after && other.date > stops[before].date) {
        const start = Date.parse(stops[before].date);
        index += (Date.parse(other.date) - start) / (Date.parse(after.date) - start);
      }
      const tick = element("span", { class: "kz-tick-other" });
      tick.style.left = at(index);
      ticks.appendChild(tick);
      const stop = stops.findIndex((stop) => {
        return stop.events.some((event) => { return event.id === other.event; });
      });
      tick.addEventListener("click", () => { self.stopPlaying(); self.go(stop); });
      self.otherTicks.push({ node: tick, other: other, stop: stop });
    });
    this.timeline = element("section", { class: "kz-timeline" }, [
      element("div", { class: "kz-row" }, [
        element("div", { class: "kz-buttons" }, [this.previous, this.play, this.next, this.speed]),
        this.caption,
        element("div", { class: "kz-years", role: "group" }, this.yearButtons)
      ]),
      element("div", { class: "kz-track" }, [this.range, ticks]),
      this.live,
      this.attribution = element("p", { class: "kz-attribution" })
    ]);
    // Before the map in the page, so that the keyboard reaches it first; below it on the screen.
    this.root.insertBefore(this.timeline, this.key.nextSibling);
  },

  startPlaying() {
    const self = this;
    if (this.state.stop === this.record.stops.length - 1) this.go(0);
    this.timer = setInterval(() => {
      if (self.state.stop === self.record.stops.length - 1) self.stopPlaying();
      else self.go(self.state.stop + 1);
    }, SPEEDS[this.pace]);
    this.announce();
  },

  stopPlaying() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.announce();
  },

  /** Say what belongs to the stop and to the switches. */
  announce() {
    const self = this, state = this.state, stop = this.record.stops[state.stop];
    if (this.spoken !== state.lang) this.speak();
    ["view", "level"].forEach((key) => {
      self.switches[key].querySelectorAll("input").forEach((input) => {
        input.checked = input.value === String(state[key]);
      });
    });
    name(this.play, this.word(this.timer ? "map.pause" : "map.play"));
    this.play.firstChild.textContent = this.timer ? "❚❚" : "▶";
    this.speed.firstChild.textContent = [1, 2, 4][this.pace] + "×";
    this.previous.disabled = state.stop === 0;
    this.next.disabled = state.stop === this.record.stops.length - 1;
    const date = this.dateWords(stop.date);
    const titles = stop.events.map((event) => { return self.text(event.title); });
    this.captionDate.textContent = date;
    this.captionTitle.textContent = titles[0] + (titles.length > 1 ? " (+" + (titles.length - 1) + ")" : "");
    this.caption.title = titles.join("\n");
    this.range.value = String(state.stop);
    this.range.setAttribute("aria-valuetext", date + ". " + titles.join(". "));
    if (this.tickNow) this.tickNow.classList.remove("now");
    this.tickNow = this.ticks[state.stop];
    this.tickNow.classList.add("now");
    this.yearButtons.forEach((button) => {
      const pressed = String(button.textContent === stop.date.slice(0, 4));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    });
    this.announceCompare();
  }
});
