// Capability URLs, and what Payter reports to them.

import { isObject, malformed, parseObject, required } from "./bodies.js";
import { equal, fromBase64, fromUtf8, toBase64, toHex, utf8 } from "./encoding.js";
import { checkWindow, seconds, signTexts } from "./keys.js";
import { refuse } from "./refuse.js";
import { capitals, lastFour, safe } from "./texts.js";

const toSegment = (bytes) => toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function fromSegment(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  return fromBase64(text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4));
}

const claims = (endpoint, { terminal, read, expiresAt }) => [
  "capability",
  endpoint,
  terminal ?? null,
  read ?? null,
  String(expiresAt),
];

const isTerminal = (text) => /^[A-Za-z0-9._-]{1,120}$/.test(text);
const isRead = (text) => /^[0-9A-Z]{1,20}$/.test(text);

/** The path segment for a terminal and a read, if these have their form, or, without both, for the state webhook. */
export function mint({ endpoint, keys }, { terminal, read, expiresAt }) {
  if (terminal !== undefined && !(isTerminal(terminal) && isRead(read))) return undefined;
  const texts = claims(endpoint.id, { terminal: terminal && capitals(terminal), read, expiresAt });
  const tag = signTexts(keys[0].secret, ...texts);
  return `${toSegment(utf8(JSON.stringify(texts.slice(2))))}.${toSegment(tag)}`;
}

/** What a segment claims, and its signature. */
function parse(segment) {
  const [claimed, tag, more] = segment.split(".").map(fromSegment);
  if (claimed === undefined || tag === undefined || more !== undefined) return undefined;
  try {
    const [terminal, read, expiresAt] = JSON.parse(fromUtf8(claimed));
    const isText = (value) => value === null || typeof value === "string";
    if (!isText(terminal) || !isText(read) || !/^[0-9]{1,20}$/.test(expiresAt)) return undefined;
    return { terminal: terminal ?? undefined, read: read ?? undefined, expiresAt: BigInt(expiresAt), tag };
  } catch {
    return undefined;
  }
}

export const claimedTerminal = (segment) => parse(segment)?.terminal;

export function verify({ endpoint, keys }, request) {
  const capability = parse(request.capability);
  if (capability === undefined) throw refuse("malformed-capability");
  const key = keys.find(({ secret }) =>
    equal(signTexts(secret, ...claims(endpoint.id, capability)), capability.tag),
  );
  if (key === undefined) throw refuse("mismatch");
  const { terminal, read, expiresAt } = capability;
  const now = request.receivedAt;
  if (now === undefined) throw refuse("clock-not-trusted");
  checkWindow(key, now);
  if (now >= expiresAt) throw refuse("stale", seconds(now - expiresAt));
  const body = parseObject(request.body);
  const naming = keys[keys.length - 1].secret;
  const event =
    terminal === undefined ? stateEvent(body) : readEvent(body, { terminal, read, endpoint, naming });
  const delivery = () => toHex(signTexts(naming, "delivery", endpoint.id, terminal, read, JSON.stringify(body)));
  return [
    {
      event: { tag: "terminal", val: event },
      dedupeKey: terminal === undefined ? undefined : delivery(),
      keyId: key.id,
    },
  ];
}

const serialNumber = (object) => capitals(required(object, "serialNumber"));

function stateEvent(body) {
  if (typeof body.online !== "boolean") throw refuse("unknown-event");
  const terminal = safe(serialNumber(body));
  if (terminal === undefined) throw malformed("serialNumber");
  return { tag: "connectivity", val: { terminal, online: body.online } };
}

function readEvent(body, { terminal, read, endpoint, naming }) {
  const isHint = isObject(body.session);
  if (serialNumber(isHint ? body.session : body) !== terminal) throw refuse("wrong-terminal");
  if (isHint) return { tag: "payment-hint", val: { terminal, read, payment: safe(body.session.sessionId) } };
  if ("screenId" in body) {
    const choice = safe(required(body, "response"));
    if (body.screenId !== read) throw malformed("screenId");
    if (choice === undefined) throw malformed("response");
    return { tag: "screen-answer", val: { terminal, screen: read, choice } };
  }
  if (!("cardId" in body)) throw refuse("unknown-event");
  const hash = new DataView(signTexts(naming, "card", endpoint.id, required(body, "cardId")).buffer);
  const { scheme, application } = readApplication(body.aid);
  const reference = { high: hash.getBigUint64(0), low: hash.getBigUint64(8) };
  const card = { scheme, lastFour: lastFour(body.maskedPan), reference };
  return { tag: "card-read", val: { terminal, read, card, application } };
}

const SCHEMES = {
  A000000003: "visa",
  A000000004: "mastercard",
  A000000025: "amex",
  A000000152: "discover",
  A000000065: "jcb",
  A000000333: "unionpay",
  A000000359: "girocard",
};

/** The scheme of a card by its application id, and that id in its parts if it is whole. */
function readApplication(aid) {
  const isId = typeof aid === "string" && /^([0-9A-F]{2}){5,16}$/.test(aid);
  const rid = isId ? aid.slice(0, 10) : "";
  if (!Object.hasOwn(SCHEMES, rid)) return { scheme: "unknown" };
  const pix = aid.slice(10);
  const isMaestro = rid === "A000000004" && pix.startsWith("3060");
  const pixBytes = pix.length / 2;
  const application = { rid: BigInt(`0x${rid}`), pix: BigInt(`0x0${pix}`), pixBytes };
  return {
    scheme: isMaestro ? "maestro" : SCHEMES[rid],
    application: pixBytes <= 5 ? application : undefined,
  };
}
