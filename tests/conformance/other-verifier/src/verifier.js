// The component's export: the interface `verification` of `chargetap:callback-verifier`.

import { checkSize } from "./bodies.js";
import { verifyHttpSignature } from "./http.js";
import { prepare } from "./keys.js";
import { claimedTerminal, mint, verify as verifyCapability } from "./payter.js";
import { refuse } from "./refuse.js";
import { verifyAdyen, verifyRawBody, verifyStandardWebhook, verifyStripe } from "./schemes.js";

const VERIFY = {
  "capability-url": verifyCapability,
  "standard-webhooks": verifyStandardWebhook,
  stripe: verifyStripe,
  adyen: verifyAdyen,
  "raw-body": verifyRawBody,
  "http-message-signature": verifyHttpSignature,
};

class Verifier {
  #endpoints = new Map();

  static load(endpoints) {
    if (endpoints.length === 0) throw refuse("no-endpoint");
    const verifier = new Verifier();
    for (const [endpoint, keys] of endpoints) {
      const { id, scheme } = endpoint;
      if (verifier.#endpoints.has(id)) throw refuse("repeated-endpoint", id);
      const isToken = scheme.tag !== "raw-body" || /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(scheme.val.name);
      if (!isToken) throw refuse("malformed-header", id);
      verifier.#endpoints.set(id, { endpoint, keys: prepare(endpoint, keys) });
    }
    return verifier;
  }

  mint(endpoint, capability) {
    const found = this.#endpoints.get(endpoint);
    return found?.endpoint.scheme.tag === "capability-url" ? mint(found, capability) : undefined;
  }

  mintStateWebhook(endpoint, expiresAt) {
    return this.mint(endpoint, { expiresAt });
  }

  static claimedTerminal(capability) {
    return claimedTerminal(capability);
  }

  verify(request) {
    const found = this.#endpoints.get(request.endpoint);
    if (found === undefined) throw refuse("unknown-endpoint");
    checkSize(request);
    return VERIFY[found.endpoint.scheme.tag](found, request);
  }
}

export const verification = { Verifier };
