// Which bundles are taken. Keys and signatures are made by `openssl`, and by `chargetap plugins sign`.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { COMPONENTS } from "../scripts/transpile.mjs";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const chargetap = fileURLToPath(new URL("../../../target/debug/chargetap", import.meta.url));
const FILES = [...COMPONENTS.map((name) => `${name}.wasm`), "bundle.json", "bundle.json.sig"];
const MANIFEST = "bundle.json";
const SIGNATURE = "bundle.json.sig";
/** The one that goes wrong. */
const LAST = "receipt-generator";
const LAST_FILE = `${LAST}.wasm`;
/** An empty component. */
const EMPTY = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** @typedef {import("chargetap-plugins").Trust} Trust */
/** @typedef {import("chargetap-plugins").Flaw} Flaw */

const keys = await mkdtemp(join(tmpdir(), "chargetap-"));
after(() => rm(keys, { recursive: true }));
const run = (/** @type {string} */ command, cwd = keys) =>
  promisify(execFile)("bash", ["-euo", "pipefail", "-c", command], { cwd });

/** Make a key pair as two files, and return the public one. */
async function makeKey(/** @type {string} */ name, curve = "prime256v1") {
  await run(`openssl ecparam -name ${curve} -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out ${name}.key.pem
    openssl pkey -in ${name}.key.pem -pubout -out ${name}.pub.pem`);
  return readFile(join(keys, `${name}.pub.pem`), "utf8");
}
const owner = await makeKey("owner");
const stranger = await makeKey("stranger");

/** A package with a bundle that the owner signed. It can be changed until it is loaded. */
class Package {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** @param {import("node:test").TestContext} context */
  static async make(context) {
    const folder = await mkdtemp(join(tmpdir(), "chargetap-"));
    context.after(() => rm(folder, { recursive: true }));
    await cp(dist, folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    const made = new Package(folder);
    await made.listFiles(FILES);
    await made.sign();
    return made;
  }

  path(/** @type {string} */ file) {
    return join(this.folder, "components", file);
  }

  read(/** @type {string} */ file) {
    return readFile(this.path(file));
  }

  async write(/** @type {string} */ file, /** @type {string | Uint8Array} */ content) {
    await writeFile(this.path(file), content);
  }

  async change(/** @type {string} */ file, /** @type {(before: Buffer) => Uint8Array} */ to) {
    await this.write(file, to(await this.read(file)));
  }

  async remove(/** @type {string} */ file) {
    await rm(this.path(file));
  }

  /** Have the package name these files, as the build does of those that there are. */
  async listFiles(/** @type {string[]} */ files) {
    const addresses = files.map((file) => `"${file}": new URL("./${file}", import.meta.url),`);
    await this.change("bundle.js", (before) =>
      Buffer.from(`${before}`.replace(/files = \{.*?\};/s, `files = {${addresses.join("")}};`)),
    );
  }

  /** What a signer writes of the components. */
  async manifest() {
    const components = [];
    for (const name of COMPONENTS) {
      const bytes = await this.read(`${name}.wasm`);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      components.push({ name, version: "1.2.3", size: bytes.length, sha256 });
    }
    return { format: 1, contract: "0.1.0", components };
  }

  async signText(/** @type {string} */ text, by = "owner") {
    await this.write(MANIFEST, text);
    const sign = `openssl dgst -sha256 -sign ${join(keys, by)}.key.pem ${MANIFEST} | base64 > ${SIGNATURE}`;
    await run(sign, join(this.folder, "components"));
  }

  async sign(changed = {}, by = "owner") {
    await this.signText(JSON.stringify({ ...(await this.manifest()), ...changed }), by);
  }

  async signChanged(/** @type {string} */ before, /** @type {string} */ after) {
    const text = JSON.stringify(await this.manifest());
    assert(text.includes(before), text);
    await this.signText(text.replace(before, after));
  }

  /** Have the owner sign a component in the place of the last one, whatever it is. */
  async signWith(/** @type {Uint8Array} */ component) {
    await this.write(LAST_FILE, component);
    await this.sign();
  }

  /**
   * The package as it is now.
   *
   * @returns {Promise<typeof import("chargetap-plugins")>}
   */
  import() {
    return import(`${pathToFileURL(join(this.folder, "index.js"))}`);
  }

  /**
   * Why it is not taken, while nothing is compiled.
   *
   * @param {import("node:test").TestContext} context
   * @param {Trust} trust
   */
  async refusal(context, trust = { keys: [owner] }) {
    const { LoadError, Plugins } = await this.import();
    const compile = context.mock.method(WebAssembly, "compile");
    const refused = await Plugins.load([], trust).then(
      () => assert.fail("it was taken"),
      (error) => error,
    );
    assert.equal(compile.mock.callCount(), 0);
    compile.mock.restore();
    assert(refused instanceof LoadError, refused);
    return refused;
  }
}

const parsed = async (/** @type {string} */ text) => new Uint8Array(await parse(`(component ${text})`));
/** The same with another byte in the middle. */
const altered = (/** @type {Buffer} */ it) => it.fill(~(it[it.length >> 1] ?? 0), it.length >> 1, (it.length >> 1) + 1);

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
  await run(`${chargetap} plugins sign components --key ${join(keys, "owner.key.pem")}`, signed.folder);
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

test("unsigned components are taken only if they are asked for, and only as the package was made of them", async (context) => {
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
