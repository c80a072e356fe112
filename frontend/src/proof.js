/* Which of the places that prove the border speak of a day. Nothing here touches the page. */

/** @typedef {import("./types").Witness} Witness */

/** How a place is shown on a day in a view: one of another time is carried there, a rejected one proves nothing; null
 * if it does not speak of the day.
 *
 * @param {Pick<Witness, "spans" | "status">} witness
 * @param {{ date: string, view: import("./types").View }} day
 */
export function speaksOf(witness, { date, view }) {
  const span = witness.spans.find((found) => (
    found.view === view && found.valid_from <= date && date < found.valid_to
  ));
  const rejected = witness.status === "rejected";
  if (!span && !(rejected && !witness.spans.length)) return null;
  return { carried: Boolean(span?.carried), rejected };
}

/** The ways in which a place's word is carried to other times, each once.
 *
 * @param {Pick<Witness, "spans">} witness
 */
export function waysCarried(witness) {
  return [...new Set(witness.spans.flatMap((span) => span.carried ? [span.carried] : []))];
}
