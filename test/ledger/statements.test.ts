import assert from "node:assert/strict";
import { test } from "node:test";

import { appendSql } from "../../src/ledger/append-segment.ts";
import { archiveSql } from "../../src/ledger/archives.ts";
import { storySql } from "../../src/ledger/capture-history.ts";
import { clusterSql } from "../../src/ledger/clusters.ts";
import { decisionSql } from "../../src/ledger/decisions.ts";
import { funnelSql } from "../../src/ledger/funnel.ts";
import { keptSql } from "../../src/ledger/kept-documents.ts";
import { namesSql } from "../../src/ledger/names.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { dictionarySql, ruleSetSql } from "../../src/ledger/rows.ts";
import { siteFileSql } from "../../src/ledger/site-files.ts";
import { statsSql } from "../../src/ledger/stats.ts";
import { tieSql } from "../../src/ledger/ties.ts";
import { versionSql } from "../../src/ledger/versions.ts";
import { temporaryFolder } from "./sample-rows.ts";

const tables = {
  appendSql,
  archiveSql,
  clusterSql,
  decisionSql,
  dictionarySql,
  funnelSql,
  keptSql,
  namesSql,
  ruleSetSql,
  siteFileSql,
  statsSql,
  storySql,
  tieSql,
  versionSql,
};

test("every statement in the tables of statements can be prepared on a new ledger", () => {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  for (const [table, statements] of Object.entries(tables)) {
    for (const [name, sql] of Object.entries(statements)) {
      assert.doesNotThrow(() => ledger.db.prepare(sql), `${table}.${name}`);
    }
  }
});

test("rows are found by index: no statement that reads page by page sorts or scans for its page", () => {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  for (const sql of [clusterSql.documents, decisionSql.documents, keptSql.documents, namesSql.hosts, storySql.byId]) {
    const plan = ledger.db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...Array.from({ length: sql.split("?").length - 1 }, () => 1));
    const steps = (plan as { detail: string }[]).map(({ detail }) => detail);
    assert.ok(steps.length > 0);
    const slow = steps.filter((step) => /^SCAN|TEMP B-TREE FOR ORDER BY$/.test(step));
    assert.deepEqual(slow, [], steps.join("\n"));
  }
});
