// What jco makes of a component: a module that is strict about arguments and limited in memory; and of the
// contract: its types.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { $init, generateTypes } from "@bytecodealliance/jco-transpile/component";

/** What the components are called, and their files. */
export const COMPONENTS = ["callback-verifier", "session-orchestrator", "receipt-generator"];

/**
 * Transpile a component into a folder, and return the names of its core modules.
 *
 * @param {string} file
 * @param {string} name
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
export async function transpileInto(file, name, folder) {
  const { files, imports } = await transpileBytes(await readFile(file), {
    name,
    instantiation: { tag: "sync" },
    strict: true,
    noComponentErrorWrapping: true,
    nodejsCompat: false,
  });
  if (imports.length > 0) {
    throw new Error(`the component ${name} imports functions: ${imports.join(", ")}`);
  }
  const isModule = (/** @type {string} */ path) => path.endsWith(".wasm");
  const limited = Object.entries(files).map(
    ([path, bytes]) => /** @type {[string, Uint8Array]} */ ([path, isModule(path) ? limitMemory(bytes) : bytes]),
  );
  await writeAll(limited, folder);
  return Object.keys(files).filter(isModule);
}

/**
 * Write the types of a WIT package into a folder, with what the WIT says of them. A component has only those
 * that it uses, and no comments.
 *
 * @param {string} wit
 * @param {string} world one that imports them all
 * @param {string} folder
 */
export async function typesInto(wit, world, folder) {
  const names = (await readdir(wit)).filter((name) => name.endsWith(".wit"));
  const texts = await Promise.all(names.map((name) => readFile(join(wit, name), "utf8")));
  const header = /^package .*;$/m;
  const source = `${texts[0]?.match(header)}\n${texts.map((text) => text.replace(header, "")).join("\n")}`;
  await $init;
  const files = generateTypes("types", { wit: { tag: "source", val: source }, world, strict: true });
  await writeAll(files, folder);
}

/**
 * @param {[string, Uint8Array][]} files
 * @param {string} folder
 */
async function writeAll(files, folder) {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** How much memory an instance may have, in pages of 64 KiB: 16 MiB. */
const MEMORY_PAGES = 256;
const MEMORY_SECTION = 5;

/**
 * Give the memory of a core module a maximum. WebAssembly in JavaScript takes none from outside.
 *
 * @param {Uint8Array} module
 * @returns {Uint8Array}
 */
export function limitMemory(module) {
  let at = 8; // after magic and version
  while (at < module.length) {
    const start = at;
    const id = module[at];
    const size = readUnsigned(module, at + 1);
    const end = size.next + size.value;
    if (id === MEMORY_SECTION) {
      return concatenate(module.subarray(0, start), limitedMemories(module, size.next), module.subarray(end));
    }
    at = end;
  }
  return module;
}

/**
 * A section of memories with a maximum, made of the one whose content begins at `at`.
 *
 * @param {Uint8Array} module
 * @param {number} at
 */
function limitedMemories(module, at) {
  const count = readUnsigned(module, at);
  const flags = module[count.next];
  if (count.value !== 1 || flags === undefined || flags > 1) {
    throw new Error("a core module has no ordinary memory");
  }
  const minimum = readUnsigned(module, count.next + 1);
  if (minimum.value > MEMORY_PAGES) throw new Error("a core module begins with more than 16 MiB of memory");
  const maximum = flags === 1 ? readUnsigned(module, minimum.next).value : MEMORY_PAGES;
  const content = [
    ...writeUnsigned(1),
    1, // there is a maximum
    ...writeUnsigned(minimum.value),
    ...writeUnsigned(Math.min(maximum, MEMORY_PAGES)),
  ];
  return new Uint8Array([MEMORY_SECTION, ...writeUnsigned(content.length), ...content]);
}

/**
 * Read a number in LEB128.
 *
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function readUnsigned(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) throw new Error("a core module is malformed");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at };
  }
}

/** @param {number} value */
function writeUnsigned(value) {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** @param {Uint8Array[]} parts */
function concatenate(...parts) {
  return new Uint8Array(Buffer.concat(parts));
}
