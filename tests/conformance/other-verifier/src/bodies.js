// Bodies, and what their limits are.

import { fromUtf8 } from "./encoding.js";
import { refuse } from "./refuse.js";

const BODY = 64 * 1024;
const HEADERS = 100;
const HEADER_BYTES = 16 * 1024;
const DEPTH = 32;

/** Refuse a callback that is larger than any should be. */
export function checkSize({ headers, body }) {
  if (headers.length > HEADERS) throw refuse("too-many-headers", HEADERS);
  const bytes = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (bytes > HEADER_BYTES) throw refuse("headers-too-large", HEADER_BYTES);
  if (body.length > BODY) throw refuse("too-large", BODY);
}

export const malformed = (where) => refuse("malformed-body", where);

/** The object that a body is. */
export function parseObject(body) {
  const text = fromUtf8(body);
  if (text === undefined) throw malformed("not UTF-8");
  checkDepth(text);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("not JSON");
  }
  if (!isObject(value)) throw malformed("not an object");
  return value;
}

export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** A text that must be there. */
export function required(object, name) {
  const value = isObject(object) ? object[name] : undefined;
  if (typeof value !== "string" || value === "") throw malformed(name);
  return value;
}

function checkDepth(text) {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isInText) {
      if (character === "\\") at++;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === "[" || character === "{") {
      if (++depth > DEPTH) throw refuse("too-deep", DEPTH);
    } else if (character === "]" || character === "}") depth--;
  }
}

/** The values of a header, in the order of arrival. */
export function headerValues(request, name) {
  const wanted = name.toLowerCase();
  return request.headers
    .filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => {
      const text = fromUtf8(value);
      if (text === undefined) throw refuse("malformed-signature", name);
      return text;
    });
}

/** The only value of a header; nothing if there is none. */
export function header(request, name) {
  const values = headerValues(request, name);
  if (values.length > 1) throw refuse("malformed-signature", name);
  return values[0];
}
