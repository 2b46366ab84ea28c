// Bytes as texts. Each has one spelling only; anything else is `undefined`.

import { sha256 } from "../node_modules/@noble/hashes/sha2.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEX = "0123456789abcdef";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export const utf8 = (text) => encoder.encode(text);

export function fromUtf8(bytes) {
  const text = decoder.decode(bytes);
  return equal(encoder.encode(text), bytes) ? text : undefined;
}

export const toHex = (bytes) => Array.from(bytes, (byte) => HEX[byte >> 4] + HEX[byte & 15]).join("");

export const sha256Hex = (bytes) => toHex(sha256(bytes));

export function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) return undefined;
  return new Uint8Array((text.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
}

export function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    text += BASE64[bits >> 18] + BASE64[(bits >> 12) & 63] + BASE64[(bits >> 6) & 63] + BASE64[bits & 63];
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - missing) + "=".repeat(missing);
}

export function fromBase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = [];
  for (let at = 0; at < text.length; at += 4) {
    const bits = [...text.slice(at, at + 4)].reduce((sum, it) => sum * 64 + Math.max(BASE64.indexOf(it), 0), 0);
    bytes.push((bits >> 16) & 255, (bits >> 8) & 255, bits & 255);
  }
  const padding = text.length - text.replace(/=+$/, "").length;
  const result = new Uint8Array(bytes.slice(0, bytes.length - padding));
  return toBase64(result) === text ? result : undefined;
}

/** Whether bytes are the same, in a time that does not tell where they differ. */
export function equal(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a[at] ^ b[at];
  return difference === 0;
}

/** A natural number of at most eleven digits. */
export const natural = (text) => (/^(0|[1-9][0-9]{0,10})$/.test(text) ? BigInt(text) : undefined);
