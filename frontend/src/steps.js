/* The timeline's years, and where stops and other dates lie on it. Nothing here touches the page. */

/** @typedef {{ date: string }} Dated */

/** The years in which there are stops, each with its first stop and the first of the year after.
 *
 * @param {Dated[]} stops
 */
export function yearsOf(stops) {
  const years = [...new Set(stops.map((stop) => stop.date.slice(0, 4)))];
  const firsts = years.map((year) => stops.findIndex((stop) => stop.date.startsWith(year)));
  return years.map((year, i) => ({ year, first: firsts[i], end: firsts[i + 1] ?? stops.length }));
}

/** The stop to which Page Up leads (the next year's first, or the last), and Page Down (this year's first, or that of
 * the year before); nothing for another key.
 *
 * @param {Dated[]} stops
 * @param {number} stop
 * @param {string} key
 */
export function pageTo(stops, stop, key) {
  const years = yearsOf(stops), now = years.findIndex(({ end }) => stop < end);
  if (key === "PageUp") return years[now + 1]?.first ?? stops.length - 1;
  if (key === "PageDown") return stop > years[now].first ? years[now].first : years[now - 1]?.first ?? 0;
  return null;
}

/** Where a date lies among the stops: between two of them as its day lies between theirs; nothing if outside.
 *
 * @param {Dated[]} stops
 * @param {string} date
 */
export function positionOf(stops, date) {
  const last = stops.length - 1;
  if (date < stops[0].date || date > stops[last].date) return null;
  const before = stops.reduce((found, stop, index) => stop.date <= date ? index : found, 0);
  if (before === last || date === stops[before].date) return before;
  const start = Date.parse(stops[before].date);
  return before + (Date.parse(date) - start) / (Date.parse(stops[before + 1].date) - start);
}

/** What the caption says of several acts on one day: the first, and how many more.
 *
 * @param {string[]} titles
 */
export function captionOf(titles) {
  return titles[0] + (titles.length > 1 ? ` (+${titles.length - 1})` : "");
}
