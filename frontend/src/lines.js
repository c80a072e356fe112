/* What a stretch of border rests on: by pointer, by finger and by keyboard. */

import { pixelBounds } from "./leaflet.js";
import { element } from "./dom.js";
import { methods } from "./methods.js";

export const lineMethods = methods({
  /** Whether a stretch is on the map as a border, so that there is something to tell. */
  isTold(plate, index) {
    const border = this.record.borders[index], rank = plate.snapshot().ranks[index];
    if (border.frame || rank === "none" || rank === "edge") return false;
    if (this.state.level === 1 && rank.indexOf("uezd") === 0) return false;
    return !(this.documented && border.basis === "conjecture");
  },

  /** What is said of a stretch: a heading, then line by line. */
  evidenceOf(plate, index) {
    const self = this, record = this.record, border = record.borders[index], snapshot = plate.snapshot();
    const rank = snapshot.ranks[index].split(" ");
    const holders = this.state.level === 1 ? snapshot.firstOf : snapshot.tileOf;
    const names = border.sides.map((face) => {
      const version = snapshot.force[holders[face]];
      return version && self.text(version.label);
    }).filter((name, i, all) => { return name && all.indexOf(name) === i; });
    const method = record.methods[border.method];
    const sources = method.sources.map((source) => {
      const own = source === "inference" || source === "general-knowledge";
      return own ? self.word("card.source_" + source) : record.sources[source];
    });
    const kind = rank[0] === "republic" && rank[1] ? "ruler" : rank[0];
    return [names.join(" – ") || this.word("map.stretch_coast")].concat([
      this.word("map.stretch_" + kind),
      this.word("map.rests_on", {
        basis: this.word("card.basis_" + border.basis), certainty: this.word("card.certainty_" + border.certainty)
      }),
      this.word("map.accuracy", { km: border.km }),
      this.word("map.drawn_as", { method: this.text(method.title) }),
      this.word("map.drawn_from", { sources: sources.join("; ") })
    ]);
  },

  /** Show what a stretch rests on, at a place on it; without a plate show none. */
  showLine(plate, index, place) {
    this.plates().forEach((other) => {
      const lit = other === plate ? index : null;
      if (other.litLine === lit) return;
      other.litLine = lit;
      other.lit.setLatLngs(lit === null ? [] : other.record.borders[lit].line);
    });
    this.root.classList.toggle("kz-on-line", Boolean(plate));
    this.line = plate ? { plate: plate, index: index, place: place } : null;
    this.lineTip.hidden = !plate;
    if (!plate) return;
    const said = this.evidenceOf(plate, index), key = said.join("\n");
    if (this.lineSaid !== key) {
      this.lineSaid = key;
      this.lineTip.replaceChildren.apply(this.lineTip, said.map((text, i) => {
        return element(i ? "span" : "strong", { text: text });
      }));
    }
    this.placeLine();
  },

  /** Put what is said of a stretch beside its place, and wholly inside the map. */
  placeLine() {
    if (!this.line) return;
    const at = this.map.latLngToContainerPoint(this.line.place), size = this.map.getSize(), tip = this.lineTip, gap = 14;
    const w = tip.offsetWidth, h = tip.offsetHeight;
    const x = at.x + gap + w <= size.x ? at.x + gap : at.x - gap - w >= 0 ? at.x - gap - w : (size.x - w) / 2;
    // Where there is no room beside it, above or below the finger.
    const beside = x > at.x || x + w < at.x;
    let y = beside ? at.y - h / 2 : at.y - gap - h >= 0 ? at.y - gap - h : at.y + gap;
    y = Math.max(2, Math.min(y, size.y - h - 2));
    tip.style.transform = "translate(" + Math.round(x) + "px," + Math.round(y) + "px)";
  },

  /** The stretch nearest to a point of the map's window, if one is near enough. */
  lineNear(at, reach) {
    let self = this, point = this.map.containerPointToLayerPoint(at), best = null;
    const plate = this.state.compare && at.x > this.map.getSize().x * this.share / 100 ? this.other : this.plate;
    plate.edges.forEach((edge, index) => {
      if (!self.isTold(plate, index)) return;
      const box = pixelBounds(edge);
      if (!box || point.x < box.min.x - reach || point.x > box.max.x + reach ||
          point.y < box.min.y - reach || point.y > box.max.y + reach) return;
      const nearest = edge.closestLayerPoint(point);
      if (nearest && nearest.distance <= reach && (!best || nearest.distance < best.distance)) {
        best = { plate: plate, index: index, distance: nearest.distance };
      }
    });
    return best;
  },

  /** The pointer is only listened to: a press near a line goes to the unit under it as it does elsewhere. */
  listenToLines() {
    let self = this, map = this.map, container = map.getContainer(), waiting = null;
    function look(event, reach) {
      if (event.target.closest(".leaflet-control") || (event.buttons && event.pointerType === "mouse")) {
        return self.showLine(null);
      }
      const at = map.mouseEventToContainerPoint(event), found = self.lineNear(at, reach);
      if (found) self.showLine(found.plate, found.index, map.containerPointToLatLng(at));
      else if (self.line) self.showLine(null);
    }
    container.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse") return;
      if (!waiting) requestAnimationFrame(() => { const last = waiting; waiting = null; look(last, 5); });
      waiting = event;
    });
    container.addEventListener("pointerleave", () => { if (self.line) self.showLine(null); });
    container.addEventListener("click", (event) => {
      if (event.pointerType && event.pointerType !== "mouse") look(event, 14);
    }, true);
    map.on("move zoomend", () => { self.placeLine(); });
    map.on("movestart zoomstart", () => { if (self.line && !self.line.held) self.showLine(null); });
  },

  /** By keyboard the stretches are one stop; the arrows go from one to the next. The map listens for all of
   * them: a browser lets the keyboard come to every shape that listens for itself. */
  listenToKeys() {
    const self = this, container = this.map.getContainer();
    function lineOf(node) {
      return node && node.dataset && node.dataset.line !== undefined ? Number(node.dataset.line) : null;
    }
    container.addEventListener("focusin", (event) => {
      const index = lineOf(event.target), order = index === null ? [] : self.lineOrder();
      if (index === null) return;
      // The reader who comes from elsewhere begins with the chosen unit's own border.
      if (lineOf(event.relatedTarget) === null && order.length && order.indexOf(index) < 0) {
        return self.focusLine(order[0]);
      }
      event.target.setAttribute("aria-label", self.evidenceOf(self.plate, index).join(". "));
      self.showLine(self.plate, index, self.middleOf(index));
      self.line.held = true;
    });
    container.addEventListener("focusout", () => { if (self.line && self.line.held) self.showLine(null); });
    container.addEventListener("keydown", (event) => {
      const index = lineOf(event.target);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (index === null || !step) return;
      event.preventDefault();
      event.stopPropagation();
      const order = self.lineOrder(), at = order.indexOf(index);
      if (order.length) self.focusLine(order[(Math.max(at, step > 0 ? -1 : 0) + step + order.length) % order.length]);
    });
  },

  middleOf(index) {
    const line = this.record.borders[index].line;
    return line[Math.floor(line.length / 2)];
  },

  /** The stretches in the arrows' order, from west to east: the chosen unit's, or all. */
  lineOrder() {
    const self = this, plate = this.plate, record = this.record, bounds = this.map.getBounds();
    const faces = {}, version = this.state.unit && plate.snapshot().force[this.state.unit];
    if (version) {
      const holders = version.level === 1 && !version.faces ? plate.snapshot().firstOf : plate.snapshot().tileOf;
      holders.forEach((unit, face) => { if (unit === version.unit) faces[face] = true; });
    }
    const some = Object.keys(faces).length > 0;
    return record.borders.map((_, index) => { return index; }).filter((index) => {
      const sides = record.borders[index].sides;
      return self.isTold(plate, index) && (some ? Boolean(faces[sides[0]]) !== Boolean(faces[sides[1]])
        : bounds.contains(self.middleOf(index)));
    }).sort((a, b) => { return self.middleOf(a).lng - self.middleOf(b).lng; });
  },

  focusLine(index) {
    const path = this.plate.edges[index].getElement();
    this.moveLineStop(index);
    path.focus({ preventScroll: true });
  },

  /** Exactly one stretch takes the keyboard's focus. */
  moveLineStop(index) {
    if (this.lineStop === index) return;
    let path = this.lineStop !== undefined && this.plate.edges[this.lineStop].getElement();
    if (path) ["tabindex", "role", "aria-label"].forEach((key) => { path.removeAttribute(key); });
    this.lineStop = index;
    if (index === undefined) return;
    path = this.plate.edges[index].getElement();
    path.setAttribute("role", "img");
    path.setAttribute("tabindex", "0");
    path.setAttribute("aria-label", this.word("map.lines"));
  },

  drawLineStop() {
    const self = this;
    if (this.lineStop !== undefined && this.isTold(this.plate, this.lineStop)) return;
    const first = this.record.borders.findIndex((_, index) => { return self.isTold(self.plate, index); });
    this.moveLineStop(first < 0 ? undefined : first);
  }
});
