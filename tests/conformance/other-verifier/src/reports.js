// What payment providers report.

import { isObject, parseObject, required } from "./bodies.js";
import { money, safe } from "./texts.js";

const report = (change, { payment, changeId, reference, amount }) => ({
  tag: "payment",
  val: { change, payment: safe(payment), changeId: safe(changeId), reference: safe(reference), amount },
});

const unknown = (kind) => ({ tag: "unknown", val: safe(kind) ?? "" });

const CHANGES = {
  "payment.captured": "captured",
  "payment.capture_failed": "capture-failed",
  "payment.refunded": "refunded",
  "payment.refund_failed": "refund-failed",
  "payment.disputed": "disputed",
  "payment.dispute_won": "dispute-won",
  "payment.dispute_lost": "dispute-lost",
};

/** A body with `type` and `data`. */
export function plainReport(body) {
  const object = parseObject(body);
  const kind = required(object, "type");
  const change = Object.hasOwn(CHANGES, kind) ? CHANGES[kind] : undefined;
  if (change === undefined) return unknown(kind);
  const data = isObject(object.data) ? object.data : {};
  return report(change, {
    payment: data.payment,
    changeId: data.change,
    reference: data.reference,
    amount: money(data.amount, data.currency),
  });
}

const STRIPE_REFUNDS = { succeeded: "refunded", failed: "refund-failed", canceled: "refund-failed" };
const STRIPE_DISPUTES = { won: "dispute-won", lost: "dispute-lost" };

function stripeChange(kind, status) {
  const of = (changes) => (Object.hasOwn(changes, status) ? changes[status] : undefined);
  switch (kind) {
    case "charge.captured":
      return "captured";
    case "refund.created":
    case "refund.updated":
      return of(STRIPE_REFUNDS);
    case "refund.failed":
      return "refund-failed";
    case "charge.dispute.created":
      return "disputed";
    case "charge.dispute.closed":
      return of(STRIPE_DISPUTES);
    default:
      return undefined;
  }
}

/** An event of Stripe, and its id. */
export function stripeReport(body) {
  const event = parseObject(body);
  const id = required(event, "id");
  const kind = required(event, "type");
  const object = isObject(event.data) && isObject(event.data.object) ? event.data.object : {};
  const change = stripeChange(kind, String(object.status));
  if (change === undefined) return { id, event: unknown(kind) };
  const amount = change === "captured" ? object.amount_captured : object.amount;
  return {
    id,
    event: report(change, {
      payment: object.payment_intent,
      changeId: object.id,
      amount: money(amount, object.currency),
    }),
  };
}

const ADYEN_CHANGES = {
  "CAPTURE:true": "captured",
  "CAPTURE:false": "capture-failed",
  "CAPTURE_FAILED:true": "capture-failed",
  "REFUND:true": "refunded",
  "REFUND:false": "refund-failed",
  "REFUND_FAILED:true": "refund-failed",
  "REFUNDED_REVERSED:true": "refund-failed",
  "CHARGEBACK:true": "disputed",
  "NOTIFICATION_OF_CHARGEBACK:true": "disputed",
  "CHARGEBACK_REVERSED:true": "dispute-won",
  "SECOND_CHARGEBACK:true": "dispute-lost",
};

/** A signed item of Adyen, by its eight fields in the order in which they are signed. */
export function adyenReport(fields) {
  const [psp, original, , reference, value, currency, code, success] = fields;
  if (fields.some((field) => field.includes(":"))) return unknown("");
  const kind = `${code}:${success}`;
  const change = Object.hasOwn(ADYEN_CHANGES, kind) ? ADYEN_CHANGES[kind] : undefined;
  if (change === undefined) return unknown(code);
  const amount = /^[0-9]{1,12}$/.test(value) ? money(Number(value), currency) : undefined;
  return report(change, { payment: original, changeId: psp, reference, amount });
}
