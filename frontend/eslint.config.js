import js from "@eslint/js";

/** @param {string} names @returns {Record<string, "readonly">} */
const known = (names) => Object.fromEntries(names.split(" ").map((name) => [name, "readonly"]));

const browser = known(
  "window document navigator fetch performance atob Blob Response DecompressionStream Element SVGElement Text NodeFilter " +
  "MutationObserver ResizeObserver requestAnimationFrame setTimeout clearTimeout clearInterval getComputedStyle"
);

export default [
  js.configs.recommended,
  {
    rules: {
      "eqeqeq": "error",
      "max-lines": ["error", { max: 600 }],
      "max-lines-per-function": ["error", { max: 60 }],
      "no-shadow": ["error", { builtinGlobals: true, hoist: "all", allow: ["name", "stop", "close", "open", "top"] }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-arrow-callback": "error",
      "prefer-const": "error",
      "prefer-template": "off"
    }
  },
  { files: ["src/**"], languageOptions: { globals: browser } },
  { files: ["build.js", "eslint.config.js"], languageOptions: { globals: known("URL console process") } }
];
