// What a call takes through JavaScript: medians, in microseconds.

import { Plugins, Secret } from "chargetap-plugins";
import { document, policy, summary } from "../examples/values.mjs";

const NOW = 1_767_268_800_000n;
const WARM_UP = 200;
const CALLS = 2_000;

const plugins = await Plugins.load(
  [
    [
      { id: "payter", scheme: { tag: "capability-url" } },
      [[{ id: "2026" }, new Secret("an example's key of at least 32 bytes")]],
    ],
  ],
  { unsigned: true },
);
const capability = plugins.mint("payter", {
  terminal: "P66-0001",
  read: "0123456789ABCDEFGHJK",
  expiresAt: NOW + 60_000n,
});
const request = {
  endpoint: "payter",
  capability: capability ?? "",
  method: "POST",
  targetUri: `https://cms.example/callbacks/payter/${capability}`,
  headers: /** @type {[string, Uint8Array][]} */ ([["content-type", Buffer.from("application/json")]]),
  body: Buffer.from('{"serialNumber":"P66-0001","cardId":"c4a760a8","maskedPan":"************0042"}'),
  receivedAt: NOW,
};
const [verified] = plugins.verify(request);
if (verified?.event.tag !== "terminal" || verified.event.val.tag !== "card-read") throw new Error("not a card");
const tap = { read: verified.event.val.val, evse: { station: "CT-1", connector: 1 } };
const presented = /** @type {const} */ ({ tag: "card-presented", val: tap });
const { state } = plugins.step(policy, undefined, presented, NOW);
const receipt = document(summary);

/** @type {[string, () => unknown][]} */
const calls = [
  ["mint", () => plugins.mint("payter", { terminal: "P66-0001", read: "R", expiresAt: NOW })],
  ["verify", () => plugins.verify(request)],
  ["step (tap)", () => plugins.step(policy, undefined, presented, NOW)],
  ["step (deadline)", () => plugins.step(policy, state, { tag: "deadline-reached", val: undefined }, NOW)],
  ["offer", () => plugins.offer(policy, 5_000n, NOW)],
  ["screenText", () => plugins.screenText({ tag: "charging-begun" }, "en")],
  ["render (text)", () => plugins.render(receipt, { tag: "text", val: 40 }, "en")],
  ["render (html)", () => plugins.render(receipt, { tag: "html" }, "en")],
  ["render (pdf)", () => plugins.render(receipt, { tag: "pdf" }, "en")],
];
for (const [name, call] of calls) {
  for (let i = 0; i < WARM_UP; i++) call();
  const times = Array.from({ length: CALLS }, () => {
    const start = process.hrtime.bigint();
    call();
    return Number(process.hrtime.bigint() - start) / 1_000;
  }).sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => (times[Math.floor(CALLS * share)] ?? NaN).toFixed(1).padStart(9);
  console.log(`${name.padEnd(16)} median ${at(0.5)} µs   99 % below ${at(0.99)} µs`);
}
