/* Words: the element's own and the data's, in the reader's language. */

import { LANGUAGES } from "./constants.js";

/** What all words and dates of the element are said with. */
export class Words {
  /**
   * @param {import("./types").Options["words"]} words
   * @param {import("./types").Options["dates"]} dates
   * @param {() => import("./types").Lang} lang the reader's language now
   */
  constructor(words, dates, lang) {
    this.words = words;
    this.dates = dates;
    this.lang = lang;
  }

  /** A word by its key, with values in its places.
   *
   * @param {string} key
   * @param {Record<string, string | number | undefined>} [values]
   */
  word(key, values = {}) {
    let text = this.words[this.lang()][key];
    if (text === undefined) throw new Error(`no word ${key} in ${this.lang()}`);
    Object.entries(values).forEach(([name, value]) => { text = text.replace(`{${name}}`, () => String(value)); });
    return text;
  }

  /** @param {import("./types").Texts} texts */
  text(texts) {
    return texts[LANGUAGES.indexOf(this.lang())];
  }

  /** A date of the timeline in words.
   *
   * @param {string} date
   */
  date(date) {
    return this.text(this.dates[date]);
  }
}
