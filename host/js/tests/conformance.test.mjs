// The three components pass the conformance cases when they are called through JavaScript.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const runner = fileURLToPath(new URL("./conformance.mjs", import.meta.url));
const run = (/** @type {string[]} */ ...options) =>
  promisify(execFile)(process.execPath, [runner, ...options], { maxBuffer: 64 << 20 });

test("the components pass every case", async () => {
  const { stdout, stderr } = await run();
  assert.equal(stderr, "");
  for (const component of ["callback-verifier", "session-orchestrator", "receipt-generator"]) {
    assert.match(stdout, new RegExp(`^ok +${component}/`, "m"));
  }
});

test("a transcript has a line of JSON for each call, the same every time", async () => {
  const [first, second] = [await run("--transcript"), await run("--transcript")];
  assert.equal(first.stdout, second.stdout);
  for (const line of first.stdout.trimEnd().split("\n")) {
    assert.deepEqual(Object.keys(JSON.parse(line)), ["case", "call", "result"]);
  }
});
