/* The lesson's cards as HTML; see kazatlas.web.lesson for how they are stored. Nothing here touches the page. */

/** @typedef {import("./types").LessonCards} LessonCards */
/** @typedef {Pick<import("./types").Report, "date" | "view" | "unit" | "zone">} Shown */

/** @param {LessonCards} cards @param {number} number of a text */
function textOf(cards, number) {
  return cards.texts[number].map((part) => cards.parts[part]).join("");
}

/** The card of the zone or unit that is chosen, as of the day; nothing if none is.
 *
 * @param {LessonCards} cards
 * @param {Shown} shown
 */
export function cardHtml(cards, { date, view, unit, zone }) {
  const changes = zone ? cards.zones[view][zone] : unit ? cards.units[view][unit] : undefined;
  const now = (changes || []).filter(([from]) => from <= date).pop();
  return now ? textOf(cards, now[1]) : null;
}

/** The cards of the day's acts.
 *
 * @param {LessonCards} cards
 * @param {Shown} shown
 */
export function eventsHtml(cards, { date, view }) {
  return (cards.events[view][date] || []).map((number) => textOf(cards, number)).join("");
}
