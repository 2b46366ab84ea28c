// The page of the example, in Chromium.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { test } from "node:test";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { altered, LAST_FILE, owner, Package } from "./package.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
/** @type {Record<string, string>} */
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };
const PAGE = "/examples/browser.html";

/** Has the page in a frame, because a receipt's page allows no connection, and passes on what becomes of it. */
const OUTER = `<!doctype html>
  <script>onmessage = ({ data }) => fetch("/shown", { method: "POST", body: data });</script>
  <iframe src="${PAGE}"></iframe>`;

/** Tells what became of the page: what it shows in the place of its script, or its error. */
const REPORTER = `<script>
  const tell = (what) => parent.postMessage(what);
  const whole = document.documentElement;
  const replaced = new MutationObserver(() => document.querySelector("script") ?? tell(whole.outerHTML));
  replaced.observe(whole, { childList: true });
  addEventListener("error", ({ message }) => tell(message));
  addEventListener("unhandledrejection", ({ reason }) => tell(String(reason)));
</script>`;

/**
 * What the page shows, or its error.
 *
 * @param {import("node:test").TestContext} context
 * @param {(path: string) => Promise<string | Uint8Array>} read what is served at a path
 * @returns {Promise<string>}
 */
async function show(context, read) {
  const profile = await mkdtemp(join(tmpdir(), "chargetap-"));
  const server = createServer();
  const shown = new Promise((tell) => {
    server.on("request", async (request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
      if (request.method === "POST") return tell(await text(request));
      if (pathname === "/") return response.setHeader("content-type", "text/html").end(OUTER);
      response.setHeader("content-type", TYPES[extname(pathname)] ?? "text/plain");
      const body = await read(pathname).catch(() => undefined);
      if (body === undefined) return response.writeHead(404).end();
      return response.end(pathname === PAGE ? `${body}`.replace("<script", `${REPORTER}$&`) : body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  const options = ["--headless", "--no-sandbox", "--disable-gpu"]; // no sandbox, to run as root: the page is our own
  const url = `http://127.0.0.1:${address.port}/`;
  const chromium = spawn("chromium", [...options, `--user-data-dir=${profile}`, url], { stdio: "ignore" });
  context.after(async () => {
    const ended = once(chromium, "exit");
    chromium.kill();
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  return Promise.race([shown, once(chromium, "error").then(([error]) => Promise.reject(error))]);
}

test("the example's page renders a receipt with its total", async (context) => {
  const page = await show(context, (path) => readFile(join(root, path)));
  assert.match(page, /<title>Receipt<\/title>/);
  assert.match(page, /class="amount">€6\.13</);
});

test("a page that knows a key renders with what was signed by it, and not with what was altered", async (context) => {
  const signed = await Package.make(context);
  const read = async (/** @type {string} */ path) => {
    if (path.startsWith("/dist/")) return readFile(join(signed.folder, path.slice("/dist/".length)));
    const file = await readFile(join(root, path), "utf8");
    return path === PAGE ? file.replace("{ unsigned: true }", JSON.stringify({ keys: [owner] })) : file;
  };
  assert.match(await show(context, read), /class="amount">€6\.13</);
  await signed.change(LAST_FILE, altered);
  assert.match(await show(context, read), /LoadError: receipt-generator.wasm cannot be used: it was changed/);
});
