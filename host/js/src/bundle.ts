/**
 * Bundles: components, and a signed manifest of them. Nothing is compiled here.
 *
 * The package has a bundle as one folder, with the files that `chargetap plugins sign` writes. The signature is ECDSA
 * with P-256 over the SHA-256 of the manifest's bytes, DER-encoded, in base64.
 */

import { type Bytes, coreModules, customSection, limitMemory, MalformedError } from "./binary.js";
import { contract, files, transpiled } from "./components/bundle.js";
import { LoadError, PublicKeyError } from "./errors.js";

/** Whose components are taken. */
export type Trust =
  /** Those of a bundle that one of these keys signed: public keys of P-256, in PEM. Without a key, none. */
  | { readonly keys: readonly string[]; readonly unsigned?: never }
  /** Any: whoever can write to the package decides what is computed. */
  | { readonly unsigned: true; readonly keys?: never };

/** What a bundle's signature covers. */
interface Manifest {
  readonly format: number;
  /** The version of the contract that every component has. */
  readonly contract: string;
  readonly components: readonly Listed[];
}

/** A component in a manifest: its name, which is its file's before `.wasm`, and its bytes' number and SHA-256. */
interface Listed {
  readonly name: string;
  readonly version: string;
  readonly size: number;
  readonly sha256: string;
}

const MANIFEST = "bundle.json";
const SIGNATURE = "bundle.json.sig";
/** The format of manifests. */
const FORMAT = 1;
/** The custom section in which a component states its version of the contract. */
const CONTRACT_SECTION = "chargetap:contract";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** How many bytes each of a signature's two numbers has. */
const NUMBER = 32;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** The package's components, as far as they are trusted without being read. */
export class Bundle {
  /** Nothing, if unsigned components are taken. */
  readonly #manifest: Manifest | undefined;

  private constructor(manifest: Manifest | undefined) {
    this.#manifest = manifest;
  }

  /** Verify the manifest's signature, if it needs one. */
  static async open(trust: Trust): Promise<Bundle> {
    const { keys, unsigned } = trust ?? {};
    if ((keys === undefined) === (unsigned !== true)) {
      throw new TypeError("say whose components are taken: either { keys: [PUBLIC_KEY_IN_PEM] } or { unsigned: true }");
    }
    if (keys === undefined) return new Bundle(undefined);
    const trusted = await Promise.all(keys.map(importKey));
    const manifest = await read(MANIFEST);
    if (manifest === undefined) {
      throw new LoadError(
        MANIFEST,
        "no-manifest",
        "nobody signed these components: sign them by `chargetap plugins sign` and build the package again, or take " +
          "unsigned ones (`{ unsigned: true }`)",
      );
    }
    const signature = await read(SIGNATURE);
    if (signature === undefined) {
      throw new LoadError(
        SIGNATURE,
        "no-signature",
        "the manifest is not signed: sign the components by `chargetap plugins sign`, and build the package again",
      );
    }
    await verify(manifest, signature, trusted);
    return new Bundle(parse(manifest));
  }

  /**
   * Read the core modules of a component, if it is the one that was signed, and that of which the rest of the package
   * was made. Their memory is limited.
   */
  async component(name: string): Promise<Bytes[]> {
    const file = `${name}.wasm`;
    const bytes = await read(file);
    if (bytes === undefined) {
      throw new LoadError(file, "unreadable", "it cannot be read (it is missing): build and install the package again");
    }
    const sha256 = await digest(bytes);
    if (this.#manifest !== undefined) check(this.#manifest, name, bytes.length, sha256);
    try {
      checkStatedContract(file, bytes);
      if (sha256 !== transpiled[name]) {
        throw new LoadError(file, "other-component", "the package was made of another one: build and install it again");
      }
      return coreModules(bytes).map(limitMemory);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new LoadError(file, "malformed", `it is no valid component (${error.message}): build it again`);
    }
  }
}

/** Whether this is the component that was signed. */
function check({ components }: Manifest, name: string, size: number, sha256: string): void {
  const file = `${name}.wasm`;
  const listed = components.find((it) => it.name === name);
  if (listed === undefined) {
    throw new LoadError(file, "not-listed", "the manifest does not name it: sign the components again");
  }
  if (size < listed.size) {
    const what = `it has ${size} bytes of the ${listed.size} that were signed: build and install the package again`;
    throw new LoadError(file, "truncated", what);
  }
  if (size > listed.size || sha256 !== listed.sha256) {
    const what = "it was changed after it was signed: get the package from where it was built";
    throw new LoadError(file, "altered", what);
  }
}

function checkStatedContract(file: string, component: Bytes): void {
  const stated = customSection(component, CONTRACT_SECTION);
  if (stated === undefined) {
    const what =
      "it does not say its version of the contract: build it by `cargo xtask build`, which adds the section " +
      CONTRACT_SECTION;
    throw new LoadError(file, "no-contract", what);
  }
  checkContract(file, stated);
}

function checkContract(file: string, stated: string): void {
  if (stated === contract) return;
  const what =
    `its contract is version ${JSON.stringify(stated)}, and ${contract} is taken here: use components and a package ` +
    "of one version";
  throw new LoadError(file, "other-contract", what);
}

/** Read a manifest whose signature is good. */
function parse(bytes: Bytes): Manifest {
  const malformed = (why: string): LoadError =>
    new LoadError(MANIFEST, "malformed-manifest", `it is no manifest of a bundle (${why}): sign the components again`);
  let manifest: unknown;
  try {
    manifest = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw malformed(String(error));
  }
  const format = (manifest as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format !== FORMAT) {
    const what = `its format is ${format}, and this version reads format ${FORMAT} only: sign with this version`;
    throw new LoadError(MANIFEST, "other-format", what);
  }
  if (!isManifest(manifest)) throw malformed(`its members are not those of format ${FORMAT}`);
  checkContract(MANIFEST, manifest.contract);
  return manifest;
}

/** Whether a value has these members, each of its kind, and no others. */
function hasMembers(value: unknown, kinds: Record<string, (member: unknown) => boolean>): boolean {
  if (typeof value !== "object" || value === null) return false;
  const members = Object.entries(value);
  return (
    members.length === Object.keys(kinds).length && members.every(([name, member]) => kinds[name]?.(member) === true)
  );
}

const isText = (value: unknown): boolean => typeof value === "string";
const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isListed = (value: unknown): boolean =>
  hasMembers(value, { name: isText, version: isText, size: isSize, sha256: isText });
const isManifest = (value: unknown): value is Manifest =>
  hasMembers(value, {
    format: (it) => it === FORMAT,
    contract: isText,
    components: (it) => Array.isArray(it) && it.every(isListed),
  });

/** Whether one of these keys signed a manifest. */
async function verify(manifest: Bytes, signature: Bytes, keys: readonly CryptoKey[]): Promise<void> {
  // Programs differ in where they break lines.
  const der = fromBase64(new TextDecoder().decode(signature).replace(/[\t\n\f\r ]/g, ""));
  const raw = der && rawSignature(der);
  if (raw === undefined) {
    throw new LoadError(
      SIGNATURE,
      "malformed-signature",
      "it is no signature, which is a DER-encoded ECDSA signature in base64: sign the components again",
    );
  }
  const verdicts = await Promise.all(keys.map((key) => subtle().verify(ECDSA, key, raw, manifest)));
  if (!verdicts.includes(true)) {
    throw new LoadError(
      SIGNATURE,
      "unknown-signer",
      "it was signed by a key that is not trusted here, or the manifest was changed after that: get the package from " +
        "where it was built, or add the public key of who signed it",
    );
  }
}

/** The two numbers of a signature in DER, one after the other as WebCrypto takes them. Nothing if it is no DER. */
function rawSignature(der: Bytes): Bytes | undefined {
  const raw = new Uint8Array(2 * NUMBER);
  // Both numbers together are so short that each length is one byte.
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || der.length > 2 + 2 * (2 + NUMBER + 1)) return undefined;
  let at = 2;
  for (const end of [NUMBER, 2 * NUMBER]) {
    const length = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== INTEGER || length === 0 || number.length !== length) return undefined;
    const [first = 0, second = 0] = number;
    // A number is positive, and has a zero in front only where it would be negative without.
    if (first > 0x7f || (first === 0 && second <= 0x7f)) return undefined;
    const digits = number.subarray(first === 0 ? 1 : 0);
    if (digits.length > NUMBER) return undefined;
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? raw : undefined;
}

/** Read a public key in PEM (SPKI). */
async function importKey(pem: string): Promise<CryptoKey> {
  const [, text] = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/.exec(pem) ?? [];
  const spki = text && fromBase64(text.replace(/\s/g, ""));
  if (!spki) throw new PublicKeyError();
  try {
    return await subtle().importKey("spki", spki, ECDSA, false, ["verify"]);
  } catch (error) {
    throw error instanceof DOMException ? new PublicKeyError() : error;
  }
}

/** Bytes in base64, in its one spelling. Nothing if it is none. */
function fromBase64(text: string): Bytes | undefined {
  try {
    const binary = atob(text);
    return btoa(binary) === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

/** The SHA-256 in hexadecimal. */
async function digest(bytes: Bytes): Promise<string> {
  const hash = new Uint8Array(await subtle().digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function subtle(): SubtleCrypto {
  // Browsers leave it out on pages that anybody on the way may have changed.
  const found = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (found === undefined) throw new Error("there is no WebCrypto: serve the page by HTTPS, or from localhost");
  return found;
}

/** Read one of the package's files: from the disk in Node, otherwise by `fetch`. Nothing if it is missing. */
async function read(file: string): Promise<Bytes | undefined> {
  const url = files[file];
  if (url === undefined) return undefined;
  try {
    if (url.protocol === "file:") {
      const { readFile } = process.getBuiltinModule("node:fs/promises");
      return new Uint8Array(await readFile(url));
    }
    const response = await fetch(url);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    const what = `it cannot be read (${String(error)}): build and install the package again`;
    throw new LoadError(file, "unreadable", what);
  }
}
