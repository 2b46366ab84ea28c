// A store in one file: each line is one transaction, on disk before anything follows from it.

import { appendFileSync, closeSync, fsyncSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * @typedef {import("chargetap-plugins").session.Event} Event
 * @typedef {import("chargetap-plugins").session.Decision} Decision
 * @typedef {import("chargetap-plugins").session.Command} Command
 * @typedef {{ at: bigint, event: Event, dedupeKey: string | undefined, decision: Decision }} Step
 * @typedef {Step | { sent: string } | { done: string }} Entry
 */

export class Journal {
  #file;
  /** @type {Entry[]} */
  #entries;

  /** @param {string} path */
  constructor(path) {
    this.#file = openSync(path, "a+");
    const bytes = readFileSync(path);
    const end = bytes.lastIndexOf("\n") + 1; // a line that a crash cut off never happened
    ftruncateSync(this.#file, end);
    fsyncSync(this.#file);
    syncFolder(dirname(path));
    this.#entries = bytes.toString("utf8", 0, end).split("\n").slice(0, -1).map(parse);
  }

  /**
   * Store an event and what was decided on it: state, commands and deadline, as one.
   *
   * @param {Step} step
   */
  step(step) {
    this.#append(step);
  }

  /**
   * Store that a command is about to be sent.
   *
   * @param {string} command
   */
  sent(command) {
    this.#append({ sent: command });
  }

  /**
   * Store that a command is done which has no outcome for the session.
   *
   * @param {string} command
   */
  done(command) {
    this.#append({ done: command });
  }

  /** The last step. */
  get last() {
    return this.#steps.at(-1);
  }

  /**
   * Whether a callback was stored before.
   *
   * @param {string} dedupeKey
   */
  knows(dedupeKey) {
    return this.#steps.some((step) => step.dedupeKey === dedupeKey);
  }

  /** The oldest command that has not ended, and whether it was sent. */
  get open() {
    /** @type {Map<string, { command: Command, sent: boolean }>} */
    const open = new Map();
    for (const entry of this.#entries) {
      if ("sent" in entry) {
        const it = open.get(entry.sent);
        if (it !== undefined) it.sent = true;
      } else if ("done" in entry) {
        open.delete(entry.done);
      } else {
        if (entry.event.tag === "command-ended") open.delete(entry.event.val.command);
        for (const command of entry.decision.commands) open.set(command.id, { command, sent: false });
      }
    }
    return open.values().next().value;
  }

  get #steps() {
    return this.#entries.filter((entry) => "event" in entry);
  }

  close() {
    closeSync(this.#file);
  }

  /** @param {Entry} entry */
  #append(entry) {
    appendFileSync(this.#file, `${JSON.stringify(entry, replace)}\n`);
    fsyncSync(this.#file);
    this.#entries.push(entry);
  }
}

/** @param {string} path */
function syncFolder(path) {
  const folder = openSync(path, "r");
  fsyncSync(folder);
  closeSync(folder);
}

// JSON has neither bigint nor bytes.

/** @type {(key: string, value: unknown) => unknown} */
function replace(_key, value) {
  if (typeof value === "bigint") return { $integer: String(value) };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  return value;
}

/**
 * @param {string} line
 * @returns {Entry}
 */
function parse(line) {
  return JSON.parse(line, (_key, value) => {
    if (typeof value?.$integer === "string") return BigInt(value.$integer);
    if (typeof value?.$bytes === "string") return new Uint8Array(Buffer.from(value.$bytes, "base64"));
    return value;
  });
}
