/* The map element: a timeline over a Leaflet map, the same in the app and in the offline lesson.
 *
 * `Kazatlas.start(map, options)` takes a Leaflet map and
 *   data      the topology (see kazatlas.topology), or the address to fetch it from
 *   words     { kk: {...}, ru: {...}, en: {...} }: the element's words
 *   dates     { "1920-08-26": [kk, ru, en], ... }: each stop's date in words
 *   state     { date, view, level, unit, zone, compare, lang, embed }: what is shown first; `compare` is a
 *             second date, `embed` leaves map, timeline and attribution
 *   report    called with the state when the map comes to rest and when a unit is chosen
 *   witnesses the address of the places that prove the border, asked for only when the reader switches them on
 *   tiles     { url, credit }: optional online background, asked for only when the reader switches it on
 */
(function () {
  "use strict";

  var REPUBLIC = "kirghiz-assr";
  var NONE = []; // no rings, always the same
  var LANGUAGES = ["kk", "ru", "en"];
  var VIEWS = ["de_jure", "de_facto"];
  var REST_MS = 280; // how long the timeline must stand still before the page is told
  var SPEEDS = [1600, 800, 400]; // milliseconds a stop

  function element(tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) {
      if (key === "text") node.textContent = attributes[key];
      else node.setAttribute(key, attributes[key]);
    });
    (children || []).forEach(function (child) { node.appendChild(child); });
    return node;
  }

  function colour(id) {
    return "var(--c-" + id + ", var(--c-other))";
  }

  /* A ruler's colour where it rules what decrees gave to the republic. */
  function strong(ruler) {
    return "var(--h-" + ruler + ", var(--h-other))";
  }

  /* How a stretch of line is drawn follows from what it was drawn from and how sure that is. */
  function evidence(border) {
    if (border.basis === "conjecture") return "guess";
    if (border.certainty === "uncertain") return "dotted";
    var document = ["legal-text", "period-map", "river"].indexOf(border.basis) >= 0;
    return document || border.certainty === "certain" ? "solid" : "dashed";
  }

  /* Neighbouring uezds differ a little in strength; which one gets which follows from its name alone. */
  function tint(id) {
    var sum = 0;
    for (var i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 9973;
    return sum % 4;
  }

  /* ------------------------------------------------------------------ the record, decoded once */

  function Record(topology) {
    var scale = topology.transform.scale, translate = topology.transform.translate;
    function place(x, y) {
      return L.latLng(y * scale[1] + translate[1], x * scale[0] + translate[0]);
    }
    this.place = place;
    this.arcs = topology.arcs.map(function (arc) {
      var x = 0, y = 0;
      return arc.map(function (step) { return place(x += step[0], y += step[1]); });
    });
    this.reversed = [];
    var self = this;
    var objects = topology.objects;
    this.borders = objects.borders.geometries.map(function (item) {
      return Object.assign({ line: self.arcs[item.arcs[0]] }, item.properties);
    });
    this.faces = objects.faces.geometries.map(function (item) {
      return { id: item.id, water: item.properties.kind === "water", rings: self.rings(item) };
    });
    this.versions = objects.units.geometries.map(function (item) {
      return Object.assign({ id: item.id, geometry: item }, item.properties);
    });
    this.base = {};
    Object.keys(objects).forEach(function (name) {
      if (name.indexOf("base_") === 0) self.base[name.slice(5)] = objects[name].geometries;
    });
    this.stops = topology.stops;
    this.alternatives = topology.alternatives;
    this.places = topology.places;
    this.methods = topology.methods;
    this.sources = topology.sources;
    this.ghosts = topology.ghosts;
    this.zones = objects.zones.geometries.map(function (item) {
      return Object.assign({ id: item.id, rings: self.rings(item) }, item.properties);
    });
    this.byUnit = {};
    this.versions.forEach(function (version) {
      (self.byUnit[version.unit] = self.byUnit[version.unit] || []).push(version);
    });
    // Units that are the republic's at some time keep their colour, paler, while they are not.
    this.home = {};
    this.versions.forEach(function (version) {
      if (version.level > 0 && (version.parent === REPUBLIC || version.by === REPUBLIC)) {
        self.home[version.unit] = true;
      }
    });
    // Who can stand at the top of a unit: the republic and the other authorities and states.
    this.rulers = Object.keys(this.byUnit).filter(function (unit) {
      return unit !== REPUBLIC && self.byUnit[unit][0].level === 0;
    });
    this.snapshots = {};
  }

  Record.prototype.arc = function (number) {
    if (number >= 0) return this.arcs[number];
    if (!this.reversed[~number]) this.reversed[~number] = this.arcs[~number].slice().reverse();
    return this.reversed[~number];
  };

  /* All rings of a geometry in one list: with the even-odd rule holes and parts need no nesting. */
  Record.prototype.rings = function (geometry) {
    var self = this;
    var polygons = geometry.type === "MultiPolygon" ? geometry.arcs : [geometry.arcs];
    var rings = [];
    polygons.forEach(function (polygon) {
      polygon.forEach(function (ring) {
        var points = [];
        ring.forEach(function (number) {
          var arc = self.arc(number);
          for (var i = points.length ? 1 : 0; i < arc.length; i++) points.push(arc[i]);
        });
        rings.push(points);
      });
    });
    return rings;
  };

  Record.prototype.ringsOf = function (version) {
    if (!version.rings) {
      var drawn = version.geometry.type === "Polygon" || version.geometry.type === "MultiPolygon";
      version.rings = drawn ? this.rings(version.geometry) : [];
    }
    return version.rings;
  };

  /* A first-level unit beside whose uezds something is left is, among uezds, only that something. */
  Record.prototype.shapeOf = function (version, level) {
    if (level === 1 || !version.tile_point) return this.ringsOf(version);
    if (!version.tileRings) {
      var self = this;
      version.tileRings = [].concat.apply([], version.faces.map(function (face) { return self.faces[face].rings; }));
    }
    return version.tileRings;
  };

  Record.prototype.stopAt = function (date) {
    var found = 0;
    this.stops.forEach(function (stop, index) { if (stop.date <= date) found = index; });
    return found;
  };

  /* The version of a unit in force on a date, in one view. */
  Record.prototype.version = function (unit, date, view) {
    return (this.byUnit[unit] || []).filter(function (version) {
      return (version.view === "both" || version.view === view) &&
        version.from <= date && (!version.to || date < version.to);
    })[0];
  };

  Record.prototype.zonesAt = function (date) {
    return this.zones.filter(function (zone) {
      return (!zone.from || zone.from <= date) && (!zone.to || date < zone.to);
    });
  };

  /* The borders of the day before that a stop took away, down to a level. */
  Record.prototype.ghostsAt = function (date, view, level) {
    var byLevel = (this.ghosts[date] || {})[view] || [], found = {};
    byLevel.slice(0, level + 1).forEach(function (numbers) {
      numbers.forEach(function (number) { found[number] = true; });
    });
    return Object.keys(found).map(Number);
  };

  function holder(version, view) {
    return view === "de_jure" ? version.parent : version.by;
  }

  /* The first-level unit over a version; a uezd that stands straight under a state is its own. */
  function firstOver(version, view, force) {
    var above = holder(version, view);
    return version.level === 2 && !(force[above] && force[above].level === 0) ? above : version.unit;
  }

  /* Everything that the map draws at a stop in a view, worked out once. */
  Record.prototype.snapshot = function (stop, view) {
    var key = stop + view;
    if (this.snapshots[key]) return this.snapshots[key];
    var self = this;
    var date = this.stops[stop].date;
    var force = {}, tiles = [], points = [], firsts = [];
    this.versions.forEach(function (version) {
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
    var tileOf = [], firstOf = [], topOf = [];
    tiles.forEach(function (tile) {
      var first = firstOver(tile, view, force);
      if (tile.level === 2 && first === tile.unit) firsts.push(tile);
      var top = tile.level === 0 ? tile.unit : force[first] ? holder(force[first], view) : first;
      tile.faces.forEach(function (face) {
        tileOf[face] = tile.unit; firstOf[face] = first; topOf[face] = top;
      });
    });
    this.snapshots[key] = {
      stop: stop, date: date, view: view, force: force, tiles: tiles, points: points,
      firsts: firsts, tileOf: tileOf, firstOf: firstOf, topOf: topOf
    };
    var snapshot = this.snapshots[key];
    snapshot.top = function (version) {
      if (version.level === 0) return version.unit;
      var first = version.level === 2 ? force[holder(version, view)] : version;
      return first ? holder(first, view) || first.unit : holder(version, view);
    };
    snapshot.ranks = this.borders.map(function (border) {
      var a = border.sides[0], b = border.sides[1];
      // Where the map ends no land does.
      if (border.frame) return "none";
      var wetA = a >= 0 && self.faces[a].water, wetB = b >= 0 && self.faces[b].water;
      if (wetA || wetB) return "coast";
      if (a < 0 || b < 0) {
        return topOf[a < 0 ? b : a] === REPUBLIC ? "republic" : "edge";
      }
      var inside = topOf[a] === REPUBLIC || topOf[b] === REPUBLIC ? "" : " beyond";
      if (topOf[a] !== topOf[b]) return "republic" + inside;
      if (firstOf[a] !== firstOf[b]) return "gubernia" + inside;
      if (tileOf[a] !== tileOf[b]) return "uezd" + inside;
      return "none";
    });
    return snapshot;
  };

  /* ------------------------------------------------------------------ the element */

  function Element(map, record, options) {
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
    var self = this;
    requestAnimationFrame(function () {
      setTimeout(function () {
        self.bare = false;
        self.label();
        self.ahead();
      });
    });
    map.on("zoomend", function () {
      self.root.classList.remove("kz-zooming");
      self.scaleLines();
      self.fits = {};
      self.label();
      self.ahead();
    });
    map.on("zoomstart", function () { self.root.classList.add("kz-zooming"); });
  }

  /* Work out the other stops, and where their names fit, while the reader looks at this one. */
  Element.prototype.ahead = function () {
    var self = this, record = this.record, queue = this.queue = [], lettering = this.lettering(), level = this.state.level;
    record.stops.forEach(function (_, stop) {
      VIEWS.forEach(function (view) { queue.push([stop, view]); });
    });
    (function next() {
      var now = queue === self.queue && queue.shift();
      if (!now) return;
      var snapshot = record.snapshot(now[0], now[1]);
      (lettering.few ? snapshot.firsts : snapshot.tiles).forEach(function (version) {
        if (version.point) self.fit(version, lettering.style, lettering.few ? 1 : level);
      });
      (window.requestIdleCallback || window.setTimeout)(next);
    })();
  };

  Element.prototype.word = function (key, values) {
    var text = this.options.words[this.state.lang][key];
    if (text === undefined) throw new Error("no word " + key + " in " + this.state.lang);
    Object.keys(values || {}).forEach(function (name) {
      text = text.replace("{" + name + "}", values[name]);
    });
    return text;
  };

  Element.prototype.text = function (texts) {
    return texts[LANGUAGES.indexOf(this.state.lang)];
  };

  Element.prototype.dateWords = function (date) {
    return this.text(this.options.dates[date]);
  };

  /* ---- the frame round the map */

  Element.prototype.build = function () {
    var self = this;
    var root = this.root = element("div", { class: "kz" });
    this.bar = element("div", { class: "kz-bar" });
    var stage = element("div", { class: "kz-stage" });
    this.key = element("div", { class: "kz-key", role: "group" });
    this.chips = {};
    root.append(this.bar, this.key, stage);
    var container = this.map.getContainer();
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
    var size = this.map.getSize();
    this.buildMap();
    this.listenToLines();
    this.listenToPicks();
    this.listenToKeys();
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape") return;
      if (self.line) self.showLine(null);
      if (self.state.compare) self.compareWith(null);
      else if (self.state.unit || self.state.zone) self.select(null);
    });
    var opened = performance.now();
    new ResizeObserver(function () {
      self.map.invalidateSize({ pan: false });
      root.style.setProperty("--stage", stage.clientHeight + "px");
      self.clip();
      var now = self.map.getSize(), turned = now.x !== size.x;
      var settling = performance.now() - opened < 1500 && now.y !== size.y;
      size = now;
      // Another window shows the whole again; a longer key over the map must not move it.
      if ((turned || settling) && !self.moved) self.home();
    }).observe(stage);
    this.map.on("movestart", function () { if (!self.homing) self.moved = true; });
  };

  /* Show the whole republic, as it is when it is largest. */
  Element.prototype.home = function () {
    var bounds = L.latLngBounds([]);
    var self = this;
    (this.record.byUnit[REPUBLIC] || []).forEach(function (version) {
      self.record.ringsOf(version).forEach(function (ring) { bounds.extend(L.latLngBounds(ring)); });
    });
    if (!bounds.isValid()) return;
    this.homing = true;
    this.map.fitBounds(bounds, { animate: false, padding: [8, 8] });
    this.homing = false;
  };

  /* Lines and points keep their proportion to the map: thin on a small one. */
  Element.prototype.scaleLines = function () {
    var size = Math.max(0.5, Math.min(1.5, (this.map.getZoom() - 1.5) / 3.5));
    this.root.style.setProperty("--k", size.toFixed(2));
    this.plates().forEach(function (plate) {
      Object.values(plate.points).forEach(function (point) { point.setRadius(4.5 * size); });
      Object.values(plate.zones).forEach(function (zone) { plate.drawDots(zone); });
    });
  };

  Element.prototype.buildSwitches = function () {
    var self = this;
    function choice(name, values) {
      var group = element("fieldset", { class: "kz-switch" }, [element("legend", {})]);
      values.forEach(function (value) {
        var input = element("input", { type: "radio", name: "kz-" + name, value: String(value) });
        input.checked = String(self.state[name]) === String(value);
        input.addEventListener("change", function () {
          self.set(name === "level" ? { level: Number(value) } : { view: value });
        });
        group.appendChild(element("label", {}, [input, element("span", {})]));
      });
      self.bar.appendChild(group);
      return group;
    }
    this.switches = { view: choice("view", VIEWS), level: choice("level", [1, 2]) };
    this.compareButton = element("button", { type: "button", class: "kz-compare-button", "aria-pressed": "false" });
    this.compareButton.addEventListener("click", function () {
      self.compareWith(self.state.compare ? null : self.otherDate());
    });
    this.bar.appendChild(this.compareButton);
  };

  Element.prototype.buildTimeline = function () {
    var self = this, stops = this.record.stops, last = stops.length - 1;
    function button(name, symbol, action) {
      var node = element("button", { type: "button", class: "kz-" + name });
      node.appendChild(element("span", { "aria-hidden": "true", text: symbol }));
      node.addEventListener("click", action);
      return node;
    }
    this.previous = button("previous", "‹", function () { self.stopPlaying(); self.go(self.state.stop - 1); });
    this.next = button("next", "›", function () { self.stopPlaying(); self.go(self.state.stop + 1); });
    this.play = button("play", "▶", function () { if (self.timer) self.stopPlaying(); else self.startPlaying(); });
    this.speed = button("speed", "1×", function () {
      self.pace = ((self.pace || 0) + 1) % SPEEDS.length;
      if (self.timer) { self.stopPlaying(); self.startPlaying(); }
      self.announce();
    });
    this.pace = 0;
    this.years = stops.map(function (stop) { return stop.date.slice(0, 4); })
      .filter(function (year, i, all) { return all.indexOf(year) === i; });
    this.firstOfYear = {};
    this.years.forEach(function (year) {
      self.firstOfYear[year] = stops.findIndex(function (stop) { return stop.date.slice(0, 4) === year; });
    });
    this.yearButtons = this.years.map(function (year) {
      var node = element("button", { type: "button", class: "kz-year", text: year });
      node.addEventListener("click", function () { self.stopPlaying(); self.go(self.firstOfYear[year]); });
      return node;
    });
    this.captionDate = element("b", {});
    this.captionTitle = element("span", {});
    this.caption = element("p", { class: "kz-caption" }, [this.captionDate, this.captionTitle]);
    this.live = element("p", { class: "kz-live", "aria-live": "polite", role: "status" });
    this.range = element("input", { type: "range", min: "0", max: String(last), step: "1", class: "kz-range" });
    this.range.value = String(this.state.stop);
    this.range.addEventListener("input", function () { self.stopPlaying(); self.go(Number(self.range.value)); });
    this.range.addEventListener("keydown", function (event) {
      var year = self.years.indexOf(stops[self.state.stop].date.slice(0, 4));
      var target = null;
      if (event.key === "PageUp") {
        target = year + 1 < self.years.length ? self.firstOfYear[self.years[year + 1]] : last;
      } else if (event.key === "PageDown") {
        var first = self.firstOfYear[self.years[year]];
        target = self.state.stop > first ? first : year > 0 ? self.firstOfYear[self.years[year - 1]] : 0;
      }
      if (target !== null) { event.preventDefault(); self.stopPlaying(); self.go(target); }
    });
    var ticks = element("div", { class: "kz-ticks", "aria-hidden": "true" });
    var counts = stops.map(function (stop) {
      return self.record.versions.filter(function (version) { return version.from === stop.date; }).length;
    });
    function at(index) { return (last ? index / last * 100 : 0) + "%"; }
    this.years.forEach(function (year, i) {
      var from = self.firstOfYear[year];
      var to = i + 1 < self.years.length ? self.firstOfYear[self.years[i + 1]] : last + 1;
      var band = element("span", { class: "kz-year-band", text: year });
      band.style.left = "calc(" + at(from) + " - " + (100 / last / 2) + "%)";
      band.style.width = ((to - from) / last * 100) + "%";
      ticks.appendChild(band);
    });
    this.ticks = stops.map(function (stop, index) {
      var tick = element("span", { class: "kz-tick" });
      tick.style.left = at(index);
      tick.style.height = (5 + 2.2 * Math.sqrt(Math.min(counts[index], 16))) + "px";
      ticks.appendChild(tick);
      return tick;
    });
    this.otherTicks = [];
    this.record.alternatives.forEach(function (other) {
      // Between two stops an alternative date lies where its day lies between theirs.
      var before = self.record.stopAt(other.date);
      if (other.date < stops[0].date || other.date > stops[last].date) return;
      var index = before, after = stops[before + 1];
      if (after && other.date > stops[before].date) {
        var start = Date.parse(stops[before].date);
        index += (Date.parse(other.date) - start) / (Date.parse(after.date) - start);
      }
      var tick = element("span", { class: "kz-tick-other" });
      tick.style.left = at(index);
      ticks.appendChild(tick);
      var stop = stops.findIndex(function (stop) {
        return stop.events.some(function (event) { return event.id === other.event; });
      });
      tick.addEventListener("click", function () { self.stopPlaying(); self.go(stop); });
      self.otherTicks.push({ node: tick, other: other, stop: stop });
    });
    this.timeline = element("section", { class: "kz-timeline" }, [
      element("div", { class: "kz-row" }, [
        element("div", { class: "kz-buttons" }, [this.previous, this.play, this.next, this.speed]),
        this.caption,
        element("div", { class: "kz-years", role: "group" }, this.yearButtons)
      ]),
      element("div", { class: "kz-track" }, [this.range, ticks]),
      this.live,
      this.attribution = element("p", { class: "kz-attribution" })
    ]);
    // Before the map in the page, so that the keyboard reaches it first; below it on the screen.
    this.root.insertBefore(this.timeline, this.key.nextSibling);
  };

  Element.prototype.startPlaying = function () {
    var self = this;
    if (this.state.stop === this.record.stops.length - 1) this.go(0);
    this.timer = setInterval(function () {
      if (self.state.stop === self.record.stops.length - 1) self.stopPlaying();
      else self.go(self.state.stop + 1);
    }, SPEEDS[this.pace]);
    this.announce();
  };

  Element.prototype.stopPlaying = function () {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.announce();
  };

  /* ---- the map: one plate, and a second one where two dates are compared */

  Element.prototype.buildMap = function () {
    var self = this, map = this.map;
    this.pen = document.createElement("canvas").getContext("2d");
    this.plate = new Plate(this, "");
    this.other = null;
    map.on("click", function () { self.select(null); });
    map.on("move zoom viewreset", function () { self.clip(); });
    var scale = L.Control.Scale.extend({
      _updateMetric: function (metres) {
        var round = this._getRoundNum(metres);
        var text = round < 1000 ? round + " " + self.word("map.metres") : round / 1000 + " " + self.word("map.km");
        this._updateScale(this._mScale, text, round / metres);
      }
    });
    this.scale = new scale({ imperial: false, position: "bottomleft" }).addTo(map);
    this.zoom = L.control.zoom({ position: "topright" }).addTo(map);
  };

  /* The plates on the screen. */
  Element.prototype.plates = function () {
    if (!this.plate) return [];
    return this.state.compare ? [this.plate, this.other].filter(Boolean) : [this.plate];
  };

  /* The layers that show one stop: each made once, in the order in which they lie over one another. */
  function Plate(owner, suffix) {
    this.element = owner;
    this.map = owner.map;
    this.record = owner.record;
    this.suffix = suffix;
    this.shown = {}; // unit -> what its layer shows now
    this.ruling = {}; // ruler -> the faces that it holds against the decree
    this.stop = owner.state.stop;
    this.build();
  }

  Plate.prototype.build = function () {
    var self = this, map = this.map, record = this.record;
    this.pane = this.suffix ? map.createPane("kz" + this.suffix) : map.getPane("overlayPane");
    var renderer = L.svg(this.suffix ? { pane: "kz" + this.suffix, padding: 0.6 } : { padding: 0.6 });
    function polygon(rings, css) {
      return L.polygon(rings, {
        renderer: renderer, stroke: false, fillOpacity: 1, interactive: false, smoothFactor: 0.4,
        className: css
      }).addTo(map);
    }
    function line(lines, css) {
      return L.polyline(lines, {
        renderer: renderer, interactive: false, smoothFactor: 0.4, className: css
      }).addTo(map);
    }
    function base(name, css) {
      (record.base[name] || []).forEach(function (item) {
        if (item.type === "MultiLineString") {
          line(item.arcs.map(function (arcs) { return record.arc(arcs[0]); }), css);
        } else polygon(record.rings(item), css);
      });
    }
    base("land", "kz-land");
    base("sea", "kz-water");
    this.units = {};
    Object.keys(record.byUnit).forEach(function (unit) {
      var drawn = record.byUnit[unit].some(function (version) { return version.geometry.arcs; });
      if (drawn) {
        var layer = L.polygon([], {
          renderer: renderer, stroke: false, fillOpacity: 1, smoothFactor: 0.4, className: "kz-unit",
          bubblingMouseEvents: false
        }).addTo(map);
        self.attach(layer, unit);
        self.units[unit] = layer;
      }
    });
    this.svg = renderer._container;
    this.svg.setAttribute("role", "group");
    this.hatches = {};
    record.rulers.forEach(function (ruler) {
      self.hatches[ruler] = polygon([], "kz-hatch");
      self.hatches[ruler].getElement().style.fill = "url(#" + self.hatchPattern(ruler) + ")";
    });
    record.faces.forEach(function (face) { if (face.water) polygon(face.rings, "kz-water"); });
    base("lakes", "kz-water");
    base("rivers", "kz-river");
    this.zones = {};
    record.zones.forEach(function (zone) {
      var layer = L.polygon(zone.rings, {
        renderer: renderer, fillOpacity: 1, smoothFactor: 0.4, className: "kz-zone " + zone.kind,
        bubblingMouseEvents: false
      }).addTo(map);
      self.attachZone(layer, zone);
      self.zones[zone.id] = layer;
      // A zone too small to be seen has a dot in its place.
      layer.dots = zone.rings.map(function (ring) {
        var dot = L.circleMarker(L.latLngBounds(ring).getCenter(), {
          renderer: renderer, radius: 5, className: "kz-zone kz-zone-dot", bubblingMouseEvents: false
        }).addTo(map);
        dot.ring = ring;
        self.attachZone(dot, zone);
        return dot;
      });
    });
    this.band = line([], "kz-band");
    this.ghost = line([], "kz-ghost");
    this.claim = line([], "kz-claim");
    this.lit = line([], "kz-lit");
    this.edges = record.borders.map(function (border) {
      return line(border.line, "kz-edge");
    });
    if (!this.suffix) {
      this.edges.forEach(function (edge, index) { edge.getElement().dataset.line = String(index); });
    }
    this.outline = line([], "kz-outline");
    this.points = {};
    Object.keys(record.byUnit).forEach(function (unit) {
      var version = record.byUnit[unit].filter(function (v) { return v.geometry.type === "Point"; })[0];
      if (!version) return;
      var at = version.geometry.coordinates;
      var layer = L.circleMarker(record.place(at[0], at[1]), {
        renderer: renderer, radius: 4.5, className: "kz-point", bubblingMouseEvents: false
      }).addTo(map);
      self.attach(layer, unit);
      self.points[unit] = layer;
    });
    this.towns = {};
    record.places.forEach(function (place) {
      self.towns[place.id] = L.circleMarker(record.place(place.point[0], place.point[1]), {
        renderer: renderer, radius: place.rank === 1 ? 2.6 : 2, interactive: false, className: "kz-town"
      }).addTo(map);
    });
    var pane = map.createPane("kz" + this.suffix + "-labels");
    pane.classList.add("kz-labels");
    pane.setAttribute("aria-hidden", "true");
    this.labelPane = pane;
    this.labels = {};
  };

  /* Put a pattern into the drawing and return its id; `draw` is the path of one cell of `size`. */
  Plate.prototype.pattern = function (name, size, turn, draw, css, stroke) {
    var id = "kz-" + name + this.suffix, svg = "http://www.w3.org/2000/svg";
    var pattern = document.createElementNS(svg, "pattern"), path = document.createElementNS(svg, "path");
    Object.entries({
      id: id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: "rotate(" + turn + ")"
    }).forEach(function (pair) { pattern.setAttribute(pair[0], pair[1]); });
    path.setAttribute("d", draw);
    path.setAttribute("class", css);
    if (stroke) path.style.stroke = stroke;
    pattern.appendChild(path);
    this.svg.insertBefore(pattern, this.svg.firstChild);
    return id;
  };

  Plate.prototype.hatchPattern = function (ruler) {
    return this.pattern("hatch-" + ruler, 9, 45, "M2 0V9", "kz-hatch-line", strong(ruler));
  };

  /* One cell of the hatching of each kind of zone: its size and its path. */
  var ZONE_CELLS = {
    dispute: [7, "M0 3.5H7M3.5 0V7"],
    contested: [5, "M2.5 0V5"],
    "shared-regime": [5, "M0 2.5H5"],
    "land-return": [6, "M2.2 3a.8 .8 0 1 0 1.6 0a.8 .8 0 1 0 -1.6 0"],
    unplaced: [8, "M4 0V8"]
  };

  function zoneCell(kind) {
    return ZONE_CELLS[kind] || ZONE_CELLS.contested;
  }

  /* Let a layer be chosen by pointer and by keyboard. */
  function choosable(layer, choose) {
    layer.on("click", choose);
    var path = layer.getElement();
    path.setAttribute("role", "button");
    path.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        choose(event);
      }
    });
    return path;
  }

  /* A unit's layer also says what it is. */
  Plate.prototype.attach = function (layer, unit) {
    var self = this;
    choosable(layer, function () { self.element.select(unit); }).dataset.unit = unit;
    layer.bindTooltip(function () { return self.element.tooltip(unit, self); }, { sticky: true, className: "kz-tooltip" });
  };

  Plate.prototype.attachZone = function (layer, zone) {
    var self = this, owner = this.element, id = this.patterned || {};
    this.patterned = id;
    if (!id[zone.kind]) {
      var cell = zoneCell(zone.kind);
      id[zone.kind] = this.pattern("zone-" + zone.kind, cell[0], 0, cell[1], "kz-zone-line");
    }
    var path = choosable(layer, function (event) {
      // What lies under a zone is chosen by a second click.
      var under = event.latlng && owner.state.zone === zone.id && self.unitAt(event.latlng);
      if (under) owner.select(under);
      else owner.select(null, zone.id);
    });
    // The dot is the pointer's only; by keyboard the zone itself is chosen.
    if (layer instanceof L.CircleMarker) {
      path.removeAttribute("role");
      path.setAttribute("tabindex", "-1");
    } else path.dataset.zone = zone.id;
    path.style.fill = "url(#" + id[zone.kind] + ")";
    layer.bindTooltip(function () {
      return element("div", {}, [
        element("strong", { text: owner.text(zone.title) }),
        element("span", { text: owner.word("card.zone_" + zone.kind) }),
        element("span", { text: owner.word("map.zone_note") })
      ]);
    }, { sticky: true, className: "kz-tooltip" });
  };

  Plate.prototype.unitAt = function (place) {
    var self = this;
    return Object.keys(this.shown).filter(function (unit) { return contains(self.shown[unit].rings, place); })[0];
  };

  Plate.prototype.snapshot = function () {
    return this.record.snapshot(this.stop, this.element.state.view);
  };

  Element.prototype.nameOf = function (unit) {
    var version = this.snapshot().force[unit] || (this.record.byUnit[unit] || [])[0];
    return version ? this.text(version.name) : unit;
  };

  Element.prototype.tooltip = function (unit, plate) {
    var version = plate.snapshot().force[unit];
    var box = element("div", {});
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
  };

  /* ---- legend */

  Element.prototype.buildLegend = function () {
    var self = this;
    var control = L.control({ position: "bottomright" });
    control.onAdd = function () {
      self.legend = element("details", { class: "kz-legend" }, [element("summary", {}), element("div", {})]);
      // What it explains is written when it is opened: most steps are made with it shut.
      self.legend.firstChild.addEventListener("click", function () { self.explain(); });
      self.legend.addEventListener("toggle", function () { if (self.legend.open) self.explain(); });
      L.DomEvent.disableClickPropagation(self.legend);
      L.DomEvent.disableScrollPropagation(self.legend);
      return self.legend;
    };
    control.addTo(this.map);
  };

  Element.prototype.drawLegend = function () {
    var self = this, snapshot = this.snapshot(), plates = this.plates(), seen = {};
    var shown = plates.length ? plates.map(function (plate) { return plate.snapshot(); }) : [snapshot];
    var firsts = [];
    shown.forEach(function (other) {
      other.firsts.forEach(function (version) {
        if (seen[version.unit] || !self.record.home[version.unit] || self.isAbroad(version, other)) return;
        seen[version.unit] = true;
        firsts.push(version);
      });
    });
    var rulers = this.record.rulers.filter(function (ruler) {
      return plates.some(function (plate) { return plate.ruling[ruler]; });
    });
    if (this.legend.open) this.explain();
    var key = [snapshot.view, this.state.lang, rulers, firsts.map(function (v) { return v.id; })].join(" ");
    if (key === this.legendKey) return;
    this.legendKey = key;
    firsts.sort(function (a, b) { return self.text(a.label).localeCompare(self.text(b.label), self.state.lang); });
    var began = Boolean(snapshot.force[REPUBLIC]), decreed = snapshot.view === "de_jure", chips = [];
    // A chip that was there stays the same chip: most steps change few of them.
    function chip(make) {
      var id = Array.prototype.slice.call(arguments, 1).join(" ") + " " + self.state.lang;
      chips.push(self.chips[id] || (self.chips[id] = make()));
    }
    function word(name) { chip(function () { return element("b", { text: self.word(name) }); }, name); }
    word(began ? "map.legend_units" : "map.legend_units_before");
    firsts.forEach(function (version) {
      chip(function () {
        var node = element("button", { type: "button", title: self.text(version.name) }, [
          patch(colour(version.unit), began ? "" : "kz-pale"), element("span", { text: self.text(version.label) })
        ]);
        node.addEventListener("click", function () { self.select(version.unit); });
        return node;
      }, version.id, began);
    });
    if (rulers.length) word(decreed ? "map.legend_hatched" : "map.legend_claimed");
    rulers.forEach(function (ruler) {
      chip(function () {
        var node = patch(decreed ? "transparent" : strong(ruler), decreed ? "kz-hatched" : "kz-claimed");
        node.style.setProperty("--line", strong(ruler));
        return element("span", { class: "kz-ruler" }, [
          node, element("span", { text: self.text(self.record.byUnit[ruler][0].label) })
        ]);
      }, ruler, decreed);
    });
    fill(this.key, chips);
    this.key.setAttribute("aria-label", this.word("map.legend"));
    this.legend.firstChild.textContent = this.word("map.legend");
  };

  /* Give a parent these children and no others; what it has of them already is not touched. */
  function fill(parent, nodes) {
    Array.prototype.filter.call(parent.children, function (node) { return nodes.indexOf(node) < 0; })
      .forEach(function (node) { node.remove(); });
    nodes.forEach(function (node, i) {
      if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] || null);
    });
  }

  function patch(fill, css) {
    var node = element("i", { class: "kz-patch " + (css || "") });
    node.style.setProperty("--fill", fill);
    return node;
  }

  function stroke(css) {
    var node = element("i", { class: "kz-stroke" });
    node.innerHTML = '<svg width="30" height="9" aria-hidden="true"><path d="M1 4.5H29"/></svg>';
    node.querySelector("path").setAttribute("class", css);
    return node;
  }

  /* Write what the signs mean, and the switches that stand with them. */
  Element.prototype.explain = function () {
    var self = this, view = this.state.view, dates = this.plates().map(function (plate) { return plate.snapshot().date; });
    var zones = this.record.zones.filter(function (zone) {
      return dates.some(function (date) { return self.record.zonesAt(date).indexOf(zone) >= 0; });
    });
    var key = [
      view, this.state.lang, this.documented, this.witnessing, this.zonesShown, zones.map(function (zone) { return zone.id; })
    ].join(" ");
    if (key === this.explained) return;
    this.explained = key;
    var box = element("div", {});
    function heading(word) { box.appendChild(element("h2", { text: self.word(word) })); }
    function row(swatch, text) {
      box.appendChild(element("p", {}, [swatch, element("span", { text: text })]));
    }
    function check(name, word, on, change) {
      var input = element("input", { type: "checkbox" });
      input.checked = on;
      input.addEventListener("change", function () { change(input.checked); });
      var label = element("label", { class: "kz-check kz-" + name }, [input, element("span", { text: self.word(word) })]);
      box.appendChild(label);
      return label;
    }
    row(patch("var(--c-out)"), this.word("map.legend_outside"));
    heading("map.zones");
    check("zones", "map.zones_show", this.zonesShown, function (on) { self.zonesShown = on; self.set({}); });
    zones.forEach(function (zone) {
      var chip = element("button", { type: "button", class: "kz-zone-chip" }, [
        zonePatch(zone.kind), element("span", { text: self.text(zone.title) })
      ]);
      chip.addEventListener("click", function () { self.select(null, zone.id); });
      box.appendChild(chip);
    });
    if (!zones.length) box.appendChild(element("p", { text: this.word("map.zones_none") }));
    heading("map.legend_lines");
    row(stroke("kz-edge republic solid"), this.word("map.line_republic"));
    if (view === "de_facto") row(stroke("kz-claim"), this.word("map.line_claim"));
    row(stroke("kz-edge gubernia solid"), this.word("map.line_gubernia"));
    row(stroke("kz-edge uezd solid"), this.word("map.line_uezd"));
    heading("map.legend_evidence");
    ["solid", "dashed", "dotted", "guess"].forEach(function (kind) {
      row(stroke("kz-edge gubernia " + kind), self.word("map.evidence_" + kind));
    });
    check("documented-only", "map.documented", this.documented, function (on) { self.documented = on; self.set({}); });
    if (this.options.witnesses) {
      check("witnesses", "map.witnesses", this.witnessing, function (on) { self.showWitnesses(on); })
        .appendChild(element("small", { text: self.word("map.witnesses_note") }));
    }
    row(stroke("kz-ghost"), this.word("map.line_ghost"));
    row(element("i", { class: "kz-ring" }), this.word("map.not_recovered"));
    row(element("i", { class: "kz-stroke kz-other-sample" }), this.word("map.other_date"));
    if (this.options.tiles) {
      check("tiles", "map.tiles", Boolean(this.tileLayer), function (on) { self.showTiles(on); })
        .appendChild(element("small", { text: self.word("map.tiles_note") }));
    }
    var focused = this.legend.contains(document.activeElement) && document.activeElement.parentNode.className;
    this.legend.replaceChild(box, this.legend.lastChild);
    // Filled anew under the reader's hand, the legend gives the hand back its place.
    var again = focused && this.legend.getElementsByClassName(focused)[0];
    if (again && again.querySelector("input")) again.querySelector("input").focus();
  };

  /* A piece of a zone's hatching, for the legend. */
  function zonePatch(kind) {
    var cell = zoneCell(kind), node = element("i", { class: "kz-stroke kz-zone-patch" }), size = cell[0], paths = "";
    for (var x = 0; x < 30; x += size) {
      for (var y = 0; y < 12; y += size) {
        paths += '<path class="kz-zone-line" transform="translate(' + x + " " + y + ')" d="' + cell[1] + '"/>';
      }
    }
    node.innerHTML = '<svg width="30" height="12" aria-hidden="true">' + paths + "</svg>";
    return node;
  }

  Element.prototype.showTiles = function (on) {
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
  };

  /* ---- the places that prove the border: asked for when they are first wanted */

  Element.prototype.showWitnesses = function (on) {
    var self = this;
    this.witnessing = on;
    if (!on || this.witnesses) return this.drawWitnesses();
    fetch(this.options.witnesses).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then(function (told) {
      if (self.witnesses) return;
      var pane = self.map.createPane("kz-witnesses");
      pane.style.zIndex = 450; // over the land, under its names
      var renderer = L.svg({ pane: "kz-witnesses", padding: 0.6 });
      self.witnesses = told.witnesses.map(function (witness) {
        var mark = L.circleMarker([witness.at[1], witness.at[0]], {
          renderer: renderer, pane: "kz-witnesses", radius: 4, bubblingMouseEvents: false, className: "kz-witness"
        });
        mark.bindPopup(function () { return self.witnessWords(witness); }, {
          className: "kz-witness-words", maxWidth: 300, autoPanPadding: [12, 12]
        });
        mark.bindTooltip(witness.name, { className: "kz-tooltip", direction: "top" });
        return Object.assign({ mark: mark }, witness);
      });
      self.drawWitnesses();
    }).catch(function () { self.live.textContent = self.word("map.witnesses_failed"); });
  };

  /* Show the witnesses that speak of the day; those of another time, and rejected ones, are hollow. */
  Element.prototype.drawWitnesses = function () {
    if (!this.witnesses) return;
    var self = this, snapshot = this.snapshot();
    this.witnesses.forEach(function (witness) {
      var span = witness.spans.find(function (span) {
        return span.view === snapshot.view && span.valid_from <= snapshot.date && snapshot.date < span.valid_to;
      });
      var on = self.witnessing && Boolean(span || (witness.status === "rejected" && !witness.spans.length));
      if (on !== self.map.hasLayer(witness.mark)) {
        if (on) witness.mark.addTo(self.map); else witness.mark.remove();
      }
      if (on) {
        witness.mark.getElement().classList.toggle("carried", Boolean(span && span.carried));
        witness.mark.getElement().classList.toggle("rejected", witness.status === "rejected");
      }
    });
  };

  Element.prototype.witnessWords = function (witness) {
    var self = this, box = element("div", { lang: this.state.lang });
    function line(tag, text, attributes) {
      if (text) box.appendChild(element(tag, Object.assign({ text: text }, attributes)));
    }
    var unit = this.record.byUnit[witness.unit], carried = {};
    var about = [this.word("map.witness_by", { date: witness.from })];
    if (witness.km !== null) about.push(this.word("map.witness_km", { km: witness.km }));
    line("strong", witness.name);
    line("p", (unit ? this.text(unit[0].name) : witness.unit) + (witness.volost ? " · " + witness.volost : ""));
    line("p", about.join(", "), { class: "kz-soft" });
    line("blockquote", witness.quote, { lang: "" });
    var cite = element("cite", {});
    if (witness.url) {
      var link = element("a", { href: witness.url, target: "_blank", rel: "noopener noreferrer", text: witness.source });
      cite.appendChild(link);
    } else cite.textContent = witness.source;
    cite.append(", " + witness.locator);
    box.appendChild(cite);
    witness.spans.forEach(function (span) { if (span.carried) carried[span.carried] = true; });
    Object.keys(carried).forEach(function (way) { line("p", self.word("map.witness_" + way), { class: "kz-soft" }); });
    if (witness.status === "rejected") line("p", this.word("map.witness_rejected"), { class: "kz-soft" });
    return box;
  };

  /* ---- words */

  /* Give a control its name, where it has another. */
  function name(node, text) {
    if (node.title !== text) { node.title = text; node.setAttribute("aria-label", text); }
  }

  Element.prototype.speakSwitches = function () {
    var self = this;
    ["view", "level"].forEach(function (key) {
      var group = self.switches[key];
      group.querySelector("legend").textContent = self.word("map." + key);
      group.querySelectorAll("label").forEach(function (label) {
        label.querySelector("span").textContent = self.word("map." + key + "_" + label.querySelector("input").value);
      });
    });
    this.compareButton.textContent = this.word("map.compare_short");
    name(this.compareButton, this.word("map.compare"));
  };

  /* Say everything that the language alone decides. */
  Element.prototype.speak = function () {
    var self = this;
    this.root.lang = document.documentElement.lang = this.state.lang;
    this.speakSwitches();
    name(this.previous, this.word("map.previous"));
    name(this.next, this.word("map.next"));
    name(this.speed, this.word("map.speed"));
    this.compareWord.textContent = this.word("map.compare_with");
    // A hollow tick is a date that some source gives to an event of another day.
    this.otherTicks.forEach(function (tick) {
      var event = self.record.stops[tick.stop].events.filter(function (event) { return event.id === tick.other.event; })[0];
      tick.node.title = self.dateWords(tick.other.date) + " → " + self.dateWords(self.record.stops[tick.stop].date) + ". " +
        self.text(event.title) + ". " + self.text(tick.other.reading);
    });
    name(this.compareClose, this.word("map.compare_close"));
    this.divider.setAttribute("aria-label", this.word("map.divider"));
    this.compareSelect.replaceChildren.apply(this.compareSelect, this.record.stops.map(function (stop) {
      return element("option", { value: stop.date, text: self.dateWords(stop.date) + " · " + self.text(stop.events[0].tick) });
    }));
    this.attribution.textContent = this.word("map.attribution");
    this.timeline.setAttribute("aria-label", this.word("map.timeline"));
    this.range.setAttribute("aria-label", this.word("map.timeline"));
    this.map.getContainer().setAttribute("aria-label", this.word("map.map"));
    this.map.getContainer().setAttribute("role", "region");
    var zoom = this.zoom.getContainer().children;
    name(zoom[0], this.word("map.zoom_in"));
    name(zoom[1], this.word("map.zoom_out"));
    this.scale._update();
    this.spoken = this.state.lang;
  };

  /* Say what belongs to the stop and to the switches. */
  Element.prototype.announce = function () {
    var self = this, state = this.state, stop = this.record.stops[state.stop];
    if (this.spoken !== state.lang) this.speak();
    ["view", "level"].forEach(function (key) {
      self.switches[key].querySelectorAll("input").forEach(function (input) {
        input.checked = input.value === String(state[key]);
      });
    });
    name(this.play, this.word(this.timer ? "map.pause" : "map.play"));
    this.play.firstChild.textContent = this.timer ? "❚❚" : "▶";
    this.speed.firstChild.textContent = [1, 2, 4][this.pace] + "×";
    this.previous.disabled = state.stop === 0;
    this.next.disabled = state.stop === this.record.stops.length - 1;
    var date = this.dateWords(stop.date);
    var titles = stop.events.map(function (event) { return self.text(event.title); });
    this.captionDate.textContent = date;
    this.captionTitle.textContent = titles[0] + (titles.length > 1 ? " (+" + (titles.length - 1) + ")" : "");
    this.caption.title = titles.join("\n");
    this.range.value = String(state.stop);
    this.range.setAttribute("aria-valuetext", date + ". " + titles.join(". "));
    if (this.tickNow) this.tickNow.classList.remove("now");
    this.tickNow = this.ticks[state.stop];
    this.tickNow.classList.add("now");
    this.yearButtons.forEach(function (button) {
      var pressed = String(button.textContent === stop.date.slice(0, 4));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    });
    this.announceCompare();
  };

  /* ---- moving */

  Element.prototype.go = function (stop) {
    this.set({ stop: Math.max(0, Math.min(this.record.stops.length - 1, stop)) });
  };

  Element.prototype.set = function (changes) {
    var self = this, before = this.state;
    this.state = Object.assign({}, before, changes);
    this.rest();
    if (this.frame) {
      this.late = true;
      return;
    }
    // Drawn at once, so that the next frame has it; what else comes before that frame is drawn in it, the newest
    // state alone: a held key cannot run ahead of the screen.
    this.frame = requestAnimationFrame(function () {
      self.frame = null;
      if (self.late) self.redraw();
    });
    this.redraw();
    if (this.state.lang !== before.lang || this.state.level !== before.level) this.ahead();
  };

  Element.prototype.redraw = function () {
    this.late = false;
    this.announce();
    this.draw();
  };

  Element.prototype.rest = function () {
    var self = this;
    clearTimeout(this.resting);
    this.resting = setTimeout(function () { self.tell(); }, REST_MS);
  };

  Element.prototype.tell = function () {
    clearTimeout(this.resting);
    var state = this.state, stop = this.record.stops[state.stop];
    var titles = stop.events.map(function (event) { return this.text(event.title); }, this);
    var said = this.dateWords(stop.date) + ". " + titles.join(". ");
    if (state.unit && !this.snapshot().force[state.unit]) said += ". " + this.word("map.absent");
    if (state.zone && !this.record.zonesAt(stop.date).some(function (zone) { return zone.id === state.zone; })) {
      said += ". " + this.word("map.absent_zone");
    }
    if (this.live.textContent !== said) this.live.textContent = said;
    var report = this.reportOf(state);
    var key = JSON.stringify(report);
    if (key === this.told) return;
    this.told = key;
    if (this.options.report) this.options.report(report);
  };

  Element.prototype.reportOf = function (state) {
    return {
      date: this.record.stops[state.stop].date, view: state.view, level: state.level, unit: state.unit,
      zone: state.zone, compare: state.compare, point: state.point, serial: state.serial
    };
  };

  /* Choose a unit, or a zone, or nothing. */
  Element.prototype.select = function (unit, zone) {
    if (unit === this.state.unit && (zone || null) === this.state.zone) return;
    this.state.unit = unit;
    this.state.zone = zone || null;
    // Told before it is drawn: the card comes from afar.
    this.tell();
    this.plates().forEach(function (plate) {
      plate.drawSelection();
      plate.label();
    });
  };

  /* A word from outside: go to a date, a view, a unit, a language. Each serial number counts once. */
  Element.prototype.command = function (command) {
    if (command.serial <= this.state.serial) return;
    var changes = { serial: command.serial };
    ["view", "level", "lang"].forEach(function (key) {
      if (command[key] !== undefined && command[key] !== null) changes[key] = command[key];
    });
    ["unit", "zone"].forEach(function (key) {
      if (command[key] !== undefined) changes[key] = command[key];
    });
    if (changes.unit) changes.zone = null;
    else if (changes.zone) changes.unit = null;
    if (command.compare !== undefined) changes.compare = this.stopDate(command.compare);
    if (command.guests !== undefined) this.drawGuests(command.guests);
    if (command.pick !== undefined) this.root.classList.toggle("kz-pick", Boolean(command.pick));
    if (command.point !== undefined) {
      changes.point = command.point;
      this.drawPoint(command.point);
    }
    if (command.embed !== undefined) this.root.classList.toggle("kz-embed", Boolean(command.embed));
    if (command.date) changes.stop = this.record.stopAt(command.date);
    this.stopPlaying();
    this.set(changes);
    // Whoever gave the command knows the state that it leads to.
    clearTimeout(this.resting);
    var next = Object.assign({}, this.state, changes);
    this.told = JSON.stringify(this.reportOf(next));
    if (command.show) this.show(next.unit, next.zone);
  };

  /* Where a click chooses a point, it does not choose the unit under it. */
  Element.prototype.listenToPicks = function () {
    var self = this, map = this.map;
    map.getContainer().addEventListener("click", function (event) {
      if (!self.root.classList.contains("kz-pick") || map.dragging.moved()) return;
      if (event.target.closest(".leaflet-control, .kz-swipe")) return;
      event.stopPropagation();
      var at = map.mouseEventToLatLng(event);
      self.state.point = [Number(at.lng.toFixed(4)), Number(at.lat.toFixed(4))];
      self.drawPoint(self.state.point);
      self.tell();
    }, true);
  };

  /* Mark the chosen point, and bring it into sight. */
  Element.prototype.drawPoint = function (point) {
    if (this.picked) this.picked.remove();
    this.picked = null;
    if (!point) return;
    var at = L.latLng(point[1], point[0]), cross = element("span", { class: "kz-cross" });
    this.picked = L.marker(at, {
      icon: L.divIcon({ html: cross, className: "kz-picked", iconSize: [22, 22] }), interactive: false, keyboard: false
    }).addTo(this.map);
    this.map.panInside(at, { padding: [40, 40], animate: false });
  };

  /* Draw a reader's own points and areas over the map, for as long as he is here. */
  Element.prototype.drawGuests = function (guests) {
    var self = this, key = JSON.stringify(guests);
    if (key === this.guestKey) return;
    this.guestKey = key;
    if (this.guests) this.guests.remove();
    this.guests = null;
    if (!guests.length) return;
    if (!this.map.getPane("kz-guests")) this.map.createPane("kz-guests").style.zIndex = 460;
    var renderer = L.svg({ pane: "kz-guests", padding: 0.6 });
    this.guests = L.geoJSON(guests.map(function (guest) {
      return { type: "Feature", geometry: guest.geometry, properties: { label: guest.label } };
    }), {
      pane: "kz-guests",
      style: function (feature) {
        var point = /Point$/.test(feature.geometry.type);
        return { renderer: renderer, className: "kz-guest " + (point ? "point" : "area"), interactive: point };
      },
      pointToLayer: function (feature, place) { return L.circleMarker(place, { radius: 5 }); },
      onEachFeature: function (feature, layer) {
        var label = feature.properties.label;
        if (label) layer.bindTooltip(function () { return element("span", { text: label }); }, { className: "kz-tooltip" });
        // A point lies over its unit and leaves the click to it.
        layer.on("click", function (event) {
          var original = event.originalEvent;
          L.DomEvent.stop(event);
          var under = document.elementsFromPoint(original.clientX, original.clientY).filter(function (node) {
            return node.dataset && node.dataset.unit;
          })[0];
          self.select(under ? under.dataset.unit : null);
        });
      }
    }).addTo(this.map);
  };

  /* Bring a unit or a zone into sight if it is not. */
  Element.prototype.show = function (unit, zone) {
    var version = unit && this.snapshot().force[unit];
    var area = zone && this.record.zones.filter(function (other) { return other.id === zone; })[0];
    if (!version && !area) return;
    var bounds = L.latLngBounds(area ? [].concat.apply([], area.rings)
      : version.geometry.type === "Point"
        ? [this.record.place(version.geometry.coordinates[0], version.geometry.coordinates[1])]
        : [].concat.apply([], this.record.ringsOf(version)));
    if (bounds.isValid() && !this.map.getBounds().contains(bounds)) {
      this.map.fitBounds(bounds, { maxZoom: Math.max(this.map.getZoom(), 6), padding: [30, 30] });
    }
  };

  Element.prototype.snapshot = function () {
    return this.record.snapshot(this.state.stop, this.state.view);
  };

  Element.prototype.isAbroad = function (version, snapshot) {
    return snapshot.force[REPUBLIC] !== undefined && snapshot.top(version) !== REPUBLIC;
  };

  Element.prototype.draw = function () {
    var stop = this.state.stop, compare = this.state.compare;
    this.root.classList.toggle("kz-documented", this.documented);
    this.drawCompare();
    this.plate.draw(stop);
    if (compare) this.other.draw(this.record.stopAt(compare));
    if (this.witnessing) this.drawWitnesses();
    var line = this.line;
    if (line) {
      this.showLine(this.isTold(line.plate, line.index) ? line.plate : null, line.index, line.place);
      if (this.line) this.line.held = line.held;
    }
    this.drawLegend();
  };

  /* ---- drawing a stop: only what differs from what is shown is touched */

  Plate.prototype.draw = function (stop) {
    this.stop = stop;
    var self = this, record = this.record, snapshot = this.snapshot(), state = this.element.state, level = state.level;
    var law = record.snapshot(stop, "de_jure"), fact = record.snapshot(stop, "de_facto");
    var owner = this.element, documented = owner.documented;
    var named = owner.word("map.units") + (state.compare ? ", " + owner.dateWords(snapshot.date) : "");
    if (this.named !== named) { this.named = named; this.svg.setAttribute("aria-label", named); }
    var tiles = level === 1 ? snapshot.firsts : snapshot.tiles;
    var now = {};
    tiles.forEach(function (version) {
      var top = snapshot.top(version);
      var first = firstOver(version, snapshot.view, snapshot.force);
      var claimed = snapshot.view === "de_facto" && law.force[REPUBLIC] && top !== REPUBLIC &&
        version.level > 0 && law.force[version.unit] && law.top(law.force[version.unit]) === REPUBLIC;
      var fill, css;
      if (top === REPUBLIC) { fill = colour(first); css = "in t" + (level === 2 ? tint(version.unit) : 1); }
      else if (claimed) { fill = strong(top); css = "claimed t" + tint(version.unit); }
      else if (record.home[first]) { fill = colour(first); css = "home t" + tint(version.unit); }
      else { fill = colour(top); css = "out"; }
      now[version.unit] = { version: version, rings: record.shapeOf(version, level), fill: fill, css: css };
    });
    Object.keys(this.units).forEach(function (unit) {
      var want = now[unit], have = self.shown[unit], layer = self.units[unit], path = layer.getElement();
      if (!want) {
        if (!have && path.style.display === "none") return;
        path.style.display = "none";
        path.removeAttribute("tabindex");
        layer.closeTooltip();
        delete self.shown[unit];
        return;
      }
      if (!have || have.rings !== want.rings) layer.setLatLngs(want.rings);
      if (!have || have.css !== want.css) {
        path.setAttribute("class", "leaflet-interactive kz-unit " + want.css + (unit === self.marked ? " chosen" : ""));
      }
      if (!have || have.fill !== want.fill) path.style.fill = want.fill;
      if (!have) { path.style.display = ""; path.setAttribute("tabindex", "0"); }
      var name = owner.text(want.version.name);
      if (path.getAttribute("aria-label") !== name) path.setAttribute("aria-label", name);
      if (!have || have.version !== want.version) path.dataset.version = want.version.id;
      self.shown[unit] = want;
    });
    var present = {};
    snapshot.points.forEach(function (version) { present[version.unit] = version; });
    Object.keys(this.points).forEach(function (unit) {
      var path = self.points[unit].getElement(), version = level === 2 && present[unit];
      path.style.display = version ? "" : "none";
      if (!version) return path.removeAttribute("tabindex");
      path.setAttribute("tabindex", "0");
      path.setAttribute("aria-label", owner.text(version.name) + ", " + owner.word("map.not_recovered"));
      path.dataset.version = version.id;
    });
    // Lines: drawn once each; a stop changes only their rank.
    var bandLines = [], claimLines = [];
    this.edges.forEach(function (edge, index) {
      var border = record.borders[index], rank = snapshot.ranks[index];
      if (level === 1 && rank.indexOf("uezd") === 0) rank = "none";
      var css = "kz-edge " + rank + " " + evidence(border);
      if (edge.css !== css) { edge.css = css; edge.getElement().setAttribute("class", css); }
      if (rank === "none" || (documented && border.basis === "conjecture")) return;
      if (rank === "republic") {
        var a = border.sides[0], b = border.sides[1];
        if ((snapshot.topOf[a] === REPUBLIC) !== (snapshot.topOf[b] === REPUBLIC)) bandLines.push(index);
      }
      if (snapshot.view === "de_facto" && law.ranks[index] === "republic" && fact.ranks[index] !== "republic") {
        claimLines.push(index);
      }
    });
    function lines(layer, numbers) {
      var key = numbers.join();
      if (layer.key === key) return;
      layer.key = key;
      layer.setLatLngs(numbers.map(function (number) { return record.borders[number].line; }));
    }
    lines(this.band, bandLines);
    lines(this.claim, claimLines);
    // Two dates beside each other say more than the line of the day before.
    lines(this.ghost, state.compare ? [] : record.ghostsAt(snapshot.date, snapshot.view, level).filter(function (number) {
      return !documented || record.borders[number].basis !== "conjecture";
    }));
    this.drawHatches(law, fact);
    this.drawZones(snapshot.date);
    this.drawSelection();
    if (!this.suffix) owner.drawLineStop();
    if (!owner.bare) this.label();
  };

  /* Zones are no units: they are there between two days, and only if the reader wants them. */
  Plate.prototype.drawZones = function (date) {
    var self = this, owner = this.element, there = {};
    if (owner.zonesShown) this.record.zonesAt(date).forEach(function (zone) { there[zone.id] = true; });
    this.record.zones.forEach(function (zone) {
      var layer = self.zones[zone.id], path = layer.getElement(), shown = Boolean(there[zone.id]);
      if (layer.there !== shown) {
        layer.there = shown;
        path.style.display = shown ? "" : "none";
        if (shown) path.setAttribute("tabindex", "0");
        else {
          path.removeAttribute("tabindex");
          layer.closeTooltip();
        }
        self.drawDots(layer);
      }
      var name = owner.text(zone.title);
      if (path.getAttribute("aria-label") !== name) path.setAttribute("aria-label", name);
    });
  };

  Plate.prototype.drawDots = function (layer) {
    var map = this.map;
    layer.dots.forEach(function (dot) {
      if (dot.zoom !== map.getZoom()) {
        dot.zoom = map.getZoom();
        var size = L.bounds(dot.ring.map(function (place) { return map.project(place); })).getSize();
        dot.small = Math.max(size.x, size.y) < 20;
      }
      dot.getElement().style.display = layer.there && dot.small ? "" : "none";
    });
  };

  /* Where decree and rule part: hatched in the colour of who ruled. */
  Plate.prototype.drawHatches = function (law, fact) {
    var self = this, byRuler = {};
    if (law.force[REPUBLIC]) {
      law.topOf.forEach(function (top, face) {
        var ruler = fact.topOf[face];
        if (top === REPUBLIC && ruler && ruler !== REPUBLIC) (byRuler[ruler] = byRuler[ruler] || []).push(face);
      });
    }
    this.record.rulers.forEach(function (ruler) {
      var faces = this.element.state.view === "de_jure" && byRuler[ruler] || [], key = faces.join(), layer = self.hatches[ruler];
      if ((layer.key || "") === key) return;
      layer.key = key;
      layer.setLatLngs([].concat.apply([], faces.map(function (face) { return self.record.faces[face].rings; })));
    }, this);
    this.ruling = byRuler;
  };

  Plate.prototype.drawSelection = function () {
    var unit = this.element.state.unit, zone = this.element.state.zone, version = unit && this.snapshot().force[unit];
    var rings = version ? this.record.ringsOf(version) : NONE;
    if (this.outline.rings !== rings) {
      this.outline.rings = rings;
      this.outline.setLatLngs(rings);
    }
    if (this.marked !== unit) {
      this.mark(this.marked, false);
      this.mark(unit, true);
      this.marked = unit;
    }
    if (this.markedZone !== zone) {
      this.markZone(this.markedZone, false);
      this.markZone(zone, true);
      this.markedZone = zone;
    }
  };

  function mark(layer, chosen) {
    if (!layer) return;
    var path = layer.getElement();
    path.classList.toggle("chosen", chosen);
    if (chosen) path.setAttribute("aria-pressed", "true");
    else path.removeAttribute("aria-pressed");
  }

  Plate.prototype.markZone = function (zone, chosen) {
    var layer = this.zones[zone];
    if (layer) [layer].concat(layer.dots).forEach(function (part) { mark(part, chosen); });
  };

  Plate.prototype.mark = function (unit, chosen) {
    mark(this.units[unit], chosen);
    mark(this.points[unit], chosen);
  };

  /* ---- what a stretch of border rests on */

  /* Whether a stretch is on the map as a border, so that there is something to tell. */
  Element.prototype.isTold = function (plate, index) {
    var border = this.record.borders[index], rank = plate.snapshot().ranks[index];
    if (border.frame || rank === "none" || rank === "edge") return false;
    if (this.state.level === 1 && rank.indexOf("uezd") === 0) return false;
    return !(this.documented && border.basis === "conjecture");
  };

  /* What is said of a stretch: a heading, then line by line. */
  Element.prototype.evidenceOf = function (plate, index) {
    var self = this, record = this.record, border = record.borders[index], snapshot = plate.snapshot();
    var rank = snapshot.ranks[index].split(" ");
    var holders = this.state.level === 1 ? snapshot.firstOf : snapshot.tileOf;
    var names = border.sides.map(function (face) {
      var version = snapshot.force[holders[face]];
      return version && self.text(version.label);
    }).filter(function (name, i, all) { return name && all.indexOf(name) === i; });
    var method = record.methods[border.method];
    var sources = method.sources.map(function (source) {
      var own = source === "inference" || source === "general-knowledge";
      return own ? self.word("card.source_" + source) : record.sources[source];
    });
    var kind = rank[0] === "republic" && rank[1] ? "ruler" : rank[0];
    return [names.join(" – ") || this.word("map.stretch_coast")].concat([
      this.word("map.stretch_" + kind),
      this.word("map.rests_on", {
        basis: this.word("card.basis_" + border.basis), certainty: this.word("card.certainty_" + border.certainty)
      }),
      this.word("map.accuracy", { km: border.km }),
      this.word("map.drawn_as", { method: this.text(method.title) }),
      this.word("map.drawn_from", { sources: sources.join("; ") })
    ]);
  };

  /* Show what a stretch rests on, at a place on it; without a plate show none. */
  Element.prototype.showLine = function (plate, index, place) {
    this.plates().forEach(function (other) {
      var lit = other === plate ? index : null;
      if (other.litLine === lit) return;
      other.litLine = lit;
      other.lit.setLatLngs(lit === null ? [] : other.record.borders[lit].line);
    });
    this.root.classList.toggle("kz-on-line", Boolean(plate));
    this.line = plate ? { plate: plate, index: index, place: place } : null;
    this.lineTip.hidden = !plate;
    if (!plate) return;
    var said = this.evidenceOf(plate, index), key = said.join("\n");
    if (this.lineSaid !== key) {
      this.lineSaid = key;
      this.lineTip.replaceChildren.apply(this.lineTip, said.map(function (text, i) {
        return element(i ? "span" : "strong", { text: text });
      }));
    }
    this.placeLine();
  };

  /* Put what is said of a stretch beside its place, and wholly inside the map. */
  Element.prototype.placeLine = function () {
    if (!this.line) return;
    var at = this.map.latLngToContainerPoint(this.line.place), size = this.map.getSize(), tip = this.lineTip, gap = 14;
    var w = tip.offsetWidth, h = tip.offsetHeight;
    var x = at.x + gap + w <= size.x ? at.x + gap : at.x - gap - w >= 0 ? at.x - gap - w : (size.x - w) / 2;
    // Where there is no room beside it, above or below the finger.
    var beside = x > at.x || x + w < at.x;
    var y = beside ? at.y - h / 2 : at.y - gap - h >= 0 ? at.y - gap - h : at.y + gap;
    y = Math.max(2, Math.min(y, size.y - h - 2));
    tip.style.transform = "translate(" + Math.round(x) + "px," + Math.round(y) + "px)";
  };

  /* The stretch nearest to a point of the map's window, if one is near enough. */
  Element.prototype.lineNear = function (at, reach) {
    var self = this, point = this.map.containerPointToLayerPoint(at), best = null;
    var plate = this.state.compare && at.x > this.map.getSize().x * this.share / 100 ? this.other : this.plate;
    plate.edges.forEach(function (edge, index) {
      if (!self.isTold(plate, index)) return;
      var box = edge._pxBounds;
      if (!box || point.x < box.min.x - reach || point.x > box.max.x + reach ||
          point.y < box.min.y - reach || point.y > box.max.y + reach) return;
      var nearest = edge.closestLayerPoint(point);
      if (nearest && nearest.distance <= reach && (!best || nearest.distance < best.distance)) {
        best = { plate: plate, index: index, distance: nearest.distance };
      }
    });
    return best;
  };

  /* The pointer is only listened to: a press near a line goes to the unit under it as it does elsewhere. */
  Element.prototype.listenToLines = function () {
    var self = this, map = this.map, container = map.getContainer(), waiting = null;
    function look(event, reach) {
      if (event.target.closest(".leaflet-control") || (event.buttons && event.pointerType === "mouse")) {
        return self.showLine(null);
      }
      var at = map.mouseEventToContainerPoint(event), found = self.lineNear(at, reach);
      if (found) self.showLine(found.plate, found.index, map.containerPointToLatLng(at));
      else if (self.line) self.showLine(null);
    }
    container.addEventListener("pointermove", function (event) {
      if (event.pointerType !== "mouse") return;
      if (!waiting) requestAnimationFrame(function () { var last = waiting; waiting = null; look(last, 5); });
      waiting = event;
    });
    container.addEventListener("pointerleave", function () { if (self.line) self.showLine(null); });
    container.addEventListener("click", function (event) {
      if (event.pointerType && event.pointerType !== "mouse") look(event, 14);
    }, true);
    map.on("move zoomend", function () { self.placeLine(); });
    map.on("movestart zoomstart", function () { if (self.line && !self.line.held) self.showLine(null); });
  };

  /* By keyboard the stretches are one stop; the arrows go from one to the next. The map listens for all of
   * them: a browser lets the keyboard come to every shape that listens for itself. */
  Element.prototype.listenToKeys = function () {
    var self = this, container = this.map.getContainer();
    function lineOf(node) {
      return node && node.dataset && node.dataset.line !== undefined ? Number(node.dataset.line) : null;
    }
    container.addEventListener("focusin", function (event) {
      var index = lineOf(event.target), order = index === null ? [] : self.lineOrder();
      if (index === null) return;
      // The reader who comes from elsewhere begins with the chosen unit's own border.
      if (lineOf(event.relatedTarget) === null && order.length && order.indexOf(index) < 0) {
        return self.focusLine(order[0]);
      }
      event.target.setAttribute("aria-label", self.evidenceOf(self.plate, index).join(". "));
      self.showLine(self.plate, index, self.middleOf(index));
      self.line.held = true;
    });
    container.addEventListener("focusout", function () { if (self.line && self.line.held) self.showLine(null); });
    container.addEventListener("keydown", function (event) {
      var index = lineOf(event.target);
      var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (index === null || !step) return;
      event.preventDefault();
      event.stopPropagation();
      var order = self.lineOrder(), at = order.indexOf(index);
      if (order.length) self.focusLine(order[(Math.max(at, step > 0 ? -1 : 0) + step + order.length) % order.length]);
    });
  };

  Element.prototype.middleOf = function (index) {
    var line = this.record.borders[index].line;
    return line[Math.floor(line.length / 2)];
  };

  /* The stretches in the arrows' order, from west to east: the chosen unit's, or all. */
  Element.prototype.lineOrder = function () {
    var self = this, plate = this.plate, record = this.record, bounds = this.map.getBounds();
    var faces = {}, version = this.state.unit && plate.snapshot().force[this.state.unit];
    if (version) {
      var holders = version.level === 1 && !version.faces ? plate.snapshot().firstOf : plate.snapshot().tileOf;
      holders.forEach(function (unit, face) { if (unit === version.unit) faces[face] = true; });
    }
    var some = Object.keys(faces).length > 0;
    return record.borders.map(function (_, index) { return index; }).filter(function (index) {
      var sides = record.borders[index].sides;
      return self.isTold(plate, index) && (some ? Boolean(faces[sides[0]]) !== Boolean(faces[sides[1]])
        : bounds.contains(self.middleOf(index)));
    }).sort(function (a, b) { return self.middleOf(a).lng - self.middleOf(b).lng; });
  };

  Element.prototype.focusLine = function (index) {
    var path = this.plate.edges[index].getElement();
    this.moveLineStop(index);
    path.focus({ preventScroll: true });
  };

  /* Exactly one stretch takes the keyboard's focus. */
  Element.prototype.moveLineStop = function (index) {
    if (this.lineStop === index) return;
    var path = this.lineStop !== undefined && this.plate.edges[this.lineStop].getElement();
    if (path) ["tabindex", "role", "aria-label"].forEach(function (key) { path.removeAttribute(key); });
    this.lineStop = index;
    if (index === undefined) return;
    path = this.plate.edges[index].getElement();
    path.setAttribute("role", "img");
    path.setAttribute("tabindex", "0");
    path.setAttribute("aria-label", this.word("map.lines"));
  };

  Element.prototype.drawLineStop = function () {
    var self = this;
    if (this.lineStop !== undefined && this.isTold(this.plate, this.lineStop)) return;
    var first = this.record.borders.findIndex(function (_, index) { return self.isTold(self.plate, index); });
    this.moveLineStop(first < 0 ? undefined : first);
  };

  /* ---- two dates beside each other */

  Element.prototype.stopDate = function (date) {
    return date ? this.record.stops[this.record.stopAt(date)].date : null;
  };

  /* The date to compare with when none is named: the last one, or from there the first. */
  Element.prototype.otherDate = function () {
    var stops = this.record.stops, last = stops.length - 1;
    return stops[this.state.stop === last ? 0 : last].date;
  };

  Element.prototype.compareWith = function (date) {
    this.stopPlaying();
    this.set({ compare: this.stopDate(date) });
    if (!date && this.swipe.contains(document.activeElement)) this.compareButton.focus();
  };

  Element.prototype.buildCompare = function () {
    var self = this;
    this.compareWord = element("span", {});
    this.compareSelect = element("select", {});
    this.compareSelect.addEventListener("change", function () { self.compareWith(self.compareSelect.value); });
    this.compareClose = element("button", { type: "button", class: "kz-compare-close", text: "×" });
    this.compareClose.addEventListener("click", function () { self.compareWith(null); });
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
    this.divider.addEventListener("pointerdown", function (event) {
      self.divider.setPointerCapture(event.pointerId);
      self.dragging = true;
    });
    this.divider.addEventListener("pointermove", function (event) {
      if (!self.dragging) return;
      var box = self.swipe.getBoundingClientRect();
      self.divide((event.clientX - box.left) / box.width * 100);
    });
    ["pointerup", "pointercancel"].forEach(function (type) {
      self.divider.addEventListener(type, function () { self.dragging = false; });
    });
    this.divider.addEventListener("keydown", function (event) {
      var steps = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10, Home: -100, End: 100 };
      if (!steps[event.key]) return;
      event.preventDefault();
      self.divide(self.share + steps[event.key]);
    });
  };

  /* Put the divider at a share of the map's width, in percent. */
  Element.prototype.divide = function (share) {
    this.share = Math.max(0, Math.min(100, share));
    this.showLine(null);
    this.clip();
    this.announceCompare();
  };

  Element.prototype.announceCompare = function () {
    var compare = this.state.compare, stops = this.record.stops, tick = this.tickCompared;
    var dates = [stops[this.state.stop].date, compare];
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
  };

  /* Show or hide the second plate, which is made when it is first wanted. */
  Element.prototype.drawCompare = function () {
    var compare = this.state.compare;
    if (compare && !this.other) {
      this.other = new Plate(this, "-other");
      this.scaleLines();
    }
    if (this.other) {
      this.other.pane.style.display = this.other.labelPane.style.display = compare ? "" : "none";
    }
    this.clip();
  };

  /* Each plate is seen on its own side of the divider, and can be clicked only there. */
  Element.prototype.clip = function () {
    if (!this.plate) return;
    var compare = this.state.compare && this.other, far = 1e5;
    var x = this.map.containerPointToLayerPoint([this.map.getSize().x * this.share / 100, 0]).x;
    if (compare) this.divider.style.left = this.share + "%";
    function side(from, to) {
      return "polygon(" + [[from, -far], [to, -far], [to, far], [from, far]].map(function (corner) {
        return corner[0] + "px " + corner[1] + "px";
      }).join(",") + ")";
    }
    function cut(plate, area) {
      plate.pane.style.clipPath = plate.labelPane.style.clipPath = area;
    }
    cut(this.plate, compare ? side(-far, x) : "");
    if (compare) cut(this.other, side(x, far));
  };

  /* ---- labels */

  Element.prototype.width = function (text, font, spacing) {
    this.widths = this.widths || {};
    var key = font + text;
    if (this.widths[key] === undefined) {
      this.pen.font = font;
      this.widths[key] = this.pen.measureText(text).width;
    }
    return this.widths[key] + (spacing || 0) * text.length;
  };

  function contains(rings, point) {
    var inside = false;
    rings.forEach(function (ring) {
      for (var i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        var a = ring[i], b = ring[j];
        if ((a.lat > point.lat) !== (b.lat > point.lat) &&
            point.lng < (b.lng - a.lng) * (point.lat - a.lat) / (b.lat - a.lat) + a.lng) inside = !inside;
      }
    });
    return inside;
  }

  /* Ways to break a name into lines, the fewest lines first. */
  function breaks(text) {
    var ways = [[text]], parts = text.split(/(?<=[ -])/);
    for (var cut = 1; cut < parts.length; cut++) {
      ways.push([parts.slice(0, cut).join("").trim(), parts.slice(cut).join("").trim()]);
    }
    return ways;
  }

  var SHIFTS = [
    [0, 0], [0, -1], [0, 1], [-0.3, 0], [0.3, 0], [0, -2], [0, 2], [-0.3, -1.2], [0.3, -1.2], [-0.3, 1.2], [0.3, 1.2],
    [0, -3], [0, 3], [-0.6, 0], [0.6, 0]
  ];

  /* Where a unit's name fits inside it at this zoom: boxes relative to its label point, best first. */
  Element.prototype.fit = function (version, style, level) {
    var zoom = this.map.getZoom();
    var key = version.id + zoom + this.state.lang + style.name;
    if (this.fits[key]) return this.fits[key];
    var self = this, rings = this.record.shapeOf(version, level);
    var at = level === 2 && version.tile_point || version.point;
    var centre = this.map.project(this.record.place(at[0], at[1]), zoom);
    var found = [];
    style.sizes.forEach(function (size) {
      var font = style.font(size);
      breaks(self.text(version.label)).forEach(function (lines) {
        if (found.length >= 10) return;
        var texts = style.upper ? lines.map(function (line) { return line.toLocaleUpperCase(self.state.lang); }) : lines;
        var w = Math.max.apply(null, texts.map(function (line) {
          return self.width(line, font, style.spacing * size);
        })) + 2;
        var h = size * 1.12 * texts.length;
        SHIFTS.forEach(function (shift) {
          if (found.length >= 10) return;
          var x = shift[0] * w - w / 2, y = shift[1] * size * 1.1 - h / 2;
          var fits = [[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0], [0.5, 1], [0, 0.5], [0.5, 0.5], [1, 0.5]].every(function (corner) {
            var point = L.point(centre.x + x + corner[0] * w, centre.y + y + corner[1] * h);
            return contains(rings, self.map.unproject(point, zoom));
          });
          if (fits) found.push({ x: x, y: y, w: w, h: h, lines: texts, size: size });
        });
      });
    });
    this.fits[key] = found;
    return found;
  };

  var SERIF = '"Iowan Old Style", "Palatino Linotype", Palatino, "PT Serif", "Noto Serif", "Liberation Serif", serif';

  /* Which names are shown at this zoom, and how they are lettered. */
  Element.prototype.lettering = function () {
    var zoom = this.map.getZoom();
    // On a small map the names of gubernias stand for those of their uezds.
    if (this.state.level === 1 || zoom < 4.4) {
      return {
        few: true, style: {
          name: "large", upper: true, spacing: 0.12, sizes: zoom < 4.4 ? [12, 11, 10, 9] : [15, 13, 11, 10],
          font: function (size) { return "600 " + size + "px " + SERIF; }
        }
      };
    }
    return {
      few: false, style: {
        name: "small", upper: false, spacing: 0, sizes: zoom < 5.5 ? [12, 11, 10] : [13.5, 12, 11],
        font: function (size) { return "500 " + size + "px " + SERIF; }
      }
    };
  };

  Element.prototype.label = function () {
    this.plates().forEach(function (plate) { plate.label(); });
  };

  Plate.prototype.label = function () {
    var self = this, map = this.map, zoom = map.getZoom(), snapshot = this.snapshot(), placed = [], wanted = {};
    var owner = this.element, state = owner.state;
    var tiles = state.level === 1 ? snapshot.firsts : snapshot.tiles, dots = [];
    function free(box, others) {
      return others.every(function (other) {
        return box.x + box.w + 2 < other.x || other.x + other.w + 2 < box.x ||
          box.y + box.h + 1 < other.y || other.y + other.h + 1 < box.y;
      });
    }
    function put(key, css, at, box, lines, size, overDots) {
      var whole = { x: at.x + box.x, y: at.y + box.y, w: box.w, h: box.h };
      if (!free(whole, placed) || !(overDots || free(whole, dots))) return false;
      placed.push(whole);
      wanted[key] = { css: css, x: whole.x, y: whole.y, w: box.w, lines: lines, size: size };
      return true;
    }
    function point(pair) { return map.latLngToLayerPoint(self.record.place(pair[0], pair[1])); }
    function extent(version) {
      if (version.size === undefined) {
        var bounds = L.latLngBounds([].concat.apply([], self.record.ringsOf(version)));
        version.size = (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());
      }
      return version.size;
    }
    var lettering = owner.lettering(), few = lettering.few, style = lettering.style;
    if (few) tiles = snapshot.firsts;
    var seats = {};
    snapshot.tiles.concat(snapshot.firsts).forEach(function (version) { if (version.seat) seats[version.seat] = true; });
    function dot(pair, radius) {
      var at = point(pair);
      dots.push({ x: at.x - radius, y: at.y - radius, w: 2 * radius, h: 2 * radius });
    }
    var towns = this.record.places.filter(function (place) {
      var seat = Boolean(seats[place.id]), shows = seat ? zoom >= 4.5 : zoom >= 5.5 + place.rank / 2;
      var path = self.towns[place.id].getElement();
      path.style.display = shows ? "" : "none";
      path.classList.toggle("seat", seat);
      if (shows) dot(place.point, 2);
      return shows && zoom >= (seat ? 5.75 : 6 + place.rank / 2);
    });
    if (state.level === 2) {
      snapshot.points.forEach(function (version) { dot(version.geometry.coordinates, 4); });
    }
    tiles.slice().sort(function (a, b) {
      return (b.unit === state.unit) - (a.unit === state.unit) || extent(b) - extent(a);
    }).forEach(function (version) {
      if (!version.point) return;
      var home = few ? version.point : version.tile_point || version.point;
      var abroad = snapshot.force[REPUBLIC] ? snapshot.top(version) !== REPUBLIC : !self.record.home[
        firstOver(version, snapshot.view, snapshot.force)];
      var css = "kz-label " + style.name + (abroad ? " out" : "") + (version.unit === state.unit ? " chosen" : "");
      var boxes = owner.fit(version, style, few ? 1 : 2);
      [false, true].some(function (overDots) {
        return boxes.some(function (box) {
          return put(version.unit, css, point(home), box, box.lines, box.size, overDots);
        });
      });
    });
    function beside(key, css, pair, text, size, gap) {
      var w = owner.width(text, "400 " + size + "px " + SERIF) + 2, h = size * 1.1;
      return [[gap, -h / 2], [-gap - w, -h / 2], [-w / 2, gap], [-w / 2, -gap - h]].some(function (shift) {
        return put(key, css, point(pair), { x: shift[0], y: shift[1], w: w, h: h }, [text], size, true);
      });
    }
    if (state.level === 2 && zoom >= 5.5) {
      snapshot.points.forEach(function (version) {
        beside(version.unit, "kz-label lost", version.geometry.coordinates, owner.text(version.label), 11, 7);
      });
    }
    towns.forEach(function (place) {
      var name = place.names.filter(function (name) { return name[0] <= snapshot.date; }).pop();
      if (name) beside("town " + place.id, "kz-label town", place.point, owner.text(name.slice(1)), 10.5, 4);
    });
    (this.record.base.water_labels || []).forEach(function (item, index) {
      var rank = item.properties.rank || 1;
      if (zoom < 3.5 + rank / 2) return;
      var text = owner.text(item.properties.name), size = rank === 1 ? 14 : 10.5;
      var w = owner.width(text, "italic " + size + "px " + SERIF) + 2, h = size * 1.15;
      put("water" + index, "kz-label water", point(item.coordinates), { x: -w / 2, y: -h / 2, w: w, h: h }, [text], size, true);
    });
    Object.keys(this.labels).forEach(function (key) {
      if (!wanted[key]) { self.labels[key].node.remove(); delete self.labels[key]; }
    });
    Object.keys(wanted).forEach(function (key) {
      var want = wanted[key], have = self.labels[key];
      if (!have) {
        have = self.labels[key] = { node: element("div", {}) };
        self.labelPane.appendChild(have.node);
      }
      var text = want.lines.join("\n");
      if (have.text !== text) { have.text = text; have.node.textContent = text; }
      if (have.css !== want.css) { have.css = want.css; have.node.className = want.css; }
      var place = "translate(" + want.x.toFixed(1) + "px," + want.y.toFixed(1) + "px)";
      if (have.place !== place) { have.place = place; have.node.style.transform = place; }
      if (have.size !== want.size) { have.size = want.size; have.node.style.fontSize = want.size + "px"; }
      if (have.w !== want.w) { have.w = want.w; have.node.style.width = want.w.toFixed(1) + "px"; }
    });
  };

  /* ------------------------------------------------------------------ start */

  window.Kazatlas = {
    start: function (map, options) {
      var queue = [];
      var atlas = window.kazatlas = {
        command: function (command) { queue.push(command); }
      };
      function begin(topology) {
        // What was said before the data came is where the map opens.
        queue.forEach(function (command) { Object.assign(options.state, command); });
        var made = new Element(map, new Record(topology), options);
        atlas.element = made;
        atlas.command = function (command) { made.command(command); };
        if (options.state.guests) made.drawGuests(options.state.guests);
        made.root.classList.toggle("kz-pick", Boolean(options.state.pick));
        made.drawPoint(options.state.point);
        if (options.state.show) made.show(options.state.unit, options.state.zone);
        performance.mark("kazatlas-drawn");
        return made;
      }
      if (typeof options.data === "string") {
        return fetch(options.data).then(function (answer) {
          if (!answer.ok) throw new Error(options.data + ": " + answer.status);
          return answer.json();
        }).then(begin).catch(function (error) {
          var lang = options.state.lang;
          map.getContainer().textContent = options.words[lang]["map.failed"];
          throw error;
        });
      }
      return Promise.resolve(begin(options.data));
    },

    /* Under Streamlit: report to Python, follow its theme, and let links of the page move the map. */
    underStreamlit: function (map, options) {
      var root = document.documentElement;
      function theme() {
        // The component's frame gets the page's colours as variables; a dark page has a dark ground.
        var ground = getComputedStyle(root).getPropertyValue("--background-color").trim();
        var match = /^#?([0-9a-f]{6})/i.exec(ground);
        if (!match) return;
        var value = parseInt(match[1], 16);
        var light = (value >> 16) * 0.3 + ((value >> 8) & 255) * 0.59 + (value & 255) * 0.11;
        root.dataset.theme = light < 128 ? "dark" : "light";
      }
      theme();
      window.Streamlit.events.addEventListener(window.Streamlit.RENDER_EVENT, function () { setTimeout(theme); });
      options.report = function (state) { window.Streamlit.setComponentValue(state); };
      try {
        var page = window.parent.document;
        var step = function (event) {
          var link = event.target.closest && event.target.closest("a[data-kz]");
          if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
          event.preventDefault();
          window.kazatlas.element.follow(link.dataset);
        };
        page.addEventListener("click", step);
        window.addEventListener("pagehide", function () { page.removeEventListener("click", step); });
      } catch (refused) {
        // In a frame of another origin the links open the page anew, at the same place.
      }
      return this.start(map, options);
    }
  };

  /* Follow a link of a card: the reader's own step, so it is reported at once. */
  Element.prototype.follow = function (target) {
    var changes = {};
    if (target.date) changes.stop = this.record.stopAt(target.date);
    if (target.view) changes.view = target.view;
    if (target.unit) Object.assign(changes, { unit: target.unit, zone: null });
    if (target.zone) Object.assign(changes, { zone: target.zone, unit: null });
    if (target.compare) changes.compare = this.stopDate(target.compare);
    this.stopPlaying();
    this.set(changes);
    this.tell();
    this.show(target.unit, target.zone);
  };
})();
