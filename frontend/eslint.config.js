import js from "@eslint/js";

const browser = Object.fromEntries([
  "window", "document", "fetch", "performance", "ResizeObserver", "requestAnimationFrame", "setTimeout",
  "clearTimeout", "setInterval", "clearInterval", "getComputedStyle"
].map((name) => [name, "readonly"]));

export default [
  js.configs.recommended,
  {
    rules: {
      "max-lines": ["error", { max: 600 }],
      "max-lines-per-function": ["error", { max: 60 }],
      "no-var": "error",
      "prefer-arrow-callback": "error",
      "prefer-const": "error"
    }
  },
  { files: ["src/**"], languageOptions: { globals: browser } },
  { files: ["build.js", "eslint.config.js"], languageOptions: { globals: { URL: "readonly", console: "readonly", process: "readonly" } } },
  { files: ["test/**"], rules: { "max-lines-per-function": "off" } }
];
