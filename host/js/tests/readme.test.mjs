// The README, word for word: its commands in a clean folder beside a clean checkout, and its code.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const MADE = ["node_modules", "dist", "LICENSE"];

/** What the README's code has from the host. */
const HOST = `
  import { policy, summary } from "./node_modules/chargetap-plugins/examples/values.mjs";
  process.env.CALLBACK_KEY = "a test's key of at least 32 bytes";
  const { terminal, card } = summary;
  const request = {
    endpoint: "payter", capability: "x", method: "POST", targetUri: "https://cms.example/callbacks/payter/x",
    headers: [], body: new Uint8Array(), receivedAt: 1_767_268_800_000n,
  };
  const state = undefined;
  const read = { terminal, read: "0123456789ABCDEFGHJK", card };
  const event = { tag: "card-presented", val: { read, evse: { station: "CT-1", connector: 1 } } };
`;

/**
 * The only block of a language in a section.
 *
 * @param {string} title
 * @param {string} language
 */
function block(title, language) {
  const section = readme.split(/^## /m).find((section) => section.startsWith(title));
  const found = section?.match(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s"));
  assert(found?.[1] !== undefined, `README: ${title} has no ${language}`);
  return found[1];
}

test("the README's commands verify a callback and render a receipt, and its code runs", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "chargetap-"));
  context.after(() => rm(folder, { recursive: true }));
  const checkout = join(folder, "chargetap");
  await cp(`${root}host/js`, join(checkout, "host/js"), {
    recursive: true,
    filter: (path) => !MADE.some((made) => path === `${root}host/js/${made}`),
  });
  for (const needed of ["target", "wit", "LICENSE"]) await symlink(`${root}${needed}`, join(checkout, needed));
  const own = join(folder, "own");
  await mkdir(own);
  await writeFile(join(own, "package.json"), "{}");

  const commands = block("From nothing to a verified callback", "sh");
  const { stdout } = await execute("bash", ["-euo", "pipefail", "-c", commands], { cwd: own });
  assert.match(stdout, /^verified: a card at P66-0001 that ends in 0042$/m);
  assert.match(stdout, /^the session is settled$/m);
  assert.match(stdout, /^Captured +€6\.13$/m);

  await writeFile(join(own, "use.mjs"), HOST + block("Use it", "js") + "console.log(decision.view.phase);");
  const used = await execute(process.execPath, ["use.mjs"], { cwd: own });
  assert.equal(used.stdout, "authorising\n");
  assert.match(used.stderr, /malformed-capability/);
});
