import assert from "node:assert/strict";
import { test } from "node:test";

import { byOldest, oldestVersion } from "../fixtures/oldest-sqlite.ts";
import { eachLedger, readAll } from "./ledger-to-read.ts";

test(`every table and view is read by SQLite ${oldestVersion}, in a new ledger and in one of before`, () => {
  assert.deepEqual(byOldest(":memory:", ["SELECT sqlite_version() AS version"]), [[{ version: oldestVersion }]]);
  eachLedger((ledger) => readAll(ledger, byOldest));
});
