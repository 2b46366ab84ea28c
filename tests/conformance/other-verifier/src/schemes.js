// Signed callbacks of payment providers.

import { header, isObject, malformed, parseObject } from "./bodies.js";
import { fromBase64, fromHex, natural, sha256Hex, utf8 } from "./encoding.js";
import { checkFreshness, checkWindow, findKey } from "./keys.js";
import { refuse } from "./refuse.js";
import { adyenReport, plainReport, stripeReport } from "./reports.js";

const malformedSignature = (where) => refuse("malformed-signature", where);

/** A message of a moment before some bytes. */
function before(text, bytes) {
  const head = utf8(text);
  const message = new Uint8Array(head.length + bytes.length);
  message.set(head);
  message.set(bytes, head.length);
  return message;
}

export function verifyStandardWebhook({ endpoint, keys }, request) {
  const of = (name) => header(request, `webhook-${name}`) ?? header(request, `svix-${name}`);
  const given = of("signature");
  if (given === undefined) throw refuse("no-signature");
  const id = of("id");
  const timestamp = of("timestamp") ?? "";
  const sentAt = natural(timestamp);
  if (!id) throw malformedSignature("id");
  if (sentAt === undefined) throw malformedSignature("timestamp");
  const signatures = given
    .split(" ")
    .filter((entry) => entry.startsWith("v1,"))
    .map((entry) => fromBase64(entry.slice(3)));
  if (signatures.length === 0) throw refuse("unsupported-algorithm");
  if (signatures.some((signature) => signature?.length !== 32)) throw malformedSignature("v1");
  const key = findKey(keys, before(`${id}.${timestamp}.`, request.body), signatures);
  checkFreshness(sentAt * 1_000n, endpoint, request.receivedAt);
  checkWindow(key, request.receivedAt);
  return [verified(plainReport(request.body), ["webhook", endpoint.id, id], key)];
}

export function verifyStripe({ endpoint, keys }, request) {
  const given = header(request, "stripe-signature");
  if (given === undefined) throw refuse("no-signature");
  const entries = given.split(",").map((entry) => entry.split("="));
  if (entries.some((entry) => entry.length !== 2)) throw malformedSignature("stripe-signature");
  const of = (name) => entries.filter(([it]) => it === name).map(([, value]) => value);
  const [timestamp = "", ...more] = of("t");
  const sentAt = natural(timestamp);
  if (sentAt === undefined || more.length > 0) throw malformedSignature("t");
  const signatures = of("v1").map(fromHex);
  if (signatures.length === 0) throw refuse("unsupported-algorithm");
  if (signatures.some((signature) => signature?.length !== 32)) throw malformedSignature("v1");
  const key = findKey(keys, before(`${timestamp}.`, request.body), signatures);
  checkFreshness(sentAt * 1_000n, endpoint, request.receivedAt);
  checkWindow(key, request.receivedAt);
  const { id, event } = stripeReport(request.body);
  return [verified(event, ["stripe", endpoint.id, id], key)];
}

export function verifyRawBody({ endpoint, keys }, request) {
  const { name, prefix } = endpoint.scheme.val;
  const given = header(request, name);
  if (given === undefined) throw refuse("no-signature");
  const signature = given.startsWith(prefix) ? fromHex(given.slice(prefix.length)) : undefined;
  if (signature?.length !== 32) throw malformedSignature(name);
  const key = findKey(keys, request.body, [signature]);
  checkWindow(key, request.receivedAt);
  return [verified(plainReport(request.body), ["body", endpoint.id, sha256Hex(request.body)], key)];
}

const ADYEN_ITEMS = 20;

export function verifyAdyen({ endpoint, keys }, request) {
  const { notificationItems: items } = parseObject(request.body);
  if (!Array.isArray(items) || items.length === 0) throw malformed("notificationItems");
  if (items.length > ADYEN_ITEMS) throw refuse("batch-too-large", ADYEN_ITEMS);
  const signed = items.map((outer) => {
    const item = isObject(outer) ? outer.NotificationRequestItem : undefined;
    if (!isObject(item)) throw malformed("NotificationRequestItem");
    const given = isObject(item.additionalData) ? item.additionalData.hmacSignature : undefined;
    if (typeof given !== "string") throw refuse("no-signature");
    const signature = fromBase64(given);
    if (signature?.length !== 32) throw malformedSignature("hmacSignature");
    const amount = isObject(item.amount) ? item.amount : {};
    const fields = [
      item.pspReference,
      item.originalReference,
      item.merchantAccountCode,
      item.merchantReference,
      amount.value,
      amount.currency,
      item.eventCode,
      item.success,
    ].map((field) => String(field ?? ""));
    const text = fields.join(":");
    return { fields, text, key: findKey(keys, utf8(text), [signature]) };
  });
  return signed.map(({ fields, text, key }) => {
    checkWindow(key, request.receivedAt);
    return verified(adyenReport(fields), ["adyen", endpoint.id, text], key);
  });
}

/** An event; `names` tell its repeats. */
export const verified = (event, names, key) => ({
  event,
  dedupeKey: sha256Hex(utf8(JSON.stringify(names))),
  keyId: key.id,
});
