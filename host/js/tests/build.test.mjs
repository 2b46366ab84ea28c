// What the build makes of components.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { limitMemory, transpileInto } from "../scripts/transpile.mjs";

test("a core module's memory grows to 16 MiB and not further", async () => {
  for (const limits of ["1", "1 1000"]) {
    const module = await parse(`(module (memory (export "memory") ${limits}) (func (export "f")))`);
    const { instance } = await WebAssembly.instantiate(new Uint8Array(limitMemory(module)));
    const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    memory.grow(255);
    assert.equal(memory.buffer.byteLength, 16 << 20);
    assert.throws(() => memory.grow(1), RangeError);
  }
});

test("a smaller maximum of a core module stays, and so does a module without memory", async () => {
  const small = await parse('(module (memory (export "memory") 1 2))');
  const { instance } = await WebAssembly.instantiate(new Uint8Array(limitMemory(small)));
  assert.throws(() => /** @type {WebAssembly.Memory} */ (instance.exports.memory).grow(2), RangeError);
  const none = await parse('(module (func (export "f")))');
  assert.deepEqual(limitMemory(none), none);
});

test("a core module that begins with more memory is refused", async () => {
  const large = await parse("(module (memory 257))");
  assert.throws(() => limitMemory(large), /more than 16 MiB/);
});

const READS_CLOCK = `(component
    (import "clock" (func $clock (result u64)))
    (core func $lowered (canon lower (func $clock)))
    (core module $m (import "host" "clock" (func $clock (result i64))) (export "now" (func $clock)))
    (core instance $i (instantiate $m (with "host" (instance (export "clock" (func $lowered))))))
    (func (export "now") (result u64) (canon lift (core func $i "now"))))`;

test("a component that imports a function is refused", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "chargetap-"));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "clock.wasm");
  await writeFile(file, await parse(READS_CLOCK));
  await assert.rejects(transpileInto(file, "clock", folder), /clock imports functions: clock/);
});
