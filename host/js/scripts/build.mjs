// Transpiles the three components into dist/components. `tsc` then compiles src/ beside it.

import { existsSync } from "node:fs";
import { copyFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { COMPONENTS, transpileInto, typesInto } from "./transpile.mjs";

const built = fileURLToPath(new URL("../../../target/components/", import.meta.url));
const wit = fileURLToPath(new URL("../../../wit/types/", import.meta.url));
const dist = fileURLToPath(new URL("../dist/", import.meta.url));

if (!COMPONENTS.every((name) => existsSync(`${built}${name}.wasm`))) {
  throw new Error(`there are no components in ${built}: run \`cargo xtask build\` first`);
}
await rm(dist, { recursive: true, force: true });
const lines = [];
for (const name of COMPONENTS) {
  const modules = await transpileInto(`${built}${name}.wasm`, name, `${dist}components`);
  // Addresses that bundlers find, too.
  const entries = modules.map((file) => `    "${file}": new URL("./${file}", import.meta.url),\n`);
  lines.push(`  "${name}": {\n${entries.join("")}  },\n`);
}
await typesInto(wit, "all", `${dist}components`);
await writeFile(`${dist}components/modules.js`, `export const modules = {\n${lines.join("")}};\n`);
await writeFile(
  `${dist}components/modules.d.ts`,
  "/** Where the core modules of each component are. */\n" +
    "export declare const modules: Record<string, Record<string, URL>>;\n",
);
await copyFile(new URL("../../../LICENSE", import.meta.url), new URL("../LICENSE", import.meta.url));
