import type { ConfigurationProblem, Rejection } from "./components/interfaces/chargetap-types-callback.js";
import type { Problem } from "./components/interfaces/chargetap-types-receipt.js";
import type { Refusal } from "./components/interfaces/chargetap-types-session.js";

/** What a component answers instead of a result. `reason` is the contract's own value. */
export class ContractError<Reason extends { tag: string; val?: unknown }> extends Error {
  readonly reason: Reason;

  constructor(what: string, reason: Reason) {
    super(`${what}: ${describe(reason)}`);
    this.name = new.target.name;
    this.reason = reason;
  }
}

/** The keys or endpoints are not accepted. */
export class ConfigurationError extends ContractError<ConfigurationProblem> {
  constructor(reason: ConfigurationProblem) {
    super("the endpoints are not accepted", reason);
  }
}

/** A callback is not authentic, not fresh, or not well formed. */
export class RejectionError extends ContractError<Rejection> {
  constructor(reason: Rejection) {
    super("the callback is refused", reason);
  }
}

/** A session's step was not made: its state stays as it was. */
export class RefusalError extends ContractError<Refusal> {
  constructor(reason: Refusal) {
    super("the step was not made", reason);
  }
}

/** A receipt, page or text cannot be written. */
export class ProblemError extends ContractError<Problem> {
  constructor(reason: Problem) {
    super("it cannot be rendered", reason);
  }
}

/** A call failed without an answer. Its instance is not used again; the next call gets a new one. */
export class ComponentFault extends Error {
  readonly component: string;

  constructor(component: string, cause: unknown) {
    super(`${component} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "ComponentFault";
    this.component = component;
  }
}

/** What is wrong with one of the package's files. */
export type Flaw =
  /** It is missing, or cannot be read. */
  | "unreadable"
  /** There is no manifest: nobody signed the components. */
  | "no-manifest"
  /** There is no signature. */
  | "no-signature"
  /** The signature has not its form. */
  | "malformed-signature"
  /** No key that is trusted made the signature, or the manifest was changed after that. */
  | "unknown-signer"
  /** The manifest has not its form. */
  | "malformed-manifest"
  /** The manifest has another format. */
  | "other-format"
  /** The manifest does not name the component. */
  | "not-listed"
  /** A part of the component is missing. */
  | "truncated"
  /** It is not the component that was signed. */
  | "altered"
  /** It is no component, is not whole, or needs more than 16 MiB of memory to begin with. */
  | "malformed"
  /** It does not say which version of the contract it has. */
  | "no-contract"
  /** It, or the manifest, has a version of the contract that is not taken. */
  | "other-contract"
  /** The rest of the package was made of another component. */
  | "other-component";

/** A file was refused before anything was compiled. The message says what to do. */
export class LoadError extends Error {
  /** The file's name. */
  readonly file: string;
  readonly flaw: Flaw;

  constructor(file: string, flaw: Flaw, what: string) {
    super(`${file} cannot be used: ${what}`);
    this.name = "LoadError";
    this.file = file;
    this.flaw = flaw;
  }
}

/** What is to be trusted is no public key. The message has nothing of it. */
export class PublicKeyError extends Error {
  constructor() {
    super(
      "it is no public key of P-256 in PEM: `openssl pkey -in plugins.key.pem -pubout -out plugins.pub.pem` writes " +
        "that of a private key",
    );
    this.name = "PublicKeyError";
  }
}

function describe({ tag, val }: { tag: string; val?: unknown }): string {
  if (val === undefined) return tag;
  return `${tag} (${typeof val === "object" ? JSON.stringify(val) : String(val)})`;
}
