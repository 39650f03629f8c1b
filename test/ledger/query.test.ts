import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { runQuery, type QueryBounds, type QueryResult } from "../../src/ledger/query.ts";
import { archive, idOf, sampleCapture, sampleSegment, temporaryFolder } from "./sample-rows.ts";

const folder = temporaryFolder();
before(() => {
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  registerArchive(ledger, archive, 1n);
  appendSegment(ledger, sampleSegment(0, [sampleCapture(1), sampleCapture(2), sampleCapture(3)]));
});
after(() => folder[Symbol.dispose]());

function query(sql: string, bounds: Partial<QueryBounds> = {}): Promise<QueryResult> {
  return runQuery([folder.ledgerPath], sql, {
    timeoutMs: 30_000,
    maxRows: 100,
    signal: new AbortController().signal,
    ...bounds,
  });
}
const endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

test("a query gives columns and rows, blobs as hex and integers too large for a number as text", async () => {
  assert.deepEqual(
    await query(
      "SELECT id, NULL AS absent, x'00ff' AS blob, 9007199254740993 AS large, 7 AS small FROM documents WHERE id = lower(hex(unhex('" +
        idOf(1) +
        "')))",
    ),
    {
      columns: ["id", "absent", "blob", "large", "small"],
      rows: [[idOf(1), null, "00ff", "9007199254740993", 7]],
      truncated: null,
    },
  );
});

test("rows up to the bound are whole, one more is cut off and said", async () => {
  const three = await query("SELECT key FROM documents ORDER BY key", { maxRows: 3 });
  assert.deepEqual(three, { columns: ["key"], rows: [[1], [2], [3]], truncated: null });
  assert.deepEqual(await query("SELECT key FROM documents ORDER BY key", { maxRows: 2 }), {
    ...three,
    rows: [[1], [2]],
    truncated: "rows",
  });
});

test("an answer of too many bytes is cut off before it fills the memory", async () => {
  const result = await query(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT hex(zeroblob(4000000)) FROM n",
  );
  assert.deepEqual([result.truncated, result.rows.length], ["bytes", 8]);
});

test("a query without end is killed at its timeout", async () => {
  await assert.rejects(query(endless, { timeoutMs: 300 }), { code: "query-limit", message: /300 ms/ });
});

test("a stopped query ends as interrupted", async () => {
  await assert.rejects(query(endless, { signal: AbortSignal.timeout(200) }), { code: "interrupted" });
  await assert.rejects(query("SELECT 1", { signal: AbortSignal.abort() }), { code: "interrupted" });
});

const refused = {
  "only a statement that reads": [
    "INSERT INTO term (text) VALUES ('x')",
    "INSERT INTO term (text) VALUES ('x') RETURNING key",
    "WITH x AS (SELECT 1) DELETE FROM capture",
    "UPDATE archive SET name = 'x'",
    "DROP TABLE capture",
    "CREATE TEMP TABLE mine (x)",
    "ATTACH ':memory:' AS other",
    "BEGIN",
    "PRAGMA query_only = 0",
    "PRAGMA journal_mode = DELETE",
    "VACUUM INTO '/tmp/colophon-never-written.sqlite'",
  ],
  "exactly one statement": ["SELECT 1; SELECT 2", "SELECT 1; DELETE FROM capture", "", "-- nothing"],
  "syntax error": ["SELEC 1"],
  "not authorized": ["SELECT load_extension('x')"],
};
for (const [words, statements] of Object.entries(refused)) {
  test(`these are refused with the words "${words}": ${statements.join(" | ")}`, async () => {
    for (const sql of statements) {
      await assert.rejects(query(sql), { code: "query-refused", message: new RegExp(words) }, sql);
    }
    using ledger = openLedger(folder.ledgerPath, { mode: "read" });
    assert.deepEqual(ledger.statement("SELECT count(*) AS captures FROM capture").get(), { captures: 3 });
  });
}

test("a name that is not there is answered with the names that are", async () => {
  await assert.rejects(query("SELECT * FROM pages"), {
    code: "query-refused",
    message: /no such table: pages; the views are archives, builds, captures, /,
  });
});

test("a query of a ledger that is not there says so", async () => {
  const bounds = { timeoutMs: 30_000, maxRows: 1, signal: new AbortController().signal };
  await assert.rejects(runQuery([`${folder.ledgerPath}.absent`], "SELECT 1", bounds), { code: "corpus-missing" });
});
