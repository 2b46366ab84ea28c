// The keys of an endpoint.

import { hmac } from "../node_modules/@noble/hashes/hmac.js";
import { sha256 } from "../node_modules/@noble/hashes/sha2.js";
import { equal, fromBase64, fromHex, fromUtf8, utf8 } from "./encoding.js";
import { refuse } from "./refuse.js";

export { sha256 };

export const sign = (secret, message) => hmac(sha256, secret, message);

/** A signature over several texts, none of which can be taken for another. */
export const signTexts = (secret, ...texts) => sign(secret, utf8(JSON.stringify(texts)));

const own = (text, bytes) => bytes;
const SECRETS = {
  "capability-url": { decode: own, least: 32 },
  "standard-webhooks": {
    decode: (text) => (text?.startsWith("whsec_") ? fromBase64(text.slice(6)) : undefined),
    least: 24,
    most: 64,
  },
  stripe: { decode: own, least: 24 },
  "raw-body": { decode: own, least: 24 },
  adyen: { decode: (text) => text && fromHex(text.toLowerCase()), least: 24 },
  "http-message-signature": { decode: (text) => text && fromBase64(text), least: 24 },
};

/** Check the keys of an endpoint and prepare them, from the newest to the oldest. */
export function prepare(endpoint, keys) {
  if (keys.length === 0) throw refuse("no-key", endpoint.id);
  const { decode, least, most = Infinity } = SECRETS[endpoint.scheme.tag];
  const ids = new Set();
  return keys.map(([{ id, notBefore, notAfter }, given]) => {
    const place = { endpoint: endpoint.id, key: id };
    if (ids.has(id)) throw refuse("repeated-key", place);
    ids.add(id);
    const secret = decode(fromUtf8(given), given);
    if (secret === undefined) throw refuse("malformed-key", place);
    const isWeak = secret.length < least || secret.length > most || new Set(secret).size < 8;
    if (isWeak) throw refuse("weak-key", place);
    if (notBefore !== undefined && notAfter !== undefined && notAfter <= notBefore) {
      throw refuse("empty-window", place);
    }
    return { id, notBefore, notAfter, secret };
  });
}

/** The key that made one of the signatures of a message. */
export function findKey(keys, message, signatures) {
  const key = keys.find(({ secret }) => {
    const right = sign(secret, message);
    return signatures.some((signature) => equal(signature, right));
  });
  if (key === undefined) throw refuse("mismatch");
  return key;
}

/** Refuse what a key signed outside its window. */
export function checkWindow({ id, notBefore, notAfter }, now) {
  if (notBefore === undefined && notAfter === undefined) return;
  if (now === undefined) throw refuse("clock-not-trusted");
  if (notBefore !== undefined && now < notBefore) throw refuse("premature-key", id);
  if (notAfter !== undefined && now >= notAfter) throw refuse("expired-key", id);
}

/** Refuse what was signed too long ago, or too far in the future. Moments are in milliseconds. */
export function checkFreshness(signedAt, { tolerance = 300_000n }, now) {
  if (now === undefined) throw refuse("clock-not-trusted");
  if (now > signedAt + tolerance) throw refuse("stale", seconds(now - signedAt - tolerance));
  if (signedAt > now + tolerance) throw refuse("from-future", seconds(signedAt - now - tolerance));
}

/** Full seconds as 32 bits hold them. */
export function seconds(milliseconds) {
  const count = milliseconds / 1_000n;
  return Number(count > 0xffff_ffffn ? 0xffff_ffffn : count);
}
