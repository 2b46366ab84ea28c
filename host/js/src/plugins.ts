import type { Verifier } from "./components/interfaces/chargetap-callback-verifier-verification.js";
import type * as rendering from "./components/interfaces/chargetap-receipt-generator-rendering.js";
import type * as orchestration from "./components/interfaces/chargetap-session-orchestrator-orchestration.js";
import type {
  Capability,
  ConfigurationProblem,
  Endpoint,
  EndpointWithKeys,
  KeyInfo,
  Rejection,
  Request,
  Verified,
} from "./components/interfaces/chargetap-types-callback.js";
import type { MinorUnits, UnixMs } from "./components/interfaces/chargetap-types-money.js";
import type {
  Document,
  Format,
  MeasurementVerdict,
  Page,
  Problem,
  Rendered,
} from "./components/interfaces/chargetap-types-receipt.js";
import type { Message, Quote } from "./components/interfaces/chargetap-types-screen.js";
import type { Decision, Event, Policy, Refusal } from "./components/interfaces/chargetap-types-session.js";
import { instantiate as instantiateVerifier } from "./components/callback-verifier.js";
import { instantiate as instantiateGenerator } from "./components/receipt-generator.js";
import { instantiate as instantiateOrchestrator } from "./components/session-orchestrator.js";
import type { Bytes } from "./binary.js";
import { Bundle, type Trust } from "./bundle.js";
import { Component } from "./component.js";
import { ConfigurationError, ProblemError, RefusalError, RejectionError } from "./errors.js";
import type { Secret } from "./secret.js";

/** An endpoint of callbacks with its keys, from the newest to the oldest. */
export type EndpointKeys = [Endpoint, Array<[KeyInfo, Secret]>];

/** `receipt-generator` alone, which needs no keys: for a browser. */
export class Receipts {
  readonly #generator: Component<typeof rendering>;

  private constructor(generator: Component<typeof rendering>) {
    this.#generator = generator;
  }

  /**
   * Load the component if it is trusted. A `LoadError` says what is wrong with which file, before anything is
   * compiled; a `PublicKeyError`, that a key is none.
   */
  static async load(trust: Trust): Promise<Receipts> {
    const bundle = await Bundle.open(trust);
    return Receipts.compile(await bundle.component("receipt-generator"));
  }

  /** @internal */
  static async compile(binaries: Bytes[]): Promise<Receipts> {
    return new Receipts(
      await Component.compile("receipt-generator", binaries, instantiateGenerator, (exports) => exports.rendering),
    );
  }

  /** Write a receipt in a format and language. The same arguments always give the same bytes. */
  render(document: Document, format: Format, locale: string): Rendered {
    return this.#generator.call((it) => it.render(document, format, locale), problem);
  }

  /** Write a page with a form. */
  form(page: Page, locale: string): Rendered {
    return this.#generator.call((it) => it.form(page, locale), problem);
  }

  /** Put into words what a terminal's screen says: one line. */
  screenText(message: Message, locale: string): string {
    return this.#generator.call((it) => it.screenText(message, locale), problem);
  }

  /** Check what a meter signed, in OCMF. */
  checkMeasurement(packets: string[], publicKey?: string): MeasurementVerdict {
    return this.#generator.call((it) => it.checkMeasurement(packets, publicKey));
  }
}

/** The verifier's exports, and its resource that holds the keys. */
interface Verification {
  readonly claimedTerminal: typeof Verifier.claimedTerminal;
  readonly verifier: Verifier;
}

/** The three components, ready to be called. */
export class Plugins {
  readonly #verification: Component<Verification>;
  readonly #orchestrator: Component<typeof orchestration>;
  readonly #receipts: Receipts;

  private constructor(
    verification: Component<Verification>,
    orchestrator: Component<typeof orchestration>,
    receipts: Receipts,
  ) {
    this.#verification = verification;
    this.#orchestrator = orchestrator;
    this.#receipts = receipts;
  }

  /**
   * Load the components if they are trusted: nothing is compiled before all three are read and checked. A `LoadError`
   * says what is wrong with which file; a `PublicKeyError`, that a key of `trust` is none; a `ConfigurationError`, what
   * is wrong with an endpoint or its keys.
   */
  static async load(endpoints: EndpointKeys[], trust: Trust): Promise<Plugins> {
    // An instance after a failed one is loaded with the same endpoints, whatever became of the argument.
    const kept = endpoints.map(([endpoint, keys]): EndpointKeys => [
      structuredClone(endpoint),
      keys.map(([info, secret]) => [structuredClone(info), secret]),
    ]);
    const reveal = (): EndpointWithKeys[] =>
      kept.map(([endpoint, keys]) => [endpoint, keys.map(([info, secret]) => [info, secret.expose()])]);
    const bundle = await Bundle.open(trust);
    const [verifier, orchestrator, generator] = await Promise.all([
      bundle.component("callback-verifier"),
      bundle.component("session-orchestrator"),
      bundle.component("receipt-generator"),
    ]);
    const compiled = await Promise.all([
      Component.compile("callback-verifier", verifier, instantiateVerifier, ({ verification: { Verifier } }) => ({
        claimedTerminal: Verifier.claimedTerminal,
        verifier: Verifier.load(reveal()),
      })),
      Component.compile("session-orchestrator", orchestrator, instantiateOrchestrator, (it) => it.orchestration),
      Receipts.compile(generator),
    ]);
    const [verification] = compiled;
    verification.call(() => undefined, (reason: ConfigurationProblem) => new ConfigurationError(reason));
    return new Plugins(...compiled);
  }

  /**
   * The path segment that stands for a capability: appended to the host's callback URL, it is given to the
   * provider. Nothing if no endpoint of this id has the scheme `capability-url`.
   */
  mint(endpoint: string, capability: Capability): string | undefined {
    return this.#verification.call((it) => it.verifier.mint(endpoint, capability));
  }

  /** The same for the account's state webhook, which is for no terminal and no read. */
  mintStateWebhook(endpoint: string, expiresAt: UnixMs): string | undefined {
    return this.#verification.call((it) => it.verifier.mintStateWebhook(endpoint, expiresAt));
  }

  /** The terminal that a capability names, whether or not anybody vouches for it. */
  claimedTerminal(capability: string): string | undefined {
    return this.#verification.call((it) => it.claimedTerminal(capability));
  }

  /** Check a callback: what it says, or a `RejectionError`. */
  verify(request: Request): Verified[] {
    return this.#verification.call(
      (it) => it.verifier.verify(request),
      (reason: Rejection) => new RejectionError(reason),
    );
  }

  /**
   * Decide what an event means for a session, or throw a `RefusalError`. `state` is what the last step returned, or
   * nothing for a session's first event.
   */
  step(policy: Policy, state: Uint8Array | undefined, event: Event, now: UnixMs): Decision {
    return this.#orchestrator.call(
      (it) => it.step(policy, state, event, now),
      (reason: Refusal) => new RefusalError(reason),
    );
  }

  /** What a terminal shows before a card is read. */
  offer(policy: Policy, hold: MinorUnits, now: UnixMs): Quote {
    return this.#orchestrator.call((it) => it.offer(policy, hold, now));
  }

  /** Write a receipt in a format and language, or throw a `ProblemError`. */
  render(document: Document, format: Format, locale: string): Rendered {
    return this.#receipts.render(document, format, locale);
  }

  /** Write a page with a form, or throw a `ProblemError`. */
  form(page: Page, locale: string): Rendered {
    return this.#receipts.form(page, locale);
  }

  /** Put into words what a terminal's screen says, or throw a `ProblemError`. */
  screenText(message: Message, locale: string): string {
    return this.#receipts.screenText(message, locale);
  }

  /** Check what a meter signed, in OCMF. */
  checkMeasurement(packets: string[], publicKey?: string): MeasurementVerdict {
    return this.#receipts.checkMeasurement(packets, publicKey);
  }
}

const problem = (reason: Problem): ProblemError => new ProblemError(reason);
