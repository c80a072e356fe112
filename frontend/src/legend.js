/* The key and the legend: what the colours and signs mean, and the switches that stand with them. */

import { L } from "./leaflet.js";
import { REPUBLIC } from "./data.js";
import { colour, element, fill, patch, strong, stroke } from "./dom.js";
import { methods } from "./methods.js";
import { zonePatch } from "./zones.js";

export const legendMethods = methods({
  buildLegend() {
    const self = this;
    const control = L.control({ position: "bottomright" });
    control.onAdd = function () {
      self.legend = element("details", { class: "kz-legend" }, [element("summary", {}), element("div", {})]);
      // What it explains is written when it is opened: most steps are made with it shut.
      self.legend.firstChild.addEventListener("click", () => { self.explain(); });
      self.legend.addEventListener("toggle", () => { if (self.legend.open) self.explain(); });
      L.DomEvent.disableClickPropagation(self.legend);
      L.DomEvent.disableScrollPropagation(self.legend);
      return self.legend;
    };
    control.addTo(this.map);
  },

  drawLegend() {
    const self = this, snapshot = this.snapshot(), plates = this.plates(), seen = {};
    const shown = plates.length ? plates.map((plate) => { return plate.snapshot(); }) : [snapshot];
    const firsts = [];
    shown.forEach((other) => {
      other.firsts.forEach((version) => {
        if (seen[version.unit] || !self.record.home[version.unit] || self.isAbroad(version, other)) return;
        seen[version.unit] = true;
        firsts.push(version);
      });
    });
    const rulers = this.record.rulers.filter((ruler) => {
      return plates.some((plate) => { return plate.ruling[ruler]; });
    });
    if (this.legend.open) this.explain();
    const key = [snapshot.view, this.state.lang, rulers, firsts.map((v) => { return v.id; })].join(" ");
    if (key === this.legendKey) return;
    this.legendKey = key;
    firsts.sort((a, b) => { return self.text(a.label).localeCompare(self.text(b.label), self.state.lang); });
    const began = Boolean(snapshot.force[REPUBLIC]), decreed = snapshot.view === "de_jure", chips = [];
    // A chip that was there stays the same chip: most steps change few of them.
    function chip(make) {
      const id = Array.prototype.slice.call(arguments, 1).join(" ") + " " + self.state.lang;
      chips.push(self.chips[id] || (self.chips[id] = make()));
    }
    function word(name) { chip(() => { return element("b", { text: self.word(name) }); }, name); }
    word(began ? "map.legend_units" : "map.legend_units_before");
    firsts.forEach((version) => {
      chip(() => {
        const node = element("button", { type: "button", title: self.text(version.name) }, [
          patch(colour(version.unit), began ? "" : "kz-pale"), element("span", { text: self.text(version.label) })
        ]);
        node.addEventListener("click", () => { self.select(version.unit); });
        return node;
      }, version.id, began);
    });
    if (rulers.length) word(decreed ? "map.legend_hatched" : "map.legend_claimed");
    rulers.forEach((ruler) => {
      chip(() => {
        const node = patch(decreed ? "transparent" : strong(ruler), decreed ? "kz-hatched" : "kz-claimed");
        node.style.setProperty("--line", strong(ruler));
        return element("span", { class: "kz-ruler" }, [
          node, element("span", { text: self.text(self.record.byUnit[ruler][0].label) })
        ]);
      }, ruler, decreed);
    });
    fill(this.key, chips);
    this.key.setAttribute("aria-label", this.word("map.legend"));
    this.legend.firstChild.textContent = this.word("map.legend");
  },

  /** Write what the signs mean, and the switches that stand with them. */
  explain() {
    const self = this, view = this.state.view, dates = this.plates().map((plate) => { return plate.snapshot().date; });
    const zones = this.record.zones.filter((zone) => {
      return dates.some((date) => { return self.record.zonesAt(date).indexOf(zone) >= 0; });
    });
    const key = [
      view, this.state.lang, this.documented, this.witnessing, this.zonesShown, zones.map((zone) => { return zone.id; })
    ].join(" ");
    if (key === this.explained) return;
    this.explained = key;
    const box = element("div", {});
    function heading(word) { box.appendChild(element("h2", { text: self.word(word) })); }
    function row(swatch, text) {
      box.appendChild(element("p", {}, [swatch, element("span", { text: text })]));
    }
    function check(name, word, on, change) {
      const input = element("input", { type: "checkbox" });
      input.checked = on;
      input.addEventListener("change", () => { change(input.checked); });
      const label = element("label", { class: "kz-check kz-" + name }, [input, element("span", { text: self.word(word) })]);
      box.appendChild(label);
      return label;
    }
    row(patch("var(--c-out)"), this.word("map.legend_outside"));
    heading("map.zones");
    check("zones", "map.zones_show", this.zonesShown, (on) => { self.zonesShown = on; self.set({}); });
    zones.forEach((zone) => {
      const chip = element("button", { type: "button", class: "kz-zone-chip" }, [
        zonePatch(zone.kind), element("span", { text: self.text(zone.title) })
      ]);
      chip.addEventListener("click", () => { self.select(null, zone.id); });
      box.appendChild(chip);
    });
    if (!zones.length) box.appendChild(element("p", { text: this.word("map.zones_none") }));
    heading("map.legend_lines");
    row(stroke("kz-edge republic solid"), this.word("map.line_republic"));
    if (view === "de_facto") row(stroke("kz-claim"), this.word("map.line_claim"));
    row(stroke("kz-edge gubernia solid"), this.word("map.line_gubernia"));
    row(stroke("kz-edge uezd solid"), this.word("map.line_uezd"));
    heading("map.legend_evidence");
    ["solid", "dashed", "dotted", "guess"].forEach((kind) => {
      row(stroke("kz-edge gubernia " + kind), self.word("map.evidence_" + kind));
    });
    check("documented-only", "map.documented", this.documented, (on) => { self.documented = on; self.set({}); });
    if (this.options.witnesses) {
      check("witnesses", "map.witnesses", this.witnessing, (on) => { self.showWitnesses(on); })
        .appendChild(element("small", { text: self.word("map.witnesses_note") }));
    }
    row(stroke("kz-ghost"), this.word("map.line_ghost"));
    row(element("i", { class: "kz-ring" }), this.word("map.not_recovered"));
    row(element("i", { class: "kz-stroke kz-other-sample" }), this.word("map.other_date"));
    if (this.options.tiles) {
      check("tiles", "map.tiles", Boolean(this.tileLayer), (on) => { self.showTiles(on); })
        .appendChild(element("small", { text: self.word("map.tiles_note") }));
    }
    const focused = this.legend.contains(document.activeElement) && document.activeElement.parentNode.className;
    this.legend.replaceChild(box, this.legend.lastChild);
    // Filled anew under the reader's hand, the legend gives the hand back its place.
    const again = focused && this.legend.getElementsByClassName(focused)[0];
    if (again && again.querySelector("input")) again.querySelector("input").focus();
  },

  showTiles(on) {
    if (on && !this.tileLayer) {
      this.tileLayer = L.tileLayer(this.options.tiles.url, { attribution: this.options.tiles.credit }).addTo(this.map);
      this.credit = L.control.attribution({ prefix: false }).addTo(this.map);
      this.credit.addAttribution(this.options.tiles.credit);
    } else if (!on && this.tileLayer) {
      this.tileLayer.remove();
      this.credit.remove();
      this.tileLayer = null;
    }
    this.root.classList.toggle("kz-with-tiles", on);
  }
});
