import { test } from "node:test";

import { others } from "../fixtures/other-sqlite.ts";
import { eachLedger, readAll } from "./ledger-to-read.ts";

for (const [name, read] of Object.entries(others)) {
  test(`every table and view is read by ${name}, in a new ledger and in one of before`, () => {
    eachLedger((ledger) => readAll(ledger, read));
  });
}
