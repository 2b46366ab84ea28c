/** A key's secret, which does not print: not by `console.log`, not as JSON, not as text. */
export class Secret {
  readonly #bytes: Uint8Array;

  /** A text stands for its bytes in UTF-8. */
  constructor(secret: string | Uint8Array) {
    this.#bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret.slice();
  }

  /** The secret's bytes. */
  expose(): Uint8Array {
    return this.#bytes.slice();
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
