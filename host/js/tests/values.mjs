// Values of the contract between the cases' JSON and JavaScript as jco has it, directed by types.json.

import assert from "node:assert/strict";

/**
 * @typedef {any} Type one of types.json
 * @typedef {any} Json with bigints for numbers
 * @typedef {Map<string, any>} Kept
 */

/** WIT's names as jco writes them. */
export const camel = (/** @type {string} */ name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
export const pascal = (/** @type {string} */ name) => camel(`-${name}`);

const BIG = ["u64", "s64"];
const SMALL = ["u8", "u16", "u32", "s8", "s16", "s32"];
const isBytes = (/** @type {Type} */ type) => type.list === "u8";
const isObject = (/** @type {Json} */ json) => typeof json === "object" && json !== null && !Array.isArray(json);

/**
 * The payload of an object with this single key.
 *
 * @param {Json} json
 * @param {string} key
 */
function only(json, key) {
  return isObject(json) && Object.keys(json).length === 1 ? json[key] : undefined;
}

/**
 * A variant's or result's name and payload.
 *
 * @param {Json} json
 * @returns {[string, Json]}
 */
function named(json) {
  if (typeof json === "string") return [json, undefined];
  const [entry, ...more] = isObject(json) ? Object.entries(json) : [];
  assert(entry !== undefined && more.length === 0, `not one case: ${show(json)}`);
  return entry;
}

const show = (/** @type {Json} */ json) =>
  JSON.stringify(json, (_, value) => (typeof value === "bigint" ? Number(value) : value));

export class Values {
  #types;

  /** @param {Record<string, Type>} types those that have names */
  constructor(types) {
    this.#types = types;
  }

  /** @param {Type} type */
  #resolve(type) {
    while (type?.named !== undefined) {
      assert(type.named in this.#types, `types.json has no ${type.named}`);
      type = this.#types[type.named];
    }
    return type;
  }

  /**
   * What to hand over for an argument in JSON.
   *
   * @param {Type} unresolved
   * @param {Json} json
   * @param {Kept} kept
   * @returns {any}
   */
  read(unresolved, json, kept) {
    const type = this.#resolve(unresolved);
    const use = only(json, "use");
    if (use !== undefined) {
      assert(kept.has(use), `nothing is kept as ${use}`);
      return kept.get(use);
    }
    const all = (/** @type {[Type, Json][]} */ pairs) => pairs.map(([type, json]) => this.read(type, json, kept));
    if (BIG.includes(type)) return json;
    if (SMALL.includes(type)) return Number(json);
    if (typeof type === "string" || type.enum) return json;
    if (isBytes(type)) {
      return new Uint8Array(json.utf8 === undefined ? Buffer.from(json.base64, "base64") : Buffer.from(json.utf8));
    }
    if (type.list) return all(json.map((/** @type {Json} */ item) => [type.list, item]));
    if (type.tuple) {
      return all(type.tuple.map((/** @type {Type} */ item, /** @type {number} */ at) => [item, json[at]]));
    }
    if (type.option) return json === null || json === undefined ? undefined : this.read(type.option, json, kept);
    if (type.record) {
      const names = type.record.map((/** @type {[string, Type]} */ [name]) => name);
      assert(Object.keys(json).every((name) => names.includes(name)), `other members than ${names}: ${show(json)}`);
      return Object.fromEntries(
        type.record.map((/** @type {[string, Type]} */ [name, member]) => [
          camel(name),
          this.read(member, json[name], kept),
        ]),
      );
    }
    if (type.variant) {
      const [tag, payload] = named(json);
      const inner = payloadType(type, tag);
      return inner === null ? { tag } : { tag, val: this.read(inner, payload, kept) };
    }
    throw new Error(`no argument can be of the type ${show(type)}`);
  }

  /**
   * A value as canonical JSON.
   *
   * @param {Type} unresolved
   * @param {any} value
   * @returns {string}
   */
  write(unresolved, value) {
    const type = this.#resolve(unresolved);
    if (type === null) return "null";
    if (BIG.includes(type) || SMALL.includes(type)) return String(value);
    if (typeof type === "string" || type.enum) return JSON.stringify(value);
    if (type.handle) return '"handle"';
    if (isBytes(type)) return JSON.stringify({ base64: Buffer.from(value).toString("base64") });
    if (type.list) return `[${value.map((/** @type {any} */ item) => this.write(type.list, item))}]`;
    if (type.tuple) {
      return `[${type.tuple.map((/** @type {Type} */ item, /** @type {number} */ at) => this.write(item, value[at]))}]`;
    }
    if (type.option) return value === undefined ? "null" : this.write(type.option, value);
    if (type.record) {
      const member = (/** @type {[string, Type]} */ [name, member]) =>
        `${JSON.stringify(name)}:${this.write(member, value[camel(name)])}`;
      return `{${type.record.map(member)}}`;
    }
    const name = type.result && value.tag === "err" ? "error" : value.tag;
    const inner = payloadType(type, name);
    if (inner === null && type.variant) return JSON.stringify(name);
    return `{${JSON.stringify(name)}:${this.write(inner, value.val)}}`;
  }

  /**
   * Compare a value with what is expected, and keep what is to be kept. Fails with the place of a difference.
   *
   * @param {Type} unresolved
   * @param {Json} json
   * @param {any} value
   * @param {Kept} kept
   * @param {string} place
   */
  match(unresolved, json, value, kept, place) {
    const type = this.#resolve(unresolved);
    const found = () => this.write(type, value);
    const differ = () => assert.fail(`${place}: expected ${show(json)}, found ${found()}`);
    const [bind, use, other] = ["bind", "use", "other-than"].map((key) => only(json, key));
    if (bind !== undefined) {
      kept.set(bind, value);
    } else if (use !== undefined || other !== undefined) {
      const name = use ?? other;
      assert(kept.has(name), `${place}: nothing is kept as ${name}`);
      if ((this.write(type, kept.get(name)) === found()) !== (use !== undefined)) differ();
    } else if (only(json, "contains") !== undefined && (isBytes(type) || type === "string")) {
      const text = isBytes(type) ? new TextDecoder("utf-8", { fatal: true }).decode(value) : value;
      for (const part of json.contains) assert(text.includes(part), `${place}: ${show(part)} is not in ${text}`);
    } else if (type?.list && !isBytes(type)) {
      if (!Array.isArray(json) || json.length !== value.length) differ();
      json.forEach((/** @type {Json} */ item, /** @type {number} */ at) =>
        this.match(type.list, item, value[at], kept, `${place}[${at}]`),
      );
    } else if (type?.tuple) {
      if (!Array.isArray(json) || json.length !== type.tuple.length) differ();
      type.tuple.forEach((/** @type {Type} */ item, /** @type {number} */ at) =>
        this.match(item, json[at], value[at], kept, `${place}[${at}]`),
      );
    } else if (type?.record) {
      this.#matchRecord(type, json, value, kept, place);
    } else if (type?.option && value !== undefined && json !== null && json !== undefined) {
      this.match(type.option, json, value, kept, place);
    } else if (type?.variant || type?.result) {
      const [name, payload] = named(json);
      const tag = type.result && name === "error" ? "err" : name;
      if (value.tag !== tag) differ();
      const inner = payloadType(type, name);
      if (inner !== null) this.match(inner, payload, value.val, kept, `${place}.${name}`);
    } else if (type === null ? json !== null : this.write(type, this.read(type, json, kept)) !== found()) {
      differ();
    }
  }

  /**
   * @param {Type} type
   * @param {Json} json
   * @param {any} value
   * @param {Kept} kept
   * @param {string} place
   */
  #matchRecord(type, json, value, kept, place) {
    assert(isObject(json), `${place}: ${show(json)} is no record`);
    const names = type.record.map((/** @type {[string, Type]} */ [name]) => name);
    for (const name of Object.keys(json)) assert(names.includes(name), `${place}: there is no member ${name}`);
    for (const [name, member] of type.record) {
      const absent = json[name] === undefined && this.#resolve(member).option === undefined;
      assert(!absent, `${place}: nothing is expected of ${name}`);
      this.match(member, json[name], value[camel(name)], kept, `${place}.${name}`);
    }
  }
}

/**
 * The payload's type of a case.
 *
 * @param {Type} type
 * @param {string} name
 * @returns {Type}
 */
function payloadType(type, name) {
  const cases = type.variant ?? [["ok", type.result[0]], ["error", type.result[1]]];
  const found = cases.find((/** @type {[string, Type]} */ [it]) => it === name);
  assert(found !== undefined, `there is no case ${name}`);
  return found[1];
}
