// What the build, and then the package, makes of components.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { coreModules, customSection, limitMemory } from "../dist/binary.js";
import { COMPONENTS, transpileInto } from "../scripts/transpile.mjs";

/** @param {import("node:test").TestContext} context */
async function newFolder(context) {
  const folder = await mkdtemp(join(tmpdir(), "chargetap-"));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

const wasm = async (/** @type {string} */ text) => new Uint8Array(await parse(text));

test("the core modules that are compiled are those for which jco wrote the rest", async (context) => {
  const folder = await newFolder(context);
  for (const name of COMPONENTS) {
    const component = new Uint8Array(await readFile(new URL(`../dist/components/${name}.wasm`, import.meta.url)));
    assert.deepEqual([...(await transpileInto(component, name, folder)).values()], coreModules(component));
    assert.equal(customSection(component, "chargetap:contract"), "0.1.0");
  }
});

test("of a section that is there twice the last one counts, and those of inner parts do not", async () => {
  const component = await wasm(`(component
    (@custom "a" "first") (component (@custom "b" "inner")) (core module (@custom "b" "inner")) (@custom "a" "last"))`);
  assert.equal(customSection(component, "a"), "last");
  assert.equal(customSection(component, "b"), undefined);
});

test("a core module's memory grows to 16 MiB and not further", async () => {
  for (const limits of ["1", "1 1000"]) {
    const module = await wasm(`(module (memory (export "memory") ${limits}) (func (export "f")))`);
    const { instance } = await WebAssembly.instantiate(limitMemory(module));
    const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    memory.grow(255);
    assert.equal(memory.buffer.byteLength, 16 << 20);
    assert.throws(() => memory.grow(1), RangeError);
  }
});

test("a smaller maximum of a core module stays, and so does a module without memory", async () => {
  const small = await wasm('(module (memory (export "memory") 1 2))');
  const { instance } = await WebAssembly.instantiate(limitMemory(small));
  assert.throws(() => /** @type {WebAssembly.Memory} */ (instance.exports.memory).grow(2), RangeError);
  const none = await wasm('(module (func (export "f")))');
  assert.deepEqual(limitMemory(none), none);
});

test("a core module that begins with more memory is refused", async () => {
  const large = await wasm("(module (memory 257))");
  assert.throws(() => limitMemory(large), /more than 16 MiB/);
});

const READS_CLOCK = `(component
    (import "clock" (func $clock (result u64)))
    (core func $lowered (canon lower (func $clock)))
    (core module $m (import "host" "clock" (func $clock (result i64))) (export "now" (func $clock)))
    (core instance $i (instantiate $m (with "host" (instance (export "clock" (func $lowered))))))
    (func (export "now") (result u64) (canon lift (core func $i "now"))))`;

test("a component that imports a function is refused", async (context) => {
  const transpiled = transpileInto(await wasm(READS_CLOCK), "clock", await newFolder(context));
  await assert.rejects(transpiled, /clock imports functions: clock/);
});
