/* Build src/kazatlas/static/map.js and leaflet.css; with --check, build nothing and say whether they are current.
 *
 * map.js is Leaflet's own minified file, as npm brings it, and after it our modules in one function, not minified:
 * its diffs are read. Its header has two digests, which tests/test_frontend.py compares without Node: of what it is
 * made from, and of what was made. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// The oldest browsers that the map is written for; README.md names them, too.
const TARGET = ["es2020", "chrome100", "firefox100", "safari15.4"];

// Where Leaflet ends and our modules begin; benchmarks/servers.py parts them here.
const OURS = "/* ---- Kazatlas's own part */";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const read = (path) => readFileSync(here(path), "utf8");

/** A digest of all that the bundle is made from: each file's name and content, in the order of names. */
function sourcesDigest() {
  const modules = readdirSync(here("src")).map((name) => "src/" + name);
  const hash = createHash("sha256");
  for (const name of ["build.js", "package-lock.json", "package.json", ...modules].sort()) {
    hash.update(name + "\0" + read(name) + "\0");
  }
  return hash.digest("hex");
}

/** Our modules take Leaflet from the window, where its file, put before them, has laid it; so does folium. */
const leafletAhead = {
  name: "leaflet-ahead",
  setup(setup) {
    setup.onResolve({ filter: /^leaflet$/ }, () => ({ path: "leaflet", namespace: "ahead" }));
    setup.onLoad({ filter: /.*/, namespace: "ahead" }, () => ({ contents: "export default window.L;" }));
  }
};

async function bundle() {
  const made = await build({
    absWorkingDir: here("."),
    entryPoints: ["src/index.js"],
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
  const leaflet = read("node_modules/leaflet/dist/leaflet.js").replace(/\/\/# sourceMappingURL=.*\n?/, "");
  const css = read("node_modules/leaflet/dist/leaflet.css").replaceAll("\r\n", "\n");
  const body = leaflet.trimEnd() + "\n\n" + OURS + "\n" + made.outputFiles[0].text;
  const digest = createHash("sha256").update(body + "\0" + css).digest("hex");
  const header = "/* Made by `npm run build` in frontend/, which is where to change it.\n" +
    " * sources " + sourcesDigest() + "\n * contents " + digest + "\n */\n";
  return { "map.js": header + body, "leaflet.css": css };
}

const files = await bundle();
for (const [name, text] of Object.entries(files)) {
  const path = "../src/kazatlas/static/" + name;
  if (!process.argv.includes("--check")) writeFileSync(here(path), text);
  else if (read(path) !== text) {
    console.error("src/kazatlas/static/" + name + " is not what frontend/ makes: run `npm run build` there and commit it.");
    process.exitCode = 1;
  }
}
