import type { Bytes } from "./binary.js";
import { ComponentFault } from "./errors.js";

/** How a component is instantiated, as jco writes it. */
type Instantiate<Imports, Exports> = (
  getCoreModule: (file: string) => WebAssembly.Module,
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

  /** Compile the core modules of a component. `prepare` makes of a new instance what is called. */
  static async compile<Imports, Exports, Instance>(
    name: string,
    binaries: Bytes[],
    instantiate: Instantiate<Imports, Exports>,
    prepare: (exports: Exports) => Instance,
  ): Promise<Component<Instance>> {
    const modules = await Promise.all(binaries.map((binary) => WebAssembly.compile(binary)));
    // jco names them in their order: name.core.wasm, name.core2.wasm, and so on.
    const files = modules.map((_, at) => `${name}.core${at === 0 ? "" : at + 1}.wasm`);
    const find = (file: string): WebAssembly.Module => {
      const module = modules[files.indexOf(file)];
      if (module === undefined) throw new Error(`${name} has no core module ${file}`);
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
