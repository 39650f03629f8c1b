import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import Database from "better-sqlite3";

import { openLedger } from "../../src/ledger/open.ts";
import { temporaryFolder } from "./sample-rows.ts";

/** A ledger of schema 4 with three documents of one slice, the third measured by a set without a count of words. */
function ledgerOfFour(path: string): Database.Database {
  const db = new Database(path);
  for (const name of ["0001-tables.sql", "0002-views.sql", "0003-copies.sql", "0004-partitions.sql"])
    db.exec(readFileSync(new URL(`../../schemas/sql/${name}`, import.meta.url), "utf8"));
  db.pragma("application_id = 0x434c504e");
  db.pragma("user_version = 4");
  db.exec(`
    INSERT INTO term (key, text) VALUES (1, 'x'), (2, 'duplicate');
    INSERT INTO origin (key, origin, host) VALUES (1, 'https://example.org', 'example.org');
    INSERT INTO archive VALUES (1, zeroblob(32), 'a.warc', 20, 10, 2);
    INSERT INTO rule_set VALUES (1, '[1]'), (2, '[2]');
    INSERT INTO rule VALUES (1, 0, 'gopher/hash-word-ratio', 1, 'ratio'), (1, 1, 'gopher/word-count', 1, 'words');
    INSERT INTO slice VALUES (1, 1, 0, 0, 10, 10, 0, '{}', 2, 2, zeroblob(32), 1, 1),
      (2, 1, 1, 10, 20, 10, 0, '{}', 1, 1, zeroblob(32), 1, 2);
    INSERT INTO capture SELECT value, unhex(replace(hex(zeroblob(16)), '00', printf('%02d', value))), 1 + (value = 3), value,
      value, 1, 0, 1, NULL, 1, '/', NULL, NULL, 200, NULL, NULL, NULL, NULL, 0, 0, zeroblob(32), zeroblob(32), 1, 0, NULL, NULL
      FROM json_each('[1,2,3]');
    INSERT INTO document VALUES (1, NULL, NULL, NULL, NULL, 1, 1, 1, 1, zeroblob(32), 1, 70, 1, 1, '[0.5,57]'),
      (2, NULL, NULL, NULL, NULL, 1, 1, 1, 1, zeroblob(32), 1, 0, 1, 1, '[null,null]'),
      (3, NULL, NULL, NULL, NULL, 1, 1, 1, 1, zeroblob(32), 1, 30, 1, 1, '[]');
    INSERT INTO policy VALUES (1, zeroblob(32), 'old', '{}'), (2, randomblob(32), 'new', '{}');
    INSERT INTO reason_set VALUES (1, '[]'), (2, '[2]');
    INSERT INTO decision VALUES (1, 1, 1, 1), (1, 2, 1, 1), (2, 1, 2, 0), (2, 2, 2, 0), (2, 3, 1, 1)`);
  return db;
}

test("a ledger of before is given the number of words that its rule measured", () => {
  using folder = temporaryFolder();
  ledgerOfFour(folder.ledgerPath).close();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  assert.deepEqual(ledger.statement("SELECT key, words FROM documents ORDER BY key").all(), [
    { key: 1, words: 57 },
    { key: 2, words: 0 },
    { key: 3, words: 30 },
  ]);
});

test("of the policies of a ledger of before, that with the most decisions is current, and the newest of equals", () => {
  for (const [change, current] of [
    ["", "new"],
    ["INSERT INTO decision VALUES (1, 3, 1, 1)", "new"],
    ["DELETE FROM decision WHERE policy = 2 AND document > 1", "old"],
  ] as const) {
    using folder = temporaryFolder();
    const db = ledgerOfFour(folder.ledgerPath);
    db.exec(change);
    db.close();
    using ledger = openLedger(folder.ledgerPath, { mode: "write" });
    assert.deepEqual(ledger.statement("SELECT DISTINCT policy FROM decisions").all(), [{ policy: current }]);
    assert.equal(
      ledger.statement<{ n: number }>("SELECT count(DISTINCT policy) AS n FROM decision_history").get()?.n,
      2,
    );
  }
});
