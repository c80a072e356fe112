/* The record, decoded once: arcs, versions of units, and what a day shows. Nothing here touches the page. */

export const REPUBLIC = "kirghiz-assr";
export const NONE = []; // no rings, always the same
export const LANGUAGES = ["kk", "ru", "en"];
export const VIEWS = ["de_jure", "de_facto"];

/** How a stretch of line is drawn follows from what it was drawn from and how sure that is. */
export function evidence(border) {
  if (border.basis === "conjecture") return "guess";
  if (border.certainty === "uncertain") return "dotted";
  const document = ["legal-text", "period-map", "river"].indexOf(border.basis) >= 0;
  return document || border.certainty === "certain" ? "solid" : "dashed";
}

/** Neighbouring uezds differ a little in strength; which one gets which follows from its name alone. */
export function tint(id) {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 9973;
  return sum % 4;
}

export function holder(version, view) {
  return view === "de_jure" ? version.parent : version.by;
}

export function contains(rings, point) {
  let inside = false;
  rings.forEach((ring) => {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const a = ring[i], b = ring[j];
      if ((a.lat > point.lat) !== (b.lat > point.lat) &&
          point.lng < (b.lng - a.lng) * (point.lat - a.lat) / (b.lat - a.lat) + a.lng) inside = !inside;
    }
  });
  return inside;
}

export class Record {
  constructor(topology, latLng) {
    const scale = topology.transform.scale, translate = topology.transform.translate;
    function place(x, y) {
      return latLng(y * scale[1] + translate[1], x * scale[0] + translate[0]);
    }
    this.place = place;
    this.arcs = topology.arcs.map((arc) => {
      let x = 0, y = 0;
      return arc.map((step) => { return place(x += step[0], y += step[1]); });
    });
    this.reversed = [];
    const self = this;
    const objects = topology.objects;
    this.borders = objects.borders.geometries.map((item) => {
      return Object.assign({ line: self.arcs[item.arcs[0]] }, item.properties);
    });
    this.faces = objects.faces.geometries.map((item) => {
      return { id: item.id, water: item.properties.kind === "water", rings: self.rings(item) };
    });
    this.versions = objects.units.geometries.map((item) => {
      return Object.assign({ id: item.id, geometry: item }, item.properties);
    });
    this.base = {};
    Object.keys(objects).forEach((name) => {
      if (name.indexOf("base_") === 0) self.base[name.slice(5)] = objects[name].geometries;
    });
    this.stops = topology.stops;
    this.alternatives = topology.alternatives;
    this.places = topology.places;
    this.methods = topology.methods;
    this.sources = topology.sources;
    this.ghosts = topology.ghosts;
    this.zones = objects.zones.geometries.map((item) => {
      return Object.assign({ id: item.id, rings: self.rings(item) }, item.properties);
    });
    this.byUnit = {};
    this.versions.forEach((version) => {
      (self.byUnit[version.unit] = self.byUnit[version.unit] || []).push(version);
    });
    // Units that are the republic's at some time keep their colour, paler, while they are not.
    this.home = {};
    this.versions.forEach((version) => {
      if (version.level === 1 && (version.parent === REPUBLIC || version.by === REPUBLIC)) {
        self.home[version.unit] = true;
      }
    });
    // Who can stand at the top of a unit: the republic and the other authorities and states.
    this.rulers = Object.keys(this.byUnit).filter((unit) => {
      return unit !== REPUBLIC && self.byUnit[unit][0].level === 0;
    });
    this.snapshots = {};
  }

  arc(number) {
    if (number >= 0) return this.arcs[number];
    if (!this.reversed[~number]) this.reversed[~number] = this.arcs[~number].slice().reverse();
    return this.reversed[~number];
  }

  /** All rings of a geometry in one list: with the even-odd rule holes and parts need no nesting. */
  rings(geometry) {
    const self = this;
    const polygons = geometry.type === "MultiPolygon" ? geometry.arcs : [geometry.arcs];
    const rings = [];
    polygons.forEach((polygon) => {
      polygon.forEach((ring) => {
        const points = [];
        ring.forEach((number) => {
          const arc = self.arc(number);
          for (let i = points.length ? 1 : 0; i < arc.length; i++) points.push(arc[i]);
        });
        rings.push(points);
      });
    });
    return rings;
  }

  ringsOf(version) {
    if (!version.rings) {
      const drawn = version.geometry.type === "Polygon" || version.geometry.type === "MultiPolygon";
      version.rings = drawn ? this.rings(version.geometry) : [];
    }
    return version.rings;
  }

  /** A first-level unit beside whose uezds something is left is, among uezds, only that something. */
  shapeOf(version, level) {
    if (level === 1 || !version.tile_point) return this.ringsOf(version);
    if (!version.tileRings) {
      const self = this;
      version.tileRings = [].concat.apply([], version.faces.map((face) => { return self.faces[face].rings; }));
    }
    return version.tileRings;
  }

  stopAt(date) {
    let found = 0;
    this.stops.forEach((stop, index) => { if (stop.date <= date) found = index; });
    return found;
  }

  /** The version of a unit in force on a date, in one view. */
  version(unit, date, view) {
    return (this.byUnit[unit] || []).filter((version) => {
      return (version.view === "both" || version.view === view) &&
        version.from <= date && (!version.to || date < version.to);
    })[0];
  }

  zonesAt(date) {
    return this.zones.filter((zone) => {
      return (!zone.from || zone.from <= date) && (!zone.to || date < zone.to);
    });
  }

  /** The borders of the day before that a stop took away, down to a level. */
  ghostsAt(date, view, level) {
    const byLevel = (this.ghosts[date] || {})[view] || [], found = {};
    byLevel.slice(0, level + 1).forEach((numbers) => {
      numbers.forEach((number) => { found[number] = true; });
    });
    return Object.keys(found).map(Number);
  }

  /** Everything that the map draws at a stop in a view, worked out once. */
  snapshot(stop, view) {
    const key = stop + view;
    if (this.snapshots[key]) return this.snapshots[key];
    const self = this;
    const date = this.stops[stop].date;
    const force = {}, tiles = [], points = [], firsts = [];
    this.versions.forEach((version) => {
      if (version.view !== "both" && version.view !== view) return;
      if (version.from > date || (version.to && date >= version.to)) return;
      force[version.unit] = version;
      if (version.faces) tiles.push(version);
      if (version.geometry.type === "Point") points.push(version);
      if (version.geometry.arcs && (version.level === 1 || (version.faces && version.level === 0))) {
        firsts.push(version);
      }
    });
    // For every face: its tile, the first-level unit, and who stands at the top.
    const tileOf = [], firstOf = [], topOf = [];
    tiles.forEach((tile) => {
      const first = tile.level === 2 ? holder(tile, view) : tile.unit;
      const top = tile.level === 0 ? tile.unit : force[first] ? holder(force[first], view) : first;
      tile.faces.forEach((face) => {
        tileOf[face] = tile.unit; firstOf[face] = first; topOf[face] = top;
      });
    });
    this.snapshots[key] = {
      stop: stop, date: date, view: view, force: force, tiles: tiles, points: points,
      firsts: firsts, tileOf: tileOf, firstOf: firstOf, topOf: topOf
    };
    const snapshot = this.snapshots[key];
    snapshot.top = function (version) {
      if (version.level === 0) return version.unit;
      const first = version.level === 2 ? force[holder(version, view)] : version;
      return first ? holder(first, view) || first.unit : holder(version, view);
    };
    snapshot.ranks = this.borders.map((border) => {
      const a = border.sides[0], b = border.sides[1];
      // Where the map ends no land does.
      if (border.frame) return "none";
      const wetA = a >= 0 && self.faces[a].water, wetB = b >= 0 && self.faces[b].water;
      if (wetA || wetB) return "coast";
      if (a < 0 || b < 0) {
        return topOf[a < 0 ? b : a] === REPUBLIC ? "republic" : "edge";
      }
      const inside = topOf[a] === REPUBLIC || topOf[b] === REPUBLIC ? "" : " beyond";
      if (topOf[a] !== topOf[b]) return "republic" + inside;
      if (firstOf[a] !== firstOf[b]) return "gubernia" + inside;
      if (tileOf[a] !== tileOf[b]) return "uezd" + inside;
      return "none";
    });
    return snapshot;
  }
}
