// The matcher of conformance cases finds every difference, and only differences.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Values } from "./values.mjs";

const values = new Values({
  "t.unix-ms": "u64",
  "t.point": { record: [["x-axis", { named: "t.unix-ms" }], ["label", { option: "string" }]] },
  "t.shape": { variant: [["dot", { named: "t.point" }], ["nothing", null]] },
});
const BYTES = { list: "u8" };
const POINT = { named: "t.point" };
const SHAPE = { named: "t.shape" };
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** @type {[string, any, any, any, RegExp | null][]} type, value, expected, and what a difference says */
const CASES = [
  ["a number", "u64", 2n ** 64n - 1n, 2n ** 64n - 1n, null],
  ["another number", "u64", 2n ** 64n - 1n, 2n ** 64n - 2n, /^it: expected/],
  ["a member", POINT, { xAxis: 1n, label: "a" }, { "x-axis": 1n, label: "a" }, null],
  ["another member", POINT, { xAxis: 1n, label: "a" }, { "x-axis": 1n, label: "b" }, /^it\.label: expected "b"/],
  ["an absent option", POINT, { xAxis: 1n }, { "x-axis": 1n }, null],
  ["an absent option as null", POINT, { xAxis: 1n }, { "x-axis": 1n, label: null }, null],
  ["an option that is not expected", POINT, { xAxis: 1n, label: "a" }, { "x-axis": 1n }, /^it\.label/],
  ["an option that is missing", POINT, { xAxis: 1n }, { "x-axis": 1n, label: "a" }, /^it\.label/],
  ["a member of which nothing is expected", POINT, { xAxis: 1n }, { label: null }, /nothing is expected of x-axis/],
  ["a member that is none", POINT, { xAxis: 1n }, { "x-axis": 1n, y: 1n }, /there is no member y/],
  ["a case", SHAPE, { tag: "nothing" }, "nothing", null],
  ["another case", SHAPE, { tag: "nothing" }, { dot: { "x-axis": 1n } }, /^it: expected/],
  ["a payload", SHAPE, { tag: "dot", val: { xAxis: 1n } }, { dot: { "x-axis": 2n } }, /^it\.dot\.x-axis/],
  ["bytes", BYTES, bytes("ä"), { utf8: "ä" }, null],
  ["bytes in base64", BYTES, bytes("ä"), { base64: "w6Q=" }, null],
  ["other bytes", BYTES, bytes("a"), { utf8: "b" }, /^it: expected/],
  ["texts in bytes", BYTES, bytes("one, two"), { contains: ["two", "one"] }, null],
  ["a text that is missing", BYTES, bytes("one, two"), { contains: ["one", "six"] }, /^it: "six" is not in/],
  ["bytes that are no text", BYTES, new Uint8Array([0xff]), { contains: [] }, /not valid/],
  ["a list", { list: "string" }, ["a", "b"], ["a", "b"], null],
  ["a shorter list", { list: "string" }, ["a"], ["a", "b"], /^it: expected/],
  ["a longer list", { list: "string" }, ["a", "b"], ["a"], /^it: expected/],
  ["an answer", { result: [null, "string"] }, { tag: "ok" }, { ok: null }, null],
  ["an error", { result: [null, "string"] }, { tag: "err", val: "a" }, { error: "b" }, /^it\.error/],
  ["an error, no answer", { result: [null, "string"] }, { tag: "err", val: "a" }, { ok: null }, /^it: expected/],
  ["what was kept", "string", "kept", { use: "text" }, null],
  ["other than what was kept", "string", "kept", { "other-than": "text" }, /^it: expected/],
  ["something else than was kept", "string", "new", { use: "text" }, /^it: expected/],
  ["what is kept", { option: "string" }, undefined, { bind: "new" }, null],
];

for (const [what, type, value, expected, difference] of CASES) {
  test(`${what} ${difference === null ? "matches" : "is a difference"}`, () => {
    const match = () => values.match(type, expected, value, new Map([["text", "kept"]]), "it");
    if (difference === null) match();
    else assert.throws(match, { message: difference });
  });
}

test("a value is written in the contract's order, with all options, and read back", () => {
  const list = { list: { tuple: [SHAPE, BYTES, { option: "u64" }] } };
  const value = [[{ tag: "dot", val: { xAxis: 2n ** 64n - 1n, label: undefined } }, bytes("ä"), undefined]];
  const text = '[[{"dot":{"x-axis":18446744073709551615,"label":null}},{"base64":"w6Q="},null]]';
  assert.equal(values.write(list, value), text);
  const json = [[{ dot: { "x-axis": 2n ** 64n - 1n } }, { utf8: "ä" }, null]];
  assert.deepEqual(values.read(list, json, new Map()), value);
  assert.equal(values.write({ result: ["string", { handle: "it" }] }, { tag: "err", val: {} }), '{"error":"handle"}');
});
