import { modules } from "./components/modules.js";
import { ComponentFault } from "./errors.js";

/** How a component is instantiated, as jco writes it. */
type Instantiate<Imports, Exports> = (
  getCoreModule: (path: string) => WebAssembly.Module,
  imports: Imports,
) => Exports;

/** A component with one instance, which is made when it is needed and given up when a call fails. */
export class Component<Instance> {
  readonly #name: string;
  readonly #instantiate: () => Instance;
  #instance: Instance | undefined;

  private constructor(name: string, instantiate: () => Instance) {
    this.#name = name;
    this.#instantiate = instantiate;
  }

  /** Compile a component's core modules. `prepare` makes of a new instance what is called. */
  static async load<Imports, Exports, Instance>(
    name: string,
    instantiate: Instantiate<Imports, Exports>,
    prepare: (exports: Exports) => Instance,
  ): Promise<Component<Instance>> {
    const addresses = Object.entries(modules[name] ?? {});
    const compiled = new Map(
      await Promise.all(addresses.map(async ([path, url]) => [path, await compile(url)] as const)),
    );
    const find = (path: string): WebAssembly.Module => {
      const module = compiled.get(path);
      if (module === undefined) throw new Error(`${name} has no core module ${path}`);
      return module;
    };
    // What a component imports are types, which are nothing at run time.
    return new Component(name, () => prepare(instantiate(find, {} as Imports)));
  }

  /** Call the instance; `refused` makes an error of what the contract has instead of a result. */
  call<Result, Reason = never>(
    call: (instance: Instance) => Result,
    refused?: (reason: Reason) => Error,
  ): Result {
    try {
      this.#instance ??= this.#instantiate();
      return call(this.#instance);
    } catch (error) {
      // jco throws the contract's errors as they are, and everything else as an `Error`.
      if (!(error instanceof Error) && refused !== undefined) throw refused(error as Reason);
      this.#instance = undefined;
      // An argument that has not the type of the contract is the caller's mistake.
      throw error instanceof TypeError ? error : new ComponentFault(this.#name, error);
    }
  }
}

/** Compile a core module: from a file in Node, otherwise by `fetch`. */
async function compile(url: URL): Promise<WebAssembly.Module> {
  if (url.protocol === "file:") {
    const { readFile } = process.getBuiltinModule("node:fs/promises");
    return WebAssembly.compile(new Uint8Array(await readFile(url)));
  }
  return WebAssembly.compileStreaming(fetch(url));
}
