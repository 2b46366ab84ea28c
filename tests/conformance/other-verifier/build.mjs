// Makes the component target/other-verifier/callback-verifier.wasm of src/, with none of WASI.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { componentize } from "@bytecodealliance/componentize-js";

const root = new URL("../../../", import.meta.url);
const HEADER = /^package (.*);$/m;

/** The contract in one text: the world, and the package of types nested in it. */
async function contract() {
  const folder = new URL("wit/types/", root);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".wit"));
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  const name = texts[0].match(HEADER)[1];
  const types = texts.map((text) => text.replace(HEADER, "")).join("\n");
  const world = await readFile(new URL("wit/callback-verifier/world.wit", root), "utf8");
  return `${world}\npackage ${name} {\n${types}\n}\n`;
}

const own = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");
process.chdir(own); // what the source imports has to be below the current folder
const { component } = await componentize({
  sourcePath: `${own}/src/verifier.js`,
  witWorld: await contract(),
  disableFeatures: ["random", "stdio", "clocks", "http", "fetch-event"],
});
const target = new URL("target/other-verifier/", root);
await mkdir(target, { recursive: true });
await writeFile(new URL("callback-verifier.wasm", target), component);
