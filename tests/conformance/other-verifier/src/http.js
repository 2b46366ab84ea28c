// RFC 9421 with hmac-sha256, over the digest of RFC 9530.

import { headerValues } from "./bodies.js";
import { equal, fromBase64, natural, sha256Hex, utf8 } from "./encoding.js";
import { checkFreshness, checkWindow, findKey, seconds, sha256 } from "./keys.js";
import { refuse } from "./refuse.js";
import { plainReport } from "./reports.js";
import { verified } from "./schemes.js";

const malformed = (where) => refuse("malformed-signature", where);

const NAME = "[a-z*][a-z0-9_.*-]*";
const PARAMETER = `;(${NAME})=("[^"\\\\]*"|[0-9]+)`;
const INPUT = new RegExp(`(${NAME})=(\\(("[^"\\\\]*"(?: "[^"\\\\]*")*)?\\)((?:${PARAMETER})*))(?:, *|$)`, "y");
const SIGNATURE = new RegExp(`(${NAME})=:([A-Za-z0-9+/=]*):(?:, *|$)`, "y");

/** The members of a header that is a dictionary. */
function members(request, name, pattern) {
  const text = headerValues(request, name).join(", ").trim();
  const found = [];
  for (pattern.lastIndex = 0; pattern.lastIndex < text.length; ) {
    const match = pattern.exec(text);
    if (match === null) throw malformed(name);
    found.push(match);
  }
  return found;
}

export function verifyHttpSignature({ endpoint, keys }, request) {
  const inputs = members(request, "signature-input", INPUT);
  const given = new Map(members(request, "signature", SIGNATURE).map(([, label, it]) => [label, it]));
  const [input, ...more] = inputs.filter(([, label]) => given.has(label));
  if (input === undefined) throw refuse("no-signature");
  if (more.length > 0) throw malformed("several signatures");
  const [, label, signatureParameters, list = "", parameterText] = input;
  const signature = fromBase64(given.get(label));
  const components = (list.match(/"[^"]*"/g) ?? []).map((it) => it.slice(1, -1));
  const parameters = new Map(
    [...parameterText.matchAll(new RegExp(PARAMETER, "g"))].map(([, name, value]) => [name, value]),
  );
  const text = (name) => parameters.get(name)?.match(/^"(.*)"$/)?.[1];

  if ((text("alg") ?? "hmac-sha256") !== "hmac-sha256") throw refuse("unsupported-algorithm");
  if (!components.includes("content-digest")) throw malformed("content-digest is not covered");
  if (new Set(components).size !== components.length) throw malformed("a component twice");
  const created = natural(parameters.get("created") ?? "");
  if (created === undefined) throw malformed("created");
  if (signature?.length !== 32) throw malformed("signature");
  const lines = components.map((name) => `"${name}": ${componentValue(request, name)}\n`);
  const message = utf8(`${lines.join("")}"@signature-params": ${signatureParameters}`);

  const keyId = text("keyid");
  const named = keyId === undefined ? keys : keys.filter(({ id }) => id === keyId);
  if (named.length === 0) throw refuse("unknown-key");
  const key = findKey(named, message, [signature]);
  checkDigest(request);
  checkTimes(created, parameters.get("expires"), endpoint, request.receivedAt);
  checkWindow(key, request.receivedAt);
  return [verified(plainReport(request.body), ["body", endpoint.id, sha256Hex(request.body)], key)];
}

function checkTimes(created, expiry, endpoint, now) {
  checkFreshness(created * 1_000n, endpoint, now);
  if (expiry === undefined) return;
  const expires = natural(expiry);
  if (expires === undefined) throw malformed("expires");
  if (now >= expires * 1_000n) throw refuse("stale", seconds(now - expires * 1_000n));
}

function checkDigest(request) {
  const text = headerValues(request, "content-digest").join(", ");
  const digest = fromBase64(text.match(/(?:^|, *)sha-256=:([A-Za-z0-9+/=]*):(?:$|,)/)?.[1] ?? "");
  if (digest?.length !== 32) throw malformed("content-digest");
  if (!equal(digest, sha256(request.body))) throw refuse("mismatch");
}

function componentValue(request, name) {
  if (!name.startsWith("@")) {
    const values = headerValues(request, name);
    if (values.length === 0) throw malformed(name);
    return values.map((value) => value.trim()).join(", ");
  }
  const [, scheme, authority, path, query] =
    request.targetUri.match(/^([a-z]+):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?$/i) ?? [];
  const port = { https: ":443", http: ":80" }[scheme?.toLowerCase()];
  const host = authority?.toLowerCase();
  const values = {
    "@method": request.method,
    "@target-uri": request.targetUri,
    "@scheme": scheme?.toLowerCase(),
    "@authority": port !== undefined && host?.endsWith(port) ? host.slice(0, -port.length) : host,
    "@path": path === "" ? "/" : path,
    "@query": query ?? "?",
    "@request-target": path === undefined ? undefined : `${path === "" ? "/" : path}${query ?? ""}`,
  };
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw malformed(name);
  return value;
}
