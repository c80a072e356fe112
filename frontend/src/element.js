/* The element: the frame round the map, put together from the other modules. */

import { compareMethods } from "./compare.js";
import { labelMethods } from "./labels.js";
import { legendMethods } from "./legend.js";
import { lineMethods } from "./lines.js";
import { mapMethods } from "./map.js";
import { stateMethods } from "./state.js";
import { timelineMethods } from "./timeline.js";
import { uploadMethods } from "./uploads.js";
import { witnessMethods } from "./witnesses.js";
import { wordMethods } from "./words.js";
import { VIEWS } from "./data.js";
import { element } from "./dom.js";

export class AtlasElement {
  constructor(map, record, options) {
    this.map = map;
    this.record = record;
    this.options = options;
    this.state = Object.assign(
      { view: "de_jure", level: 2, unit: null, zone: null, compare: null, point: null, lang: "kk", serial: 0 }, options.state
    );
    this.state.stop = record.stopAt(this.state.date || record.stops[0].date);
    this.state.compare = this.stopDate(this.state.compare);
    this.zonesShown = true;
    this.documented = false; // whether conjectured lines are left out
    this.witnessing = false; // whether the places that prove the border are shown
    this.share = 50; // of the width, to the left of the divider
    this.fits = {}; // where a label fits inside its unit, by version, zoom and language
    this.build();
    this.scaleLines();
    this.announce();
    // The land is shown first; its names are measured and placed after that.
    this.bare = true;
    this.draw();
    const self = this;
    requestAnimationFrame(() => {
      setTimeout(() => {
        self.bare = false;
        self.label();
        self.ahead();
      });
    });
    map.on("zoomend", () => {
      self.root.classList.remove("kz-zooming");
      self.scaleLines();
      self.fits = {};
      self.label();
      self.ahead();
    });
    map.on("zoomstart", () => { self.root.classList.add("kz-zooming"); });
  }

  build() {
    const self = this;
    const root = this.root = element("div", { class: "kz" });
    this.bar = element("div", { class: "kz-bar" });
    const stage = element("div", { class: "kz-stage" });
    this.key = element("div", { class: "kz-key", role: "group" });
    this.chips = {};
    root.append(this.bar, this.key, stage);
    const container = this.map.getContainer();
    container.parentNode.insertBefore(root, container);
    (this.options.frame || document.body).appendChild(root);
    stage.appendChild(container);
    this.stage = stage;
    this.buildSwitches();
    this.buildTimeline();
    this.buildCompare();
    this.lineTip = element("div", { class: "kz-tooltip kz-line-tooltip" });
    this.lineTip.hidden = true;
    stage.appendChild(this.lineTip);
    root.classList.toggle("kz-embed", Boolean(this.state.embed));
    // The view is set before there are layers, so that each is projected once; switches and key are filled
    // before that, because their height is taken from the map's.
    this.speakSwitches();
    this.buildLegend();
    this.drawLegend();
    this.map.invalidateSize({ animate: false });
    this.home();
    let size = this.map.getSize();
    this.buildMap();
    this.listenToLines();
    this.listenToPicks();
    this.listenToKeys();
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (self.line) self.showLine(null);
      if (self.state.compare) self.compareWith(null);
      else if (self.state.unit || self.state.zone) self.select(null);
    });
    const opened = performance.now();
    new ResizeObserver(() => {
      self.map.invalidateSize({ pan: false });
      root.style.setProperty("--stage", stage.clientHeight + "px");
      self.clip();
      const now = self.map.getSize(), turned = now.x !== size.x;
      const settling = performance.now() - opened < 1500 && now.y !== size.y;
      size = now;
      // Another window shows the whole again; a longer key over the map must not move it.
      if ((turned || settling) && !self.moved) self.home();
    }).observe(stage);
    this.map.on("movestart", () => { if (!self.homing) self.moved = true; });
  }

  buildSwitches() {
    const self = this;
    function choice(name, values) {
      const group = element("fieldset", { class: "kz-switch" }, [element("legend", {})]);
      values.forEach((value) => {
        const input = element("input", { type: "radio", name: "kz-" + name, value: String(value) });
        input.checked = String(self.state[name]) === String(value);
        input.addEventListener("change", () => {
          self.set(name === "level" ? { level: Number(value) } : { view: value });
        });
        group.appendChild(element("label", {}, [input, element("span", {})]));
      });
      self.bar.appendChild(group);
      return group;
    }
    this.switches = { view: choice("view", VIEWS), level: choice("level", [1, 2]) };
    this.compareButton = element("button", { type: "button", class: "kz-compare-button", "aria-pressed": "false" });
    this.compareButton.addEventListener("click", () => {
      self.compareWith(self.state.compare ? null : self.otherDate());
    });
    this.bar.appendChild(this.compareButton);
  }
}

Object.assign(
  AtlasElement.prototype,
  compareMethods, labelMethods, legendMethods, lineMethods, mapMethods, stateMethods,
  timelineMethods, uploadMethods, witnessMethods, wordMethods
);
