/* Words of the map's data. */

export const REPUBLIC = "kirghiz-assr";
/** @type {import("./types").Lang[]} In the order of each `Texts`. */
export const LANGUAGES = ["kk", "ru", "en"];
/** @type {import("./types").View[]} */
export const VIEWS = ["de_jure", "de_facto"];
/** @type {import("./types").Ring[]} No rings, always the same. */
export const NONE = [];
