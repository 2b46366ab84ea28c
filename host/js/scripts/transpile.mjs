// What jco makes of a component: a module that is strict about arguments; and of the contract: its types.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { $init, generateTypes } from "@bytecodealliance/jco-transpile/component";

/** What the components are called, and their files. */
export const COMPONENTS = ["callback-verifier", "session-orchestrator", "receipt-generator"];

/**
 * Transpile a component into a folder. Its core modules are not written, but returned by the names under which the rest
 * asks for them.
 *
 * @param {Uint8Array} component
 * @param {string} name
 * @param {string} folder
 * @returns {Promise<Map<string, Uint8Array<ArrayBuffer>>>}
 */
export async function transpileInto(component, name, folder) {
  const { files, imports } = await transpileBytes(component, {
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
  await writeAll(
    Object.entries(files).filter(([path]) => !isModule(path)),
    folder,
  );
  const paths = Object.keys(files).filter(isModule);
  return new Map(paths.map((path) => [path, new Uint8Array(files[path] ?? [])]));
}

/**
 * Write the types of a WIT package into a folder, with what the WIT says of them. A component has only those
 * that it uses, and no comments.
 *
 * @param {string} file the package as WebAssembly
 * @param {string} world one that imports them all
 * @param {string} folder
 */
export async function typesInto(file, world, folder) {
  await $init;
  const files = generateTypes("types", { wit: { tag: "binary", val: await readFile(file) }, world, strict: true });
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
