// What calls take through JavaScript. `cargo bench --package chargetap --bench hosts` runs it beside the other hosts: it
// gives the calls on standard input, and gets the median of each in microseconds as JSON.

import { text } from "node:stream/consumers";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "lossless-json";
import { Plugins, Secret } from "chargetap-plugins";
import { camel, Values } from "../tests/values.mjs";

/** @typedef {{ name: string, component: string, function: string, loaded: any, arguments: any[] }} Call */

const WARM_UP = 200;
const CALLS = 2_000;

const types = JSON.parse(await readFile(fileURLToPath(new URL("../../../tests/conformance/types.json", import.meta.url)), "utf8"));
const values = new Values(types.types);
const calls = /** @type {Call[]} */ (parse(await text(process.stdin), null, { parseNumber: BigInt }));
/** @type {Record<string, number>} */
const medians = {};
for (const call of calls) {
  const { functions } = types[call.component];
  const [endpoints] = types["callback-verifier"].functions["verifier.load"].parameters;
  const loaded = values.read(endpoints, call.loaded, new Map());
  const plugins = await Plugins.load(
    loaded.map((/** @type {any} */ [endpoint, keys]) => [
      endpoint,
      keys.map((/** @type {any} */ [info, secret]) => [info, new Secret(secret)]),
    ]),
    { unsigned: true },
  );
  const parameters = functions[call.function].parameters.filter((/** @type {any} */ type) => type.handle === undefined);
  const read = parameters.map((/** @type {any} */ type, /** @type {number} */ at) =>
    values.read(type, call.arguments[at], new Map()),
  );
  const method = camel(call.function.split(".").pop() ?? "");
  const make = () => /** @type {any} */ (plugins)[method](...read);
  for (let i = 0; i < WARM_UP; i++) make();
  const times = Array.from({ length: CALLS }, () => {
    const start = process.hrtime.bigint();
    make();
    return Number(process.hrtime.bigint() - start) / 1_000;
  });
  medians[call.name] = times.sort((a, b) => a - b)[CALLS / 2] ?? NaN;
}
console.log(JSON.stringify(medians));
