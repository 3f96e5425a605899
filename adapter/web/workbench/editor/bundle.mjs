// Makes ../bundle/editor.js and ../bundle/licences.txt, or both in the folder that is named.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = process.argv[2] ?? join(here, "..", "bundle");

const result = await build({
  absWorkingDir: here,
  entryPoints: ["editor.js"],
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "none",
  metafile: true,
  write: false,
});

const packages = new Set(
  Object.keys(result.metafile.inputs)
    .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter(Boolean),
);

async function licence(name) {
  const home = join(here, "node_modules", name);
  const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8"));
  const file = (await readdir(home)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence`);
  return `${name} ${version}\n\n${await readFile(join(home, file), "utf8")}`;
}

await mkdir(folder, { recursive: true });
await writeFile(join(folder, "licences.txt"), (await Promise.all([...packages].sort().map(licence))).join("\n\n"));
await writeFile(join(folder, "editor.js"), result.outputFiles[0].contents);
