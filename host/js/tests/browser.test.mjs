// The page of the example, in Chromium.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = new URL("../", import.meta.url);
/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

test("the example's page renders a receipt with its total", async (context) => {
  const server = createServer((request, response) => {
    const file = new URL(`.${new URL(request.url ?? "/", root).pathname}`, root);
    readFile(fileURLToPath(file)).then(
      (body) => response.setHeader("content-type", TYPES[extname(file.pathname)] ?? "text/plain").end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const profile = await mkdtemp(join(tmpdir(), "chargetap-"));
  context.after(async () => {
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  const { stdout } = await promisify(execFile)("chromium", [
    "--headless",
    "--no-sandbox", // to run as root; the page is our own
    "--disable-gpu",
    `--user-data-dir=${profile}`,
    "--virtual-time-budget=30000", // until the page has rendered
    "--dump-dom",
    `http://127.0.0.1:${address.port}/examples/browser.html`,
  ]);
  assert.match(stdout, /<title>Receipt<\/title>/);
  assert.match(stdout, /class="amount">€6\.13</);
});
