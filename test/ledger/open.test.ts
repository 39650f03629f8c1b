import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import Database from "better-sqlite3";

import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { archive, sampleCapture, sampleSegment, temporaryFolder } from "./sample-rows.ts";

test("a writer's ledger has 8 KiB pages, a write-ahead log, full synchronisation and enforced references", () => {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  const pragma = (name: string): unknown => ledger.db.pragma(name, { simple: true });
  assert.deepEqual(["page_size", "journal_mode", "synchronous", "foreign_keys", "busy_timeout"].map(pragma), [
    8192,
    "wal",
    2,
    1,
    5000,
  ]);
});

test("reading a ledger that is not there fails and makes no file", () => {
  using folder = temporaryFolder();
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.throws(() => openLedger(folder.ledgerPath, { mode: "read" }), { code: "corpus-missing" });
  }
});

test("a second writer in the same process is refused while readers are not", () => {
  using folder = temporaryFolder();
  {
    using _writer = openLedger(folder.ledgerPath, { mode: "write" });
    assert.throws(() => openLedger(folder.ledgerPath, { mode: "write" }), {
      code: "corpus-locked",
      message: new RegExp(folder.ledgerPath.replaceAll(".", "\\.")),
    });
    using _reader = openLedger(folder.ledgerPath, { mode: "read" });
  }
  using _next = openLedger(folder.ledgerPath, { mode: "write" });
});

test("a writer leaves log and index behind, the log empty, so that a folder that may not be written can be read", () => {
  using folder = temporaryFolder();
  {
    using ledger = openLedger(folder.ledgerPath, { mode: "write" });
    registerArchive(ledger, archive, 1n);
  }
  assert.equal(statSync(`${folder.ledgerPath}-wal`).size, 0);
  assert.ok(existsSync(`${folder.ledgerPath}-shm`));
  // All of it is in the one file, which can be copied alone.
  const alone = join(dirname(folder.ledgerPath), "alone");
  mkdirSync(alone);
  copyFileSync(folder.ledgerPath, join(alone, "ledger.sqlite"));
  using copy = openLedger(join(alone, "ledger.sqlite"), { mode: "read" });
  assert.deepEqual(copy.statement("SELECT count(*) AS archives FROM archive").get(), { archives: 1 });
});

test("a writer that closes beside a reader at work waits for nothing and loses nothing", () => {
  using folder = temporaryFolder();
  const writer = openLedger(folder.ledgerPath, { mode: "write" });
  using reader = openLedger(folder.ledgerPath, { mode: "read" });
  reader.db.exec("BEGIN");
  assert.deepEqual(reader.statement("SELECT count(*) AS archives FROM archive").get(), { archives: 0 });
  registerArchive(writer, archive, 1n);
  writer.close();
  reader.db.exec("COMMIT");
  assert.deepEqual(reader.statement("SELECT count(*) AS archives FROM archive").get(), { archives: 1 });
});

test("a writer killed in the middle of a segment leaves the lock free and no half row", async () => {
  using folder = temporaryFolder();
  const script = fileURLToPath(new URL("append-until-killed.ts", import.meta.url));
  const child = spawn(process.execPath, [script, folder.ledgerPath], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  assert.throws(() => openLedger(folder.ledgerPath, { mode: "write" }), { code: "corpus-locked" });
  const counts =
    "SELECT (SELECT count(*) FROM slice) AS slices, (SELECT count(*) FROM capture) AS captures, (SELECT count(*) FROM document) AS documents";
  const whole = { slices: 1, captures: 2, documents: 2 };
  {
    using beside = openLedger(folder.ledgerPath, { mode: "read" });
    assert.deepEqual(beside.statement(counts).get(), whole, "a reader beside the writer sees whole segments only");
  }
  child.kill("SIGKILL");
  await ended;
  {
    using reader = openLedger(folder.ledgerPath, { mode: "read" });
    assert.deepEqual(reader.statement(counts).get(), whole);
  }
  using writer = openLedger(folder.ledgerPath, { mode: "write" });
  assert.deepEqual(writer.statement(counts).get(), whole);
  assert.deepEqual(writer.db.pragma("integrity_check"), [{ integrity_check: "ok" }]);
  assert.deepEqual(writer.db.pragma("foreign_key_check"), []);
  assert.equal(appendSegment(writer, sampleSegment(1, [sampleCapture(100)])), "appended");
});

test("a ledger of a newer schema is refused by reader and writer and left as it was", () => {
  using folder = temporaryFolder();
  openLedger(folder.ledgerPath, { mode: "write" }).close();
  withDatabase(folder.ledgerPath, (db) => db.pragma("user_version = 9999"));
  for (const mode of ["read", "write"] as const) {
    assert.throws(() => openLedger(folder.ledgerPath, { mode }), { code: "ledger-version", message: /newer version/ });
  }
  withDatabase(folder.ledgerPath, (db) => assert.equal(db.pragma("user_version", { simple: true }), 9999));
});

test("a reader refuses a ledger of an older schema, which a writer brings up to date with all that is in it", () => {
  using folder = temporaryFolder();
  withDatabase(folder.ledgerPath, (db) => {
    for (const name of ["0001-tables.sql", "0002-views.sql", "0003-copies.sql"]) {
      db.exec(readFileSync(new URL(`../../schemas/sql/${name}`, import.meta.url), "utf8"));
    }
    db.pragma("application_id = 0x434c504e");
    db.pragma("user_version = 3");
    db.exec(twoOfACluster);
  });
  assert.throws(() => openLedger(folder.ledgerPath, { mode: "read" }), {
    code: "ledger-version",
    message: /up to date/,
  });
  openLedger(folder.ledgerPath, { mode: "write" }).close();
  using reader = openLedger(folder.ledgerPath, { mode: "read" });
  assert.deepEqual(reader.statement("SELECT cluster_key, cluster, key, id, similarity FROM clusters").all(), [
    { cluster_key: 2, cluster: "02".repeat(16), key: 1, id: "01".repeat(16), similarity: 0.9 },
    { cluster_key: 2, cluster: "02".repeat(16), key: 2, id: "02".repeat(16), similarity: 1 },
  ]);
  assert.deepEqual(reader.db.pragma("foreign_key_check"), []);
  assert.equal(reader.partition, 0);
});

/** Rows of schema 3: two captures, both documents, the second of which stands for both. */
const twoOfACluster = `
  INSERT INTO term (key, text) VALUES (1, 'x');
  INSERT INTO origin (key, origin, host) VALUES (1, 'https://example.org', 'example.org');
  INSERT INTO archive VALUES (1, zeroblob(32), 'a.warc', 10, 10, 1);
  INSERT INTO rule_set VALUES (1, '[]');
  INSERT INTO slice VALUES (1, 1, 0, 0, 10, 10, 0, '{}', 2, 2, zeroblob(32), 1, 1);
  INSERT INTO capture SELECT value, unhex(replace(hex(zeroblob(16)), '00', printf('%02d', value))), 1, value, value, 1, 0,
    1, NULL, 1, '/', NULL, NULL, 200, NULL, NULL, NULL, NULL, 0, 0, zeroblob(32), zeroblob(32), 1, 0, NULL, NULL
    FROM json_each('[1,2]');
  INSERT INTO document SELECT value, NULL, NULL, NULL, NULL, 1, 1, 1, 1, zeroblob(32), 1, 1, 1, 1, '[]' FROM json_each('[1,2]');
  INSERT INTO cluster VALUES (7, 2);
  INSERT INTO cluster_member VALUES (1, 7, 0.9), (2, 7, 1)`;

test("a file that is no database, and another program's database, are named as broken", () => {
  using folder = temporaryFolder();
  for (const mode of ["read", "write"] as const) {
    writeFileSync(folder.ledgerPath, "this is no database, but long enough to be taken for one".repeat(50));
    assert.throws(() => openLedger(folder.ledgerPath, { mode }), { code: "ledger-broken" });
    truncateSync(folder.ledgerPath);
    withDatabase(folder.ledgerPath, (db) => db.exec("CREATE TABLE theirs (x)"));
    assert.throws(() => openLedger(folder.ledgerPath, { mode }), { code: "ledger-broken", message: /not a ledger/ });
  }
});

test("a ledger cut in half is named as broken when what is missing is read", () => {
  using folder = temporaryFolder();
  {
    using ledger = openLedger(folder.ledgerPath, { mode: "write" });
    registerArchive(ledger, archive, 1n);
    appendSegment(ledger, sampleSegment(0, [sampleCapture(1)]));
  }
  truncateSync(folder.ledgerPath, 8192 * 8);
  assert.throws(
    () => {
      using ledger = openLedger(folder.ledgerPath, { mode: "write" });
      appendSegment(ledger, sampleSegment(1, [sampleCapture(2)]));
    },
    { code: "ledger-broken" },
  );
});

test("a ledger that may not grow ends in disk-full, keeps what it had and takes the segment once there is room", () => {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  registerArchive(ledger, archive, 1n);
  appendSegment(ledger, sampleSegment(0, [sampleCapture(1)]));
  const many = Array.from({ length: 2000 }, (_, index) => sampleCapture(10 + index));
  const pages = ledger.db.pragma("page_count", { simple: true }) as number;
  ledger.db.pragma(`max_page_count = ${pages + 5}`);
  assert.throws(() => appendSegment(ledger, sampleSegment(1, many)), { code: "disk-full" });
  assert.deepEqual(ledger.statement("SELECT count(*) AS captures FROM capture").get(), { captures: 1 });
  ledger.db.pragma("max_page_count = 100000");
  assert.equal(appendSegment(ledger, sampleSegment(1, many)), "appended");
  assert.deepEqual(ledger.db.pragma("foreign_key_check"), [], "no key of a term that was rolled back is used");
});

test("a folder that does not exist is named", () => {
  using folder = temporaryFolder();
  assert.throws(() => openLedger(`${folder.ledgerPath}/absent/ledger.sqlite`, { mode: "write" }), {
    code: "corpus-missing",
    message: /absent/,
  });
});

function withDatabase(path: string, work: (db: Database.Database) => void): void {
  const db = new Database(path);
  work(db);
  db.close();
}
