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

function describe({ tag, val }: { tag: string; val?: unknown }): string {
  if (val === undefined) return tag;
  return `${tag} (${typeof val === "object" ? JSON.stringify(val) : String(val)})`;
}
