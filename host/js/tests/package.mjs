// A package with a bundle that somebody signed. Keys and signatures are made by `openssl`.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { COMPONENTS } from "../scripts/transpile.mjs";

const chargetap = fileURLToPath(new URL("../../../target/debug/chargetap", import.meta.url));
const dist = fileURLToPath(new URL("../dist", import.meta.url));
export const MANIFEST = "bundle.json";
export const SIGNATURE = "bundle.json.sig";
export const FILES = [...COMPONENTS.map((name) => `${name}.wasm`), MANIFEST, SIGNATURE];
/** The one that goes wrong. */
export const LAST = "receipt-generator";
export const LAST_FILE = `${LAST}.wasm`;

/** The folder of the key pairs. */
export const keys = await mkdtemp(join(tmpdir(), "chargetap-"));
after(() => rm(keys, { recursive: true }));
const run = (/** @type {string} */ command, cwd = keys) =>
  promisify(execFile)("bash", ["-euo", "pipefail", "-c", command], { cwd });

/** Make a key pair as two files, and return the public one. */
export async function makeKey(/** @type {string} */ name, curve = "prime256v1") {
  await run(`openssl ecparam -name ${curve} -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out ${name}.key.pem
    openssl pkey -in ${name}.key.pem -pubout -out ${name}.pub.pem`);
  return readFile(join(keys, `${name}.pub.pem`), "utf8");
}
/** Have `chargetap` sign a folder of components. */
export async function sign(/** @type {string} */ folder, /** @type {string} */ by) {
  await run(`${chargetap} plugins sign ${folder} --key ${by}.key.pem`);
}

export const owner = await makeKey("owner");
export const stranger = await makeKey("stranger");

/** A package with a bundle that the owner signed. It can be changed until it is loaded. */
export class Package {
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

  /** Have the package say that it was made of the last component as it is now. */
  async madeOfLast() {
    const sha256 = createHash("sha256").update(await this.read(LAST_FILE)).digest("hex");
    await this.change("bundle.js", (before) =>
      Buffer.from(`${before}`.replace(new RegExp(`"${LAST}": "[0-9a-f]+"`), `"${LAST}": "${sha256}"`)),
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
   * @param {import("chargetap-plugins").Trust} trust
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

/** The same with another byte in the middle. */
export function altered(/** @type {Buffer} */ bytes) {
  const at = bytes.length >> 1;
  return bytes.fill(~(bytes[at] ?? 0), at, at + 1);
}
