import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { unpackOldCorpus } from "../../scripts/fixtures/old-corpus.ts";
import { replaceDecisions } from "../../src/ledger/decisions.ts";
import { openLedger, type Ledger } from "../../src/ledger/open.ts";
import type { Rows } from "../fixtures/other-sqlite.ts";
import { policy, withDocuments } from "./sample-ledger.ts";
import { idOf, sha256, temporaryFolder } from "./sample-rows.ts";

const fixture = readFileSync(new URL("../fixtures/corpus-0.1.0.zst", import.meta.url));

/** Two ledgers with something in them: a new one, and one of an older version that was brought up to date. */
export function eachLedger(work: (ledger: Ledger) => void): void {
  withDocuments((ledger) => {
    const reasons = ["rule:z>1", "duplicate"];
    for (const by of [policy, { ...policy, sha256: sha256("other"), name: "other" }])
      replaceDecisions(
        [ledger],
        by,
        [1, 3].map((number) => ({ document: idOf(number), reasons })),
      );
    work(ledger);
  });
  using folder = temporaryFolder();
  unpackOldCorpus(fixture, dirname(folder.ledgerPath));
  using ledger = openLedger(join(dirname(folder.ledgerPath), "corpus/ledger.sqlite"), { mode: "write" });
  work(ledger);
}

/** Reads every table and every view of a ledger in full, and compares what is read with what we read. */
export function readAll(ledger: Ledger, read: (path: string, sql: readonly string[]) => readonly Rows[]): void {
  const names = ledger.db
    .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  assert.ok(names.includes("decisions") && names.includes("capture"));
  const found = read(
    ledger.path,
    names.map((name) => `SELECT * FROM "${name}"`),
  );
  const tables = new Map(names.map((name, at) => [name, found[at]]));
  for (const [name, rows] of tables)
    assert.equal(rows?.length, ledger.db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get(), name);
  const ours = ledger.db.prepare("SELECT * FROM decisions").all();
  assert.ok(ours.length > 0);
  assert.deepEqual(tables.get("decisions"), ours);
}
