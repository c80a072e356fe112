/* The places that prove the border: asked for when they are first wanted. */

import { L } from "./leaflet.js";
import { element } from "./dom.js";
import { methods } from "./methods.js";

export const witnessMethods = methods({
  showWitnesses(on) {
    const self = this;
    this.witnessing = on;
    if (!on || this.witnesses) return this.drawWitnesses();
    fetch(this.options.witnesses).then((answer) => {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then((told) => {
      if (self.witnesses) return;
      const pane = self.map.createPane("kz-witnesses");
      pane.style.zIndex = 450; // over the land, under its names
      const renderer = L.svg({ pane: "kz-witnesses", padding: 0.6 });
      self.witnesses = told.witnesses.map((witness) => {
        const mark = L.circleMarker([witness.at[1], witness.at[0]], {
          renderer: renderer, pane: "kz-witnesses", radius: 4, bubblingMouseEvents: false, className: "kz-witness"
        });
        mark.bindPopup(() => { return self.witnessWords(witness); }, {
          className: "kz-witness-words", maxWidth: 300, autoPanPadding: [12, 12]
        });
        mark.bindTooltip(witness.name, { className: "kz-tooltip", direction: "top" });
        return Object.assign({ mark: mark }, witness);
      });
      self.drawWitnesses();
    }).catch(() => { self.live.textContent = self.word("map.witnesses_failed"); });
  },

  /** Show the witnesses that speak of the day; those of another time, and rejected ones, are hollow. */
  drawWitnesses() {
    if (!this.witnesses) return;
    const self = this, snapshot = this.snapshot();
    this.witnesses.forEach((witness) => {
      const span = witness.spans.find((span) => {
        return span.view === snapshot.view && span.valid_from <= snapshot.date && snapshot.date < span.valid_to;
      });
      const on = self.witnessing && Boolean(span || (witness.status === "rejected" && !witness.spans.length));
      if (on !== self.map.hasLayer(witness.mark)) {
        if (on) witness.mark.addTo(self.map); else witness.mark.remove();
      }
      if (on) {
        witness.mark.getElement().classList.toggle("carried", Boolean(span && span.carried));
        witness.mark.getElement().classList.toggle("rejected", witness.status === "rejected");
      }
    });
  },

  witnessWords(witness) {
    const self = this, box = element("div", { lang: this.state.lang });
    function line(tag, text, attributes) {
      if (text) box.appendChild(element(tag, Object.assign({ text: text }, attributes)));
    }
    const unit = this.record.byUnit[witness.unit], carried = {};
    const about = [this.word("map.witness_by", { date: witness.from })];
    if (witness.km !== null) about.push(this.word("map.witness_km", { km: witness.km }));
    line("strong", witness.name);
    line("p", (unit ? this.text(unit[0].name) : witness.unit) + (witness.volost ? " · " + witness.volost : ""));
    line("p", about.join(", "), { class: "kz-soft" });
    line("blockquote", witness.quote, { lang: "" });
    const cite = element("cite", {});
    if (witness.url) {
      const link = element("a", { href: witness.url, target: "_blank", rel: "noopener noreferrer", text: witness.source });
      cite.appendChild(link);
    } else cite.textContent = witness.source;
    cite.append(", " + witness.locator);
    box.appendChild(cite);
    witness.spans.forEach((span) => { if (span.carried) carried[span.carried] = true; });
    Object.keys(carried).forEach((way) => { line("p", self.word("map.witness_" + way), { class: "kz-soft" }); });
    if (witness.status === "rejected") line("p", this.word("map.witness_rejected"), { class: "kz-soft" });
    return box;
  }
});
