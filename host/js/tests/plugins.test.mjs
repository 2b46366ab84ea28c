// The package as a host uses it: what the contract answers, what fails, and what never prints.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  ComponentFault,
  ConfigurationError,
  Plugins,
  ProblemError,
  Receipts,
  RefusalError,
  RejectionError,
  Secret,
} from "chargetap-plugins";
import { document, policy, summary } from "../examples/values.mjs";

const SECRET = "a test's key of at least 32 bytes";
const NOW = 1_767_268_800_000n;

/** @returns {import("chargetap-plugins").EndpointKeys[]} */
const endpoints = (secret = SECRET) => [
  [{ id: "payter", scheme: { tag: "capability-url" } }, [[{ id: "2026" }, new Secret(secret)]]],
];

const plugins = await Plugins.load(endpoints(), { unsigned: true });

/** @returns {import("chargetap-plugins").callback.Request} */
function callback(expiresAt = NOW + 60_000n) {
  const capability = plugins.mint("payter", { terminal: "P66-0001", read: "0123456789ABCDEFGHJK", expiresAt });
  assert(capability !== undefined);
  return {
    endpoint: "payter",
    capability,
    method: "POST",
    targetUri: `https://cms.example/callbacks/payter/${capability}`,
    headers: [],
    body: new TextEncoder().encode('{"serialNumber":"P66-0001","cardId":"c4a760a8"}'),
    receivedAt: NOW,
  };
}

test("a callback at a minted address is verified, and names its key", () => {
  const [verified, ...rest] = plugins.verify(callback());
  assert.deepEqual(rest, []);
  assert.equal(verified?.keyId, "2026");
  assert.equal(verified?.event.tag, "terminal");
  assert.equal(plugins.claimedTerminal(callback().capability), "P66-0001");
  assert.equal(plugins.mint("other", { terminal: "P66-0001", read: "R", expiresAt: NOW }), undefined);
  assert.equal(typeof plugins.mintStateWebhook("payter", NOW), "string");
});

test("a callback that is refused throws the contract's reason", () => {
  const refused = (/** @type {import("chargetap-plugins").callback.Request} */ request) => {
    try {
      plugins.verify(request);
    } catch (error) {
      assert(error instanceof RejectionError);
      return error.reason;
    }
    return assert.fail("it was verified");
  };
  assert.deepEqual(refused({ ...callback(), endpoint: "other" }), { tag: "unknown-endpoint" });
  assert.deepEqual(refused(callback(NOW - 2_000n)), { tag: "stale", val: 2 });
});

test("a step that is refused throws the contract's reason", () => {
  const hint = /** @type {const} */ ({ tag: "payment-hinted" });
  assert.throws(
    () => plugins.step(policy, undefined, hint, NOW),
    (error) => error instanceof RefusalError && error.reason.tag === "no-session",
  );
  assert.throws(
    () => plugins.step(policy, new Uint8Array(), hint, NOW),
    (error) => error instanceof RefusalError && error.message.startsWith("the step was not made: malformed-state ("),
  );
});

test("an offer tells the price with VAT and the hold", () => {
  const { prices, hold } = plugins.offer(policy, 5_000n, NOW);
  assert.equal(hold, 5_000n);
  assert.deepEqual(prices.units.map(({ price }) => price), [61_250n]); // 0.49 and 25 % of it
});

test("a receipt, a form and a screen's text are written in the language asked for", () => {
  const text = (/** @type {Uint8Array} */ body) => new TextDecoder().decode(body);
  const receipt = plugins.render(document(summary), { tag: "html" }, "sv");
  assert.equal(receipt.mediaType, "text/html; charset=utf-8");
  assert.match(text(receipt.body), /<html lang="sv"/);
  assert.match(text(plugins.form({ tag: "find" }, "de").body), /<html lang="de"/);
  assert.equal(plugins.screenText({ tag: "charging-begun" }, "en"), "Charging has begun.");
  assert.deepEqual(plugins.checkMeasurement([]), { tag: "refused", val: "no-key" });
});

test("what cannot be rendered throws the contract's reason", () => {
  assert.throws(
    () => plugins.render(document(summary), { tag: "html" }, "tlh"),
    (error) => error instanceof ProblemError && error.message === "it cannot be rendered: unknown-locale (tlh)",
  );
});

test("receipts are rendered without keys", async () => {
  const receipts = await Receipts.load({ unsigned: true });
  const format = /** @type {const} */ ({ tag: "json" });
  assert.deepEqual(
    receipts.render(document(summary), format, "en"),
    plugins.render(document(summary), format, "en"),
  );
});

test("keys that are not accepted are refused when they are loaded, without printing them", async () => {
  await assert.rejects(Plugins.load(endpoints("too short"), { unsigned: true }), (error) => {
    assert(error instanceof ConfigurationError);
    assert.deepEqual(error.reason, { tag: "weak-key", val: { endpoint: "payter", key: "2026" } });
    assert.doesNotMatch(inspect(error, { showHidden: true, depth: null }), /too short/);
    return true;
  });
});

test("a secret does not print", () => {
  const secret = new Secret(SECRET);
  for (const printed of [inspect(secret, { showHidden: true }), String(secret), JSON.stringify({ secret })]) {
    assert.match(printed, /\[secret\]/);
    assert.doesNotMatch(printed, /key/);
  }
  const printed = inspect([plugins, endpoints()], { showHidden: true, depth: null });
  assert.doesNotMatch(printed, /a test's key|97, 32, 116, 101, 115, 116/);
});

test("a call that needs more than 16 MiB costs its instance, and the next call gets a new one", () => {
  const request = callback();
  assert.throws(
    () => plugins.claimedTerminal("x".repeat(17 << 20)),
    (error) => error instanceof ComponentFault && error.component === "callback-verifier",
  );
  assert.equal(plugins.verify(request)[0]?.keyId, "2026");
});

test("an argument that the contract has no room for is a type error, and no other number instead", () => {
  assert.throws(() => plugins.offer(policy, -1n, NOW), TypeError);
  assert.throws(() => plugins.offer(policy, 2n ** 64n, NOW), TypeError);
  // @ts-expect-error: an amount is a bigint
  assert.throws(() => plugins.offer(policy, null, NOW), TypeError);
  assert.throws(() => plugins.offer({ ...policy, maximumPower: 1.5 }, 5_000n, NOW), TypeError);
  assert.equal(plugins.offer(policy, 2n ** 64n - 1n, NOW).hold, 2n ** 64n - 1n);
});
