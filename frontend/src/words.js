/* Words: the element's own, in the reader's language. */

import { updateScale } from "./leaflet.js";
import { LANGUAGES } from "./data.js";
import { element, name } from "./dom.js";
import { methods } from "./methods.js";

export const wordMethods = methods({
  word(key, values) {
    let text = this.options.words[this.state.lang][key];
    if (text === undefined) throw new Error("no word " + key + " in " + this.state.lang);
    Object.keys(values || {}).forEach((name) => {
      text = text.replace("{" + name + "}", values[name]);
    });
    return text;
  },

  text(texts) {
    return texts[LANGUAGES.indexOf(this.state.lang)];
  },

  dateWords(date) {
    return this.text(this.options.dates[date]);
  },

  nameOf(unit) {
    const version = this.snapshot().force[unit] || (this.record.byUnit[unit] || [])[0];
    return version ? this.text(version.name) : unit;
  },

  tooltip(unit, plate) {
    const version = plate.snapshot().force[unit];
    const box = element("div", {});
    if (!version) return box;
    box.appendChild(element("strong", { text: this.text(version.name) }));
    if (version.parent) {
      box.appendChild(element("span", { text: this.word("map.by_decree", { name: this.nameOf(version.parent) }) }));
    }
    if (version.by && version.by !== version.parent) {
      box.appendChild(element("span", { text: this.word("map.run_by", { name: this.nameOf(version.by) }) }));
    }
    if (version.border === "not-recovered") {
      box.appendChild(element("span", { text: this.word("map.not_recovered") }));
    }
    return box;
  },

  speakSwitches() {
    const self = this;
    ["view", "level"].forEach((key) => {
      const group = self.switches[key];
      group.querySelector("legend").textContent = self.word("map." + key);
      group.querySelectorAll("label").forEach((label) => {
        label.querySelector("span").textContent = self.word("map." + key + "_" + label.querySelector("input").value);
      });
    });
    this.compareButton.textContent = this.word("map.compare_short");
    name(this.compareButton, this.word("map.compare"));
  },

  /** Say everything that the language alone decides. */
  speak() {
    const self = this;
    this.root.lang = document.documentElement.lang = this.state.lang;
    this.speakSwitches();
    name(this.previous, this.word("map.previous"));
    name(this.next, this.word("map.next"));
    name(this.speed, this.word("map.speed"));
    this.compareWord.textContent = this.word("map.compare_with");
    // A hollow tick is a date that some source gives to an event of another day.
    this.otherTicks.forEach((tick) => {
      const event = self.record.stops[tick.stop].events.filter((event) => { return event.id === tick.other.event; })[0];
      tick.node.title = self.dateWords(tick.other.date) + " → " + self.dateWords(self.record.stops[tick.stop].date) + ". " +
        self.text(event.title) + ". " + self.text(tick.other.reading);
    });
    name(this.compareClose, this.word("map.compare_close"));
    this.divider.setAttribute("aria-label", this.word("map.divider"));
    this.compareSelect.replaceChildren.apply(this.compareSelect, this.record.stops.map((stop) => {
      return element("option", { value: stop.date, text: self.dateWords(stop.date) + " · " + self.text(stop.events[0].tick) });
    }));
    this.attribution.textContent = this.word("map.attribution");
    this.timeline.setAttribute("aria-label", this.word("map.timeline"));
    this.range.setAttribute("aria-label", this.word("map.timeline"));
    this.map.getContainer().setAttribute("aria-label", this.word("map.map"));
    this.map.getContainer().setAttribute("role", "region");
    const zoom = this.zoom.getContainer().children;
    name(zoom[0], this.word("map.zoom_in"));
    name(zoom[1], this.word("map.zoom_out"));
    updateScale(this.scale);
    this.spoken = this.state.lang;
  }
});
