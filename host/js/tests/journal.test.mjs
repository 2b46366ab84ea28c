// The example's store, and the example on it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Journal } from "../examples/journal.mjs";

const example = fileURLToPath(new URL("../examples/session.mjs", import.meta.url));
const run = (/** @type {string} */ path) => promisify(execFile)(process.execPath, [example, path]);

/** @param {import("node:test").TestContext} context */
async function newPath(context) {
  const folder = await mkdtemp(join(tmpdir(), "chargetap-"));
  context.after(() => rm(folder, { recursive: true }));
  return join(folder, "journal");
}

test("the example goes from tap to settled, and a repeated callback begins nothing", async (context) => {
  const path = await newPath(context);
  const first = await run(path);
  assert.match(first.stdout, /^Captured +€6\.13$/m);
  const written = await readFile(path, "utf8");
  const again = await run(path);
  assert.equal(again.stdout, "verified: a card at P66-0001 that ends in 0042\nthe session is settled\n");
  assert.equal(await readFile(path, "utf8"), written);
});

test("what a crash cut off never happened, and what was stored before is read back as it was", async (context) => {
  const path = await newPath(context);
  await run(path);
  const whole = new Journal(path);
  const { last } = whole;
  whole.close();
  await appendFile(path, '{"sent":"half a li');
  const torn = new Journal(path);
  assert.deepEqual(torn.last, last);
  assert.equal(torn.last?.decision.view.captured, 613n);
  assert(torn.last?.decision.state instanceof Uint8Array);
  torn.sent("a command");
  torn.close();
  assert.match(await readFile(path, "utf8"), /\n\{"sent":"a command"\}\n$/);
});

test("after a crash, a command that was sent has an unknown outcome and is looked up", async (context) => {
  const path = await newPath(context);
  await run(path);
  const lines = (await readFile(path, "utf8")).split("\n");
  const authorise = lines.findIndex((line) => /"tag":"authorise"/.test(line));
  const sent = lines.findIndex((line, at) => at > authorise && line.startsWith('{"sent"'));
  await writeFile(path, `${lines.slice(0, sent + 1).join("\n")}\n`);
  const journal = new Journal(path);
  assert.equal(journal.open?.command.action.tag, "authorise");
  assert.equal(journal.open?.sent, true);
  journal.close();
  // The provider that the example plays knows of no hold, so nothing is taken.
  const { stdout } = await run(path);
  assert.match(stdout, /^the session is failed-nothing-taken$/m);
  assert.match(await readFile(path, "utf8"), /"result":\{"tag":"unknown"\}/);
  assert.match(await readFile(path, "utf8"), /"tag":"look-up"/);
});

test("an event that is refused because the state cannot be read is not taken", async (context) => {
  const path = await newPath(context);
  await run(path);
  const lines = (await readFile(path, "utf8")).split("\n");
  const authorise = lines.findIndex((line) => /"tag":"authorise"/.test(line));
  const unreadable = lines[authorise]?.replace(/"state":\{"\$bytes":"[^"]*"\}/, '"state":{"$bytes":""}');
  const written = `${[...lines.slice(0, authorise), unreadable].join("\n")}\n`;
  await writeFile(path, written);
  await assert.rejects(run(path), { stderr: /RefusalError: the step was not made: malformed-state/ });
  const after = await readFile(path, "utf8");
  assert.match(after.slice(written.length), /^\{"sent":"[^"]*"\}\n$/);
  assert(after.startsWith(written));
});

test("without a path, the example leaves nothing behind", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "chargetap-"));
  context.after(() => rm(folder, { recursive: true }));
  await promisify(execFile)(process.execPath, [example], { env: { ...process.env, TMPDIR: folder } });
  assert.deepEqual(await readdir(folder), []);
});
