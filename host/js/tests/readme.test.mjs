// The README, word for word: its commands in a clean folder beside a clean checkout, and its code.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { owner, sign } from "./package.mjs";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const MADE = ["node_modules", "dist", "LICENSE"];

/** What the README's step has from the host. */
const HOST = `
  import { policy, summary } from "./node_modules/chargetap-plugins/examples/values.mjs";
  const { terminal, card } = summary;
  const state = undefined;
  const read = { terminal, read: "0123456789ABCDEFGHJK", card };
  const event = { tag: "card-presented", val: { read, evse: { station: "CT-1", connector: 1 } } };
`;

/**
 * The blocks of a language in a section.
 *
 * @param {string} title
 * @param {string} language
 */
function blocks(title, language) {
  const section = readme.split(/^## /m).find((section) => section.startsWith(title)) ?? "";
  return [...section.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, code]) => code);
}

test("the README's commands verify a callback and render a receipt, and its code runs", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "chargetap-"));
  context.after(() => rm(folder, { recursive: true }));
  const checkout = join(folder, "chargetap");
  await cp(`${root}host/js`, join(checkout, "host/js"), {
    recursive: true,
    filter: (path) => !MADE.some((made) => path === `${root}host/js/${made}`),
  });
  const components = join(checkout, "target/components");
  await cp(`${root}target/components`, components, { recursive: true });
  for (const needed of ["wit", "LICENSE", "target/wit"]) await symlink(`${root}${needed}`, join(checkout, needed));
  await sign(components, "owner");
  const own = join(folder, "own");
  await mkdir(own);
  await execute("npm", ["init", "--yes"], { cwd: own });

  const [commands, ...noMore] = blocks("From nothing to a verified callback", "sh");
  assert(commands !== undefined && noMore.length === 0);
  const { stdout } = await execute("bash", ["-euo", "pipefail", "-c", commands], { cwd: own });
  assert.match(stdout, /^verified: a card at P66-0001 that ends in 0042$/m);
  assert.match(stdout, /^the session is settled$/m);
  assert.match(stdout, /^Captured +€6\.13$/m);

  const [verify, step, ...more] = blocks("Use it", "js");
  assert(verify !== undefined && step !== undefined && more.length === 0);
  await writeFile(join(own, "verify.mjs"), verify);
  const verified = await execute(process.execPath, ["verify.mjs"], { cwd: own });
  assert.match(verified.stdout, /tag: 'card-read'/);
  assert.equal(verified.stderr, "");
  const byKey = JSON.stringify({ keys: [owner] });
  await writeFile(join(own, "signed.mjs"), verify.replace("{ unsigned: true }", byKey));
  const signed = await execute(process.execPath, ["signed.mjs"], { cwd: own });
  assert.match(signed.stdout, /tag: 'card-read'/);
  await writeFile(join(own, "step.mjs"), `${verify}${HOST}${step}console.log(decision.view.phase);`);
  const stepped = await execute(process.execPath, ["step.mjs"], { cwd: own });
  assert.match(stepped.stdout, /^authorising$/m);
});
