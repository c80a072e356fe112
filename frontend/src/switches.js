/* The switches over the map: by decree or as ruled, gubernias or uezds. */

import { VIEWS } from "./constants.js";
import { element, inside } from "./dom.js";

/** @typedef {{ name: "view" | "level", group: HTMLElement, inputs: HTMLInputElement[] }} Choice */

export class Switches {
  /** @param {import("./element.js").AtlasElement} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    this.choices = [
      this.choice("view", VIEWS, (value) => ({ view: /** @type {import("./types").View} */ (value) })),
      this.choice("level", ["1", "2"], (value) => ({ level: Number(value) }))
    ];
  }

  /**
   * @param {"view" | "level"} name
   * @param {string[]} values
   * @param {(value: string) => Partial<import("./types").State>} changes
   * @returns {Choice}
   */
  choice(name, values, changes) {
    const group = element("fieldset", { class: "kz-switch" }, [element("legend")]);
    const inputs = values.map((value) => {
      const input = element("input", { type: "radio", name: `kz-${name}`, value });
      input.checked = String(this.atlas.state[name]) === value;
      input.addEventListener("change", () => { this.atlas.set(changes(value)); });
      group.appendChild(element("label", {}, [input, element("span")]));
      return input;
    });
    return { name, group, inputs };
  }

  announce() {
    this.choices.forEach(({ name, inputs }) => {
      inputs.forEach((input) => { input.checked = input.value === String(this.atlas.state[name]); });
    });
  }

  speak() {
    const { words } = this.atlas;
    this.choices.forEach(({ name, group, inputs }) => {
      inside(group, "legend").textContent = words.word(`map.${name}`);
      inputs.forEach((input) => {
        const span = /** @type {HTMLElement} */ (input.nextElementSibling);
        span.textContent = words.word(`map.${name}_${input.value}`);
      });
    });
  }
}
