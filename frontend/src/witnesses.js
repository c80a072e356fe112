/* The places that prove the border: asked for when they are first wanted. */

import { element } from "./dom.js";
import { L, pathOf } from "./leaflet.js";
import { speaksOf, waysCarried } from "./proof.js";

/** @typedef {import("./types").Witness} Witness */

const PANE = "kz-witnesses";

export class Witnesses {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    /** Whether the reader wants them. */
    this.on = false;
    /** @type {{ witness: Witness, mark: import("leaflet").CircleMarker }[] | null} Null until they have come. */
    this.marks = null;
  }

  /** Show or hide them.
   *
   * @param {boolean} on
   */
  async show(on) {
    this.on = on;
    if (on && !this.marks) {
      try {
        const answer = await fetch(String(this.atlas.options.witnesses));
        if (!answer.ok) throw new Error(String(answer.status));
        const told = await answer.json();
        // Switched on twice before they came, they are made once.
        this.marks ||= this.make(told.witnesses);
      } catch {
        this.atlas.timeline.live.textContent = this.atlas.words.word("map.witnesses_failed");
      }
    }
    this.draw();
  }

  /** @param {Witness[]} witnesses */
  make(witnesses) {
    const { map } = this.atlas;
    map.createPane(PANE).style.zIndex = "450"; // over the land, under its names
    const renderer = L.svg({ pane: PANE, padding: 0.6 });
    return witnesses.map((witness) => {
      const mark = L.circleMarker([witness.at[1], witness.at[0]], {
        renderer, pane: PANE, radius: 4, bubblingMouseEvents: false, className: "kz-witness"
      });
      mark.bindPopup(() => this.say(witness), {
        className: "kz-witness-words", maxWidth: 300, autoPanPadding: [12, 12]
      });
      mark.bindTooltip(witness.name, { className: "kz-tooltip", direction: "top" });
      return { witness, mark };
    });
  }

  /** Show the witnesses that speak of the day; those of another time, and rejected ones, are hollow. */
  draw() {
    const { map } = this.atlas, day = this.atlas.day();
    (this.marks || []).forEach(({ witness, mark }) => {
      const speaks = this.on ? speaksOf(witness, day) : null;
      if (!speaks) {
        mark.remove();
        return;
      }
      if (!map.hasLayer(mark)) mark.addTo(map);
      pathOf(mark).classList.toggle("carried", speaks.carried);
      pathOf(mark).classList.toggle("rejected", speaks.rejected);
    });
  }

  /** What a witness says, and where its words stand.
   *
   * @param {Witness} witness
   */
  say(witness) {
    const { words, record, state } = this.atlas, box = element("div", { lang: state.lang });
    /** @param {"strong" | "p" | "blockquote"} tag @param {string | null | undefined} text @param {object} [attributes] */
    const line = (tag, text, attributes) => { if (text) box.appendChild(element(tag, { text, ...attributes })); };
    const versions = record.byUnit[witness.unit], soft = { class: "kz-soft" };
    const about = [words.word("map.witness_by", { date: witness.from })];
    if (witness.km !== null) about.push(words.word("map.witness_km", { km: witness.km }));
    line("strong", witness.name);
    line("p", (versions ? words.text(versions[0].name) : witness.unit) + (witness.volost ? ` · ${witness.volost}` : ""));
    line("p", about.join(", "), soft);
    line("blockquote", witness.quote, { lang: "" });
    box.appendChild(cite(witness));
    waysCarried(witness).forEach((way) => { line("p", words.word(`map.witness_${way}`), soft); });
    if (witness.status === "rejected") line("p", words.word("map.witness_rejected"), soft);
    return box;
  }
}

/** @param {Witness} witness */
function cite({ source, url, locator }) {
  const link = url ? { href: url, target: "_blank", rel: "noopener noreferrer", text: source } : null;
  const node = element("cite");
  node.append(link ? element("a", link) : source, `, ${locator}`);
  return node;
}
