/* What is shown, as values: what the page is told of it, and what commands and links change. Nothing here touches the
 * page. */

/** @typedef {import("./types").State} State */
/** @typedef {import("./data.js").AtlasData} AtlasData */

/** The state in which the map opens.
 *
 * @param {import("./types").Options["state"]} given
 * @param {AtlasData} record
 * @returns {State}
 */
export function openingState(given, record) {
  const date = given.date || record.stops[0].date;
  return {
    view: "de_jure", level: 2, unit: null, zone: null, point: null, serial: 0, ...given, date,
    stop: record.stopAt(date), compare: record.stopDate(given.compare)
  };
}

/** What the page is told: of two states that give the same, it is told once.
 *
 * @param {State} state
 * @param {AtlasData} record
 * @returns {import("./types").Report}
 */
export function reportOf(state, record) {
  return {
    date: record.stops[state.stop].date, view: state.view, level: state.level, unit: state.unit,
    zone: state.zone, compare: state.compare, point: state.point, serial: state.serial
  };
}

/** What a command changes; what it does not name stays.
 *
 * @param {import("./types").Command} command
 * @param {AtlasData} record
 * @returns {Partial<State>}
 */
export function changesOf(command, record) {
  /** @type {Partial<State>} */
  const changes = { serial: command.serial };
  if (command.view) changes.view = command.view;
  if (command.level) changes.level = command.level;
  if (command.lang) changes.lang = command.lang;
  if (command.unit !== undefined) changes.unit = command.unit;
  if (command.zone !== undefined) changes.zone = command.zone;
  // A unit or a zone is chosen, never both.
  if (changes.unit) changes.zone = null;
  else if (changes.zone) changes.unit = null;
  if (command.compare !== undefined) changes.compare = record.stopDate(command.compare);
  if (command.point !== undefined) changes.point = command.point;
  if (command.date) changes.stop = record.stopAt(command.date);
  return changes;
}

/** What a link of a card changes.
 *
 * @param {DOMStringMap} link the values of its attributes `data-...`
 * @param {AtlasData} record
 * @returns {Partial<State>}
 */
export function changesOfLink(link, record) {
  /** @type {Partial<State>} */
  const changes = {};
  if (link.date) changes.stop = record.stopAt(link.date);
  if (link.view) changes.view = /** @type {import("./types").View} */ (link.view);
  if (link.unit) Object.assign(changes, { unit: link.unit, zone: null });
  if (link.zone) Object.assign(changes, { zone: link.zone, unit: null });
  if (link.compare) changes.compare = record.stopDate(link.compare);
  return changes;
}
