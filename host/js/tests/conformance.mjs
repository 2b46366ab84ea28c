// Runs the conformance cases of the contract against components.
//
//     node tests/conformance.mjs [--transcript] [FILE.wasm…]
//
// Without files it takes those that `cargo xtask build` made. Which cases a file is for is told by what it exports. It
// ends with 1 if a case fails, and with 2 if a file cannot be used.

import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "lossless-json";
import { limitMemory } from "../dist/binary.js";
import { COMPONENTS, transpileInto } from "../scripts/transpile.mjs";
import { camel, pascal, Values } from "./values.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { values: options, positionals } = parseArgs({
  options: { transcript: { type: "boolean", default: false } },
  allowPositionals: true,
});
const built = COMPONENTS.map((name) => `${root}target/components/${name}.wasm`);

const types = JSON.parse(await readFile(`${root}tests/conformance/types.json`, "utf8"));
const values = new Values(types.types);
let failed = 0;
for (const file of positionals.length > 0 ? positionals : built) {
  const loaded = await load(file).catch((error) => {
    console.error(`${file} cannot be used: ${error.message}`);
    process.exit(2);
  });
  const { name, instantiate } = loaded;
  const folder = join(root, "tests/conformance/cases", name);
  const cases = (await readdir(folder)).map((file) => basename(file, ".json")).sort();
  assert(cases.length > 0, `there are no cases in ${folder}`);
  for (const it of cases) {
    const text = await readFile(join(folder, `${it}.json`), "utf8");
    run(`${name}/${it}`, /** @type {any} */ (parse(text, null, { parseNumber: BigInt })), instantiate());
  }
}
if (failed > 0) {
  console.error(`failed cases: ${failed}`);
  process.exitCode = 1;
}

/**
 * Transpile a component, find out which it is, and compile it.
 *
 * @param {string} file
 */
async function load(file) {
  const folder = await mkdtemp(join(tmpdir(), "chargetap-"));
  try {
    const compiled = new Map();
    for (const [path, module] of await transpileInto(await readFile(file), "component", folder)) {
      compiled.set(path, await WebAssembly.compile(limitMemory(module)));
    }
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    const { instantiate } = await import(pathToFileURL(join(folder, "component.js")).href);
    const make = () => instantiate((/** @type {string} */ path) => compiled.get(path), {});
    const exported = Object.keys(make());
    const name = COMPONENTS.find((name) => exported.includes(types[name].interface));
    if (name === undefined) throw new Error(`it exports none of the contract's interfaces, but ${exported}`);
    return { name, instantiate: () => make()[types[name].interface] };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Run a case on a fresh instance, as far as its results are those expected.
 *
 * @param {string} id
 * @param {any} content
 * @param {any} instance
 */
function run(id, { about, component, calls }, instance) {
  const kept = new Map();
  try {
    calls.forEach((/** @type {any} */ call, /** @type {number} */ at) => {
      const signature = types[component].functions[call.function];
      assert(signature !== undefined, `there is no function ${call.function}`);
      const result = invoke(instance, signature, call, kept);
      if (options.transcript) {
        console.log(`{"case":"${id}","call":${at},"result":${values.write(signature.result, result)}}`);
      }
      values.match(signature.result, call.result, result, kept, `call ${at}`);
    });
    if (!options.transcript) console.log(`ok      ${id}: ${about}`);
  } catch (error) {
    failed += 1;
    const why = error instanceof Error ? error.message : String(error);
    console.error(`FAILED  ${id}: ${about}\n        ${why}`);
  }
}

/**
 * Call a function with what the case says.
 *
 * @param {any} instance
 * @param {any} signature
 * @param {any} call
 * @param {Map<string, any>} kept
 */
function invoke(instance, { kind, parameters, result }, call, kept) {
  assert(call.arguments.length === parameters.length, `${call.function} takes ${parameters.length} arguments`);
  const read = parameters.map((/** @type {any} */ type, /** @type {number} */ at) =>
    values.read(type, call.arguments[at], kept),
  );
  const [first, second] = call.function.split(".");
  const bare = () => {
    if (kind === "method") return read[0][camel(second)](...read.slice(1));
    if (kind === "static") return instance[pascal(first)][camel(second)](...read);
    return instance[camel(first)](...read);
  };
  if (result?.result === undefined) return bare();
  try {
    return { tag: "ok", val: bare() };
  } catch (reason) {
    if (reason instanceof Error) throw reason; // a trap, or an argument that is none
    return { tag: "err", val: reason };
  }
}
