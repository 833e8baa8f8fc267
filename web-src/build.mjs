// Builds the report's script and style, and writes the hash of what they were built from.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, "..", "src", "landbridge", "report", "assets");

// Every source by name, so that the hash does not depend on the order of a folder.
function hashSources() {
  const hash = createHash("sha256");
  const names = readdirSync(join(here, "src")).map((name) => `src/${name}`);
  for (const name of [...names, "build.mjs", "package.json", "package-lock.json"].sort()) {
    hash.update(`${name}\n${readFileSync(join(here, name), "utf8").replaceAll("\r\n", "\n")}\n`);
  }
  return hash.digest("hex");
}

const options = { bundle: true, minify: true, charset: "utf8", legalComments: "none", logLevel: "warning" };
await build({
  ...options,
  entryPoints: [join(here, "src", "main.js")],
  outfile: join(assets, "report.js"),
  format: "iife",
  target: ["es2020"],
  banner: { js: "/* landbridge report; with d3-selection, d3-zoom and what they need, (c) Mike Bostock, ISC */" },
});
// The dark colours serve two rules, the reader's choice and the system's.
const dark = readFileSync(join(here, "src", "dark.css"), "utf8").replace(/^[^{]*\{|\}\s*$/g, "");
const style = readFileSync(join(here, "src", "report.css"), "utf8").replaceAll("--dark-colours: 1;", dark);
await build({
  ...options,
  stdin: { contents: style, loader: "css" },
  outfile: join(assets, "report.css"),
  target: ["chrome105", "firefox115", "safari15.4"],
});
for (const name of ["report.js", "report.css"]) {
  const path = join(assets, name);
  writeFileSync(path, `${readFileSync(path, "utf8").trim()}\n`);
}
writeFileSync(join(assets, "sources.sha256"), `${hashSources()}\n`);
