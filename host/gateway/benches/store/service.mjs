// A plain service that does with a callback what the gateway does: it checks the signature of Standard Webhooks, stores
// what it says by one statement in SQLite, once for each id, and answers when that is on the disk.
//
// `node service.mjs DATABASE KEY` listens at a free port and prints it.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

const [path, secret] = process.argv.slice(2);
const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
const TOLERANCE_S = 300;

const database = new DatabaseSync(path);
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE report (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    dedupe TEXT UNIQUE,
    at INTEGER NOT NULL,
    report TEXT NOT NULL
  ) STRICT;
  CREATE INDEX report_by_delivery ON report (at) WHERE dedupe IS NOT NULL;
`);
const insert = database.prepare(
  "INSERT INTO report (endpoint, dedupe, at, report) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
);

function isAuthentic(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures } = headers;
  if (!id || !timestamp || !signatures || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_S) {
    return false;
  }
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function receive(headers, body) {
  if (!isAuthentic(headers, body)) {
    return 401;
  }
  const { type, data } = JSON.parse(body.toString());
  const report = JSON.stringify({
    change: type.replace("payment.", ""),
    payment: data.payment,
    change_id: data.change,
    reference: data.reference,
    amount: { amount: data.amount, currency: data.currency },
  });
  insert.run("acquirer", headers["webhook-id"], Date.now(), report);
  return 200;
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    try {
      response.statusCode = receive(request.headers, Buffer.concat(chunks));
    } catch {
      response.statusCode = 400;
    }
    response.end("ok\n");
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
