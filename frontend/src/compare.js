/* Two dates beside each other. */

import { element } from "./dom.js";
import { Plate } from "./map.js";
import { methods } from "./methods.js";

export const compareMethods = methods({
  stopDate(date) {
    return date ? this.record.stops[this.record.stopAt(date)].date : null;
  },

  /** The date to compare with when none is named: the last one, or from there the first. */
  otherDate() {
    const stops = this.record.stops, last = stops.length - 1;
    return stops[this.state.stop === last ? 0 : last].date;
  },

  compareWith(date) {
    this.stopPlaying();
    this.set({ compare: this.stopDate(date) });
    if (!date && this.swipe.contains(document.activeElement)) this.compareButton.focus();
  },

  buildCompare() {
    const self = this;
    this.compareWord = element("span", {});
    this.compareSelect = element("select", {});
    this.compareSelect.addEventListener("change", () => { self.compareWith(self.compareSelect.value); });
    this.compareClose = element("button", { type: "button", class: "kz-compare-close", text: "×" });
    this.compareClose.addEventListener("click", () => { self.compareWith(null); });
    this.compareTags = [element("b", { class: "kz-side-left" }), element("b", { class: "kz-side-right" })];
    this.divider = element("div", {
      class: "kz-divider", role: "slider", tabindex: "0", "aria-orientation": "horizontal", "aria-valuemin": "0",
      "aria-valuemax": "100"
    }, this.compareTags.concat(element("i", { "aria-hidden": "true" })));
    this.swipe = element("div", { class: "kz-swipe" }, [
      element("div", { class: "kz-compare" }, [
        element("label", {}, [this.compareWord, this.compareSelect]), this.compareClose
      ]),
      this.divider
    ]);
    this.swipe.hidden = true;
    this.stage.appendChild(this.swipe);
    this.divider.addEventListener("pointerdown", (event) => {
      self.divider.setPointerCapture(event.pointerId);
      self.dragging = true;
    });
    this.divider.addEventListener("pointermove", (event) => {
      if (!self.dragging) return;
      const box = self.swipe.getBoundingClientRect();
      self.divide((event.clientX - box.left) / box.width * 100);
    });
    ["pointerup", "pointercancel"].forEach((type) => {
      self.divider.addEventListener(type, () => { self.dragging = false; });
    });
    this.divider.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10, Home: -100, End: 100 };
      if (!steps[event.key]) return;
      event.preventDefault();
      self.divide(self.share + steps[event.key]);
    });
  },

  /** Put the divider at a share of the map's width, in percent. */
  divide(share) {
    this.share = Math.max(0, Math.min(100, share));
    this.showLine(null);
    this.clip();
    this.announceCompare();
  },

  announceCompare() {
    const compare = this.state.compare, stops = this.record.stops, tick = this.tickCompared;
    const dates = [stops[this.state.stop].date, compare];
    this.compareButton.setAttribute("aria-pressed", String(Boolean(compare)));
    if (tick) tick.classList.remove("compared");
    if (this.swipe.hidden === Boolean(compare)) this.swipe.hidden = !compare;
    this.root.classList.toggle("kz-comparing", Boolean(compare));
    if (!compare) return;
    this.tickCompared = this.ticks[this.record.stopAt(compare)];
    this.tickCompared.classList.add("compared");
    this.compareSelect.value = compare;
    this.compareTags.forEach(function (tag, i) { tag.textContent = this.dateWords(dates[i]); }, this);
    this.divider.setAttribute("aria-valuenow", String(Math.round(this.share)));
    this.divider.setAttribute("aria-valuetext", this.word("map.divider_at", {
      left: this.dateWords(dates[0]), right: this.dateWords(dates[1]), percent: Math.round(this.share)
    }));
  },

  /** Show or hide the second plate, which is made when it is first wanted. */
  drawCompare() {
    const compare = this.state.compare;
    if (compare && !this.other) {
      this.other = new Plate(this, "-other");
      this.scaleLines();
    }
    if (this.other) {
      this.other.pane.style.display = this.other.labelPane.style.display = compare ? "" : "none";
    }
    this.clip();
  },

  /** Each plate is seen on its own side of the divider, and can be clicked only there. */
  clip() {
    if (!this.plate) return;
    const compare = this.state.compare && this.other, far = 1e5;
    const x = this.map.containerPointToLayerPoint([this.map.getSize().x * this.share / 100, 0]).x;
    if (compare) this.divider.style.left = this.share + "%";
    function side(from, to) {
      return "polygon(" + [[from, -far], [to, -far], [to, far], [from, far]].map((corner) => {
        return corner[0] + "px " + corner[1] + "px";
      }).join(",") + ")";
    }
    function cut(plate, area) {
      plate.pane.style.clipPath = plate.labelPane.style.clipPath = area;
    }
    cut(this.plate, compare ? side(-far, x) : "");
    if (compare) cut(this.other, side(x, far));
  }
});
