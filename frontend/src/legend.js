/* The key and the legend: what the colours and signs mean, and the switches that stand with them. */

import { colour, strong } from "./colours.js";
import { element, fill, patch, stroke } from "./dom.js";
import { L } from "./leaflet.js";
import { zonePatch } from "./zones.js";

/** @typedef {import("./types").Version} Version */
/** @typedef {import("./types").Zone} Zone */

export class Legend {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    this.key = atlas.key;
    /** @type {Record<string, HTMLElement>} The pieces of the key that have once been shown. */
    this.chips = {};
    /** @type {string | null} What the key, and the legend, show now. */
    this.keyShown = null;
    /** @type {string | null} */
    this.explained = null;
    this.box = element("div");
    this.summary = element("summary");
    this.node = element("details", { class: "kz-legend" }, [this.summary, this.box]);
    // What it explains is written when it is opened: most steps are made with it shut.
    this.summary.addEventListener("click", () => { this.explain(); });
    this.node.addEventListener("toggle", () => { if (this.node.open) this.explain(); });
    const Corner = L.Control.extend({ onAdd: () => this.node });
    L.DomEvent.disableClickPropagation(this.node);
    L.DomEvent.disableScrollPropagation(this.node);
    new Corner({ position: "bottomright" }).addTo(atlas.map);
  }

  // ---- the key

  /** The home units that are the republic's on any of the days shown. */
  firsts() {
    const seen = new Set();
    return this.atlas.days().flatMap((day) => day.gubernias.filter((unit) => {
      if (seen.has(unit)) return false;
      seen.add(unit);
      return true;
    }).map((unit) => day.force[unit]));
  }

  draw() {
    const { record, words, state } = this.atlas, day = this.atlas.day(), firsts = this.firsts();
    const rulers = record.rulers.filter((ruler) => this.atlas.plates().some((plate) => plate.ruling[ruler]));
    if (this.node.open) this.explain();
    const key = [day.view, state.lang, rulers, firsts.map((version) => version.id)].join(" ");
    if (key === this.keyShown) return;
    this.keyShown = key;
    firsts.sort((a, b) => words.text(a.label).localeCompare(words.text(b.label), state.lang));
    const began = day.isFounded, decreed = day.view === "de_jure";
    const chips = [this.wordChip(began ? "map.legend_units" : "map.legend_units_before")];
    firsts.forEach((version) => { chips.push(this.unitChip(version, began)); });
    if (rulers.length) chips.push(this.wordChip(decreed ? "map.legend_hatched" : "map.legend_claimed"));
    rulers.forEach((ruler) => { chips.push(this.rulerChip(ruler, decreed)); });
    fill(this.key, chips);
    this.key.setAttribute("aria-label", words.word("map.legend"));
    this.summary.textContent = words.word("map.legend");
  }

  /** A chip that was there stays the same chip: most steps change few of them.
   *
   * @param {(string | boolean)[]} id
   * @param {() => HTMLElement} make
   */
  chip(id, make) {
    return this.chips[[...id, this.atlas.state.lang].join(" ")] ||= make();
  }

  /** @param {string} word */
  wordChip(word) {
    return this.chip([word], () => element("b", { text: this.atlas.words.word(word) }));
  }

  /** @param {Version} version @param {boolean} began whether there is the republic by now */
  unitChip(version, began) {
    const { words } = this.atlas;
    return this.chip([version.id, began], () => {
      const node = element("button", { type: "button", title: words.text(version.name) }, [
        patch(colour(version.unit), began ? "" : "kz-pale"), element("span", { text: words.text(version.label) })
      ]);
      node.addEventListener("click", () => { this.atlas.select(version.unit); });
      return node;
    });
  }

  /** @param {string} ruler @param {boolean} decreed whether the map shows what decrees said */
  rulerChip(ruler, decreed) {
    const { words, record } = this.atlas;
    return this.chip([ruler, decreed], () => {
      const node = patch(decreed ? "transparent" : strong(ruler), decreed ? "kz-hatched" : "kz-claimed");
      node.style.setProperty("--line", strong(ruler));
      return element("span", { class: "kz-ruler" }, [
        node, element("span", { text: words.text(record.byUnit[ruler][0].label) })
      ]);
    });
  }

  // ---- the legend

  /** Write what the signs mean, and the switches that stand with them. */
  explain() {
    const { atlas } = this, { view, lang } = atlas.state, zones = this.zones();
    const key = [
      view, lang, atlas.documented, atlas.witnesses.on, atlas.zonesShown, zones.map((zone) => zone.id)
    ].join(" ");
    if (key === this.explained) return;
    this.explained = key;
    const old = this.box, active = document.activeElement;
    const focused = old.contains(active) && active?.parentElement?.className;
    this.box = element("div");
    this.row(patch("var(--c-out)"), "map.legend_outside");
    this.explainZones(zones);
    this.explainLines(view);
    this.explainEvidence();
    this.explainRest();
    this.node.replaceChild(this.box, old);
    // Filled anew under the reader's hand, the legend gives the hand back its place.
    const again = focused && this.box.getElementsByClassName(focused)[0]?.querySelector("input");
    if (again) again.focus();
  }

  /** The zones that are there on any of the days shown. */
  zones() {
    const there = this.atlas.days().map((day) => this.atlas.record.zonesAt(day.date));
    return this.atlas.record.zones.filter((zone) => there.some((zones) => zones.includes(zone)));
  }

  /** @param {string} word */
  heading(word) {
    this.box.appendChild(element("h2", { text: this.atlas.words.word(word) }));
  }

  /** @param {HTMLElement} swatch @param {string} word */
  row(swatch, word) {
    this.box.appendChild(element("p", {}, [swatch, element("span", { text: this.atlas.words.word(word) })]));
  }

  /** A box to be ticked, with a note where there is one.
   *
   * @param {string} css
   * @param {string} word
   * @param {boolean} on
   * @param {(on: boolean) => void} change
   * @param {string} [note]
   */
  check(css, word, on, change, note) {
    const { words } = this.atlas, input = element("input", { type: "checkbox" });
    input.checked = on;
    input.addEventListener("change", () => { change(input.checked); });
    const label = element("label", { class: `kz-check kz-${css}` }, [input, element("span", { text: words.word(word) })]);
    if (note) label.appendChild(element("small", { text: words.word(note) }));
    this.box.appendChild(label);
  }

  /** @param {Zone[]} zones */
  explainZones(zones) {
    const { atlas } = this;
    this.heading("map.zones");
    this.check("zones", "map.zones_show", atlas.zonesShown, (on) => { atlas.zonesShown = on; atlas.set({}); });
    zones.forEach((zone) => {
      const chip = element("button", { type: "button", class: "kz-zone-chip" }, [
        zonePatch(zone.kind), element("span", { text: atlas.words.text(zone.title) })
      ]);
      chip.addEventListener("click", () => { atlas.select(null, zone.id); });
      this.box.appendChild(chip);
    });
    if (!zones.length) this.box.appendChild(element("p", { text: atlas.words.word("map.zones_none") }));
  }

  /** @param {import("./types").View} view */
  explainLines(view) {
    this.heading("map.legend_lines");
    this.row(stroke("kz-edge republic solid"), "map.line_republic");
    if (view === "de_facto") this.row(stroke("kz-claim"), "map.line_claim");
    this.row(stroke("kz-edge gubernia solid"), "map.line_gubernia");
    this.row(stroke("kz-edge uezd solid"), "map.line_uezd");
  }

  explainEvidence() {
    const { atlas } = this;
    this.heading("map.legend_evidence");
    ["solid", "dashed", "dotted", "guess"].forEach((kind) => {
      this.row(stroke(`kz-edge gubernia ${kind}`), `map.evidence_${kind}`);
    });
    this.check("documented-only", "map.documented", atlas.documented, (on) => { atlas.documented = on; atlas.set({}); });
    if (!atlas.options.witnesses) return;
    this.check("witnesses", "map.witnesses", atlas.witnesses.on, (on) => { atlas.witnesses.show(on); }, "map.witnesses_note");
  }

  explainRest() {
    const { background } = this.atlas;
    this.row(stroke("kz-ghost"), "map.line_ghost");
    this.row(element("i", { class: "kz-ring" }), "map.not_recovered");
    this.row(element("i", { class: "kz-stroke kz-other-sample" }), "map.other_date");
    if (!background.tiles) return;
    this.check("tiles", "map.tiles", Boolean(background.shown), (on) => { background.show(on); }, "map.tiles_note");
  }
}
