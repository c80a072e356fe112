/* Build the scripts and Leaflet's style in src/kazatlas/static; with --check, build nothing and say whether they are
 * current.
 *
 * map.js is Leaflet's own minified file, as npm brings it, and after it our modules in one function. Ours are not
 * minified: their diffs are read. The header of map.js has two digests, which tests/test_frontend.py compares without
 * Node: of what all is made from, and of all that was made. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// The oldest browsers served; a test holds README.md to the same.
const TARGET = ["chrome100", "edge100", "firefox113", "safari16.4"];

// Where Leaflet ends and our modules begin; benchmarks/servers.py parts them here.
const OURS = "/* ---- Kazatlas's own part */";
const MADE = "Made by `npm run build` in frontend/, which is where to change it.";

/** @param {string} path from this folder */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** @param {string} path from this folder */
const read = (path) => readFileSync(here(path), "utf8");

/** A digest of all that the scripts are made from: each file's name and content, in the order of names. */
function sourcesDigest() {
  const modules = readdirSync(here("src")).map((name) => "src/" + name);
  const hash = createHash("sha256");
  for (const name of ["build.js", "package-lock.json", "package.json", ...modules].sort()) {
    hash.update(name + "\0" + read(name) + "\0");
  }
  return hash.digest("hex");
}

/** Our modules take Leaflet from the window, where its file, put before them, has laid it; so does folium.
 *
 * @type {import("esbuild").Plugin}
 */
const leafletAhead = {
  name: "leaflet-ahead",
  setup(setup) {
    setup.onResolve({ filter: /^leaflet$/ }, () => ({ path: "leaflet", namespace: "ahead" }));
    setup.onLoad({ filter: /.*/, namespace: "ahead" }, () => ({ contents: "export default window.L;" }));
  }
};

/** Our modules as one script.
 *
 * @param {string} entry
 */
async function bundle(entry) {
  const made = await build({
    absWorkingDir: here("."),
    entryPoints: [entry],
    bundle: true,
    charset: "utf8",
    format: "iife",
    legalComments: "inline",
    logLevel: "warning",
    plugins: [leafletAhead],
    target: TARGET,
    write: false
  });
  if (made.warnings.length) throw new Error("esbuild warns; see above");
  // esbuild leaves the comments of classes; who reads them reads the modules.
  return made.outputFiles[0].text.replace(/^ *\/\*\*[^]*?\*\/\n/gm, "");
}

/** @returns {Promise<Record<string, string>>} what stands in each file */
async function buildAll() {
  const leaflet = read("node_modules/leaflet/dist/leaflet.js").replace(/\/\/# sourceMappingURL=.*\n?/, "");
  const map = leaflet.trimEnd() + "\n\n" + OURS + "\n" + await bundle("src/index.js");
  /** @type {Record<string, string>} */
  const others = {
    "leaflet.css": read("node_modules/leaflet/dist/leaflet.css").replaceAll("\r\n", "\n"),
    "lesson.js": `/* ${MADE} */\n` + await bundle("src/lesson.js"),
    "page.js": `/* ${MADE} */\n` + await bundle("src/page.js")
  };
  const contents = createHash("sha256").update([map, ...Object.values(others)].join("\0")).digest("hex");
  return { "map.js": `/* ${MADE}\n * sources ${sourcesDigest()}\n * contents ${contents}\n */\n${map}`, ...others };
}

for (const [name, text] of Object.entries(await buildAll())) {
  const path = "../src/kazatlas/static/" + name;
  if (!process.argv.includes("--check")) writeFileSync(here(path), text);
  else if (read(path) !== text) {
    console.error(`src/kazatlas/static/${name} is not what frontend/ makes: run \`npm run build\` there and commit it.`);
    process.exitCode = 1;
  }
}
