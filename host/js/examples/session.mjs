// Verifies a callback, steps a session from tap to settled, and renders its receipt.
//
//     node session.mjs [JOURNAL]
//
// The payment provider and the station are played by `execute`; the store is the journal's file.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Plugins, Secret } from "chargetap-plugins";
import { Journal } from "./journal.mjs";
import { document, policy } from "./values.mjs";

const MINUTE = 60_000n;
const TAPPED_AT = 1_767_268_800_000n; // milliseconds since 1970

// Load the components, and the key of callback URLs.
const plugins = await Plugins.load(
  [
    [
      { id: "payter", scheme: { tag: "capability-url" } },
      [[{ id: "2026" }, new Secret("an example's key of at least 32 bytes")]],
    ],
  ],
  { unsigned: true }, // they were just built here
);

// Mint the URL to which the terminal reports one card, and verify the callback that comes.
const segment = plugins.mint("payter", {
  terminal: "P66-0001",
  read: "0123456789ABCDEFGHJK", // the arming id: unguessable, at most 20 characters
  expiresAt: TAPPED_AT + MINUTE,
});
assert(segment !== undefined);
const [verified] = plugins.verify({
  endpoint: "payter",
  capability: segment,
  method: "POST",
  targetUri: `https://cms.example/callbacks/payter/${segment}`,
  headers: [["content-type", Buffer.from("application/json")]],
  body: Buffer.from('{"serialNumber":"P66-0001","cardId":"c4a760a8","maskedPan":"************0042"}'),
  receivedAt: TAPPED_AT,
});
assert(verified?.event.tag === "terminal" && verified.event.val.tag === "card-read");
const read = verified.event.val.val;
console.log(`verified: a card at ${read.terminal} that ends in ${String(read.card.lastFour).padStart(4, "0")}`);

// Store each event with what is decided on it as one, and only then act upon it.
const journal = new Journal(process.argv[2] ?? temporaryPath());
let now = journal.last?.at ?? TAPPED_AT;
if (verified.dedupeKey === undefined || !journal.knows(verified.dedupeKey)) {
  step({ tag: "card-presented", val: { read, evse: { station: "CT-1", connector: 1 } } }, verified.dedupeKey);
}

// Execute every command, recorded as sent before it is. A host also sends `deadline-reached` when the last
// decision's deadline has passed; here nothing is late.
for (let open; (open = journal.open) !== undefined; ) {
  const { command, sent } = open;
  if (sent && hasOutcome(command)) {
    ended(command.id, { tag: "unknown" }); // the process ended before the answer came
    continue;
  }
  journal.sent(command.id);
  execute(command);
  if (!hasOutcome(command)) journal.done(command.id);
}
console.log(`the session is ${journal.last?.decision.view.phase}`);
journal.close();

/** A journal's path in a folder that is removed when the process ends. */
function temporaryPath() {
  const folder = mkdtempSync(join(tmpdir(), "chargetap-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  return join(folder, "journal");
}

/**
 * Decide on an event and store both. If it is refused, such as because the state cannot be read, nothing is stored
 * and the process ends: the event has not been taken.
 *
 * @param {import("chargetap-plugins").session.Event} event
 * @param {string} [dedupeKey]
 */
function step(event, dedupeKey) {
  const decision = plugins.step(policy, journal.last?.decision.state, event, now);
  journal.step({ at: now, event, dedupeKey, decision });
  console.log(`${event.tag}: ${decision.view.phase}`);
}

/**
 * @param {string} command
 * @param {import("chargetap-plugins").session.CommandResult} result
 */
function ended(command, result) {
  step({ tag: "command-ended", val: { command, result } });
}

/**
 * Whether the session waits for a command's outcome.
 *
 * @param {import("chargetap-plugins").session.Command} command
 */
function hasOutcome({ action }) {
  return ["authorise", "capture", "cancel", "look-up", "start-charging", "stop-charging"].includes(action.tag);
}

/**
 * Play the provider, the station and the terminal's screen.
 *
 * @param {import("chargetap-plugins").session.Command} command
 */
function execute({ id, action }) {
  now += MINUTE;
  switch (action.tag) {
    case "look-up":
      return ended(id, { tag: "open-holds", val: [] });
    case "authorise":
      return ended(id, { tag: "authorised", val: { payment: "pay-1", amount: 5_000n } });
    case "start-charging":
      ended(id, { tag: "done" });
      step({ tag: "charging-started", val: { energy: 12_345n, at: now } });
      now += 20n * MINUTE;
      return step({ tag: "charging-stopped", val: { energy: 22_345n, at: now, reason: "Local" } });
    case "capture":
      assert.equal(action.val.amount, 613n); // 10 kWh at 0.49, with 25 % VAT
      return ended(id, { tag: "done" });
    case "show-message":
      return console.log(`screen: ${plugins.screenText(action.val.message, "en")}`);
    case "issue-receipt": {
      assert(action.val.tag === "session");
      const receipt = plugins.render(document(action.val.val), { tag: "text", val: 40 }, "en");
      return console.log(new TextDecoder().decode(receipt.body));
    }
    default:
      throw new Error(`not expected here: ${action.tag}`);
  }
}
