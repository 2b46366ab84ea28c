// Which bundles are taken. Keys and signatures are made by `openssl`, and by `chargetap plugins sign`.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import {
  altered,
  FILES,
  keys,
  LAST,
  LAST_FILE,
  makeKey,
  MANIFEST,
  owner,
  Package,
  sign,
  SIGNATURE,
  stranger,
} from "./package.mjs";

/** An empty component. */
const EMPTY = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** @typedef {import("chargetap-plugins").Flaw} Flaw */

const parsed = async (/** @type {string} */ text) => new Uint8Array(await parse(`(component ${text})`));
/** @type {[string, (it: Package) => Promise<void>, string, Flaw][]} what is changed, how, and what is refused why */
const CASES = [
  ["no manifest", (it) => it.listFiles(FILES.slice(0, 3)), MANIFEST, "no-manifest"],
  ["a manifest that was removed", (it) => it.remove(MANIFEST), MANIFEST, "no-manifest"],
  ["no signature", (it) => it.remove(SIGNATURE), SIGNATURE, "no-signature"],
  ["a signature that is none", (it) => it.write(SIGNATURE, "AAAA"), SIGNATURE, "malformed-signature"],
  ["a stranger's signature", (it) => it.sign({}, "stranger"), SIGNATURE, "unknown-signer"],
  [
    "a manifest that was changed",
    (it) => it.change(MANIFEST, (before) => Buffer.from(`${before}`.replace("1.2.3", "1.2.4"))),
    SIGNATURE,
    "unknown-signer",
  ],
  ["a manifest that is no JSON", (it) => it.signText("{"), MANIFEST, "malformed-manifest"],
  ["a manifest that is nothing", (it) => it.signText("null"), MANIFEST, "malformed-manifest"],
  ["a manifest with another member", (it) => it.sign({ comment: "?" }), MANIFEST, "malformed-manifest"],
  ["a manifest without a member", (it) => it.signChanged('"size"', '"weight"'), MANIFEST, "malformed-manifest"],
  ["a format that is no number", (it) => it.sign({ format: "1" }), MANIFEST, "malformed-manifest"],
  ["a size that is negative", (it) => it.signChanged('"size":', '"size":-'), MANIFEST, "malformed-manifest"],
  ["components that are no list", (it) => it.sign({ components: {} }), MANIFEST, "malformed-manifest"],
  ["another format", (it) => it.sign({ format: 2 }), MANIFEST, "other-format"],
  ["a manifest of another contract", (it) => it.sign({ contract: "0.2.0" }), MANIFEST, "other-contract"],
  ["a component that is not named", (it) => it.signChanged(LAST, "another"), LAST_FILE, "not-listed"],
  ["a component that is missing", (it) => it.remove(LAST_FILE), LAST_FILE, "unreadable"],
  ["one that is cut off", (it) => it.change(LAST_FILE, (before) => before.subarray(0, -1)), LAST_FILE, "truncated"],
  ["one that was changed", (it) => it.change(LAST_FILE, altered), LAST_FILE, "altered"],
  ["one that is longer", (it) => it.change(LAST_FILE, (b) => Buffer.concat([b, b])), LAST_FILE, "altered"],
  ["what is no component", (it) => it.signWith(Buffer.from("not wasm")), LAST_FILE, "malformed"],
  ["half a section", (it) => it.signWith(new Uint8Array([...EMPTY, 0, 9, 1])), LAST_FILE, "malformed"],
  ["half a number", (it) => it.signWith(new Uint8Array([...EMPTY, 0, 0x80])), LAST_FILE, "malformed"],
  ["half a name", (it) => it.signWith(new Uint8Array([...EMPTY, 0, 2, 9, 0])), LAST_FILE, "malformed"],
  ["one without a contract", (it) => it.signWith(new Uint8Array(EMPTY)), LAST_FILE, "no-contract"],
  [
    "one of another contract",
    async (it) => it.signWith(await parsed('(@custom "chargetap:contract" "0.0.9")')),
    LAST_FILE,
    "other-contract",
  ],
  [
    "one that jco did not transpile",
    async (it) => it.signWith(await parsed('(@custom "chargetap:contract" "0.1.0") (import "clock" (func))')),
    LAST_FILE,
    "other-component",
  ],
  [
    "one that begins with more than 16 MiB of memory",
    async (it) => {
      await it.signWith(await parsed('(@custom "chargetap:contract" "0.1.0") (core module (memory 257))'));
      await it.madeOfLast();
    },
    LAST_FILE,
    "malformed",
  ],
];

for (const [name, wrong, file, flaw] of CASES) {
  test(`${name} is refused, and nothing is compiled`, async (context) => {
    const changed = await Package.make(context);
    await wrong(changed);
    const error = await changed.refusal(context);
    assert.deepEqual([error.file, error.flaw], [file, flaw], error.message);
    assert(error.message.startsWith(`${file} cannot be used: `));
  });
}

test("components that chargetap signed are loaded, and those that a stranger signed are not", async (context) => {
  const signed = await Package.make(context);
  await sign(join(signed.folder, "components"), "owner");
  assert.equal((await signed.refusal(context, { keys: [stranger] })).flaw, "unknown-signer");
  assert.equal((await signed.refusal(context, { keys: [] })).flaw, "unknown-signer");
  const { Plugins, Receipts, Secret } = await signed.import();
  const receipts = await Receipts.load({ keys: [owner] });
  assert.equal(receipts.screenText({ tag: "charging-begun" }, "en"), "Charging has begun.");
  const key = new Secret("a test's key of at least 32 bytes");
  const plugins = await Plugins.load(
    [[{ id: "payter", scheme: { tag: "capability-url" } }, [[{ id: "2026" }, key]]]],
    { keys: [stranger, owner] },
  );
  assert.equal(typeof plugins.mintStateWebhook("payter", 1_767_268_800_000n), "string");
});

test("a signature has one spelling, but may be broken into lines", async (context) => {
  const signed = await Package.make(context);
  const good = `${await signed.read(SIGNATURE)}`.replaceAll("\n", "");
  await signed.write(SIGNATURE, `${good.slice(0, 40)}\r\n${good.slice(40)}\n`);
  await (await signed.import()).Receipts.load({ keys: [owner] });

  // Two numbers of 1: the form is right, and nobody's.
  const der = [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01];
  await signed.write(SIGNATURE, Buffer.from(der).toString("base64"));
  assert.equal((await signed.refusal(context)).flaw, "unknown-signer");
  const malformed = [
    [],
    [...der, 0x00],
    der.slice(0, -1),
    [0x31, ...der.slice(1)],
    [0x30, 0x81, ...der.slice(1)], // a length of two bytes
    [0x30, 0x03, ...der.slice(5)], // one number
    [0x30, 0x09, ...der.slice(2), ...der.slice(5)], // three
    [0x30, 0x06, 0x03, ...der.slice(3)], // one of another type
    [0x30, 0x05, 0x02, 0x00, ...der.slice(5)], // one without a byte
    [0x30, 0x06, 0x02, 0x01, 0x00, ...der.slice(5)], // zero
    [0x30, 0x06, 0x02, 0x01, 0xff, ...der.slice(5)], // a negative one
    [0x30, 0x07, 0x02, 0x02, 0x00, 0x01, ...der.slice(5)], // a zero in front
    [0x30, 0x26, 0x02, 0x21, 0x01, ...Array(32).fill(0), ...der.slice(5)], // 2 to the power of 256
  ];
  const texts = malformed.map((it) => Buffer.from(it).toString("base64"));
  for (const text of [...texts, `${good.slice(0, -4)}*===`, good + good, "MAYCAQECAQF=", "ä"]) {
    await signed.write(SIGNATURE, text);
    assert.equal((await signed.refusal(context)).flaw, "malformed-signature", text);
  }
});

test("unsigned components are taken if they are asked for and the package was made of them", async (context) => {
  const unsigned = await Package.make(context);
  await unsigned.listFiles(FILES.slice(0, 3));
  const { Plugins, Receipts } = await unsigned.import();
  await Receipts.load({ unsigned: true });
  for (const trust of [undefined, {}, { unsigned: false }, { keys: [owner], unsigned: true }]) {
    const said = { name: "TypeError", message: /either \{ keys: .* \} or \{ unsigned: true \}/ };
    await assert.rejects(Plugins.load([], /** @type {any} */ (trust)), said);
    await assert.rejects(Receipts.load(/** @type {any} */ (trust)), said);
  }
  await unsigned.change(LAST_FILE, altered);
  assert.equal((await unsigned.refusal(context, { unsigned: true })).flaw, "other-component");
});

test("what is no public key of this kind is refused without being printed", async (context) => {
  const { Plugins, PublicKeyError } = await (await Package.make(context)).import();
  const secret = await readFile(join(keys, "owner.key.pem"), "utf8");
  const otherCurve = await makeKey("other", "secp384r1");
  for (const key of [secret, otherCurve, owner.replace("M", "N"), owner.replaceAll("-----", ""), ""]) {
    await assert.rejects(Plugins.load([], { keys: [key] }), (error) => {
      assert(error instanceof PublicKeyError);
      assert.match(error.message, /openssl pkey -in plugins.key.pem -pubout/);
      assert.doesNotMatch(error.message, /BEGIN/);
      return true;
    });
  }
});

test("without WebCrypto, the error says where a browser has it", async (context) => {
  const { Receipts } = await (await Package.make(context)).import();
  const crypto = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  assert(crypto !== undefined);
  context.after(() => Object.defineProperty(globalThis, "crypto", crypto));
  Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
  await assert.rejects(Receipts.load({ unsigned: true }), /by HTTPS, or from localhost/);
});
