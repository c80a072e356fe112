/* Two dates beside each other. */

import { shareAfter, sides, withinMap } from "./divider.js";
import { element, name } from "./dom.js";

export class Comparison {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    this.share = 50; // of the width, to the left of the divider, in percent
    this.dragging = false;
    /** @type {HTMLElement | null} The tick of the second date. */
    this.tick = null;
    this.button = element("button", { type: "button", class: "kz-compare-button", "aria-pressed": "false" });
    this.button.addEventListener("click", () => {
      this.with(atlas.state.compare ? null : atlas.record.otherDate(atlas.state.stop));
    });
    this.label = element("span");
    this.select = element("select");
    this.select.addEventListener("change", () => { this.with(this.select.value); });
    this.close = element("button", { type: "button", class: "kz-compare-close", text: "×" });
    this.close.addEventListener("click", () => { this.with(null); });
    this.tags = [element("b", { class: "kz-side-left" }), element("b", { class: "kz-side-right" })];
    this.divider = element("div", {
      class: "kz-divider", role: "slider", tabindex: "0", "aria-orientation": "horizontal", "aria-valuemin": "0",
      "aria-valuemax": "100"
    }, [...this.tags, element("i", { "aria-hidden": "true" })]);
    this.swipe = element("div", { class: "kz-swipe" }, [
      element("div", { class: "kz-compare" }, [element("label", {}, [this.label, this.select]), this.close]),
      this.divider
    ]);
    this.swipe.hidden = true;
    this.listen();
  }

  listen() {
    const { divider } = this;
    divider.addEventListener("pointerdown", (event) => {
      divider.setPointerCapture(event.pointerId);
      this.dragging = true;
    });
    divider.addEventListener("pointermove", (event) => {
      if (!this.dragging) return;
      const box = this.swipe.getBoundingClientRect();
      this.divide((event.clientX - box.left) / box.width * 100);
    });
    ["pointerup", "pointercancel"].forEach((type) => {
      divider.addEventListener(type, () => { this.dragging = false; });
    });
    divider.addEventListener("keydown", (event) => {
      const share = shareAfter(this.share, event.key);
      if (share === null) return;
      event.preventDefault();
      this.divide(share);
    });
  }

  /** Compare with a date, or with none.
   *
   * @param {string | null} date
   */
  with(date) {
    this.atlas.timeline.stop();
    this.atlas.set({ compare: this.atlas.record.stopDate(date) });
    if (!date && this.swipe.contains(document.activeElement)) this.button.focus();
  }

  /** Put the divider at a share of the map's width, in percent.
   *
   * @param {number} share
   */
  divide(share) {
    this.share = withinMap(share);
    this.atlas.lines.hide();
    this.clip();
    this.announce();
  }

  /** Where the divider stands in the map's window, in pixels. */
  x() {
    return this.atlas.map.getSize().x * this.share / 100;
  }

  announce() {
    const { state, record, root, timeline, words } = this.atlas, { compare } = state;
    this.button.setAttribute("aria-pressed", String(Boolean(compare)));
    this.tick?.classList.remove("compared");
    if (this.swipe.hidden === Boolean(compare)) this.swipe.hidden = !compare;
    root.classList.toggle("kz-comparing", Boolean(compare));
    if (!compare) return;
    this.tick = timeline.ticks[record.stopAt(compare)];
    this.tick.classList.add("compared");
    this.select.value = compare;
    const [left, right] = [record.stops[state.stop].date, compare].map((date) => words.date(date));
    this.tags[0].textContent = left;
    this.tags[1].textContent = right;
    const percent = Math.round(this.share);
    this.divider.setAttribute("aria-valuenow", String(percent));
    this.divider.setAttribute("aria-valuetext", words.word("map.divider_at", { left, right, percent }));
  }

  speakButton() {
    const { words } = this.atlas;
    this.button.textContent = words.word("map.compare_short");
    name(this.button, words.word("map.compare"));
  }

  speak() {
    const { words, record } = this.atlas;
    this.speakButton();
    this.label.textContent = words.word("map.compare_with");
    name(this.close, words.word("map.compare_close"));
    this.divider.setAttribute("aria-label", words.word("map.divider"));
    this.select.replaceChildren(...record.stops.map((stop) => (
      element("option", { value: stop.date, text: `${words.date(stop.date)} · ${words.text(stop.events[0].tick)}` })
    )));
  }

  /** Each plate is seen on its own side of the divider, and can be clicked only there. */
  clip() {
    const { plate, other, state, map } = this.atlas;
    if (!state.compare || !other) return plate.clip("");
    const { left, right } = sides(map.containerPointToLayerPoint([this.x(), 0]).x);
    this.divider.style.left = `${this.share}%`;
    plate.clip(left);
    other.clip(right);
  }
}
