// Makes dist/components of the three components: themselves, with the files of their bundle, and what jco makes of
// them. `tsc` then compiles src/ beside it.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { COMPONENTS, transpileInto, typesInto } from "./transpile.mjs";

/** Nobody has to sign a bundle. */
const SIGNED = ["bundle.json", "bundle.json.sig"];

const built = fileURLToPath(new URL("../../../target/components/", import.meta.url));
const types = fileURLToPath(new URL("../../../target/wit/types.wasm", import.meta.url));
const world = fileURLToPath(new URL("../../../wit/types/world.wit", import.meta.url));
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const components = `${dist}components/`;

if (!COMPONENTS.every((name) => existsSync(`${built}${name}.wasm`))) {
  throw new Error(`there are no components in ${built}: run \`cargo xtask build\` first`);
}
await rm(dist, { recursive: true, force: true });
await mkdir(components, { recursive: true });
/** @type {Record<string, string>} */
const transpiled = {};
for (const name of COMPONENTS) {
  const component = await readFile(`${built}${name}.wasm`);
  await transpileInto(component, name, components);
  transpiled[name] = createHash("sha256").update(component).digest("hex");
}
const files = [...COMPONENTS.map((name) => `${name}.wasm`), ...SIGNED].filter((file) => existsSync(`${built}${file}`));
for (const file of files) await copyFile(`${built}${file}`, `${components}${file}`);
await typesInto(types, "all", components);
const [, contract] = /^package .*@(.*);$/m.exec(await readFile(world, "utf8")) ?? [];
if (contract === undefined) throw new Error(`${world} has no version`);
// Addresses that bundlers find, too.
const addresses = files.map((file) => `  "${file}": new URL("./${file}", import.meta.url),\n`);
await writeFile(
  `${components}bundle.js`,
  `export const contract = "${contract}";\n` +
    `export const files = {\n${addresses.join("")}};\n` +
    `export const transpiled = ${JSON.stringify(transpiled, null, 2)};\n`,
);
await writeFile(
  `${components}bundle.d.ts`,
  "/** The version of the contract. */\n" +
    "export declare const contract: string;\n" +
    "/** Where the files of the bundle are. */\n" +
    "export declare const files: Record<string, URL>;\n" +
    "/** The SHA-256 of the components of which the modules beside this one were made. */\n" +
    "export declare const transpiled: Record<string, string>;\n",
);
await copyFile(new URL("../../../LICENSE", import.meta.url), new URL("../LICENSE", import.meta.url));
